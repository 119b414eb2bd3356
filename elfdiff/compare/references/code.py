"""References of machine code: operands, and the jump tables that operands lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from elfdiff.compare.fields import ADDRESS, Base, Fields
from elfdiff.compare.image import SHF_TLS, SHT_NOBITS, Image, signed
from elfdiff.compare.machines import CodeReferences, ReferenceKind, machine
from elfdiff.compare.references.ranges import function_ranges
from elfdiff.compare.runs import Flags, Ints
from elfdiff.elf.model import Section

ET_EXEC = 2
MAX_TABLE = 4096
"""Entries of one jump table."""


@dataclass(frozen=True, eq=False)
class CodeMap:
    """References in one file's code, decoded section by section when they are first asked for."""

    image: Image
    known: dict[int, CodeReferences | None] = field(default_factory=dict)

    def of(self, section: Section) -> CodeReferences | None:
        """References of one section; None if nothing here reads this machine."""
        if section.index not in self.known:
            self.known[section.index] = decode(self.image, section)
        return self.known[section.index]


def code_sections(image: Image) -> list[Section]:
    """Executable sections that have contents."""
    return [s for s in image.elf.sections if s.is_executable and s.span is not None and s.span.length and s.compression is None]


def decode(image: Image, section: Section) -> CodeReferences | None:
    """References in one section's code; None if nothing here reads this machine."""
    known = machine(image.elf.header.machine)
    if known is None:
        return None
    address = 0 if image.relocatable else section.address
    return known.references(image.content(section), address, image.elf.header.type == ET_EXEC)


def allocated(image: Image, values: Ints) -> Flags:
    """Which numbers are addresses inside an allocated section (or at the end of one)."""
    hit = np.zeros(len(values), dtype=bool)
    for section in image.elf.sections:
        if section.is_allocated and section.size and not (section.type == SHT_NOBITS and section.flags & SHF_TLS):
            hit |= (values >= section.address) & (values <= section.address + section.size)
    return hit


def code_fields(image: Image, code: CodeMap) -> Iterator[Fields]:
    """Operands and jump tables of every decoded section; nothing in relocatable files, whose relocations say it all."""
    if image.relocatable:
        return
    tables: list[Ints] = []
    loaded: list[Ints] = []
    for section in code_sections(image):
        found = code.of(section)
        if found is None or section.span is None or not len(found.at):
            continue
        start = section.span.start
        near = (found.kind == ReferenceKind.MEMORY) | (found.kind == ReferenceKind.BRANCH)
        at, end = found.at[near], found.end[near]
        value = signed(image.numbers(at + start, 4), 4)
        target = value + section.address + end
        inside = allocated(image, target)
        yield Fields("code operand", at[inside] + start, 4, target[inside], ADDRESS, Base.SITE, (end - at)[inside])
        memory = inside & (found.kind[near] == ReferenceKind.MEMORY)
        tables.append(target[memory])
        loaded.append(target[memory & found.table[near]])
        for kind, width in ((ReferenceKind.ABSOLUTE32, 4), (ReferenceKind.ABSOLUTE64, 8)):
            at = found.at[found.kind == kind]
            if not len(at):
                continue
            target = image.numbers(at + start, width)
            # Bounds of 16 pages keep small numbers from being taken for addresses of a file linked near 0.
            inside = allocated(image, target) & (target >= 0x10000)
            yield Fields("absolute code operand", at[inside] + start, width, target[inside], ADDRESS)
            if width == 4:
                tables.append(target[inside])
    if tables:
        targets = np.unique(np.concatenate(tables))
        yield from _relative_tables(image, targets, np.unique(np.concatenate(loaded)) if loaded else targets[:0])
        if image.elf.header.type == ET_EXEC:
            yield from _absolute_tables(image, targets)


def _data_sections(image: Image) -> list[Section]:
    return [
        s
        for s in image.elf.sections
        if s.is_allocated and not s.is_executable and s.span is not None and s.span.length >= 4 and s.type == 1
    ]


def _in_code(image: Image, values: Ints) -> Flags:
    hit = np.zeros(len(values), dtype=bool)
    for section in code_sections(image):
        hit |= (values >= section.address) & (values < section.address + section.size)
    return hit


def _relative_tables(image: Image, targets: Ints, loaded: Ints) -> Iterator[Fields]:
    """Tables of 32-bit distances from their own start (gcc and LLVM, position-independent code).

    Jump tables lead to code, all of it in one function. LLVM's relative look-up tables lead to data; those count only
    if code loads from them as from a table (``loaded``).
    """
    for section in _data_sections(image):
        if section.span is None:
            continue
        here = targets[(targets >= section.address) & (targets + 4 <= section.address + section.size)]
        here = here[here % 4 == 0]
        if not len(here):
            continue
        limit = np.append(here[1:], section.address + section.size)
        shift = section.span.start - section.address
        first = signed(image.numbers(here + shift, 4), 4) + here
        likely = np.flatnonzero(_in_code(image, first))
        ranges = sorted(function_ranges(image)) if len(likely) else []
        begins = np.array([start for start, _ in ranges], dtype=np.int64)
        jumps: set[int] = set()
        ats: list[Ints] = []
        bases: list[Ints] = []
        goals: list[Ints] = []
        for index in likely.tolist():
            base = int(here[index])
            count = min((int(limit[index]) - base) // 4, MAX_TABLE)
            at = base + shift + 4 * np.arange(count, dtype=np.int64)
            goal = signed(image.numbers(at, 4), 4) + base
            good = _in_code(image, goal)
            stop = count if good.all() else int(good.argmin())
            if len(begins) and stop:
                # What follows a table may lead into code by chance, but hardly into the same function.
                home = np.searchsorted(begins, goal[:stop], side="right")
                stop = int(np.flatnonzero(home == home[0])[-1]) + 1
            if stop < 2:
                continue
            jumps.add(base)
            ats.append(at[:stop])
            goals.append(goal[:stop])
            bases.append(np.full(stop, base, dtype=np.int64))
        for index in np.flatnonzero(np.isin(here, loaded) & allocated(image, first)).tolist():
            base = int(here[index])
            if base in jumps:
                continue
            count = min((int(limit[index]) - base) // 4, MAX_TABLE)
            at = base + shift + 4 * np.arange(count, dtype=np.int64)
            goal = signed(image.numbers(at, 4), 4) + base
            good = allocated(image, goal) & ((goal < base) | (goal >= base + 4 * count))
            stop = count if good.all() else int(good.argmin())
            if stop >= 2:
                ats.append(at[:stop])
                goals.append(goal[:stop])
                bases.append(np.full(stop, base, dtype=np.int64))
        if ats:
            yield Fields(
                "jump table", np.concatenate(ats), 4, np.concatenate(goals), ADDRESS, Base.PLACE, np.concatenate(bases)
            )


def _absolute_tables(image: Image, targets: Ints) -> Iterator[Fields]:
    """Pointers in data of a file linked to a fixed place: no relocation tells of them, so every aligned word counts."""
    del targets
    width = image.word
    for section in _data_sections(image):
        if section.span is None or section.address % width:
            continue
        count = section.span.length // width
        at = section.span.start + width * np.arange(count, dtype=np.int64)
        values = image.numbers(at, width)
        inside = allocated(image, values) & (values >= 0x10000)
        if inside.any():
            yield Fields("pointer", at[inside], width, values[inside], ADDRESS)
