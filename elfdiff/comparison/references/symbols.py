"""References of symbol tables: names, values, sizes, section indices (gABI, "Symbol Table")."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.fields import ADDRESS, LAYOUT, SECTION_INDEX, THREAD_LOCAL, Fields, contents_of
from elfdiff.comparison.runs import Ints, isin, unique
from elfdiff.elf.model import Section

SHT_SYMTAB, SHT_DYNSYM = 2, 11
STT_SECTION, STT_TLS = 3, 6


def layout(elf_class: int) -> tuple[int, dict[str, tuple[int, int]]]:
    """Entry size, and offset and width of each field."""
    if elf_class == 64:
        return 24, {"name": (0, 4), "shndx": (6, 2), "value": (8, 8), "size": (16, 8)}
    return 16, {"name": (0, 4), "value": (4, 4), "size": (8, 4), "shndx": (14, 2)}


def fields(image: Image) -> Iterator[Fields]:
    """st_name, st_value, st_size and st_shndx of every symbol table."""
    for section in image.elf.sections:
        if section.type in (SHT_SYMTAB, SHT_DYNSYM) and section.span is not None and section.compression is None:
            yield from _table(image, section)


def _table(image: Image, section: Section) -> Iterator[Fields]:
    if section.span is None:
        return
    size, where = layout(image.elf.elf_class)
    table = image.elf.symbol_table(section)
    entry = section.span.start + size * np.arange(len(table), dtype=np.int64)

    def column(name: str) -> Ints:
        return np.asarray(table[name].astype(np.int64))

    shndx, value, length = column("shndx"), column("value"), column("size")
    name_at, name_width = where["name"]
    named = column("name") > 0
    yield Fields("symbol name", entry[named] + name_at, name_width, column("name")[named], contents_of(section.link))
    real = (shndx > 0) & (shndx < 0xFF00)
    at, width = where["shndx"]
    yield Fields("symbol section", entry[real] + at, width, shndx[real], SECTION_INDEX)
    at, width = where["value"]
    kind = column("info") & 15
    threaded = real & (kind == STT_TLS)
    if image.relocatable:
        # A section's own symbol means its start, whatever stands there.
        inside = real & (kind != STT_SECTION)
        for index in unique(shndx[inside]).tolist():
            chosen = inside & (shndx == index)
            yield Fields("symbol value", entry[chosen] + at, width, value[chosen], contents_of(index))
            sized = chosen & (length > 0)
            size_at, size_width = where["size"]
            yield Fields(
                "symbol size",
                entry[sized] + size_at,
                size_width,
                value[sized] + length[sized],
                contents_of(index),
                Base.PLACE,
                value[sized],
                end=True,
            )
        return
    # Where nothing is loaded an address counts from the beginning of the section (Free Pascal's labels in DWARF); 0 is
    # the section itself, whatever stands first in it.
    loaded = [s.index for s in image.elf.sections if s.is_allocated or s.address]
    bare = real & (value > 0) & (kind != STT_SECTION) & ~threaded & ~isin(shndx, loaded)
    bare &= shndx < len(image.elf.sections)
    for index in unique(shndx[bare]).tolist():
        chosen = bare & (shndx == index)
        yield Fields("symbol value", entry[chosen] + at, width, value[chosen], contents_of(index))
    plain = real & ~threaded & ~bare
    thumb = np.zeros(len(table), dtype=np.int64)
    if image.elf.header.machine == 40:
        thumb = np.where((kind == 2) & (value & 1 == 1), 1, 0).astype(np.int64)
    start = value - thumb
    # A plain value with the Thumb bit maps like the address before it, because runs never begin at odd addresses.
    stops = plain & _at_ends(image, start, shndx)
    # A section's own symbol means where the section begins, whatever stands there.
    begins = plain & ~stops & (kind == STT_SECTION)
    body = plain & ~stops & ~begins
    yield Fields("symbol value", entry[begins] + at, width, value[begins], LAYOUT)
    yield Fields("symbol value", entry[body] + at, width, value[body], ADDRESS)
    yield Fields("symbol value", entry[stops] + at, width, value[stops], LAYOUT, end=True)
    yield Fields("symbol value", entry[threaded] + at, width, value[threaded], THREAD_LOCAL)
    sized = body & (length > 0)
    at, width = where["size"]
    yield Fields(
        "symbol size",
        entry[sized] + at,
        width,
        start[sized] + length[sized],
        ADDRESS,
        Base.PLACE,
        start[sized],
        end=True,
    )
    undefined = (shndx == 0) & (value > 0)
    at, width = where["value"]
    yield Fields("symbol value", entry[undefined] + at, width, value[undefined], ADDRESS)


def _at_ends(image: Image, value: Ints, shndx: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Symbols that stand at the end of their own section (_edata, __bss_start, __FRAME_END__ …)."""
    out = np.zeros(len(value), dtype=bool)
    for section in image.elf.sections:
        if section.size and section.is_allocated:
            out |= (shndx == section.index) & (value == section.address + section.size)
    return out
