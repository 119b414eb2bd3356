"""What alignment left over on both sides: short texts that stand between greater things, each in another place."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.content import filled
from elfdiff.comparison.runs import Ints, Runs, without
from elfdiff.patterns import late

SHORTEST = 8
"""Bytes of a text that is moved from where other bytes put it; shorter ones may be parts of numbers."""
SHORTEST_GAP = 4
"""Bytes of a range that is paired for what it holds alone."""
LONGEST_HEAD = 8
"""Bytes in front of a run that go with it, whatever they are."""
MAX_SIZE = 16 << 20
"""Longer contents are left as they are."""
_TEXT = late(rb"(?<![^\0])[\t\n\r\x1b -~]+\0")
"""Not the bytes of numbers: pools of constants are no texts."""


def with_leftovers(runs: Runs, left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> Runs:
    """``runs`` corrected by NUL-terminated texts that they leave out, or tear apart.

    A text of two letters stands in many others and anchors nothing; growth gives its letters to whatever ends alike.
    Here a text goes with the only other one: the only one of all, or the only one that is left over.
    """
    if max(len(left), len(right)) > MAX_SIZE:
        return runs
    runs = _with_equal_gaps(_with_texts(runs, left, right), left, right)
    return _grown(runs)


def _with_texts(runs: Runs, left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> Runs:
    back = runs.inverse()
    a_gaps, b_gaps = _gaps(runs, len(left)), _gaps(back, len(right))
    a_texts, b_texts = _texts(left), _texts(right)
    ours, theirs = _touched(a_texts, a_gaps), _touched(b_texts, b_gaps)
    a_all, b_all = _once(a_texts), _once(b_texts)
    a_free, b_free = _once(ours), _once(theirs)
    wrong = _differing(runs, left, right)
    ours, theirs = ours + _torn(a_texts, runs, wrong[0]), theirs + _torn(b_texts, back, np.sort(wrong[1]))
    if not ours and not theirs:
        return runs
    pairs = {a_all[text]: (b_all[text], len(text)) for text, _ in (*ours, *theirs) if text in a_all and text in b_all}
    pairs |= {at: (b_free[text], len(text)) for text, at in a_free.items() if text in b_free and at not in pairs}
    found = [(a, b, n) for a, (b, n) in pairs.items()]
    if not found:
        return runs
    rest = without(runs.triples(), sorted((a, a + n) for a, _, n in found), 0)
    rest = without(sorted(rest, key=lambda run: run[1]), sorted((b, b + n) for _, b, n in found), 1)
    return filled([*rest, *found], left, right)


def _with_equal_gaps(runs: Runs, left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> Runs:
    """A range that no run covers goes with the only one of the other side that holds the same.

    Linkers that merge ends of texts share the end of one with any text that ends so.
    """
    ours = _once([(left[start:end].tobytes(), start) for start, end in _gaps(runs, len(left))])
    theirs = _once([(right[start:end].tobytes(), start) for start, end in _gaps(runs.inverse(), len(right))])
    found = [
        (at, theirs[content], len(content))
        for content, at in ours.items()
        if content in theirs and (len(content) >= SHORTEST_GAP or _ends_text(content)) and any(content)
    ]
    return Runs.of([*runs.triples(), *found]) if found else runs


def _ends_text(content: bytes) -> bool:
    """True for the end of a text, a placeholder of Rust's templates among it, and not for a small number."""
    return len(content) >= 2 and content[0] >= 0x20 and content.endswith(b"\0")


def _grown(runs: Runs) -> Runs:
    """What no run covers in front of a run, and as many bytes in front of its partner, go with it: the beginning of a
    thing whose length stands there, where other things stand before it in either file.
    """
    if not len(runs):
        return runs
    order = np.argsort(runs.b, kind="stable")
    a_room = runs.a - np.append(0, (runs.a + runs.n)[:-1])
    b_room = np.empty_like(a_room)
    b_room[order] = runs.b[order] - np.append(0, (runs.b + runs.n)[order][:-1])
    more = np.where((a_room == b_room) & (a_room <= LONGEST_HEAD), a_room, 0)
    return Runs.merged(runs.a - more, runs.b - more, runs.n + more) if more.any() else runs


def _gaps(runs: Runs, size: int) -> list[tuple[int, int]]:
    """Ranges that no run covers; ``runs`` ascend."""
    starts = np.append(runs.a, size)
    ends = np.concatenate((np.zeros(1, dtype=np.int64), runs.a + runs.n))
    chosen = starts > ends
    return list(zip(ends[chosen].tolist(), starts[chosen].tolist(), strict=True))


def _texts(data: npt.NDArray[np.uint8]) -> list[tuple[bytes, int]]:
    """Every NUL-terminated text and where it is."""
    return [(match.group(), match.start()) for match in _TEXT.finditer(data.tobytes())]


def _touched(texts: list[tuple[bytes, int]], gaps: list[tuple[int, int]]) -> list[tuple[bytes, int]]:
    """Texts that reach into a gap."""
    starts = np.array([at for _, at in texts], dtype=np.int64)
    ends = starts + np.array([len(text) for text, _ in texts], dtype=np.int64)
    low = np.array([start for start, _ in gaps], dtype=np.int64)
    high = np.array([end for _, end in gaps], dtype=np.int64)
    # The first gap that ends behind where the text begins.
    gap = np.searchsorted(high, starts, side="right")
    hit = np.append(low, np.int64(1) << np.int64(62))[gap] < ends
    return [texts[index] for index in np.flatnonzero(hit).tolist()]


def _differing(runs: Runs, left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Offsets in a (ascending) and in b of bytes that differ from their partners."""
    ours: list[Ints] = []
    theirs: list[Ints] = []
    for a, b, n in runs.triples():
        at = np.flatnonzero(left[a : a + n] != right[b : b + n])
        ours.append(at + a)
        theirs.append(at + b)
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *ours]), np.concatenate([none, *theirs])


def _torn(texts: list[tuple[bytes, int]], runs: Runs, wrong: Ints) -> list[tuple[bytes, int]]:
    """Texts whose ends stand in different runs, or that hold a byte in ``wrong``: neighbours begin or end alike, and
    so the seam was put there."""
    starts = np.array([at for _, at in texts], dtype=np.int64)
    ends = starts + np.array([len(text) for text, _ in texts], dtype=np.int64)
    torn = np.searchsorted(runs.a, starts, side="right") != np.searchsorted(runs.a, ends - 1, side="right")
    torn |= np.searchsorted(wrong, starts) != np.searchsorted(wrong, ends)
    torn &= ends - starts >= SHORTEST
    return [texts[index] for index in np.flatnonzero(torn).tolist()]


def _once(texts: list[tuple[bytes, int]]) -> dict[bytes, int]:
    """Where each text is that stands there once."""
    count = Counter(text for text, _ in texts)
    return {text: at for text, at in texts if count[text] == 1}
