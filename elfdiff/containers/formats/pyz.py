"""PyInstaller's PYZ (PyInstaller/archive/writers.py): code of modules, each deflated, and a table, all marshalled.

The table is a list of (name, (kind, place, length)); kind 3 has no code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import zlib
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind, Stream
from elfdiff.payload.marshal import STRINGS, Node, NotMarshal, bytecode
from elfdiff.span import Span

MAGIC = b"PYZ\0"
HEADER = 17
"""The magic, that of the bytecode, the place of the table in four bytes, big-endian, and five of older versions."""


def recognises(data: bytes) -> bool:
    """True if the bytes begin as a PYZ of Python 3.7 or later does."""
    return data.startswith(MAGIC) and data[6:8] == b"\r\n"


def read(builder: Builder) -> Container:
    """The container that the bytes are. Contents are bytecode as a .pyc file without its header holds it.

    Raises MalformedContainer where the table cannot be read or leads outside; LimitExceeded.
    """
    data = builder.data(0)
    magic = int.from_bytes(data[4:6], "little")
    start = int.from_bytes(data[8:12], "big")
    if not HEADER <= start <= len(data):
        raise builder.malformed("the table of the PYZ is not where it should be")
    try:
        table = bytecode(data, start, magic)
    except (NotMarshal, RecursionError) as error:
        raise builder.malformed("the table of the PYZ cannot be read") from error
    for name, place, length in _rows(data, table.root, table.flagged):
        if not HEADER <= place <= place + length <= start:
            raise builder.malformed(f"a module of the PYZ is said to be at offset {place:#x}, outside of it")
        body = Span(place, place + length)
        if length:
            index = builder.entry(name, EntryKind.FILE, size=length, read=_reader(builder, data, body))
            builder.piece(0, "zlib stream", body, index, stream=Stream("zlib", None, index))
    builder.piece(0, "header", Span(0, HEADER), fields=lambda: _header(start))
    builder.piece(0, "table", Span(start, len(data)), fields=lambda: _table(data, start))
    return builder.finish("PYZ")


def _rows(data: bytes, root: Node, flagged: tuple[Node | None, ...]) -> Iterator[tuple[bytes, int, int]]:
    """What does not read as a row is left out."""

    def follow(node: Node) -> Node | None:
        if node.kind != b"r":
            return node
        index = int.from_bytes(data[node.payload.start : node.payload.end], "little")
        return flagged[index] if index < len(flagged) else None

    for row in root.children:
        parts = [follow(part) for part in row.children]
        name, where = parts if len(parts) == 2 else (None, None)
        if name is None or where is None or name.kind not in STRINGS:
            continue
        numbers = [follow(part) for part in where.children]
        values = [_number(data, part) for part in numbers if part is not None]
        if len(values) == 3:
            yield data[name.payload.start : name.payload.end], values[1], values[2]


def _number(data: bytes, node: Node) -> int:
    return int.from_bytes(data[node.payload.start : node.payload.end], "little", signed=True)


def _reader(builder: Builder, data: bytes, body: Span) -> Callable[[], bytes]:
    budget = builder.budget
    return lambda: zlib.inflate(data, body.start, body.end, budget)


def _header(start: int) -> tuple[Field, ...]:
    return (
        Field("format", FieldKind.META, Span(4, 8), ""),
        Field("offset", FieldKind.DERIVED, Span(8, 12), str(start), rule="place of the table"),
    )


def _table(data: bytes, start: int) -> tuple[Field, ...]:
    """The table follows as a whole: whether names or their order differ, entries and their order tell."""
    return (Field("offset", FieldKind.DERIVED, Span(start, len(data)), "", rule="names and places of the modules"),)
