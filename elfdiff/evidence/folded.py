"""Times that the compiler wrote into instructions: short texts become numbers, and so does a clock's count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.evidence.model import FunctionChange, IntegerChange, Stamp, TimeChange
from elfdiff.evidence.times import stamps_in
from elfdiff.patterns import late
from elfdiff.report import Location
from elfdiff.span import Span

FIRST_TIME, LAST_TIME = 1_100_000_000, 2_200_000_000
APART = 2 * 366 * 86_400
"""Two builds that somebody compares are hardly further apart; two numbers drawn at random mostly are."""
LEAST_LETTERS = 3
FIRST_YEAR, LAST_YEAR = 2005, 2039
MILLISECONDS = 1000
_LOADS = ("mov", "li ", "lwi", "lhi", "lghi", "lis")
_NUMBER = late(r"0x[0-9a-fA-F]+")
_TEMPLATES = ("MMM DD DDDD DD:DD:DD", "MMM  D DDDD DD:DD:DD")
_MONTH = late(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d")


def times_in(pair: Pair, change: FunctionChange, a_span: Span, b_span: Span) -> Iterator[TimeChange | IntegerChange]:
    """The constants that differ in a function's first differing instructions, where both read as times.

    A text's characters stand in the number from its lowest byte on, so this is for little-endian machines. A constant
    counts only if its bytes stand once in the function.
    """
    if pair.a.header.byte_order != "little" or len(change.a_lines) != len(change.b_lines):
        return
    for left, right in zip(change.a_lines, change.b_lines, strict=True):
        if _NUMBER.sub("N", left) != _NUMBER.sub("N", right):
            return
    for left, right in zip(change.a_lines, change.b_lines, strict=True):
        for x, y in zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True):
            if x != y and _is_year(left, int(x, 16)) and _is_year(right, int(y, 16)):
                yield from _year(pair, change, (a_span, b_span), int(x, 16), int(y, 16))
            elif x != y:
                yield from _time(pair, change, (a_span, b_span), int(x, 16), int(y, 16))


def _is_year(line: str, value: int) -> bool:
    """True for a year of our time that is loaded as a number, and is no size, place or offset."""
    return FIRST_YEAR <= value <= LAST_YEAR and line.startswith(_LOADS) and "[" not in line


def _year(pair: Pair, change: FunctionChange, spans: tuple[Span, Span], x: int, y: int) -> Iterator[TimeChange]:
    a, b = _place(pair.a.data, spans[0], x, 4), _place(pair.b.data, spans[1], y, 4)
    if a is None or b is None:
        return
    yield TimeChange(
        section=change.section,
        symbol=change.symbol,
        a=Location(a.offset, a.length, a.within, str(x)),
        b=Location(b.offset, b.length, b.within, str(y)),
        a_time=Stamp("year", None, None, None, None),
        b_time=Stamp("year", None, None, None, None),
        context=str(x),
    )


def _time(
    pair: Pair, change: FunctionChange, spans: tuple[Span, Span], x: int, y: int
) -> Iterator[TimeChange | IntegerChange]:
    width = 8 if max(x, y) >= 1 << 32 else 4
    if max(x, y) >= 1 << 64:
        return
    a, b = _place(pair.a.data, spans[0], x, width), _place(pair.b.data, spans[1], y, width)
    if a is None or b is None:
        return
    if all(FIRST_TIME <= value <= LAST_TIME for value in (x, y)) and abs(x - y) <= APART:
        yield IntegerChange(
            section=change.section, symbol=change.symbol, a=a, b=b, a_value=x, b_value=y, width=width, seconds=True
        )
        return
    if min(x, y) >= MILLISECONDS * FIRST_TIME and max(x, y) <= MILLISECONDS * LAST_TIME and abs(x - y) <= 1000 * APART:
        yield IntegerChange(
            section=change.section, symbol=change.symbol, a=a, b=b, a_value=x, b_value=y, width=width, seconds=True
        )
        return
    texts = _letters(x), _letters(y)
    if texts[0] is None or texts[1] is None:
        return
    stamps = _clock(texts[0]), _clock(texts[1])
    if stamps[0] is not None and stamps[1] is not None and stamps[0].form == stamps[1].form:
        yield TimeChange(
            section=change.section,
            symbol=change.symbol,
            a=Location(a.offset, a.length, a.within, texts[0]),
            b=Location(b.offset, b.length, b.within, texts[1]),
            a_time=stamps[0],
            b_time=stamps[1],
            context=texts[0],
        )


def _place(data: bytes, span: Span, value: int, width: int) -> Location | None:
    """Where the number stands in the function, if it does so once."""
    code = bytes(data[span.start : span.end])
    wanted = value.to_bytes(width, "little")
    at = code.find(wanted)
    if at < 0 or code.find(wanted, at + 1) >= 0:
        return None
    return Location(span.start + at, width, "file", f"{value:#x}")


def _letters(number: int) -> str | None:
    """The characters whose bytes, lowest first, are the number."""
    raw = number.to_bytes((number.bit_length() + 7) // 8, "little")
    if len(raw) < LEAST_LETTERS or not raw.isascii():
        return None
    text = raw.decode()
    return text if text.isprintable() else None


def _clock(text: str) -> Stamp | None:
    """What __DATE__ or __TIME__ says, or a piece of it that holds a colon or a month with its day."""
    whole = stamps_in(text)
    if len(whole) == 1 and (whole[0].start, whole[0].end) == (0, len(text)):
        return whole[0].stamp
    shape = re.sub(r"\d", "D", re.sub(r"[A-Za-z]", "M", text))
    if not any(shape in template for template in _TEMPLATES):
        return None
    if ":" in text:
        return Stamp("cpp-time", None, None, None, None)
    return Stamp("cpp-date", None, None, None, None) if _MONTH.match(text) else None
