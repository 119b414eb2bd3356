"""Huffman codes as Go's compress/flate makes them (huffman_code.go): boundary package-merge, then RFC 1951, 3.2.2."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from elfdiff.accounting.goflate.bits import Counts, Words
from elfdiff.values import dataclass

LITERALS, OFFSETS, END = 286, 30, 256
CODEGEN_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
"""The order in which lengths of code lengths are written (RFC 1951, section 3.2.7)."""
_NEVER = 1 << 31


@dataclass(frozen=True, eq=False)
class Code:
    """Codes, already turned round for writing, and their lengths; length 0: the symbol has none."""

    codes: list[int]
    lengths: list[int]

    @cached_property
    def arrays(self) -> tuple[Words, Counts]:
        """The same for whole blocks of symbols."""
        return np.array(self.codes, dtype=np.uint64), np.array(self.lengths, dtype=np.int64)

    def size(self, counts: Sequence[int]) -> int:
        """Bits of that many symbols of each kind."""
        return sum(count * length for count, length in zip(counts, self.lengths, strict=False) if count)

    def can_write(self, counts: Sequence[int]) -> bool:
        """Every symbol that occurs has a code."""
        return all(length for count, length in zip(counts, self.lengths, strict=False) if count)


@dataclass(frozen=True, slots=True)
class Codegen:
    """A dynamic block's header, all but its first 17 bits: (symbol, extra bits, their number) and the code for them."""

    items: list[tuple[int, int, int]]
    code: Code
    count: int
    """Lengths of code lengths that are written."""

    @property
    def size(self) -> int:
        """Bits of the whole header."""
        return 17 + 3 * self.count + sum(self.code.lengths[symbol] + width for symbol, _, width in self.items)


def generate(counts: Sequence[int], longest: int) -> Code:
    """The code for these counts, none longer than ``longest`` bits."""
    found = [(count, symbol) for symbol, count in enumerate(counts) if count]
    codes, lengths = [0] * len(counts), [0] * len(counts)
    if len(found) <= 2:
        for value, symbol in enumerate(sorted(symbol for _, symbol in found)):
            codes[symbol], lengths[symbol] = value, 1
        return Code(codes, lengths)
    found.sort()
    code, end = 0, len(found)
    for width, number in enumerate(_numbers([count for count, _ in found], longest)):
        code <<= 1
        for symbol in sorted(symbol for _, symbol in found[end - number : end]):
            codes[symbol], lengths[symbol] = _reversed(code, width), width
            code += 1
        end -= number
    return Code(codes, lengths)


def _reversed(code: int, width: int) -> int:
    return int(f"{code:0{width}b}"[::-1], 2)


def _numbers(counts: list[int], longest: int) -> list[int]:
    """How many symbols get each length, 0 first; ``counts`` ascend, and there are three or more.

    One level of the package-merge a length; each remembers how many leaves stand left of its last node on each level.
    """
    size = len(counts)
    counts = [*counts, _NEVER]
    longest = min(longest, size - 1)
    last = [counts[1]] * (longest + 2)
    following = [counts[2]] * (longest + 2)
    pair = [counts[0] + counts[1]] * (longest + 2)
    pair[1] = _NEVER
    needed = [0] * (longest + 2)
    needed[longest] = 2 * size - 4
    leaves = [[0] * (longest + 1) for _ in range(longest + 1)]
    for level in range(1, longest + 1):
        leaves[level][level] = 2
    level = longest
    while True:
        if pair[level] == _NEVER and following[level] == _NEVER:
            needed[level] = 0
            pair[level + 1] = _NEVER
            level += 1
            continue
        before = last[level]
        if following[level] < pair[level]:
            number = leaves[level][level] + 1
            last[level] = following[level]
            leaves[level][level] = number
            following[level] = counts[number]
        else:
            last[level] = pair[level]
            leaves[level][:level] = leaves[level - 1][:level]
            needed[level - 1] = 2
        needed[level] -= 1
        if needed[level] == 0:
            if level == longest:
                break
            pair[level + 1] = before + last[level]
            level += 1
        else:
            while needed[level - 1] > 0:
                level -= 1
    top = leaves[longest]
    return [0, *(top[level] - top[level - 1] for level in range(longest, 0, -1))]


def codegen(literals: Sequence[int], offsets: Sequence[int]) -> Codegen:
    """The header that gives these code lengths (RFC 1951, section 3.2.7)."""
    items: list[tuple[int, int, int]] = []
    sizes = [*literals, *offsets]
    at = 0
    while at < len(sizes):
        size = sizes[at]
        end = at
        while end < len(sizes) and sizes[end] == size:
            end += 1
        count = end - at
        at = end
        if size:
            items.append((size, 0, 0))
            count -= 1
            while count >= 3:
                items.append((16, min(6, count) - 3, 2))
                count -= min(6, count)
        else:
            while count >= 11:
                items.append((18, min(138, count) - 11, 7))
                count -= min(138, count)
            if count >= 3:
                items.append((17, count - 3, 3))
                count = 0
        items += [(size, 0, 0)] * count
    counts = [0] * len(CODEGEN_ORDER)
    for symbol, _, _ in items:
        counts[symbol] += 1
    used = len(CODEGEN_ORDER)
    while used > 4 and not counts[CODEGEN_ORDER[used - 1]]:
        used -= 1
    return Codegen(items, generate(counts, 7), used)


def fixed_literals() -> Code:
    """RFC 1951, section 3.2.6."""
    codes, lengths = [], []
    for symbol in range(LITERALS):
        if symbol < 144:
            code, width = symbol + 48, 8
        elif symbol < 256:
            code, width = symbol + 400 - 144, 9
        elif symbol < 280:
            code, width = symbol - 256, 7
        else:
            code, width = symbol + 192 - 280, 8
        codes.append(_reversed(code, width))
        lengths.append(width)
    return Code(codes, lengths)


def fixed_offsets() -> Code:
    """Five bits each."""
    return Code([_reversed(symbol, 5) for symbol in range(OFFSETS)], [5] * OFFSETS)
