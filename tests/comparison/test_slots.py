"""GOT and PLT slots: a relocation alone moves nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest

from elfdiff.comparison.data.pointers import pointers_of
from elfdiff.comparison.data.slots import Slots, align_slots, judged, plt_slots
from elfdiff.comparison.data.votes import Votes
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.code import CodeMap
from elfdiff.elf.file import parse

OURS = Slots(16, 4, {11: 1, 12: 2, 13: 3})
THEIRS = Slots(16, 4, {12: 1, 11: 2, 13: 3})


def _votes(*pairs: tuple[int, int]) -> Votes:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Votes.counted(table[:, 0], table[:, 1])


def test_slots_that_code_confirms_change_places():
    confirmed, denied = judged(OURS, THEIRS, _votes((16, 32), (32, 16), (48, 48)))
    assert (confirmed, denied) == ({11, 12, 13}, set())
    found = align_slots(OURS, THEIRS, frozenset(confirmed))
    assert found is not None
    assert found.triples() == [(0, 0, 16), (16, 32, 16), (32, 16, 16), (48, 48, 16)]


def test_exchanged_relocations_are_denied_by_the_calls():
    confirmed, denied = judged(OURS, THEIRS, _votes((16, 16), (32, 32), (48, 48)))
    assert denied == {11, 12}
    assert align_slots(OURS, THEIRS, frozenset(confirmed)) is None


def test_what_nothing_uses_is_confirmed_by_nothing():
    assert judged(OURS, THEIRS, _votes()) == (set(), set())


def test_words_that_all_lead_to_the_head_of_the_plt_hide_no_entry():
    """AArch64: every word of .got.plt holds the address of the first entry until it is bound."""
    compiler = shutil.which("aarch64-linux-gnu-gcc")
    if compiler is None:
        pytest.skip("needs gcc for aarch64")
    with tempfile.TemporaryDirectory() as top:
        source = "extern int one(int), two(int), three(int); int f(int x) { return one(two(three(x))); }"
        Path(top, "x.c").write_text(source)
        command = [compiler, "-O1", "-fPIC", "-shared", "-nostdlib", "-Wl,-z,lazy", "x.c", "-o", "x.so"]
        subprocess.run(command, check=True, cwd=top)
        image = Image(parse(Path(top, "x.so").read_bytes(), "x.so"))
    section = next(s for s in image.elf.sections if s.name == ".plt")
    references = CodeMap(image).of(section)
    assert references is not None
    found = plt_slots(image, section, references, pointers_of(image, None))
    assert sorted(found.by_mark.values()) == [2, 3, 4]
