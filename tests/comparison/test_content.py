"""Contents are aligned by what they hold, one to one, in any order."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from elfdiff.comparison.content import align_content


def covered(runs, side):
    spots = [k for run in runs.triples() for k in range(run[side], run[side] + run[2])]
    assert len(spots) == len(set(spots)), "not one to one"
    return set(spots)


def test_an_insertion_shifts_what_follows():
    rng = random.Random(1)
    head, tail = rng.randbytes(100), rng.randbytes(100)
    assert align_content(head + tail, head + b"twelve bytes" + tail).triples() == [(0, 0, 100), (100, 112, 100)]


def test_a_changed_byte_keeps_its_place():
    data = random.Random(2).randbytes(300)
    changed = data[:150] + bytes([data[150] ^ 255]) + data[151:]
    assert align_content(data, changed).triples() == [(0, 0, 300)]


def test_exchanged_blocks_are_found():
    rng = random.Random(3)
    x, y = rng.randbytes(64), rng.randbytes(80)
    assert sorted(align_content(x + y, y + x).triples()) == [(0, 80, 64), (64, 0, 80)]


def test_a_string_keeps_its_nul_and_zeros_anchor_nothing():
    a = b"\0\0\0\0first string of all\0\0\0\0\0\0\0\0second thing here\0"
    b = b"second thing here\0\0\0\0\0\0\0\0\0first string of all\0"
    pairs = {(x + k, y + k) for x, y, n in align_content(a, b).triples() for k in range(n)}
    assert (a.index(b"first"), b.index(b"first")) in pairs
    assert (a.index(b"all\0") + 3, b.index(b"all\0") + 3) in pairs
    assert (a.index(b"second"), b.index(b"second")) in pairs


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_runs_are_one_to_one_and_inside(a, b):
    runs = align_content(a, b)
    assert covered(runs, 0) <= set(range(len(a)))
    assert covered(runs, 1) <= set(range(len(b)))


def test_growth_is_linear_enough():
    import time

    rng = random.Random(4)
    times = []
    for size in (1 << 16, 1 << 18):
        a = rng.randbytes(size)
        b = a[: size // 2] + rng.randbytes(64) + a[size // 2 :]
        start = time.perf_counter()
        align_content(a, b)
        times.append(time.perf_counter() - start)
    assert times[1] < 40 * max(times[0], 0.005)


def test_words_that_stand_once_between_two_partners_are_enough():
    """Nothing in the middle stands once in the whole, but between its neighbours each line does."""
    lines = [b"At line %d of file m.f\0\0" % n for n in (100, 117, 120)]
    rest = b"first part, long enough" + b"".join(lines) + b"second part, long enough" + b"".join(lines) + b"the end."
    moved = rest.replace(b"m.f\0\0", b"m.f\0\0\0\0\0\0\0")
    runs = align_content(rest, moved)
    mapped = {x + k: y + k for x, y, n in runs.triples() for k in range(n)}
    for at in (m.start() for m in re.finditer(rb"At line \d+ of file m\.f\0", rest)):
        order = rest.count(b"At line", 0, at)
        there = [m.start() for m in re.finditer(rb"At line", moved)][order]
        assert all(mapped.get(at + k) == there + k for k in range(23))
