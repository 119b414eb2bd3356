"""References of the ELF header, program headers and section headers: the file's own layout (gABI)."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import SHF_TLS, SHT_NOBITS, Image, wrapped
from elfdiff.comparison.references.fields import (
    ADDRESS,
    FILE,
    LAYOUT,
    SECTION_INDEX,
    Fields,
    contents_of,
    size_of,
    symbols_of,
)
from elfdiff.elf.model import Section

SHT_SYMTAB, SHT_RELA, SHT_REL, SHT_DYNSYM, SHT_GROUP = 2, 4, 9, 11, 17
SHF_INFO_LINK = 0x40
SHN_LORESERVE = 0xFF00


def _one(
    what: str,
    at: int,
    width: int,
    target: int,
    space: str,
    base: Base = Base.NOTHING,
    extra: int = 0,
    end: bool = False,
) -> Fields:
    # A damaged header may hold any 64 bits.
    place = np.array([wrapped(target)], dtype=np.int64)
    return Fields(what, np.array([at], dtype=np.int64), width, place, space, base, wrapped(extra), end)


def fields(image: Image) -> Iterator[Fields]:
    """Offsets, addresses, sizes and indices; fields of one kind together."""
    alike: dict[tuple[str, int, str, Base, bool], list[Fields]] = {}
    for one in _single(image):
        alike.setdefault((one.what, one.width, one.space, one.base, one.end), []).append(one)
    for (what, width, space, base, end), group in alike.items():
        at, target = (np.concatenate(column) for column in zip(*((one.at, one.target) for one in group), strict=True))
        extra = np.array([one.extra for one in group], dtype=np.int64)
        yield Fields(what, at, width, target, space, base, extra if extra.any() else 0, end)


def _single(image: Image) -> Iterator[Fields]:
    header = image.elf.header
    word = image.word
    start = header.span.start
    if header.entry:
        yield _one("entry point", start + 24, word, header.entry, ADDRESS)
    if header.phoff:
        yield _one("program header offset", start + 24 + word, word, header.phoff, FILE)
    if header.shoff:
        yield _one("section header offset", start + 24 + 2 * word, word, header.shoff, FILE)
    tail = start + 28 + 3 * word
    if 0 < header.shnum < SHN_LORESERVE:
        yield _one("number of sections", tail + 8, 2, header.shnum, SECTION_INDEX, end=True)
        yield _one("section name table", tail + 10, 2, header.shstrndx, SECTION_INDEX)
    yield from _segments(image)
    yield from _sections(image)


def _segments(image: Image) -> Iterator[Fields]:
    word = image.word
    wide = word == 8
    places = (8, 16, 24, 32, 40) if wide else (4, 8, 12, 16, 20)
    # Where most of them are equal, an address that is not is damage and no address of a ROM.
    alike = 2 * sum(s.physical_address == s.virtual_address for s in image.elf.segments) > len(image.elf.segments)
    for segment in image.elf.segments:
        at = segment.header_span.start
        offset, virtual, physical, file_size, memory_size = (at + place for place in places)
        if segment.file_size:
            yield _one("segment offset", offset, word, segment.offset, FILE)
            end = segment.offset + segment.file_size
            yield _one("segment size", file_size, word, end, FILE, Base.PLACE, segment.offset, end=True)
        if segment.memory_size:
            yield _one("segment address", virtual, word, segment.virtual_address, LAYOUT)
            if alike:
                yield _one("segment address", physical, word, segment.physical_address, LAYOUT)
            end = segment.virtual_address + segment.memory_size
            yield _one("segment size", memory_size, word, end, LAYOUT, Base.PLACE, segment.virtual_address, end=True)
        if segment.offset and not segment.file_size:
            # CUDA's tools say of a segment of nothing where it would be.
            yield _one("segment offset", offset, word, segment.offset, FILE)


def _past_contents(image: Image) -> Callable[[int], bool]:
    """Whether an offset is in the middle of a section that has contents, or behind them all: it means none."""
    spans = sorted((s.span.start, s.span.end) for s in image.elf.sections if s.span is not None and s.size)
    edges = {edge for span in spans for edge in span}
    starts = [start for start, _ in spans]
    reach = list(itertools.accumulate((end for _, end in spans), max))

    def past(offset: int) -> bool:
        before = bisect.bisect_right(starts, offset) - 1
        return offset not in edges and (before == len(starts) - 1 or (before >= 0 and offset < reach[before]))

    return past


def _sections(image: Image) -> Iterator[Fields]:
    word = image.word
    wide = word == 8
    places = (0, 16, 24, 32, 40, 44) if wide else (0, 12, 16, 20, 24, 28)
    names = image.elf.header.shstrndx
    count = len(image.elf.sections)
    past_contents = _past_contents(image)
    for section in image.elf.sections[1:]:
        at = section.header_span.start
        name, address, offset, size, link, info = (at + place for place in places)
        if 0 < names < count:
            at_name = int(image.numbers(np.array([name], dtype=np.int64), 4)[0])
            yield _one("section name", name, 4, at_name, contents_of(names))
        threaded = section.type == SHT_NOBITS and bool(section.flags & SHF_TLS)
        # What holds nothing stands where the section before it ends, whatever begins there.
        empty = not section.size
        if section.is_allocated and section.address:
            yield _one("section address", address, word, section.address, LAYOUT, end=empty)
        if section.type == SHT_NOBITS and section.address and past_contents(section.offset):
            # Go counts file offsets on through memory: they are as far from addresses as in the segment.
            distance = section.address - section.offset
            yield _one("section offset", offset, word, section.address, LAYOUT, Base.CONSTANT, distance)
        else:
            yield _one("section offset", offset, word, section.offset, FILE, end=empty or section.type == SHT_NOBITS)
        if section.type == SHT_NOBITS:
            if section.size and not threaded and image.relocatable:
                # All of them begin at address 0.
                yield _one("section size", size, word, section.size, size_of(section.index), end=True)
            elif section.size and not threaded:
                end = section.address + section.size
                yield _one("section size", size, word, end, LAYOUT, Base.PLACE, section.address, end=True)
        elif section.size:
            end = section.offset + section.size
            yield _one("section size", size, word, end, FILE, Base.PLACE, section.offset, end=True)
        if 0 < section.link < count:
            yield _one("section link", link, 4, section.link, SECTION_INDEX)
        if section.type == SHT_GROUP:
            yield from _group(image, section, info)
        elif section.type in (SHT_SYMTAB, SHT_DYNSYM):
            yield _one("number of local symbols", info, 4, section.info, symbols_of(section.index), end=True)
        elif (section.type in (SHT_REL, SHT_RELA) or section.flags & SHF_INFO_LINK) and 0 < section.info < count:
            yield _one("section info", info, 4, section.info, SECTION_INDEX)


def _group(image: Image, section: Section, info: int) -> Iterator[Fields]:
    """The symbol that names a group, and its members behind one word of flags (gABI, "Section Groups")."""
    yield _one("signature of a group", info, 4, section.info, symbols_of(section.link))
    start, size = image.place(section)
    at = start + 4 * np.arange(1, size // 4, dtype=np.int64)
    yield Fields("member of a group", at, 4, image.numbers(at, 4), SECTION_INDEX)
