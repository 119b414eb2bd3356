"""CUDA's fat binaries: what nvcc puts into .nv_fatbin, device code for several architectures.

A head of 16 bytes with the length; then parts, each with a head of its own: its kind (PTX or an ELF file, "cubin"), the
architecture, where the source's name and the options stand in the head, and how the contents are compressed. Nobody
describes the format; the offsets are those of CUDA 13, read from what nvcc writes, and each number is held against the
bytes before it is taken to follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import open_stream
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind
from elfdiff.span import Span

MAGIC = b"\x50\xed\x55\xba"
HEAD, PART = 16, 64
ZSTD = 0x8000
UNIT = 8
"""What stands in a part is aligned to so many bytes."""
_KINDS = {1: ("compute", "ptx"), 2: ("sm", "cubin")}
_ALIGNED = "aligned behind what stands before it"


def recognises(data: bytes) -> bool:
    """True if the bytes begin with the magic number of a fat binary and hold all of its first part's head."""
    return data.startswith(MAGIC) and len(data) >= HEAD + PART and _number(data, 6, 2) == HEAD


def read(builder: Builder) -> Container:
    """The container that the bytes are. Raises MalformedContainer where a part reaches past its end."""
    data = builder.data(0)
    at = 0
    seen: dict[str, int] = {}
    # A linked program has the fat binaries of its objects one behind the other.
    while data.startswith(MAGIC, at) and len(data) >= at + HEAD:
        start, end = at, at + HEAD + _number(data, at + 8, 8)
        if end > len(data):
            raise builder.malformed(f"the fat binary at offset {at:#x} reaches past its end")
        at += HEAD
        while at + PART <= end:
            at = _part(builder, data, at, end, seen)
        rule = "bytes of its parts" if at == end else None
        length = (Field("size", FieldKind.DERIVED, Span(start + 8, start + HEAD), "", rule=rule),)
        builder.piece(0, f"head {start}" if start else "head", Span(start, start + HEAD), fields=partial(tuple, length))
        at = end
        while at < len(data) and not data[at]:
            at += 1
        _fill(builder, data, f"padding {start}" if start else "padding", Span(end, at))
    return builder.finish("fat binary")


def _part(builder: Builder, data: bytes, at: int, end: int, seen: dict[str, int]) -> int:
    """One part; where it ends."""
    head, size = _number(data, at + 4, 4), _number(data, at + 8, 8)
    body = at + head
    if head < PART or body + size > end:
        raise builder.malformed(f"the part at offset {at:#x} of a fat binary reaches past its end")
    prefix, suffix = _KINDS.get(_number(data, at, 2), ("part", "bin"))
    name = f"{prefix}_{_number(data, at + 28, 4)}.{suffix}"
    seen[name] = seen.get(name, 0) + 1
    name = name if seen[name] == 1 else f"{name} {seen[name]}"
    stream = _number(data, at + 16, 4)
    inflated: int | None = None
    if _number(data, at + 40, 4) & ZSTD and 0 < stream <= size:
        layer = open_stream(builder, 0, Span(body, body + stream), name, name)
        inflated = len(builder.data(layer))
        builder.entry(name, EntryKind.FILE, layer, Span(0, inflated))
        _fill(builder, data, f"{name}, padding", Span(body + stream, body + size))
    else:
        # A text is filled up with zeros, an ELF file is not.
        told = len(data[body : body + size].rstrip(b"\0")) if suffix == "ptx" else size
        builder.entry(name, EntryKind.FILE, 0, Span(body, body + told))
        _fill(builder, data, f"{name}, padding", Span(body + told, body + size))
    texts = [(label, span) for label, span in _texts(data, at) if at + PART <= span.start and span.end <= body]
    fields = tuple(_fields(data, at, texts, inflated))
    builder.piece(0, f"{name}, head", Span(at, at + PART), fields=lambda: fields)
    place = at + PART
    for label, span in texts:
        if span.start < place:
            continue
        # In front of the options stand their place and their length.
        numbers = (
            Span(max(span.start - UNIT, place), span.start) if label == "options" else Span(span.start, span.start)
        )
        _fill(builder, data, f"{name}, before {label}", Span(place, numbers.start))
        builder.piece(0, f"{name}, place of {label}", numbers, fields=_options(data, at, span))
        builder.entry(f"{name}, {label}", EntryKind.FILE, 0, span)
        place = span.end
    _fill(builder, data, f"{name}, before contents", Span(place, body))
    return body + size


def _texts(data: bytes, at: int) -> Iterator[tuple[str, Span]]:
    """The source's name and the options of the compiler, where the head says that it has them; in order."""
    place, length = _number(data, at + 32, 4), _number(data, at + 36, 4)
    if place and length:
        yield "source", Span(at + place, at + place + length)
    options = _number(data, at + 20, 4)
    if options >= PART and at + options + UNIT <= len(data):
        place, length = _number(data, at + options, 4), _number(data, at + options + 4, 4)
        if length and place == options + UNIT:
            yield "options", Span(at + place, at + place + length)


def _fields(data: bytes, at: int, texts: list[tuple[str, Span]], inflated: int | None) -> Iterator[Field]:
    """The numbers of a part's head, each with the rule that it obeys."""
    head, size, stream = _number(data, at + 4, 4), _number(data, at + 8, 8), _number(data, at + 16, 4)
    named = dict(texts)
    last = max((span.end for _, span in texts), default=at + PART)

    def number(place: int, width: int, rule: str, holds: bool) -> Field:
        span = Span(at + place, at + place + width)
        return Field("size", FieldKind.DERIVED, span, "", rule=rule if holds else None)

    yield number(4, 4, _ALIGNED, _follows(head, last - at))
    yield number(8, 8, "bytes of the contents", inflated is None or _follows(size, stream))
    if inflated is not None:
        yield number(16, 4, "bytes of the stream", True)
        yield number(56, 8, "bytes of the contents", _number(data, at + 56, 8) == inflated)
    if "source" in named:
        yield number(36, 4, "bytes of the name", data[named["source"].end] == 0)
    if "options" in named:
        before = named["source"].end if "source" in named else at + PART
        yield number(20, 4, _ALIGNED, _follows(_number(data, at + 20, 4), before - at))


def _follows(place: int, end: int) -> bool:
    """A place is where the next aligned thing may stand behind ``end``."""
    return place % UNIT == 0 and 0 <= place - end <= UNIT


def _options(data: bytes, at: int, span: Span) -> Callable[[], tuple[Field, ...]]:
    """The place and the length of options, where their length is that of the text."""
    rule = "behind these numbers" if _number(data, span.start - UNIT, 4) == span.start - at else None
    place = Span(span.start - UNIT, span.start - 4)
    return lambda: (Field("size", FieldKind.DERIVED, place, "", rule=rule),)


def _fill(builder: Builder, data: bytes, label: str, span: Span) -> None:
    rule = "zeros" if span.length <= 2 * UNIT and not any(data[span.start : span.end]) else None
    builder.piece(0, label, span, fields=lambda: (Field("padding", FieldKind.DERIVED, span, "", rule=rule),))


def _number(data: bytes, at: int, width: int) -> int:
    return int.from_bytes(data[at : at + width], "little")
