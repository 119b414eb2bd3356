"""Which section and segment headers can be trusted: those that agree with each other and with how linkers place things.

A header is the only field that says where a section is, so it would excuse itself: an edited sh_addr moves the map,
and the map then predicts that very sh_addr. Only places that something else confirms become part of the layout.
"""

from __future__ import annotations

from collections import Counter

from elfdiff.comparison.image import PT_LOAD, SHF_TLS, SHT_NOBITS, Image
from elfdiff.elf.model import Section, Segment

PT_PHDR = 6


def aligned(value: int, unit: int) -> int:
    """The next multiple of ``unit`` from ``value`` on."""
    return value if unit <= 1 else -(-value // unit) * unit


def trusted_segments(image: Image) -> set[int]:
    """Indices of PT_LOAD segments whose distance from file to memory is that of sections inside them."""
    out: set[int] = set()
    for segment in image.elf.segments:
        if segment.type != PT_LOAD:
            continue
        bias = segment.virtual_address - segment.offset
        inside = [
            s for s in image.elf.sections if s.is_allocated and s.span is not None and s.size and _holds(segment, s)
        ]
        agree = sum(s.address - s.offset == bias for s in inside)
        if agree * 2 > len(inside) or not segment.file_size:
            out.add(segment.index)
    return out


def _distances(image: Image) -> dict[int, int]:
    """How far memory is from the file in each PT_LOAD segment: what most of its sections and it itself say.

    By index; nothing for a segment about which they do not agree.
    """
    out: dict[int, int] = {}
    for segment in image.elf.segments:
        if segment.type != PT_LOAD:
            continue
        said = Counter([segment.virtual_address - segment.offset])
        said.update(s.address - s.offset for s in image.elf.sections if _has_bytes(s) and _holds(segment, s))
        distance, votes = said.most_common(1)[0]
        if 2 * votes > said.total():
            out[segment.index] = distance
    return out


def displaced_sections(image: Image) -> set[int]:
    """Indices of sections that stand elsewhere in the file than their address says: one of the two is damaged."""
    if image.relocatable:
        return set()
    distances = _distances(image)
    out: set[int] = set()
    for section in image.elf.sections:
        if _has_bytes(section):
            home = [distances[s.index] for s in image.elf.segments if s.index in distances and _holds(s, section)]
            if home and section.address - section.offset not in home:
                out.add(section.index)
    return out


def trusted_tables(image: Image) -> set[str]:
    """Which of "program headers", "section headers" and "number of sections" something else than the ELF header
    confirms.

    Program headers follow the ELF header, or PT_PHDR says where they are. Section headers begin with an empty one and
    stand behind all contents, or before all of them; their number is that which reaches to the next thing or the end.
    """
    header, sections = image.elf.header, image.elf.sections
    out: set[str] = set()
    if header.phoff == header.span.end or header.phoff in [s.offset for s in image.elf.segments if s.type == PT_PHDR]:
        out.add("program headers")
    end = header.shoff + header.shnum * header.shentsize
    filled = [s.span for s in sections if s.span is not None and s.size]
    behind = max([header.span.end, *(span.end for span in filled)])
    following = min([span.start for span in filled if span.start >= header.shoff], default=len(image.elf.data))
    exact = end == len(image.elf.data) or 0 <= following - end < image.word
    if exact:
        out.add("number of sections")
    empty = bool(sections) and not any((sections[0].type, sections[0].address, sections[0].offset))
    if empty and (exact or header.shoff == aligned(behind, image.word)):
        out.add("section headers")
    return out


def _has_bytes(section: Section) -> bool:
    return section.is_allocated and section.span is not None and section.size > 0


def _holds(segment: Segment, section: Section) -> bool:
    return segment.offset <= section.offset and section.offset + section.size <= segment.offset + segment.file_size


def trusted_sections(image: Image) -> set[int]:
    """Indices of sections whose offset and address follow from their neighbours and their segment."""
    if image.relocatable:
        return _packed(image)
    good = _packed(image)
    distances = _distances(image)
    segments = [s for s in image.elf.segments if s.index in distances]
    out: set[int] = set()
    end = 0
    # Go lists the note that it puts first behind all others.
    for section in sorted(image.elf.sections[1:], key=lambda s: s.address):
        if not section.is_allocated:
            if section.index in good:
                out.add(section.index)
            continue
        if section.type == SHT_NOBITS and section.flags & SHF_TLS:
            out.add(section.index)
            continue
        near = section.address == aligned(end, section.alignment) if end else True
        if section.alignment > 1 and section.address % section.alignment:
            continue
        paged = end <= section.address < end + 2 * image.page + section.alignment
        if section.type == SHT_NOBITS:
            if near or (paged and section.address % image.page == 0):
                out.add(section.index)
                end = section.address + section.size
            continue
        home = [s for s in segments if _holds(s, section)]
        fits = any(section.address - section.offset == distances[s.index] for s in home)
        if (near or paged) and fits and section.index in good:
            out.add(section.index)
        if fits or not home:
            end = max(end, section.address + section.size)
    return out


def _packed(image: Image) -> set[int]:
    """Sections that begin where the one before them in the file ends, but for alignment or a page."""
    out: set[int] = set()
    header = image.elf.header
    end = header.span.end
    program = header.phoff + header.phnum * header.phentsize
    first = min((s.offset for s in image.elf.sections[1:] if s.type != SHT_NOBITS and s.size), default=0)
    if header.phnum and header.phoff <= first:
        # CUDA's tools put the program headers behind everything else.
        end = max(end, program)
    tables = header.shoff + header.shnum * header.shentsize
    if header.shoff == aligned(end, image.word):
        # Some linkers (Go's) put the section headers in front.
        end = tables
    before, loaded = 0, False
    for section in sorted(image.elf.sections[1:], key=lambda s: (s.offset, s.size, s.index)):
        if section.type == SHT_NOBITS or not section.size:
            out.add(section.index)
            continue
        near = section.offset == aligned(end, max(section.alignment, 1))
        paged = section.is_allocated and end <= section.offset < end + 2 * image.page
        # Go begins what is not loaded on a page of its own, or aligns it as data.
        apart = loaded and not section.is_allocated and section.offset in (aligned(end, 32), aligned(end, image.page))
        if near or paged or apart:
            out.add(section.index)
        else:
            # Either this one begins at the wrong place, or the one before it ends there.
            out.discard(before)
        before, loaded = section.index, section.is_allocated
        end = max(end, section.offset + section.size)
    return out
