"""What stands in data besides texts and numbers: archives with times in their headers, records with holes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.evidence.model import EmbeddedTimeChange, Evidence, HolesChange
from elfdiff.evidence.times import EPOCH_FIRST, EPOCH_LAST, MILLISECONDS
from elfdiff.report import Location
from elfdiff.span import Span

GZIP, ZIP = b"\x1f\x8b\x08", b"PK\x03\x04"
GZIP_HEADER, ZIP_HEADER = 10, 30
MAX_MEMBERS = 1000
MAX_HOLES = 5000
MIN_RECORDS = 4
WORD = 8
RESOURCE = 22
"""Bytes of an entry of Qt's resource tree that holds a time."""
PRINTED = 0.8
"""Of random bytes 37 in 100 print."""
FILLED = 0.5
"""The share of the bytes of all holes that differ: nearly all of random bytes, half of what is often zero."""
_PERIODS = (8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 72, 80, 96, 112, 128)
_DATA = (".rodata", ".data", ".lrodata", ".ldata", ".sdata", ".srodata", ".noptrdata")


def extract(pair: Pair) -> Iterator[Evidence]:
    """Times in archives, then holes; of sections that both files have."""
    for item in pair.sections:
        if item.a and item.b and item.name.startswith(_DATA) and item.a.is_allocated and not item.a.is_executable:
            yield from _times(pair, item.a, item.b)
            yield from _resources(pair, item.a, item.b)
            yield from _holes(pair, item.a, item.b)


def _times(pair: Pair, left: Section, right: Section) -> Iterator[EmbeddedTimeChange]:
    for magic, size, start, end, kind in ((GZIP, GZIP_HEADER, 4, 8, "gzip"), (ZIP, ZIP_HEADER, 10, 14, "zip")):
        ours, theirs = _members(pair.a, left, magic, size), _members(pair.b, right, magic, size)
        if len(ours) != len(theirs):
            continue
        for x, y in zip(ours, theirs, strict=True):
            a, b = pair.a.data[x : x + size], pair.b.data[y : y + size]
            if a[:start] != b[:start] or a[end:] != b[end:] or a == b:
                continue
            values = [int.from_bytes(head[start:end], "little") for head in (a, b)]
            yield EmbeddedTimeChange(
                section=left.name,
                a=Location(x + start, end - start, "file", str(values[0])),
                b=Location(y + start, end - start, "file", str(values[1])),
                kind=kind,
                a_value=values[0],
                b_value=values[1],
            )


def _resources(pair: Pair, left: Section, right: Section) -> Iterator[EmbeddedTimeChange]:
    """Times in the entries of Qt's resource tree (qresource_p.h, formats 2 and 3).

    They are big-endian milliseconds, 22 bytes apart; only where all that differs in the section lies in such numbers.
    """
    import numpy as np

    if left.span is None or right.span is None or left.span.length != right.span.length or left.compression:
        return
    ours, theirs = pair.a.raw(left), pair.b.raw(right)
    places = np.flatnonzero(np.frombuffer(ours, np.uint8) != np.frombuffer(theirs, np.uint8)).tolist()
    if not places or len(places) > MAX_MEMBERS * WORD:
        return
    found: list[tuple[int, int, int]] = []
    for place in places:
        if found and place < found[-1][0] + WORD:
            continue
        after = found[-1][0] + WORD if found else 0
        start = next(
            (
                at
                for at in range(max(place - WORD + 1, after), place + 1)
                if _is_stamp(ours, at) and _is_stamp(theirs, at)
            ),
            None,
        )
        if start is None or (found and (start - found[-1][0]) % RESOURCE):
            return
        found.append((start, _big(ours, start), _big(theirs, start)))
    for start, a, b in found:
        yield EmbeddedTimeChange(
            section=left.name,
            a=Location(left.span.start + start, WORD, "file", str(a)),
            b=Location(right.span.start + start, WORD, "file", str(b)),
            kind="Qt",
            a_value=a,
            b_value=b,
        )


def _is_stamp(data: bytes, at: int) -> bool:
    return EPOCH_FIRST * MILLISECONDS <= _big(data, at) <= EPOCH_LAST * MILLISECONDS


def _big(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + WORD], "big")


def _members(elf: ElfFile, section: Section, magic: bytes, size: int) -> list[int]:
    """File offsets of headers (RFC 1952, section 2.3; APPNOTE.TXT, section 4.3.7), at most MAX_MEMBERS."""
    found: list[int] = []
    if section.span is None or section.compression is not None:
        return found
    at = elf.data.find(magic, section.span.start, section.span.end)
    while 0 <= at <= section.span.end - size and len(found) < MAX_MEMBERS:
        if magic != GZIP or (elf.data[at + 3] < 0x20 and elf.data[at + 8] in (0, 2, 4)):
            found.append(at)
        at = elf.data.find(magic, at + len(magic), section.span.end)
    return found


def _holes(pair: Pair, left: Section, right: Section) -> Iterator[HolesChange]:
    """Holes of one object if all that differs in the section lies in it, else of the section as a whole."""
    import numpy as np

    if left.span is None or right.span is None or left.span.length != right.span.length or left.compression:
        return
    ours, theirs = (np.frombuffer(elf.raw(part), np.uint8) for elf, part in ((pair.a, left), (pair.b, right)))
    places = np.flatnonzero(ours != theirs)
    if not MIN_RECORDS <= places.size <= MAX_HOLES * 8:
        return
    printed = sum(int(np.count_nonzero((side[places] >= 0x20) & (side[places] < 0x7F))) for side in (ours, theirs))
    if printed > PRINTED * 2 * places.size:
        return  # texts
    symbol = pair.a.symbol_at(left, int(places[0]))
    base = 0
    if symbol is not None and symbol.kind == "object" and symbol.size:
        first = symbol.value - (0 if pair.a.header.type_name.endswith("REL") else left.address)
        if first <= places[0] and places[-1] < first + symbol.size:
            base = first
        else:
            symbol = None
    offsets = places - base
    for period in _PERIODS:
        within = offsets % period
        if not (within % WORD).all():
            continue  # a hole holds no such place: _is_padding
        residues = set(within.tolist())
        if any(_repeats(residues, period, shorter) for shorter in _PERIODS if shorter < period):
            continue
        holes = _residues(residues)
        records = len(set((offsets // period).tolist()))
        room = sum(end - start for start, end in holes) * records
        padded = all(_is_padding(hole, period) for hole in holes) and 2 * room <= period * records
        if records >= MIN_RECORDS and padded and len(offsets) >= FILLED * room:
            spans = tuple(
                (Span(left.span.start + at, left.span.start + end), Span(right.span.start + at, right.span.start + end))
                for at, end in _residues(set(places.tolist()))
            )
            yield HolesChange(
                section=left.name,
                symbol=symbol.name if symbol is not None and base else None,
                a=Location(spans[0][0].start, spans[0][0].length, "file", _hex(pair.a, spans[0][0])),
                b=Location(spans[0][1].start, spans[0][1].length, "file", _hex(pair.b, spans[0][1])),
                spans=spans[:MAX_HOLES],
                period=period,
                holes=tuple(holes),
                records=records,
            )
            return


def _hex(elf: ElfFile, span: Span) -> str:
    return elf.data[span.start : span.end].hex(" ")


def _residues(numbers: set[int]) -> list[tuple[int, int]]:
    """Numbers as half-open runs."""
    runs = (list(run) for _, run in groupby(enumerate(sorted(numbers)), lambda item: item[1] - item[0]))
    return [(run[0][1], run[-1][1] + 1) for run in runs]


def _repeats(residues: set[int], period: int, shorter: int) -> bool:
    """True if records of a shorter period, already judged, look the same."""
    if period % shorter:
        return False
    return len(residues) == len({residue % shorter for residue in residues}) * (period // shorter)


def _is_padding(hole: tuple[int, int], period: int) -> bool:
    """Compilers pad behind a small member, up to where a larger one may begin; numbers begin at multiples of 4.

    Up to a number of eight bytes they pad in records of sixteen bytes or more; of such long padding the end, where a
    pointer lay, is often zero.
    """
    start, end = hole
    if start % (WORD // 2) == 0:
        return False
    if period < 2 * WORD:
        return end == -(-start // (WORD // 2)) * (WORD // 2)
    return end <= -(-start // WORD) * WORD
