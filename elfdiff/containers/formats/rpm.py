"""RPM packages (format 3 and 4, "Package File Format" of RPM's manual): a lead, two headers and a compressed cpio."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from elfdiff.containers import cpio
from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import open_stream
from elfdiff.containers.fields import readable, seconds_text
from elfdiff.containers.model import Container, Entry, EntryKind, Field, FieldKind
from elfdiff.patterns import late
from elfdiff.span import Span
from elfdiff.values import dataclass, replace

_MAGIC = b"\xed\xab\xee\xdb"
_HEADER = b"\x8e\xad\xe8\x01"
MAX_TAGS = 100_000
_WIDTHS = {2: 1, 3: 2, 4: 4, 5: 8}
"""Type → bytes of one number; 6, 8 and 9 are texts, 7 bytes."""
_META = {
    1000: "name",
    1006: "time",
    1007: "host",
    1030: "mode",
    1034: "time",
    1039: "user",
    1040: "group",
    1064: "format",
    1124: "format",
    1125: "level",
    1126: "level",
}
"""What the program that wrote the package decided: rpm's own version and the payload's form among it."""
_CHECKS = frozenset({261, 262, 267, 268, 269, 273, 278, 1002, 1004, 1005, 1035, 5092, 5097})
"""Signatures and digests of headers, payload and files."""
_SIZES = frozenset({257, 270, 271, 1000, 1007, 5008, 5009})
"""Sizes of the package and of its payload; 1000 and 1007 in the signature header."""
_TEXTS = frozenset({6, 8, 9})
_REQUIRED = frozenset({1048, 1049, 1050})
"""What the package needs: features of rpm, which follow from how it is packed, among libraries."""
_CLASSES = 1142
"""What file(1) says of the files (RPMTAG_CLASSDICT)."""
_MODIFIED = late(rb"(?<=last modified: )[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}")
_BUILD_ID = late(rb"(?<=BuildID\[sha1\]=)(?:[0-9a-f]{2})+")
_TAGS = {1064: "rpm version", 1124: "payload", 1125: "payload by", 1126: "level"}


def recognises(data: bytes) -> bool:
    """True if the lead's magic number is what the bytes begin with."""
    return data.startswith(_MAGIC)


@dataclass(frozen=True, slots=True)
class _Tag:
    number: int
    index: Span
    value: Span
    kind: int
    count: int


def read(builder: Builder) -> Container:
    """The container that the file is. Raises MalformedContainer, LimitExceeded."""
    data = builder.data(0)
    if len(data) < 112:
        raise builder.malformed("the RPM package ends within its lead")
    builder.piece(0, "lead", Span(0, 96))
    told = _Told({}, [], {})
    end = _header(builder, data, 96, "signature", told)
    padding = Span(end, min(-(-end // 8) * 8, len(data)))
    zeros = None if any(data[padding.start : padding.end]) else "zeros to eight bytes"
    builder.piece(
        0, "signature padding", padding, fields=lambda: (Field("padding", FieldKind.DERIVED, padding, "", rule=zeros),)
    )
    end = _header(builder, data, padding.end, "header", told)
    layer = open_stream(builder, 0, Span(end, len(data)), "payload", "payload")
    whole, payload = len(data) - padding.end, len(builder.data(layer))
    told.sizes.update({1000: whole, 270: whole, 1007: payload, 271: payload})
    cpio.add(builder, layer)
    ordered = _ordered(builder.entries)
    told.files.extend(ordered)
    header, inner = Span(padding.end, end), builder.data(layer)
    checks: dict[int, Callable[[], bytes]] = {
        269: lambda: hashlib.sha1(data[header.start : header.end], usedforsecurity=False).hexdigest().encode(),
        273: lambda: hashlib.sha256(data[header.start : header.end]).hexdigest().encode(),
        1004: lambda: hashlib.md5(data[header.start :], usedforsecurity=False).digest(),
        5092: lambda: hashlib.sha256(data[header.end :]).hexdigest().encode(),
        5097: lambda: hashlib.sha256(inner).hexdigest().encode(),
        1035: lambda: b"\0".join(_digest(file.whole) for file in ordered),
    }
    told.checks.update(checks)
    return builder.finish("rpm")


@dataclass(frozen=True, slots=True)
class _Told:
    """What tags must say, once all is read: ``checks`` are digests, as texts without their last NUL."""

    sizes: dict[int, int]
    files: list[_File]
    checks: dict[int, Callable[[], bytes]]


def _digest(entry: Entry) -> bytes:
    """SHA-256 of a regular file, nothing for all else (rpm, "RPMTAG_FILEDIGESTS")."""
    return hashlib.sha256(entry.read()).hexdigest().encode() if entry.kind is EntryKind.FILE else b""


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the lists of the header have it. ``whole`` is the entry with the contents, ``inode`` the place in the
    lists, from 1, of the first name of the file.
    """

    path: bytes
    size: int
    target: bytes
    inode: int
    whole: Entry


def _ordered(entries: Sequence[Entry]) -> list[_File]:
    """In the order of the header's lists: the payload's, but that files with several names stand last in that.

    rpm sorts its lists by path, and numbers inodes by the places in them; names of one file have that of the first.
    """
    order = list(range(len(entries)))
    places = {entry.name: place for place, entry in enumerate(entries)}
    if any(entry.kind is EntryKind.HARDLINK for entry in entries):
        order.sort(key=lambda place: _raw(entries[place].path))
    firsts: dict[int, int] = {}
    files = []
    for number, place in enumerate(order, 1):
        entry = entries[place]
        hard = entry.kind is EntryKind.HARDLINK
        whole = entries[places.get(entry.target or "", place)] if hard else entry
        first = firsts.setdefault(places.get(whole.name, place), number)
        target = b"" if hard or not entry.target else _raw(entry.target)
        files.append(_File(_raw(f"/{entry.path}"), whole.size, target, first, whole))
    return files


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _header(builder: Builder, data: bytes, at: int, label: str, told: _Told) -> int:
    """Where the header that begins here ends; its pieces are noted.

    ``told``: what tags must say, once all is read.
    """
    if data[at : at + 4] != _HEADER or at + 16 > len(data):
        raise builder.malformed(f"there is no RPM header at offset {at:#x}")
    count, size = (int(number) for number in struct.unpack_from(">II", data, at + 8))
    start = at + 16 + 16 * count
    if count > MAX_TAGS or start + size > len(data):
        raise builder.malformed(f"the RPM header at offset {at:#x} reaches past the end of the file")
    raw = []
    for number in range(count):
        place = at + 16 + 16 * number
        tag, kind, offset, items = struct.unpack_from(">IIII", data, place)
        if offset > size:
            raise builder.malformed(f"a tag of the RPM header at offset {at:#x} leads outside it")
        raw.append((offset, tag, kind, items, place))
    ends = sorted(offset for offset, *_ in raw)
    # A header without tags has no ends, and values that belong to none.
    following = dict(zip(ends, [*ends[1:], size], strict=False))
    tags = [
        _Tag(tag, Span(place, place + 16), Span(start + offset, start + following[offset]), kind, items)
        for offset, tag, kind, items, place in raw
    ]
    index = Span(at, start)
    rule = _index_rule(data[start : start + size], raw) if not any(data[at + 4 : at + 8]) else None
    derived = Field("index", FieldKind.DERIVED, index, "", rule=rule)
    builder.piece(0, f"{label} index", index, fields=lambda: (derived,))
    for tag in sorted(tags, key=lambda tag: (tag.value.start, tag.number)):
        if tag.value.length:
            end = _end(data, tag)
            value = replace(tag, value=Span(tag.value.start, end))
            builder.piece(0, f"{label} tag {tag.number}", value.value, fields=_reader(data, value, label, told))
            _fill(builder, data, Span(end, tag.value.end), f"{label} tag {tag.number} padding")
    return start + size


def _end(data: bytes, tag: _Tag) -> int:
    """Where a value ends, whatever the alignment of the next; where the next begins if that is not known."""
    start, end = tag.value.start, tag.value.end
    if tag.kind in _WIDTHS or tag.kind == 7:
        return min(start + tag.count * _WIDTHS.get(tag.kind, 1), end)
    at = start
    for _ in range(tag.count if tag.kind in _TEXTS else 0):
        at = data.find(b"\0", at, end) + 1
        if not at:
            return end
    return at if at > start else end


def _fill(builder: Builder, data: bytes, span: Span, label: str) -> None:
    rule = None if any(data[span.start : span.end]) else "zeros to where the next value is aligned"
    builder.piece(0, label, span, fields=lambda: (Field("padding", FieldKind.DERIVED, span, "", rule=rule),))


def _index_rule(values: bytes, raw: Sequence[tuple[int, int, int, int, int]]) -> str | None:
    """The rule that gives an index: values of these tags, types and counts, one behind the other (rpm, "Header").

    None if some value stands elsewhere than where the one before it ends, aligned as its type asks for.
    """
    at = 0
    for offset, _, kind, count, _ in sorted(raw):
        width = _WIDTHS.get(kind, 1)
        at = -(-at // width) * width
        if offset != at:
            return None
        if kind in _WIDTHS:
            at += width * count
        elif kind == 7:
            at += count
        else:
            for _ in range(count):
                end = values.find(b"\0", at)
                if end < 0:
                    return None
                at = end + 1
    if at != len(values):
        return None
    told = hashlib.sha256(repr([row[1:4] for row in raw]).encode()).hexdigest()
    return f"places of the values, tags and types {told[:16]}"


def _reader(data: bytes, tag: _Tag, label: str, told: _Told) -> Callable[[], tuple[Field, ...]]:
    return lambda: (_field(data, tag, label, told),)


def _listed(data: bytes, tag: _Tag, files: Sequence[_File]) -> bool:
    """True if a list says of every file, in the order of the payload, what the payload holds of it."""
    numbers = _numbers(data, tag)
    texts = data[tag.value.start : tag.value.end].split(b"\0")[: tag.count]
    split = [file.path.rpartition(b"/") for file in files]
    folders = list(dict.fromkeys(folder + b"/" for folder, _, _ in split))
    known: dict[int, tuple[Sequence[object], Sequence[object]]] = {
        1028: (numbers, [file.size if not file.target else len(file.target) for file in files]),
        1036: (texts, [file.target for file in files]),
        1009: (numbers, [sum({file.inode: file.size for file in files}.values())]),
        1096: (numbers, [file.inode for file in files]),
        1117: (texts, [name for _, _, name in split]),
        1118: (sorted(texts), sorted(folders)),
    }
    said, right = known.get(tag.number, ((), (None,)))
    return list(said) == list(right)


def _classes_rule(data: bytes, tag: _Tag, files: Sequence[_File]) -> str | None:
    """The rule that gives what file(1) says of the files: these words, with times of gzip headers and build IDs of
    ELF files that stand in the payload; None if one does not.
    """
    heads = [file.whole.read() for file in files if file.whole.kind is EntryKind.FILE]
    times = {int.from_bytes(head[4:8], "little") for head in heads if head.startswith(b"\x1f\x8b\x08")}
    dates = {datetime.fromtimestamp(when, UTC).strftime("%a %b %e %H:%M:%S %Y").encode() for when in times}
    text = data[tag.value.start : tag.value.end]
    known = all(match[0] in dates for match in _MODIFIED.finditer(text)) and all(
        any(bytes.fromhex(match[0].decode()) in head for head in heads) for match in _BUILD_ID.finditer(text)
    )
    said = hashlib.sha256(_BUILD_ID.sub(b"#", _MODIFIED.sub(b"#", text))).hexdigest()
    return f"what file(1) says of the payload, {said[:16]}" if known else None


def _numbers(data: bytes, tag: _Tag) -> list[int]:
    width = _WIDTHS.get(tag.kind, 0)
    raw = data[tag.value.start : tag.value.end]
    return [int.from_bytes(raw[i * width : (i + 1) * width]) for i in range(tag.count)] if width else []


def _field(data: bytes, tag: _Tag, label: str, told: _Told) -> Field:
    number = tag.number
    signature = label == "signature"
    if number in _CHECKS and not (number == 1002 and not signature) and not (number in (1004, 1005) and not signature):
        digest = told.checks.get(number)
        raw = data[tag.value.start : tag.value.end].removesuffix(b"\0" if tag.kind in _TEXTS else b"")
        rule = "a signature" if digest is None else "a digest" if raw == digest() else None
        return Field("checksum", FieldKind.CHECK, tag.value, "", rule=rule)
    if number in _SIZES and (signature or number not in (1000, 1007)):
        said = int.from_bytes(data[tag.value.start : tag.value.start + _WIDTHS.get(tag.kind, 0)])
        right = tag.kind in (4, 5) and tag.count == 1 and told.sizes.get(number) == said
        return Field("size", FieldKind.DERIVED, tag.value, "", rule=f"size of tag {number}" if right else None)
    if number == _CLASSES and not signature and (rule := _classes_rule(data, tag, told.files)) is not None:
        return Field("list", FieldKind.DERIVED, tag.value, "", rule=rule)
    if not signature and _listed(data, tag, told.files):
        return Field("list", FieldKind.DERIVED, tag.value, "", rule=f"tag {number}: what the payload holds")
    name = (
        "number"
        if signature
        else _META.get(number, "text" if tag.kind in _TEXTS and number not in _REQUIRED else "number")
    )
    shown, value = _value(data, tag)
    if name == "time" and value is not None:
        shown = seconds_text(value)
    if name not in ("time", "name", "host", "mode", "user", "group", "text"):
        shown = f"{_TAGS.get(number, f'tag {number}')}: {shown}"
    return Field(name, FieldKind.META, tag.value, shown, value)


def _value(data: bytes, tag: _Tag) -> tuple[str, int | None]:
    """The first value in words, and as a number."""
    width = _WIDTHS.get(tag.kind)
    raw = data[tag.value.start : tag.value.end]
    if width is None:
        return readable(raw.partition(b"\0")[0] if tag.kind in (6, 8, 9) else raw[:32].hex().encode()), None
    value = int.from_bytes(raw[:width], "big")
    more = f" and {tag.count - 1} more" if tag.count > 1 else ""
    return f"{value}{more}", value
