"""A fixed part of benchmarks/fuzz.py: the same damaged files every time, some through the whole walk."""

import random
import sys

import pytest

pytest.importorskip("resource")

from benchmarks.fuzz import places, reads, sources, walks

READS, WALKS = 1500, 40


def test_readers_survive_damaged_files() -> None:
    results = list(reads(random.Random(1), sys.float_info.max, READS))
    assert len(results) == READS
    assert [result.what for result in results if result is not None] == []


def test_the_whole_walk_survives_damaged_files() -> None:
    results = list(walks(random.Random(2), sys.float_info.max, WALKS, shapes=False))
    assert len(results) == WALKS
    # How long a run takes is no matter of a test: a busy machine stretches it.
    assert [r.what for r in results if r is not None and not r.what.startswith("took")] == []


def test_places_of_every_sample_are_inside_it() -> None:
    for data in sources():
        assert all(0 <= span.start < span.end <= len(data) for span in places(data))
