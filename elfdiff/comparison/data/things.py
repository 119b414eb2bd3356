"""Things in data that something else tells of: objects of symbols, language data of frames, rows of initialisers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.content import filled
from elfdiff.comparison.runs import Flags, Ints, Runs, isin, without
from elfdiff.elf.frames import Frames

MAX_WORDS = 50_000
"""Words that are looked at one by one."""


def with_objects(
    runs: Runs,
    left: npt.NDArray[np.uint8],
    right: npt.NDArray[np.uint8],
    ours: Mapping[bytes, tuple[int, int]],
    theirs: Mapping[bytes, tuple[int, int]],
) -> Runs:
    """``runs`` corrected by objects of one name that are torn apart, though they hold the same bytes in both.

    Zeros at the end of an object are nobody's in particular until a symbol says how long it is.
    """
    found: list[tuple[int, int, int]] = []
    for name, (a, size) in ours.items():
        b, other = theirs.get(name, (-1, 0))
        if size != other or a + size > len(left) or b + size > len(right):
            continue
        place, whole = runs.map_fields(np.array([a], dtype=np.int64), size)
        if whole[0] and place[0] == b:
            continue
        if left[a : a + size].any() and bool((left[a : a + size] == right[b : b + size]).all()):
            found.append((a, b, size))
    return corrected(runs, found)


def snapped(
    runs: Runs,
    left: npt.NDArray[np.uint8],
    right: npt.NDArray[np.uint8],
    word: int,
    rewritten: Sequence[tuple[int, int]] = (),
) -> Runs:
    """``runs`` of data full of pointers, begun at whole words where they moved by whole words.

    Pointers end in equal bytes: what stands before a thing seems to belong to it, up to the byte that differs. What
    begins in or behind a rewritten text (``rewritten``: starts and ends in a, ascending) is the rest of that text.
    """
    skip = np.where((runs.b - runs.a) % word == 0, -runs.a % word, 0)
    if len(rewritten):
        starts, ends = np.array(rewritten, dtype=np.int64).T
        row = np.searchsorted(starts, runs.a, side="right") - 1
        skip[(row >= 0) & (runs.a <= ends[row])] = 0
    if not skip.any():
        return runs
    keep = runs.n > skip
    cut = zip(*((x + skip * sign)[keep].tolist() for x, sign in ((runs.a, 1), (runs.b, 1), (runs.n, -1))), strict=True)
    return filled([(a, b, n) for a, b, n in cut], left, right)


def with_words(
    runs: Runs, left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8], word: int, pointers: Ints, starts: Ints
) -> Runs:
    """``runs`` corrected by pointers, put through the map, that stand once in both, with the equal words around.

    ``pointers``: offsets of a's. ``starts``: offsets in a to which something refers; a thing begins there. Three
    words in a row count, or two from such a place on: one pointer that seems to have moved is an edited relocation.
    """
    kind = f"<u{word}"
    x, y = (np.frombuffer(data[: len(data) // word * word].tobytes(), dtype=kind) for data in (left, right))
    values = [np.unique(side, return_index=True, return_counts=True) for side in (x, y)]
    once = [(v[0][v[2] == 1], v[1][v[2] == 1]) for v in values]
    _, row, other = np.intersect1d(once[0][0], once[1][0], assume_unique=True, return_indices=True)
    ours, theirs = once[0][1][row].astype(np.int64), once[1][1][other].astype(np.int64)
    begins = frozenset((starts[starts % word == 0] // word).tolist())
    found: list[tuple[int, int, int]] = []
    reached = -1
    shift = len(x)
    chosen = isin(ours, pointers // word)
    for i, j in sorted(zip(ours[chosen].tolist(), theirs[chosen].tolist(), strict=True))[:MAX_WORDS]:
        if i < reached and shift == j - i:
            continue
        low, high, shift = i, i + 1, j - i
        while low > 0 and low + shift > 0 and low not in begins and x[low - 1] == y[low - 1 + shift]:
            low -= 1
        while high < len(x) and high + shift < len(y) and high not in begins and x[high] == y[high + shift]:
            high += 1
        reached = high
        place, whole = runs.map_fields(np.array([low * word], dtype=np.int64), (high - low) * word)
        placed = bool(whole[0]) and int(place[0]) == (low + shift) * word
        if not placed and (high - low >= 3 or (high - low == 2 and low in begins)):
            found.append((low * word, (low + shift) * word, (high - low) * word))
    return filled(corrected(runs, found).triples(), left, right) if found else runs


def with_names(runs: Runs, left: bytes, right: bytes, ours: Ints, theirs: Ints, partner: Ints) -> Runs:
    """``runs`` of a string table that holds a name more than once (mold's): each copy goes with the symbol that has it.

    ``ours`` and ``theirs``: where the names of a's and b's symbols begin; ``partner``: who is whom. Only where each of
    the copies is one symbol's alone, in both files: a symbol that was turned to another's copy is none's partner.
    """
    alone = [np.unique(side, return_counts=True) for side in (ours, theirs)]
    single = [isin(side, found[0][found[1] == 1]) for side, found in zip((ours, theirs), alone, strict=True)]
    rows = np.flatnonzero((partner >= 0) & single[0])
    rows = rows[single[1][partner[rows]]]
    a_at, b_at = ours[rows], theirs[partner[rows]]
    place, whole = runs.map_fields(a_at, 1)
    found: list[tuple[int, int, int]] = []
    for a, b in zip(a_at[~whole | (place != b_at)].tolist(), b_at[~whole | (place != b_at)].tolist(), strict=True):
        end = left.find(b"\0", a) + 1
        text = left[a:end]
        if 0 < a < end and b > 0 and right.startswith(text, b) and left[a - 1] == right[b - 1] == 0:
            found.append((a, b, len(text)))
    return corrected(runs, found)


def corrected(runs: Runs, found: list[tuple[int, int, int]]) -> Runs:
    """``runs`` with other runs put over them; where those overlap each other, the first one counts."""
    for side in (0, 1):
        kept: list[tuple[int, int, int]] = []
        end = 0
        for run in sorted(found, key=lambda run: run[side]):
            skip = max(0, end - run[side])
            if skip < run[2]:
                kept.append((run[0] + skip, run[1] + skip, run[2] - skip))
                end = run[side] + run[2]
        found = kept
    if not found:
        return runs
    rest = without(runs.triples(), sorted((a, a + n) for a, _, n in found), 0)
    rest = without(sorted(rest, key=lambda run: run[1]), sorted((b, b + n) for _, b, n in found), 1)
    return Runs.of([*rest, *found])


def language_votes(a: Frames, b: Frames, mapped: Ints, known: Flags) -> tuple[Ints, Ints]:
    """Where language data and personality routines stand in a and in b, for functions that are partners (``mapped``
    begins)."""
    there = {f.begin.target: f for f in b.fdes}
    routines = [{c.at: c.personality.target for c in side.cies if c.personality is not None} for side in (a, b)]
    a_to: list[int] = []
    b_to: list[int] = []
    for f, place, whole in zip(a.fdes, mapped.tolist(), known.tolist(), strict=True):
        other = there.get(place) if whole else None
        if other is None:
            continue
        if f.lsda is not None and other.lsda is not None:
            a_to.append(f.lsda.target)
            b_to.append(other.lsda.target)
        if f.cie in routines[0] and other.cie in routines[1]:
            a_to.append(routines[0][f.cie])
            b_to.append(routines[1][other.cie])
    return np.array(a_to, dtype=np.int64), np.array(b_to, dtype=np.int64)


def align_initialisers(targets: Ints, mapped: Ints, known: Flags, word: int) -> Runs | None:
    """A row of pointers to functions in the order in which the linker met them; None where it tells of no order.

    Initialisers of objects stand in the order of the objects, and so do the functions: where addresses ascend in a
    (but for one or two of the C runtime in front), they ascend in b.
    """
    count = len(targets)
    for first in range(min(3, count)):
        row = targets[first:]
        if len(row) < 2 or not bool(known[first:].all()):
            return None
        steps = np.diff(row)
        if bool((steps > 0).all()) or bool((steps < 0).all()):
            rank = np.argsort(np.argsort(mapped[first:], kind="stable"), kind="stable")
            place = rank if steps[0] > 0 else len(row) - 1 - rank
            partner = np.concatenate((np.arange(first, dtype=np.int64), first + place))
            return Runs.merged(
                word * np.arange(count, dtype=np.int64), word * partner, np.full(count, word, dtype=np.int64)
            )
    return None
