"""PowerPC, 64 bits, little-endian: where the references stand in code (Power ISA, book I; 64-bit ELF V2 ABI)."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.halves import Steps, partners
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread, only_spread
from elfdiff.comparison.code.machines.powerpc import NOP, branches
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.immediate import Immediate

MACHINE = 21
"""EM_PPC64."""
ELF_CLASS = 64
BYTE_ORDER = "little"

BIAS = 0x8000
"""r2 holds the start of .got and this (ELF V2 ABI, 3.4.1)."""
FROM_PLACE_HIGH = Immediate(4, ((0, 16, 16),), 2 * BIAS)
"""@ha of r2 less the address of a function, which begins by making r2 of r12; the lower half is signed."""
FROM_PLACE_LOW = Immediate(4, ((0, 0, 16),), BIAS)
HIGH = Immediate(4, ((0, 16, 16),))
"""@toc@ha: what r2 holds too much is what rounding adds."""
LOW = Immediate(4, ((0, 0, 16),), BIAS)
LOW14 = Immediate(4, ((2, 2, 14),), BIAS)
"""@toc@l of LD, STD and LWA, whose two lowest bits are part of the opcode."""
_SCRATCH = 0x1FF9
"""r0 and r3 to r12: what a call may overwrite."""


def references(code: Code) -> CodeReferences:
    """Branches; the address of .got that functions begin with; what is addressed from there in one step or in two."""
    w = np.frombuffer(code.data, dtype="<u4", count=len(code.data) // 4).astype(np.int64)
    at = 4 * np.arange(len(w), dtype=np.int64)
    here = at + code.address
    opcode = w >> 26
    found = branches(code, w)
    spread = [*found.spread]
    # ADDIS r2,r12 and ADDI r2,r2 behind it.
    begins = np.flatnonzero((w >> 16 == 0x3C4C) & np.append(w[1:] >> 16 == 0x3842, False))
    if not len(begins):
        return only_spread(tuple(spread))
    pointer = here[begins] + (_signed(w[begins]) << 16) + _signed(w[begins + 1])
    values, counts = np.unique(pointer, return_counts=True)
    table = int(values[np.argmax(counts)]) - BIAS
    begins = begins[pointer == table + BIAS]
    start = np.full(len(begins), table, dtype=np.int64)
    spread.append(Spread(ReferenceKind.MEMORY, FROM_PLACE_HIGH, at[begins], start, Base.SITE))
    spread.append(Spread(ReferenceKind.MEMORY, FROM_PLACE_LOW, at[begins] + 4, start, Base.SITE, -4))
    to, source = w >> 21 & 31, w >> 16 & 31
    high = (opcode == 15) & (source == 2) & (to != 2)
    value = table + BIAS + (_signed(w) << 16)
    whole = (opcode == 14) | ((opcode >= 32) & (opcode < 56))
    short = (opcode == 58) | (opcode == 62)
    uses = whole | short
    maker = partners(
        Steps(
            np.where(high, to, -1), value, np.where(uses & (source != 0), np.int64(1) << source, 0),
            _written(w, opcode, to, source, found.calls), found.flow, found.goal, found.starts,
        )
    )  # fmt: skip
    rest = np.where(short, _signed(w & ~np.int64(3)), _signed(w))
    rows = np.flatnonzero(maker >= 0)
    target = value[maker[rows]] + rest[rows]
    makers, which = np.unique(maker[rows], return_index=True)
    alone = np.flatnonzero(uses & (source == 2) & ~((opcode == 14) & (to == 2)))
    for chosen_rows, goals in ((rows, target), (alone, table + BIAS + rest[alone])):
        for immediate, form in ((LOW, whole), (LOW14, short)):
            some = form[chosen_rows]
            place = np.full(int(some.sum()), table, dtype=np.int64)
            spread.append(
                Spread(ReferenceKind.MEMORY, immediate, at[chosen_rows[some]], goals[some], Base.PLACE, place)
            )
    place = np.full(len(makers), table, dtype=np.int64)
    spread.append(Spread(ReferenceKind.MEMORY, HIGH, at[makers], target[which], Base.PLACE, place))
    return only_spread(tuple(spread))


def _signed(words: Ints) -> Ints:
    return ((words & 0xFFFF) ^ BIAS) - BIAS


def _written(w: Ints, opcode: Ints, to: Ints, source: Ints, calls: Flags) -> Ints:
    """General registers that each instruction overwrites, as bits; too many rather than too few."""
    one = np.int64(1)
    gives_source = np.isin(opcode, (20, 21, 23, 24, 25, 26, 27, 28, 29, 30))
    nothing = ((opcode >= 36) & (opcode < 40)) | np.isin(opcode, (44, 45, 47, 10, 11, 16, 17, 18, 19))
    nothing |= ((opcode >= 48) & (opcode < 58)) | ((opcode >= 59) & (opcode < 62)) | (opcode == 63) | (opcode == 62)
    out: Ints = np.where(gives_source, one << source, np.where(nothing, 0, one << to))
    out = np.where(opcode == 31, one << to | one << source, out)
    update = ((opcode >= 32) & (opcode < 56)) & (opcode & 1 == 1) & (opcode != 47)
    update |= ((opcode == 58) | (opcode == 62)) & (w & 3 == 1)
    out = np.where(update, out | one << source, out)
    out = np.where(opcode == 46, np.int64(0xFFFFFFFF) & ~((one << to) - 1), out)
    return np.asarray(np.where(calls | (w & 0xFC0007FF == 0x4C000421), _SCRATCH, out))


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but NOP, or zeros, which are no instruction."""
    del address
    if len(code) % 4:
        return not any(code)
    words = np.frombuffer(code, dtype="<u4")
    return bool(((words == NOP) | (words == 0)).all())
