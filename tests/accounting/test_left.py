"""Unexplained spans as arrays read like a tuple of them."""

from __future__ import annotations

import numpy as np

from elfdiff.accounting.left import LeftSpans
from elfdiff.report import UnexplainedSpan


def spans() -> LeftSpans:
    def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    return LeftSpans.of(
        [(".data", ints(30, -1, 10), ints(5, 9, 40), ints(2, 1, 4)), (None, ints(70), ints(-1), ints(3))]
    )


def test_a_side_without_counterpart_is_none() -> None:
    assert spans() == (
        UnexplainedSpan(".data", (30, 2), (5, 2)),
        UnexplainedSpan(".data", None, (9, 1)),
        UnexplainedSpan(".data", (10, 4), (40, 4)),
        UnexplainedSpan(None, (70, 3), None),
    )
    assert spans()[-1] == UnexplainedSpan(None, (70, 3), None)
    assert spans()[1:2] == (UnexplainedSpan(".data", None, (9, 1)),)


def test_exchanged_they_stand_in_the_new_first_file_s_order() -> None:
    assert spans().mirrored() == (
        UnexplainedSpan(".data", (5, 2), (30, 2)),
        UnexplainedSpan(".data", (9, 1), None),
        UnexplainedSpan(".data", (40, 4), (10, 4)),
        UnexplainedSpan(None, None, (70, 3)),
    )


def test_no_spans_are_false() -> None:
    assert not LeftSpans.of([])
