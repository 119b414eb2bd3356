"""Notes (gABI, "Note Section")."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from elfdiff.elf.model import ByteOrder, Note
from elfdiff.elf.strings import decoded
from elfdiff.span import Span

NT_GNU_BUILD_ID = 3


def parse_notes(
    data: bytes, span: Span, alignment: int, byte_order: ByteOrder, section: str, warnings: list[str]
) -> Iterator[Note]:
    """The notes within ``span`` of the file.

    ``alignment`` is that of the section or segment: descriptors stand at multiples of 8 only where it is 8 (binutils'
    reading of the gABI, which .note.gnu.property needs), else of 4. A note that does not fit ends the list.
    """
    step = 8 if alignment == 8 else 4
    layout = struct.Struct("<III" if byte_order == "little" else ">III")
    at = span.start
    while at + layout.size <= span.end:
        name_size, size, kind = layout.unpack_from(data, at)
        name_at = at + layout.size
        # Alignment counts from the start of the notes, which may stand anywhere in the file.
        start = span.start + _aligned(name_at + name_size - span.start, step)
        if size == 0:
            start = min(start, span.end)
        end = start + size
        if name_at + name_size > span.end or end > span.end:
            warnings.append(f"a note at byte {at} of {section} reaches past the end of its section")
            return
        owner = decoded(data[name_at : name_at + name_size].split(b"\0", 1)[0])
        yield Note(owner, kind, data[start:end], section, Span(at, end), Span(start, end))
        at = span.start + _aligned(end - span.start, step)


def _aligned(offset: int, step: int) -> int:
    return (offset + step - 1) // step * step
