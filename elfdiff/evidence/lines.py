"""Source files whose code is recorded at other lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit, Section
from elfdiff.evidence.budget import shortest
from elfdiff.evidence.model import Evidence, LineNumbersChange
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass

if TYPE_CHECKING:
    from elfdiff.elf.linetable import LineHeader

MAX_BYTES = 1_200_000
"""Bytes of line programs that are read of one pair: about a second of work."""
MAX_FILES = 100
LEAST = 0.5
"""Share of the longer list of rows that must have a partner before moved lines say anything."""

NamedRow = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the lines of a file first moved, and how many rows did."""

    file: str
    a_line: int
    b_line: int
    count: int


@dataclass(frozen=True, slots=True)
class _Program:
    section: Section
    data: bytes
    header: LineHeader
    unit: DebugUnit

    @property
    def bytes(self) -> bytes:
        return self.data[self.header.start : self.header.end]


def extract(pair: Pair) -> Iterator[Evidence]:
    """Each source file once, in the order of a's units, with the line program and the entries of its unit."""
    seen: set[str] = set()
    for left, right in shortest(list(_changed(pair)), _size, MAX_BYTES):
        for moved in moves(_rows(pair.a, left), _rows(pair.b, right)):
            if moved.file not in seen and len(seen) < MAX_FILES:
                seen.add(moved.file)
                yield from _changes(pair, left, right, moved)


def _changed(pair: Pair) -> Iterator[tuple[_Program, _Program]]:
    """The line programs of partners that differ by more than addresses."""
    if not pair.units:
        return
    from elfdiff.elf.lineprogram import without_addresses

    width = pair.a.elf_class // 8
    for item in pair.units:
        left, right = _program(pair.a, item.a), _program(pair.b, item.b)
        if left is None or right is None:
            continue
        if without_addresses(left.bytes, width) != without_addresses(right.bytes, width):
            yield left, right


def _size(programs: tuple[_Program, _Program]) -> int:
    return sum(len(program.bytes) for program in programs)


def _program(elf: ElfFile, unit: DebugUnit | None) -> _Program | None:
    from elfdiff.elf.lineprogram import line_header

    found = elf.line_section
    if unit is None or unit.lines is None or found is None or unit.lines >= len(found[1]):
        return None
    header = line_header(found[1], elf.byte_order, unit.lines)
    return None if header is None else _Program(*found, header, unit)


def _rows(elf: ElfFile, program: _Program) -> list[NamedRow]:
    from elfdiff.elf.lineprogram import line_rows

    rows = line_rows(program.data, elf.byte_order, program.header)
    files = program.unit.files
    first = 0 if program.header.version >= 5 else 1
    return [
        (files[number - first] if first <= number < len(files) + first else "", line, column)
        for number, line, column in rows or ()
    ]


def moves(a: Sequence[NamedRow], b: Sequence[NamedRow]) -> Iterator[Moved]:
    """The files of which every line that has a partner went to one line, none past another, and some moved.

    Rows are partners if they stand alike in both lists, counted from the front or from the end, steps between lines
    alike: code that was added or changed stays between the two.
    """
    a_steps, b_steps = _steps(a), _steps(b)
    head = _common(a_steps, b_steps) if len(a) != len(b) else len(a)
    if len(a) == len(b) and [_base(row[0]) for row in a] != [_base(row[0]) for row in b]:
        head = _common(a_steps, b_steps)
    tail = min(_common(a_steps[::-1], b_steps[::-1]), len(a) - head, len(b) - head)
    if head + tail < LEAST * max(len(a), len(b)):
        return
    pairs = [*zip(a[:head], b[:head], strict=True), *zip(a[len(a) - tail :], b[len(b) - tail :], strict=True)]
    lines: dict[str, dict[int, int]] = {}
    counts: dict[str, int] = {}
    unsteady: set[str] = set()
    for (file, a_line, _), (_, b_line, _) in pairs:
        known = lines.setdefault(file, {})
        if known.setdefault(a_line, b_line) != b_line:
            unsteady.add(file)
        counts[file] = counts.get(file, 0) + (a_line != b_line)
    for file, known in lines.items():
        order = sorted(known)
        steady = file and file not in unsteady and all(known[x] < known[y] for x, y in pairwise(order))
        first = next((line for line in order if line != known[line]), None)
        # Line 0 stands for code that belongs to no line (DWARF 5, section 6.2.2).
        if steady and first is not None and known.get(0, 0) == 0:
            yield Moved(file, first, known[first], counts[file])


def _steps(rows: Sequence[NamedRow]) -> list[tuple[str, int]]:
    """The base name of each row's file, and how far its line lies from the one before in that file."""
    last: dict[str, int] = {}
    found: list[tuple[str, int]] = []
    for file, line, _ in rows:
        base = _base(file)
        found.append((base, line - last.get(base, line)))
        last[base] = line
    return found


def _base(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _common(a: Sequence[tuple[str, int]], b: Sequence[tuple[str, int]]) -> int:
    for index, (left, right) in enumerate(zip(a, b, strict=False)):
        if left != right:
            return index
    return min(len(a), len(b))


def _changes(pair: Pair, left: _Program, right: _Program, moved: Moved) -> Iterator[LineNumbersChange]:
    programs = tuple(_span(item.section, item.header.start, item.header.end) for item in (left, right))
    entries = tuple(_entries(elf, item.unit) for elf, item in ((pair.a, left), (pair.b, right)))
    yield LineNumbersChange(
        section=".debug_line",
        a=_place(left, f"{_base(moved.file)}:{moved.a_line}"),
        b=_place(right, f"{_base(moved.file)}:{moved.b_line}"),
        spans=tuple((one, other) for one, other in (programs, entries) if one and other),
        file=moved.file,
        a_line=moved.a_line,
        b_line=moved.b_line,
        count=moved.count,
    )


def _place(program: _Program, text: str) -> Location:
    start, end = program.header.start, program.header.end
    span = _span(program.section, start, end)
    if span is None:
        return Location(start, end - start, f"{program.section.name} inflated", text)
    return Location(span.start, span.length, "file", text)


def _entries(elf: ElfFile, unit: DebugUnit) -> Span | None:
    """The file range of a unit in .debug_info: its entries tell lines as well (DW_AT_decl_line, DW_AT_call_line)."""
    sections = elf.sections_named(".debug_info")
    return _span(sections[0], unit.offset, unit.end) if len(sections) == 1 else None


def _span(section: Section, start: int, end: int) -> Span | None:
    """The file range of a part of a section's contents; None if they are compressed or end before it."""
    if section.span is None or section.compression is not None or not start <= end <= section.span.length:
        return None
    return Span(section.span.start + start, section.span.start + end)
