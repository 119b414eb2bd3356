"""The names and checksums that tie a stripped file to its debug information (GDB manual, "Separate Debug Files")."""

from __future__ import annotations

from elfdiff.elf.file import ElfFile
from elfdiff.span import Span
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class DebugLink:
    """.gnu_debuglink: the debug file's name without directory, and the CRC-32 of its whole content."""

    name: str
    crc: int
    name_span: Span
    crc_span: Span


@dataclass(frozen=True, slots=True)
class AlternateLink:
    """.gnu_debugaltlink, which dwz writes: the name of a shared supplementary file, and its build ID."""

    name: str
    build_id: bytes
    name_span: Span
    build_id_span: Span


def debug_link(elf: ElfFile) -> DebugLink | None:
    """The section taken apart; None if there is none, or it is cut short."""
    found = _name(elf, ".gnu_debuglink")
    if found is None:
        return None
    name, at, section = found
    # The CRC stands at the next multiple of 4 from the start of the section.
    crc_at = section.start + (at.end - section.start + 1 + 3) // 4 * 4
    if crc_at + 4 > section.end:
        return None
    crc = int.from_bytes(elf.data[crc_at : crc_at + 4], elf.byte_order)
    return DebugLink(name, crc, at, Span(crc_at, crc_at + 4))


def alternate_link(elf: ElfFile) -> AlternateLink | None:
    """The section taken apart; None if there is none, or its name does not end."""
    found = _name(elf, ".gnu_debugaltlink")
    if found is None:
        return None
    name, at, section = found
    span = Span(at.end + 1, section.end)
    return AlternateLink(name, elf.data[span.start : span.end], at, span)


def _name(elf: ElfFile, name: str) -> tuple[str, Span, Span] | None:
    section = elf.section(name)
    if section is None or section.span is None:
        return None
    end = elf.data.find(b"\0", section.span.start, section.span.end)
    if end < 0:
        return None
    at = Span(section.span.start, end)
    return elf.data[at.start : at.end].decode("utf-8", "backslashreplace"), at, section.span
