"""Hash tables of symbols, worked out by hand and held against what the gABI and glibc say."""

from __future__ import annotations

import struct

import numpy as np

from elfdiff.accounting.hashing import HashTable, rebuilt

NAMES = b"\0exit\0printf\0syscall\0"
"""Hashes from the first description of the GNU table: exit 0x7c967e3f, printf 0x156b2bb8, syscall 0xbac212a0."""
SYMBOLS = b"".join(struct.pack("<IIQQ", at, 0, 0, 0) for at in (0, 1, 6, 13))


def _table(kind: str, length: int, head: tuple[int, ...], width: int) -> tuple[np.ndarray, HashTable]:
    data = np.frombuffer(SYMBOLS + NAMES, dtype=np.uint8)
    return data, HashTable(kind, 0, length, 0, 4, 24, len(SYMBOLS), len(NAMES), width, True, head)


def test_the_gnu_table_of_three_functions():
    data, table = _table("gnu", 16 + 8 + 4 + 12, (1, 1, 1, 6), 8)
    made = rebuilt(data, table)
    hashes = (0x7C967E3F, 0x156B2BB8, 0xBAC212A0)
    bloom = 0
    for value in hashes:
        bloom |= 1 << value % 64 | 1 << (value >> 6) % 64
    chain = (0x7C967E3E, 0x156B2BB8, 0xBAC212A1)
    assert made == struct.pack("<4IQI3I", 1, 1, 1, 6, bloom, 1, *chain)


def test_a_bucket_without_symbols_is_zero_and_each_chain_ends():
    data, table = _table("gnu", 16 + 8 + 12 + 12, (3, 1, 1, 6), 8)
    made = rebuilt(data, table)
    assert made is not None
    buckets = [value % 3 for value in (0x7C967E3F, 0x156B2BB8, 0xBAC212A0)]
    starts = struct.unpack_from("<3I", made, 24)
    for bucket in range(3):
        assert starts[bucket] == (1 + buckets.index(bucket) if bucket in buckets else 0)


def test_the_old_table_puts_later_symbols_first():
    # gABI, figure "Hashing Function": exit 0x6cf04, printf 0x77905a6, syscall 0x0b09985c.
    data, table = _table("sysv", 4 * (2 + 1 + 4), (1, 4), 4)
    assert rebuilt(data, table) == struct.pack("<7I", 1, 4, 3, 0, 0, 1, 2)


def test_sizes_that_do_not_fit_make_no_table():
    for kind, length, head, width in (
        ("gnu", 40, (0, 1, 1, 6), 8), ("gnu", 44, (1, 1, 1, 6), 8), ("gnu", 40, (1, 9, 1, 6), 8),
        ("gnu", 40, (1, 1, 1, 99), 8), ("sysv", 28, (1, 5), 4), ("sysv", 28, (0, 4), 4), ("gnu", 40, (1, 1), 8),
    ):  # fmt: skip
        data, table = _table(kind, length, head, width)
        assert rebuilt(data, table) is None


def test_a_name_outside_of_the_string_table_makes_no_table():
    data, table = _table("gnu", 40, (1, 1, 1, 6), 8)
    broken = data.copy()
    broken[72:76] = 255
    assert rebuilt(broken, table) is None
