"""Line number programs written by hand."""

from __future__ import annotations

import struct

import pytest

from elfdiff.elf.lineprogram import line_header, line_rows, without_addresses

LENGTHS = bytes((0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1))


def table(program: bytes, version: int = 4, line_range: int = 14, lengths: bytes = LENGTHS) -> bytes:
    """A version 2 to 4 table with no directories and one file, line base -5."""
    rest = bytes((1, 1) if version >= 4 else (1,)) + bytes((1, 251, line_range, len(lengths) + 1)) + lengths
    rest += b"\0main.c\0\0\0\0\0"
    body = struct.pack("<HI", version, len(rest)) + rest + program
    return struct.pack("<I", len(body)) + body


def rows(data: bytes):
    header = line_header(data, "little", 0)
    return None if header is None else line_rows(data, "little", header)


SET_ADDRESS = bytes((0, 9, 2)) + (0x1000).to_bytes(8, "little")
END = bytes((0, 1, 1))


@pytest.mark.parametrize("version", [2, 3, 4])
def test_rows(version):
    # Line 1 + 9 by advance_line, copy; a special opcode adds 2 lines; column 5 and copy; file 2 and copy.
    program = SET_ADDRESS + bytes((3, 9, 1, 13 + 5 + 2, 5, 5, 1, 4, 2, 1)) + END
    assert rows(table(program, version)) == [(1, 10, 0), (1, 12, 0), (1, 12, 5), (2, 12, 5)]


def test_equal_neighbours_count_once_and_a_sequence_begins_anew():
    program = bytes((3, 9, 1, 2, 8, 1)) + END + bytes((1,)) + END
    assert rows(table(program)) == [(1, 10, 0), (1, 1, 0)]


def test_operands_are_passed_over():
    # advance_pc 300, negate_stmt, fixed_advance_pc of two bytes, set_isa, an unknown extended opcode.
    program = bytes((2, 0xAC, 0x02, 6, 9, 1, 1, 12, 7, 0, 3, 0x80, 1, 1, 1)) + END
    assert rows(table(program)) == [(1, 1, 0)]


@pytest.mark.parametrize("program", [bytes((3,)), bytes((0, 9, 2)), bytes((3, 0x80)), bytes((0,))])
def test_a_program_that_ends_within_an_opcode_gives_none(program):
    assert rows(table(program)) is None


def test_no_line_range_and_no_header_give_none():
    assert rows(table(b"\x0d", line_range=0)) is None
    assert line_header(b"\1\2", "little", 0) is None
    assert line_header(table(b"", version=9), "little", 0) is None


def test_addresses_are_masked():
    moved = bytes((0, 9, 2)) + (0x2000).to_bytes(8, "little")
    assert without_addresses(SET_ADDRESS + b"\x14" + END, 8) == without_addresses(moved + b"\x14" + END, 8)
    assert without_addresses(SET_ADDRESS + b"\x14", 8) != without_addresses(SET_ADDRESS + b"\x15", 8)
