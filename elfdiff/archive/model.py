"""What a static archive is made of. Frozen values with the place of every field; nothing here reads a file."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from elfdiff.span import Span
from elfdiff.values import dataclass, field

HEADER_SIZE = 60
FIELDS = {
    "name": (0, 16),
    "time": (16, 28),
    "uid": (28, 34),
    "gid": (34, 40),
    "mode": (40, 48),
    "size": (48, 58),
    "end": (58, 60),
}
"""The fields of a member header (ar(5), ``struct ar_hdr``), text padded with blanks, as offsets in the header."""


class MemberKind(StrEnum):
    """What an entry of the archive is."""

    FILE = "file"
    INDEX = "symbol index"
    NAMES = "long names"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry, in file order.

    ``name`` is the full name without the marks of its format. ``name_span`` is where these bytes stand: in the header,
    in the table of long names, or before the contents (BSD). ``reference`` is True if the header only points at the
    table. ``data`` are the contents, without a BSD name; None in a thin archive, which keeps them in other files.
    ``end`` is where the next entry begins: the contents are followed by one byte of padding if their end is odd.
    ``declared`` is the number in the size field.
    """

    kind: MemberKind
    name: bytes
    name_span: Span
    reference: bool
    header: Span
    data: Span | None
    end: int
    declared: int

    def field_span(self, name: str) -> Span:
        """File range of a header field."""
        start, end = FIELDS[name]
        return Span(self.header.start + start, self.header.start + end)

    @property
    def body(self) -> Span:
        """Everything between the header and the next entry: BSD name, contents, padding."""
        return Span(self.header.end, self.end)


@dataclass(frozen=True, eq=False)
class Archive:
    """One archive. ``path`` is only for sentences. ``tail`` is what follows the last whole entry, normally empty."""

    path: str
    data: bytes = field(repr=False)
    thin: bool
    entries: tuple[Member, ...] = field(repr=False)
    tail: Span

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The entries that stand for files."""
        return tuple(entry for entry in self.entries if entry.kind is MemberKind.FILE)

    def first(self, kind: MemberKind) -> Member | None:
        """The first entry of a kind."""
        return next((entry for entry in self.entries if entry.kind is kind), None)

    def text(self, member: Member, name: str) -> bytes:
        """A header field without the blanks around it."""
        span = member.field_span(name)
        return self.data[span.start : span.end].strip()

    def content(self, member: Member) -> bytes:
        """The contents; empty in a thin archive."""
        return self.data[member.data.start : member.data.end] if member.data is not None else b""
