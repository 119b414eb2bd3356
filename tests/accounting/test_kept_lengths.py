"""Lengths of texts that should have changed and did not: equal bytes, and yet not as they must be."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.image import Image
from elfdiff.comparison.references import dwarf
from elfdiff.comparison.references.fields import BOUND
from elfdiff.elf.file import parse

C = """
#include <stdio.h>
const char where[] = __FILE__;
static char buffer[64];
int main(void) { return puts(where) + puts(buffer) + sizeof where; }
"""
RUST = """
use std::io::Write;
#[inline(never)]
fn say(s: &str, n: usize) {
    std::io::stdout().lock().write_all(&s.as_bytes()[..n.min(s.len())]).unwrap();
}
fn main() {
    let n = std::env::args().count() * 64;
    say(concat!(file!(), " again and again"), n);
    say("a plain text", n);
}
"""


def built(top: Path, name: str, text: str, *command: str) -> tuple[bytes, bytes]:
    """The program of one source in two directories, the source called by its whole name."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]}")
    out = []
    for folder in (top / "aa", top / "a-longer-directory"):
        folder.mkdir()
        (folder / name).write_text(text)
        subprocess.run([*command, str(folder / name), "-o", "program"], check=True, cwd=folder)
        out.append((folder / "program").read_bytes())
    return out[0], out[1]


def seen(mutation, x: bytes, y: bytes, at: int, new: bytes) -> str:
    """How an edit of ``y`` comes out."""
    a = parse(x, "a")
    edit = mutation.Edit("set back", ((at, new),))
    base, now = mutation.Accounted.of(a, y), mutation.Accounted.of(a, mutation.planted(y, [edit]))
    return str(mutation.judge(y, edit, now, base)[0])


@pytest.mark.parametrize("swap", [False, True])
def test_the_bound_of_an_array_that_is_a_text(mutation, tmp_path: Path, swap: bool) -> None:
    pair = built(tmp_path, "m.c", C, "gcc", "-g")
    x, y = reversed(pair) if swap else pair
    places = []
    for data in (x, y):
        image = Image(parse(data, "file"))
        bounds = [group for group in dwarf.fields(image) if group.what == BOUND]
        where = next(s.value for s in image.elf.symbols if s.name == "where")
        places.append(next(int(g.at[i]) for g in bounds for i in range(len(g)) if g.extra[i] == where))
    old = x[places[0] : places[0] + 1]
    assert old != y[places[1] : places[1] + 1]
    assert seen(mutation, x, y, places[1], old) == "flagged"


@pytest.mark.parametrize("swap", [False, True])
def test_the_length_of_a_text_without_end_mark(mutation, tmp_path: Path, swap: bool) -> None:
    pair = built(tmp_path, "main.rs", RUST, "rustc", "-O", "-Cstrip=symbols", "-Cpanic=abort")
    lengths = [len(str(tmp_path / name / "main.rs")) + 16 for name in ("aa", "a-longer-directory")]
    if swap:
        pair, lengths = (pair[1], pair[0]), lengths[::-1]
    base = mutation.Accounted.of(parse(pair[0], "a"), pair[1])
    places = [
        int(at)
        for group in forward(base).fields
        if group.what == "length of a text in code"
        for at in mapped(base, group.at)
        if struct.unpack_from("<I", pair[1], at)[0] == lengths[1]
    ]
    assert places
    for at in places:
        assert seen(mutation, *pair, at, struct.pack("<I", lengths[0])) == "flagged"


def forward(base) -> OneWay:
    found = base.alignment.forward
    assert isinstance(found, OneWay)
    return found


def mapped(base, at) -> list[int]:
    """Places in the file that is edited."""
    return at.tolist() if base.alignment.swapped else forward(base).runs.map_fields(at, 4)[0].tolist()


def test_an_equal_number_beside_a_path_is_no_length(accounted, tmp_path: Path) -> None:
    """C's texts have an end mark: the line number of an assert, as great as a's path is long, is not contradicted."""
    line = len(str(tmp_path / "aa" / "m.c"))
    text = "#include <assert.h>\n" + "\n" * (line - 2) + "int main(int c, char **v) { assert(c && !v); return 0; }\n"
    a, b = built(tmp_path, "m.c", text, "gcc", "-O2")
    totals = accounted(a, b).ledger.totals
    assert (totals.contradicted.most, totals.unexplained.most) == (0, 0)
