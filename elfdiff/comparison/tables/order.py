"""The order of records: a table aligned by what its records describe may hold them in another order only for a reason.

Two records that changed places would otherwise be called moved, and what they hold would follow from where they stand.
What is taken apart here is paired by position afterwards, and there its fields disagree with what they must hold.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from elfdiff.comparison.runs import Flags, Ints

FEW = 4
MOSTLY = 8
"""Where more than FEW records and an eighth of all are out of order, b's table is sorted by something else."""


def settled(partner: Ints, count: int, a_place: Ints, b_place: Ints, free: Flags | None = None) -> Ints:
    """Partners without single records that left an unbroken neighbourhood for another.

    What such a record describes must have moved past its old neighbours, too: ``a_place`` and ``b_place``, 0 where a
    record describes no place. One that describes none may move only where others do. ``free`` records may stand
    anywhere.
    """
    # What may stand anywhere moves nothing else out of its place.
    single = _displaced(partner if free is None else np.where(free, np.int64(-1), partner), count)
    if not single.any():
        return partner
    rest = partner[~single & (partner >= 0)]
    in_order = bool((rest[1:] > rest[:-1]).all())
    out = partner.copy()
    for row in np.flatnonzero(single).tolist():
        here = int(partner[row])
        near = [other for other in (row - 1, row + 1) if 0 <= other < len(partner) and partner[other] >= 0]
        placed = [other for other in near if a_place[row] > 0 and a_place[other] > 0]
        stayed = [(a_place[row] < a_place[other]) == (b_place[here] < b_place[int(partner[other])]) for other in placed]
        if all(stayed) if stayed else in_order:
            out[row] = -1
    return out


def _displaced(partner: Ints, count: int) -> Flags:
    """Records that do not stand between the partners of their neighbours, though these stand together: in a and in
    b."""
    known = partner >= 0
    back = np.full(count, -1, dtype=np.int64)
    back[partner[known]] = np.flatnonzero(known)
    out = _lonely(partner, count)
    there = _lonely(back, len(partner))
    out[known] &= there[partner[known]]
    return out


def _lonely(partner: Ints, count: int) -> Flags:
    """The nearest records that have partners are as far from each other there as here, or one less."""
    size = len(partner)
    known = np.concatenate(([-1], partner, [count])) >= 0
    known[0] = known[-1] = True
    place = np.concatenate(([-1], partner, [count]))
    index = np.arange(size + 2, dtype=np.int64)
    low = np.maximum.accumulate(np.where(known, index, 0))[:-2]
    high = np.minimum.accumulate(np.where(known, index, size + 1)[::-1])[::-1][2:]
    there, here = place[high] - place[low], high - low
    between = (partner > place[low]) & (partner < place[high])
    return np.asarray((partner >= 0) & ((there == here) | (there == here - 1)) & ~between)


def kept_sorted(partner: Ints, keys: Sequence[tuple[Ints, Ints]]) -> Ints:
    """Partners without records that stand out of order on one side, if the other side is sorted by one of the keys.

    ``keys``: pairs of a's and b's values; the first one that sorts all of a counts, else the first that sorts all of b.
    Where one sorts both, nothing is out of order.
    """
    if any(_sorted(ours) and _sorted(theirs) for ours, theirs in keys):
        return partner
    for ours, theirs in keys:
        if _sorted(ours):
            good = _in_order(theirs)
            known = partner >= 0
            wrong = known.copy()
            wrong[known] = ~good[partner[known]]
            return partner if _is_other_order(good) else np.where(wrong, np.int64(-1), partner)
    for ours, theirs in keys:
        if _sorted(theirs):
            good = _in_order(ours)
            return partner if _is_other_order(good) else np.where(good, partner, np.int64(-1))
    return partner


def _sorted(values: Ints) -> bool:
    return len(values) > 1 and bool((values[1:] >= values[:-1]).all())


def _is_other_order(good: Flags) -> bool:
    """True if too many are out of order: the table is sorted by something else."""
    wrong = int(np.count_nonzero(~good))
    return wrong > FEW and MOSTLY * wrong > len(good)


def _in_order(values: Ints) -> Flags:
    """Which of the values are sorted: those that every longest run that never falls goes through.

    Of values that might have changed places none is.
    """
    ending = _longest(values)
    beginning = _longest(-values[::-1])[::-1]
    on_one = ending + beginning == int(ending.max(initial=0)) + 1
    _, level, count = np.unique(np.where(on_one, ending, 0), return_inverse=True, return_counts=True)
    return np.asarray(on_one & (count[level.reshape(-1)] == 1))


def _longest(values: Ints) -> Ints:
    """How long the longest run that never falls is that ends with each value (patience sorting, n log n)."""
    tails: list[int] = []
    out = np.zeros(len(values), dtype=np.int64)
    for row, value in enumerate(values.tolist()):
        at = bisect_right(tails, value)
        if at == len(tails):
            tails.append(value)
        else:
            tails[at] = value
        out[row] = at + 1
    return out


def ranked(a: Sequence[Ints], b: Sequence[Ints]) -> tuple[Ints, Ints]:
    """One number for each row of columns of a and of b, sorted as the rows are, first column first."""
    columns = [np.concatenate(pair) for pair in zip(a, b, strict=True)]
    order = np.lexsort(columns[::-1])
    new = np.zeros(len(order), dtype=np.int64)
    for column in columns:
        new[1:] |= column[order[1:]] != column[order[:-1]]
    place = np.empty_like(new)
    place[order] = np.cumsum(new)
    return place[: len(a[0])], place[len(a[0]) :]
