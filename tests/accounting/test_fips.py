"""The checksum that Go's linker puts into .go.fipsinfo."""

from __future__ import annotations

import hashlib
import hmac
import struct

import numpy as np
import pytest

from elfdiff.accounting.fips import MAGIC, CheckedSum, computed

CONTENT = bytes(range(200))
SECTIONS = [(0, 100, 0x1000), (100, 100, 0x2000)]


def made(*addresses: int) -> bytes:
    """Two sections, then what .go.fipsinfo holds, without a sum."""
    return CONTENT + MAGIC + bytes(32) + struct.pack("<9Q", 0, *addresses)


def test_four_stretches_each_behind_its_length() -> None:
    data = made(0x1000, 0x1010, 0x2000, 0x2000, 0x2008, 0x2010, 0x2060, 0x2064)
    wanted = hmac.new(bytes(32), b"go fips object v1\n", hashlib.sha256)
    for start, end in ((0, 16), (100, 100), (108, 116), (196, 200)):
        wanted.update(struct.pack(">Q", end - start) + CONTENT[start:end])
    got = computed(np.frombuffer(data, np.uint8), CheckedSum(216, 8), True, SECTIONS)
    assert got == wanted.digest()


@pytest.mark.parametrize(
    "addresses",
    [
        (0x1010, 0x1000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000),
        (0x1000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000),
        (0, 1, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000),
        (1 << 63, 1 << 63, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000, 0x2000),
    ],
)
def test_stretches_outside_every_section_have_no_sum(addresses: tuple[int, ...]) -> None:
    assert computed(np.frombuffer(made(*addresses), np.uint8), CheckedSum(216, 8), True, SECTIONS) is None


def test_a_place_without_the_magic_or_behind_the_end_has_no_sum() -> None:
    data = np.frombuffer(made(*[0x1000] * 8), np.uint8)
    assert computed(data, CheckedSum(217, 8), True, SECTIONS) is None
    assert computed(data[:-1], CheckedSum(216, 8), True, SECTIONS) is None
    assert computed(data, CheckedSum(-1, 8), True, SECTIONS) is None
    assert computed(data, CheckedSum(216, 3), True, SECTIONS) is None
