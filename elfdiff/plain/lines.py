"""Two lists of lines, aligned: runs of equal lines apart, the blocks in which they differ."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from elfdiff.values import dataclass

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``a_start`` up to ``a_end`` of a, in place of ``b_start`` up to ``b_end`` of b; one side may be empty."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


def blocks(a: Sequence[bytes], b: Sequence[bytes]) -> list[Block]:
    """The blocks in which two lists differ, in order.

    Lines that stand once in both are anchors where they keep their order; between two anchors the same again, to a
    fixed depth.
    """
    return list(_blocks(a, b, Block(0, len(a), 0, len(b)), 0))


def _blocks(a: Sequence[bytes], b: Sequence[bytes], part: Block, depth: int) -> Iterator[Block]:
    part = _trimmed(a, b, part)
    if part.a_start == part.a_end and part.b_start == part.b_end:
        return
    if part.a_start == part.a_end or part.b_start == part.b_end or depth == MAX_DEPTH:
        yield part
        return
    anchors = _anchors(a, b, part)
    if not anchors:
        yield part
        return
    x, y = part.a_start, part.b_start
    for left, right in anchors:
        yield from _blocks(a, b, Block(x, left, y, right), depth + 1)
        x, y = left + 1, right + 1
    yield from _blocks(a, b, Block(x, part.a_end, y, part.b_end), depth + 1)


def _trimmed(a: Sequence[bytes], b: Sequence[bytes], part: Block) -> Block:
    """Without the equal lines at both ends."""
    x, y, x_end, y_end = part.a_start, part.b_start, part.a_end, part.b_end
    while x < x_end and y < y_end and a[x] == b[y]:
        x, y = x + 1, y + 1
    while x < x_end and y < y_end and a[x_end - 1] == b[y_end - 1]:
        x_end, y_end = x_end - 1, y_end - 1
    return Block(x, x_end, y, y_end)


def _anchors(a: Sequence[bytes], b: Sequence[bytes], part: Block) -> list[tuple[int, int]]:
    """Lines that stand once in both parts, the longest choice that keeps its order."""
    once = [Counter(side[start:end]) for side, start, end in _sides(a, b, part)]
    places = {
        line: index for index, line in enumerate(b[part.b_start : part.b_end], part.b_start) if once[1][line] == 1
    }
    pairs = [
        (index, places[line])
        for index, line in enumerate(a[part.a_start : part.a_end], part.a_start)
        if once[0][line] == 1 and line in places
    ]
    return _rising(pairs)


def _sides(
    a: Sequence[bytes], b: Sequence[bytes], part: Block
) -> tuple[tuple[Sequence[bytes], int, int], tuple[Sequence[bytes], int, int]]:
    return (a, part.a_start, part.a_end), (b, part.b_start, part.b_end)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part whose second members rise; the first members do already."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        last[at : at + 1] = [index]
        before.append(last[at - 1] if at else -1)
    found: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
