"""Which function of a is which of b: by name, by masked bytes, by neighbours, by order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.code.calls import MOST, Calls
from elfdiff.comparison.code.functions import Function
from elfdiff.comparison.code.likeness import alike, begins_alike, mostly_same
from elfdiff.comparison.content import GRAM, align_content, filled
from elfdiff.comparison.runs import Ints, Runs
from elfdiff.comparison.texts.pools import Rewriter
from elfdiff.patterns import late

MAX_ROUNDS = 8
_NUMBERED = late(rb"(?:\.\d+)+$")
MAX_COMPARED = 4 << 20
"""Bytes of functions that are held against each other when nothing but likeness is left."""


class _Side:
    """Functions of one side. ``kind``: one number for functions of equal bytes, the same on both sides."""

    def __init__(self, code: npt.NDArray[np.uint8], functions: list[Function], kinds: dict[bytes, int]) -> None:
        self.functions = functions
        self.code = code
        data = code.tobytes()
        self.bodies = [data[f.start : f.end] for f in functions]
        self.kind = np.array([kinds.setdefault(body, len(kinds)) for body in self.bodies], dtype=np.int64)
        self.starts = np.array([f.start for f in functions], dtype=np.int64)
        self.partner = [-1] * len(functions)
        self.how = [""] * len(functions)

    def beginning_at(self, places: Ints) -> Ints:
        """The function that begins at each place; -1 where none does."""
        row = np.minimum(np.searchsorted(self.starts, places), max(len(self.starts) - 1, 0))
        if not len(self.starts):
            return np.full(len(places), -1)
        return np.where(self.starts[row] == places, row, -1)


class _Hits:
    """Calls of both sides. ``here``, ``home`` and ``callee``: keys of a's calls that stand in functions, the function
    that each stands in, and the one that it leads to; ``there`` and ``other``: keys of b's, and what each leads to."""

    def __init__(self, left: _Side, right: _Side, a_calls: Calls, b_calls: Calls) -> None:
        ends = np.array([f.end for f in left.functions], dtype=np.int64)
        home = np.searchsorted(left.starts, a_calls.at, side="right") - 1
        inside = home >= 0
        inside[inside] = a_calls.at[inside] < ends[home[inside]]
        self.here, self.home = a_calls.keys()[inside], home[inside]
        self.callee = left.beginning_at(a_calls.to[inside])
        self.there, self.other = b_calls.keys(), right.beginning_at(b_calls.to)


def align_code(
    a: npt.NDArray[np.uint8],
    b: npt.NDArray[np.uint8],
    a_functions: list[Function],
    b_functions: list[Function],
    rewriter: Rewriter,
    calls: tuple[Calls, Calls] | None = None,
) -> tuple[list[tuple[int, int, str]], Runs]:
    """Pairs of function indices and how they were found, and runs of the whole section. ``a`` and ``b`` are masked."""
    kinds: dict[bytes, int] = {}
    left, right = _Side(a, a_functions, kinds), _Side(b, b_functions, kinds)
    hits = _Hits(left, right, *calls) if calls is not None else None
    _by_hash(left, right)
    if hits is not None:
        _by_calls(left, right, hits)
    _by_name(left, right, rewriter, True)
    _by_hash(left, right)
    crossed = Crossed(left.functions, right.functions)
    for _ in range(MAX_ROUNDS):
        before = left.partner.count(-1)
        if hits is not None:
            _by_calls(left, right, hits)
        _by_neighbours(left, right, crossed)
        if left.partner.count(-1) == before:
            break
    _by_name(left, right, rewriter, False)
    _by_order(left, right)
    _by_position(left, right)
    _by_likeness(left, right)
    _without_crossed(left, right, crossed)
    runs: list[tuple[int, int, int]] = []
    for index, other in enumerate(left.partner):
        if other < 0:
            continue
        f, g = a_functions[index], b_functions[other]
        if f.end - f.start == g.end - g.start and mostly_same(left.bodies[index], right.bodies[other]):
            runs.append((f.start, g.start, f.end - f.start))
        elif begins_alike(left.bodies[index], right.bodies[other]):
            runs.append((f.start, g.start, min(f.end - f.start, g.end - g.start)))
        else:
            runs += align_content(left.bodies[index], right.bodies[other], rounds=0).shifted(f.start, g.start).triples()
    runs += _gaps(left, right)
    pairs = [(index, other, left.how[index]) for index, other in enumerate(left.partner) if other >= 0]
    return pairs, filled(runs, left.code, right.code)


class Crossed:
    """Which two functions have names that say that each is another one: both names are of both files.

    Numbers behind a name (``f.constprop.0``) are the compiler's, and change with what it met first.
    """

    def __init__(self, ours: Iterable[Function], theirs: Iterable[Function]) -> None:
        self.known = {f.key for f in ours if f.key is not None} & {f.key for f in theirs if f.key is not None}

    def __call__(self, f: Function, g: Function) -> bool:
        if f.key is None or g.key is None or f.key == g.key or f.key not in self.known or g.key not in self.known:
            return False
        return _NUMBERED.sub(b"", f.key[0]) != _NUMBERED.sub(b"", g.key[0])


def _without_crossed(left: _Side, right: _Side, crossed: Crossed) -> None:
    """Part functions whose bodies say one thing and whose symbols another."""
    for i, j in enumerate(left.partner):
        if j >= 0 and crossed(left.functions[i], right.functions[j]):
            left.partner[i] = right.partner[j] = -1


def _gaps(left: _Side, right: _Side) -> list[tuple[int, int, int]]:
    """What stands between functions goes with the function before it.

    Short gaps of unequal length are left to growth: where a function begins and ends is what a symbol says of it.
    """
    runs: list[tuple[int, int, int]] = []

    def after(side: _Side, index: int) -> tuple[int, int]:
        start = side.functions[index].end if index >= 0 else 0
        end = side.functions[index + 1].start if index + 1 < len(side.functions) else len(side.code)
        return start, end

    for index in range(-1, len(left.functions)):
        other = left.partner[index] if index >= 0 else -1
        if index >= 0 and other < 0:
            continue
        a_start, a_end = after(left, index)
        b_start, b_end = after(right, other)
        if a_end == a_start or b_end == b_start:
            continue
        if a_end - a_start == b_end - b_start:
            runs.append((a_start, b_start, a_end - a_start))
        elif max(a_end - a_start, b_end - b_start) > 64:
            x, y = left.code[a_start:a_end].tobytes(), right.code[b_start:b_end].tobytes()
            # A symbol may end too early: a few bytes that agree by chance are no beginning; growth finds the true ones.
            found = (run for run in align_content(x, y).triples() if run[2] >= GRAM)
            runs += [(a_start + a, b_start + b, n) for a, b, n in found]
    return runs


def _pair(left: _Side, right: _Side, i: int, j: int, how: str) -> None:
    left.partner[i], right.partner[j], left.how[i] = j, i, how


def _by_name(left: _Side, right: _Side, rewriter: Rewriter, unlike_only: bool) -> None:
    """Same name in the same file symbol and occurrence; bodies must be equal here, alike below.

    ``unlike_only``: leave those of equal bytes for later, when callers and neighbours have had their say.
    """
    waiting: dict[tuple[bytes, bytes], list[int]] = defaultdict(list)
    twins: dict[tuple[tuple[bytes, bytes], bytes], list[int]] = defaultdict(list)
    loose: dict[bytes, list[int]] = defaultdict(list)
    for j in range(len(right.functions) - 1, -1, -1):
        key = right.functions[j].key
        if key is not None:
            waiting[key].append(j)
            twins[key, right.bodies[j]].append(j)
            loose[key[0]].append(j)
    taken: set[int] = set()

    def next_of(queue: list[int] | None) -> list[int] | None:
        """The queue without those at its end that found a partner; thousands may share a name."""
        while queue and queue[-1] in taken:
            queue.pop()
        return queue

    unlike: list[tuple[int, int]] = []
    for i, function in enumerate(left.functions):
        if function.key is None or left.partner[i] >= 0:
            continue
        queue = next_of(waiting.get(function.key))
        if queue:
            equal = next_of(twins.get((function.key, left.bodies[i])))
            j = equal[-1] if equal else queue[-1]
            if equal and right.partner[j] < 0:
                # Others may hold the same bytes; who calls them and what stands beside them says more than a name.
                if not unlike_only:
                    _pair(left, right, i, j, "name")
            else:
                unlike.append((i, j))
            taken.add(j)
            continue
        for variant in rewriter.variants(function.key[0]):
            queue = loose.get(variant)
            if queue and len(queue) == 1:
                break
            queue = None
        if not queue:
            queue = loose.get(function.key[0])
            if queue and len(queue) > 1:
                queue = None
        if not queue:
            continue
        equal = [j for j in queue if right.partner[j] < 0 and right.bodies[j] == left.bodies[i]]
        if equal:
            if not unlike_only:
                _pair(left, right, i, equal[-1], "name")
        else:
            unlike.append((i, queue[-1]))
    # A symbol's value is no proof of where its function stands: a body found whole elsewhere is the better partner.
    free: dict[bytes, int] = defaultdict(int)
    for j, body in enumerate(right.bodies):
        if right.partner[j] < 0:
            free[body] += 1
    for i, j in unlike:
        if (
            left.partner[i] < 0
            and right.partner[j] < 0
            and free.get(left.bodies[i], 0) == 0
            and alike(left.bodies[i], right.bodies[j])
        ):
            _pair(left, right, i, j, "name")


def _by_hash(left: _Side, right: _Side) -> None:
    where: dict[bytes, list[int]] = defaultdict(list)
    count: dict[bytes, int] = defaultdict(int)
    for j, body in enumerate(right.bodies):
        if right.partner[j] < 0:
            where[body].append(j)
    for i, body in enumerate(left.bodies):
        if left.partner[i] < 0:
            count[body] += 1
    for i, body in enumerate(left.bodies):
        if left.partner[i] < 0 and count[body] == 1 and len(where.get(body, ())) == 1:
            _pair(left, right, i, where[body][0], "masked bytes")


def _by_calls(left: _Side, right: _Side, calls: _Hits) -> None:
    """Functions of equal bytes: the one that partners call where the others call it, if most of them agree."""
    if not len(calls.there) or not len(left.functions):
        return
    partner = np.array(left.partner, dtype=np.int64)
    equal = (partner >= 0) & (left.kind == right.kind[partner])
    shift = np.where(partner >= 0, right.starts[partner], 0) - left.starts
    home = calls.home[equal[calls.home]]
    rows = np.flatnonzero(equal[calls.home])
    at = calls.here[rows] + shift[home] * MOST
    row = np.minimum(np.searchsorted(calls.there, at), len(calls.there) - 1)
    hit = calls.there[row] == at
    i, j = calls.callee[rows[hit]], calls.other[row[hit]]
    wanted = (i >= 0) & (j >= 0) & (partner[i] < 0)
    if not wanted.any():
        return
    pairs, votes = np.unique(i[wanted] * len(right.functions) + j[wanted], return_counts=True)
    i, j = np.divmod(pairs, len(right.functions))
    most = np.zeros(len(left.functions), dtype=np.int64)
    np.maximum.at(most, i, votes)
    best = votes == most[i]
    alone = np.bincount(i[best], minlength=len(most))[i] == 1
    kept = best & alone & (left.kind[i] == right.kind[j])
    for one, other in zip(i[kept].tolist(), j[kept].tolist(), strict=True):
        if right.partner[other] < 0:
            _pair(left, right, one, other, "callers")


def _by_neighbours(left: _Side, right: _Side, crossed: Crossed) -> None:
    """What stands beside partners and has equal bytes is a pair, unless both have names of others; forward, then
    backward."""
    n, m = len(left.functions), len(right.functions)
    for step, order in ((1, range(n)), (-1, range(n - 1, -1, -1))):
        for i in order:
            before = i - step
            if left.partner[i] >= 0 or not 0 <= before < n or left.partner[before] < 0:
                continue
            j = left.partner[before] + step
            if not 0 <= j < m or right.partner[j] >= 0 or right.bodies[j] != left.bodies[i]:
                continue
            if not crossed(left.functions[i], right.functions[j]):
                _pair(left, right, i, j, "neighbours")


def _by_order(left: _Side, right: _Side) -> None:
    """Equal bodies left over, as many in a as in b: in order."""
    groups: dict[bytes, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for i, body in enumerate(left.bodies):
        if left.partner[i] < 0:
            groups[body][0].append(i)
    for j, body in enumerate(right.bodies):
        if right.partner[j] < 0 and body in groups:
            groups[body][1].append(j)
    for ours, theirs in groups.values():
        for i, j in zip(ours, theirs, strict=False):
            _pair(left, right, i, j, "order")


def _by_position(left: _Side, right: _Side) -> None:
    """Leftovers without a name between the same two partners that look alike; of one name where one file has none."""
    n, m = len(left.functions), len(right.functions)
    named = all(any(f.key is not None for f in side.functions) for side in (left, right))
    index = 0
    while index < n:
        if left.partner[index] >= 0:
            index += 1
            continue
        end = index
        while end < n and left.partner[end] < 0:
            end += 1
        low = left.partner[index - 1] + 1 if index else 0
        high = left.partner[end] if end < n else m
        if end - index == high - low and all(right.partner[j] < 0 for j in range(low, high)):
            for k in range(end - index):
                names = sum(f.key is not None for f in (left.functions[index + k], right.functions[low + k]))
                if names <= (not named) and alike(left.bodies[index + k], right.bodies[low + k]):
                    _pair(left, right, index + k, low + k, "position")
        index = end


def _by_likeness(left: _Side, right: _Side) -> None:
    """Leftovers without a name of which each looks like just one of the other side, wherever they stand."""
    ours, theirs = (
        [i for i, other in enumerate(side.partner) if other < 0 and side.functions[i].key is None and side.bodies[i]]
        for side in (left, right)
    )
    cost = sum(len(left.bodies[i]) for i in ours) * len(theirs) + sum(len(right.bodies[j]) for j in theirs) * len(ours)
    if not ours or not theirs or cost > MAX_COMPARED:
        return
    like = {i: [j for j in theirs if alike(left.bodies[i], right.bodies[j])] for i in ours}
    liked = Counter(j for found in like.values() for j in found)
    for i, found in like.items():
        if len(found) == 1 and liked[found[0]] == 1:
            _pair(left, right, i, found[0], "likeness")
