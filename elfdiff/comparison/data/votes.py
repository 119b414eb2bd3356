"""Code that was matched votes for data: what both copies of an operand point to may be the same thing.

A vote alone moves nothing. It becomes an anchor when the bytes at both places agree, or when both hold a jump table
whose every entry leads to the same code; see :func:`anchored`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.content import common_prefix, filled
from elfdiff.comparison.runs import Flags, Ints, Runs, unique, without
from elfdiff.values import dataclass

ENOUGH = 16
"""Equal bytes that need no further reason."""
TEXT = 4
"""Bytes of a shortest string, its NUL included, that counts as equal by itself."""


CONSTANT = 8
"""Bytes of a number in a pool of constants, and its alignment."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Places of a (ascending, unique) and where most of the operands that point there point in b."""

    a: Ints
    b: Ints
    strong: Flags

    @classmethod
    def counted(cls, a: Ints, b: Ints) -> Votes:
        """One vote a place: the most frequent partner, the lowest among equals; strong from two equal votes on."""
        if not len(a):
            return cls(a, b, np.zeros(0, dtype=bool))
        a, b, count = _counted(a, b)
        index = np.flatnonzero(np.concatenate(([True], a[1:] != a[:-1])))
        total = np.add.reduceat(count, index)
        most = np.maximum.reduceat(count, index)
        # Of a place's partners, which ascend, the first that has most votes.
        best = np.flatnonzero(count == np.repeat(most, np.diff(np.append(index, len(a)))))
        chosen = best[np.searchsorted(best, index)]
        return cls(a[chosen], b[chosen], (most >= 2) & (4 * most >= 3 * total))

    def within(self, a: int, a_size: int, b: int, b_size: int) -> Votes:
        """Those between two sections, as offsets into them."""
        chosen = (self.a >= a) & (self.a < a + a_size) & (self.b >= b) & (self.b < b + b_size)
        return Votes(self.a[chosen] - a, self.b[chosen] - b, self.strong[chosen])


def _counted(a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """The different pairs, ascending by ``a``, then ``b``, and how often each is there."""
    # One number a pair sorts many times faster than two columns. A wild operand may point anywhere: ranks are near.
    others = unique(b)
    start, width = int(a.min()), len(others)
    if int(a.max()) - start + 1 >= (1 << 62) // width:
        pairs, count = np.unique(np.stack((a, b)), axis=1, return_counts=True)
        return pairs[0], pairs[1], count
    keys, count = np.unique((a - start) * width + np.searchsorted(others, b), return_counts=True)
    return keys // width + start, others[keys % width], count


TableCheck = Callable[[int, int], int]
"""Given the place of a jump table in a and one in b: its bytes, if every entry agrees; else 0."""


def anchored(
    runs: Runs,
    left: npt.NDArray[np.uint8],
    right: npt.NDArray[np.uint8],
    votes: Votes,
    tables: TableCheck,
    table_sizes: Mapping[int, int] | None = None,
) -> Runs:
    """``runs`` corrected by those votes that the contents confirm.

    ``table_sizes``: bytes of the jump tables of a, by offset; one that is torn apart is placed anew, wherever it
    begins.
    """
    if not len(votes.a):
        return runs
    now = runs.map(votes.a)
    torn = np.zeros(len(votes.a), dtype=bool)
    for index, place in enumerate(votes.a.tolist()):
        size = (table_sizes or {}).get(place)
        if size is not None:
            torn[index] = not runs.map_fields(votes.a[index : index + 1], size)[1][0]
    # So is a number whose last byte went with the text behind it.
    number = np.flatnonzero((votes.a % CONSTANT == 0) & ~runs.map_fields(votes.a, CONSTANT)[1])
    for index in number.tolist():
        torn[index] |= bool(_constant(left, right, int(votes.a[index]), int(votes.b[index])))
    wanted = np.flatnonzero(~now.known | (now.value != votes.b) | torn)
    # What is left over in both files has no other place to go.
    strong_votes = votes.strong | (~_covered(runs, votes.a) & ~_covered(runs.inverse(), votes.b))
    confirmed: list[tuple[int, int, int]] = []
    for index in wanted.tolist():
        a, b = int(votes.a[index]), int(votes.b[index])
        limit = int(votes.a[index + 1]) if index + 1 < len(votes.a) else len(left)
        strong = bool(strong_votes[index])
        table = tables(a, b)
        length = table or _agreeing(left, right, a, b, limit, strong)
        # Where the map leads to another number, it came there with what stands before.
        if not length and (strong or torn[index] or not _constant(left, right, a, int(now.value[index]))):
            length = _constant(left, right, a, b)
        if not length:
            continue
        if (
            not table
            and not strong
            and not torn[index]
            and now.known[index]
            and _agreeing(left, right, a, int(now.value[index]), limit, False) >= length
        ):
            continue
        confirmed.append((a, b, length))
    if not confirmed:
        return runs
    chosen: list[tuple[int, int, int]] = []
    b_end = a_end = 0
    used: list[tuple[int, int]] = []
    for a, b, n in confirmed:
        if a < a_end:
            continue
        chosen.append((a, b, n))
        a_end = a + n
    chosen.sort(key=lambda run: run[1])
    kept: list[tuple[int, int, int]] = []
    for a, b, n in chosen:
        if b < b_end:
            continue
        kept.append((a, b, n))
        used.append((b, b + n))
        b_end = b + n
    rest = without(runs.triples(), sorted((a, a + n) for a, _, n in kept), 0)
    rest = without(sorted(rest, key=lambda run: run[1]), used, 1)
    return filled([*rest, *kept], left, right)


def denied(
    runs: Runs, left: bytes, right: bytes, votes: Votes, words: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The texts of a (begin and end, as offsets) that hold these words, and that stand in b where no vote leads.

    ``words``: begin and end in a of what a rewrite changed. The last place in the text, up to the word, to which an
    operand points says where the text is; one that leads to a copy of it denies nothing.
    """
    found: list[tuple[int, int]] = []
    for begin, end in words:
        row = int(np.searchsorted(votes.a, begin, side="right")) - 1
        start = int(votes.a[row]) if row >= 0 else -1
        if start < 0 or b"\0" in left[start:begin]:
            continue
        stop = left.find(b"\0", end)
        now = runs.map(votes.a[row : row + 1])
        here, there = int(now.value[0]), int(votes.b[row])
        if stop < 0 or not now.known[0] or here == there:
            continue
        text = right[here : right.find(b"\0", here) + 1]
        if text and not right.startswith(text, there):
            found.append((start, stop + 1))
    return found


def _constant(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8], a: int, b: int) -> int:
    """Bytes of an aligned number that stands at both places; 0 if they differ, or are zeros, which say nothing."""
    if a % CONSTANT or b % CONSTANT or max(a + CONSTANT - len(left), b + CONSTANT - len(right)) > 0:
        return 0
    x = left[a : a + CONSTANT]
    return CONSTANT if x.any() and bool((x == right[b : b + CONSTANT]).all()) else 0


def _covered(runs: Runs, at: Ints) -> Flags:
    """Which places stand inside a run."""
    return runs.map_fields(at, 1)[1]


def _agreeing(
    left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8], a: int, b: int, limit: int, strong: bool
) -> int:
    """Bytes from both places on that are one thing: all up to the next thing, a whole string, or plenty. Else 0.

    ``strong`` votes need less: any whole string, and a thing of any size.
    """
    room = min(len(left) - a, len(right) - b, max(limit - a, 4 * ENOUGH))
    same = common_prefix(left[a : a + room], right[b : b + room])
    if limit > a:
        same = min(same, limit - a)
    if same >= ENOUGH:
        return same
    ends = np.flatnonzero(left[a : a + same] == 0)
    if len(ends) and int(ends[0]) + 1 >= (2 if strong else TEXT):
        return same
    return same if same >= limit - a >= (1 if strong else TEXT) else 0
