"""zip (APPNOTE.TXT 6.3): wheels, jars and every other; entries are stored or deflated, each by itself."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import deflate
from elfdiff.containers.fields import mode_text, readable, seconds_text
from elfdiff.containers.limits import Budget
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind, Stream
from elfdiff.errors import ElfdiffError, MalformedContainer
from elfdiff.span import Span
from elfdiff.values import dataclass

_END = b"PK\x05\x06"
_SYSTEMS = {0: "FAT", 3: "Unix", 7: "Macintosh", 10: "NTFS", 19: "Darwin"}
_METHODS = {0: "stored", 8: "deflated"}
_WIDE = 0xFFFFFFFF
"""In place of a number that stands in an extra field of zip64."""
_FILE = 0o100000
_LINK = 0o120000
_DIRECTORY = 0o040000


def recognises(data: bytes) -> bool:
    """True if a local header, or the end of an empty archive, is what the bytes begin with."""
    return data.startswith((b"PK\x03\x04", _END))


@dataclass(frozen=True, slots=True)
class _Listed:
    """One entry of the central directory, ``span`` its bytes there."""

    span: Span
    name: bytes
    flags: int
    method: int
    check: int
    packed: int
    size: int
    mode: int
    local: int
    wide: bool


@dataclass(frozen=True, slots=True)
class _Directory:
    """What the end of the archive says of the central directory; ``closed`` if its entries fill it to its end, and
    the end stands right behind.
    """

    count: int
    size: int
    start: int
    closed: bool


def read(builder: Builder) -> Container:
    """The container that the file is.

    Raises MalformedContainer where the central directory is missing or leads outside the file, LimitExceeded. What is
    wrong with an entry by itself is told when its contents are read.
    """
    data = builder.data(0)
    end = _end_of_directory(builder, data)
    count, size, start = struct.unpack_from("<HII", data, end + 10)
    pieces = [("end of the central directory", Span(end, min(end + 22 + _u16(data, end + 20), len(data))))]
    wide = end - 20 >= 0 and data[end - 20 : end - 16] == b"PK\x06\x07"
    if wide:
        at = struct.unpack_from("<Q", data, end - 12)[0]
        if at + 56 > end or data[at : at + 4] != b"PK\x06\x06":
            raise builder.malformed("the end of its zip64 directory is not where it should be")
        count, size, start = struct.unpack_from("<QQQ", data, at + 32)
        pieces += [("zip64 end", Span(at, end - 20)), ("zip64 locator", Span(end - 20, end))]
    # Places count from the start of the file that the archive was appended to, or from its own.
    shift = end - size - start if start + size > end and not wide else 0
    if start + shift < 0 or start + size + shift > end:
        raise builder.malformed("its central directory reaches past its end")
    listed = list(_directory(builder, data, start + shift, start + size + shift, count, shift))
    ends = listed[-1].span.end if listed else start + shift
    first = min(span.start for _, span in pieces)
    directory = _Directory(count, size, start, ends == start + size + shift == first)
    for item in listed:
        _entry(builder, data, item, directory)
    for label, span in pieces:
        builder.piece(0, label, span, fields=_end_fields(data, span, directory, label))
    return builder.finish("zip.modules" if _is_base(listed) else "zip")


def _is_base(listed: Sequence[_Listed]) -> bool:
    """True for what PyInstaller keeps of the standard library: bytecode alone, of modules that Python starts with."""
    names = {item.name for item in listed}
    return b"encodings/__init__.pyc" in names and all(name.endswith(b".pyc") for name in names)


def _end_of_directory(builder: Builder, data: bytes) -> int:
    at = data.rfind(_END, max(0, len(data) - 22 - 0xFFFF))
    while at >= 0 and (at + 22 > len(data) or at + 22 + _u16(data, at + 20) > len(data)):
        at = data.rfind(_END, max(0, len(data) - 22 - 0xFFFF), at)
    if at < 0:
        raise builder.malformed("the zip archive has no central directory")
    return at


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _directory(builder: Builder, data: bytes, start: int, end: int, count: int, shift: int) -> Iterator[_Listed]:
    """``shift`` is what places are to be corrected by."""
    at = start
    for number in range(count):
        builder.budget.entries(number + 1)
        if data[at : at + 4] != b"PK\x01\x02" or at + 46 > end:
            raise builder.malformed(f"the central directory holds no entry at offset {at:#x}")
        flags, method = struct.unpack_from("<HH", data, at + 8)
        check, packed, size, names, extras, comments = struct.unpack_from("<IIIHHH", data, at + 16)
        attributes, local = struct.unpack_from("<II", data, at + 38)
        span = Span(at, at + 46 + names + extras + comments)
        if span.end > end:
            raise builder.malformed(f"the entry of the central directory at offset {at:#x} reaches past its end")
        name = data[at + 46 : at + 46 + names]
        wide = 0xFFFFFFFF in (packed, size, local)
        if wide:
            size, packed, local = _wide(data, Span(at + 46 + names, at + 46 + names + extras), size, packed, local)
        unix = data[at + 5] in (3, 19)
        yield _Listed(
            span, name, flags, method, check, packed, size, attributes >> 16 if unix else 0, local + shift, wide
        )
        at = span.end


def _wide(data: bytes, extras: Span, size: int, packed: int, local: int) -> tuple[int, int, int]:
    """Numbers of eight bytes from extra field 1, each where the short one is all ones."""
    for kind, span in _extras(data, extras):
        if kind == 1:
            at = span.start + 4
            values = []
            for value in (size, packed, local):
                if value == 0xFFFFFFFF and at + 8 <= span.end:
                    value = int.from_bytes(data[at : at + 8], "little")
                    at += 8
                values.append(value)
            return values[0], values[1], values[2]
    return size, packed, local


def _extras(data: bytes, span: Span) -> Iterator[tuple[int, Span]]:
    """Extra fields: kind, and the bytes from it to the end."""
    at = span.start
    while at + 4 <= span.end:
        end = min(at + 4 + _u16(data, at + 2), span.end)
        yield _u16(data, at), Span(at, end)
        at = end


def _entry(builder: Builder, data: bytes, item: _Listed, directory: _Directory) -> None:
    at = item.local
    if at < 0 or data[at : at + 4] != b"PK\x03\x04" or at + 30 > len(data):
        raise builder.malformed(f"the central directory says that an entry is at offset {at:#x}, and none is")
    names, extras = struct.unpack_from("<HH", data, at + 26)
    header = Span(at, at + 30 + names + extras)
    body = Span(header.end, header.end + item.packed)
    if body.end > len(data):
        raise builder.malformed(f"the entry at offset {at:#x} reaches past the end of the file")
    kind = _kind(item)
    reader = _reader(data, body, item, builder.budget)
    right = cache(lambda: _holds(reader))
    if item.method == 0 and item.packed == item.size and not item.flags & 1:
        index = builder.entry(item.name, kind, 0, body, read=reader)
    else:
        index = builder.entry(item.name, kind, None, None, item.size, reader)
        stream = Stream("deflate", None, index) if item.method == 8 and not item.flags & 1 else None
        builder.piece(0, "deflate stream", body, index, stream=stream)
    builder.piece(0, "local header", header, index, lambda: _local_fields(data, header, item, right()))
    builder.piece(
        0, "central header", item.span, index, lambda: _central_fields(data, item, right() and directory.closed)
    )
    if item.flags & 8:
        descriptor, form = _descriptor(data, body.end, item)
        if descriptor.end > len(data):
            raise builder.malformed(f"the file ends in the data descriptor at offset {body.end:#x}")
        builder.piece(
            0, "data descriptor", descriptor, index, lambda: _descriptor_fields(data, descriptor, form, item, right())
        )


def _holds(reader: Callable[[], bytes]) -> bool:
    """True if the contents have the size and the checksum that the central directory says."""
    try:
        reader()
    except ElfdiffError:
        return False
    return True


def _kind(item: _Listed) -> EntryKind:
    if item.name.endswith(b"/") or item.mode & 0o170000 == _DIRECTORY:
        return EntryKind.DIRECTORY
    return EntryKind.SYMLINK if item.mode & 0o170000 == _LINK else EntryKind.FILE


def _reader(data: bytes, body: Span, item: _Listed, budget: Budget) -> Callable[[], bytes]:
    where = f"{budget.path}: {readable(item.name)}"

    def contents() -> bytes:
        if item.flags & 1:
            raise MalformedContainer(f"{where} is encrypted")
        if item.method not in (0, 8):
            raise MalformedContainer(f"{where} is compressed by a method that elfdiff does not read ({item.method})")
        if item.method == 0:
            found, end = data[body.start : body.end], body.end
        else:
            found, end = deflate.inflate(data, body.start, body.end, Budget(where, budget.limits))
        if end != body.end or len(found) != item.size or zlib.crc32(found) != item.check:
            raise MalformedContainer(f"{where} does not hold what the central directory says")
        return found

    return contents


def _descriptor(data: bytes, at: int, item: _Listed) -> tuple[Span, struct.Struct]:
    """Its bytes, with or without a signature, and the form of its numbers: sizes of eight bytes for zip64, which
    writers of streams choose before they know the sizes.
    """
    start = at + (4 if data[at : at + 4] == b"PK\x07\x08" else 0)
    wide = struct.Struct("<IQQ")
    long = item.wide or data[start + 4 : start + wide.size] == struct.pack("<QQ", item.packed, item.size)
    form = wide if long else struct.Struct("<III")
    return Span(at, start + form.size), form


def _descriptor_fields(data: bytes, span: Span, form: struct.Struct, item: _Listed, right: bool) -> tuple[Field, ...]:
    start = span.end - form.size
    check, packed, size = form.unpack(data[start : span.end])
    checked = "CRC-32" if right and check == item.check else None
    rule = "sizes of the contents" if right and (packed, size) == (item.packed, item.size) else None
    return (
        Field("checksum", FieldKind.CHECK, Span(start, start + 4), f"{check:08x}", rule=checked),
        Field("size", FieldKind.DERIVED, Span(start + 4, span.end), f"{packed}, {size}", rule=rule),
    )


def _moment(date: int, clock: int) -> tuple[str, int | None]:
    """A time of DOS, local and in steps of two seconds."""
    try:
        moment = datetime(
            (date >> 9) + 1980, date >> 5 & 15, date & 31, clock >> 11, clock >> 5 & 63, (clock & 31) * 2, tzinfo=UTC
        )
    except ValueError:
        return f"{date:#06x} {clock:#06x}", None
    return f"{moment:%Y-%m-%d %H:%M:%S}", int(moment.timestamp())


def _local_fields(data: bytes, span: Span, item: _Listed, right: bool) -> tuple[Field, ...]:
    """``right``: the contents are what the central directory says, so that they begin where this header ends."""
    at = span.start
    names = _u16(data, at + 26)
    lengths = "lengths of name and extra fields" if right else None
    return (
        *_shared(data, at + 4, 4),
        *_numbers(data, at + 14, item, right, item.flags & 8 != 0),
        Field("name", FieldKind.META, Span(at + 30, at + 30 + names), readable(data[at + 30 : at + 30 + names])),
        Field("size", FieldKind.DERIVED, Span(at + 26, at + 30), "", rule=lengths),
        *_extra_fields(data, Span(at + 30 + names, span.end), item, right),
    )


def _central_fields(data: bytes, item: _Listed, right: bool) -> tuple[Field, ...]:
    """``right``: the contents are what is said here, and every entry of the directory ends where the next begins."""
    at = item.span.start
    names, extras = _u16(data, at + 28), _u16(data, at + 30)
    system = data[at + 5]
    mode = item.mode
    extra_start = at + 46 + names
    lengths = "lengths of name, extra fields and comment" if right else None
    offset = "place of the local header" if right else None
    return (
        Field("format", FieldKind.META, Span(at + 4, at + 5), f"version {data[at + 4] / 10:.1f}"),
        Field("system", FieldKind.META, Span(at + 5, at + 6), _SYSTEMS.get(system, str(system))),
        *_shared(data, at + 6, 6),
        *_numbers(data, at + 16, item, right, False),
        Field("size", FieldKind.DERIVED, Span(at + 28, at + 34), "", rule=lengths),
        Field("extra", FieldKind.META, Span(at + 36, at + 40), data[at + 36 : at + 40].hex()),
        Field("mode", FieldKind.META, Span(at + 40, at + 42), mode_text(mode), mode & 0o7777),
        Field("offset", FieldKind.DERIVED, Span(at + 42, at + 46), str(item.local), rule=offset),
        Field("name", FieldKind.META, Span(at + 46, extra_start), readable(item.name)),
        *_extra_fields(data, Span(extra_start, extra_start + extras), item, right),
        Field("comment", FieldKind.META, Span(extra_start + extras, item.span.end), ""),
    )


def _shared(data: bytes, at: int, first: int) -> tuple[Field, ...]:
    """Version needed, flags, method and time, which both headers have."""
    method, clock, date = struct.unpack_from("<HHH", data, at + 4)
    shown, seconds = _moment(date, clock)
    return (
        Field("format", FieldKind.META, Span(at, at + 2), f"version {_u16(data, at) / 10:.1f} needed"),
        Field("flags", FieldKind.META, Span(at + 2, at + 4), f"{_u16(data, at + 2):#06x}"),
        Field("compression", FieldKind.META, Span(at + 4, at + 6), _METHODS.get(method, f"method {method}")),
        Field("time", FieldKind.META, Span(at + 6, at + 10), shown, seconds),
    )


def _numbers(data: bytes, at: int, item: _Listed, right: bool, later: bool) -> tuple[Field, ...]:
    """CRC, and sizes: all ones where an extra field of zip64 has them, zeros where a descriptor comes ``later``."""
    check, packed, size = struct.unpack_from("<III", data, at)
    wide = (_WIDE,) if item.wide else ()
    rule = checked = None
    if right:
        checked = "CRC-32" if check == item.check else None
        if packed in (item.packed, *wide) and size in (item.size, *wide):
            rule = "sizes of the contents"
    if later and right:
        checked = "zeros before a descriptor" if check == 0 else checked
        rule = "zeros before a descriptor" if packed == size == 0 else rule
    return (
        Field("checksum", FieldKind.CHECK, Span(at, at + 4), f"{check:08x}", rule=checked),
        Field("size", FieldKind.DERIVED, Span(at + 4, at + 12), f"{packed}, {size}", rule=rule),
    )


def _extra_fields(data: bytes, span: Span, item: _Listed, right: bool) -> Iterator[Field]:
    """Extended timestamps (0x5455), Unix owners (0x7875), sizes of zip64 (1), and others as they are."""
    at = span.start
    for kind, place in _extras(data, span):
        at = place.end
        body = data[place.start + 4 : place.end]
        if kind == 0x5455 and len(body) >= 5:
            for number, name in enumerate(("time", "access-time", "change-time")):
                start = place.start + 5 + 4 * number
                if start + 4 <= place.end:
                    seconds = int.from_bytes(data[start : start + 4], "little", signed=True)
                    yield Field(name, FieldKind.META, Span(start, start + 4), seconds_text(seconds), seconds)
        elif kind == 0x7875 and len(body) >= 11 and body[1] == 4 and body[6] == 4:
            for name, start in (("uid", place.start + 6), ("gid", place.start + 11)):
                value = int.from_bytes(data[start : start + 4], "little")
                yield Field(name, FieldKind.META, Span(start, start + 4), str(value), value)
        elif kind == 1:
            values = [int.from_bytes(body[i : i + 8], "little") for i in range(0, len(body), 8)]
            known = right and not len(body) % 8 and set(values) <= {item.size, item.packed, item.local}
            yield Field("size", FieldKind.DERIVED, place, "", rule="zip64 numbers" if known else None)
        else:
            yield Field("extra", FieldKind.META, place, f"{kind:#06x} {body[:64].hex()}")
    if at < span.end:
        yield Field("extra", FieldKind.META, Span(at, span.end), data[at : span.end][:64].hex())


def _end_fields(data: bytes, span: Span, directory: _Directory, label: str) -> Callable[[], tuple[Field, ...]]:
    """Numbers, sizes and offsets of the directory, which was found by them; the comment is somebody's."""
    at = span.start
    numbers = directory.count, directory.count, directory.size, directory.start

    def fields() -> tuple[Field, ...]:
        rule = "the directory's" if directory.closed else None
        if label == "end of the central directory":
            said = struct.unpack_from("<HHII", data, at + 8)
            right = all(x == y or x in (0xFFFF, _WIDE) for x, y in zip(said, numbers, strict=True))
            words = f"{directory.count} entries"
            return (
                Field("size", FieldKind.DERIVED, Span(at + 8, at + 20), words, rule=rule if right else None),
                Field("length", FieldKind.DERIVED, Span(at + 20, at + 22), "", rule="length of the comment"),
                Field("comment", FieldKind.META, Span(at + 22, span.end), readable(data[at + 22 : span.end])),
            )
        if label == "zip64 end":
            right = struct.unpack_from("<QQQQ", data, at + 24) == numbers
            return (
                Field("size", FieldKind.DERIVED, Span(at + 24, at + 56), "", rule=rule if right else None),
                Field("extra", FieldKind.META, Span(at + 56, span.end), data[at + 56 : span.end][:64].hex()),
            )
        return (Field("offset", FieldKind.DERIVED, Span(at + 8, at + 16), "", rule=rule),)

    return fields
