"""OwnedRuns: millions of runs of differing bytes as arrays; an :class:`OwnedRun` exists only while someone looks at
it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import Ints
from elfdiff.report import OwnedRun, Sides
from elfdiff.values import dataclass, replace

CHUNK = 1 << 16
"""Runs that are turned into objects at a time."""

Label = tuple[str, tuple[str, ...], str]
"""Owner, causes, how."""


@dataclass(frozen=True, eq=False, slots=True)
class SideRuns:
    """The runs of one side in file order. ``section`` and ``label`` index ``sections`` and ``labels``."""

    side: str
    start: Ints
    length: Ints
    section: npt.NDArray[np.int32]
    label: npt.NDArray[np.int32]
    sections: tuple[str | None, ...]
    labels: tuple[Label, ...]

    def between(self, low: int, high: int) -> Iterator[OwnedRun]:
        """Runs ``low`` up to ``high`` as objects."""
        chosen = slice(low, high)
        for start, length, section, label in zip(
            self.start[chosen].tolist(),
            self.length[chosen].tolist(),
            self.section[chosen].tolist(),
            self.label[chosen].tolist(),
            strict=True,
        ):
            owner, causes, how = self.labels[label]
            yield OwnedRun(self.side, start, length, self.sections[section], owner, causes, how)


class OwnedRuns(Sequence[OwnedRun]):
    """The runs of a, then those of b. Equal to any sequence of the same runs."""

    def __init__(self, a: SideRuns, b: SideRuns) -> None:
        self.a, self.b = a, b

    def __len__(self) -> int:
        return len(self.a.start) + len(self.b.start)

    @overload
    def __getitem__(self, index: int) -> OwnedRun: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[OwnedRun, ...]: ...
    def __getitem__(self, index: int | slice) -> OwnedRun | tuple[OwnedRun, ...]:
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(len(self))))
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError("no such run")
        side, at = (self.a, at) if at < len(self.a.start) else (self.b, at - len(self.a.start))
        return next(side.between(at, at + 1))

    def __iter__(self) -> Iterator[OwnedRun]:
        for side in (self.a, self.b):
            for low in range(0, len(side.start), CHUNK):
                yield from side.between(low, low + CHUNK)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(x == y for x, y in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def mirrored(self) -> OwnedRuns:
        """The same runs with the files exchanged."""
        return OwnedRuns(replace(self.b, side="a"), replace(self.a, side="b"))


def bytes_by_cause(runs: Sequence[OwnedRun]) -> Mapping[str, Sides]:
    """Differing bytes that name a cause, on each side; a byte of several causes counts for each."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    if isinstance(runs, OwnedRuns):
        for index, side in enumerate((runs.a, runs.b)):
            totals = np.zeros(len(side.labels), dtype=np.int64)
            np.add.at(totals, side.label, side.length)
            for (_, causes, _), total in zip(side.labels, totals.tolist(), strict=True):
                for name in causes if total else ():
                    counts[name][index] += total
    else:
        for run in runs:
            for name in run.causes:
                counts[name][run.side == "b"] += run.length
    return {name: Sides(*both) for name, both in counts.items()}
