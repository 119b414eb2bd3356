"""What `deno compile` puts into a program (cli/lib/standalone/binary.rs): parts with their length in front.

The magic; a JSON text of options; parts for packages; a JSON list of files with their times (``t``, milliseconds since
1970); and the files. The magic again.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.containers.builder import Builder
from elfdiff.containers.fields import seconds_text
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind
from elfdiff.patterns import late
from elfdiff.span import Span

MAGIC = b"d3n0l4nd"
_TIME = late(rb'"t":(\d{1,16})(?=[,}])')
_TABLE = late(rb'\[\{"(?:File|Dir|Symlink)":')
MAX_TABLES = 100
"""Places at which a table of files may begin that are tried."""


def recognises(data: bytes) -> bool:
    """True if the bytes begin with deno's magic."""
    return data.startswith(MAGIC)


def read(builder: Builder) -> Container:
    """The container that the bytes are. Raises MalformedContainer where a part reaches past its end."""
    data = builder.data(0)
    at = len(MAGIC)
    while data.startswith(MAGIC, at):
        at += len(MAGIC)
    length = _u64(data, at)
    if at + 8 + length > len(data):
        raise builder.malformed("the options of the deno archive reach past its end")
    builder.entry("options.json", EntryKind.FILE, 0, Span(at + 8, at + 8 + length))
    builder.piece(0, "length of the options", Span(at, at + 8), fields=lambda: (_length(at, length),))
    table = _table(data, at + 8 + length)
    if table is not None:
        _files(builder, data, table)
    return builder.finish("deno")


def _table(data: bytes, start: int) -> Span | None:
    """The list of files: the first that is as long as the number in front of it says."""
    for tried, match in enumerate(_TABLE.finditer(data, start)):
        if tried == MAX_TABLES:
            break
        begin = match.start()
        end = begin + _u64(data, begin - 8)
        if begin - 8 >= start and end <= len(data) and data[end - 2 : end] == b"}]":
            return Span(begin, end)
    return None


def _files(builder: Builder, data: bytes, table: Span) -> None:
    builder.piece(0, "length of the table", Span(table.start - 8, table.start), fields=lambda: (_length_of(table),))
    builder.piece(0, "table of files", table, fields=lambda: tuple(_times(data, table)))
    length = _u64(data, table.end)
    body = Span(table.end + 8, table.end + 8 + length)
    if body.end <= len(data):
        start = table.end
        builder.piece(0, "length of the files", Span(start, start + 8), fields=lambda: (_length(start, length),))
        builder.entry("files", EntryKind.FILE, 0, body)


def _times(data: bytes, table: Span) -> Iterator[Field]:
    for match in _TIME.finditer(data, table.start, table.end):
        seconds = int(match[1]) // 1000
        yield Field("time", FieldKind.META, Span(match.start(1), match.end(1)), seconds_text(seconds), seconds)


def _length_of(table: Span) -> Field:
    return _length(table.start - 8, table.length)


def _length(at: int, length: int) -> Field:
    return Field("size", FieldKind.DERIVED, Span(at, at + 8), str(length), rule="bytes of the part")


def _u64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little") if at >= 0 else 0
