"""tar: V7, ustar and PAX (POSIX.1-1988 and -2001) and GNU's (its manual, "Basic Tar Format")."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import field

from elfdiff.containers.builder import Builder
from elfdiff.containers.fields import mode_text, readable, seconds_text
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind
from elfdiff.span import Span
from elfdiff.values import dataclass

BLOCK = 512
RECORD = 10240
"""Bytes that GNU tar and its like fill up with zeros (-b 20)."""
_EMPTY = (2 * BLOCK, RECORD)
"""Bytes of an archive without entries, by those who write the end mark alone and those who fill up a record."""
KINDS = {
    b"0": EntryKind.FILE,
    b"\0": EntryKind.FILE,
    b"7": EntryKind.FILE,
    b"S": EntryKind.FILE,
    b"1": EntryKind.HARDLINK,
    b"2": EntryKind.SYMLINK,
    b"3": EntryKind.DEVICE,
    b"4": EntryKind.DEVICE,
    b"5": EntryKind.DIRECTORY,
    b"6": EntryKind.FIFO,
}
_FIELDS = (
    ("name", 0, 100),
    ("mode", 100, 108),
    ("uid", 108, 116),
    ("gid", 116, 124),
    ("size", 124, 136),
    ("time", 136, 148),
    ("checksum", 148, 156),
    ("type", 156, 157),
    ("target", 157, 257),
    ("format", 257, 265),
    ("user", 265, 297),
    ("group", 297, 329),
    ("device", 329, 345),
    ("name", 345, 500),
    ("extra", 500, 512),
)
_RECORD_NAMES = {
    b"mtime": "time",
    b"atime": "access-time",
    b"ctime": "change-time",
    b"uid": "uid",
    b"gid": "gid",
    b"uname": "user",
    b"gname": "group",
    b"path": "name",
    b"linkpath": "target",
    b"comment": "comment",
}
_XATTRS = (b"SCHILY.xattr.", b"SCHILY.acl.", b"LIBARCHIVE.xattr.", b"RHT.security.")
"""Keys of PAX records that hold an extended attribute: a capability, an SELinux label, an access list."""
_CHECKSUM = b"APK-TOOLS.checksum.SHA1"
_RECORD = re.compile(rb"(\d{1,10}) ")


def recognises(data: bytes) -> bool:
    """True if a header with a right checksum is what the bytes begin with, or if they are an archive of nothing."""
    if data[:1] == b"\0":
        return len(data) in _EMPTY and not any(data)
    return len(data) >= BLOCK and _sum_is_right(data, 0)


def read(builder: Builder) -> Container:
    """The container that the file is."""
    add(builder, 0, "")
    return builder.finish("tar")


@dataclass(slots=True)
class _Pending:
    """What extension headers said of the entry that follows: places of their pieces, and values."""

    pieces: list[tuple[str, Span, Callable[[], tuple[Field, ...]]]] = field(default_factory=list)
    name: bytes | None = None
    target: bytes | None = None
    records: dict[bytes, bytes] = field(default_factory=dict)
    body: list[Span] = field(default_factory=list)
    """Where the contents stand of the entry that follows, once it is read."""


def add(builder: Builder, layer: int, prefix: str, ended: bool = True) -> None:
    """Read the tar that a layer holds into the builder; entries are called ``prefix`` and their name.

    ``ended`` is False where writers leave the blocks of zeros out that mark the end. Raises MalformedContainer for a
    header without a right checksum, or contents that reach past the end.
    """
    data = builder.data(layer)
    at = 0
    pending = _Pending()
    shared: dict[bytes, bytes] = {}
    while at + BLOCK <= len(data):
        if data[at : at + BLOCK].count(0) == BLOCK:
            break
        at = _header(builder, layer, at, pending, shared, prefix)
        if not pending.pieces:
            pending = _Pending()
    if pending.pieces:
        raise builder.malformed("an extension header of a tar in it has no entry")
    if 0 < len(data) - at < BLOCK and any(data[at:]):
        raise builder.malformed(f"the tar header at offset {at:#x} ends too early")
    if at == len(data) and ended:
        last = f"behind {readable(builder.entries[-1].name.encode('utf-8', 'surrogateescape'))} " if at else ""
        builder.cut = f"the tar ends {last}without the blocks of zeros that mark an end, so it may be cut short"
    if at < len(data):
        end = Span(at, len(data))
        builder.piece(layer, "end of the archive", end, fields=lambda: _end_fields(data, end))


def _header(builder: Builder, layer: int, at: int, pending: _Pending, shared: dict[bytes, bytes], prefix: str) -> int:
    """One header and what follows it; where the next begins. Empties ``pending`` when it was an entry's own header."""
    data = builder.data(layer)
    if not _sum_is_right(data, at):
        raise builder.malformed(f"the tar header at offset {at:#x} does not have its checksum")
    kind = data[at + 156 : at + 157]
    size = _number(data[at + 124 : at + 136])
    if kind not in (b"x", b"g", b"X", b"L", b"K") and b"size" in (known := {**shared, **pending.records}):
        size = int(known[b"size"]) if known[b"size"].isdigit() else -1
    header = Span(at, at + BLOCK)
    body = header.end
    if kind == b"S":
        while data[body - 30 if body == header.end else body - 8 : body][:1] == b"\x01" and body + BLOCK <= len(data):
            body += BLOCK
    if kind in (b"1", b"2", b"3", b"4", b"5", b"6"):
        size = 0
    if size < 0 or size > len(data) - body:
        raise builder.malformed(f"the tar entry at offset {at:#x} says it has {size} bytes; {len(data) - body} follow")
    end = body + -(-size // BLOCK) * BLOCK
    if end > len(data):
        raise builder.malformed(f"the tar entry at offset {at:#x} ends too early, in the padding of its last block")
    contents = Span(body, body + size)
    if kind in (b"x", b"g", b"X", b"L", b"K"):
        _extension(builder, layer, kind, header, contents, end, pending, shared)
        return end
    name, target = _names(data, at, {**shared, **pending.records}, pending)
    entry_kind = KINDS.get(kind, EntryKind.OTHER)
    shown = prefix.encode() + (name.removeprefix(b"./") if prefix else name)
    index = builder.entry(
        shown, entry_kind, layer, contents, target=target.decode("utf-8", "surrogateescape") if target else None
    )
    for label, span, fields in pending.pieces:
        builder.piece(layer, label, span, index, fields)
    builder.piece(layer, "header", header, index, lambda: _fields(data, header, size))
    builder.piece(layer, "sparse map", Span(header.end, body), index)
    padding = Span(contents.end, end)
    builder.piece(layer, "padding", padding, index, lambda: _padding(data, padding))
    pending.body.append(contents)
    pending.pieces.clear()
    return end


def _extension(
    builder: Builder,
    layer: int,
    kind: bytes,
    header: Span,
    contents: Span,
    end: int,
    pending: _Pending,
    shared: dict[bytes, bytes],
) -> None:
    data = builder.data(layer)
    if contents.length > 1 << 20:
        raise builder.malformed(f"the extension header at offset {header.start:#x} has {contents.length} bytes")
    text = data[contents.start : contents.end]
    padding = Span(contents.end, end)
    word = {b"L": "long name", b"K": "long target", b"g": "global PAX"}.get(kind, "PAX")
    pieces: list[tuple[str, Span, Callable[[], tuple[Field, ...]]]] = [
        (f"{word} header", header, lambda: _fields(data, header, contents.length)),
        (f"{word} padding", padding, lambda: _padding(data, padding)),
    ]
    if kind in (b"L", b"K"):
        name = text.rstrip(b"\0")
        builder.budget.name(name)
        if kind == b"L":
            pending.name = name
        else:
            pending.target = name
        shown = Field("name" if kind == b"L" else "target", FieldKind.META, contents, readable(name))
        pieces.insert(1, (word, contents, lambda: (shown,)))
    else:
        records = _records(builder, text, header.start)
        (shared if kind == b"g" else pending.records).update({key: value for key, value, _ in records})
        body = pending.body
        pieces.insert(1, (f"{word} records", contents, lambda: _record_fields(records, contents.start, data, body)))
    if kind == b"g":
        for label, span, fields in pieces:
            builder.piece(layer, f"{label} {header.start:#x}" if header.start else label, span, None, fields)
    else:
        pending.pieces += pieces


def _names(data: bytes, at: int, records: dict[bytes, bytes], pending: _Pending) -> tuple[bytes, bytes | None]:
    name = _text(data[at : at + 100])
    if data[at + 257 : at + 263] == b"ustar\0" and (before := _text(data[at + 345 : at + 500])):
        name = before + b"/" + name
    name = pending.name if pending.name is not None else name
    name = records.get(b"GNU.sparse.name", records.get(b"path", name))
    target: bytes | None = pending.target if pending.target is not None else _text(data[at + 157 : at + 257])
    target = records.get(b"linkpath", target or b"")
    return name, target or None


def _text(raw: bytes) -> bytes:
    return raw.partition(b"\0")[0]


def _number(raw: bytes) -> int:
    """Octal text, or base 256 where the first bit is set (GNU); -1 for what is neither."""
    if raw[0] & 0x80:
        value = int.from_bytes(raw, "big", signed=False) & ((1 << (8 * len(raw) - 1)) - 1)
        return value if raw[0] == 0x80 else -1
    text = raw.strip(b" \0")
    if not text:
        return 0
    return int(text, 8) if re.fullmatch(rb"[0-7]{1,20}", text) else -1


def _sum_is_right(data: bytes, at: int) -> bool:
    """The sum of all bytes, those of the sum itself counted as blanks; some old writers took bytes for signed."""
    block = data[at : at + BLOCK]
    stated = _number(block[148:156])
    plain = sum(block) - sum(block[148:156]) + 8 * 32
    return stated == plain or stated == plain - 256 * sum(byte > 127 for byte in block[:148] + block[156:])


def _fields(data: bytes, span: Span, size: int) -> tuple[Field, ...]:
    """``size`` is that of what follows: a size field that says another follows from nothing."""
    found = []
    is_device = data[span.start + 156] in b"34"
    for name, start, end in _FIELDS:
        if name == "device" and not is_device:
            # Nobody reads them: blanks, zeros and NULs are the writer's choice.
            name = "format"
        place = Span(span.start + start, span.start + end)
        raw = data[place.start : place.end]
        if name in ("size", "checksum"):
            number = _number(raw)
            kind = FieldKind.DERIVED if name == "size" else FieldKind.CHECK
            rule = _form(raw) if name == "checksum" or number == size else None
            found.append(Field(name, kind, place, str(number), rule=rule))
        elif name in ("mode", "uid", "gid", "time"):
            number = _number(raw)
            value = {"mode": mode_text, "time": seconds_text}.get(name, str)(number)
            found.append(Field(name, FieldKind.META, place, value, number))
        else:
            found.append(Field(name, FieldKind.META, place, readable(_text(raw))))
    return tuple(found)


def _form(raw: bytes) -> str | None:
    """How a number is written, None if not as any known writer does: the value then says all of the bytes."""
    value = _number(raw)
    if value < 0:
        return None
    for name, made in (
        ("octal, NUL", b"%0*o\0" % (len(raw) - 1, value)),
        ("octal, blank", b"%0*o " % (len(raw) - 1, value)),
        ("octal, NUL and blank", b"%0*o\0 " % (len(raw) - 2, value)),
        ("octal, blank and NUL", b"%0*o \0" % (len(raw) - 2, value)),
        ("base 256", (value | 1 << (8 * len(raw) - 1)).to_bytes(len(raw), "big")),
    ):
        if raw == made:
            return name
    return None


def _padding(data: bytes, span: Span) -> tuple[Field, ...]:
    zeros = not any(data[span.start : span.end])
    return (Field("padding", FieldKind.DERIVED, span, "", rule="zeros to the next block" if zeros else None),)


def _end_fields(data: bytes, span: Span) -> tuple[Field, ...]:
    """Zeros: two blocks, and what fills up the record."""
    rule = None
    if not any(data[span.start : span.end]):
        least = span.start + 2 * BLOCK
        if span.end == -(-least // RECORD) * RECORD:
            rule = "two blocks, filled up to a record"
        elif span.length % BLOCK == 0:
            rule = f"{span.length // BLOCK} blocks"
    return (Field("end", FieldKind.DERIVED, span, "", rule=rule),)


def _records(builder: Builder, text: bytes, header: int) -> list[tuple[bytes, bytes, Span]]:
    """PAX records: ``LENGTH KEY=VALUE`` and a newline, with their places in the text."""
    found: list[tuple[bytes, bytes, Span]] = []
    at = 0
    while at < len(text) and text[at] != 0:
        match = _RECORD.match(text, at)
        end = at + int(match[1]) if match else 0
        if match is None or end > len(text) or end <= match.end() or text[end - 1 : end] != b"\n":
            raise builder.malformed(f"the PAX header at offset {header:#x} holds a record that is none")
        key, equals, value = text[match.end() : end - 1].partition(b"=")
        if not equals:
            raise builder.malformed(f"the PAX header at offset {header:#x} holds a record without a value")
        found.append((key, value, Span(at, end)))
        at = end
    return found


def _record_fields(
    records: list[tuple[bytes, bytes, Span]], start: int, data: bytes, body: list[Span]
) -> tuple[Field, ...]:
    found = []
    for key, value, span in records:
        name = "xattr" if key.startswith(_XATTRS) else _RECORD_NAMES.get(key, "extra")
        place = span.shifted(start)
        shown = readable(value)
        if key == b"size":
            plain = value.isdigit() and data[place.start : place.end].endswith(b" size=%d\n" % int(value))
            found.append(Field("size", FieldKind.DERIVED, place, shown, rule="PAX record" if plain else None))
            continue
        if key == _CHECKSUM:
            # What abuild adds to each file (apk-package(5)).
            told = hashlib.sha1(data[body[0].start : body[0].end], usedforsecurity=False).hexdigest() if body else ""
            rule = "SHA-1 of the contents" if shown == told else None
            found.append(Field("checksum", FieldKind.CHECK, place, shown, rule=rule))
            continue
        number = None
        if name.endswith("time"):
            whole, _, fraction = value.partition(b".")
            if re.fullmatch(rb"-?\d{1,15}", whole):
                number = int(whole)
                shown = seconds_text(number) + (f" and .{readable(fraction)} s" if fraction else "")
        elif name in ("uid", "gid") and value.isdigit() and len(value) < 20:
            number = int(value)
        if name in ("extra", "xattr"):
            shown = f"{readable(key)}={shown}"
        found.append(Field(name, FieldKind.META, place, shown, number))
    return tuple(found)
