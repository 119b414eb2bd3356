"""RISC-V, 64 bits: where the references stand in machine code (RISC-V unprivileged ISA, chapters RV32I and "C")."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.halves import ANYWHERE, AWAY, BRANCH, ON, Steps, partners, rows_at
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread, only_spread
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.immediate import Immediate

MACHINE = 243
"""EM_RISCV."""
ELF_CLASS = 64
BYTE_ORDER = "little"

JUMP = Immediate(4, ((31, 20, 1), (21, 1, 10), (20, 11, 1), (12, 12, 8)))
CONDITIONAL = Immediate(4, ((31, 12, 1), (25, 5, 6), (8, 1, 4), (7, 11, 1)))
SHORT_JUMP = Immediate(2, ((12, 11, 1), (11, 4, 1), (9, 8, 2), (8, 10, 1), (7, 6, 1), (6, 7, 1), (3, 1, 3), (2, 5, 1)))
SHORT_CONDITIONAL = Immediate(2, ((12, 8, 1), (10, 3, 2), (5, 6, 2), (3, 1, 2), (2, 5, 1)))
HIGH = Immediate(4, ((12, 12, 20),), 0x800)
"""AUIPC: the upper 20 bits, rounded, for the lower 12 are signed."""
LOW_LOAD = Immediate(4, ((20, 0, 12),))
LOW_STORE = Immediate(4, ((7, 0, 5), (25, 5, 7)))

NOP, SHORT_NOP = 0x00000013, 0x0001
_SCRATCH = 0xF003FCE2
"""ra, t0 to t6 and a0 to a7: what a call may overwrite (RISC-V calling convention, "Integer Register Convention")."""


def references(code: Code) -> CodeReferences:
    """Branches, and distances that AUIPC and a second instruction build."""
    at = _places(code.data)
    w = _words(code.data, at)
    here = at + code.address
    short = w & 3 != 3
    opcode = np.where(short, -1, w & 0x7F)

    def near(chosen: Flags, immediate: Immediate) -> Spread:
        rows = np.flatnonzero(chosen)
        return Spread(ReferenceKind.BRANCH, immediate, at[rows], here[rows] + immediate.take(w[rows]), Base.SITE)

    jump = opcode == 0x6F
    conditional = opcode == 0x63
    short_jump = short & (w & 0xE003 == 0xA001)
    short_conditional = short & (w & 0xC003 == 0xC001)
    groups = (
        (jump, JUMP),
        (conditional, CONDITIONAL),
        (short_jump, SHORT_JUMP),
        (short_conditional, SHORT_CONDITIONAL),
    )
    spread = [near(chosen, immediate) for chosen, immediate in groups]
    goal = np.full(len(w), -1, dtype=np.int64)
    for (chosen, _), group in zip(groups, spread, strict=True):
        goal[chosen] = rows_at(at, group.target - code.address)
    to = w >> 7 & 31
    calls = jump & (to != 0)
    goal[calls] = -1
    flow = np.full(len(w), ON, dtype=np.uint8)
    flow[conditional | short_conditional] = BRANCH
    flow[(jump & ~calls) | short_jump] = AWAY
    through = (opcode == 0x67) & (to == 0)
    # C.JR and C.JALR: the register is in bits 11:7, rs2 is 0.
    short_through = short & (w & 0xE07F == 0x8002) & (to != 0)
    through |= short_through & (w & 0x1000 == 0)
    flow[through] = ANYWHERE
    # RET is JR of the link register.
    source = np.where(short, to, w >> 15 & 31)
    flow[through & (source == 1)] = AWAY
    high = opcode == 0x17
    add = (opcode == 0x13) & (w >> 12 & 7 == 0)
    load = (opcode == 0x03) | (opcode == 0x07) | (opcode == 0x67)
    store = (opcode == 0x23) | (opcode == 0x27)
    starts = np.zeros(len(w), dtype=bool)
    first = rows_at(at, code.starts)
    starts[first[first >= 0]] = True
    base = here + HIGH.take(w)
    maker = partners(
        Steps(
            np.where(high & (to != 0), to, -1), base, np.where(add | load | store, np.int64(1) << source, 0),
            _written(w, short, opcode, to, calls | (short_through & (w & 0x1000 != 0))), flow, goal, starts,
        )
    )  # fmt: skip
    rows = np.flatnonzero(maker >= 0)
    low = np.where(store[rows], LOW_STORE.take(w[rows]), LOW_LOAD.take(w[rows]))
    target = base[maker[rows]] + low
    # The lower part counts from AUIPC, too: where registers from two of them meet, each has its own.
    for immediate, chosen in ((LOW_STORE, store[rows]), (LOW_LOAD, ~store[rows])):
        mine = rows[chosen]
        spread.append(Spread(ReferenceKind.MEMORY, immediate, at[mine], target[chosen], Base.PLACE, here[maker[mine]]))
    makers, which = np.unique(maker[rows], return_index=True)
    spread.append(Spread(ReferenceKind.MEMORY, HIGH, at[makers], target[which], Base.SITE))
    return only_spread(tuple(spread))


def _places(code: bytes) -> Ints:
    """Where instructions begin: 2 bytes each if the lowest two bits are not 11, else 4."""
    halves = np.frombuffer(code, dtype="<u2", count=len(code) // 2)
    long = (halves & 3 == 3).tolist()
    out: list[int] = []
    index, count = 0, len(long)
    while index < count:
        if long[index]:
            if index + 1 >= count:
                break
            out.append(index)
            index += 2
        else:
            out.append(index)
            index += 1
    return 2 * np.array(out, dtype=np.int64)


def _words(code: bytes, at: Ints) -> Ints:
    """The instruction at each place; two bytes of a short one."""
    halves = np.append(np.frombuffer(code, dtype="<u2", count=len(code) // 2).astype(np.int64), 0)
    low = halves[at // 2]
    return np.where(low & 3 == 3, low | halves[at // 2 + 1] << 16, low)


def _written(w: Ints, short: Flags, opcode: Ints, to: Ints, calls: Flags) -> Ints:
    """Integer registers that each instruction overwrites, as bits; too many rather than too few."""
    one = np.int64(1)
    # Stores, branches and floating-point instructions but for those that give an integer (OP-FP with bit 31 set).
    reads_only = np.isin(opcode, (0x23, 0x27, 0x63, 0x0F, 0x07, 0x43, 0x47, 0x4B, 0x4F))
    reads_only |= (opcode == 0x53) & (w >> 31 & 1 == 0)
    out: Ints = np.where(short | reads_only, 0, one << to)
    quadrant, function = w & 3, w >> 13 & 7
    compact_low = one << (8 + (w >> 2 & 7))
    compact_high = one << (8 + (w >> 7 & 7))
    # Quadrant 0: C.ADDI4SPN, C.LW, C.LD give rd'; 1: all but jumps and branches give rd or rd'; 2: all but stores give
    # rd.
    out = np.where(short & (quadrant == 0) & np.isin(function, (0, 2, 3)), compact_low, out)
    out = np.where(short & (quadrant == 1) & (function < 4), one << to, out)
    out = np.where(short & (quadrant == 1) & (function == 4), compact_high, out)
    out = np.where(short & (quadrant == 2) & np.isin(function, (0, 2, 3)), one << to, out)
    out = np.where(short & (quadrant == 2) & (function == 4) & (w >> 2 & 31 != 0), one << to, out)
    out = np.where(calls | ((opcode == 0x67) & (to != 0)), _SCRATCH, out)
    return out


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but NOP of either length, or zeros, which are no instruction."""
    del address
    at = _places(code)
    words = _words(code, at)
    known = (words == NOP) | (words == SHORT_NOP) | (words == 0)
    return len(code) % 2 == 0 and bool(known.all()) and int((2 + 2 * (words & 3 == 3)).sum()) == len(code)
