"""The ledger that claims nothing: for the pair that the accountant could not work out."""

from __future__ import annotations

import numpy as np

from elfdiff.accounting.left import LeftSpans
from elfdiff.accounting.owned import Label, OwnedRuns, SideRuns
from elfdiff.comparison.runs import Ints
from elfdiff.elf.sameness import differing_blocks
from elfdiff.report import Classes, Ledger, SectionRow, Sides

LABEL: Label = ("unexplained", (), "not worked out")


def plain_ledger(a: bytes, b: bytes) -> Ledger:
    """Bytes compared at equal offsets; all that differ are unexplained, and what one file has behind the other's
    end."""
    length = min(len(a), len(b))
    starts, ends = _differing(a, b, length)
    parts = [(None, starts, starts, ends - starts)]
    sides: list[SideRuns] = []
    lacking = np.array([-1], dtype=np.int64)
    for side, size in (("a", len(a)), ("b", len(b))):
        begin, stop = starts, ends
        if size > length:
            rest = np.array([length], dtype=np.int64)
            begin, stop = np.append(starts, rest), np.append(ends, size)
            parts.append((None, *((rest, lacking) if side == "a" else (lacking, rest)), size - rest))
        zero = np.zeros(len(begin), dtype=np.int32)
        sides.append(SideRuns(side, begin, stop - begin, zero, zero, (None,), (LABEL,)))
    counts = Sides(*(int(side.length.sum()) for side in sides))
    total = Classes(differing=counts, unexplained=counts)
    row = SectionRow("the whole file", (0, len(a)), (0, len(b)), "changed", (), total)
    return Ledger(total, (row,), OwnedRuns(*sides), (), LeftSpans.of(parts))


def _differing(a: bytes, b: bytes, length: int) -> tuple[Ints, Ints]:
    """Starts and ends of runs of bytes that differ before ``length``."""
    edges = [np.zeros(0, dtype=np.int64)]
    for block in differing_blocks(a, b, length):
        x, y = (np.frombuffer(data, np.uint8, block.length, block.start) for data in (a, b))
        unequal = np.concatenate(([False], x != y, [False]))
        edges.append(np.flatnonzero(unequal[1:] != unequal[:-1]) + block.start)
    at = np.concatenate(edges)
    # A run over the border of two blocks ends and begins there.
    twice = np.flatnonzero(at[1:] == at[:-1])
    at = np.delete(at, np.concatenate((twice, twice + 1)))
    return at[::2], at[1::2]
