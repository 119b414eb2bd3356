"""References to texts that have another section in b: a symbol or a relocation names a section, and a place in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from elfdiff.comparison.image import Image
from elfdiff.comparison.references.fields import SECTION_INDEX, Fields, Space, contents_of, symbols_of
from elfdiff.comparison.references.symbols import SHT_SYMTAB, STT_SECTION, layout
from elfdiff.comparison.runs import Flags, Ints, Runs, isin
from elfdiff.comparison.texts.mergeable import Crossing
from elfdiff.elf.model import Section
from elfdiff.values import replace

SHT_RELA, SHT_REL = 4, 9


def _named(space: str, crossing: Crossing) -> str:
    """What a space is called in which the crossing's texts stand in their new section."""
    return f"{space}, {crossing.left} to {crossing.right}"


def crossing_spaces(a: Image, b: Image, crossing: Crossing) -> Mapping[str, Space]:
    """Where the texts of a crossing stand, which section that is, and which symbol that section has."""
    none = np.zeros(0, dtype=np.int64)
    out = {
        _named(contents_of(crossing.left), crossing): Space(crossing.runs, none, none),
        _named(SECTION_INDEX, crossing): Space(Runs.of([(crossing.left, crossing.right, 1)]), none, none),
    }
    ours, theirs = section_symbol(a, crossing.left), section_symbol(b, crossing.right)
    if ours is not None and theirs is not None:
        name = _named(symbols_of(ours[0]), crossing)
        out[name] = Space(Runs.of([(ours[1], theirs[1], 1)]), none, none, discrete=True)
    return out


def section_symbol(image: Image, section: int) -> tuple[int, int] | None:
    """The symbol table and the index of a section's own symbol; None if it has none, or several."""
    found = []
    for table in image.elf.sections:
        if table.type == SHT_SYMTAB and table.span is not None and table.compression is None:
            rows = image.elf.symbol_table(table)
            own = (rows["shndx"] == section) & (rows["info"] & 15 == STT_SECTION)
            found += [(table.index, int(row)) for row in np.flatnonzero(own)]
    return found[0] if len(found) == 1 else None


def redirected(image: Image, groups: Iterable[Fields], crossings: Sequence[Crossing]) -> Iterator[Fields]:
    """The fields of a, those that mean a text of a crossing in the spaces of the crossing."""
    if not crossings:
        yield from groups
        return
    listed = list(groups)
    moved: list[tuple[Crossing, Ints]] = []
    for crossing in crossings:
        places: list[Ints] = []
        for index, group in enumerate(listed):
            if group.space == contents_of(crossing.left):
                meant = crossing.runs.map_fields(group.target, 1)[1]
                places.append(group.at[meant])
                listed[index] = group.where(~meant)
                listed.append(replace(group.where(meant), space=_named(group.space, crossing)))
        moved.append((crossing, np.concatenate(places) if places else np.zeros(0, dtype=np.int64)))
    for group in listed:
        for crossing, at in moved:
            chosen = _names_section(image, group, at)
            if chosen is not None and chosen.any():
                yield replace(group.where(chosen), space=_named(group.space, crossing))
                group = group.where(~chosen)
        yield group


def _names_section(image: Image, group: Fields, at: Ints) -> Flags | None:
    """Which fields of a group name the section of a place that a field at ``at`` gives; None if they name no section.

    Those of symbols; and those of relocations, whose places stand in the record or in the word that is relocated.
    """
    if not len(group) or not len(at):
        return None
    if group.what == "symbol section":
        _, where = layout(image.elf.elf_class)
        return isin(group.at - where["shndx"][0] + where["value"][0], at)
    table = _table_at(image, int(group.at[0])) if group.what == "relocation symbol" else None
    if table is None or table.span is None:
        return None
    word = image.word
    size = word * (3 if table.type == SHT_RELA else 2)
    entry = group.at - (group.at - table.span.start) % size
    chosen = isin(entry + 2 * word, at) if table.type == SHT_RELA else np.zeros(len(group), dtype=bool)
    filled = image.elf.sections[table.info] if 0 < table.info < len(image.elf.sections) else None
    if filled is not None and filled.span is not None:
        chosen |= isin(image.numbers(entry, word) + image.place(filled)[0], at)
    return chosen


def _table_at(image: Image, offset: int) -> Section | None:
    """The relocation table that holds a byte of the file."""
    for section in image.elf.sections:
        holds = section.type in (SHT_RELA, SHT_REL) and section.compression is None and section.span is not None
        if holds and section.offset <= offset < section.offset + section.size:
            return section
    return None
