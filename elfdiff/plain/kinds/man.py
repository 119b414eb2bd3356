"""Manual pages: the date in .TH and .Dd, which generators write in words."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.evidence.model import Stamp, TimeChange
from elfdiff.evidence.places import readable
from elfdiff.evidence.times import MONTHS
from elfdiff.patterns import late
from elfdiff.plain.model import Edit, Kind, Question, Reading
from elfdiff.plain.prose import TextReader
from elfdiff.plain.rows import Line, where
from elfdiff.report import Location
from elfdiff.span import Span

NAME = "manual page"
HEAD = 1 << 14
_TITLE = late(rb"(?m)^\.(?:TH|Dd)[ \t]")
_DATE = late(
    rb"(?P<day>\d{1,2} )?"
    rb"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December)"
    rb"(?: (?P<other>\d{1,2}),?)? (?P<year>(?:19|20)\d\d)"
)


def recognise(name: str, data: bytes) -> bool:
    """True for roff with a title line in front (man(7), mdoc(7))."""
    return b"\0" not in data[:HEAD] and _TITLE.search(data[:HEAD]) is not None


class _Reader(TextReader):
    """A text whose title line may hold a date in words."""

    def key(self, line: Line, before: str) -> str | None:
        return readable(line.text[:3]) if _TITLE.match(line.text) else super().key(line, before)

    def words(self, left: Line, right: Line) -> Iterator[Edit]:
        dates = [_DATE.search(line.text) for line in (left, right)]
        if not _TITLE.match(left.text) or dates[0] is None or dates[1] is None:
            yield from super().words(left, right)
            return
        places = [match.span() for match in dates if match is not None]
        texts = [line.text[:start] + line.text[end:] for line, (start, end) in zip((left, right), places, strict=True)]
        stamps = [_stamp(*match.group("year", "month", "day", "other")) for match in dates if match is not None]
        if texts[0] != texts[1]:
            yield from super().words(left, right)
            return
        spans = [
            Span(line.start + start, line.start + end) for line, (start, end) in zip((left, right), places, strict=True)
        ]
        shown = [
            Location(span.start, span.length, "file", readable(data[span.start : span.end]))
            for span, data in zip(spans, (self.question.a, self.question.b), strict=True)
        ]
        fact = TimeChange(
            section=where(left),
            symbol=readable(left.text[:3]),
            a=shown[0],
            b=shown[1],
            a_time=stamps[0],
            b_time=stamps[1],
            context=self.context(left),
        )
        yield Edit(spans[0], spans[1], fact)


def _stamp(year: bytes, month: bytes, day: bytes | None, other: bytes | None) -> Stamp:
    """A date without a day counts as the first of its month."""
    return Stamp("month-year", None, None, (int(year), MONTHS[month[:3].decode()], int(day or other or b"1")), None)


def _read(question: Question) -> Reading | None:
    return _Reader(NAME, question).reading()


KIND = Kind(NAME, 1, recognise, _read)
