"""Bits of a deflate stream, least significant first (RFC 1951, section 3.1.1), gathered as arrays and packed once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]


class BitWriter:
    """Takes values of at most 48 bits each, and whole bytes at byte boundaries."""

    def __init__(self) -> None:
        self._done: list[bytes] = []
        self._values: list[Words] = []
        self._widths: list[Counts] = []
        self._few: list[tuple[int, int]] = []
        self._length = 0

    def put(self, value: int, width: int) -> None:
        """One value."""
        self._few.append((value, width))
        self._length += width

    def put_many(self, values: Words, widths: Counts) -> None:
        """Values one after the other."""
        self._settle()
        self._values.append(values)
        self._widths.append(widths)
        self._length += int(widths.sum())

    def align(self) -> None:
        """Zeros up to the next byte."""
        if self._length % 8:
            self.put(0, 8 - self._length % 8)

    def put_bytes(self, data: bytes) -> None:
        """Whole bytes, behind zeros up to the next byte."""
        self._flush()
        self._done.append(data)

    def result(self) -> bytes:
        """Everything so far, filled up to a byte."""
        self._flush()
        return b"".join(self._done)

    def _settle(self) -> None:
        if self._few:
            self._values.append(np.array([value for value, _ in self._few], dtype=np.uint64))
            self._widths.append(np.array([width for _, width in self._few], dtype=np.int64))
            self._few = []

    def _flush(self) -> None:
        self.align()
        self._settle()
        if self._length:
            self._done.append(_packed(np.concatenate(self._values), np.concatenate(self._widths), self._length))
        self._values, self._widths, self._length = [], [], 0


def _packed(values: Words, widths: Counts, length: int) -> bytes:
    """A value reaches into one further word at most, and only the last that begins in a word does."""
    at = np.cumsum(widths) - widths
    word = at >> 6
    shift = (at & 63).astype(np.uint64)
    out = np.zeros((length + 63) // 64 + 1, dtype="<u8")
    first = np.flatnonzero(np.concatenate(([True], word[1:] != word[:-1])))
    out[word[first]] = np.bitwise_or.reduceat(values << shift, first)
    over = np.flatnonzero((at & 63) + widths > 64)
    out[word[over] + 1] |= values[over] >> (np.uint64(64) - shift[over])
    return out.tobytes()[: length // 8]
