"""Spaces: what a place of a is in b, where one thing ends and the next begins."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.references.fields import Fields, Space, predict
from elfdiff.comparison.runs import Runs
from elfdiff.values import replace


def space(ends: dict[int, int]) -> Space:
    at = sorted(ends)
    return Space(
        Runs.of([(0, 100, 10), (10, 200, 10)]),
        np.array(at, dtype=np.int64),
        np.array([ends[value] for value in at], dtype=np.int64),
    )


def test_a_beginning_is_no_end():
    """Else a reference redirected to the end of what stands before would be excused."""
    found = space({}).map(np.array([10], dtype=np.int64), False)
    assert (found.value[0], found.known[0], found.ambiguous[0]) == (200, True, False)


def test_an_end_belongs_to_what_it_ends():
    found = space({}).map(np.array([10], dtype=np.int64), True)
    assert (found.value[0], found.known[0], found.ambiguous[0]) == (110, True, False)


def test_the_end_of_a_section_is_a_second_candidate():
    found = space({10: 120}).map(np.array([10], dtype=np.int64), False)
    assert (found.value[0], found.ambiguous[0], found.other[0]) == (200, True, 110)


def test_what_begins_something_does_not_mean_where_something_ends():
    row = np.array([0], dtype=np.int64)
    there = {"address": space({20: 230})}
    field = Fields("frame table", row, 4, np.array([20], dtype=np.int64), "address")
    assert predict(field, Runs.of([(0, 0, 4)]), there, None).known[0]
    assert not predict(replace(field, begin=True), Runs.of([(0, 0, 4)]), there, None).known[0]
