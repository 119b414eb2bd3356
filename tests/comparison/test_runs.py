"""The piecewise map: inside, at ends, composed, and back again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from elfdiff.comparison.runs import Runs, composed, identity


def test_touching_runs_of_one_shift_are_one():
    runs = Runs.of([(10, 20, 5), (0, 10, 10), (15, 40, 3), (30, 1, 0)])
    assert runs.triples() == [(0, 10, 15), (15, 40, 3)]


def test_the_end_of_one_run_is_the_start_of_the_next():
    runs = Runs.of([(0, 0, 10), (10, 16, 10)])
    mapped = runs.map(np.array([9, 10, 20, 21]))
    assert mapped.value.tolist()[:3] == [9, 16, 26]
    assert mapped.known.tolist() == [True, True, True, False]
    assert mapped.ambiguous.tolist() == [False, True, False, False]
    assert mapped.other[1] == 10


def test_a_field_must_be_inside_one_run():
    runs = Runs.of([(0, 0, 10), (10, 16, 10)])
    at, whole = runs.map_fields(np.array([6, 8, 10]), 4)
    assert whole.tolist() == [True, False, True]
    assert at[[0, 2]].tolist() == [6, 16]


def test_composition_follows_both_maps():
    first = Runs.of([(0, 5, 10), (20, 30, 10)])
    second = Runs.of([(0, 100, 8), (8, 200, 30)])
    both = composed(first, second)
    for a in (0, 2, 3, 9, 20, 27):
        middle = first.map(np.array([a]))
        end = second.map(middle.value)
        got = both.map(np.array([a]))
        assert got.known[0] == (middle.known[0] and end.known[0])
        assert got.value[0] == end.value[0]


@given(st.integers(min_value=0, max_value=100))
def test_identity_and_its_inverse(size):
    assert identity(size).inverse().triples() == identity(size).triples()
