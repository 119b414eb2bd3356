"""Functions that are partners: where their bytes and the gaps between them stand."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.code.functions import Function
from elfdiff.comparison.code.pairing import align_code
from elfdiff.comparison.texts.pools import Rewriter


def function(start: int, end: int, name: str) -> Function:
    return Function(start, end, name, (name.encode(), b""), True)


def test_a_function_that_a_symbol_cuts_short_keeps_its_end():
    """The first byte behind the symbol's end is equal by chance: it must not begin a run of its own."""
    rng = np.random.default_rng(5)
    body = rng.integers(1, 256, 34, dtype=np.uint8)
    rest = rng.integers(1, 256, 200, dtype=np.uint8)
    body[26] = rest[0]
    last = rng.integers(1, 256, 40, dtype=np.uint8)
    a = np.concatenate((body, rest, last))
    b = np.concatenate((body, rest[:100], np.array([1, 2, 3, 4], dtype=np.uint8), rest[100:], last))
    ours = [function(0, 34, "start"), function(234, 274, "main")]
    theirs = [function(0, 26, "start"), function(238, 278, "main")]
    _, runs = align_code(a, b, ours, theirs, Rewriter(()))
    assert runs.map(np.array([20, 33, 34], dtype=np.int64)).value.tolist() == [20, 33, 34]


def test_the_one_part_that_changed_is_found_at_its_other_place():
    rng = np.random.default_rng(7)
    parts = [rng.integers(1, 256, size, dtype=np.uint8) for size in (60, 80, 70)]
    changed = np.insert(parts[1], 40, 9)
    a, b = np.concatenate(parts), np.concatenate((parts[2], parts[0], changed))
    ours = [Function(0, 60, "", None), Function(60, 140, "", None), Function(140, 210, "", None)]
    theirs = [Function(0, 70, "", None), Function(70, 130, "", None), Function(130, 211, "", None)]
    pairs, runs = align_code(a, b, ours, theirs, Rewriter(()))
    assert {(i, j) for i, j, _ in pairs} == {(0, 1), (1, 2), (2, 0)}
    assert runs.map(np.array([60, 99, 110], dtype=np.int64)).value.tolist() == [130, 169, 181]
