"""Padding between functions: how long it must be in b follows from where functions stand, what it holds from a's own.

A gap that stood between the same two functions was filled by the assembler, one between functions that are neighbours
in b alone by the linker. Both kinds are learned from a.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator

from elfdiff.accounting.fillers import MAX_LENGTH, fill, styles_of
from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.code.functions import FunctionMatch
from elfdiff.span import Span
from elfdiff.values import dataclass

STEPS = (2, 4, 8)
"""Alignments of sections that hold nothing, such as .text of crtn.o."""
_USUAL = {True: "nop:10", False: "nop:11"}
"""Where a's gaps are too short to tell styles apart: GNU ld's (True), GNU as's."""


@dataclass(frozen=True, slots=True)
class Padding:
    """``length`` bytes of b at ``at``: ``kept`` bytes that stand behind the function in a, too (at ``a_at``), then
    ``style``."""

    at: int
    length: int
    style: str
    a_at: int
    kept: int


@dataclass(frozen=True, slots=True)
class _Gap:
    """What stands before and behind a gap, as indices of functions (None: code that is no function), and where it is
    in a."""

    start: int
    end: int
    content: bytes
    linked: bool
    """Its neighbours are no neighbours in b: whoever filled it saw whole objects."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """``kept`` bytes, then fill up to a multiple of ``step``, then fill; ``styles`` that make it."""

    kept: int
    step: int
    styles: frozenset[str]


@dataclass(frozen=True)
class Paddings:
    """Gaps of b as predicted, and the gaps of a that were understood (file offsets)."""

    made: tuple[Padding, ...]
    known: tuple[Span, ...]


def paddings(alignment: OneWay) -> Paddings:
    """Every gap of b between two functions whose partners are known, where its length is one that alignment makes."""
    made: list[Padding] = []
    known: list[Span] = []
    sections: dict[str, list[FunctionMatch]] = defaultdict(list)
    for match in alignment.found_matches:
        sections[match.section].append(match)
    for matches in sections.values():
        ours = sorted((m for m in matches if m.a_span), key=lambda m: m.a_span or Span(0, 0))
        theirs = sorted((m for m in matches if m.b_span), key=lambda m: m.b_span or Span(0, 0))
        if len(ours) < 2 or len(theirs) < 2:
            continue
        found = _Section(alignment, ours, theirs)
        made += found.made()
        known += found.known()
    return Paddings(tuple(made), tuple(known))


class _Section:
    def __init__(self, alignment: OneWay, ours: list[FunctionMatch], theirs: list[FunctionMatch]) -> None:
        self.alignment = alignment
        self.theirs = theirs
        follower = {id(f): g for f, g in itertools.pairwise(theirs)}
        self.after: dict[int, _Gap] = {}
        self.before: dict[int, _Gap] = {}
        self.block = {id(ours[0]): 0}
        for f, g in itertools.pairwise(ours):
            linked = follower.get(id(f)) is not g
            self.block[id(g)] = self.block[id(f)] + linked
            gap = self._gap(f, g, linked)
            if gap is not None:
                self.after[id(f)] = self.before[id(g)] = gap
        self.follows = {id(f): g for f, g in itertools.pairwise(ours)}
        votes: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        for gap in self.after.values():
            votes[gap.linked].update(styles_of(gap.content))
        self.votes = votes
        self.parts: dict[tuple[int, bytes], _Parts | None] = {}
        # An object without code stands between the same two others, whichever comes first.
        self.steps: dict[frozenset[int], int] = {}
        for f, g in itertools.pairwise(ours):
            parts = self._parted(self.after[id(f)]) if id(f) in self.after else None
            if parts is not None and parts.step > 1:
                self.steps[frozenset((self.block[id(f)], self.block[id(g)]))] = parts.step

    def _gap(self, f: FunctionMatch, g: FunctionMatch, linked: bool) -> _Gap | None:
        if f.a_span is None or g.a_span is None or g.a_span.start <= f.a_span.end:
            return None
        start, end = f.a_span.end, g.a_span.start
        if end - start >= MAX_LENGTH:
            return None
        return _Gap(start, end, self.alignment.a.elf.data[start:end], linked)

    def known(self) -> Iterator[Span]:
        for gap in self.after.values():
            parts = self._parted(gap)
            if parts is not None:
                yield Span(gap.start + parts.kept, gap.end)

    def _usual(self, content: bytes) -> frozenset[str]:
        """Styles that make the content, and that are known or seen in another gap, too: any byte repeats itself."""
        return frozenset(
            style
            for style in styles_of(content)
            if not style.startswith("repeat:") or self.votes[True][style] + self.votes[False][style] > 1
        )

    def _parted(self, gap: _Gap) -> _Parts | None:
        key = gap.start % max(STEPS), gap.content
        if key not in self.parts:
            self.parts[key] = self._parts(gap)
        return self.parts[key]

    def _parts(self, gap: _Gap) -> _Parts | None:
        """What the gap is made of: one fill; or two, where something empty but aligned stands between; or bytes that
        belong to the function before, then a fill."""
        styles = self._usual(gap.content)
        if styles:
            return _Parts(0, 1, styles)
        for unit in STEPS:
            first = -gap.start % unit
            if 0 < first < len(gap.content):
                styles = self._usual(gap.content[:first]) & self._usual(gap.content[first:])
                if styles:
                    return _Parts(0, unit, styles)
        for kept in range(1, len(gap.content)):
            styles = styles_of(gap.content[kept:]) & frozenset(self.votes[True])
            if styles:
                return _Parts(kept, 1, styles)
        return None

    def made(self) -> Iterator[Padding]:
        for f, g in itertools.pairwise(self.theirs):
            if f.a_span is None or g.a_span is None or f.b_span is None or g.b_span is None:
                continue
            length = g.b_span.start - f.b_span.end
            if not 0 < length < MAX_LENGTH:
                continue
            same = self.follows.get(id(f)) is g
            after, before = self.after.get(id(f)), self.before.get(id(g))
            if same and (after is None or len(after.content) == length):
                continue
            own = self._parted(after) if after is not None else None
            other = self._parted(before) if before is not None else None
            kept = own.kept if own is not None else 0
            unit = self.steps.get(frozenset((self.block[id(f)], self.block[id(g)])), 1)
            start = f.b_span.end + kept
            first = min(-start % unit, length - kept)
            if kept >= length or not self._aligned(g.a_span.start, g.b_span.start, length - kept):
                continue
            allowed = [parts.styles for parts in (own, other) if parts is not None]
            sizes = [size for size in (first, length - kept - first) if size]
            style = self._chosen(not same, allowed if not same else allowed[:1], sizes)
            if style is None:
                continue
            yield Padding(f.b_span.end, kept + sizes[0], style, f.a_span.end, kept)
            if len(sizes) > 1:
                yield Padding(start + first, sizes[1], style, 0, 0)

    def _aligned(self, a: int, b: int, length: int) -> bool:
        """Whether both places are multiples of something greater than the gap."""
        unit = 1 << length.bit_length()
        return a % unit == 0 and b % unit == 0

    def _chosen(self, linked: bool, allowed: list[frozenset[str]], sizes: list[int]) -> str | None:
        """The style of most gaps of this kind, among those that the gaps on both sides allow, or that before does."""
        votes = self.votes[linked]
        tries = [frozenset.intersection(*allowed), allowed[0]] if allowed else []
        for chosen in (*tries, frozenset(votes)):
            styles = [s for s in chosen if all(fill(s, size) is not None for size in sizes)]
            if styles:
                return max(styles, key=lambda s: (votes[s], s == _USUAL[linked], s))
        return None
