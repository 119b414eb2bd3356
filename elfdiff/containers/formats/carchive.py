"""PyInstaller's CArchive (PyInstaller/archive/writers.py): entries, a table of them, and a cookie at the end."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import zlib
from elfdiff.containers.fields import readable
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind, Stream
from elfdiff.span import Span

COOKIE = struct.Struct("!8sIIII64s")
MAGIC = b"MEI\014\013\012\013\016"
_ROW = struct.Struct("!IIIIBc")
"""Length of the row, place, bytes stored, bytes inflated, whether they are deflated, what it is; the name follows."""


def recognises(data: bytes) -> bool:
    """True if the bytes end in a cookie of an archive that is as long as they are."""
    at = len(data) - COOKIE.size
    return at >= 0 and data.startswith(MAGIC, at) and int.from_bytes(data[at + 8 : at + 12], "big") == len(data)


def read(builder: Builder) -> Container:
    """The container that the bytes are. Raises MalformedContainer where its table leads outside; LimitExceeded."""
    data = builder.data(0)
    end = len(data) - COOKIE.size
    _, _, start, length, version, _ = COOKIE.unpack_from(data, end)
    if start + length > end:
        raise builder.malformed("the table of the PyInstaller archive reaches past its end")
    for row, place, stored, size, packed, name in _rows(builder, data, start, start + length):
        body = Span(place, place + stored)
        if body.end > start:
            raise builder.malformed(f"the entry of the PyInstaller archive at offset {place:#x} reaches past its end")
        if packed:
            index = builder.entry(name, EntryKind.FILE, size=size, read=_reader(builder, data, body))
            builder.piece(0, "zlib stream", body, index, stream=Stream("zlib", None, index))
        else:
            index = builder.entry(name, EntryKind.FILE, 0, body)
        builder.piece(0, "row of the table", row, index, _fields(data, row))
    cookie = Span(end, len(data))
    builder.piece(0, "cookie", cookie, fields=lambda: _cookie(data, cookie, start, length, version))
    return builder.finish("CArchive")


def _rows(builder: Builder, data: bytes, at: int, end: int) -> Iterator[tuple[Span, int, int, int, int, bytes]]:
    while at < end:
        length = int.from_bytes(data[at : at + 4], "big")
        if length < _ROW.size or at + length > end:
            raise builder.malformed(f"the table of the PyInstaller archive holds no row at offset {at:#x}")
        _, place, stored, size, packed, _ = _ROW.unpack_from(data, at)
        name = data[at + _ROW.size : at + length].rstrip(b"\0")
        yield Span(at, at + length), place, stored, size, packed, name
        at += length


def _reader(builder: Builder, data: bytes, body: Span) -> Callable[[], bytes]:
    budget = builder.budget
    return lambda: zlib.inflate(data, body.start, body.end, budget)


def _fields(data: bytes, row: Span) -> Callable[[], tuple[Field, ...]]:
    def fields() -> tuple[Field, ...]:
        at = row.start
        _, place, stored, size, _, kind = _ROW.unpack_from(data, at)
        return (
            Field("size", FieldKind.DERIVED, Span(at, at + 4), "", rule="length of the row"),
            Field("offset", FieldKind.DERIVED, Span(at + 4, at + 8), str(place), rule="place of the contents"),
            Field("size", FieldKind.DERIVED, Span(at + 8, at + 12), str(stored), rule="bytes stored"),
            Field("size", FieldKind.DERIVED, Span(at + 12, at + 16), str(size), rule="bytes of the contents"),
            Field("format", FieldKind.META, Span(at + 16, at + 18), readable(kind)),
            Field("name", FieldKind.META, Span(at + 18, row.end), readable(data[at + 18 : row.end].rstrip(b"\0"))),
        )

    return fields


def _cookie(data: bytes, span: Span, start: int, length: int, version: int) -> tuple[Field, ...]:
    at = span.start
    return (
        Field("size", FieldKind.DERIVED, Span(at + 8, at + 12), str(len(data)), rule="bytes of the archive"),
        Field("offset", FieldKind.DERIVED, Span(at + 12, at + 16), str(start), rule="place of the table"),
        Field("size", FieldKind.DERIVED, Span(at + 16, at + 20), str(length), rule="bytes of the table"),
        Field("format", FieldKind.META, Span(at + 20, span.end), f"Python {version // 100}.{version % 100}"),
    )
