"""References of what the loader reads: relocations and their slots, .dynamic, GOT, initialisers, version names."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import Image, wrapped
from elfdiff.comparison.references.code import allocated
from elfdiff.comparison.references.fields import ADDRESS, LAYOUT, VERSION, Fields, contents_of, records_of, symbols_of
from elfdiff.comparison.runs import Ints, isin, unique
from elfdiff.elf.model import Section
from elfdiff.elf.relocations import EM_SH, RELATIVE, absolute
from elfdiff.patterns import late

SHT_SYMTAB, SHT_RELA, SHT_DYNAMIC, SHT_NOBITS, SHT_REL = 2, 4, 6, 8, 9
SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY, SHT_RELR = 14, 15, 16, 19
SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
HIDDEN = 0x8000
"""The bit of a version's number that hides a symbol."""
STT_SECTION = 3
EM_MIPS, R_MIPS_REL32, R_MIPS_LO16 = 8, 3, 6
R_386_GOTOFF = 9
_LAID_OUT = str.maketrans("\n\r\t", "   ")
SHORTEST_TEXT, LONGEST_TEXT = 4, 4096
MAX_VERSIONS = 65536
EM_386, EM_X86_64 = 3, 62
_PUSHES = late(rb"(?:\x68|\x41\xbb)(?=(.{4}))(?=.{4}(?:\xe9|\xf2\xe9|\xff\x25))", re.DOTALL)
"""The lazy half of a PLT entry: the index, then a jump."""

_PC_BIAS = {62: {2: 4, 4: 4, 9: 4, 41: 4, 42: 4}}
"""e_machine → type → distance from the field to where the distance counts from: x86-64 PC32, PLT32, GOTPCREL(X)."""

_POINTERS = frozenset(
    {
        3,
        4,
        5,
        6,
        7,
        12,
        13,
        17,
        23,
        25,
        26,
        32,
        36,
        0x6FFFFEF5,
        0x6FFFFEF6,
        0x6FFFFEF7,
        0x6FFFFFF0,
        0x6FFFFFFC,
        0x6FFFFFFE,
    }
)
_STRINGS = frozenset({1, 14, 15, 29, 0x7FFFFFFD, 0x7FFFFFFF})
_SIZES = {8: 7, 10: 5, 18: 17, 2: 23, 27: 25, 28: 26, 33: 32, 35: 36}
"""DT_*SZ → the tag of the table that it measures (gABI, "Dynamic Section")."""


def fields(image: Image) -> Iterator[Fields]:
    """References of the loader's tables."""
    for section in image.elf.sections:
        if section.span is None or section.compression is not None:
            continue
        if section.type in (SHT_RELA, SHT_REL):
            yield from _relocations(image, section)
        elif section.type == SHT_RELR:
            yield from _packed(image, section)
        elif section.type == SHT_DYNAMIC:
            yield from _dynamic(image, section)
        elif section.type in (SHT_GNU_VERDEF, SHT_GNU_VERNEED):
            yield from _versions(image, section)
        elif section.type == SHT_GNU_VERSYM:
            at = section.span.start + 2 * np.arange(section.span.length // 2, dtype=np.int64)
            yield _version_numbers(image, at)
    if not image.relocatable:
        yield from _slots(image)
        yield from _binding_indices(image)
        yield from _text_lengths(image)


def file_offsets(image: Image, addresses: Ints) -> Ints:
    """Offsets of words in file-backed sections; -1 elsewhere."""
    out = np.full(len(addresses), -1, dtype=np.int64)
    for section in image.elf.sections:
        if (
            section.is_allocated
            and section.span is not None
            and section.span.length >= image.word
            and section.compression is None
        ):
            inside = (addresses >= section.address) & (addresses <= section.address + section.span.length - image.word)
            out[inside] = addresses[inside] - wrapped(section.address) + section.span.start
    return out


def _relocations(image: Image, section: Section) -> Iterator[Fields]:
    if section.span is None:
        return
    word = image.word
    rela = section.type == SHT_RELA
    size = word * (3 if rela else 2)
    table = image.elf.relocation_table(section)
    entry = section.span.start + size * np.arange(len(table), dtype=np.int64)
    offset: Ints = table["offset"].astype(np.int64)
    symbol: Ints = table["symbol"].astype(np.int64)
    kind: Ints = table["type"].astype(np.int64)
    addend: Ints = table["addend"].astype(np.int64)
    yield Fields("relocation offset", entry, word, offset, contents_of(section.info) if image.relocatable else ADDRESS)
    named = symbol > 0
    if word == 8:
        at, width = (12 if image.little else 8), 4
    else:
        at, width = (5 if image.little else 4), 3
    if image.elf.header.machine != EM_MIPS:
        yield Fields("relocation symbol", entry[named] + at, width, symbol[named], symbols_of(section.link))
    if image.relocatable:
        if rela and image.elf.header.machine != EM_SH:
            yield from _section_addends(image, section, entry + 2 * word, symbol, kind, addend)
        yield from _addends_in_place(image, section, offset, symbol, kind, addend)
        return
    machine = image.elf.header.machine
    relative = isin(kind, RELATIVE.get(machine, ()))
    if machine == EM_MIPS:
        relative = (kind == R_MIPS_REL32) & (symbol == 0)
    if rela:
        yield Fields("relocation addend", entry[relative] + 2 * word, word, addend[relative], ADDRESS)
    slots = file_offsets(image, offset[relative])
    slots = slots[slots >= 0]
    values = image.numbers(slots, word)
    used = allocated(image, values) & (values > 0)
    yield Fields("relocated word", slots[used], word, values[used], ADDRESS)


def relr_places(image: Image, section: Section) -> tuple[Ints, Ints]:
    """Offsets (in the image) of the address entries of a RELR section, and the addresses of every word that it
    relocates.

    gABI, "Relative Relocation Table": an even entry is an address, an odd one a bitmap of the words behind it. No more
    words than the file has.
    """
    word = image.word
    at, size = image.place(section)
    entries = at + word * np.arange(size // word, dtype=np.int64)
    values = image.numbers(entries, word)
    even = values & 1 == 0
    places: list[Ints] = []
    base = 0
    left = len(image.elf.data) // word
    bits = np.arange(1, 8 * word, dtype=np.int64)
    for value, plain in zip(values.tolist(), even.tolist(), strict=True):
        if plain:
            places.append(np.array([value], dtype=np.int64))
            base = value + word
        else:
            used = (np.int64(value) >> bits) & 1 == 1
            places.append(base + word * (bits[used] - 1))
            base += word * (8 * word - 1)
        left -= len(places[-1])
        if left < 0:
            break
    found = np.concatenate(places) if places else np.zeros(0, dtype=np.int64)
    return entries[even], found


def _packed(image: Image, section: Section) -> Iterator[Fields]:
    """The words that .relr.dyn relocates, which hold their addends; the table itself is packed anew."""
    _, places = relr_places(image, section)
    slots = file_offsets(image, places)
    slots = unique(slots[slots >= 0])
    values = image.numbers(slots, image.word)
    used = allocated(image, values) & (values > 0)
    yield Fields("relocated word", slots[used], image.word, values[used], ADDRESS)


def _section_addends(
    image: Image, section: Section, at: Ints, symbol: Ints, kind: Ints, addend: Ints
) -> Iterator[Fields]:
    """Relocatable files: an addend to a section's symbol is a place in that section."""
    if not 0 < section.link < len(image.elf.sections):
        return
    linked = image.elf.sections[section.link]
    if linked.type != SHT_SYMTAB:
        return
    table = image.elf.symbol_table(linked)
    if not len(table):
        return
    good = (symbol > 0) & (symbol < len(table))
    rows = np.where(good, symbol, 0)
    good &= (table["info"][rows] & 15) == STT_SECTION
    index: Ints = table["shndx"][rows].astype(np.int64)
    bias = np.zeros(len(kind), dtype=np.int64)
    for number, distance in _PC_BIAS.get(image.elf.header.machine, {}).items():
        bias[kind == number] = distance
    for target in unique(index[good]).tolist():
        chosen = good & (index == target)
        yield Fields(
            "relocation addend",
            at[chosen],
            image.word,
            addend[chosen] + bias[chosen],
            contents_of(target),
            Base.CONSTANT,
            bias[chosen],
        )


def _addends_in_place(
    image: Image, section: Section, offset: Ints, symbol: Ints, kind: Ints, addend: Ints
) -> Iterator[Fields]:
    """Relocatable files: words that hold what is added to a section's symbol: of REL, and of GNU as where it writes
    the addend of RELA to both places (PA-RISC)."""
    sections = image.elf.sections
    if not (0 < section.link < len(sections) and 0 < section.info < len(sections)):
        return
    linked, filled = sections[section.link], sections[section.info]
    if linked.type != SHT_SYMTAB or filled.span is None or filled.type == SHT_NOBITS:
        return
    table = image.elf.symbol_table(linked)
    if not len(table):
        return
    start, size = image.place(filled)
    good = (symbol > 0) & (symbol < len(table))
    rows = np.where(good, symbol, 0)
    good &= (table["info"][rows] & 15) == STT_SECTION
    index: Ints = table["shndx"][rows].astype(np.int64)
    places = [(number, width, 0) for number, width in absolute(image.elf.header.machine).items()]
    if image.elf.header.machine == EM_386:
        places.append((R_386_GOTOFF, 4, 0))
    elif image.elf.header.machine == EM_MIPS and section.type == SHT_REL:
        # Addends below 32 KiB; of larger ones R_MIPS_HI16 holds a part (MIPS psABI, "Relocation Types").
        places.append((R_MIPS_LO16, 2, 0 if image.little else 2))
    for number, width, inside in places:
        chosen = good & (kind == number) & (offset >= 0) & (offset <= size - inside - width)
        if not chosen.any():
            continue
        at = start + offset + inside
        held = np.zeros(len(at), dtype=np.int64)
        held[chosen] = image.numbers(at[chosen], width)
        if section.type == SHT_RELA and image.elf.header.machine == EM_SH:
            chosen &= addend == 0
        elif section.type == SHT_RELA:
            twice = chosen & (held == addend)
            chosen = twice if (held[twice] != 0).any() else np.zeros(len(chosen), dtype=bool)
        for target in unique(index[chosen]).tolist():
            some = chosen & (index == target)
            yield Fields("addend in place", at[some], width, held[some], contents_of(target))


def _slots(image: Image) -> Iterator[Fields]:
    """Words that hold addresses by their section's meaning: GOT, PLT GOT, initialisers."""
    for section in image.elf.sections:
        holds = section.type in (SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY) or section.name in (
            ".got",
            ".got.plt",
            ".ctors",
            ".dtors",
        )
        if not holds or section.span is None or section.type == SHT_NOBITS:
            continue
        count = section.span.length // image.word
        at = section.span.start + image.word * np.arange(count, dtype=np.int64)
        values = image.numbers(at, image.word)
        used = allocated(image, values) & (values > 0)
        yield Fields("table of addresses", at[used], image.word, values[used], ADDRESS)


def _binding_indices(image: Image) -> Iterator[Fields]:
    """Immediates of lazy PLT entries: which relocation the resolver is to bind (x86-64 psABI, "Procedure Linkage
    Table").

    PUSH imm32 before a jump to the first entry, or mold's MOV imm32 to R11; on i386 in bytes.
    """
    machine = image.elf.header.machine
    code, table = (
        image.elf.section(".plt"),
        next((s for s in image.elf.sections if s.name in (".rela.plt", ".rel.plt") and s.span is not None), None),
    )
    if machine not in (EM_386, EM_X86_64) or code is None or code.span is None or table is None:
        return
    data = image.content(code)
    found = [match.start(1) for match in _PUSHES.finditer(data)]
    at = np.array([place for place in found if place + 4 <= len(data)], dtype=np.int64) + code.span.start
    index = image.numbers(at, 4)
    if machine == EM_386:
        # The resolver of i386 counts in bytes.
        good = (index % 8 == 0) & (index < table.size)
        yield Fields("relocation of a PLT entry", at[good], 4, index[good], contents_of(table.index))
        return
    good = index < table.size // 24
    yield Fields("relocation of a PLT entry", at[good], 4, index[good], records_of(table.index))


def _text_lengths(image: Image) -> Iterator[Fields]:
    """Lengths of texts that stand behind the text's address (Rust's ``&str``, Go's string): address, then length."""
    word = image.word
    for section in image.elf.sections:
        if section.type != SHT_RELA or section.span is None or not section.is_allocated:
            continue
        table = image.elf.relocation_table(section)
        chosen = isin(table["type"], RELATIVE.get(image.elf.header.machine, ()))
        at = file_offsets(image, table["offset"][chosen].astype(np.int64) + word)
        to = table["addend"][chosen].astype(np.int64)
        places = file_offsets(image, to)
        good = (at >= 0) & (places >= 0)
        at, to, places = at[good], to[good], places[good]
        length = image.numbers(at, word)
        good = (length >= SHORTEST_TEXT) & (length <= LONGEST_TEXT)
        at, to, places, length = at[good], to[good], places[good], length[good]
        rows = [
            row
            for row, (place, size) in enumerate(zip(places.tolist(), length.tolist(), strict=True))
            if is_text(image.data[place : place + size], size)
        ]
        if rows:
            yield Fields(
                "length of a text", at[rows], word, to[rows] + length[rows], ADDRESS, Base.PLACE, to[rows], end=True
            )


def is_text(data: bytes, size: int) -> bool:
    """Printable UTF-8 of exactly ``size`` bytes."""
    if len(data) != size:
        return False
    try:
        return data.decode().translate(_LAID_OUT).isprintable()
    except UnicodeDecodeError:
        return False


def _dynamic(image: Image, section: Section) -> Iterator[Fields]:
    if section.span is None:
        return
    word = image.word
    count = section.span.length // (2 * word)
    entry = section.span.start + 2 * word * np.arange(count, dtype=np.int64)
    tags = image.numbers(entry, word)
    values = image.numbers(entry + word, word)
    known = dict(zip(tags.tolist(), values.tolist(), strict=True))
    pointers = isin(tags, list(_POINTERS))
    yield Fields("dynamic address", entry[pointers] + word, word, values[pointers], LAYOUT)
    names = isin(tags, list(_STRINGS))
    yield Fields("dynamic name", entry[names] + word, word, values[names], contents_of(section.link))
    for tag, owner in _SIZES.items():
        chosen = tags == tag
        if chosen.any() and owner in known:
            base = known[owner]
            yield Fields(
                "dynamic size", entry[chosen] + word, word, values[chosen] + base, LAYOUT, Base.PLACE, base, end=True
            )


def _version_numbers(image: Image, at: Ints) -> Fields:
    """Numbers of versions; 0 and 1 say that there is none."""
    held = image.numbers(at, 2)
    at, held = at[held & ~HIDDEN > 1], held[held & ~HIDDEN > 1]
    return Fields("number of a version", at, 2, held & ~HIDDEN, VERSION, Base.CONSTANT, -(held & HIDDEN))


def _versions(image: Image, section: Section) -> Iterator[Fields]:
    """vn_file and vna_name, or vda_name (LSB "Symbol Versioning"): offsets into the linked string table."""
    data = image.content(section)
    mark = "<" if image.little else ">"
    need = section.type == SHT_GNU_VERNEED
    at: list[int] = []
    values: list[int] = []
    numbered: list[int] = []
    place = 0
    # Every record has 8 bytes of its own.
    left = min(MAX_VERSIONS, len(data) // 8)
    while left > 0:
        left -= 1
        if place + (16 if need else 20) > len(data):
            break
        if need:
            _, count, name, aux, following = struct.unpack_from(mark + "HHIII", data, place)
            at.append(place + 4)
            values.append(name)
        else:
            count, aux, following = struct.unpack_from(mark + "6xH4xII", data, place)
        inner = place + aux
        for _ in range(count):
            if inner + (16 if need else 8) > len(data) or left <= 0:
                break
            left -= 1
            where = inner + (8 if need else 0)
            (name,) = struct.unpack_from(mark + "I", data, where)
            at.append(where)
            values.append(name)
            numbered += [inner + 6] * need
            (step,) = struct.unpack_from(mark + "I", data, inner + (12 if need else 4))
            if not step:
                break
            inner += step
        if not following:
            break
        place += following
    start = image.place(section)[0]
    places, index = np.unique(np.array(at, dtype=np.int64), return_index=True)
    if numbered:
        yield _version_numbers(image, unique(np.array(numbered, dtype=np.int64)) + start)
    yield Fields("version name", places + start, 4, np.array(values, dtype=np.int64)[index], contents_of(section.link))
