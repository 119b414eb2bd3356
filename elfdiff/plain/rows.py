"""The lines of a text with their places, and who is whom among those that differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from elfdiff.plain.masks import masked
from elfdiff.span import Span
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end: its number from 1, where it starts, and its bytes."""

    number: int
    start: int
    text: bytes

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.start + len(self.text))


def lines(data: bytes) -> list[Line]:
    """The lines of a file; CR before LF counts to the line."""
    texts = data.split(b"\n")
    starts = accumulate((len(text) + 1 for text in texts), initial=0)
    return [Line(number, start, text) for number, (start, text) in enumerate(zip(starts, texts, strict=False), 1)]


def where(line: Line) -> str:
    """The place of a line, as a section is one of an ELF file."""
    return f"line {line.number}"


def partners(left: Sequence[Line], right: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Who is whom in a block, in order: line by line if there are as many, else those of one shape."""
    if len(left) == len(right):
        yield from zip(left, right, strict=True)
        return
    shapes: dict[bytes, list[int]] = defaultdict(list)
    for index, line in enumerate(right):
        shapes[masked(line.text)].append(index)
    at = 0
    for line in left:
        found = next((index for index in shapes.get(masked(line.text), ()) if index >= at), None)
        if found is None:
            yield line, None
            continue
        for other in right[at:found]:
            yield None, other
        yield line, right[found]
        at = found + 1
    for other in right[at:]:
        yield None, other
