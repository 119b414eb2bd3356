"""Hash tables of dynamic symbols, made from the symbols: they hold nothing of their own.

Given the symbols' order and the sizes of its parts, a table is determined to the byte. Sources: gABI "Hash Table"; for
the GNU table, its first description (binutils mailing list, 2006-06) and glibc's elf/dl-lookup.c.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elfdiff.values import dataclass

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]

KINDS = ("gnu", "sysv")
MAX_WORDS = 1 << 24
"""Entries of one part of a table."""


@dataclass(frozen=True, slots=True)
class HashTable:
    """One table: ``length`` bytes at ``at``, over ``count`` symbols of ``entry`` bytes at ``symbols_at``.

    Offsets are file offsets; names stand at ``names_at``, ``names_size`` bytes. ``kind``: one of :data:`KINDS`.
    ``width``: bytes of a word of the GNU table's filter, or of an entry of the other one. ``head``: the sizes of its
    parts: of the GNU table the first four words, of the other one the first two.
    """

    kind: str
    at: int
    length: int
    symbols_at: int
    count: int
    entry: int
    names_at: int
    names_size: int
    width: int
    little: bool
    head: tuple[int, ...]


def rebuilt(data: Bytes, table: HashTable) -> bytes | None:
    """The table for the symbols in ``data``; None if it would not be ``length`` bytes, or a name is not inside."""
    head = table.head
    if len(head) != (2 if table.kind == "sysv" else 4) or any(not 0 <= value < 1 << 32 for value in head):
        return None
    if table.symbols_at < 0 or table.symbols_at + table.count * table.entry > len(data) or table.count > MAX_WORDS:
        return None
    if table.names_at < 0 or table.names_at + table.names_size > len(data):
        return None
    names = data[table.names_at : table.names_at + table.names_size]
    at = table.symbols_at + table.entry * np.arange(table.count, dtype=np.int64)
    order = np.arange(4) if table.little else np.arange(3, -1, -1)
    starts = sum(data[at + index].astype(np.int64) << (8 * place) for index, place in enumerate(order.tolist()))
    if table.kind == "sysv":
        return _sysv(table, _hashes(names, np.asarray(starts), 0))
    if head[1] > table.count:
        return None
    return _gnu(table, _hashes(names, np.asarray(starts)[head[1] :], 5381))


def _hashes(names: Bytes, starts: Ints, first: int) -> Words | None:
    """The hash of each name: GNU's where ``first`` is 5381, else the gABI's. None if a name leaves the string table."""
    out = np.full(len(starts), first, dtype=np.uint32)
    active = np.arange(len(starts))
    at = starts
    while len(active):
        if len(at) and (int(at.min()) < 0 or int(at.max()) >= len(names)):
            return None
        letter = names[at].astype(np.uint32)
        goes_on = letter != 0
        active, at, letter = active[goes_on], at[goes_on] + 1, letter[goes_on]
        if first:
            out[active] = out[active] * np.uint32(33) + letter
        else:
            value = (out[active] << np.uint32(4)) + letter
            high = value & np.uint32(0xF0000000)
            out[active] = (value ^ (high >> np.uint32(24))) & np.uint32(0x0FFFFFFF)
    return out


def _gnu(table: HashTable, hashes: Words | None) -> bytes | None:
    buckets, first, words, shift = table.head
    if hashes is None or not 0 < buckets <= MAX_WORDS or not 0 < words <= MAX_WORDS or shift > 31:
        return None
    if 16 + words * table.width + 4 * (buckets + len(hashes)) != table.length:
        return None
    mark = "<" if table.little else ">"
    bits = 8 * table.width
    bloom = np.zeros(words, dtype=np.uint64)
    place = (hashes // np.uint32(bits)) % np.uint32(words)
    for value in (hashes, hashes >> np.uint32(shift)):
        np.bitwise_or.at(bloom, place, np.uint64(1) << (value % np.uint32(bits)).astype(np.uint64))
    bucket = hashes % np.uint32(buckets)
    starts = np.zeros(buckets, dtype=np.uint32)
    # Backwards, so that the first symbol of a bucket is written last.
    starts[bucket[::-1]] = np.arange(first + len(hashes) - 1, first - 1, -1, dtype=np.uint32)
    chain = hashes & np.uint32(0xFFFFFFFE)
    last = np.ones(len(hashes), dtype=bool)
    last[:-1] = bucket[1:] != bucket[:-1]
    chain[last] |= np.uint32(1)
    parts = (np.array(table.head, dtype=mark + "u4"), bloom.astype(f"{mark}u{table.width}"), starts.astype(mark + "u4"))
    return b"".join(part.tobytes() for part in (*parts, chain.astype(mark + "u4")))


def _sysv(table: HashTable, hashes: Words | None) -> bytes | None:
    """Each symbol is put in front of its bucket, in the order of their numbers (LLD, gold, mold)."""
    buckets, chains = table.head
    if hashes is None or not 0 < buckets <= MAX_WORDS or chains != table.count or not chains:
        return None
    if table.width * (2 + buckets + chains) != table.length:
        return None
    bucket = hashes % np.uint32(buckets)
    numbers = np.arange(1, chains, dtype=np.int64)
    order = np.lexsort((numbers, bucket[1:]))
    ranked, of = numbers[order], bucket[1:][order]
    chain = np.zeros(chains, dtype=np.int64)
    same = of[1:] == of[:-1]
    chain[ranked[1:][same]] = ranked[:-1][same]
    starts = np.zeros(buckets, dtype=np.int64)
    starts[bucket[1:]] = numbers
    mark = "<" if table.little else ">"
    whole = np.concatenate((np.array(table.head, dtype=np.int64), starts, chain))
    return whole.astype(f"{mark}u{table.width}").tobytes()
