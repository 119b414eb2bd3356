"""Deflate blocks as Go writes them: which kind each becomes, and with which Huffman tables (huffman_bit_writer.go)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.goflate.bits import BitWriter, Counts, Words
from elfdiff.accounting.goflate.huffman import (
    CODEGEN_ORDER,
    END,
    LITERALS,
    OFFSETS,
    Code,
    Codegen,
    codegen,
    fixed_literals,
    fixed_offsets,
    generate,
)
from elfdiff.accounting.goflate.matching import Matches
from elfdiff.values import dataclass

_LENGTH_EXTRA = np.array([0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [0], dtype=np.int64)
"""Extra bits of each length code from 257 on (RFC 1951, section 3.2.5)."""
_LENGTH_BASE = np.array(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 255],
    dtype=np.int64,
)
"""The least length of each code, less 3."""
_OFFSET_EXTRA = np.array([0, 0] + [bits for bits in range(14) for _ in (0, 1)], dtype=np.int64)
_OFFSET_BASE = np.concatenate(([0], np.cumsum(1 << _OFFSET_EXTRA)[:-1])).astype(np.int64)
"""The least distance of each code, less 1."""
_FEW = 250
"""The fixed code is tried for fewer tokens only (from Go 1.27 on)."""
_GUESSED_HEADER = 70 * 8
_PENALTY = 7
"""A new table must save a 128th more than it seems to."""


@dataclass(frozen=True, eq=False)
class Tokens:
    """A block's literals and matches in order. ``symbols``: literal or length code. Distances only where a match is."""

    symbols: Counts
    matched: npt.NDArray[np.intp]
    length: Counts
    offset: Counts
    offset_code: Counts

    @cached_property
    def counts(self) -> tuple[list[int], list[int]]:
        """How often each literal or length occurs, without an end of block; and each offset code."""
        return (
            np.bincount(self.symbols, minlength=LITERALS).tolist(),
            np.bincount(self.offset_code, minlength=OFFSETS).tolist(),
        )

    def __len__(self) -> int:
        return len(self.symbols)

    @cached_property
    def extra(self) -> int:
        """Extra bits of all lengths and offsets."""
        codes = self.symbols[self.matched] - 257
        return int(_LENGTH_EXTRA[codes].sum() + _OFFSET_EXTRA[self.offset_code].sum())

    def written(self, literals: Code, offsets: Code) -> tuple[Words, Counts]:
        """One value of at most 48 bits a token."""
        codes, widths = literals.arrays
        values, size = codes[self.symbols], widths[self.symbols]
        here = self.matched
        code = self.symbols[here] - 257
        value, width = values[here], size[here]
        offset_codes, offset_widths = offsets.arrays
        for more, bits in (
            (self.length - _LENGTH_BASE[code], _LENGTH_EXTRA[code]),
            (offset_codes[self.offset_code], offset_widths[self.offset_code]),
            (self.offset - _OFFSET_BASE[self.offset_code], _OFFSET_EXTRA[self.offset_code]),
        ):
            value = value | more.astype(np.uint64) << width.astype(np.uint64)
            width = width + bits
        values[here], size[here] = value, width
        return values, size


def tokens(data: bytes, matches: Matches) -> Tokens:
    """Matches, and a literal for every byte between them."""
    edges = np.zeros(len(data) + 1, dtype=np.int64)
    edges[matches.at] += 1
    np.subtract.at(edges, matches.at + matches.length, 1)
    alone = np.cumsum(edges[:-1]) == 0
    begins = np.zeros(len(data), dtype=bool)
    begins[matches.at] = True
    symbols = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    length, offset = matches.length - 3, matches.distance - 1
    symbols[matches.at] = 257 + np.searchsorted(_LENGTH_BASE, length, side="right") - 1
    kept = alone | begins
    return Tokens(
        symbols[kept],
        np.flatnonzero(begins[kept]),
        length,
        offset,
        (np.searchsorted(_OFFSET_BASE, offset, side="right") - 1).astype(np.int64),
    )


class Blocks(ABC):
    """Writes one block after the other."""

    def __init__(self, out: BitWriter) -> None:
        self.out = out

    @abstractmethod
    def block(self, data: bytes, matches: Matches, last: bool) -> None:
        """A block of at least 128 bytes; ``last``: nothing follows but the end."""

    @abstractmethod
    def small(self, data: bytes) -> None:
        """A last block of fewer bytes."""

    @abstractmethod
    def close(self) -> None:
        """The empty block that ends the stream."""

    def _stored(self, data: bytes, flag: int = 0) -> None:
        self.out.put(flag, 3)
        self.out.align()
        self.out.put(len(data), 16)
        self.out.put(len(data) ^ 0xFFFF, 16)
        self.out.put_bytes(data)

    def _header(self, literals: int, offsets: int, header: Codegen) -> None:
        put = self.out.put
        put(4, 3)
        put(literals - 257, 5)
        put(offsets - 1, 5)
        put(header.count - 4, 4)
        for symbol in CODEGEN_ORDER[: header.count]:
            put(header.code.lengths[symbol], 3)
        for symbol, extra, width in header.items:
            put(header.code.codes[symbol], header.code.lengths[symbol])
            if width:
                put(extra, width)

    def _literals(self, data: bytes, code: Code) -> None:
        codes, widths = code.arrays
        symbols = np.frombuffer(data, dtype=np.uint8)
        self.out.put_many(codes[symbols], widths[symbols])

    def _end(self, code: Code) -> None:
        self.out.put(code.codes[END], code.lengths[END])


def _used(counts: list[int]) -> int:
    """Up to and with the last one that is not 0."""
    return next((index + 1 for index in range(len(counts) - 1, -1, -1) if counts[index]), 0)


class OldBlocks(Blocks):
    """Up to Go 1.26: every block has a table of its own, or is stored if that saves less than a 16th."""

    def block(self, data: bytes, matches: Matches, last: bool) -> None:
        found = tokens(data, matches)
        if len(found) > len(data) - (len(data) >> 4):
            self._only_literals(data)
            return
        counts, offsets = [list(part) for part in found.counts]
        counts[END] = 1
        used = _used(offsets)
        if not used:
            offsets[0] = used = 1
        codes = generate(counts, 15), generate(offsets, 15)
        header = codegen(codes[0].lengths[: _used(counts)], codes[1].lengths[:used])
        if not self._worth_it(data, header.size + codes[0].size(counts) + codes[1].size(offsets)):
            return
        self._header(_used(counts), used, header)
        self.out.put_many(*found.written(*codes))
        self._end(codes[0])

    def small(self, data: bytes) -> None:
        if len(data) <= 16:
            self._stored(data)
        else:
            self._only_literals(data)

    def close(self) -> None:
        self._stored(b"", 1)

    def _worth_it(self, data: bytes, size: int) -> bool:
        """Extra bits do not count; a block that shrinks too little is stored."""
        if (len(data) + 5) * 8 < size + (size >> 4):
            self._stored(data)
            return False
        return True

    def _only_literals(self, data: bytes) -> None:
        counts = np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=LITERALS).tolist()
        counts[END] = 1
        code = generate(counts, 15)
        header = codegen(code.lengths[: END + 1], [1])
        # One offset is counted, with one bit, though none is written.
        if self._worth_it(data, header.size + code.size(counts) + 1):
            self._header(END + 1, 1, header)
            self._literals(data, code)
            self._end(code)


class NewBlocks(Blocks):
    """From Go 1.27 on: a block goes on with the last one's tables where that seems to be shorter."""

    def __init__(self, out: BitWriter) -> None:
        super().__init__(out)
        self.open = 0
        """Bits of the header whose tables are in use; 0: no block is open."""
        self.only_literals = False
        self.codes = Code([0] * LITERALS, [0] * LITERALS), Code([0] * OFFSETS, [0] * OFFSETS)
        self.fixed = fixed_literals(), fixed_offsets()

    def block(self, data: bytes, matches: Matches, last: bool) -> None:
        if not len(matches.at):
            self._store(data)
            return
        found = tokens(data, matches)
        if len(found) > len(data) - (len(data) >> 4):
            self._as_literals(data, last)
        else:
            self._dynamic(data, found, last)

    def small(self, data: bytes) -> None:
        if len(data) <= 32:
            self._store(data)
        else:
            self._as_literals(data, True)

    def close(self) -> None:
        self._close_block()
        self.out.put(3, 3)
        self.out.put(0, 7)

    def _close_block(self) -> None:
        if self.open:
            self._end(self.codes[0])
            self.open = 0

    def _store(self, data: bytes) -> None:
        self._close_block()
        self._stored(data)

    def _dynamic(self, data: bytes, found: Tokens, last: bool) -> None:
        counts, offsets = [list(part) for part in found.counts]
        counts[END] = 1
        number = len(found) + (1 if last else 0)
        if self.only_literals and self.open:
            self._close_block()
            self.only_literals = False
        if self.open and not (self.codes[0].can_write(counts) and self.codes[1].can_write(offsets)):
            self._close_block()
        stored = (len(data) + 5) * 8
        used = _used(offsets)
        if not used:
            offsets[0] = used = 1
        if self.open:
            again = self.codes[0].size(counts) + self.codes[1].size(offsets) + found.extra
            new = self.open + _estimate(found.counts, number, last)
            new += self.codes[0].lengths[END] + (new >> _PENALTY)
            if new < again:
                self._close_block()
            size = min(new, again)
            if number < _FEW and self._fixed_size(counts, offsets, found) + 7 < size:
                self._fixed(data, found, stored <= size)
                return
            if stored <= size:
                self._store(data)
                return
        if not self.open:
            self.codes = generate(counts, 15), generate(offsets, 15)
            header = codegen(self.codes[0].lengths[: _used(counts)], self.codes[1].lengths[:used])
            size = header.size + self.codes[0].size(counts) + self.codes[1].size(offsets) + found.extra
            if number < _FEW and (fixed := self._fixed_size(counts, offsets, found)) <= size:
                self._fixed(data, found, stored <= fixed)
                return
            if stored <= size:
                self._store(data)
                return
            self._header(_used(counts), used, header)
            self.open = header.size
            self.only_literals = False
        self.out.put_many(*found.written(*self.codes))
        if last:
            self._close_block()

    def _fixed_size(self, counts: list[int], offsets: list[int], found: Tokens) -> int:
        return 3 + self.fixed[0].size(counts) + self.fixed[1].size(offsets) + found.extra

    def _fixed(self, data: bytes, found: Tokens, stored: bool) -> None:
        """With the fixed code, or stored if that is no longer."""
        if stored:
            self._store(data)
            return
        self._close_block()
        self.out.put(2, 3)
        self.out.put_many(*found.written(*self.fixed))
        self._end(self.fixed[0])

    def _as_literals(self, data: bytes, last: bool) -> None:
        counts = np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=END + 1).tolist()
        stored = (len(data) + 5) * 8
        if len(data) > 1024 and _is_even(counts, len(data)):
            self._store(data)
            return
        counts[END] = 1
        code = generate(counts, 15)
        estimate = code.size(counts) + (self.open or _GUESSED_HEADER)
        estimate += estimate >> _PENALTY
        if stored <= estimate:
            self._store(data)
            return
        literals = counts[:END]
        if self.open and not (self.codes[0].can_write(literals) and self.codes[0].size(literals) <= estimate):
            self._close_block()
        if not self.open:
            self.codes = Code(code.codes + [0] * 29, code.lengths + [0] * 29), self.codes[1]
            header = codegen(code.lengths, [1])
            self._header(END + 1, 1, header)
            self.only_literals = True
            self.open = header.size
        self._literals(data, self.codes[0])
        if last:
            self._close_block()
            self.only_literals = False


def _is_even(counts: list[int], size: int) -> bool:
    """Every byte occurs about equally often."""
    average, total = size / 256, 0.0
    for count in counts[:256]:
        total += (count - average) * (count - average)
        if total >= size * 2:
            return False
    return True


def _estimate(counts: tuple[list[int], list[int]], number: int, last: bool) -> int:
    """Bits that a new table would give the tokens, in single precision as Go computes them on x86.

    The end of a block counts among the tokens only if it has been added to them (``last``), and has 15 bits.
    """
    literals = np.array(counts[0][:END], dtype=np.int64)
    lengths = np.array(counts[0][END + 1 :], dtype=np.int64)
    offsets = np.array(counts[1], dtype=np.int64)
    matches = int(lengths.sum())
    parts = [_costs(literals, number), np.array([15], dtype=np.float32), _costs(lengths, number)]
    if matches:
        parts.append(_costs(offsets, matches))
    shannon = np.add.accumulate(np.concatenate(parts), dtype=np.float32)[-1]
    extra = int((lengths * _LENGTH_EXTRA[: len(lengths)]).sum() + (offsets * _OFFSET_EXTRA).sum())
    return int(shannon) + extra


def _costs(counts: Counts, total: int) -> npt.NDArray[np.float32]:
    """Bits of all tokens of each kind; 1 to 15 a token."""
    one = np.float32
    number = counts[counts > 0].astype(np.float32)
    share = number * (one(1) / one(total))
    raw = share.view(np.int32)
    log = (((raw >> 23) & 255) - 128).astype(np.float32)
    rest = ((raw & np.int32(-0x7F800001)) + np.int32(127 << 23)).view(np.float32)
    log = log + ((one(-0.34484843) * rest + one(2.02466578)) * rest - one(0.67487759))
    return np.asarray(np.minimum(one(15), np.maximum(one(1), -log)) * number, dtype=np.float32)
