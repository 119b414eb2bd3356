"""Align two byte strings by what they hold: words that both hold once anchor runs, runs grow, equal gaps are filled.

Nothing here knows ELF. In the terms of bsdiff and Zucchini these are equivalences, found without a suffix array.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import Ints, Runs

GRAM = 8
SAMPLED_ABOVE = ((4 << 20, 4), (1 << 20, 2))
"""Bytes, and n: longer contents are anchored on one word of 2 ** n (chosen by value, so both sides choose alike)."""
MAX_SEARCHED = 4 << 20
"""Bytes of gaps that are searched again."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
ROUNDS = 2
"""Times that what runs leave out between them is searched again for words that stand once in their gap."""
_FIRST = 8
"""Bytes that are looked at for all runs at once: most runs grow by few."""
WEAK = 16
"""A cluster of anchors that covers fewer bytes yields to its neighbours."""


def align_content(a: bytes, b: bytes, least: int = GRAM // 2, rounds: int = ROUNDS) -> Runs:
    """One-to-one runs between ``a`` and ``b``; linear but for one sort. Runs shorter than ``least`` anchor nothing.

    ``rounds``: times that gaps are searched again; 0 for short contents, of which there are many.
    """
    if a == b:
        return Runs.of([(0, 0, len(a))])
    left = np.frombuffer(a, dtype=np.uint8)
    right = np.frombuffer(b, dtype=np.uint8)
    head = common_prefix(left, right)
    tail = common_prefix(left[head:][::-1], right[head:][::-1])
    # An end of zeros alone says nothing of where the end is.
    tail -= int((left[len(a) - tail :] != 0).argmax()) if left[len(a) - tail :].any() else tail
    found = [(0, 0, head), (len(a) - tail, len(b) - tail, tail)]
    middle_a, middle_b = left[head : len(a) - tail], right[head : len(b) - tail]
    if len(middle_a) == len(middle_b) and (len(middle_a) <= 2 * GRAM or _mostly_equal(middle_a, middle_b)):
        return Runs.of([(0, 0, len(a))])
    found += [(x + head, y + head, n) for x, y, n in _without_zeros(_anchored(middle_a, middle_b, least), middle_a)]
    runs = filled(found, left, right)
    for _ in range(rounds):
        gaps = _gaps(runs, len(a), len(b))
        more = _without_zeros(_anchored_in(gaps, left, right, least), left)
        if not more:
            break
        runs = filled([*runs.triples(), *more], left, right)
    return runs


def _without_zeros(found: list[tuple[int, int, int]], left: npt.NDArray[np.uint8]) -> list[tuple[int, int, int]]:
    """Zeros before a thing are padding or the end of something else, until growth says otherwise."""
    out = []
    for x, y, n in found:
        zeros = int((left[x : x + min(n, GRAM)] != 0).argmax())
        out.append((x + zeros, y + zeros, n - zeros))
    return out


def common_prefix(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> int:
    """Equal bytes at the start."""
    size = min(len(left), len(right))
    step = 1 << 12
    at = 0
    while at < size:
        end = min(size, at + step)
        unequal = left[at:end] != right[at:end]
        if unequal.any():
            return at + int(unequal.argmax())
        at, step = end, step * 4
    return size


def _mostly_equal(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> bool:
    """At most a few bytes in a row differ, here and there: nothing has moved."""
    unequal = np.flatnonzero(left != right)
    if len(unequal) * 8 > len(left):
        return False
    breaks = np.flatnonzero(np.diff(unequal) > 1)
    longest = int(np.diff(np.concatenate(([-1], breaks, [len(unequal) - 1]))).max())
    return longest <= 4


def _once(mixed: npt.NDArray[np.uint64], low: int) -> tuple[npt.NDArray[np.uint64], Ints]:
    """What stands once among words that were mixed (``mixed`` is overwritten): keys, ascending, and their places.

    Words are held against each other without their last ``low`` bits, where the place takes part in the sort: a sort
    of numbers is ten times as fast as one that returns an order. Two words that are alike but for those are not taken
    for one, but neither counts.
    """
    shift = np.uint64(low)
    mixed >>= shift
    mixed <<= shift
    mixed |= np.arange(len(mixed), dtype=np.uint64)
    mixed.sort()
    keys = mixed >> shift
    single = np.ones(len(keys), dtype=bool)
    same = keys[1:] == keys[:-1]
    single[1:] &= ~same
    single[:-1] &= ~same
    place = (mixed[single] & ((np.uint64(1) << shift) - np.uint64(1))).astype(np.int64)
    return keys[single], place


def _words(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """The word at every offset."""
    data = np.ascontiguousarray(data)
    return np.ndarray((len(data) - GRAM + 1,), dtype="<u8", buffer=data.data, strides=(1,))


def _grams(data: npt.NDArray[np.uint8], sample: int, low: int) -> tuple[npt.NDArray[np.uint64], Ints]:
    mixed = _words(data) * _MIX
    if not sample:
        return _once(mixed, low)
    # Low bits choose: keys have lost them.
    chosen = np.flatnonzero(mixed >> np.uint64(64 - sample) == 0)
    keys, place = _once(mixed[chosen] << np.uint64(sample), low)
    return keys, chosen[place]


def _anchored(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8], least: int) -> list[tuple[int, int, int]]:
    if len(left) < GRAM or len(right) < GRAM:
        return []
    size = max(len(left), len(right))
    sample = next((bits for above, bits in SAMPLED_ABOVE if size > above), 0)
    a_keys, a_at = _grams(left, sample, size.bit_length())
    b_keys, b_at = _grams(right, sample, size.bit_length())
    a_index, b_index = _common(a_keys, b_keys)
    a_hits, b_hits = a_at[a_index], b_at[b_index]
    order = np.argsort(a_hits)
    a_hits, b_hits = a_hits[order], b_hits[order]
    same = _words(left)[a_hits] == _words(right)[b_hits]
    clusters = _clusters(a_hits[same], b_hits[same])
    for _ in range(2):
        clusters = _without_strays(clusters)
    return [run for run in _disjoint(_parted(_parted(clusters, left, 0), right, 1)) if run[2] >= least]


def _common(a: npt.NDArray[np.uint64], b: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Rows of a and of b, each ascending without equals, that hold the same key."""
    both = np.concatenate((a << np.uint64(1), b << np.uint64(1) | np.uint64(1)))
    both.sort()
    hit = np.flatnonzero(both[1:] ^ both[:-1] == 1)
    of_b = np.cumsum(both & np.uint64(1), dtype=np.int64)
    return hit - of_b[hit], of_b[hit]


def _gaps(runs: Runs, a_size: int, b_size: int) -> Ints:
    """Rows (start in a, end in a, start in b, end in b): what two runs that follow each other in a and in b leave out.

    Only gaps in which a word fits on both sides.
    """
    edge = np.zeros(1, dtype=np.int64)
    a_end, b_end = np.concatenate((edge, runs.a + runs.n)), np.concatenate((edge, runs.b + runs.n))
    a_next, b_next = np.append(runs.a, a_size), np.append(runs.b, b_size)
    order = np.argsort(b_next, kind="stable")
    before = np.empty_like(order)
    # The run before the k-th in b; index 0 stands for the beginning.
    before[order] = np.concatenate((edge, order[:-1] + 1))
    table = np.stack((a_end, a_next, b_end, b_next), axis=1)
    roomy = (table[:, 1] - table[:, 0] >= GRAM) & (table[:, 3] - table[:, 2] >= GRAM)
    chosen: Ints = table[roomy & (before == np.arange(len(order)))]
    return chosen


def _grams_in(
    starts: Ints, ends: Ints, data: npt.NDArray[np.uint8], low: int
) -> tuple[npt.NDArray[np.uint64], Ints, Ints]:
    """Words that stand once in their gap, mixed with the gap's number; their places, and their gaps."""
    count = ends - starts - GRAM + 1
    gap = np.repeat(np.arange(len(starts), dtype=np.int64), count)
    at = np.arange(int(count.sum()), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count) + starts[gap]
    mixed = (_words(data)[at] * _MIX) ^ (gap.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F))
    keys, row = _once(mixed, low)
    return keys, at[row], gap[row]


def _anchored_in(
    gaps: Ints, left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8], least: int
) -> list[tuple[int, int, int]]:
    """Runs inside gaps, by words that stand there once: the gap says which of many equal words is meant."""
    size = min(int((gaps[:, 1] - gaps[:, 0]).sum()), int((gaps[:, 3] - gaps[:, 2]).sum()))
    if not len(gaps) or size > MAX_SEARCHED:
        return []
    low = max(len(left), len(right)).bit_length()
    a_keys, a_at, a_gap = _grams_in(gaps[:, 0], gaps[:, 1], left, low)
    b_keys, b_at, b_gap = _grams_in(gaps[:, 2], gaps[:, 3], right, low)
    a_index, b_index = _common(a_keys, b_keys)
    same = (a_gap[a_index] == b_gap[b_index]) & (_words(left)[a_at[a_index]] == _words(right)[b_at[b_index]])
    a_index, b_index = a_index[same], b_index[same]
    order = np.argsort(a_at[a_index])
    a_hits, b_hits, within = a_at[a_index][order], b_at[b_index][order], a_gap[a_index][order]
    clusters = _clusters(a_hits, b_hits, within)
    return [run for run in _disjoint(_parted(_parted(clusters, left, 0), right, 1)) if run[2] >= least]


def _clusters(a_hits: Ints, b_hits: Ints, within: Ints | None = None) -> list[tuple[int, int, int, int]]:
    """(a, b, length, anchors): consecutive anchors of one shift, and of one gap where ``within`` names gaps."""
    if len(a_hits) == 0:
        return []
    shift = b_hits - a_hits
    other = shift[1:] != shift[:-1]
    if within is not None:
        other |= within[1:] != within[:-1]
    first = np.flatnonzero(np.concatenate(([True], other)))
    last = np.concatenate((first[1:], [len(shift)])) - 1
    length = a_hits[last] - a_hits[first] + GRAM
    return list(
        zip(a_hits[first].tolist(), b_hits[first].tolist(), length.tolist(), (last - first + 1).tolist(), strict=True)
    )


def _without_strays(clusters: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Drop weak clusters between two parts of one run, and join the parts."""
    kept: list[tuple[int, int, int, int]] = []
    index = 0
    while index < len(clusters):
        cluster = clusters[index]
        if kept and kept[-1][1] - kept[-1][0] == cluster[1] - cluster[0]:
            a, b, _, anchors = kept.pop()
            kept.append((a, b, cluster[0] + cluster[2] - a, anchors + cluster[3]))
        elif (
            kept
            and cluster[3] + GRAM <= WEAK
            and index + 1 < len(clusters)
            and kept[-1][1] - kept[-1][0] == clusters[index + 1][1] - clusters[index + 1][0]
        ):
            pass
        else:
            kept.append(cluster)
        index += 1
    return kept


def _parted(
    clusters: list[tuple[int, int, int, int]], data: npt.NDArray[np.uint8], side: int
) -> list[tuple[int, int, int, int]]:
    """Neighbours (0: in a, 1: in b) that both match the bytes where they meet: cut behind the last NUL there.

    That is where a text ends, and which of the two the bytes belong to is otherwise anybody's guess.
    """
    out = sorted(([*cluster] for cluster in clusters), key=lambda cluster: (cluster[side], cluster[2]))
    for one, other in itertools.pairwise(out):
        start, end = other[side], one[side] + one[2]
        if end <= start or end >= start + other[2]:
            continue
        before = max(start - 1, 0)
        zeros = np.flatnonzero(data[before:end] == 0)
        if not len(zeros):
            continue
        cut = before + int(zeros[-1]) + 1
        if cut <= one[side]:
            continue
        one[2] = cut - one[side]
        step = cut - start
        other[0], other[1], other[2] = other[0] + step, other[1] + step, other[2] - step
    return [(a, b, n, anchors) for a, b, n, anchors in out]


def _disjoint(clusters: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int]]:
    """Cut overlaps, the better anchored cluster first; an overlap in b or a belongs to whom it came first."""
    import bisect

    taken: list[tuple[list[int], list[int]]] = [([], []), ([], [])]
    out: list[tuple[int, int, int]] = []
    for a, b, n, _ in sorted(clusters, key=lambda cluster: (-cluster[3], cluster[0], cluster[1])):
        low, high = 0, n
        for side, start in ((0, a), (1, b)):
            starts, ends = taken[side]
            at = bisect.bisect_right(starts, start + low) - 1
            if at >= 0 and ends[at] > start + low:
                low = ends[at] - start
            at = bisect.bisect_left(starts, start + low)
            if at < len(starts) and starts[at] < start + high:
                high = starts[at] - start
        if high - low < GRAM // 2:
            continue
        out.append((a + low, b + low, high - low))
        for side, start in ((0, a), (1, b)):
            starts, ends = taken[side]
            at = bisect.bisect_left(starts, start + low)
            starts.insert(at, start + low)
            ends.insert(at, start + high)
    return out


def filled(found: list[tuple[int, int, int]], left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> Runs:
    """Grow runs over equal bytes into the gaps; fill a gap that is equally long on both sides."""
    runs = sorted(run for run in found if run[2] > 0)
    if not runs:
        return Runs.of([(0, 0, len(left))] if len(left) == len(right) else [])
    a, b, n = np.array(runs, dtype=np.int64).T.copy()
    by_b = np.argsort(b, kind="stable")
    following, preceding = np.full(len(a), -1), np.full(len(a), -1)
    following[by_b[:-1]], preceding[by_b[1:]] = by_b[1:], by_b[:-1]
    # Forward first: a string's NUL belongs to the string, not to the padding of what follows it elsewhere.
    room_a = np.append(a[1:], len(left)) - a - n
    room_b = np.where(following >= 0, b[following], len(right)) - b - n
    n += _growth(left, a + n, right, b + n, np.minimum(room_a, room_b), 1)
    room_a = a - np.append(0, (a + n)[:-1])
    room_b = b - np.where(preceding >= 0, (b + n)[preceding], 0)
    back = _growth(left, a - 1, right, b - 1, np.minimum(room_a, room_b), -1)
    a, b, n = a - back, b - back, n + back
    alike = (following[:-1] == np.arange(1, len(a))) & (a[1:] - a[:-1] == b[1:] - b[:-1])
    n[:-1] = np.where(alike, a[1:] - a[:-1], n[:-1])
    if a[0] == b[0] and by_b[0] == 0:
        a[0], b[0], n[0] = 0, 0, n[0] + a[0]
    if by_b[-1] == len(a) - 1 and len(left) - a[-1] - n[-1] == len(right) - b[-1] - n[-1]:
        n[-1] = len(left) - a[-1]
    return Runs.merged(a, b, n)


def _growth(left: npt.NDArray[np.uint8], a: Ints, right: npt.NDArray[np.uint8], b: Ints, room: Ints, step: int) -> Ints:
    """How many bytes in a row are equal from each pair of places on, forward (1) or backward (-1), up to ``room``."""
    out = np.zeros(len(a), dtype=np.int64)
    open_rows = np.flatnonzero(room > 0)
    if not len(open_rows):
        return out
    span = np.arange(_FIRST, dtype=np.int64)
    x, y = a[open_rows, None] + span * step, b[open_rows, None] + span * step
    inside = span < room[open_rows, None]
    equal = inside & (left[np.where(inside, x, 0)] == right[np.where(inside, y, 0)])
    count = np.where(equal.all(axis=1), _FIRST, equal.argmin(axis=1))
    out[open_rows] = count
    for row in open_rows[count == _FIRST].tolist():
        at, to, size = int(a[row]) + _FIRST * step, int(b[row]) + _FIRST * step, int(room[row]) - _FIRST
        if step > 0:
            out[row] += common_prefix(left[at : at + size], right[to : to + size])
        else:
            out[row] += common_prefix(left[at - size + 1 : at + 1][::-1], right[to - size + 1 : to + 1][::-1])
    return out
