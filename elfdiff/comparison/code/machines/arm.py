"""ARM, 32 bits: where the references stand in ARM and Thumb-2 code (Arm ARM, DDI 0406, chapters A5 to A8).

A function is read as the one or as the other, whichever it looks like: stripped files do not tell.
"""

from __future__ import annotations

import itertools

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.halves import ANYWHERE, AWAY, BRANCH, ON, Steps, partners, rows_at
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread, only_spread
from elfdiff.comparison.runs import Ints
from elfdiff.elf.immediate import Immediate
from elfdiff.values import dataclass, field

MACHINE = 40
"""EM_ARM."""
ELF_CLASS = 32
BYTE_ORDER = "little"

WORD = Immediate(4, ((0, 0, 32),))
BRANCH24 = Immediate(4, ((0, 2, 24),))
EXCHANGE24 = Immediate(4, ((0, 2, 24), (24, 1, 1)))
"""BLX to Thumb code: H is bit 1 of the distance."""
SLOT = (Immediate(4, ((0, 20, 8),)), Immediate(4, ((0, 12, 8),)), Immediate(4, ((0, 0, 12),)))
"""The PLT's ADD, ADD and LDR (bfd's and LLD's short entry)."""
LOW16 = Immediate(4, ((0, 0, 12), (16, 12, 4)))
HIGH16 = Immediate(4, ((0, 16, 12), (16, 28, 4)))
# A 32-bit Thumb instruction is two halfwords; as a little-endian word the first of them is the lower half.
THUMB_CALL = Immediate(4, ((10, 24, 1), (0, 12, 10), (16, 1, 11), (29, 23, 1), (27, 22, 1)), 0, ((29, 24), (27, 24)))
THUMB_EXCHANGE = Immediate(
    4, ((10, 24, 1), (0, 12, 10), (17, 2, 10), (29, 23, 1), (27, 22, 1)), 0, ((29, 24), (27, 24))
)
THUMB_LOW16 = Immediate(4, ((16, 0, 8), (28, 8, 3), (10, 11, 1), (0, 12, 4)))
THUMB_HIGH16 = Immediate(4, ((16, 16, 8), (28, 24, 3), (10, 27, 1), (0, 28, 4)))

LEAST = 16
"""Bytes of a function that show what it is."""
STRETCH = 8
"""Instructions that show that code of the other kind begins."""
ARM_NOPS = frozenset({0xE1A00000, 0xE320F000, 0})
THUMB_NOPS = frozenset({0xBF00, 0x46C0, 0x0000})


@dataclass(slots=True)
class _Found:
    """What one pass over the code collects: rows for :class:`Steps`, and single fields by layout and base."""

    at: list[int] = field(default_factory=list)
    sets: list[int] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    flow: list[int] = field(default_factory=list)
    goal: list[int] = field(default_factory=list)
    fields: list[tuple[Immediate, ReferenceKind, int, int, int]] = field(default_factory=list)
    """Layout, kind, offset, distance from the field to where it counts from, target."""
    counts: dict[int, int] = field(default_factory=dict)
    """Row that adds the program counter → the address that it adds."""

    def step(self, at: int, sets: int = -1, value: int = 0, reads: int = 0, flow: int = ON, goal: int = -1) -> None:
        """One instruction."""
        self.at.append(at)
        self.sets.append(sets)
        self.value.append(value)
        self.reads.append(reads)
        self.flow.append(flow)
        self.goal.append(goal)


def references(code: Code) -> CodeReferences:
    """Branches; literals that the program counter is added to; addresses of MOVW and MOVT, or in literals, in fixed
    code.
    """
    found = _Found()
    spread: list[Spread] = []
    mostly_arm = _is_arm(code.data)
    if mostly_arm:
        spread += _linkage(code)
    edges = sorted({0, len(code.data), *(start for start in code.starts.tolist() if start % 2 == 0)})
    for begin, end in itertools.pairwise(edges):
        if end - begin < LEAST or begin % 4:
            (_arm if mostly_arm and begin % 4 == 0 else _thumb)(code, found, begin, end)
            continue
        for start, stop, is_arm in _stretches(code.data, begin, end):
            (_arm if is_arm else _thumb)(code, found, start, stop)
    low, high = (LOW16, HIGH16) if mostly_arm else (THUMB_LOW16, THUMB_HIGH16)
    layouts = sorted({entry[0] for entry in found.fields}, key=str)
    for layout in layouts:
        for kind in (ReferenceKind.BRANCH, ReferenceKind.MEMORY):
            rows = sorted(entry[2:] for entry in found.fields if entry[0] == layout and entry[1] == kind)
            table = np.array(rows, dtype=np.int64).reshape(-1, 3)
            spread.append(Spread(kind, layout, table[:, 0].copy(), table[:, 2].copy(), Base.SITE, table[:, 1].copy()))
    return only_spread((*spread, *_built(code, found, low, high)))


def _built(code: Code, found: _Found, low: Immediate, high: Immediate) -> list[Spread]:
    """Literals that an instruction adds the program counter to, and numbers of MOVW and MOVT."""
    at = np.array(found.at, dtype=np.int64)
    count = len(at)
    starts = np.zeros(count, dtype=bool)
    first = rows_at(at, code.starts)
    starts[first[first >= 0]] = True
    value = np.array(found.value, dtype=np.int64)
    maker = partners(
        Steps(
            np.array(found.sets, dtype=np.int64), value, np.array(found.reads, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.array(found.flow, dtype=np.uint8), rows_at(at, np.array(found.goal, dtype=np.int64)), starts,
        )
    )  # fmt: skip
    data = np.frombuffer(code.data, dtype=np.uint8)
    literals: dict[int, tuple[int, int]] = {}
    halves: list[tuple[int, int, int]] = []
    taken = set(found.counts)
    for row in np.flatnonzero(maker >= 0).tolist():
        made = int(maker[row])
        if row in taken:
            place = found.value[made]
            if place < 0:
                continue
            word = int.from_bytes(data[place : place + 4].tobytes(), "little")
            literals[place] = ((word + found.counts[row]) & 0xFFFFFFFF, found.counts[row])
        elif found.value[made] < 0:
            number = ~found.value[made] | found.value[row] << 16
            halves.append((found.at[made], found.at[row], number))
    places = sorted(literals)
    out = [
        Spread(
            ReferenceKind.MEMORY, WORD, np.array(places, dtype=np.int64),
            np.array([literals[p][0] for p in places], dtype=np.int64), Base.PLACE,
            np.array([literals[p][1] for p in places], dtype=np.int64),
        )
    ]  # fmt: skip
    if code.absolute:
        for immediate, column in ((low, 0), (high, 1)):
            rows = sorted({(half[column], half[2]) for half in halves})
            once = dict(rows)
            out.append(
                Spread(
                    ReferenceKind.MEMORY, immediate, np.array(sorted(once), dtype=np.int64),
                    np.array([once[key] for key in sorted(once)], dtype=np.int64), Base.NOTHING,
                )
            )  # fmt: skip
        alone = sorted({v for s, v in zip(found.sets, found.value, strict=True) if s >= 0 and v >= 0} - set(literals))
        words = np.array([int.from_bytes(data[p : p + 4].tobytes(), "little") for p in alone], dtype=np.int64)
        plausible = words >= 0x10000
        out.append(
            Spread(
                ReferenceKind.MEMORY, WORD, np.array(alone, dtype=np.int64)[plausible], words[plausible], Base.NOTHING
            )
        )
    return out


def _is_arm(code: bytes) -> bool:
    """Most instructions of ARM are executed always: the topmost four bits are 1110."""
    words = np.frombuffer(code, dtype="<u4", count=len(code) // 4)
    return 2 * int(np.count_nonzero(words >> 28 == 0xE)) > len(words)


def _stretches(data: bytes, begin: int, end: int) -> list[tuple[int, int, bool]]:
    """Parts of ARM and of Thumb code between two places: what stands behind a function without being one is another's.

    As few parts as may be: each must gain ``STRETCH`` words that look like it.
    """
    words = np.frombuffer(data, dtype="<u4", count=(end - begin) // 4, offset=begin)
    looks = (words >> 28 == 0xE).tolist()
    share = sum(looks)
    # Literals look like nothing.
    loads = np.flatnonzero(words & 0xFF7F0000 == 0xE51F0000)
    distance = (words[loads] & 0xFFF).astype(np.int64)
    places = loads + 2 + np.where(words[loads] >> 23 & 1, distance, -distance) // 4
    literals = set(places.tolist())
    if min(share, len(looks) - share) < STRETCH:
        return [(begin, end, 2 * share > len(looks))]
    score = [0, 0]
    came: list[tuple[bool, bool]] = []
    for index, arm in enumerate(looks):
        # From the other one; 0 is Thumb, 1 is ARM.
        from_other = (score[1] - STRETCH > score[0], score[0] - STRETCH > score[1])
        came.append(from_other)
        before = tuple(score)
        score = [
            before[1] - STRETCH if from_other[0] else before[0],
            before[0] - STRETCH if from_other[1] else before[1],
        ]
        score[arm] += index not in literals
    state = int(score[1] > score[0])
    cuts: list[tuple[int, bool]] = []
    for index in range(len(came) - 1, -1, -1):
        if came[index][state]:
            cuts.append((index, bool(state)))
            state = 1 - state
    edges = [(0, bool(state)), *reversed(cuts)]
    ends = [begin + 4 * index for index, _ in edges[1:]] + [end]
    return [(begin + 4 * index, stop, arm) for (index, arm), stop in zip(edges, ends, strict=True)]


def _arm(code: Code, found: _Found, begin: int, end: int) -> None:
    words = np.frombuffer(code.data, dtype="<u4", count=(end - begin) // 4, offset=begin).tolist()
    size = len(code.data)
    literal: set[int] = set()
    for index, w in enumerate(words):
        at = begin + 4 * index
        if at in literal:
            continue
        condition = w >> 28
        if w >> 25 & 7 == 5:
            immediate = EXCHANGE24 if condition == 15 else BRANCH24
            distance = int(immediate.take(np.array([w], dtype=np.int64))[0])
            goal = at + 8 + distance
            found.fields.append((immediate, ReferenceKind.BRANCH, at, 8, goal + code.address))
            if condition != 15 and not w >> 24 & 1:
                found.step(at, flow=AWAY if condition == 14 else BRANCH, goal=goal)
        elif w & 0x0F7F0000 == 0x051F0000 and w >> 12 & 15 != 15:
            place = at + 8 + (w & 0xFFF if w >> 23 & 1 else -(w & 0xFFF))
            if 0 <= place <= size - 4 and place % 4 == 0:
                literal.add(place)
                found.step(at, sets=w >> 12 & 15, value=place)
        elif w & 0x0FFF0FF0 == 0x008F0000 or w & 0x0FBF0FF0 == 0x079F0000:
            # ADD rd, pc, rm and LDR(B) rd, [pc, rm].
            found.counts[len(found.at)] = at + 8 + code.address
            found.step(at, reads=1 << (w & 15))
        elif w & 0x0FF00000 == 0x03000000:
            found.step(at, sets=w >> 12 & 15, value=~(w >> 4 & 0xF000 | w & 0xFFF))
        elif w & 0x0FF00000 == 0x03400000:
            found.step(at, value=w >> 4 & 0xF000 | w & 0xFFF, reads=1 << (w >> 12 & 15))
        elif condition == 14 and (w & 0x0FFFFFF0 == 0x012FFF10 or w & 0x0FFF8000 == 0x08BD8000):
            found.step(at, flow=AWAY)
        elif condition == 14 and (w & 0x0E50F000 == 0x0410F000 or w & 0x0DE0F000 == 0x0080F000):
            found.step(at, flow=ANYWHERE)


def _thumb(code: Code, found: _Found, begin: int, end: int) -> None:
    halves = np.frombuffer(code.data, dtype="<u2", count=(end - begin) // 2, offset=begin).tolist()
    size = len(code.data)
    literal: set[int] = set()
    index = most = 0

    def load(at: int, register: int, distance: int) -> None:
        place = (at + 4 & ~3) + distance
        if at < place <= size - 4:
            literal.add(place)
            found.step(at, sets=register, value=place)

    while index < len(halves):
        at, h = begin + 2 * index, halves[index]
        if at in literal:
            index += 2
            continue
        index += 1
        if h >> 11 < 0x1D:
            if h >> 11 == 5:
                most = h & 0xFF
            elif h >> 11 == 9:
                load(at, h >> 8 & 7, 4 * (h & 0xFF))
            elif h & 0xFF78 == 0x4478:
                found.counts[len(found.at)] = at + 4 + code.address
                found.step(at, reads=1 << (h >> 4 & 8 | h & 7))
            elif h >> 11 == 0x1C:
                found.step(at, flow=AWAY, goal=at + 4 + 2 * ((h & 0x7FF ^ 0x400) - 0x400))
            elif h >> 12 == 13 and h >> 8 & 15 < 14:
                found.step(at, flow=BRANCH, goal=at + 4 + 2 * ((h & 0xFF ^ 0x80) - 0x80))
            elif h & 0xF500 == 0xB100:
                found.step(at, flow=BRANCH, goal=at + 4 + 2 * (h >> 3 & 31 | h >> 4 & 32))
            elif h & 0xFF87 == 0x4700 or h & 0xFF00 == 0xBD00:
                found.step(at, flow=AWAY)
            continue
        if index >= len(halves):
            break
        k = halves[index]
        index += 1
        w = h | k << 16
        if h >> 11 == 0x1E and (k >> 14 == 3 or k & 0xD000 == 0x9000):
            exchange = k & 0xD000 == 0xC000
            immediate = THUMB_EXCHANGE if exchange else THUMB_CALL
            distance = int(immediate.take(np.array([w], dtype=np.int64))[0])
            base = 4 - (at + code.address & 2 if exchange else 0)
            found.fields.append((immediate, ReferenceKind.BRANCH, at, base, at + base + distance + code.address))
            if k >> 14 == 2:
                found.step(at, flow=AWAY, goal=at + 4 + distance)
        elif h & 0xFF7F == 0xF85F and k >> 12 != 15:
            load(at, k >> 12, k & 0xFFF if h & 0x80 else -(k & 0xFFF))
        elif h & 0xFBF0 in (0xF240, 0xF2C0) and not k & 0x8000:
            number = (h & 15) << 12 | (h >> 10 & 1) << 11 | (k >> 12 & 7) << 8 | k & 0xFF
            if h & 0x80:
                found.step(at, value=number, reads=1 << (k >> 8 & 15))
            else:
                found.step(at, sets=k >> 8 & 15, value=~number)
        elif h == 0xE8BD and k & 0x8000:
            found.step(at, flow=AWAY)
        elif h & 0xFFF0 == 0xE8D0 and k & 0xFFE0 == 0xF000:
            found.step(at, flow=ANYWHERE)
            if h & 15 == 15:
                # TBB and TBH with the table behind them, as long as the comparison before said.
                index += most + 1 if k & 16 else most // 2 + 1
        elif h & 0xFFF0 == 0xF1B0 and k & 0xFF00 == 0x0F00:
            most = k & 0xFF


def _linkage(code: Code) -> list[Spread]:
    """Entries of the PLT: ADD ip, pc, #…; ADD ip, ip, #…; LDR pc, [ip, #…]!, together the distance to a slot of the
    GOT.
    """
    w = np.frombuffer(code.data, dtype="<u4", count=len(code.data) // 4).astype(np.int64)
    if len(w) < 3:
        return []
    hit = (
        (w[:-2] & 0xFFFFFF00 == 0xE28FC600) & (w[1:-1] & 0xFFFFFF00 == 0xE28CCA00) & (w[2:] & 0xFFFFF000 == 0xE5BCF000)
    )
    rows = np.flatnonzero(hit)
    base: Ints = 4 * rows + code.address + 8
    distance = (w[rows] & 0xFF) << 20 | (w[rows + 1] & 0xFF) << 12 | w[rows + 2] & 0xFFF
    target = base + distance & 0xFFFFFFFF
    return [Spread(ReferenceKind.MEMORY, SLOT[part], 4 * (rows + part), target, Base.PLACE, base) for part in range(3)]


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but NOP of either kind, or zeros."""
    del address
    if len(code) % 4 == 0 and all(
        int.from_bytes(code[i : i + 4], "little") in ARM_NOPS for i in range(0, len(code), 4)
    ):
        return True
    return len(code) % 2 == 0 and all(
        int.from_bytes(code[i : i + 2], "little") in THUMB_NOPS for i in range(0, len(code), 2)
    )
