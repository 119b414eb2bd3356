"""PowerPC, 32 bits: where the references stand in machine code (Power ISA, book I; PowerPC supplement to the ABI)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.halves import ANYWHERE, AWAY, BRANCH, ON, Steps, partners, rows_at
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread, only_spread
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.immediate import Immediate
from elfdiff.values import dataclass

MACHINE = 20
"""EM_PPC."""
ELF_CLASS = 32
BYTE_ORDER = "big"

BRANCH24 = Immediate(4, ((2, 2, 24),))
BRANCH14 = Immediate(4, ((2, 2, 14),))
HIGH = Immediate(4, ((0, 16, 16),), 0x8000)
"""@ha: the upper half, rounded, for the lower one is signed."""
LOW = Immediate(4, ((0, 0, 16),))
BIAS = 0x8000
"""What position-independent code keeps in r30 is the address of its part of .got2 and this."""
BIASED_HIGH = Immediate(4, ((0, 16, 16),), 0x8000 + BIAS)
BIASED_LOW = Immediate(4, ((0, 0, 16),), BIAS)

HERE = 0x429F0005
"""BCL 20,31,$+4: puts the address of what follows into the link register."""
NOP = 0x60000000
FAR = 32
"""Instructions between that and ADDIS."""
_SCRATCH = 0x1FF9
"""r0 and r3 to r12: what a call may overwrite."""


def references(code: Code) -> CodeReferences:
    """Branches; in fixed code addresses of LIS and a second instruction, in other code the address of .got2."""
    w = np.frombuffer(code.data, dtype=">u4", count=len(code.data) // 4).astype(np.int64)
    at = 4 * np.arange(len(w), dtype=np.int64)
    here = at + code.address
    opcode = w >> 26
    found = branches(code, w)
    spread = [*found.spread]
    to, source = w >> 21 & 31, w >> 16 & 31
    origin = np.zeros(len(w), dtype=np.int64) if code.absolute else _origins(w, here)
    high = (opcode == 15) & (source == 0 if code.absolute else origin != 0)
    value = origin + ((w & 0xFFFF) << 16)
    uses = (opcode == 14) | ((opcode >= 32) & (opcode < 56)) if code.absolute else opcode == 14
    maker = partners(
        Steps(
            np.where(high, to, -1), value, np.where(uses & (source != 0), np.int64(1) << source, 0),
            _written(w, opcode, to, source, found.calls), found.flow, found.goal, found.starts,
        )
    )  # fmt: skip
    rows = np.flatnonzero(maker >= 0)
    made = maker[rows]
    target = (value[made] + LOW.take(w[rows]) - (0 if code.absolute else BIAS)) & 0xFFFFFFFF
    makers, which = np.unique(made, return_index=True)
    if code.absolute:
        spread.append(Spread(ReferenceKind.MEMORY, LOW, at[rows], target, Base.NOTHING))
        spread.append(Spread(ReferenceKind.MEMORY, HIGH, at[makers], target[which], Base.NOTHING))
    else:
        spread.append(Spread(ReferenceKind.MEMORY, BIASED_LOW, at[rows], target, Base.PLACE, origin[made]))
        spread.append(Spread(ReferenceKind.MEMORY, BIASED_HIGH, at[makers], target[which], Base.PLACE, origin[makers]))
    return only_spread(tuple(spread))


@dataclass(frozen=True)
class Branches:
    """Branches of code as references, and what :class:`Steps` asks for: ``flow``, ``goal`` and ``starts`` by
    instruction; ``calls`` are those that come back."""

    spread: tuple[Spread, ...]
    flow: npt.NDArray[np.uint8]
    goal: Ints
    starts: Flags
    calls: Flags


def branches(code: Code, w: Ints) -> Branches:
    """Relative branches among the words ``w`` of code (Power ISA, book I, 2.4)."""
    at = 4 * np.arange(len(w), dtype=np.int64)
    opcode, relative, link = w >> 26, w & 2 == 0, w & 1 == 1
    jump = (opcode == 18) & relative
    conditional = (opcode == 16) & relative & (w != HERE)
    flow = np.full(len(w), ON, dtype=np.uint8)
    flow[conditional & ~link] = BRANCH
    flow[jump & ~link] = AWAY
    # BLR and BCTR that are always taken; conditional ones may go on.
    flow[(w & 0xFFE007FF == 0x4E800020)] = AWAY
    flow[(w & 0xFFE007FF == 0x4E800420)] = ANYWHERE
    goal = np.full(len(w), -1, dtype=np.int64)
    spread = []
    for immediate, chosen in ((BRANCH24, jump), (BRANCH14, conditional)):
        rows = np.flatnonzero(chosen)
        there = at[rows] + immediate.take(w[rows])
        goal[rows] = rows_at(at, there)
        spread.append(Spread(ReferenceKind.BRANCH, immediate, at[rows], there + code.address, Base.SITE))
    starts = np.zeros(len(w), dtype=bool)
    first = rows_at(at, code.starts)
    starts[first[first >= 0]] = True
    return Branches(tuple(spread), flow, goal, starts, link & (jump | conditional))


def _origins(w: Ints, here: Ints) -> Ints:
    """For each ADDIS to a register that MFLR gave the address of a place shortly before: that address; 0 elsewhere."""
    out = np.zeros(len(w), dtype=np.int64)
    words = w.tolist()
    for row in np.flatnonzero(w == HERE).tolist():
        register = -1
        for index in range(row + 1, min(row + FAR, len(words))):
            word = words[index]
            if word & 0xFC1FFFFF == 0x7C0802A6:
                register = word >> 21 & 31
            elif word >> 26 == 15 and word >> 16 & 31 == register > 0:
                out[index] = here[row] + 4
                break
    return out


def _written(w: Ints, opcode: Ints, to: Ints, source: Ints, calls: Flags) -> Ints:
    """General registers that each instruction overwrites, as bits; too many rather than too few."""
    one = np.int64(1)
    # Logical instructions give rA; stores, compares, branches and floating-point ones give none, but with update rA.
    gives_source = np.isin(opcode, (20, 21, 23, 24, 25, 26, 27, 28, 29))
    nothing = ((opcode >= 36) & (opcode < 40)) | np.isin(opcode, (44, 45, 47, 10, 11, 16, 17, 18, 19)) | (opcode >= 48)
    out: Ints = np.where(gives_source, one << source, np.where(nothing, 0, one << to))
    out = np.where(opcode == 31, one << to | one << source, out)
    update = ((opcode >= 32) & (opcode < 56)) & (opcode & 1 == 1) & (opcode != 47)
    out = np.where(update, out | one << source, out)
    out = np.where(opcode == 46, np.int64(0xFFFFFFFF) & ~((one << to) - 1), out)
    return np.asarray(np.where(calls | (w & 0xFC0007FF == 0x4C000421), _SCRATCH, out))


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but NOP, or zeros, which are no instruction."""
    del address
    if len(code) % 4:
        return not any(code)
    words = np.frombuffer(code, dtype=">u4")
    return bool(((words == NOP) | (words == 0)).all())
