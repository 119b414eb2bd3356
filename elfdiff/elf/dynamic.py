"""The dynamic section (gABI, "Dynamic Section")."""

from __future__ import annotations

import struct

from elfdiff.elf import names
from elfdiff.elf.model import DynamicEntry, Header
from elfdiff.elf.strings import decoded
from elfdiff.span import Span

DT_NULL, DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_SONAME, DT_RPATH, DT_RUNPATH = 0, 1, 5, 10, 14, 15, 29

# NEEDED, SONAME, RPATH, RUNPATH, CONFIG, DEPAUDIT, AUDIT, AUXILIARY, FILTER
_TEXT_TAGS = frozenset({1, 14, 15, 29, 0x6FFFFEFA, 0x6FFFFEFB, 0x6FFFFEFC, 0x7FFFFFFD, 0x7FFFFFFF})


def raw_entries(data: bytes, span: Span, header: Header) -> list[tuple[int, int, Span]]:
    """Tag, value and file span of each entry, up to and including the first DT_NULL."""
    mark = "<" if header.byte_order == "little" else ">"
    layout = struct.Struct(mark + ("II" if header.elf_class == 32 else "QQ"))
    entries: list[tuple[int, int, Span]] = []
    for at in range(span.start, span.end - layout.size + 1, layout.size):
        tag, value = layout.unpack_from(data, at)
        entries.append((tag, value, Span(at, at + layout.size)))
        if tag == DT_NULL:
            break
    return entries


def parse_dynamic(data: bytes, span: Span, strings: Span | None, header: Header) -> tuple[DynamicEntry, ...]:
    """The entries with their strings looked up in the string table at ``strings`` (a file range)."""
    entries: list[DynamicEntry] = []
    for tag, value, where in raw_entries(data, span, header):
        text: str | None = None
        text_span: Span | None = None
        if tag in _TEXT_TAGS and strings is not None and value < strings.length:
            start = strings.start + value
            end = data.find(b"\0", start, strings.end)
            text_span = Span(start, end if end >= 0 else strings.end)
            text = decoded(data[text_span.start : text_span.end])
        entries.append(DynamicEntry(tag, names.dynamic_tag_name(tag, header.machine), value, text, text_span, where))
    return tuple(entries)
