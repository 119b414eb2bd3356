"""RPM packages (format 3 and 4, "Package File Format" of RPM's manual): a lead, two headers and a compressed cpio."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence

from elfdiff.containers import cpio
from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import open_stream
from elfdiff.containers.fields import readable, seconds_text
from elfdiff.containers.model import Container, Field, FieldKind
from elfdiff.span import Span
from elfdiff.values import dataclass

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
    1094: "extra",
    1096: "extra",
}
_CHECKS = frozenset({261, 262, 267, 268, 269, 273, 278, 1002, 1004, 1005, 1035, 5092, 5097})
"""Signatures and digests of headers, payload and files."""
_SIZES = frozenset({257, 270, 271, 1000, 1007, 1009, 1028, 5008, 5009})
"""Sizes of the package, of its payload and of its files; 1000 and 1007 in the signature header."""
_TAGS = {1001: "version", 1002: "release", 1021: "architecture", 1044: "source", 1064: "rpm version", 1122: "flags"}


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
    sizes: dict[int, int] = {}
    end = _header(builder, data, 96, "signature", sizes)
    padding = Span(end, min(-(-end // 8) * 8, len(data)))
    zeros = None if any(data[padding.start : padding.end]) else "zeros to eight bytes"
    builder.piece(
        0, "signature padding", padding, fields=lambda: (Field("padding", FieldKind.DERIVED, padding, "", rule=zeros),)
    )
    end = _header(builder, data, padding.end, "header", {})
    layer = open_stream(builder, 0, Span(end, len(data)), "payload", "payload")
    whole, payload = len(data) - padding.end, len(builder.data(layer))
    sizes |= {1000: whole, 270: whole, 1007: payload, 271: payload}
    cpio.add(builder, layer)
    return builder.finish("rpm")


def _header(builder: Builder, data: bytes, at: int, label: str, sizes: Mapping[int, int]) -> int:
    """Where the header that begins here ends; its pieces are noted. ``sizes``: what tags must say, once all is read."""
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
    following = dict(zip(ends, [*ends[1:], size], strict=True))
    tags = [
        _Tag(tag, Span(place, place + 16), Span(start + offset, start + following[offset]), kind, items)
        for offset, tag, kind, items, place in raw
    ]
    index = Span(at, start)
    derived = Field("index", FieldKind.DERIVED, index, "", rule=_index_rule(data[start : start + size], raw))
    builder.piece(0, f"{label} index", index, fields=lambda: (derived,))
    for tag in sorted(tags, key=lambda tag: (tag.value.start, tag.number)):
        if tag.value.length:
            builder.piece(0, f"{label} tag {tag.number}", tag.value, fields=_reader(data, tag, label, sizes))
    return start + size


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


def _reader(data: bytes, tag: _Tag, label: str, sizes: Mapping[int, int]) -> Callable[[], tuple[Field, ...]]:
    return lambda: (_field(data, tag, label, sizes),)


def _field(data: bytes, tag: _Tag, label: str, sizes: Mapping[int, int]) -> Field:
    number = tag.number
    signature = label == "signature"
    if number in _CHECKS and not (number == 1002 and not signature) and not (number in (1004, 1005) and not signature):
        return Field("checksum", FieldKind.CHECK, tag.value, "", rule="a signature or a digest")
    if number in _SIZES and (signature or number not in (1000, 1007)):
        said = int.from_bytes(data[tag.value.start : tag.value.start + _WIDTHS.get(tag.kind, 0)])
        right = tag.kind in (4, 5) and tag.count == 1 and sizes.get(number) == said
        return Field("size", FieldKind.DERIVED, tag.value, "", rule=f"size of tag {number}" if right else None)
    name = _META.get(number, "extra") if not signature else "extra"
    shown, value = _value(data, tag)
    if name == "time" and value is not None:
        shown = seconds_text(value)
    if name == "extra":
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
