"""A small program built by each cross compiler in two directories: everything follows, and an edited call does not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from elfdiff.accounting.books import Books
from elfdiff.accounting.claims import Owner
from elfdiff.accounting.ledger import ledger_of
from elfdiff.accounting.side import Class
from elfdiff.accounting.verdict import code_verdict
from elfdiff.comparison.pair import compare
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.diagnose import diagnose
from elfdiff.elf.file import parse
from elfdiff.report import Code, Role

SOURCE = r"""
#include <assert.h>
#include <stdio.h>
static const char *const names[] = {"first", "second", "third", "fourth"};
int counter;
__attribute__((noinline)) int one(const char *s) { assert(s); counter += puts(s); return counter; }
__attribute__((noinline)) int two(int x) {
    switch (x) {
    case 0: return one("zero");
    case 1: return one("one") + 3;
    case 2: return one("two") * 5;
    case 3: return printf("%s at %s\n", names[x & 3], __FILE__);
    case 4: return one("four") - 7;
    case 5: return one(names[1]) ^ 9;
    case 6: return puts(__FILE__) + counter;
    }
    return 0;
}
int main(int argc, char **argv) { assert(argc < 9); return two(argc) + one(argv[0]); }
"""

TARGETS = [
    ("aarch64-linux-gnu", ()),
    ("i686-linux-gnu", ()),
    ("i686-linux-gnu", ("-no-pie", "-fno-pie")),
    ("riscv64-linux-gnu", ()),
    ("s390x-linux-gnu", ()),
    ("arm-linux-gnueabihf", ()),
    ("arm-linux-gnueabihf", ("-marm",)),
    ("powerpc-linux-gnu", ()),
    ("powerpc64le-linux-gnu", ()),
    ("alpha-linux-gnu", ("-save-temps=obj",)),
]
NAMES = ["".join((target, *flags)) for target, flags in TARGETS]


def built(tmp_path: Path, target: str, flags: tuple[str, ...], strip: bool) -> tuple[bytes, bytes]:
    compiler = f"{target}-gcc"
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    out = []
    for name in ("a", "directory_of_another_length"):
        place = tmp_path / name
        place.mkdir()
        (place / "main.c").write_text(SOURCE)
        # A short fixed build ID: what it hashes is another matter.
        command = [compiler, "-O2", *flags, "-Wl,--build-id=none", str(place / "main.c"), "-o", str(place / "main")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{compiler} cannot link: {done.stderr[:200]}")
        if strip:
            subprocess.run([f"{target}-strip", str(place / "main")], check=True)
        out.append((place / "main").read_bytes())
    return out[0], out[1]


def accounted(a: bytes, b: bytes) -> tuple[Books, Code | None, int]:
    pair = compare(parse(a, "a"), parse(b, "b"))
    owners = {r.id: (Owner("root", Role.ROOT),) for r in pair.rewrites if r.kind is not RewriteKind.OPAQUE}
    books = Books(pair.alignment.forward, owners, ())
    ledger = ledger_of(books)
    return books, code_verdict(pair.alignment, ledger), ledger.totals.unexplained.most


@pytest.mark.parametrize("strip", [False, True], ids=["symbols", "stripped"])
@pytest.mark.parametrize(("target", "flags"), TARGETS, ids=NAMES)
def test_path_only(tmp_path: Path, target: str, flags: tuple[str, ...], strip: bool) -> None:
    a, b = built(tmp_path, target, flags, strip)
    assert a != b
    _, code, unexplained = accounted(a, b)
    assert (code, unexplained) == (Code.SAME, 0)


@pytest.mark.parametrize(("target", "flags"), TARGETS, ids=NAMES)
def test_an_edited_reference_is_not_explained(tmp_path: Path, target: str, flags: tuple[str, ...]) -> None:
    a, b = built(tmp_path, target, flags, True)
    before, _, _ = accounted(a, b)
    swapped = before.alignment.a.elf.data == b
    places = np.concatenate(
        [
            (o.prediction.fields.at[o.rows] if swapped else o.at)
            for o in before.alignment.outcomes
            if "code operand" in o.prediction.fields.what
        ]
    )
    big = parse(b, "b").byte_order == "big"
    tried = places[:: max(1, len(places) // 6)].tolist()
    for at in tried:
        # One bit of the word, in its lowest byte but one: an immediate in some layouts, an opcode in others.
        where = at + (0 if big else 1)
        edited = bytearray(b)
        edited[where] ^= 0x10
        after, code, _ = accounted(a, bytes(edited))
        side = after.b if after.alignment.b.elf.data == bytes(edited) else after.a
        assert side.kind[where] not in (Class.ROOT, Class.CONSEQUENCE)
        assert code is Code.DIFFERS


@pytest.mark.parametrize("target", ["mips-linux-gnu", "mips64el-linux-gnuabi64", "sparc64-linux-gnu", "sh4-linux-gnu"])
def test_of_code_that_nothing_reads_the_report_says_so(tmp_path: Path, target: str) -> None:
    a, b = built(tmp_path, target, (), False)
    paths = tmp_path / "a" / "main", tmp_path / "directory_of_another_length" / "main"
    assert (paths[0].read_bytes(), paths[1].read_bytes()) == (a, b)
    report = diagnose(*map(str, paths))
    assert report.ledger is not None
    assert report.code is None
    left = {row.name: row.classes.unexplained.most for row in report.ledger.rows if row.classes.unexplained.most}
    # MIPS: a table of what a switch jumps to counts from the global pointer, and only code tells of it.
    left.pop(".rodata", 0)
    assert set(left) <= {".text", ".init", ".fini", ".MIPS.stubs", ".plt"}
    words = f"machine code of {parse(a, 'a').header.machine_name} is not read: addresses in it stay unexplained"
    assert f"{words}, {sum(left.values())} bytes of code among them" in report.notes
