"""What PAR::Packer appends to its loader (PAR/Packer.pm, PAR::StrippedPARL): files, a zip archive, and a trailer.

Each file is the word FILE, the length of its name in four bytes, big-endian, the name behind a checksum and a slash,
the length of its contents, and these. The trailer is a digest, a word that says what it is for, a length and a mark.
"""

from __future__ import annotations

from collections.abc import Callable

from elfdiff.containers.builder import Builder
from elfdiff.containers.fields import readable
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind
from elfdiff.span import Span

RANK = -1
HEAD, END = b"FILE", b"\nPAR.pm\n"
_ZIP_END = b"PK\x05\x06"
_ZIP = b"PK\x03\x04"
_CRC = 9
"""Eight digits and a slash."""


def recognises(data: bytes) -> bool:
    """True for files in front and the mark at the end."""
    return data.startswith(HEAD) and data.endswith(END)


def read(builder: Builder) -> Container:
    """The container that the bytes are. Raises MalformedContainer where a file reaches past its end; LimitExceeded."""
    data = builder.data(0)
    at = 0
    while data.startswith(HEAD, at):
        name_at = at + 8
        name_end = name_at + int.from_bytes(data[at + 4 : name_at], "big")
        body = Span(name_end + 4, name_end + 4 + int.from_bytes(data[name_end : name_end + 4], "big"))
        if body.end > len(data):
            raise builder.malformed(f"the file at offset {at:#x} of the PAR archive reaches past its end")
        # The checksum in front of the name changes with the contents.
        name = data[min(name_at + _CRC, name_end) : name_end]
        index = builder.entry(name, EntryKind.FILE, 0, body)
        builder.piece(0, "head", Span(at, body.start), index, _head(Span(at, body.start), readable(name)))
        at = body.end
    end = data.rfind(_ZIP_END, at)
    if data.startswith(_ZIP, at) and end >= 0:
        end = min(end + 22, len(data))
        builder.entry("archive.zip", EntryKind.FILE, 0, Span(at, end))
        at = end
    trailer = Span(at, len(data))
    builder.piece(0, "trailer", trailer, fields=lambda: _trailer(data, trailer))
    return builder.finish("PAR")


def _head(span: Span, name: str) -> Callable[[], tuple[Field, ...]]:
    return lambda: (
        Field("checksum", FieldKind.CHECK, Span(span.start + 8, span.start + 8 + _CRC), name, rule="CRC-32"),
        Field("size", FieldKind.DERIVED, Span(span.end - 4, span.end), "", rule="bytes of the contents"),
    )


def _trailer(data: bytes, span: Span) -> tuple[Field, ...]:
    """The digest that names the directory into which the program unpacks itself."""
    at = data.rfind(b"\0CACHE\0", span.start, span.end)
    if at - 40 < span.start:
        return ()
    return (Field("checksum", FieldKind.CHECK, Span(at - 40, at), "", rule="digest of the archive"),)
