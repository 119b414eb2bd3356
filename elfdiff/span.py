"""Half-open byte ranges, and the two kinds of number that must never be mixed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NewType

from elfdiff.values import dataclass

FileOffset = NewType("FileOffset", int)
"""A position in a file, in bytes from its start."""

Address = NewType("Address", int)
"""A virtual address, as sh_addr and p_vaddr give it."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Bytes ``start`` up to but not including ``end``; file offsets unless a docstring says otherwise."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.end < self.start:
            raise ValueError(f"span {self.start}..{self.end} is not a range")

    @property
    def length(self) -> int:
        """Bytes covered."""
        return self.end - self.start

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end

    def overlaps(self, other: Span) -> bool:
        """True if the two share at least one byte."""
        return self.start < other.end and other.start < self.end

    def shifted(self, delta: int) -> Span:
        """The same length, ``delta`` bytes further on."""
        return Span(self.start + delta, self.end + delta)


@dataclass(frozen=True, slots=True)
class SpanSet:
    """Disjoint spans in ascending order; touching spans are merged, empty ones dropped."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> SpanSet:
        """The union of any spans, in any order, overlapping or not."""
        merged: list[Span] = []
        for span in sorted(spans):
            if span.length == 0:
                continue
            if merged and span.start <= merged[-1].end:
                if span.end > merged[-1].end:
                    merged[-1] = Span(merged[-1].start, span.end)
            else:
                merged.append(span)
        return cls(tuple(merged))

    @property
    def length(self) -> int:
        """Bytes covered in all."""
        return sum(span.length for span in self.spans)

    def __iter__(self) -> Iterator[Span]:
        return iter(self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def minus(self, other: SpanSet) -> SpanSet:
        """What is covered here and not by ``other``."""
        left: list[Span] = []
        cuts = list(other.spans)
        index = 0
        for span in self.spans:
            start = span.start
            while index < len(cuts) and cuts[index].end <= start:
                index += 1
            scan = index
            while scan < len(cuts) and cuts[scan].start < span.end:
                if cuts[scan].start > start:
                    left.append(Span(start, cuts[scan].start))
                start = max(start, cuts[scan].end)
                scan += 1
            if start < span.end:
                left.append(Span(start, span.end))
        return SpanSet(tuple(left))

    def within(self, other: SpanSet) -> SpanSet:
        """What both cover."""
        return self.minus(self.minus(other))

    def inside(self, start: int, end: int) -> Iterator[Span]:
        """What is covered between these bounds."""
        at = bisect_right(self.spans, start, key=lambda span: span.end)
        while at < len(self.spans) and self.spans[at].start < end:
            yield Span(max(self.spans[at].start, start), min(self.spans[at].end, end))
            at += 1
