"""Source files under another name, in small programs built by a real compiler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.model import SourceRenamed
from elfdiff.evidence.renames import extract

SOURCE = "#include <stdio.h>\nint main(void) { puts(__FILE__); return 0; }\n"


@pytest.fixture
def renamed(tmp_path: Path):
    """``renamed(a, b, flags)``: what is said of one program compiled from a file of either name."""
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")

    def of(a: str, b: str, *flags: str) -> list[SourceRenamed]:
        files = []
        for side, name in (("a", a), ("b", b)):
            (tmp_path / name).write_text(SOURCE)
            subprocess.run(["gcc", *flags, "-o", side, name], cwd=tmp_path, check=True)
            files.append(parse((tmp_path / side).read_bytes(), side))
        return list(extract(compare(*files)))

    return of


@pytest.mark.parametrize("flags", [(), ("-g",), ("-g", "-gdwarf-4")])
def test_both_names_and_every_place_of_them(renamed, flags):
    (change,) = renamed("hash.c", "digest.c", *flags)
    assert (change.a_name, change.b_name) == ("hash.c", "digest.c")
    sizes = [{span.length for pair in change.spans if (span := pair[side]) is not None} for side in (0, 1)]
    assert sizes == [{len("hash.c") + 1}, {len("digest.c") + 1}]


def test_equal_names_are_no_change(renamed):
    assert renamed("hash.c", "hash.c", "-g") == []


@pytest.mark.parametrize(
    ("a", "b"), [("ccAb12Cd.c", "ccXy98Zw.c"), ("gen-17.c", "gen-18.c"), ("tmp_8sk2lq.c", "tmp_k20x1p.c")]
)
def test_names_that_tools_draw_or_count_are_no_change(renamed, a, b):
    assert not [item for item in renamed(a, b) if isinstance(item, SourceRenamed)]
