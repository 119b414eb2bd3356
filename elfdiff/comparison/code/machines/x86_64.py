"""x86-64: where the references stand in machine code. Decoded by iced-x86 (Intel SDM volume 2)."""

from __future__ import annotations

from array import array

import numpy as np
from iced_x86 import Decoder, FlowControl, Instruction, Mnemonic

from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind
from elfdiff.comparison.runs import Flags, Ints

MACHINE = 62
"""EM_X86_64."""
ELF_CLASS = 64
BYTE_ORDER = "little"

NOPS = frozenset(
    {
        b"\x90", b"\x0f\x1f\x00", b"\x0f\x1f\x40\x00", b"\x0f\x1f\x44\x00\x00", b"\x0f\x1f\x80\x00\x00\x00\x00",
        b"\x0f\x1f\x84\x00\x00\x00\x00\x00",
    }
)  # fmt: skip
"""NOP as the SDM recommends it, but for prefixes: an operand with another number in it was not written by a tool."""
NEAR = 40
"""Bytes between the address of a table and the load from it."""

_BRANCHES = frozenset(
    {FlowControl.CALL, FlowControl.UNCONDITIONAL_BRANCH, FlowControl.CONDITIONAL_BRANCH, FlowControl.XBEGIN_XABORT_XEND}
)


def references(code: Code) -> CodeReferences:
    """Fields of ``code`` that hold a distance or, with ``absolute``, an address.

    Linear sweep: x86 decoding falls into step again after data among code. With ``absolute`` (code linked to a fixed
    place) every 32-bit or 64-bit immediate and displacement is listed; whether it is an address, the caller decides.
    """
    absolute = code.absolute
    # Only distances count: from 0 on, for addresses of the upper half are negative here.
    decoder = Decoder(64, code.data)
    constants = decoder.get_constant_offsets
    # Arrays, not lists: a number of its own for each of millions of operands would take ten times the memory.
    at, end, kind = array("I"), array("I"), bytearray()
    # CALL and JMP rel32, Jcc rel32: as good as all branches, and their bytes say where the distance is.
    short, long, data = array("I"), array("I"), code.data
    rip, branch = int(ReferenceKind.MEMORY), int(ReferenceKind.BRANCH)
    absolute32, absolute64 = int(ReferenceKind.ABSOLUTE32), int(ReferenceKind.ABSOLUTE64)
    for instruction in decoder:
        size = instruction.len
        if size < 5:
            continue
        start = instruction.ip
        first = data[start]
        if first == 0xE8 or first == 0xE9:
            short.append(start)
            continue
        if first == 0x0F and data[start + 1] & 0xF0 == 0x80:
            long.append(start)
            continue
        if instruction.is_ip_rel_memory_operand:
            at.append(start + constants(instruction).displacement_offset)
            end.append(start + size)
            kind.append(rip)
            continue
        flow = instruction.flow_control
        if flow in _BRANCHES:
            where = constants(instruction)
            if where.immediate_size == 4:
                at.append(start + where.immediate_offset)
                end.append(start + size)
                kind.append(branch)
                continue
        if absolute:
            where = constants(instruction)
            if where.displacement_size == 4:
                at.append(start + where.displacement_offset)
                end.append(start + size)
                kind.append(absolute32)
            if where.immediate_size == 4:
                at.append(start + where.immediate_offset)
                end.append(start + size)
                kind.append(absolute32)
            elif where.immediate_size == 8:
                at.append(start + where.immediate_offset)
                end.append(start + size)
                kind.append(absolute64)
    ats, ends, calls, jumps = (
        np.frombuffer(column, dtype=f"u{column.itemsize}").astype(np.int64) for column in (at, end, short, long)
    )
    ats, ends = np.concatenate((ats, calls + 1, jumps + 2)), np.concatenate((ends, calls + 5, jumps + 6))
    kinds = np.concatenate((np.frombuffer(kind, np.uint8), np.full(len(calls) + len(jumps), branch, np.uint8)))
    order = np.argsort(ats, kind="stable")
    ats, ends = ats[order], ends[order]
    return CodeReferences(ats, ends, kinds[order], _before_table_loads(code.data, ends))


def _before_table_loads(code: bytes, ends: Ints) -> Flags:
    """Which places are followed closely by MOVSXD r64, [r + r*4]: REX.W 63 /r with a SIB byte of scale 4.

    Or of scale 1 and an index: loops count in bytes.
    """
    data = np.frombuffer(code, dtype=np.uint8)
    if len(data) < 4:
        return np.zeros(len(ends), dtype=bool)
    at = np.flatnonzero(data[1:-2] == 0x63)
    at = at[(data[at] & 0xF8 == 0x48) & (data[at + 2] & 0x07 == 4)]
    sib = data[at + 3]
    at = at[(sib & 0xC0 == 0x80) | ((sib & 0xC0 == 0) & (sib & 0x38 != 0x20))]
    loads = np.append(at, len(data) + NEAR)
    return np.asarray(loads[np.searchsorted(loads, ends)] - ends < NEAR)


def immediates(code: bytes) -> list[tuple[int, int]]:
    """(offset, width) of the immediates of one function; branches hold none."""
    decoder = Decoder(64, code)
    found: list[tuple[int, int]] = []
    for instruction in decoder:
        where = decoder.get_constant_offsets(instruction)
        if where.has_immediate and instruction.flow_control not in _BRANCHES:
            found.append((instruction.ip + where.immediate_offset, where.immediate_size))
    return found


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but what assemblers and linkers fill gaps with: INT3, or NOP without operands of its
    own."""
    return all(is_fill(instruction, code, address) for instruction in Decoder(64, code, ip=address))


def is_fill(instruction: Instruction, code: bytes, address: int) -> bool:
    """INT3, or a NOP as tools write it: prefixes, then one of NOPS; ``code`` begins at ``address``."""
    start = instruction.ip - address
    plain = code[start : start + instruction.len].lstrip(b"\x66\x2e")
    return instruction.mnemonic == Mnemonic.INT3 or (instruction.mnemonic == Mnemonic.NOP and plain in NOPS)
