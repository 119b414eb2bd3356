"""gzip (RFC 1952): members one behind the other, each with a header, a deflate stream, a checksum and a length."""

from __future__ import annotations

import struct
import zlib

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import deflate
from elfdiff.containers.fields import readable, seconds_text
from elfdiff.containers.model import Field, FieldKind, Stream
from elfdiff.span import Span

MAX_MEMBERS = 100_000
_SYSTEMS = {0: "FAT", 3: "Unix", 7: "Macintosh", 10: "NTFS", 11: "NTFS", 255: "unknown"}
_GO_ZERO = 0x886E0900
"""Seconds of Go's zero time, cut to 32 bits: what writers built on Go's gzip leave where no time was set."""
_LEVELS = {0: "neither best nor fastest", 2: "best", 4: "fastest"}


def read(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """The layer that the members hold, joined. Bytes behind the last member that are no member are left to a gap."""
    data = builder.data(layer)
    parts: list[bytes] = []
    at = span.start
    number = held = 0
    target = len(builder.layers)
    while data.startswith(b"\x1f\x8b", at) and at + 18 <= span.end:
        if number >= MAX_MEMBERS:
            raise builder.malformed(f"a gzip file in it has more than {MAX_MEMBERS} members")
        contents, at = member(builder, layer, Span(at, span.end), _label(name, number), target, held)
        parts.append(contents)
        held += len(contents)
        number += 1
    if not number:
        raise builder.malformed(f"the gzip file at offset {span.start:#x} is damaged")
    return builder.layer(key, name, parts[0] if len(parts) == 1 else b"".join(parts))


def member(builder: Builder, layer: int, span: Span, label: str, target: int, held: int = 0) -> tuple[bytes, int]:
    """The contents of the member that begins where ``span`` does, and where it ends; its pieces are noted.

    The contents are those of the layer ``target`` from ``held`` on.
    """
    data = builder.data(layer)
    body = _header_end(builder, data, span)
    contents, end = deflate.inflate(data, body, span.end, builder.budget)
    if end + 8 > span.end:
        raise builder.malformed(f"the gzip file at offset {span.start:#x} ends too early")
    check, length = struct.unpack_from("<II", data, end)
    if check != zlib.crc32(contents) or length != len(contents) & 0xFFFFFFFF:
        raise builder.malformed(f"the contents of the gzip file at offset {span.start:#x} do not have its checksum")
    header = Span(span.start, body)
    builder.piece(layer, f"{label} header", header, fields=lambda: _fields(data, header))
    stream = Stream("deflate", target, None, Span(held, held + len(contents)))
    builder.piece(layer, f"{label} stream", Span(body, end), stream=stream)
    trailer = (
        Field("checksum", FieldKind.CHECK, Span(end, end + 4), f"{check:08x}", rule="CRC-32"),
        Field("length", FieldKind.DERIVED, Span(end + 4, end + 8), str(length), rule="length"),
    )
    builder.piece(layer, f"{label} trailer", Span(end, end + 8), fields=lambda: trailer)
    return contents, end + 8


def _label(name: str, number: int) -> str:
    label = f"{name} gzip".strip()
    return label if not number else f"{label} member {number + 1}"


def _header_end(builder: Builder, data: bytes, span: Span) -> int:
    at = span.start
    if data[at + 2 : at + 3] != b"\x08" or data[at + 3] & 0xE0:
        raise builder.malformed(f"the gzip header at offset {at:#x} is none that RFC 1952 knows")
    flags = data[at + 3]
    at += 10
    if flags & 4:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (8, 16):
        if flags & flag:
            end = data.find(b"\0", at, span.end)
            if end < 0:
                raise builder.malformed(f"a name in the gzip header at offset {span.start:#x} has no end")
            at = end + 1
    at += 2 if flags & 2 else 0
    if at >= span.end:
        raise builder.malformed(f"the gzip header at offset {span.start:#x} ends too early")
    return at


def _time(when: int, span: Span) -> Field:
    """The time of what was compressed; "none" for zero, and for the constant that Go's writers leave."""
    if when in (0, _GO_ZERO):
        return Field("time", FieldKind.META, span, "none, as Go marks it" if when else "none", 0)
    return Field("time", FieldKind.META, span, seconds_text(when), when)


def _fields(data: bytes, span: Span) -> tuple[Field, ...]:
    at = span.start
    flags, when = data[at + 3], int.from_bytes(data[at + 4 : at + 8], "little")
    level, system = data[at + 8], data[at + 9]
    found = [
        Field(
            "flags", FieldKind.DERIVED, Span(at + 3, at + 4), f"{flags:#04x}", rule=f"fields that follow, {flags & 1}"
        ),
        _time(when, Span(at + 4, at + 8)),
        Field("level", FieldKind.META, Span(at + 8, at + 9), _LEVELS.get(level, str(level))),
        Field("system", FieldKind.META, Span(at + 9, at + 10), _SYSTEMS.get(system, str(system))),
    ]
    at += 10
    if flags & 4:
        end = at + 2 + int.from_bytes(data[at : at + 2], "little")
        found.append(Field("extra", FieldKind.META, Span(at, end), data[at + 2 : end].hex()))
        at = end
    for flag, name in ((8, "name"), (16, "comment")):
        if flags & flag:
            end = data.index(b"\0", at) + 1
            found.append(Field(name, FieldKind.META, Span(at, end), readable(data[at : end - 1])))
            at = end
    if flags & 2:
        good = zlib.crc32(data[span.start : at]) & 0xFFFF == int.from_bytes(data[at : at + 2], "little")
        rule = "CRC-16" if good else None
        found.append(Field("checksum", FieldKind.CHECK, Span(at, at + 2), data[at : at + 2].hex(), rule=rule))
    return tuple(found)
