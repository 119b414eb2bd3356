"""80386: where the references stand in machine code. Decoded by iced-x86 (Intel SDM volume 2)."""

from __future__ import annotations

import numpy as np
from iced_x86 import ConstantOffsets, Decoder, FlowControl, Instruction, Mnemonic, OpKind, Register

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.halves import ANYWHERE, AWAY, BRANCH, ON, Steps, partners, rows_at, without_return
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread
from elfdiff.comparison.code.machines.x86_64 import is_fill
from elfdiff.elf.immediate import Immediate

MACHINE = 3
"""EM_386."""
ELF_CLASS = 32
BYTE_ORDER = "little"

WORD = Immediate(4, ((0, 0, 32),))

_REGISTERS = {
    register: index
    for index, names in enumerate(
        (
            (Register.EAX, Register.AX, Register.AL, Register.AH),
            (Register.ECX, Register.CX, Register.CL, Register.CH),
            (Register.EDX, Register.DX, Register.DL, Register.DH),
            (Register.EBX, Register.BX, Register.BL, Register.BH),
            (Register.ESP, Register.SP),
            (Register.EBP, Register.BP),
            (Register.ESI, Register.SI),
            (Register.EDI, Register.DI),
        )
    )
    for register in names
}
_WHOLE = {
    register: index
    for register, index in _REGISTERS.items()
    if register in (Register.EAX, Register.ECX, Register.EDX, Register.EBX, Register.EBP, Register.ESI, Register.EDI)
}
_EBX = 3
_FIRST_SLOT = 8
MAX_SLOTS = 32
"""Words of one function's stack that are watched."""
_RETURNED = 0b1
"""EAX. ECX and EDX are a caller's only if it knows that the function called leaves them alone (gcc's -fipa-ra): what it
reads there without having written it was not overwritten."""
_ONLY_READ = frozenset({Mnemonic.CMP, Mnemonic.TEST, Mnemonic.PUSH, Mnemonic.BT})
_PASSING = frozenset({Mnemonic.MOV, Mnemonic.ADD, Mnemonic.LEA})
"""What passes the GOT's address on, or adds it to an index."""
_EXCHANGES = frozenset({Mnemonic.XCHG, Mnemonic.XADD})
_HIDDEN = {
    Mnemonic.CDQ: 0b100, Mnemonic.CWDE: 1, Mnemonic.CBW: 1, Mnemonic.CWD: 0b100, Mnemonic.MUL: 0b101,
    Mnemonic.IMUL: 0b101,
    Mnemonic.DIV: 0b101, Mnemonic.IDIV: 0b101, Mnemonic.CPUID: 0b1111, Mnemonic.RDTSC: 0b101, Mnemonic.XGETBV: 0b101,
    Mnemonic.CMPXCHG: 1, Mnemonic.CMPXCHG8B: 0b101, Mnemonic.LEAVE: 1 << 5, Mnemonic.POPAD: 0xFF,
    Mnemonic.LODSB: 0b1000001, Mnemonic.LODSD: 0b1000001, Mnemonic.STOSB: 0b10000010, Mnemonic.STOSD: 0b10000010,
    Mnemonic.STOSW: 0b10000010, Mnemonic.MOVSB: 0b11000010, Mnemonic.MOVSW: 0b11000010, Mnemonic.MOVSD: 0b11000010,
    Mnemonic.CMPSB: 0b11000010, Mnemonic.CMPSD: 0b11000010, Mnemonic.SCASB: 0b10000010, Mnemonic.SCASD: 0b10000010,
    Mnemonic.LOOP: 0b10, Mnemonic.FNSTSW: 1,
}  # fmt: skip
"""Registers that an instruction overwrites though they are no operand, as bits. One of more forms has all."""
_FLOW = {
    FlowControl.UNCONDITIONAL_BRANCH: AWAY,
    FlowControl.CONDITIONAL_BRANCH: BRANCH,
    FlowControl.RETURN: AWAY,
    FlowControl.INDIRECT_BRANCH: ANYWHERE,
    FlowControl.EXCEPTION: AWAY,
}


def references(code: Code) -> CodeReferences:
    """Distances of branches; distances from the GOT where a register holds its address; with ``absolute``, addresses.

    Linear sweep, as for x86-64. With ``absolute`` every 32-bit immediate and displacement is listed; whether it is an
    address, the caller decides.
    """
    decoder = Decoder(32, code.data, ip=code.address)
    constants = decoder.get_constant_offsets
    words = _Words(code)
    watch = _Watch(code, code.got) if code.got is not None and not code.absolute else None
    for instruction in decoder:
        where = constants(instruction) if instruction.len >= 5 else None
        words.take(instruction, where)
        if watch is not None:
            watch.take(instruction, where)
    plain = words.references()
    return plain if watch is None else watch.references(plain)


class _Words:
    """Distances of branches, and with ``absolute`` every word that may be an address."""

    def __init__(self, code: Code) -> None:
        self.address, self.absolute = code.address, code.absolute
        self.at: list[int] = []
        self.end: list[int] = []
        self.kind: list[int] = []

    def take(self, instruction: Instruction, where: ConstantOffsets | None) -> None:
        """Add what one instruction holds; ``where`` its constants stand, None for short ones."""
        if where is None:
            return
        if instruction.op0_kind == OpKind.NEAR_BRANCH32:
            self._add(instruction, where.immediate_size, where.immediate_offset, ReferenceKind.BRANCH)
        elif self.absolute:
            self._add(instruction, where.displacement_size, where.displacement_offset, ReferenceKind.ABSOLUTE32)
            self._add(instruction, where.immediate_size, where.immediate_offset, ReferenceKind.ABSOLUTE32)

    def _add(self, instruction: Instruction, width: int, offset: int, kind: ReferenceKind) -> None:
        if width == 4:
            start = instruction.ip32 - self.address
            self.at.append(start + offset)
            self.end.append(start + instruction.len)
            self.kind.append(int(kind))

    def references(self) -> CodeReferences:
        """All of them."""
        return CodeReferences(
            np.array(self.at, dtype=np.int64),
            np.array(self.end, dtype=np.int64),
            np.array(self.kind, dtype=np.uint8),
            np.zeros(len(self.at), dtype=bool),
        )


class _Watch:
    """Which displacements count from the GOT: those beside a register that holds its address.

    Position-independent code calls, adds a distance to the return address, and passes the sum on: in registers, and in
    words of the stack that are numbered behind them.
    """

    def __init__(self, code: Code, got: int) -> None:
        self.code, self.got = code, got
        self.begins = set(code.starts.tolist())
        self.places: list[int] = []
        self.sets: list[int] = []
        self.reads: list[int] = []
        self.writes: list[int] = []
        self.copies: list[int] = []
        self.flows: list[int] = []
        self.goals: list[int] = []
        self.padding: list[bool] = []
        self.calls: list[tuple[int, int]] = []
        self.far: dict[int, tuple[int, int]] = {}
        """Row → place of the displacement, and the displacement: what may count from the GOT."""
        self.made: list[tuple[int, int]] = []
        """Place of the number that turns a return address into the GOT's address, and that return address."""
        self.certain: list[tuple[int, int]] = []
        self.jumps: list[tuple[int, int]] = []
        """Jumps through the GOT from where no function is: the PLT, which is entered with EBX set."""
        self.called = -1
        self.after_jump = False
        self._begin()

    def _begin(self) -> None:
        """Nothing is known of a function's registers and stack where it begins."""
        self.slots: dict[tuple[int, int], int] = {}
        """Words on the stack that a register with the GOT's address was put into, numbered behind the registers."""
        self.holding = 0
        self.depth = 0
        """Bytes on the stack since the function began, as far as the instructions before tell."""
        self.depths: dict[int, int] = {}
        """The same for places that branches lead to."""
        self.at_cases = -1
        """The same for the cases of a jump table."""

    def take(self, instruction: Instruction, where: ConstantOffsets | None) -> None:
        """Follow one instruction; ``where`` its constants stand, None for short ones."""
        start = instruction.ip32 - self.code.address
        way = _FLOW.get(instruction.flow_control, ON)
        goal = -1
        if way in (BRANCH, AWAY) and instruction.op0_kind == OpKind.NEAR_BRANCH32:
            goal = instruction.near_branch_target - self.code.address
        self._enter(start, way)
        row = len(self.places)
        self.places.append(start)
        self.flows.append(way)
        self.goals.append(goal)
        self.padding.append(_does_nothing(instruction))
        self._pass_on(instruction, self._made(instruction, where, start))
        self.depth += _pushed(instruction)
        if goal > start:
            self.depths.setdefault(goal, self.depth)
        self.reads.append(self._read(instruction, where, start, row))
        if instruction.flow_control == FlowControl.CALL:
            self.called = instruction.next_ip32
            self.calls.append((row, instruction.near_branch_target))

    def _enter(self, start: int, way: int) -> None:
        if start in self.begins:
            self._begin()
        cases = self.at_cases if self.after_jump and self.at_cases >= 0 else self.depth
        self.depth = self.depths.get(start, cases)
        self.after_jump = way >= AWAY
        if way == ANYWHERE and self.at_cases < 0:
            self.at_cases = self.depth

    def _made(self, instruction: Instruction, where: ConstantOffsets | None, start: int) -> int:
        """The register in which an instruction turns a return address into the GOT's address; -1 for all others."""
        if where is None or not _adds_number(instruction) or self.called < 0:
            return -1
        if (self.called + instruction.immediate32) & 0xFFFFFFFF != self.got or instruction.op0_kind != OpKind.REGISTER:
            return -1
        self.made.append((start + where.immediate_offset, self.called))
        return _REGISTERS.get(instruction.op0_register, -1)

    def _pass_on(self, instruction: Instruction, given: int) -> None:
        written, copied = _written(instruction), -1
        if given >= 0:
            self.holding |= 1 << given
        elif instruction.mnemonic in _PASSING and instruction.op_count == 2:
            given, copied, written = _moved(instruction, self.holding, self.slots, self.depth, written)
            held = 1 << given if copied >= 0 and self.holding >> copied & 1 else 0
            self.holding = self.holding & ~written | held
        else:
            self.holding &= ~written
        self.sets.append(given)
        self.copies.append(copied)
        self.writes.append(written)

    def _read(self, instruction: Instruction, where: ConstantOffsets | None, start: int, row: int) -> int:
        """Registers to which an instruction adds a displacement of four bytes, as bits."""
        if where is None or instruction.len < 6 or _adds_number(instruction) or where.displacement_size != 4:
            return 0
        read = _held_by(instruction)
        self.far[row] = (start + where.displacement_offset, instruction.memory_displacement)
        alone = instruction.memory_base == Register.NONE and instruction.memory_index == Register.NONE
        if instruction.mnemonic == Mnemonic.LEA and alone:
            # No address can stand here in code that may be loaded anywhere: it is a distance, to be added to the GOT.
            self.certain.append(self.far[row])
        if instruction.mnemonic in (Mnemonic.JMP, Mnemonic.PUSH) and read == 1 << _EBX:
            self.jumps.append(self.far[row])
        return read

    def references(self, plain: CodeReferences) -> CodeReferences:
        """The other references, and beside them those that count from the GOT."""
        if not self.places:
            return plain
        jumps = self.jumps if not len(self.code.starts) else []
        found = dict([self.far[row] for row in self._beside_the_got()] + self.certain + jumps)
        here = np.array(sorted(found), dtype=np.int64)
        target = (np.array([found[place] for place in sorted(found)], dtype=np.int64) + self.got) & 0xFFFFFFFF
        turned = np.array(self.made, dtype=np.int64).reshape(-1, 2)
        itself = np.full(len(turned), self.got, dtype=np.int64)
        spreads = (
            Spread(ReferenceKind.MEMORY, WORD, here, target, Base.PLACE, self.got),
            Spread(ReferenceKind.MEMORY, WORD, turned[:, 0], itself, Base.PLACE, turned[:, 1]),
        )
        kept = tuple(spread for spread in spreads if len(spread.at))
        return CodeReferences(plain.at, plain.end, plain.kind, plain.table, kept, self.got)

    def _beside_the_got(self) -> list[int]:
        """Rows that read a register which holds the GOT's address on every way that leads there."""
        places = np.array(self.places, dtype=np.int64)
        starts = np.zeros(len(places), dtype=bool)
        first = rows_at(places, self.code.starts)
        starts[first[first >= 0]] = True
        ways = np.array(self.flows, dtype=np.uint8)
        calls = np.array(self.calls, dtype=np.int64).reshape(-1, 2)
        ways[without_return(calls[:, 0], calls[:, 1], np.array(self.padding), starts)] = AWAY
        sets, reads, writes, copies = (
            np.array(column, dtype=np.int64) for column in (self.sets, self.reads, self.writes, self.copies)
        )
        goals = rows_at(places, np.array(self.goals, dtype=np.int64))
        maker = partners(Steps(sets, np.zeros(len(sets), dtype=np.int64), reads, writes, ways, goals, starts, copies))
        return [int(row) for row in np.flatnonzero(maker >= 0)]


def _adds_number(instruction: Instruction) -> bool:
    return bool(instruction.mnemonic == Mnemonic.ADD and instruction.op1_kind == OpKind.IMMEDIATE32)


def _held_by(instruction: Instruction) -> int:
    """Registers that are added to a displacement as they are, as bits."""
    out = 0
    base = _REGISTERS.get(instruction.memory_base)
    if base is not None:
        out |= 1 << base
    index = _REGISTERS.get(instruction.memory_index)
    if index is not None and instruction.memory_index_scale == 1:
        out |= 1 << index
    return out


def _moved(
    instruction: Instruction, holding: int, slots: dict[tuple[int, int], int], depth: int, written: int
) -> tuple[int, int, int]:
    """What MOV, ADD or LEA gives to which register or word of the stack: receiver, giver (or -1), and what is
    overwritten.

    ``holding``: registers that hold the GOT's address as far as the instructions before, in order, tell.
    """
    if instruction.mnemonic == Mnemonic.LEA:
        held = _held_by(instruction) & holding
        plain = instruction.memory_displacement == 0 and held and instruction.op0_register in _WHOLE
        return (_WHOLE[instruction.op0_register], held.bit_length() - 1, written) if plain else (-1, -1, written)
    if instruction.mnemonic == Mnemonic.ADD:
        if instruction.op0_kind != OpKind.REGISTER:
            return -1, -1, written
        if holding & written:
            return -1, -1, 0
    if instruction.op0_kind == OpKind.REGISTER:
        receiver = _WHOLE.get(instruction.op0_register, -1)
        if instruction.op1_kind == OpKind.REGISTER:
            giver = _WHOLE.get(instruction.op1_register, -1)
            return (receiver, giver, written) if receiver >= 0 and giver >= 0 else (-1, -1, written)
        slot = slots.get(_word(instruction, depth), -1) if instruction.op1_kind == OpKind.MEMORY else -1
        return (receiver, slot, written) if slot >= 0 and receiver >= 0 else (-1, -1, written)
    if instruction.op0_kind != OpKind.MEMORY or instruction.memory_base not in (Register.ESP, Register.EBP):
        return -1, -1, written
    word = _word(instruction, depth)
    giver = _WHOLE.get(instruction.op1_register, -1) if instruction.op1_kind == OpKind.REGISTER else -1
    if giver >= 0 and holding >> giver & 1 and word not in slots and len(slots) < MAX_SLOTS:
        slots[word] = _FIRST_SLOT + len(slots)
    slot = slots.get(word, -1)
    if slot < 0:
        return -1, -1, written
    return slot, giver, written | 1 << slot


def _word(instruction: Instruction, depth: int) -> tuple[int, int]:
    """A word of the stack: EBP and the distance from it, or ESP and the distance from where it was at first."""
    if instruction.memory_index != Register.NONE:
        return -1, 0
    displacement = instruction.memory_displacement
    displacement -= displacement >> 31 << 32
    return instruction.memory_base, displacement - (depth if instruction.memory_base == Register.ESP else 0)


def _pushed(instruction: Instruction) -> int:
    """Bytes that an instruction puts on the stack."""
    mnemonic = instruction.mnemonic
    if mnemonic == Mnemonic.PUSH:
        return 4
    if mnemonic == Mnemonic.POP:
        return -4
    fixed = instruction.op_count == 2 and instruction.op1_kind in (OpKind.IMMEDIATE8TO32, OpKind.IMMEDIATE32)
    if not fixed or instruction.op0_kind != OpKind.REGISTER or instruction.op0_register != Register.ESP:
        return 0
    number = instruction.immediate(1) & 0xFFFFFFFF
    number -= number >> 31 << 32
    return {Mnemonic.SUB: int(number), Mnemonic.ADD: -int(number)}.get(mnemonic, 0)


def _written(instruction: Instruction) -> int:
    """General registers that an instruction overwrites, as bits."""
    mnemonic = instruction.mnemonic
    out = _HIDDEN.get(mnemonic, 0)
    if mnemonic == Mnemonic.IMUL and instruction.op_count > 1:
        out = 0
    if mnemonic in (Mnemonic.LEA, Mnemonic.XCHG) and _does_nothing(instruction):
        return 0
    if instruction.flow_control in (FlowControl.CALL, FlowControl.INDIRECT_CALL):
        return _RETURNED
    if instruction.op_count:
        if mnemonic not in _ONLY_READ and instruction.op0_kind == OpKind.REGISTER:
            register = _REGISTERS.get(instruction.op0_register)
            out |= 0 if register is None else 1 << register
        if mnemonic in _EXCHANGES and instruction.op1_kind == OpKind.REGISTER:
            register = _REGISTERS.get(instruction.op1_register)
            out |= 0 if register is None else 1 << register
    return out


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but what assemblers and linkers fill gaps with.

    That is NOP of any length, INT3, and LEA and XCHG of a register with itself.
    """
    return all(
        is_fill(instruction, code, address) or _does_nothing(instruction)
        for instruction in Decoder(32, code, ip=address)
    )


def _does_nothing(instruction: Instruction) -> bool:
    if instruction.mnemonic == Mnemonic.LEA:
        plain = instruction.memory_displacement == 0 and instruction.memory_index == Register.NONE
        return plain and instruction.memory_base == instruction.op0_register
    same = instruction.op1_kind == OpKind.REGISTER and instruction.op0_register == instruction.op1_register
    return instruction.mnemonic == Mnemonic.XCHG and same
