"""RELR tables: addresses of relocated words, packed (gABI, "Relative Relocation Table"); unpacked, and packed again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elfdiff.values import dataclass

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

MAX_PLACES = 1 << 24
"""Words that one table may relocate."""


@dataclass(frozen=True, slots=True)
class PackedTable:
    """``a_length`` bytes at ``a_at`` of a, whose addresses, put through the map, make ``length`` bytes at ``at`` of b.

    ``word``: bytes of an entry. ``parted``: the packing starts anew in every section (mold).
    """

    a_at: int
    a_length: int
    at: int
    length: int
    word: int
    parted: bool
    little: bool


def unpacked(data: bytes, word: int, little: bool, most: int = MAX_PLACES) -> Ints | None:
    """Addresses of every word that a table relocates; None if they are more than ``most``."""
    bits = 8 * word - 1
    shifts = np.arange(1, 8 * word, dtype=np.uint64)
    out: list[Ints] = []
    base = total = 0
    for value in np.frombuffer(data[: len(data) // word * word], dtype=f"{'<' if little else '>'}u{word}").tolist():
        if value & 1:
            used = (np.uint64(value) >> shifts) & np.uint64(1)
            out.append(base + word * np.flatnonzero(used).astype(np.int64))
            base += word * bits
        elif value < 1 << 62:
            out.append(np.array([value], dtype=np.int64))
            base = value + word
        total += len(out[-1]) if out else 0
        if total > min(most, MAX_PLACES):
            return None
    return np.concatenate(out) if out else np.zeros(0, dtype=np.int64)


def packed(addresses: Ints, word: int, little: bool, length: int, edges: Ints | None) -> bytes | None:
    """The table of these addresses, filled up to ``length`` bytes with empty bitmaps; None if it is longer.

    ``edges``: addresses where sections begin, if the packing starts anew in each.
    """
    # numpy's unique hashes: a hundred times slower than this.
    places = np.sort(addresses)
    places = places[np.diff(places, prepend=places[:1] - 1) != 0]
    parts = [places] if edges is None else np.split(places, np.searchsorted(places, np.sort(edges)))
    out: list[int] = []
    for part in parts:
        _pack(part.tolist(), word, out)
    count = length // word
    if len(out) > count or length % word:
        return None
    out += [1] * (count - len(out))
    return np.array(out, dtype=np.uint64).astype(f"{'<' if little else '>'}u{word}").tobytes()


def _pack(places: list[int], word: int, out: list[int]) -> None:
    bits = 8 * word - 1
    index = 0
    while index < len(places):
        out.append(places[index])
        base = places[index] + word
        index += 1
        while index < len(places):
            bitmap = 0
            while index < len(places):
                distance = places[index] - base
                if distance >= bits * word or distance % word:
                    break
                bitmap |= 1 << (distance // word)
                index += 1
            if not bitmap:
                break
            out.append(bitmap << 1 | 1)
            base += bits * word
