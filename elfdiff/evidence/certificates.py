"""Certificates and keys in data: a build that makes its own makes another one each time."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.evidence.facts import BlobChange
from elfdiff.evidence.model import Evidence
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass

MAX_BLOBS = 64
SMALLEST, LARGEST = 200, 16384
_HEAD = b"\x30\x82"
_DATA = (".rodata", ".data", ".init.rodata", ".init.data", ".lrodata")
_SEQUENCE, _CONTEXT_0, _INTEGER, _SET, _OID, _BITS, _OCTETS = 0x30, 0xA0, 0x02, 0x31, 0x06, 0x03, 0x04
_TIMES = frozenset({0x17, 0x18})
_COMMON_NAME = b"\x55\x04\x03"
_TEXTS = frozenset({0x0C, 0x13, 0x16})


@dataclass(frozen=True, slots=True)
class _Item:
    """One DER item: its tag, the range of its contents, and where it ends."""

    tag: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Blob:
    kind: str
    names: bytes
    name: str | None
    since: bytes
    span: Span


def extract(pair: Pair) -> Iterator[Evidence]:
    """A fact for each certificate or private key that has another one at its place: they are paired in order."""
    count = 0
    for item in pair.sections:
        if not item.a or not item.b or not item.name.startswith(_DATA) or item.a.is_executable:
            continue
        left, right = (list(_blobs(elf, part)) for elf, part in ((pair.a, item.a), (pair.b, item.b)))
        if len(left) != len(right):
            continue
        for a, b in zip(left, right, strict=True):
            if a.kind != b.kind or pair.a.data[a.span.start : a.span.end] == pair.b.data[b.span.start : b.span.end]:
                continue
            count += 1
            if count > MAX_BLOBS:
                return
            same = a.names == b.names
            yield BlobChange(
                section=item.name,
                symbol=_symbol(pair.a, item.a, a.span),
                a=Location(a.span.start, a.span.length, "file", _shown(a)),
                b=Location(b.span.start, b.span.length, "file", _shown(b)),
                kind=a.kind,
                name=a.name if same else None,
                dates=a.since != b.since,
            )


def _symbol(elf: ElfFile, section: Section, span: Span) -> str | None:
    symbol = elf.symbol_at(section, span.start - (section.span.start if section.span else 0))
    return symbol.name if symbol is not None and symbol.kind == "object" else None


def _shown(blob: _Blob) -> str:
    since = f", valid from {blob.since.decode('ascii', 'backslashreplace')}" if blob.since else ""
    return f"a {blob.kind} of {blob.span.length} bytes{since}"


def _blobs(elf: ElfFile, section: Section) -> Iterator[_Blob]:
    data, span = elf.data, section.span
    if span is None or section.compression is not None:
        return
    at = data.find(_HEAD, span.start, span.end)
    found = 0
    while at >= 0 and found < MAX_BLOBS:
        blob = _read(data, at, span.end)
        if blob is not None:
            found += 1
            yield blob
        at = data.find(_HEAD, blob.span.end if blob else at + 1, span.end)


def _read(data: bytes, at: int, limit: int) -> _Blob | None:
    """The certificate (RFC 5280, section 4.1) or private key (RFC 5208, RFC 8017) that begins here."""
    whole = _item(data, at, limit)
    if whole is None or not SMALLEST <= whole.end - at <= LARGEST:
        return None
    span = Span(at, whole.end)
    parts = _items(data, whole)
    if [part.tag for part in parts] == [_SEQUENCE, _SEQUENCE, _BITS]:
        return _certificate(data, parts[0], span)
    tags = [part.tag for part in parts]
    if tags[:3] == [_INTEGER, _SEQUENCE, _OCTETS] or (len(tags) >= 9 and set(tags) == {_INTEGER}):
        return _Blob("key", b"", None, b"", span)
    return None


def _certificate(data: bytes, signed: _Item, span: Span) -> _Blob | None:
    parts = _items(data, signed)
    if parts and parts[0].tag == _CONTEXT_0:
        parts = parts[1:]
    if [part.tag for part in parts[:6]] != [_INTEGER, *[_SEQUENCE] * 5]:
        return None
    issuer, validity, subject = parts[2:5]
    times = _items(data, validity)
    if len(times) != 2 or not all(item.tag in _TIMES for item in times):
        return None
    names = data[issuer.start : issuer.end] + data[subject.start : subject.end]
    return _Blob("certificate", names, _common_name(data, subject), data[times[0].start : times[0].end], span)


def _common_name(data: bytes, subject: _Item) -> str | None:
    for group in _items(data, subject):
        for pair in _items(data, group):
            both = _items(data, pair)
            named = len(both) == 2 and both[0].tag == _OID and both[1].tag in _TEXTS
            if named and data[both[0].start : both[0].end] == _COMMON_NAME:
                return data[both[1].start : both[1].end].decode("utf-8", "backslashreplace")
    return None


def _items(data: bytes, parent: _Item) -> list[_Item]:
    """The items that make up the contents of another; none if they do not fill it exactly."""
    found: list[_Item] = []
    at = parent.start
    while at < parent.end:
        item = _item(data, at, parent.end)
        if item is None:
            return []
        found.append(item)
        at = item.end
    return found


def _item(data: bytes, at: int, limit: int) -> _Item | None:
    """One item with a definite length (X.690, section 8.1.3); None if it reaches past the limit."""
    if at + 2 > limit:
        return None
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length & 0x80:
        width = length & 0x7F
        if not 1 <= width <= 3 or start + width > limit:
            return None
        length = int.from_bytes(data[start : start + width], "big")
        start += width
    return _Item(tag, start, start + length) if start + length <= limit else None
