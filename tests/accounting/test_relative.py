"""Packed relative relocations: what is unpacked and packed again is the same."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elfdiff.accounting.relative import packed, unpacked


def _pack(addresses: list[int], word: int = 8, entries: int = 64) -> list[int]:
    made = packed(np.array(addresses, dtype=np.int64), word, True, word * entries, None)
    assert made is not None
    return [value for (value,) in struct.iter_unpack("<Q" if word == 8 else "<I", made)]


def test_words_in_a_row_are_one_address_and_one_bitmap():
    assert _pack([0x1000, 0x1008, 0x1010, 0x1020], entries=2) == [0x1000, 0b10111]


def test_what_is_too_far_for_a_bitmap_begins_anew():
    assert _pack([0x1000, 0x3000], entries=2) == [0x1000, 0x3000]


def test_empty_bitmaps_fill_up():
    assert _pack([0x1000], entries=3) == [0x1000, 1, 1]


def test_no_room_is_no_table():
    assert packed(np.array([0x1000, 0x9000]), 8, True, 8, None) is None


def test_sections_begin_anew_where_the_linker_does_so():
    made = packed(np.array([0x1000, 0x1008]), 8, True, 16, np.array([0x1008]))
    assert made == struct.pack("<2Q", 0x1000, 0x1008)


@pytest.mark.parametrize("word", [4, 8])
@given(places=st.sets(st.integers(min_value=1, max_value=5000), max_size=200))
def test_unpacking_gives_the_addresses_again(word, places):
    addresses = np.array(sorted(word * place for place in places), dtype=np.int64)
    made = packed(addresses, word, True, word * 512, None)
    assert made is not None
    assert np.array_equal(np.unique(unpacked(made, word, True)), addresses)
