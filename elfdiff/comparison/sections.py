"""Pair the sections of two files: same name, same occurrence, same kind."""

from __future__ import annotations

from collections import defaultdict

from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.patterns import late
from elfdiff.values import dataclass

_IDENTIFIER = late(r"\.[0-9a-f]{1,16}\Z")


@dataclass(frozen=True, slots=True)
class SectionPair:
    """A section of a and its partner in b; None on the side where there is none."""

    a: Section | None
    b: Section | None

    @property
    def name(self) -> str:
        """The name on whichever side has it, a first."""
        section = self.a or self.b
        return section.name if section else ""


def without_identifier(name: str) -> str:
    """The name of a section of LTO bytecode without the number that gcc draws for the unit; any other as it is.

    Source: gcc/lto-streamer.cc, lto_get_section_name.
    """
    return _IDENTIFIER.sub("", name) if name.startswith(".gnu.lto_") else name


def pair_sections(a: ElfFile, b: ElfFile) -> tuple[SectionPair, ...]:
    """Every section but the null one, in a's order, then b's own.

    Sections of one name are paired in order of occurrence (relocatable files hold many of one name), and first
    among those of equal type and flags; LTO bytecode at last by what its name says beside its random identifier.
    """
    waiting: dict[tuple[str, int, int], list[Section]] = defaultdict(list)
    for section in b.sections[1:]:
        waiting[section.name, section.type, section.flags].append(section)
    partners: dict[int, Section] = {}
    unpaired: list[Section] = []
    for section in a.sections[1:]:
        queue = waiting.get((section.name, section.type, section.flags))
        if queue:
            partners[section.index] = queue.pop(0)
        else:
            unpaired.append(section)
    for naming in (str, without_identifier):
        by_name: dict[str, list[Section]] = defaultdict(list)
        taken = {section.index for section in partners.values()}
        for section in b.sections[1:]:
            if section.index not in taken:
                by_name[naming(section.name)].append(section)
        for section in unpaired:
            queue = by_name.get(naming(section.name))
            if queue and section.index not in partners:
                partners[section.index] = queue.pop(0)
    pairs = [SectionPair(section, partners.get(section.index)) for section in a.sections[1:]]
    taken = {section.index for section in partners.values()}
    pairs += [SectionPair(None, section) for section in b.sections[1:] if section.index not in taken]
    return tuple(pairs)
