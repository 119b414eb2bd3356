"""Go's level 1 matchers: deflatefast.go up to Go 1.26, level1.go from Go 1.27 on.

Both keep one position a hash, and look no further back than 32 KB; both see one block of 65,535 bytes at a time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.goflate.bits import Counts
from elfdiff.values import dataclass

BLOCK, WINDOW = 65535, 1 << 15
LONGEST = 258
_PADDING = bytes(16)
_NOWHERE = -(1 << 40)


@dataclass(frozen=True, slots=True)
class Matches:
    """Where in its block each match begins, how long it is (3 to 258), and how far back the same bytes stand."""

    at: Counts
    length: Counts
    distance: Counts


class Matcher(ABC):
    """Finds the matches of one block after the other; blocks must be asked for in order."""

    BITS: int

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.base = 0
        self.table = [_NOWHERE] * (1 << self.BITS)

    def block(self, start: int, end: int) -> Matches:
        """The matches of ``data[start:end]``, at least 128 bytes."""
        base = max(0, start - WINDOW)
        if base > self.base:
            self.table = (np.array(self.table, dtype=np.int64) - (base - self.base)).tolist()
            self.base = base
        window = self.data[base:end] + _PADDING
        raw = np.frombuffer(window, dtype=np.uint8)
        words = np.ndarray((len(raw) - 8,), dtype="<u8", buffer=window, strides=(1,)).astype(np.uint64)
        hashes: list[int] = self.hashes(words).tolist()
        values: list[int] = (words & np.uint64(0xFFFFFFFF)).tolist()
        found = self.find(window, hashes, values, start - base, end - base)
        table = np.array(found, dtype=np.int64).reshape(-1, 3)
        return Matches(table[:, 0] - (start - base), table[:, 1], table[:, 2])

    @abstractmethod
    def hashes(self, words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        """The hash at every position, of the eight bytes from there on."""

    @abstractmethod
    def find(
        self, window: bytes, hashes: list[int], values: list[int], start: int, end: int
    ) -> list[tuple[int, int, int]]:
        """(at, length, distance) of each match, positions in ``window``; ``values`` are four bytes from each on."""


class OldMatcher(Matcher):
    """Up to Go 1.26: four bytes a hash; a match reaches forward only, and no further than 258 bytes."""

    BITS = 14

    def hashes(self, words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        return ((words & np.uint64(0xFFFFFFFF)) * np.uint64(0x1E35A7BD) & np.uint64(0xFFFFFFFF)) >> np.uint64(18)

    def find(
        self, window: bytes, hashes: list[int], values: list[int], start: int, end: int
    ) -> list[tuple[int, int, int]]:
        table = self.table
        found: list[tuple[int, int, int]] = []
        limit = end - 15
        s = start
        while True:
            skip = 32
            following = s
            while True:
                s = following
                step = skip >> 5
                following = s + step
                skip += step
                if following > limit:
                    return found
                place = hashes[s]
                t = table[place]
                table[place] = s
                if s - t <= WINDOW and values[s] == values[t]:
                    break
            while True:
                i, j = s + 4, t + 4
                stop = min(end, s + LONGEST)
                while values[i] == values[j] and i + 4 <= stop:
                    i += 4
                    j += 4
                unequal = values[i] ^ values[j]
                i += 0 if unequal & 0xFF else 1 if unequal & 0xFFFF else 2 if unequal & 0xFFFFFF else 3
                if i > stop:
                    i = stop
                found.append((s, i - s, s - t))
                s = i
                if s >= limit:
                    return found
                table[hashes[s - 1]] = s - 1
                place = hashes[s]
                t = table[place]
                table[place] = s
                if s - t > WINDOW or values[s] != values[t]:
                    s += 1
                    break


class NewMatcher(Matcher):
    """From Go 1.27 on: five bytes a hash; a match grows both ways, and long ones are cut into several."""

    BITS = 15

    def hashes(self, words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        return ((words << np.uint64(24)) * np.uint64(889523592379)) >> np.uint64(49)

    def find(
        self, window: bytes, hashes: list[int], values: list[int], start: int, end: int
    ) -> list[tuple[int, int, int]]:
        table = self.table
        found: list[tuple[int, int, int]] = []
        limit = end - 11
        s = emitted = start
        while True:
            while True:
                place = hashes[s]
                t = table[place]
                following = s + 2 + ((s - emitted) >> 5)
                if following > limit:
                    return found
                table[place] = s
                place = hashes[following]
                if s - t < WINDOW and values[s] == values[t]:
                    table[place] = following
                    break
                s = following
                following += 1
                t = table[place]
                if s - t < WINDOW and values[s] == values[t]:
                    table[place] = following
                    break
                table[place] = s
                s = following
            while True:
                i, j = s + 4, t + 4
                while values[i] == values[j] and i + 4 <= end:
                    i += 4
                    j += 4
                unequal = values[i] ^ values[j]
                i += 0 if unequal & 0xFF else 1 if unequal & 0xFFFF else 2 if unequal & 0xFFFFFF else 3
                if i > end:
                    i = end
                while t > 0 and s > emitted and window[t - 1] == window[s - 1]:
                    s -= 1
                    t -= 1
                length = i - s
                if length <= LONGEST:
                    found.append((s, length, s - t))
                else:
                    found += _cut(s, length, s - t)
                s = emitted = i
                if following >= s:
                    s = following + 1
                if s >= limit:
                    if s + length + 8 < end:
                        table[hashes[s]] = s
                    return found
                table[hashes[s - 2]] = s - 2
                place = hashes[s]
                t = table[place]
                table[place] = s
                if s - t > WINDOW or values[s] != values[t]:
                    s += 1
                    break


def _cut(at: int, length: int, distance: int) -> list[tuple[int, int, int]]:
    """A long match as several, none shorter than 3 bytes."""
    out: list[tuple[int, int, int]] = []
    while length > 0:
        size = length if length <= LONGEST else LONGEST if length > LONGEST + 3 else LONGEST - 3
        out.append((at, size, distance))
        at += size
        length -= size
    return out
