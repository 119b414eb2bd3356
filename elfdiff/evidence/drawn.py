"""Constants that look drawn at random: a short stretch of data in which hardly a byte stayed."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.model import Section
from elfdiff.evidence.facts import BlobChange
from elfdiff.evidence.model import Evidence
from elfdiff.report import Location
from elfdiff.span import Span

SHORTEST, LONGEST = 16, 512
EQUAL = 8
"""One byte of so many may be equal by chance; of 256 values one in 256 is."""
VARIED = 0.55
"""Of 16 bytes drawn at random 15.5 differ on average, of 512 bytes 222."""
KINDS = 256
MOVED = 16
"""Bytes by which what follows a text that grew is looked for."""
_DATA = (".rodata", ".data", ".sdata", ".srodata", ".lrodata", ".init.data", ".init.rodata")


def extract(pair: Pair) -> Iterator[Evidence]:
    """At most one fact a section: all that differs in it is one such stretch, and no text."""
    for item in pair.sections:
        left, right = item.a, item.b
        if left is None or right is None or not item.name.startswith(_DATA) or not left.is_allocated:
            continue
        if left.size != right.size or left.span is None or right.span is None or left.is_executable:
            continue
        found = _stretch(pair, left, right)
        if found is not None:
            a, b = found
            yield BlobChange(
                section=item.name,
                symbol=_symbol(pair, left, a),
                a=Location(a.start, a.length, "file", pair.a.data[a.start : a.start + SHORTEST].hex()),
                b=Location(b.start, b.length, "file", pair.b.data[b.start : b.start + SHORTEST].hex()),
                kind="value",
            )


def _stretch(pair: Pair, left: Section, right: Section) -> tuple[Span, Span] | None:
    import numpy as np

    if left.span is None or right.span is None or left.span.length != right.span.length:
        return None
    x = np.frombuffer(pair.a.data, np.uint8, left.span.length, left.span.start)
    y = np.frombuffer(pair.b.data, np.uint8, right.span.length, right.span.start)
    places = np.flatnonzero(x != y)
    if not SHORTEST // 2 < places.size <= LONGEST:
        return None
    first, last = int(places[0]), int(places[-1]) + 1
    length = last - first
    # The first or the last byte may be equal by chance.
    if not SHORTEST - 1 <= length <= LONGEST or places.size < length - length // EQUAL:
        return None
    for part in (x[first:last], y[first:last]):
        kinds = len(np.unique(part))
        if kinds < VARIED * min(length, KINDS) or 4 * int(((part >= 0x20) & (part < 0x7F)).sum()) > 3 * length:
            return None
    if _moved(x[first:last].tobytes(), y[first:last].tobytes()):
        return None
    return (
        Span(left.span.start + first, left.span.start + last),
        Span(right.span.start + first, right.span.start + last),
    )


def _moved(a: bytes, b: bytes) -> bool:
    """True if one is the other behind a few bytes more: a word in front grew, and nothing was drawn."""
    import numpy as np

    left, right = (np.frombuffer(side, np.uint8) for side in (a, b))
    for step in range(1, min(MOVED, len(a) // 2) + 1):
        for x, y in ((left[step:], right[:-step]), (left[:-step], right[step:])):
            if 2 * np.count_nonzero(x == y) > len(a) - step:
                return True
    return False


def _symbol(pair: Pair, section: Section, span: Span) -> str | None:
    symbol = pair.a.symbol_at(section, span.start - (section.span.start if section.span else 0))
    return symbol.name if symbol is not None and symbol.kind == "object" else None
