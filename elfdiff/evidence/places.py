"""Locations for evidence, and texts made safe to print."""

from __future__ import annotations

from elfdiff.comparison.texts.find import Spot
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section, Symbol
from elfdiff.report import Location
from elfdiff.span import Span

MAX_VALUE = 4096


def readable(text: bytes) -> str:
    """UTF-8 with every undecodable byte and control character as a backslash escape; at most 4,096 characters."""
    words = text[:MAX_VALUE].decode("utf-8", "backslashreplace")
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)


def spot_location(spot: Spot, start: int = 0, end: int | None = None) -> Location:
    """The place of a text, or of its bytes ``start`` to ``end``."""
    piece = spot.text[start:end]
    file_offset = spot.file_offset()
    if file_offset is None:
        return Location(spot.offset + start, len(piece), f"{spot.section.name} inflated", readable(piece))
    return Location(file_offset + start, len(piece), "file", readable(piece))


def symbol_over(elf: ElfFile, section: Section, offset: int) -> str | None:
    """The name of the object or function that covers an offset of a section's contents; None if none does."""
    symbol: Symbol | None = elf.symbol_at(section, offset)
    return symbol.name if symbol is not None and symbol.kind in ("object", "func", "tls") else None


def section_name(elf: ElfFile, section: Section) -> Span | None:
    """Where a section's name stands, without its NUL: sh_name is the header's first word (gABI, "Section Header").

    None where the table of section names does not hold it.
    """
    index = elf.header.shstrndx
    names = elf.sections[index].span if index < len(elf.sections) else None
    if names is None:
        return None
    at = section.header_span.start
    start = names.start + int.from_bytes(elf.data[at : at + 4], elf.byte_order)
    end = start + len(section.name.encode("utf-8", "surrogateescape"))
    return Span(start, end) if end <= names.end else None


def size_field(elf: ElfFile, section: Section) -> Span:
    """Where sh_size stands."""
    offset, width = (32, 8) if elf.elf_class == 64 else (20, 4)
    start = section.header_span.start + offset
    return Span(start, start + width)
