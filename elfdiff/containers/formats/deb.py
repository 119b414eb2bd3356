"""Debian packages (deb(5)): an ar archive of a version, a tar of control files and a tar of the files to install."""

from __future__ import annotations

from collections.abc import Callable

from elfdiff.archive.model import FIELDS, Member
from elfdiff.archive.reading import parse_archive
from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import SUFFIXES, codec_of, open_stream
from elfdiff.containers.fields import mode_text, readable, seconds_text
from elfdiff.containers.formats import tar
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind
from elfdiff.span import Span

_PARTS = {b"control.tar": ("control", "DEBIAN/"), b"data.tar": ("data", "")}
"""Member, without the suffix of its compression → key of its layer, and what stands before the names of its entries.

The names are those that ``dpkg-deb -R`` gives.
"""


def recognises(data: bytes) -> bool:
    """True for an ar archive whose first member says that it is a package."""
    return data.startswith(b"!<arch>\ndebian-binary")


def read(builder: Builder) -> Container:
    """The container that the file is. Raises MalformedArchive or MalformedContainer."""
    data = builder.data(0)
    archive = parse_archive(data, builder.path)
    builder.piece(0, "ar header", Span(0, 8))
    found: set[bytes] = set()
    for member in archive.entries:
        stem = member.name
        for suffix in SUFFIXES.values():
            stem = stem.removesuffix(b"." + suffix.encode())
        found.add(stem)
        part = _PARTS.get(stem)
        span = member.data or member.body
        label = readable(stem if part else member.name)
        index = None
        if part is not None and span.length:
            tar.add(builder, open_stream(builder, 0, span, part[0], label), part[1])
        else:
            index = builder.entry(member.name, EntryKind.FILE, 0, span)
        codec = codec_of(data, span.start) if part is not None else None
        ending = b"." + SUFFIXES[codec].encode() if codec is not None else b""
        told = part is not None and member.name == stem + ending
        builder.piece(0, f"{label} ar header", member.header, index, _header(data, member, told))
        builder.piece(0, f"{label} ar padding", Span(span.end, member.end), index, _padding(data, span.end, member.end))
    builder.piece(0, "after the last member", archive.tail)
    for name in _PARTS:
        if name not in found:
            raise builder.malformed(f"the Debian package has no {name.decode()}; it may be cut short")
    return builder.finish("deb")


def _header(data: bytes, member: Member, told: bool) -> Callable[[], tuple[Field, ...]]:
    """``told``: the name is that of the part and of how it is compressed."""

    def field(name: str) -> Field:
        span = member.field_span(name)
        raw = data[span.start : span.end]
        text = readable(raw.strip(b" "))
        if name == "size":
            rule = "decimal, blanks" if raw == b"%-10d" % member.declared else None
            return Field(name, FieldKind.DERIVED, span, text, rule=rule)
        if name == "name" and told:
            return Field(name, FieldKind.DERIVED, span, text, rule="the part, and how it is compressed")
        base = 8 if name == "mode" else 10
        number = int(text, base) if text and all(c in "0123456789"[:base] for c in text) else None
        shown = text if number is None else {"mode": mode_text, "time": seconds_text}.get(name, str)(number)
        return Field(name, FieldKind.META, span, shown, number)

    return lambda: tuple(field(name) for name in FIELDS if name != "end")


def _padding(data: bytes, start: int, end: int) -> Callable[[], tuple[Field, ...]]:
    rule = "a newline to an even offset" if data[start:end] == b"\n" else None
    return lambda: (Field("padding", FieldKind.DERIVED, Span(start, end), "", rule=rule),)
