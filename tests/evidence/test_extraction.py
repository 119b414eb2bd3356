"""Facts of small files written by hand: bytes behind the end, IDs of split units, moved lines."""

from __future__ import annotations

import struct

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence import headers, lines, notes, splits
from elfdiff.evidence.model import DebugLinkChange, TailChange

END = b"~Module signature appended~\n"


@pytest.fixture
def pair(make, part):
    """``pair(a, b, tails)``: two files with these debug sections and bytes behind the end."""

    def of(a, b, tails=(b"", b"")):
        files = [
            make([part(name, data) for name, data in side.items()], tail=tail)
            for side, tail in zip((a, b), tails, strict=True)
        ]
        return compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True)))

    return of


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (b"one" + END, b"two" + END, "module-signature"),
        (b"", b"x" + END, "module-signature"),
        (b"one", b"two", "unknown"),
    ],
)
def test_bytes_behind_the_end(pair, left, right, kind):
    (change,) = [item for item in headers.extract(pair({}, {}, (left, right))) if isinstance(item, TailChange)]
    assert change.kind == kind
    assert [place.length if place else 0 for place in (change.a, change.b)] == [len(left), len(right)]


def skeleton(identity: bytes) -> bytes:
    body = struct.pack("<HBBI", 5, 4, 8, 0) + identity + b"\0"
    return struct.pack("<I", len(body)) + body


def test_ids_of_split_units_and_nothing_else(pair):
    one, two, other = (bytes((n,)) * 8 for n in (1, 2, 3))
    a = {".debug_info": skeleton(one) + skeleton(two), ".debug_abbrev": b"\0"}
    b = {".debug_info": skeleton(one) + skeleton(other), ".debug_abbrev": b"\0"}
    (change,) = splits.extract(pair(a, b))
    assert (change.count, change.total, change.alone) == (1, 2, True)
    assert change.a.value == two.hex()
    (change,) = splits.extract(pair({**a, ".rodata": b"x"}, {**b, ".rodata": b"y"}))
    assert not change.alone
    assert list(splits.extract(pair(a, a))) == []


def unit(*rows: int) -> dict[str, bytes]:
    """A DWARF 4 unit of one file, main.c, whose code has these lines."""
    lengths = bytes((0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1))
    program = b""
    last = 1
    for row in rows:
        program += bytes((3, (row - last) & 0x7F, 1))
        last = row
    head = bytes((1, 1, 1, 251, 14, 13)) + lengths + b"\0main.c\0\0\0\0\0"
    table = struct.pack("<HI", 4, len(head)) + head + program + bytes((0, 1, 1))
    # DW_TAG_compile_unit: DW_AT_name as string, DW_AT_stmt_list as sec_offset.
    info = struct.pack("<HIB", 4, 0, 8) + b"\1main.c\0" + struct.pack("<I", 0)
    return {
        ".debug_info": struct.pack("<I", len(info)) + info,
        ".debug_abbrev": bytes((1, 0x11, 0, 0x03, 0x08, 0x10, 0x17, 0, 0, 0)),
        ".debug_line": struct.pack("<I", len(table)) + table,
    }


def test_lines_that_moved(pair):
    (change,) = lines.extract(pair(unit(5, 9, 12), unit(5, 11, 14)))
    assert (change.file, change.a_line, change.b_line, change.count) == ("main.c", 9, 11, 2)
    assert len(change.spans) == 2
    assert list(lines.extract(pair(unit(5, 9, 12), unit(5, 9, 12)))) == []


def test_a_damaged_line_program_says_nothing(pair):
    cut = unit(5, 9, 12)
    cut[".debug_line"] = cut[".debug_line"][:-5]
    assert list(lines.extract(pair(unit(5, 8, 12), cut))) == []


def test_the_name_of_a_debug_file_that_is_a_build_id_is_part_of_the_digest(make, part):
    def built(identity: bytes, name: bytes) -> bytes:
        note = struct.pack("<III4s", 4, len(identity), 3, b"GNU\0") + identity
        link = name + bytes(-len(name) % 4 or 4) + b"\1\2\3\4"
        return make([part(".note.gnu.build-id", note, type=7, alignment=4), part(".gnu_debuglink", link)])

    one, two = bytes(range(20)), bytes(range(20, 40))
    for names, expected in (
        ((one.hex()[2:] + ".debug", two.hex()[2:] + ".debug"), 1),
        (("tool-1.debug", "tool-2.debug"), 0),
    ):
        files = [built(i, n.encode()) for i, n in zip((one, two), names, strict=True)]
        pair = compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True)))
        (change,) = [item for item in notes.extract(pair) if isinstance(item, DebugLinkChange)]
        assert change.name_differs
        assert len(change.spans) == expected
