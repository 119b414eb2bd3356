"""A single executable application of Node.js (src/node_sea.cc): what `node --experimental-sea-config` writes.

A magic number, flags, the path of the script, the script or a snapshot, and, as flags say, V8's code cache and assets;
each with its length in eight bytes in front.
"""

from __future__ import annotations

import hashlib

from elfdiff.containers.builder import Builder
from elfdiff.containers.fields import readable
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind
from elfdiff.span import Span

MAGIC = b"\x20\xda\x43\x01"
SNAPSHOT, CACHE, ASSETS = 2, 4, 8


def recognises(data: bytes) -> bool:
    """True if the bytes begin with the magic number and flags that are known."""
    return data.startswith(MAGIC) and len(data) > 8 and _number(data, 4, 4) < 64


def read(builder: Builder) -> Container:
    """The container that the bytes are. Raises MalformedContainer where a part reaches past its end."""
    data = builder.data(0)
    flags = _number(data, 4, 4)
    wanted = ["path", "snapshot" if flags & SNAPSHOT else "script", *(["code cache"] if flags & CACHE else [])]
    # Node 25 puts a byte behind the flags that says what becomes of arguments.
    at = next((start for start in (8, 9) if _reads(data, start, wanted)), 0)
    if not at:
        raise builder.malformed("a part of the Node.js application reaches past its end")
    builder.piece(0, "head", Span(0, at), fields=lambda: (Field("format", FieldKind.META, Span(4, at), hex(flags)),))
    for name in wanted:
        at = _cache(builder, data, at) if name == "code cache" else _part(builder, data, at, name)
    if flags & ASSETS and at + 8 <= len(data):
        count = _number(data, at, 8)
        at += 8
        for _ in range(min(count, 10_000)):
            size = _number(data, at, 8)
            if at + 16 + size > len(data):
                break
            name = readable(data[at + 8 : at + 8 + size])
            at += 8 + size
            if at + 8 + _number(data, at, 8) > len(data):
                break
            at = _part(builder, data, at, name)
    return builder.finish("SEA")


def _reads(data: bytes, at: int, wanted: list[str]) -> bool:
    for _ in wanted:
        at += 8 + _number(data, at, 8)
    return at <= len(data)


def _part(builder: Builder, data: bytes, at: int, name: str) -> int:
    """One part as an entry; where it ends."""
    size = _number(data, at, 8)
    span = Span(at, at + 8)
    rule = "bytes of the part"
    builder.piece(0, f"length of {name}", span, fields=lambda: (Field("size", FieldKind.DERIVED, span, "", rule=rule),))
    builder.entry(name, EntryKind.FILE, 0, Span(at + 8, at + 8 + size))
    return at + 8 + size


def _cache(builder: Builder, data: bytes, at: int) -> int:
    """V8's code cache, which is made of the script in front of it; where it ends."""
    size = _number(data, at, 8)
    length, body = Span(at, at + 8), Span(at + 8, at + 8 + size)
    script = f"of script {hashlib.sha256(data[:at]).hexdigest()[:16]}"
    rule = "bytes of the part"
    builder.piece(
        0, "length of the code cache", length, fields=lambda: (Field("size", FieldKind.DERIVED, length, "", rule=rule),)
    )
    builder.piece(0, "code cache", body, fields=lambda: (Field("cache", FieldKind.META, body, script),))
    return body.end


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
