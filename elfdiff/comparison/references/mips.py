"""MIPS: what speaks of the global pointer, which is where .got begins and 0x7FF0, and of the debugger's map.

Sources: MIPS psABI, "Global Offset Table" and "Register Information"; 64-bit MIPS ELF, "Options Section"; binutils,
bfd/elfxx-mips.c.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.fields import LAYOUT, Fields
from elfdiff.comparison.references.symbols import SHT_DYNSYM, SHT_SYMTAB, layout
from elfdiff.elf.model import Section

EM_MIPS = 8
SHT_DYNAMIC, SHT_MIPS_REGINFO, SHT_MIPS_OPTIONS = 6, 0x70000006, 0x7000000D
DT_PLTGOT, DT_MIPS_RLD_MAP_REL = 3, 0x70000035
ODK_REGINFO = 1
FROM_GOT = 0x7FF0
SHN_ABS = 0xFFF1


def fields(image: Image) -> Iterator[Fields]:
    """The global pointer in register information and as a symbol, the table's own symbol, and DT_MIPS_RLD_MAP_REL."""
    table = next((entry.value for entry in image.elf.dynamic if entry.tag == DT_PLTGOT), None)
    if image.elf.header.machine != EM_MIPS or image.relocatable or table is None:
        return
    word = image.word
    for section in image.elf.sections:
        if section.span is None or section.compression is not None:
            continue
        if section.type == SHT_MIPS_REGINFO and section.span.length >= 24:
            yield from _pointing(image, [section.span.start + 20], 4, table)
        elif section.type == SHT_MIPS_OPTIONS:
            yield from _pointing(image, _options(image, section), word, table)
        elif section.type in (SHT_SYMTAB, SHT_DYNSYM):
            yield from _symbols(image, section, table)
        elif section.type == SHT_DYNAMIC:
            at = section.span.start + 2 * word * np.arange(section.span.length // (2 * word), dtype=np.int64)
            at = at[image.numbers(at, word) == DT_MIPS_RLD_MAP_REL]
            entry = at - section.span.start + section.address
            target = entry + image.numbers(at + word, word)
            yield Fields("dynamic distance", at + word, word, target, LAYOUT, Base.SITE, -word)


def _pointing(image: Image, places: list[int], width: int, table: int) -> Iterator[Fields]:
    """Those of the words that hold the global pointer."""
    at = np.array(places, dtype=np.int64)
    at = at[image.numbers(at, width) == table + FROM_GOT]
    yield Fields("global pointer", at, width, np.full(len(at), table), LAYOUT, Base.CONSTANT, -FROM_GOT)


def _options(image: Image, section: Section) -> list[int]:
    """Where register information in .MIPS.options holds the global pointer."""
    data, place, found = image.content(section), 0, []
    inside = 32 if image.word == 8 else 28
    while place + 8 <= len(data):
        kind, size = struct.unpack_from("BB", data, place)
        if size < 8 or place + size > len(data):
            break
        if kind == ODK_REGINFO and size >= inside + image.word:
            found.append(image.place(section)[0] + place + inside)
        place += size
    return found


def _symbols(image: Image, section: Section, table: int) -> Iterator[Fields]:
    """_gp, and _GLOBAL_OFFSET_TABLE_, which is an absolute symbol."""
    size, where = layout(image.elf.elf_class)
    rows = image.elf.symbol_table(section)
    at = image.place(section)[0] + size * np.arange(len(rows), dtype=np.int64) + where["value"][0]
    value = rows["value"].astype(np.int64)
    yield from _pointing(image, at[value == table + FROM_GOT].tolist(), where["value"][1], table)
    own = (value == table) & (rows["shndx"] == SHN_ABS)
    yield Fields("symbol value", at[own], where["value"][1], value[own], LAYOUT)
