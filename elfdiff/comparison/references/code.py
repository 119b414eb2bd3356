"""References of machine code: operands, and the jump tables that operands lead to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.functions import functions_in
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, machine
from elfdiff.comparison.image import SHF_TLS, SHT_NOBITS, Image, signed, wrapped
from elfdiff.comparison.references.fields import ADDRESS, Fields
from elfdiff.comparison.references.ranges import function_ranges
from elfdiff.comparison.runs import Flags, Ints, isin, unique
from elfdiff.comparison.tables.functiontables import likely_pointers
from elfdiff.elf.model import Section
from elfdiff.values import dataclass, field

ET_EXEC = 2
EM_X86_64 = 62
DT_PLTGOT = 3
SHT_RELA = 4
MAX_TABLE = 4096
"""Entries of one jump table."""


@dataclass(frozen=True, eq=False)
class CodeMap:
    """References in one file's code, decoded section by section when they are first asked for.

    ``debug`` holds those of its DWARF, once :func:`elfdiff.comparison.references.debug_fields` was asked.
    """

    image: Image
    known: dict[int, CodeReferences | None] = field(default_factory=dict)
    debug: list[tuple[Fields, ...]] = field(default_factory=list)

    def of(self, section: Section) -> CodeReferences | None:
        """References of one section; None if nothing here reads this machine."""
        if section.index not in self.known:
            self.known[section.index] = decode(self.image, section)
        return self.known[section.index]


def code_sections(image: Image) -> list[Section]:
    """Executable sections that have contents."""
    return [
        s
        for s in image.elf.sections
        if s.is_executable and s.span is not None and s.span.length and s.compression is None
    ]


def decode(image: Image, section: Section) -> CodeReferences | None:
    """References in one section's code; None if nothing here reads this machine."""
    known = machine(image.elf.header)
    if known is None:
        return None
    address = 0 if image.relocatable else section.address
    got = next((entry.value for entry in image.elf.dynamic if entry.tag == DT_PLTGOT), None)

    def starts() -> Ints:
        ranges = [] if image.relocatable else function_ranges(image)
        return np.array([f.start for f in functions_in(image, section, ranges)], dtype=np.int64)

    return known.references(Code(image.content(section), address, image.elf.header.type == ET_EXEC, got, starts))


def allocated(image: Image, values: Ints) -> Flags:
    """Which numbers are addresses inside an allocated section (or at the end of one)."""
    hit = np.zeros(len(values), dtype=bool)
    for section in image.elf.sections:
        if section.is_allocated and section.address and not (section.type == SHT_NOBITS and section.flags & SHF_TLS):
            hit |= (values >= section.address) & (values <= section.address + section.size)
    return hit


def code_fields(image: Image, code: CodeMap) -> Iterator[Fields]:
    """Operands and jump tables of every decoded section; nothing in relocatable files, whose relocations say it all."""
    if image.relocatable:
        return
    tables: list[Ints] = []
    loaded: list[Ints] = []
    origin: int | None = None
    width = 4
    begins = _begins(image) if image.elf.header.type == ET_EXEC else np.zeros(0, dtype=np.int64)
    for section in code_sections(image):
        found = code.of(section)
        if found is None or section.span is None:
            continue
        start = section.span.start
        for spread in found.spread:
            inside = allocated(image, spread.target)
            extra = spread.extra if isinstance(spread.extra, int) else spread.extra[inside]
            at = spread.at[inside] + start
            yield Fields(
                "code operand", at, spread.immediate.width, spread.target[inside], ADDRESS, spread.base, extra,
                immediate=spread.immediate, held=image.numbers(at, spread.immediate.width),
            )  # fmt: skip
            if spread.kind == ReferenceKind.MEMORY:
                tables.append(spread.target[inside])
        origin = found.table_origin if origin is None else origin
        width = found.table_width
        near = (found.kind == ReferenceKind.MEMORY) | (found.kind == ReferenceKind.BRANCH)
        at, end = found.at[near], found.end[near]
        value = signed(image.numbers(at + start, 4), 4)
        target = value + wrapped(section.address) + end
        inside = allocated(image, target)
        # One that leads nowhere is listed, too: b's may lead somewhere with the same number.
        yield Fields("code operand", at[inside] + start, 4, target[inside], ADDRESS, Base.SITE, (end - at)[inside])
        yield Fields("code operand", at[~inside] + start, 4, target[~inside], ADDRESS, Base.SITE, (end - at)[~inside])
        memory = inside & (found.kind[near] == ReferenceKind.MEMORY)
        tables.append(target[memory])
        loaded.append(target[memory & found.table[near]])
        for kind, size in ((ReferenceKind.ABSOLUTE32, 4), (ReferenceKind.ABSOLUTE64, 8)):
            at = found.at[found.kind == kind]
            if not len(at) or _only_go(image):
                continue
            target = image.numbers(at + start, size)
            # Bounds of 16 pages keep small numbers from being taken for addresses of a file linked near 0.
            inside = allocated(image, target) & (target >= 0x10000)
            if len(begins):
                # Code refers to the beginnings of functions; other numbers that happen to lie in code are numbers.
                inside &= ~_in_code(image, target) | isin(target, begins)
            yield Fields("absolute code operand", at[inside] + start, size, target[inside], ADDRESS)
            if size == 4:
                tables.append(target[inside])
    got2 = image.elf.section(".got2")
    for section in image.elf.sections if got2 is not None and tables else ():
        # PowerPC: the addresses that position-independent code uses, those of tables among them, stand in .got2.
        if section.type == SHT_RELA and section.is_allocated and section.span is not None and got2 is not None:
            table = image.elf.relocation_table(section)
            offset = table["offset"].astype(np.int64)
            tables.append(
                table["addend"].astype(np.int64)[(offset >= got2.address) & (offset < got2.address + got2.size)]
            )
    if tables:
        targets = unique(np.concatenate(tables))
        yield from _relative_tables(
            image, targets, unique(np.concatenate(loaded)) if loaded else targets[:0], origin, width
        )
        if image.elf.header.type == ET_EXEC:
            yield from _absolute_tables(image, targets)


def _data_sections(image: Image) -> list[Section]:
    return [
        s
        for s in image.elf.sections
        if s.is_allocated and not s.is_executable and s.span is not None and s.span.length >= 4 and s.type == 1
    ]


def _only_go(image: Image) -> bool:
    """Go's own linker made the file, for x86-64: there Go computes addresses from the place of the code."""
    names = {section.name for section in image.elf.sections}
    return image.elf.header.machine == EM_X86_64 and ".gopclntab" in names and ".init" not in names


def _in_code(image: Image, values: Ints) -> Flags:
    hit = np.zeros(len(values), dtype=bool)
    for section in code_sections(image):
        hit |= (values >= section.address) & (values < section.address + section.size)
    return hit


def _begins(image: Image) -> Ints:
    """Addresses at which functions and sections of code begin; none where nothing tells of functions."""
    ranges = function_ranges(image)
    found = [(f.start + s.address) for s in code_sections(image) for f in functions_in(image, s, ranges)]
    if not found:
        return np.zeros(0, dtype=np.int64)
    edges = [edge for s in code_sections(image) for edge in (s.address, s.address + s.size)]
    return unique(np.array([*found, *edges], dtype=np.int64))


def _relative_tables(image: Image, targets: Ints, loaded: Ints, origin: int | None, width: int) -> Iterator[Fields]:
    """Tables of distances (``width`` bytes) from their own start, or from ``origin`` (gcc and LLVM,
    position-independent code).

    Jump tables lead to code, all of it in one function. LLVM's relative look-up tables lead to data; those count only
    if code loads from them as from a table (``loaded``).
    """
    for section in _data_sections(image):
        if section.span is None:
            continue
        here = targets[(targets >= section.address) & (targets + width <= section.address + section.size)]
        here = here[here % width == 0]
        if not len(here):
            continue
        limit = np.append(here[1:], section.address + section.size)
        shift = section.span.start - section.address
        first = signed(image.numbers(here + shift, width), width) + (here if origin is None else origin)
        likely = np.flatnonzero(_in_code(image, first))
        ranges = sorted(function_ranges(image)) if len(likely) else []
        begins = np.array([start for start, _ in ranges], dtype=np.int64)
        jumps = _Tables.read(image, here, limit, likely, shift, origin, width)
        good = _in_code(image, jumps.goal)
        found = jumps.cut(jumps.run(good))
        if len(begins) and len(found.goal):
            # What follows a table may lead into code by chance, but hardly into the same function.
            home = np.searchsorted(begins, found.goal, side="right")
            found = found.cut(found.last(home == home[np.repeat(found.first, found.count)]))
        found = found.cut(found.several())
        looked = np.flatnonzero(
            isin(here, loaded) & allocated(image, first) & ~isin(here, found.at[found.first] - shift)
        )
        others = _Tables.read(image, here, limit, looked, shift, origin, width)
        place = others.at[np.repeat(others.first, others.count)] - shift
        own = (others.goal >= place) & (others.goal < place + width * np.repeat(others.count, others.count))
        more = others.cut(others.run(allocated(image, others.goal) & ~own))
        for table in (found, more):
            if len(table.at):
                yield Fields("jump table", table.at, width, table.goal, ADDRESS, Base.PLACE, table.base)


@dataclass(frozen=True, slots=True)
class _Tables:
    """Entries of many tables in a row; ``first`` and ``count`` say which entries make one table."""

    at: Ints
    goal: Ints
    base: Ints
    first: Ints
    count: Ints

    @classmethod
    def read(
        cls, image: Image, here: Ints, limit: Ints, chosen: Ints, shift: int, origin: int | None, width: int
    ) -> _Tables:
        """Entries from each chosen place up to the next one."""
        count = np.minimum((limit[chosen] - here[chosen]) // width, MAX_TABLE)
        start = np.repeat(here[chosen], count)
        base = start if origin is None else np.full(len(start), origin, dtype=np.int64)
        first = np.cumsum(count) - count
        at = start + shift + width * (np.arange(len(base), dtype=np.int64) - np.repeat(first, count))
        return cls(at, signed(image.numbers(at, width), width) + base, base, first, count)

    def run(self, good: Flags) -> Ints:
        """How many entries of each table are good before the first that is not."""
        if not len(self.at):
            return self.count
        place = np.arange(len(self.at), dtype=np.int64) - np.repeat(self.first, self.count)
        bad = np.where(good, np.int64(MAX_TABLE), place)
        return np.minimum(np.minimum.reduceat(bad, self.first), self.count)

    def last(self, good: Flags) -> Ints:
        """How many entries of each table there are up to the last good one."""
        place = np.arange(len(self.at), dtype=np.int64) - np.repeat(self.first, self.count)
        return np.maximum.reduceat(np.where(good, place + 1, 0), self.first)

    def several(self) -> Ints:
        """The entries of each table; none if all lead to one place, as equal parts of a vector may seem to."""
        if not len(self.at):
            return self.count
        same = np.minimum.reduceat(self.goal, self.first) == np.maximum.reduceat(self.goal, self.first)
        return np.where(same, 0, self.count)

    def cut(self, keep: Ints) -> _Tables:
        """Each table cut to a number of entries; those of fewer than two dropped."""
        keep = np.where(keep >= 2, keep, 0)
        place = np.arange(len(self.at), dtype=np.int64) - np.repeat(self.first, self.count)
        inside = place < np.repeat(keep, self.count)
        count = keep[keep > 0]
        return _Tables(self.at[inside], self.goal[inside], self.base[inside], np.cumsum(count) - count, count)


def _absolute_tables(image: Image, targets: Ints) -> Iterator[Fields]:
    """Pointers in data of a file linked to a fixed place: no relocation tells of them, so every aligned word counts."""
    del targets
    width = image.word
    for section in _data_sections(image):
        if section.span is None or section.address % width or section.name == ".gopclntab":
            continue
        count = section.span.length // width
        at = section.span.start + width * np.arange(count, dtype=np.int64)
        values = image.numbers(at, width)
        inside = allocated(image, values) & (values >= 0x10000)
        inside[inside] = likely_pointers(image, values[inside])
        if inside.any():
            yield Fields("pointer", at[inside], width, values[inside], ADDRESS)
