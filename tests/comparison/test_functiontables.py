"""Go's function table, written by hand: found only where its contents agree with its header, and aligned by table."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import numpy as np
import pytest

from elfdiff.comparison.image import Image
from elfdiff.comparison.tables.functiontables import (
    align_function_tables,
    file_entries,
    function_table,
    likely_pointers,
)
from elfdiff.comparison.texts.pools import Rewriter
from elfdiff.comparison.texts.rewrites import Rewrite, RewriteKind
from elfdiff.elf.file import parse

NAMES = [b"runtime.main", b"main.main", b"fmt.Println"]
VALUES = b"\0\x02\x0b\x10\x07\x20\xa2\x01\x1f\x01\x0f\x01\x30\x14\x2f\x14"


def table(texts_of_files: list[bytes], **changed: int) -> bytes:
    """A section as Go's linker lays it out for amd64."""

    def texts(many: list[bytes]) -> bytes:
        data = b"".join(text + b"\0" for text in many)
        return data + bytes(-len(data) % 8)

    offsets = list(itertools.accumulate((len(text) + 1 for text in texts_of_files), initial=0))
    units = struct.pack(f"<{len(offsets)}I", *offsets[:-1], 0xFFFFFFFF)
    parts = [texts(NAMES), units + bytes(-len(units) % 8), texts(texts_of_files), VALUES + bytes(-len(VALUES) % 8)]
    starts = list(itertools.accumulate((len(part) for part in parts), initial=72))
    pairs = struct.pack("<5I", 0, 24, 64, 68, 128)
    records = b"".join(struct.pack("<11I", 0, 0, 0, 0, 1, 3, 5, 0, 0, 1, 0) for _ in range(2))
    head = dict(zip(("names", "units", "files", "values", "functions"), starts, strict=True)) | {
        "count": len(texts_of_files)
    }
    head |= changed
    numbers = (2, head["count"], 0, *(head[k] for k in ("names", "units", "files", "values", "functions")))
    return struct.pack("<IHBB8Q", 0xFFFFFFF1, 0, 1, 8, *numbers) + b"".join(parts) + pairs + bytes(4) + records


ONE = [b"/src/one/main.go", b"/go/fmt/print.go"]
TWO = [b"/src/second/main.go", b"/go/fmt/print.go"]


def test_the_tables_are_found() -> None:
    data = table(ONE)
    found = function_table(data, 8, True)
    assert found is not None
    assert data[found.files : found.pcs].startswith(b"/src/one/main.go\0/go/fmt")
    # The third entry names no file; the fourth is padding, which reads as the first file.
    assert file_entries(data, found, True).tolist() == [found.units, found.units + 4, found.units + 12]


@pytest.mark.parametrize("name", ["names", "units", "files", "values", "functions"])
@pytest.mark.parametrize("step", [1, 8, -8, 16, 1 << 40, -(1 << 40)])
def test_a_changed_header_moves_nothing(name: str, step: int) -> None:
    x = table(ONE)
    ours = function_table(x, 8, True)
    assert ours is not None
    at = {"values": ours.pcs}.get(name) or getattr(ours, name)
    y = table(ONE, **{name: (at + step) % (1 << 64)})
    theirs = function_table(y, 8, True)
    if theirs is not None:
        found = align_function_tables(x, y, ours, theirs, Rewriter([]), 8).runs
        starts = np.array([start for start, _ in ours.parts], dtype=np.int64)
        there = found.map(starts)
        assert (there.value == starts)[there.known].all()
        assert (there.other == starts)[there.ambiguous].all()


def test_another_number_of_files_is_none() -> None:
    assert function_table(table(ONE, count=3), 8, True) is None
    assert function_table(table(ONE)[:100], 8, True) is None
    assert function_table(b"", 8, True) is None


def test_a_longer_file_name_moves_the_values_behind_its_padding() -> None:
    x, y = table(ONE), table(TWO)
    ours, theirs = function_table(x, 8, True), function_table(y, 8, True)
    assert ours is not None
    assert theirs is not None
    rewriter = Rewriter([Rewrite(0, RewriteKind.PREFIX, b"/src/one", b"/src/second")])
    found = align_function_tables(x, y, ours, theirs, rewriter, 8)
    places = {a: b for a, b, n in found.runs.triples()}
    assert places[ours.pcs] == theirs.pcs
    (change,) = found.changes
    assert x[change.a_at : change.a_at + change.a_length] == b"/src/one"
    assert y[change.b_at : change.b_at + change.b_length] == b"/src/second"


def test_what_data_can_point_to_in_a_go_program() -> None:
    data = (Path(__file__).parents[2] / "samples" / "build-path-go" / "a").read_bytes()
    image = Image(parse(data, "a"))
    text, section = (image.elf.section(name) for name in (".text", ".gopclntab"))
    assert text is not None
    assert section is not None
    found = function_table(image.content(section), 8, True)
    assert found is not None
    second = struct.unpack_from("<I", image.content(section), found.functions + 8)[0]
    values = [text.address, text.address + 1, text.address + second, text.address + second - 1]
    values += [section.address, section.address + 8, section.address + found.files, 12, text.address + text.size]
    likely = likely_pointers(image, np.array(values, dtype=np.int64))
    assert likely.tolist() == [True, False, True, False, True, False, True, True, True]
