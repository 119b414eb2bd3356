"""A vote moves nothing unless the bytes at both places agree."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.data.votes import Votes, anchored
from elfdiff.comparison.runs import Runs, without


def run(a, b, votes, runs=()):
    left, right = np.frombuffer(a, np.uint8), np.frombuffer(b, np.uint8)
    counted = Votes.counted(np.array([v[0] for v in votes], np.int64), np.array([v[1] for v in votes], np.int64))
    return anchored(Runs.of(runs), left, right, counted, lambda x, y: 0)


def where(runs, a):
    found = runs.map(np.array([a]))
    return int(found.value[0]) if found.known[0] else None


def test_equal_text_is_placed_by_a_vote():
    a, b = b"....hello\0....", b"hello\0........"
    assert where(run(a, b, [(4, 0)]), 4) == 0


def test_other_text_is_not():
    a, b = b"....hello\0....", b"jelly\0........"
    assert where(run(a, b, [(4, 0)]), 4) is None


def test_two_votes_choose_among_equal_constants_one_does_not():
    one = b"\0\0\0\0\0\0\xf0\x3f"
    a, b = one + b"ABCDEFGH", one + b"IJKLMNOP" + one
    runs = [(0, 0, 8)]
    assert where(run(a, b, [(0, 16), (8, 8)], runs), 0) == 0
    assert where(run(a, b, [(0, 16), (0, 16), (8, 8)], runs), 0) == 16


def test_ranges_are_cut_out_of_runs():
    assert without([(0, 10, 10), (20, 40, 5)], [(2, 4), (8, 21)], 0) == [(0, 10, 2), (4, 14, 4), (21, 41, 4)]
