"""Runs: the one-to-one, piecewise linear map from a's bytes to b's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from elfdiff.values import dataclass

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Number = TypeVar("Number", bound=np.integer[Any])


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where values of a stand in b. ``other`` is a second candidate (the end of the run before) where ``ambiguous``.

    ``value`` means nothing where ``known`` is False. The end of X is the start of Y: only what refers to a place knows
    which of the two it means, so both are kept.
    """

    value: Ints
    known: Flags
    other: Ints
    ambiguous: Flags


@dataclass(frozen=True, slots=True)
class Runs:
    """``n[i]`` bytes from ``a[i]`` on stand at ``b[i]``; ascending and disjoint in a, disjoint in b."""

    a: Ints
    b: Ints
    n: Ints

    @classmethod
    def of(cls, runs: Iterable[tuple[int, int, int]]) -> Runs:
        """Sorted by a; touching runs of one shift are merged, empty ones dropped."""
        table = np.array([run for run in runs if run[2] > 0], dtype=np.int64).reshape(-1, 3)
        return cls.merged(table[:, 0], table[:, 1], table[:, 2])

    @classmethod
    def merged(cls, a: Ints, b: Ints, n: Ints) -> Runs:
        """The same from arrays in any order."""
        keep = n > 0
        a, b, n = a[keep], b[keep], n[keep]
        order = np.argsort(a, kind="stable")
        a, b, n = a[order], b[order], n[order]
        if len(a) == 0:
            return cls(a, b, n)
        starts = np.ones(len(a), dtype=bool)
        starts[1:] = (a[1:] != a[:-1] + n[:-1]) | (b[1:] != b[:-1] + n[:-1])
        first = np.flatnonzero(starts)
        total = np.add.reduceat(n, first)
        return cls(a[first], b[first], total)

    def __len__(self) -> int:
        return len(self.a)

    def triples(self) -> list[tuple[int, int, int]]:
        """(a, b, length) of each run."""
        return list(zip(self.a.tolist(), self.b.tolist(), self.n.tolist(), strict=True))

    def shifted(self, a: int, b: int) -> Runs:
        """The same runs with their origins moved."""
        return Runs(self.a + a, self.b + b, self.n)

    def inverse(self) -> Runs:
        """From b to a."""
        order = np.argsort(self.b, kind="stable")
        return Runs(self.b[order], self.a[order], self.n[order])

    def map(self, values: Ints) -> Mapped:
        """Each value's place in b: inside a run, or at the very end of one."""
        values = np.asarray(values, dtype=np.int64)
        if len(self.a) == 0:
            none = np.zeros(len(values), dtype=bool)
            return Mapped(values.copy(), none, values.copy(), none.copy())
        index = np.searchsorted(self.a, values, side="right") - 1
        at = np.maximum(index, 0)
        inside = (index >= 0) & (values < self.a[at] + self.n[at])
        here = values - self.a[at] + self.b[at]
        before = np.searchsorted(self.a, values, side="left") - 1
        back = np.maximum(before, 0)
        ends = (before >= 0) & (values == self.a[back] + self.n[back])
        there = self.b[back] + self.n[back]
        value = np.where(inside, here, there)
        return Mapped(value, inside | ends, there, inside & ends & (there != here))

    def map_fields(self, at: Ints, width: int) -> tuple[Ints, Flags]:
        """Places in b of whole fields: known only where one run holds every byte."""
        if len(self.a) == 0:
            return at.copy(), np.zeros(len(at), dtype=bool)
        index = np.maximum(np.searchsorted(self.a, at, side="right") - 1, 0)
        whole = (at >= self.a[index]) & (at + width <= self.a[index] + self.n[index])
        return at - self.a[index] + self.b[index], whole


def unique(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The different values of one row, ascending; numpy's own, which hashes, takes a hundred times as long."""
    if len(values) > 1 and not ascending(values):
        values = np.sort(values)
        kept = np.ones(len(values), dtype=bool)
        np.not_equal(values[1:], values[:-1], out=kept[1:])
        return values[kept]
    return values.copy()


def isin(values: npt.NDArray[Number], among: npt.ArrayLike) -> Flags:
    """Which values are among others."""
    others = unique(np.asarray(among, dtype=np.int64).astype(values.dtype))
    if not len(others):
        return np.zeros(len(values), dtype=bool)
    at = np.searchsorted(others, values)
    at[at == len(others)] = 0
    return np.asarray(others[at] == values)


def ascending(values: npt.NDArray[Number]) -> bool:
    """True if each value is larger than the one before it."""
    return bool((values[1:] > values[:-1]).all())


def joined(many: Iterable[Runs]) -> Runs:
    """All runs in one map."""
    parts = list(many)
    if not parts:
        return Runs.of(())
    return Runs.merged(
        np.concatenate([part.a for part in parts]),
        np.concatenate([part.b for part in parts]),
        np.concatenate([part.n for part in parts]),
    )


def composed(first: Runs, second: Runs) -> Runs:
    """From the source of ``first`` to the target of ``second``."""
    out: list[tuple[int, int, int]] = []
    target = second.triples()
    index = 0
    for a, m, n in sorted(first.triples(), key=lambda run: run[1]):
        end = m + n
        while index and index < len(target) and target[index][0] > m:
            index -= 1
        while index < len(target) and target[index][0] + target[index][2] <= m:
            index += 1
        scan = index
        while scan < len(target) and target[scan][0] < end:
            low = max(m, target[scan][0])
            high = min(end, target[scan][0] + target[scan][2])
            if high > low:
                out.append((a + low - m, target[scan][1] + low - target[scan][0], high - low))
            scan += 1
    return Runs.of(out)


def one_to_one(runs: Runs, a_size: int, b_size: int) -> Runs:
    """The runs inside files of these sizes, each byte used once: of two that overlap, the later gives way.

    Sections of a damaged file may overlap; then the same byte would have two partners.
    """
    a, b = runs.a, runs.b
    n = np.clip(np.minimum(a_size - a, b_size - b), 0, runs.n)
    whole = bool((n == runs.n).all())
    for side in (0, 1):
        order = np.argsort((a, b)[side], kind="stable")
        a, b, n = a[order], b[order], n[order]
        start = (a, b)[side]
        reach = np.maximum.accumulate(np.concatenate(([0], start + n)))[:-1]
        cut = np.clip(reach - start, 0, n)
        whole = whole and not cut.any()
        a, b, n = a + cut, b + cut, n - cut
    return runs if whole else Runs.merged(a, b, n)


def without(runs: list[tuple[int, int, int]], cuts: list[tuple[int, int]], side: int) -> list[tuple[int, int, int]]:
    """Runs (ascending on ``side``: 0 for a, 1 for b) less the ranges in ``cuts``, which are ascending and disjoint."""
    out: list[tuple[int, int, int]] = []
    index = 0
    for run in runs:
        start, end = run[side], run[side] + run[2]
        while index < len(cuts) and cuts[index][1] <= start:
            index += 1
        scan = index
        at = start
        while scan < len(cuts) and cuts[scan][0] < end:
            if cuts[scan][0] > at:
                out.append((run[0] + at - start, run[1] + at - start, cuts[scan][0] - at))
            at = max(at, cuts[scan][1])
            scan += 1
        if at < end:
            out.append((run[0] + at - start, run[1] + at - start, end - at))
    return out


def identity(length: int) -> Runs:
    """Every byte where it was."""
    return Runs.of([(0, 0, length)])
