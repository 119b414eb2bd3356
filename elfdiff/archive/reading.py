"""bytes → Archive: System V (GNU) and BSD names, thin archives. Source: ar(5) of GNU binutils and of FreeBSD."""

from __future__ import annotations

from elfdiff.archive.model import HEADER_SIZE, Archive, Member, MemberKind
from elfdiff.errors import LimitExceeded, MalformedArchive
from elfdiff.patterns import late
from elfdiff.span import Span

MAGIC = b"!<arch>\n"
THIN_MAGIC = b"!<thin>\n"
MAX_MEMBERS = 100_000
MAX_NAME = 4096
"""Bytes of a member's name; file systems allow no longer path."""

_END = b"`\n"
_INDEX_NAMES = (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64", b"__.SYMDEF_64 SORTED")
# The member of an archive within a thin archive is /OFFSET:OFFSET, the second being its place there (binutils).
_REFERENCE = late(rb"/(\d{1,15})(?::\d{1,15})?")
_INLINE = late(rb"#1/(\d{1,13})")


def is_archive(data: bytes) -> bool:
    """True if the bytes begin as an archive does."""
    return data.startswith((MAGIC, THIN_MAGIC))


def parse_archive(data: bytes, path: str) -> Archive:
    """Reads the headers of all members.

    Raises MalformedArchive for a header that is none, a size that is no number, contents that reach past the end of
    the file, and a name that points outside the table of names; LimitExceeded for more than ``MAX_MEMBERS`` entries.
    Fewer bytes than a header at the end are the archive's tail, not an error.
    """
    if not is_archive(data):
        raise MalformedArchive(f"{path}: is no archive: its magic number is missing")
    thin = data.startswith(THIN_MAGIC)
    entries: list[Member] = []
    table: Span | None = None
    at = len(MAGIC)
    while at + HEADER_SIZE <= len(data):
        if len(entries) >= MAX_MEMBERS:
            raise LimitExceeded(f"{path}: has more than {MAX_MEMBERS} members")
        entry = _entry(data, path, at, thin, table)
        if entry.kind is MemberKind.NAMES and table is None:
            table = entry.data
        entries.append(entry)
        at = entry.end
    return Archive(path, data, thin, tuple(entries), Span(min(at, len(data)), len(data)))


def _entry(data: bytes, path: str, at: int, thin: bool, table: Span | None) -> Member:
    header = Span(at, at + HEADER_SIZE)
    if data[at + 58 : at + 60] != _END:
        raise MalformedArchive(f"{path}: at offset {at:#x} there should be a member header, and there is none")
    size_text = data[at + 48 : at + 58].strip(b" ")
    if not size_text.isdigit():
        raise MalformedArchive(f"{path}: the size of the member at offset {at:#x} is no number")
    size = int(size_text)
    raw = data[at : at + 16].rstrip(b" ")
    kind = MemberKind.NAMES if raw == b"//" else MemberKind.INDEX if raw in _INDEX_NAMES else MemberKind.FILE
    stored = size if not thin or kind is not MemberKind.FILE else 0
    if stored > len(data) - header.end:
        raise MalformedArchive(
            f"{path}: the member at offset {at:#x} says it has {size} bytes; {len(data) - header.end} follow its header"
        )
    name, name_span, start = raw, Span(at, at + len(raw)), header.end
    reference = False
    if kind is MemberKind.FILE:
        inline = _INLINE.fullmatch(raw)
        pointer = _REFERENCE.fullmatch(raw)
        if inline and not thin:
            length = int(inline[1])
            if length > min(stored, MAX_NAME):
                raise MalformedArchive(f"{path}: the name of the member at offset {at:#x} is longer than the member")
            start += length
            name = data[header.end : start].rstrip(b"\0")
            name_span = Span(header.end, header.end + len(name))
            if name in _INDEX_NAMES:
                kind = MemberKind.INDEX
        elif pointer:
            name, name_span = _long_name(data, path, at, int(pointer[1]), table)
            reference = True
        elif raw.endswith(b"/"):
            name, name_span = raw[:-1], Span(at, at + len(raw) - 1)
    content = Span(start, header.end + stored) if stored or not thin else None
    end = header.end + stored
    return Member(kind, name, name_span, reference, header, content, min(end + (end & 1), len(data)), size)


def _long_name(data: bytes, path: str, at: int, offset: int, table: Span | None) -> tuple[bytes, Span]:
    """A name in the ``//`` table ends in ``/`` and a newline; other writers end it with a NUL or a newline alone."""
    if table is None or offset >= table.length:
        raise MalformedArchive(f"{path}: the name of the member at offset {at:#x} is not in the table of names")
    start = table.start + offset
    window = data[start : min(table.end, start + MAX_NAME + 2)]
    ends = [place for place in (window.find(b"\n"), window.find(b"\0")) if place >= 0]
    if not ends:
        if len(window) > MAX_NAME:
            raise MalformedArchive(f"{path}: the name of the member at offset {at:#x} has more than {MAX_NAME} bytes")
        ends = [len(window)]
    name = window[: min(ends)].removesuffix(b"/")
    return name, Span(start, start + len(name))
