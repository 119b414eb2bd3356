"""Alpha: where the references stand in code (Alpha Architecture Handbook; Tru64 calling standard, gp in r29)."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.halves import ANYWHERE, AWAY, BRANCH, ON, Steps, partners, rows_at
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread, only_spread
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.immediate import Immediate

MACHINE = 0x9026
"""EM_ALPHA."""
ELF_CLASS = 64
BYTE_ORDER = "little"

BRANCH21 = Immediate(4, ((0, 2, 21),))
BIAS = 0x8000
"""The global pointer is the start of .got and this."""
FROM_PLACE_HIGH = Immediate(4, ((0, 16, 16),), 2 * BIAS)
"""LDAH of the global pointer less where the code is; the lower half is signed."""
FROM_PLACE_LOW = Immediate(4, ((0, 0, 16),), BIAS)
HIGH = Immediate(4, ((0, 16, 16),))
"""!gprelhigh: what the global pointer is too much is what rounding adds."""
LOW = Immediate(4, ((0, 0, 16),), BIAS)

_NOPS = (0x2FFE0000, 0x47FF041F, 0)
"""UNOP, NOP, and what is no instruction of a program."""
_GP, _FAR = 29, 16
_CALLED = 0x3FFF01FF
"""r0 to r8 and r16 to r29: what a call may overwrite."""


def references(code: Code) -> CodeReferences:
    """Branches; the global pointer made of the address of a function or of a return; what is addressed from it."""
    w = np.frombuffer(code.data, dtype="<u4", count=len(code.data) // 4).astype(np.int64)
    at = 4 * np.arange(len(w), dtype=np.int64)
    here = at + code.address
    opcode, to, source = w >> 26, w >> 21 & 31, w >> 16 & 31
    branch = opcode >= 0x30
    rows = np.flatnonzero(branch)
    goals = here[rows] + 4 + BRANCH21.take(w[rows])
    spread = [Spread(ReferenceKind.BRANCH, BRANCH21, at[rows], goals, Base.SITE, 4)]
    made = _pointers(w, here)
    if not made:
        return only_spread(tuple(spread))
    values = [value for _, _, value in made]
    pointer = max(sorted(set(values)), key=values.count)
    table = pointer - BIAS
    first = np.array([high for high, _, value in made if value == pointer], dtype=np.int64)
    second = np.array([low for _, low, value in made if value == pointer], dtype=np.int64)
    start = np.full(len(first), table, dtype=np.int64)
    order = np.argsort(second)
    spread.append(Spread(ReferenceKind.MEMORY, FROM_PLACE_HIGH, at[first], start, Base.SITE))
    spread.append(
        Spread(
            ReferenceKind.MEMORY, FROM_PLACE_LOW, at[second[order]], start, Base.SITE, (at[first] - at[second])[order]
        )
    )
    flow = np.full(len(w), ON, dtype=np.uint8)
    flow[branch & (opcode != 0x34)] = BRANCH
    flow[opcode == 0x30] = AWAY
    jumps = opcode == 0x1A
    flow[jumps & (w >> 14 & 3 == 0)] = ANYWHERE
    flow[jumps & (w >> 14 & 3 == 2)] = AWAY
    goal = np.full(len(w), -1, dtype=np.int64)
    goal[rows] = rows_at(at, goals - code.address)
    starts = np.zeros(len(w), dtype=bool)
    begins = rows_at(at, code.starts)
    starts[begins[begins >= 0]] = True
    high = (opcode == 9) & (source == _GP) & (to != _GP)
    uses = (opcode == 8) | ((opcode >= 0xA) & (opcode < 0x10)) | ((opcode >= 0x20) & (opcode < 0x30))
    value = pointer + (_signed(w) << 16)
    calls = (opcode == 0x34) | (jumps & (w >> 14 & 3 == 1))
    maker = partners(
        Steps(
            np.where(high, to, -1), value, np.where(uses & (source != 31), np.int64(1) << source, 0),
            _written(w, opcode, to, calls), flow, goal, starts,
        )
    )  # fmt: skip
    used = np.flatnonzero(maker >= 0)
    target = value[maker[used]] + _signed(w[used])
    makers, which = np.unique(maker[used], return_index=True)
    alone = np.flatnonzero(uses & (source == _GP) & (to != _GP))
    for chosen, places in ((used, target), (alone, pointer + _signed(w[alone]))):
        base = np.full(len(chosen), table, dtype=np.int64)
        spread.append(Spread(ReferenceKind.MEMORY, LOW, at[chosen], places, Base.PLACE, base))
    base = np.full(len(makers), table, dtype=np.int64)
    spread.append(Spread(ReferenceKind.MEMORY, HIGH, at[makers], target[which], Base.PLACE, base))
    return only_spread(tuple(spread))


def _pointers(w: Ints, here: Ints) -> list[tuple[int, int, int]]:
    """Rows of LDAH gp,(r27) or (r26) and of the LDA behind it, and what they make of the address of the first."""
    found: list[tuple[int, int, int]] = []
    words = w.tolist()
    for row in np.flatnonzero((w >> 16 == 0x27BB) | (w >> 16 == 0x27BA)).tolist():
        for other in range(row + 1, min(row + _FAR, len(words))):
            if words[other] >> 16 == 0x23BD:
                value = int(here[row]) + (_half(words[row]) << 16) + _half(words[other])
                found.append((row, other, value))
                break
    return found


def _half(word: int) -> int:
    return ((word & 0xFFFF) ^ BIAS) - BIAS


def _signed(words: Ints) -> Ints:
    return ((words & 0xFFFF) ^ BIAS) - BIAS


def _written(w: Ints, opcode: Ints, to: Ints, calls: Flags) -> Ints:
    """General registers that each instruction overwrites, as bits; too many rather than too few."""
    one = np.int64(1)
    nothing = np.isin(opcode, (0xD, 0xE, 0xF, 0x2C, 0x2D)) | ((opcode >= 0x14) & (opcode < 0x18))
    nothing |= ((opcode >= 0x20) & (opcode < 0x28)) | (opcode > 0x30)
    out: Ints = np.where(nothing, 0, one << to)
    operate = ((opcode >= 0x10) & (opcode < 0x14)) | (opcode == 0x1C)
    out = np.where(operate, one << (w & 31), out)
    return np.asarray(np.where(calls | (opcode == 0), _CALLED, out))


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but UNOP, NOP, or zeros."""
    del address
    if len(code) % 4:
        return not any(code)
    return bool(np.isin(np.frombuffer(code, dtype="<u4"), _NOPS).all())
