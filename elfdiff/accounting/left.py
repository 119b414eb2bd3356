"""LeftSpans: millions of unexplained spans as arrays; an :class:`UnexplainedSpan` exists only while someone looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import Flags, Ints
from elfdiff.report import UnexplainedSpan
from elfdiff.values import dataclass

CHUNK = 1 << 16
"""Spans that are turned into objects at a time."""


@dataclass(frozen=True, eq=False, slots=True)
class LeftSpans(Sequence[UnexplainedSpan]):
    """``length[i]`` bytes at ``a[i]`` and at ``b[i]``, file offsets, -1 on the side that lacks them.

    ``section`` indexes ``names``. Equal to any sequence of the same spans.
    """

    a: Ints
    b: Ints
    length: Ints
    section: npt.NDArray[np.int32]
    names: tuple[str | None, ...]

    @classmethod
    def of(cls, parts: Sequence[tuple[str | None, Ints, Ints, Ints]]) -> LeftSpans:
        """Spans of one section after another: its name, then the columns."""
        none = np.zeros(0, dtype=np.int64)
        columns = [np.concatenate([none, *(part[column] for part in parts)]) for column in (1, 2, 3)]
        section = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part[3]) for part in parts])
        return cls(columns[0], columns[1], columns[2], section, tuple(part[0] for part in parts))

    def mirrored(self) -> LeftSpans:
        """The same spans with the files exchanged, in the new a's order; then what only the new b has."""
        order = np.lexsort((self.a, self.b, self.b < 0))
        return LeftSpans(self.b[order], self.a[order], self.length[order], self.section[order], self.names)

    def __len__(self) -> int:
        return len(self.length)

    @overload
    def __getitem__(self, index: int) -> UnexplainedSpan: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[UnexplainedSpan, ...]: ...
    def __getitem__(self, index: int | slice) -> UnexplainedSpan | tuple[UnexplainedSpan, ...]:
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(len(self))))
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError("no such span")
        return next(self._between(at, at + 1))

    def __iter__(self) -> Iterator[UnexplainedSpan]:
        for low in range(0, len(self), CHUNK):
            yield from self._between(low, low + CHUNK)

    def _between(self, low: int, high: int) -> Iterator[UnexplainedSpan]:
        chosen = slice(low, high)
        for a, b, length, section in zip(
            self.a[chosen].tolist(),
            self.b[chosen].tolist(),
            self.length[chosen].tolist(),
            self.section[chosen].tolist(),
            strict=True,
        ):
            yield UnexplainedSpan(self.names[section], (a, length) if a >= 0 else None, (b, length) if b >= 0 else None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(x == y for x, y in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))


def placed(at: Ints, known: Flags) -> Ints:
    """The places that are known, and -1."""
    return np.where(known, at, np.int64(-1))
