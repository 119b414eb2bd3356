"""Objects, pointers in a row, and initialisers."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.data.things import align_initialisers, snapped, with_names, with_objects, with_words
from elfdiff.comparison.runs import Runs


def _words(*values: int) -> np.ndarray:
    return np.frombuffer(np.array(values, dtype="<u8").tobytes(), dtype=np.uint8)


def test_an_object_of_one_name_and_the_same_bytes_stays_whole():
    left, right = _words(1, 2, 0, 9, 9), _words(9, 9, 1, 2, 0)
    runs = Runs.of([(0, 16, 16), (16, 32, 8), (24, 0, 16)])
    torn = Runs.of([(0, 16, 16), (24, 0, 16)])
    for given in (runs, torn):
        found = with_objects(given, left, right, {b"pair": (0, 24)}, {b"pair": (16, 24)})
        assert found.map_fields(np.array([0]), 24)[1][0]


def test_an_object_that_changed_is_left_alone():
    left, right = _words(1, 2, 3), _words(1, 2, 4)
    runs = Runs.of([(0, 0, 8)])
    assert with_objects(runs, left, right, {b"x": (0, 24)}, {b"x": (0, 24)}).triples() == runs.triples()


def test_three_words_around_a_pointer_are_a_thing_and_one_is_not():
    left, right = _words(50, 71, 60, 8, 8), _words(8, 8, 50, 71, 60)
    none = Runs.of([])
    found = with_words(none, left, right, 8, np.array([8]), np.array([0]))
    assert (0, 16, 24) in found.triples()
    alone = with_words(none, _words(1, 71, 2), _words(3, 4, 71), 8, np.array([8]), np.array([], dtype=np.int64))
    assert not len(alone)


def test_runs_of_pointers_begin_at_words():
    left, right = _words(0x1000000, 0x2000001, 5), _words(5, 0x2000001, 0x1000000)
    runs = Runs.of([(1, 17, 7), (9, 9, 7)])
    assert all(a % 8 == 0 for a, _, n in snapped(runs, left, right, 8).triples() if n >= 8)


def test_initialisers_follow_the_functions():
    targets = np.array([900, 100, 200, 300])
    mapped = np.array([950, 330, 220, 110])
    found = align_initialisers(targets, mapped, np.ones(4, dtype=bool), 8)
    assert found is not None
    assert found.triples() == [(0, 0, 8), (8, 24, 8), (16, 16, 8), (24, 8, 8)]


def test_initialisers_in_no_order_tell_nothing():
    targets = np.array([300, 100, 200, 150, 170])
    assert align_initialisers(targets, targets, np.ones(5, dtype=bool), 8) is None


def _names(ours: list[int], theirs: list[int]) -> Runs:
    left, right = b"\0same\0other\0same\0", b"\0same\0same\0other\0"
    runs = Runs.of([(0, 0, 6), (6, 11, 6), (12, 6, 5)])
    partner = np.arange(len(ours), dtype=np.int64)
    return with_names(runs, left, right, np.array(ours), np.array(theirs), partner)


def test_copies_of_a_name_go_with_their_symbols():
    found = _names([1, 12], [6, 1])
    assert found.map_fields(np.array([1, 12]), 5)[0].tolist() == [6, 1]


def test_a_symbol_turned_to_the_name_of_another_moves_nothing():
    assert _names([1, 12], [6, 6]).triples() == [(0, 0, 6), (6, 11, 6), (12, 6, 5)]


def test_what_stands_behind_a_rewritten_text_is_the_rest_of_it():
    left, right = (
        np.frombuffer(text.ljust(size, b"\0") + bytes(range(1, 33)), dtype=np.uint8)
        for text, size in ((b"/a/m.c", 16), (b"/abcdefgh/ijklmnop/m.c", 48))
    )
    runs = Runs.of([(0, 0, 2), (2, 18, 6), (16, 48, 32)])
    assert snapped(runs, left, right, 8).map_fields(np.array([2]), 4)[1].tolist() == [False]
    kept = snapped(runs, left, right, 8, [(0, 2)])
    assert kept.map_fields(np.array([2]), 4)[0].tolist() == [18]
