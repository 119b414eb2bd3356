"""Dynamic symbols that stand where the table of their hashes says (DT_GNU_HASH): its chains repeat every hash."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.image import Image
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.model import Section
from elfdiff.values import dataclass

SHT_GNU_HASH = 0x6FFFFFF6
LONGEST = 4096
"""Bytes of a name; a longer one is not looked at."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """For each symbol of a table: whether the hash table has a place for it, and whether it holds another hash
    there."""

    listed: Flags
    wrong: Flags


def hashed(image: Image, symbols: Section) -> Hashed | None:
    """What DT_GNU_HASH says of a symbol table; None without one that fits."""
    table = image.elf.dynsym
    hashes = next((s for s in image.elf.sections if s.type == SHT_GNU_HASH and s.link == symbols.index), None)
    if table is None or hashes is None or hashes.span is None or hashes.span.length < 16:
        return None
    at, size = image.place(hashes)
    buckets, first, blooms, _ = image.numbers(at + 4 * np.arange(4, dtype=np.int64), 4).tolist()
    chains = 16 + image.word * blooms + 4 * buckets
    count = len(table) - first
    if count <= 0 or chains + 4 * count > size:
        return None
    held = image.numbers(at + chains + 4 * np.arange(count, dtype=np.int64), 4)
    found = gnu_hashes(table.names.data, table.table["name"][first:].astype(np.int64))
    none = np.zeros(first, dtype=bool)
    return Hashed(np.arange(len(table)) >= first, np.concatenate((none, held | 1 != found | 1)))


def confirmed(partner: Ints, a: Hashed | None, b: Hashed | None) -> Ints:
    """Partners without symbols that stand elsewhere than their file's hash table says, or that only one of the two
    lists."""
    if a is None or b is None:
        return partner
    out = partner.copy()
    known = np.flatnonzero(out >= 0)
    there = out[known]
    out[known[a.wrong[known] | b.wrong[there] | (a.listed[known] != b.listed[there])]] = -1
    return out


def gnu_hashes(names: bytes, starts: Ints) -> Ints:
    """The hash of each name (LSB, "DT_GNU_HASH": 5381, then 33 times it and the next byte, in 32 bits)."""
    data = np.frombuffer(names + b"\0", dtype=np.uint8)
    out = np.full(len(starts), 5381, dtype=np.int64)
    rows = np.flatnonzero((starts >= 0) & (starts < len(names)))
    for index in range(LONGEST):
        byte = data[np.minimum(starts[rows] + index, len(names))]
        rows = rows[byte != 0]
        if not len(rows):
            break
        out[rows] = (out[rows] * 33 + byte[byte != 0]) & 0xFFFFFFFF
    return out
