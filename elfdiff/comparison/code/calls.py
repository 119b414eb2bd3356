"""Operands by which functions of a section call each other."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.runs import Ints
from elfdiff.values import dataclass

MOST = 1 << 13
"""Entries of one jump table."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Operands of one section that point into it: where they stand and what they point to, as offsets.

    ``entry``: 0, or the number (from 1 on) of an entry of the jump table that the operand leads to. Ascending by ``at``
    and ``entry``.
    """

    at: Ints
    to: Ints
    entry: Ints

    @classmethod
    def of(cls, at: Ints, to: Ints, entry: Ints) -> Calls:
        """From arrays in any order; entries beyond MOST are left out."""
        order = np.lexsort((entry, at))
        order = order[entry[order] < MOST]
        return cls(at[order], to[order], entry[order])

    def keys(self) -> Ints:
        """One number for each, ascending."""
        return self.at * MOST + self.entry
