"""in-toto statements (https://in-toto.io/Statement/v0.1 and v1), bare, as BuildKit attaches them to an image."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.evidence.files import ImageFieldChange
from elfdiff.evidence.places import readable
from elfdiff.patterns import late
from elfdiff.plain.kinds import jsontext
from elfdiff.plain.model import Edit, Kind, Question, Reading
from elfdiff.plain.rows import Line, where
from elfdiff.report import Location
from elfdiff.span import Span

NAME = "in-toto statement"
_TYPE = late(rb'"_type"\s*:\s*"https://in-toto\.io/Statement/')
_RUN = late(
    rb'"(?P<key>buildInvocationID|invocationId|buildStartedOn|buildFinishedOn|startedOn|finishedOn)"\s*:\s*'
    rb'"(?P<value>[^"\\]*)"'
)
"""SLSA provenance 0.2, metadata, and 1, runDetails.metadata: an identifier of the run, and its times."""


def recognise(name: str, data: bytes) -> bool:
    """True for a JSON object that says it is a statement."""
    return len(data) <= jsontext.MAX_SIZE and bool(_TYPE.search(data)) and jsontext.recognise(name, data)


class _Reader(jsontext.JsonReader):
    """What each run fills anew is told as that."""

    def line(self, left: Line, right: Line) -> Iterator[Edit]:
        ours, theirs = _RUN.fullmatch(left.text), _RUN.fullmatch(right.text)
        if not ours or not theirs or ours["key"] != theirs["key"]:
            yield from super().line(left, right)
            return
        spans = [
            Span(line.start + match.start("value"), line.start + match.end("value"))
            for line, match in ((left, ours), (right, theirs))
        ]
        values = [readable(match["value"]) for match in (ours, theirs)]
        places = [Location(span.start, span.length, "file", value) for span, value in zip(spans, values, strict=True)]
        fact = ImageFieldChange(
            section=where(left),
            a=places[0],
            b=places[1],
            field_name="run",
            key=readable(ours["key"]),
            builder="",
            a_value=values[0],
            b_value=values[1],
        )
        yield Edit(spans[0], spans[1], fact)


def _read(question: Question) -> Reading | None:
    same = jsontext.equal_values(question, NAME)
    return same if same is not None else _Reader(NAME, question).reading()


KIND = Kind(NAME, 0, recognise, _read)
