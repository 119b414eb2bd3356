"""The same objects in another order: nothing may be left unexplained, and the code is reordered, not different."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.accounting.books import Books
from elfdiff.accounting.explanation import dump
from elfdiff.accounting.ledger import ledger_of
from elfdiff.accounting.proof import prove
from elfdiff.accounting.verdict import code_verdict
from elfdiff.accounting.verify import verify
from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.report import Code

UNIT = """
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static const char *const names_@[] = {"alpha @", "beta @", "gamma @", "delta @"};
struct row { const char *name; int (*run)(int, const char *); };
static int first_@(int x, const char *s) { return x * @3 + (int)strlen(s); }
static int second_@(int x, const char *s) { errno = x; return fprintf(stderr, "@ %s %d", s, x) + @7; }
static const struct row rows_@[] = {{"first @", first_@}, {"second @", second_@}, {0, 0}};
__attribute__((visibility("default"))) double exported_@(int x, double y) { return y * @.25 + sqrt(x + @); }
int unit_@(int x, const char *s) {
    int sum = 0;
    for (const struct row *row = rows_@; row->name; row++)
        sum += row->run(x, row->name);
    switch (x) {
    case 0: puts("zero @"); break;
    case 1: printf("one %s @", s); break;
    case 2: return sum + @11;
    case 3: return atoi(s) + @;
    case 4: abort();
    case 5: puts(names_@[sum & 3]); break;
    case 6: exit(@);
    }
    return sum + (int)exported_@(sum, x * @.5);
}
"""
UNITS = range(1, 6)
MAIN = "".join(f"int unit_{n}(int, const char *);" for n in UNITS) + (
    "int main(int c, char **v) { int s = 0;" + "".join(f"s += unit_{n}(c, v[0]);" for n in UNITS) + "return s; }"
)
LINKERS = {
    "GNU ld": (),
    "GNU ld, RELR": ("-Wl,-z,pack-relative-relocs",),
    "GNU ld, fixed": ("-no-pie",),
    "LLD": ("-fuse-ld=lld",),
    "LLD, RELR": ("-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr"),
    "mold": ("-B/usr/libexec/mold",),
}
NEEDS = {"LLD": "ld.lld", "mold": "mold"}


@pytest.fixture(scope="module")
def objects(tmp_path_factory) -> dict[bool, list[Path]]:
    """Objects as position-independent code and not, in alphabetical order."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    folder = tmp_path_factory.mktemp("order")
    out: dict[bool, list[Path]] = {True: [], False: []}
    (folder / "main.c").write_text(MAIN)
    for number in UNITS:
        (folder / f"unit{number}.c").write_text(UNIT.replace("@", str(number)))
    for source in sorted(folder.glob("*.c")):
        for fixed, made in out.items():
            path = source.with_suffix(".fixed.o" if fixed else ".o")
            flags = ["-fno-pie"] if fixed else ["-fPIE"]
            subprocess.run(["gcc", "-O2", *flags, "-c", str(source), "-o", str(path)], check=True)
            made.append(path)
    return out


@pytest.mark.parametrize("linker", LINKERS)
def test_only_the_order_changed(objects, linker, tmp_path):
    needed = NEEDS.get(linker.split(",")[0])
    if needed is not None and shutil.which(needed) is None:
        pytest.skip(f"no {needed}")
    flags = LINKERS[linker]
    made = objects["-no-pie" in flags]
    files = []
    for name, order in (("a", made), ("b", [made[0], *reversed(made[1:])])):
        out = tmp_path / name
        command = ["gcc", *flags, "-Wl,--build-id=none,-s,-E", "-o", str(out), *map(str, order), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"{linker} does not link: {done.stderr.strip()[-100:]}")
        files.append(out.read_bytes())
    alignment = compare(parse(files[0], "a"), parse(files[1], "b")).alignment
    ledger = ledger_of(Books(alignment.forward, {}, ()))
    assert ledger.unexplained_spans == ()
    assert ledger.totals.contradicted.most == 0
    assert code_verdict(alignment, ledger) is Code.REORDERED
    assert verify(*files, dump(prove(alignment)))[0]
