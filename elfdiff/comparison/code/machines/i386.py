"""80386: where the references stand in machine code. Decoded by iced-x86 (Intel SDM volume 2)."""

from __future__ import annotations

import numpy as np
from iced_x86 import Decoder, FlowControl, Instruction, Mnemonic, OpKind, Register

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
    at: list[int] = []
    end: list[int] = []
    kind: list[int] = []
    places: list[int] = []
    sets: list[int] = []
    reads: list[int] = []
    writes: list[int] = []
    flows: list[int] = []
    goals: list[int] = []
    far: dict[int, tuple[int, int]] = {}
    """Row → place of the displacement, and the displacement: what may count from the GOT."""
    made: list[tuple[int, int]] = []
    """Place of the number that turns a return address into the GOT's address, and that return address."""
    certain: list[tuple[int, int]] = []
    jumps: list[tuple[int, int]] = []
    """Jumps through the GOT from where no function is: the PLT, which is entered with EBX set."""
    called = -1
    padding: list[bool] = []
    calls: list[tuple[int, int]] = []
    got = code.got
    begins = set(code.starts.tolist()) if got is not None else set()
    copies: list[int] = []
    slots: dict[tuple[int, int], int] = {}
    """Words on the stack that a register with the GOT's address was put into, numbered behind the registers."""
    holding = 0
    depth = 0
    """Bytes on the stack since the function began, as far as the instructions before tell."""
    at_cases, after_jump = -1, False
    depths: dict[int, int] = {}
    """The same for places that branches lead to."""
    for instruction in decoder:
        start = instruction.ip32 - code.address
        flow = instruction.flow_control
        way = _FLOW.get(flow, ON)
        size = instruction.len
        goal = -1
        if way in (BRANCH, AWAY) and instruction.op0_kind == OpKind.NEAR_BRANCH32:
            goal = instruction.near_branch_target - code.address
        if size >= 5 and instruction.op0_kind == OpKind.NEAR_BRANCH32:
            where = constants(instruction)
            if where.immediate_size == 4:
                at.append(start + where.immediate_offset)
                end.append(start + size)
                kind.append(int(ReferenceKind.BRANCH))
        elif size >= 5 and code.absolute:
            where = constants(instruction)
            for width, offset in (
                (where.displacement_size, where.displacement_offset),
                (where.immediate_size, where.immediate_offset),
            ):
                if width == 4:
                    at.append(start + offset)
                    end.append(start + size)
                    kind.append(int(ReferenceKind.ABSOLUTE32))
        if got is None or code.absolute:
            continue
        row = len(places)
        places.append(start)
        if start in begins:
            slots, holding, depth, depths, at_cases = {}, 0, 0, {}, -1
        depth = depths.get(start, at_cases if after_jump and at_cases >= 0 else depth)
        after_jump = way >= AWAY
        if way == ANYWHERE and at_cases < 0:
            at_cases = depth
        written = _written(instruction)
        flows.append(way)
        goals.append(goal)
        given, read = -1, 0
        if size >= 5 and instruction.mnemonic == Mnemonic.ADD and instruction.op1_kind == OpKind.IMMEDIATE32:
            if (
                called >= 0
                and (called + instruction.immediate32) & 0xFFFFFFFF == got
                and instruction.op0_kind == OpKind.REGISTER
            ):
                given = _REGISTERS.get(instruction.op0_register, -1)
                made.append((start + constants(instruction).immediate_offset, called))
        elif size >= 6:
            where = constants(instruction)
            if where.displacement_size == 4:
                read = _held_by(instruction)
                far[row] = (start + where.displacement_offset, instruction.memory_displacement)
                alone = instruction.memory_base == Register.NONE and instruction.memory_index == Register.NONE
                if instruction.mnemonic == Mnemonic.LEA and alone:
                    # No address can stand here in code that may be loaded anywhere: it is a distance, to be added to
                    # the GOT.
                    certain.append(far[row])
                if instruction.mnemonic in (Mnemonic.JMP, Mnemonic.PUSH) and read == 1 << _EBX:
                    jumps.append(far[row])
        copied = -1
        if given >= 0:
            holding |= 1 << given
        elif instruction.mnemonic in _PASSING and instruction.op_count == 2:
            given, copied, written = _moved(instruction, holding, slots, depth, written)
            holding = holding & ~written | (1 << given if copied >= 0 and holding >> copied & 1 else 0)
        else:
            holding &= ~written
        writes.append(written)
        copies.append(copied)
        sets.append(given)
        depth += _pushed(instruction)
        if goal > start:
            depths.setdefault(goal, depth)
        reads.append(read)
        padding.append(_does_nothing(instruction))
        if flow == FlowControl.CALL:
            called = instruction.next_ip32
            calls.append((row, instruction.near_branch_target))
    plain = CodeReferences(
        np.array(at, dtype=np.int64),
        np.array(end, dtype=np.int64),
        np.array(kind, dtype=np.uint8),
        np.zeros(len(at), dtype=bool),
    )
    if got is None or not places:
        return plain
    where_all = np.array(places, dtype=np.int64)
    starts = np.zeros(len(where_all), dtype=bool)
    first = rows_at(where_all, code.starts)
    starts[first[first >= 0]] = True
    way_all = np.array(flows, dtype=np.uint8)
    table = np.array(calls, dtype=np.int64).reshape(-1, 2)
    way_all[without_return(table[:, 0], table[:, 1], np.array(padding), starts)] = AWAY
    maker = partners(
        Steps(
            np.array(sets, dtype=np.int64), np.zeros(len(sets), dtype=np.int64), np.array(reads, dtype=np.int64),
            np.array(writes, dtype=np.int64), way_all,
            rows_at(where_all, np.array(goals, dtype=np.int64)), starts, np.array(copies, dtype=np.int64),
        )
    )  # fmt: skip
    found = dict(
        [far[row] for row in np.flatnonzero(maker >= 0).tolist()] + certain + (jumps if not len(code.starts) else [])
    )
    here = np.array(sorted(found), dtype=np.int64)
    target = (np.array([found[place] for place in sorted(found)], dtype=np.int64) + got) & 0xFFFFFFFF
    turned = np.array(made, dtype=np.int64).reshape(-1, 2)
    itself = np.full(len(turned), got, dtype=np.int64)
    return CodeReferences(
        plain.at, plain.end, plain.kind, plain.table,
        tuple(
            spread
            for spread in (
                Spread(ReferenceKind.MEMORY, WORD, here, target, Base.PLACE, got),
                Spread(ReferenceKind.MEMORY, WORD, turned[:, 0], itself, Base.PLACE, turned[:, 1]),
            )
            if len(spread.at)
        ),
        got,
    )  # fmt: skip


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
