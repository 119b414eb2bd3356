"""One side of the ledger: the bytes of one file, with a class and a label for each."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import Ints
from elfdiff.values import dataclass

BLOCK = 1 << 20
"""Bytes looked at together: what is worked out on the way takes a multiple of them, not of the file."""

Bytes = npt.NDArray[np.uint8]


class Class(IntEnum):
    """Codes of the classes in arrays; SAME is no class."""

    SAME = 0
    ROOT = 1
    PAYLOAD = 2
    INPUT = 3
    CONSEQUENCE = 4
    HASH = 5
    UNEXPLAINED = 6


@dataclass(slots=True)
class Side:
    """One file: which bytes differ, the class and owner of each, and the ranges of bytes without partner
    (``lone``: starts and ends, ascending).

    All begin as zeros, and only what is not zero is ever written: memory that nobody wrote to costs nothing.
    """

    data: Bytes
    differs: npt.NDArray[np.bool_]
    kind: Bytes
    owner: npt.NDArray[np.uint16]
    lone: tuple[Ints, Ints]

    def blocks(self, start: int, end: int) -> Iterator[slice]:
        """The range in parts that hold a byte with a class, or one that differs."""
        for at in range(start, end, BLOCK):
            part = slice(at, min(at + BLOCK, end))
            if self.kind[part].any() or self.differs[part].any():
                yield part

    def lone_within(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Ranges of bytes without partner, cut at these bounds."""
        starts, ends = self.lone
        first = int(np.searchsorted(ends, start, side="right"))
        last = int(np.searchsorted(starts, end))
        for low, high in zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True):
            yield max(low, start), min(high, end)

    def own(self, start: int, end: int, kind: Class, label: int) -> None:
        """Give unowned differing bytes an owner."""
        free = self.differs[start:end] & (self.kind[start:end] == 0)
        self.kind[start:end][free] = kind
        self.owner[start:end][free] = label
