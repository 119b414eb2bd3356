"""JSON: compared value by value, however it is broken into lines; SBOMs among it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from elfdiff.evidence.files import RandomFieldChange
from elfdiff.evidence.model import TextOrderChange
from elfdiff.evidence.places import readable
from elfdiff.patterns import late
from elfdiff.plain.model import Edit, First, Kind, Question, Reading
from elfdiff.plain.prose import TextReader
from elfdiff.plain.rows import Line, where
from elfdiff.plain.unknown import whole
from elfdiff.report import Location
from elfdiff.span import Span

NAME = "JSON"
MAX_SIZE = 4 << 20
_STRING = rb'"(?:[^"\\]|\\.)*"'
_PIECE = late(rb"(?:" + _STRING + rb"\s*:\s*)?(?:" + _STRING + rb"|[^\s{}\[\],:\"]+)|" + _STRING + rb"\s*:")
_SERIAL = late(rb'"(?P<field>serialNumber|documentNamespace)"\s*:\s*"(?P<value>[^"]*)"')
"""CycloneDX 1.x, serialNumber: "unique for every generated BOM"; SPDX 2.3, 6.5: "a unique absolute URI"."""
_RANDOM = late(rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-7][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")


def recognise(name: str, data: bytes) -> bool:
    """True for an object or a list that can be read."""
    return len(data) <= MAX_SIZE and data.lstrip()[:1] in (b"{", b"[") and _value(data) is not None


def _value(data: bytes) -> Any:
    """What the text says; None if it is not JSON, or nested too deep."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


class JsonReader(TextReader):
    """A line is a value with its key in front."""

    def split(self, data: bytes) -> list[Line]:
        return [
            Line(number, match.start(), match.group()) for number, match in enumerate(_PIECE.finditer(data), 1)
        ] or [Line(1, 0, data)]

    def line(self, left: Line, right: Line) -> Iterator[Edit]:
        ours, theirs = _SERIAL.fullmatch(left.text), _SERIAL.fullmatch(right.text)
        if not ours or not theirs or _RANDOM.sub(b"", ours["value"]) != _RANDOM.sub(b"", theirs["value"]):
            yield from super().line(left, right)
            return
        values = [readable(match["value"]) for match in (ours, theirs)]
        spans = [
            Span(line.start + m.start("value"), line.start + m.end("value"))
            for line, m in ((left, ours), (right, theirs))
        ]
        fact = RandomFieldChange(
            section=where(left),
            a=Location(spans[0].start, spans[0].length, "file", values[0]),
            b=Location(spans[1].start, spans[1].length, "file", values[1]),
            format="SBOM",
            field_name=readable(ours["field"]),
            a_value=values[0],
            b_value=values[1],
        )
        yield Edit(spans[0], spans[1], fact)

    def first(self, order: Edit | None) -> First | None:
        found = super().first(order)
        if found is None or found.line is None:
            return None
        index = min(found.line, len(self.a)) - 1
        return First(self.question.a.count(b"\n", 0, self.a[index].start) + 1, None, found.a, found.b)


def equal_values(question: Question, kind: str) -> Reading | None:
    """The reading of two texts that say the same in another form, or in another order of keys; None for others."""
    a, b = question.a, question.b
    if _value(a) == _value(b):
        orders = [_keys(side) for side in (a, b)]
        spans = whole(question)[0]
        places = [
            Location(span.start, span.length, "file", ", ".join(order[:12]))
            for span, order in zip((spans.a, spans.b), orders, strict=True)
        ]
        first = First(1, None, places[0].value, places[1].value)
        if orders[0] == orders[1]:
            return Reading(kind, (spans,), (), None)
        fact = TextOrderChange(section="keys", a=places[0], b=places[1], count=len(orders[0]), moved=len(orders[0]))
        return Reading(kind, (Edit(spans.a, spans.b, fact, True),), (), first)
    return None


def _read(question: Question) -> Reading | None:
    whole = equal_values(question, NAME)
    return whole if whole is not None else JsonReader(NAME, question).reading()


def _keys(data: bytes) -> list[str]:
    """Every key, in the order of the text."""
    return [
        readable(match.group().partition(b'"')[2].partition(b'"')[0])
        for match in _PIECE.finditer(data)
        if b":" in match.group()
    ]


KIND = Kind(NAME, 1, recognise, _read)
