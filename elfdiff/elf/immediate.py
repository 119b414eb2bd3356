"""Immediate: how a number is spread over an instruction's word. Plain data, so that a proof can carry it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elfdiff.patterns import late
from elfdiff.values import dataclass

Ints = npt.NDArray[np.int64]

_TEXT = late(r"([1248])\+(\d{1,9})((?: \d{1,2}:\d{1,2}:\d{1,2})+)((?: \d{1,2}\^\d{1,2})*)\Z")


@dataclass(frozen=True, slots=True)
class Immediate:
    """A word of ``width`` bytes in the file's byte order that holds bits of a number among bits that are none of it.

    ``parts`` are (lowest bit in the word, lowest bit in the number, bits). ``rounding`` is added to the number first:
    half a unit where a second instruction adds a signed rest. ``crossed`` are (bit in the word, bit of the number): the
    bit in the word is also inverted unless that bit of the number is set (Thumb's J1 and J2).
    """

    width: int
    parts: tuple[tuple[int, int, int], ...]
    rounding: int = 0
    crossed: tuple[tuple[int, int], ...] = ()

    @property
    def mask(self) -> int:
        """The bits of the word that are the number's."""
        out = 0
        for low, _, bits in self.parts:
            out |= ((1 << bits) - 1) << low
        return out

    def put(self, words: Ints, numbers: Ints) -> Ints:
        """``words`` (unsigned, as they stand in a file) with other numbers in them; what does not fit is cut off."""
        out = words & ~np.int64(self.mask)
        numbers = numbers + np.int64(self.rounding)
        for low, bit, bits in self.parts:
            out |= ((numbers >> np.int64(bit)) & np.int64((1 << bits) - 1)) << np.int64(low)
        for low, bit in self.crossed:
            out ^= (~(numbers >> np.int64(bit)) & np.int64(1)) << np.int64(low)
        return out

    def take(self, words: Ints) -> Ints:
        """The numbers in ``words``, from the highest bit named sign-extended; bits that are not there are 0."""
        out = np.zeros(len(words), dtype=np.int64)
        top = max(bit + bits for _, bit, bits in self.parts)
        for low, bit, bits in self.parts:
            out |= ((words >> np.int64(low)) & np.int64((1 << bits) - 1)) << np.int64(bit)
        held = {low: bit for low, bit, _ in self.parts}
        for low, bit in self.crossed:
            out ^= (~(out >> np.int64(bit)) & np.int64(1)) << np.int64(held[low])
        half = np.int64(1 << (top - 1))
        return (out ^ half) - half

    def __str__(self) -> str:
        parts = "".join(f" {low}:{bit}:{bits}" for low, bit, bits in self.parts)
        return f"{self.width}+{self.rounding}{parts}" + "".join(f" {low}^{bit}" for low, bit in self.crossed)


def parsed(text: str) -> Immediate:
    """The immediate that ``str`` gave. Raises ValueError, also if it could not be held in 63 bits."""
    found = _TEXT.match(text)
    if found is None:
        raise ValueError(f"not an immediate: {text!r}")
    width = int(found[1])
    triples = [tuple(int(n) for n in part.split(":")) for part in found[3].split()]
    pairs = [tuple(int(n) for n in part.split("^")) for part in found[4].split()]
    parts = tuple((low, bit, bits) for low, bit, bits in triples)
    crossed = tuple((low, bit) for low, bit in pairs)
    fits = all(low + bits <= 8 * width and bit + bits <= 62 and 0 < bits <= 32 for low, bit, bits in parts)
    if not fits or any(low >= 8 * width or bit > 61 for low, bit in crossed):
        raise ValueError(f"not an immediate: {text!r}")
    return Immediate(width, parts, int(found[2]), crossed)
