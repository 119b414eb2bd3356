"""Memory without contents: who may move it."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.data.memory import align_memory


def _align(pairs, ours=None, theirs=None, size=64):
    a_to, b_to = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    return align_memory(size, size, ours or {}, theirs or {}, a_to, b_to)


def test_one_reference_moves_nothing():
    assert _align([(0, 8)]) is None


def test_two_references_that_agree_do():
    found = _align([(0, 32), (0, 32), (32, 0), (32, 0)])
    assert found is not None
    assert found.triples() == [(0, 32, 32), (32, 0, 32)]


def test_one_that_disagrees_is_enough_to_stop_it():
    assert _align([(0, 32), (0, 32), (0, 16)]) is None


def test_a_name_and_one_reference_do():
    names = {b"stdin": (0, 8), b"stdout": (8, 8)}, {b"stdin": (8, 8), b"stdout": (0, 8)}
    found = _align([(0, 8), (8, 0)], *names, size=16)
    assert found is not None
    assert found.triples() == [(0, 8, 8), (8, 0, 8)]


def test_a_name_against_its_references_does_not():
    assert _align([(0, 0)], {b"stdin": (0, 8)}, {b"stdin": (8, 8)}) is None


def test_two_things_in_one_place_move_nothing():
    assert _align([(0, 32), (0, 32), (16, 32), (16, 32)]) is None
