"""The rows of a line number program (DWARF 5, section 6.2.5), without their addresses."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.elf.bytestream import ByteStream, OutOfBytes
from elfdiff.elf.linetable import LineHeader, read_line_header
from elfdiff.elf.model import ByteOrder

Row = tuple[int, int, int]
"""File (as the program counts them), line, column."""

_END_SEQUENCE, _SET_ADDRESS = 1, 2
_COPY, _ADVANCE_LINE, _SET_FILE, _SET_COLUMN, _FIXED_ADVANCE_PC = 1, 3, 4, 5, 9


def line_header(data: bytes, byte_order: ByteOrder, offset: int) -> LineHeader | None:
    """The header at ``offset`` of .debug_line; None if it cannot be read."""
    try:
        return read_line_header(ByteStream(data, byte_order, offset), 0)
    except OutOfBytes:
        return None


def line_rows(data: bytes, byte_order: ByteOrder, header: LineHeader) -> list[Row] | None:
    """Every row in the program's order, equal neighbours once, ends of sequences left out; None if it is damaged.

    The work is in proportion to the program's bytes: each opcode gives one row at most.
    """
    if not header.line_range or header.start > header.end:
        return None
    try:
        return _rows(ByteStream(data, byte_order, header.start, header.end), header)
    except OutOfBytes:
        return None


def _rows(stream: ByteStream, header: LineHeader) -> list[Row]:
    data, end = stream.data, stream.end
    base, span, first_special = header.line_base, header.line_range, len(header.lengths) + 1
    rows: list[Row] = []
    last: Row | None = None
    file, line, column = 1, 1, 0
    while stream.at < end:
        opcode = data[stream.at]
        stream.at += 1
        if opcode >= first_special:
            line += base + (opcode - first_special) % span
        elif opcode == _ADVANCE_LINE:
            line += stream.sleb()
            continue
        elif opcode == _SET_COLUMN:
            column = stream.uleb()
            continue
        elif opcode == _SET_FILE:
            file = stream.uleb()
            continue
        elif opcode == 0:
            if _extended(stream):
                file, line, column, last = 1, 1, 0, None
            continue
        elif opcode != _COPY:
            _pass_over(stream, opcode, header.lengths)
            continue
        row = (file, line, column)
        if row != last:
            rows.append(row)
            last = row
    return rows


def _extended(stream: ByteStream) -> bool:
    """Pass over an extended opcode; True if it ends a sequence."""
    length = stream.uleb()
    if length == 0:
        return False
    opcode = stream.u1()
    stream.skip(length - 1)
    return opcode == _END_SEQUENCE


def _pass_over(stream: ByteStream, opcode: int, lengths: Sequence[int]) -> None:
    if opcode == _FIXED_ADVANCE_PC:
        # The one standard opcode whose operand is no LEB128.
        stream.skip(2)
        return
    for _ in range(lengths[opcode - 1]):
        stream.uleb()


def without_addresses(program: bytes, address_size: int) -> bytes:
    """The program's bytes without its DW_LNE_set_address operands, for a quick look whether anything else differs."""
    mark = bytes((0, address_size + 1, _SET_ADDRESS))
    pieces = program.split(mark)
    return mark.join([pieces[0], *(piece[address_size:] for piece in pieces[1:])])
