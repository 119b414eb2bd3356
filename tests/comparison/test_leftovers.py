"""Texts that alignment left over, or tore apart."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.data.leftovers import with_leftovers
from elfdiff.comparison.runs import Runs


def _bytes(data: bytes) -> np.ndarray:
    return np.frombuffer(data, dtype=np.uint8)


def test_the_only_text_left_over_goes_with_the_only_one_there():
    left, right = b"a long text\0ge\0another one\0", b"another one\0a long text\0ge\0"
    runs = Runs.of([(0, 12, 12), (15, 0, 12)])
    found = with_leftovers(runs, _bytes(left), _bytes(right)).map_fields(np.array([12]), 3)
    assert (found[0].tolist(), found[1].tolist()) == ([24], [True])


def test_of_two_alike_none_is_chosen():
    left, right = b"ge\0long text\0ge\0", b"ge\0ge\0long text\0"
    runs = Runs.of([(3, 6, 10)])
    found = with_leftovers(runs, _bytes(left), _bytes(right))
    assert found.map_fields(np.array([3]), 10)[0].tolist() == [6]
    assert not found.map_fields(np.array([0]), 3)[1][0]


def test_letters_that_growth_gave_away_come_back():
    left = b"start\0clock\0(error object)\0"
    right = b"block\0(error object)\0clock\0start\0"
    # "k" stands before "(error object)" in both, but not as part of the same text.
    runs = Runs.of([(10, 4, 17), (0, 27, 6)])
    assert (6, 21, 6) in with_leftovers(runs, _bytes(left), _bytes(right)).triples()


def test_numbers_are_no_texts():
    left, right = bytes.fromhex("000000000000f0ff0100"), bytes.fromhex("0100000000000000f0ff")
    runs = Runs.of([(0, 2, 8)])
    assert with_leftovers(runs, _bytes(left), _bytes(right)).triples() == runs.triples()


def test_equal_ranges_that_nothing_covers_go_with_each_other():
    # The end of a template of Rust: the linker shares it with any text that ends so.
    left, right = b"one text\xc0\x01`\xc0\0another text", b"another text\xc0\x01`\xc0\0one text"
    runs = Runs.of([(0, 17, 8), (13, 0, 12)])
    assert (8, 12, 5) in with_leftovers(runs, _bytes(left), _bytes(right)).triples()


def test_as_many_bytes_in_front_of_a_run_go_with_it():
    left, right = b"first\0\xc0\x15 the rest of it", b"second one\0\xc0\x14 the rest of it"
    runs = Runs.of([(8, 13, 15)])
    found = with_leftovers(Runs.of([(0, 0, 6), *runs.triples()]), _bytes(left), _bytes(right))
    assert not found.map_fields(np.array([6]), 2)[1][0]
    right = b"second\xc0\x14 the rest of it"
    runs = Runs.of([(0, 0, 6), (8, 8, 15)])
    found = with_leftovers(runs, _bytes(left), _bytes(right))
    assert (found.map_fields(np.array([6]), 2)[0].tolist(), found.map_fields(np.array([6]), 2)[1].tolist()) == (
        [6],
        [True],
    )
