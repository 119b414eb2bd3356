"""Numbers of needed versions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from elfdiff.comparison.runs import Runs, identity
from elfdiff.comparison.tables.versions import Need, align_needs, by_first_use, number_map
from elfdiff.comparison.texts.pools import Rewriter

FILE = Need(0, (b"libc.so.6", b""), 0)
ONE, TWO = Need(16, (b"libc.so.6", b"V1"), 2), Need(32, (b"libc.so.6", b"V2"), 3)


def _image(comment: bytes) -> SimpleNamespace:
    section = object()
    return SimpleNamespace(elf=SimpleNamespace(section=lambda _: section), content=lambda _: comment)


def test_records_go_by_file_and_version_and_links_stay():
    moved = [FILE, Need(16, TWO.key, 2), Need(32, ONE.key, 3)]
    found = align_needs([FILE, ONE, TWO], moved, Rewriter(()), 48, 48)
    assert found.triples() == [(0, 0, 16), (16, 32, 12), (28, 28, 4), (32, 16, 12), (44, 44, 4)]


def test_numbers_follow_the_records():
    placed = Runs.of([(0, 0, 16), (16, 32, 12), (32, 16, 12)])
    found = number_map(_image(b"GNU"), [FILE, ONE, TWO], placed, None, None)  # type: ignore[arg-type]
    assert found.map_fields(np.array([1, 2, 3, 4]), 1)[0].tolist() == [1, 3, 2, 4]


def test_lld_numbers_by_first_use():
    numbers = np.array([0, 2, 3, 2])
    assert by_first_use([2, 3], numbers, np.array([0, 1, 2, 3])) == [2, 3]
    symbols = Runs.of([(0, 0, 1), (1, 2, 1), (2, 1, 1), (3, 3, 1)])
    found = number_map(_image(b"LLD 14"), [FILE, ONE, TWO], identity(48), numbers, symbols)  # type: ignore[arg-type]
    assert found.map_fields(np.array([2, 3]), 1)[0].tolist() == [3, 2]


def test_numbers_of_no_known_order_stay():
    odd = [FILE, Need(16, ONE.key, 3), Need(32, TWO.key, 2)]
    found = number_map(_image(b"GNU"), odd, identity(48), None, None)  # type: ignore[arg-type]
    assert found.map_fields(np.array([2, 3]), 1)[0].tolist() == [2, 3]
