"""AArch64: where the references stand in machine code (Arm ARM, DDI 0487, chapter C4). An instruction is a word."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.halves import ANYWHERE, AWAY, BRANCH, ON, Steps, partners, rows_at
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread, only_spread
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.immediate import Immediate

MACHINE = 183
"""EM_AARCH64."""
ELF_CLASS = 64
BYTE_ORDER = "little"

BRANCH26 = Immediate(4, ((0, 2, 26),))
BRANCH19 = Immediate(4, ((5, 2, 19),))
"""B.cond, CBZ, CBNZ, and LDR of a literal."""
BRANCH14 = Immediate(4, ((5, 2, 14),))
ADR = Immediate(4, ((29, 0, 2), (5, 2, 19)))
ADRP = Immediate(4, ((29, 12, 2), (5, 14, 19)))
LOW = tuple(Immediate(4, ((10, scale, 12 - scale),)) for scale in range(5))
"""The low 12 bits of an address, in ADD and in loads and stores of 1 << scale bytes (which leave the lowest bits out).
"""

NOP = 0xD503201F
_SCRATCH = 0x4007FFFF
"""x0 to x18 and x30: what a call may overwrite (AAPCS64, 6.1.1)."""


def references(code: Code) -> CodeReferences:
    """Branches, ADR, literals, and addresses that ADRP and a second instruction build."""
    w = np.frombuffer(code.data, dtype="<u4", count=len(code.data) // 4).astype(np.int64)
    at = 4 * np.arange(len(w), dtype=np.int64)
    here = at + code.address

    def near(kind: ReferenceKind, chosen: Flags, immediate: Immediate) -> Spread:
        rows = np.flatnonzero(chosen)
        return Spread(kind, immediate, at[rows], here[rows] + immediate.take(w[rows]), Base.SITE)

    jump = w & 0x7C000000 == 0x14000000
    conditional = (w & 0xFF000010 == 0x54000000) | (w & 0x7E000000 == 0x34000000)
    test = w & 0x7E000000 == 0x36000000
    spread = [
        near(ReferenceKind.BRANCH, jump, BRANCH26),
        near(ReferenceKind.BRANCH, conditional, BRANCH19),
        near(ReferenceKind.BRANCH, test, BRANCH14),
        near(ReferenceKind.MEMORY, w & 0x9F000000 == 0x10000000, ADR),
        near(ReferenceKind.MEMORY, w & 0x3B000000 == 0x18000000, BRANCH19),
    ]
    is_page = w & 0x9F000000 == 0x90000000
    page = np.where(is_page, (here & ~np.int64(0xFFF)) + ADRP.take(w), 0)
    add = w & 0xFFC00000 == 0x91000000
    memory = w & 0x3B000000 == 0x39000000
    # 128-bit loads and stores of vectors have opc<1> set and size 0.
    scale = np.where(memory, np.where((w >> 26 & 1 == 1) & (w >> 23 & 1 == 1), 4, w >> 30 & 3), 0)
    source = w >> 5 & 31
    flow = np.full(len(w), ON, dtype=np.uint8)
    flow[conditional | test] = BRANCH
    flow[jump & (w >> 31 & 1 == 0)] = AWAY
    # BR, BLR, RET and ERET, bits 22:21, and their authenticated forms; BLR comes back.
    through = w & 0xFE000000 == 0xD6000000
    flow[through & (w & 0x00600000 == 0)] = ANYWHERE
    flow[through & (w & 0x00400000 != 0)] = AWAY
    goal = np.full(len(w), -1, dtype=np.int64)
    for immediate, chosen in ((BRANCH26, jump & (w >> 31 & 1 == 0)), (BRANCH19, conditional), (BRANCH14, test)):
        rows = np.flatnonzero(chosen)
        goal[rows] = rows_at(at, at[rows] + immediate.take(w[rows]))
    starts = np.zeros(len(w), dtype=bool)
    first = rows_at(at, code.starts)
    starts[first[first >= 0]] = True
    maker = partners(
        Steps(
            np.where(is_page & (w & 31 != 31), w & 31, -1), page,
            np.where(add | memory, np.int64(1) << source, 0), _written(w), flow, goal, starts,
        )
    )  # fmt: skip
    rows = np.flatnonzero(maker >= 0)
    offset = (w[rows] >> 10 & 0xFFF) << scale[rows]
    target = page[maker[rows]] + offset
    # An address has bits below the page only; a greater offset belongs to a page that ADRP did not give.
    rows, target = rows[offset < 4096], target[offset < 4096]
    for size, immediate in enumerate(LOW):
        chosen = scale[rows] == size
        spread.append(Spread(ReferenceKind.MEMORY, immediate, at[rows[chosen]], target[chosen], Base.NOTHING))
    pages, which = np.unique(maker[rows], return_index=True)
    spread.append(Spread(ReferenceKind.MEMORY, ADRP, at[pages], target[which], Base.PAGE))
    return only_spread(tuple(spread))


def _written(w: Ints) -> Ints:
    """General registers that each instruction overwrites, as bits; too many rather than too few."""
    one = np.int64(1)
    group = w >> 25 & 15
    to = one << (w & 31)
    second = one << (w >> 10 & 31)
    base = one << (w >> 5 & 31)
    status = one << (w >> 16 & 31)
    vector = w >> 26 & 1 == 1
    out = to.copy()
    branch = group & 14 == 10
    out[branch] = 0
    call = (w & 0xFC000000 == 0x94000000) | (w & 0xFFE00000 == 0xD6200000) | (w & 0xFFE00000 == 0xD7200000)
    out[call] = _SCRATCH
    system = branch & (w & 0xFFC00000 == 0xD5000000)
    out[system] = to[system]
    access = group & 5 == 4
    pair = access & (w >> 27 & 7 == 5)
    single = access & (w >> 27 & 7 == 7)
    literal = access & (w >> 27 & 7 == 3) & (w >> 24 & 3 == 0)
    other = access & ~pair & ~single & ~literal
    loads = np.where(pair, w >> 22 & 1 == 1, w >> 22 & 3 != 0) & ~vector
    # Atomic operations (bits 11:10 are 00, bit 21 is 1) load whatever bits 23:22 say.
    loads |= single & ~vector & (w >> 24 & 1 == 0) & (w >> 21 & 1 == 1) & (w >> 10 & 3 != 2)
    found = np.where((single | pair) & loads, to, 0) | np.where(pair & loads, second, 0)
    found |= np.where(literal & ~vector, to, 0)
    found |= np.where(pair & (w >> 23 & 1 == 1), base, 0)
    found |= np.where(single & (w >> 24 & 1 == 0) & (w >> 21 & 1 == 0) & (w >> 10 & 1 == 1), base, 0)
    found |= np.where(other, to | second | base | status, 0)
    return np.asarray(np.where(access, found, out))


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but NOP, or zeros, which are no instruction."""
    del address
    if len(code) % 4:
        return not any(code)
    words = np.frombuffer(code, dtype="<u4")
    return bool(((words == NOP) | (words == 0)).all())
