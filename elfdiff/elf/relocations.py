"""Relocation tables (gABI, "Relocation"), and those that relocatable files need before their DWARF can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHT_RELA, SHT_REL = 4, 9
_EM_MIPS, EM_SH = 8, 42
"""SuperH keeps addends in place, in RELA too (binutils, bfd/elf32-sh.c: partial_inplace)."""

RELATIVE: dict[int, tuple[int, ...]] = {
    3: (8, 42),
    20: (22, 248),
    21: (22, 248),
    22: (12, 61),
    40: (23, 160),
    62: (8, 37),
    183: (1027, 1032),
    243: (3, 58),
    258: (3, 12),
}
"""e_machine → relocations whose addend is an address: R_*_RELATIVE and R_*_IRELATIVE (each processor supplement)."""

_NATIVE = np.dtype([("offset", "u8"), ("type", "u4"), ("symbol", "u4"), ("addend", "i8")])


def decode(raw: bytes, has_addend: bool, elf_class: int, byte_order: str, machine: int) -> NDArray[np.void]:
    """The entries in native byte order: offset, type, symbol, addend (0 without). A partial last entry is dropped."""
    mark = "<" if byte_order == "little" else ">"
    word = "4" if elf_class == 32 else "8"
    fields = [("offset", f"{mark}u{word}"), ("info", f"{mark}u{word}")]
    if has_addend:
        fields.append(("addend", f"{mark}i{word}"))
    stored = np.dtype(fields)
    read = np.frombuffer(raw, stored, len(raw) // stored.itemsize)
    table = np.zeros(len(read), _NATIVE)
    table["offset"] = read["offset"]
    info = read["info"].astype("u8")
    if elf_class == 32:
        table["symbol"] = info >> np.uint64(8)
        table["type"] = info & np.uint64(0xFF)
    elif machine == _EM_MIPS and byte_order == "little":
        # MIPS64 stores the symbol first, then four separate bytes, the main type last (MIPS64 ELF ABI, "Relocation").
        table["symbol"] = info & np.uint64(0xFFFFFFFF)
        table["type"] = info >> np.uint64(56)
    else:
        table["symbol"] = info >> np.uint64(32)
        table["type"] = info & np.uint64(0xFFFFFFFF)
        if machine == _EM_MIPS:
            table["type"] &= np.uint32(0xFF)
    if has_addend:
        table["addend"] = read["addend"]
    return table


# machine: {type: (width in bytes, operation)}; each processor supplement's "Relocation Types".
_SET, _ADD, _SUB = "set", "add", "sub"
_DEBUG_TYPES: dict[int, dict[int, tuple[int, str]]] = {
    2: {3: (4, _SET), 23: (4, _SET)},  # SPARC: 32, UA32
    3: {1: (4, _SET), 32: (4, _SET)},  # 386: 32, TLS_LDO_32
    4: {1: (4, _SET)},  # 68k: 32
    8: {2: (4, _SET), 18: (8, _SET)},  # MIPS: 32, 64
    15: {1: (4, _SET), 80: (8, _SET)},  # PA-RISC: DIR32, DIR64
    20: {1: (4, _SET), 24: (4, _SET)},  # PowerPC: ADDR32, UADDR32
    21: {1: (4, _SET), 24: (4, _SET), 38: (8, _SET), 43: (8, _SET)},  # PowerPC64: ADDR32, UADDR32, ADDR64, UADDR64
    22: {4: (4, _SET), 22: (8, _SET)},  # S/390: 32, 64
    40: {2: (4, _SET)},  # Arm: ABS32
    42: {1: (4, _SET)},  # SuperH: DIR32
    43: {3: (4, _SET), 23: (4, _SET), 32: (8, _SET), 54: (8, _SET)},  # SPARC V9: 32, UA32, 64, UA64
    62: {1: (8, _SET), 10: (4, _SET), 11: (4, _SET), 17: (8, _SET), 21: (4, _SET)},  # x86-64: 64, 32, 32S, DTPOFF64, 32
    83: {1: (4, _SET), 4: (2, _SET)},  # AVR: 32, 16
    94: {1: (4, _SET)},  # Xtensa: 32
    105: {1: (4, _SET), 5: (2, _SET)},  # MSP430: 32, 16_BYTE
    164: {6: (4, _SET)},  # Hexagon: 32
    183: {257: (8, _SET), 258: (4, _SET)},  # AArch64: ABS64, ABS32
    190: {1: (4, _SET), 2: (8, _SET)},  # CUDA: 32, 64
    224: {3: (8, _SET), 6: (4, _SET)},  # AMDGPU: ABS64, ABS32
    244: {4: (4, _SET)},  # Lanai: 32
    247: {2: (8, _SET), 3: (4, _SET), 11: (4, _SET), 12: (8, _SET)},  # BPF: ABS64, ABS32; DATA_32 and DATA_64 of GNU
    0x9026: {1: (4, _SET), 2: (8, _SET)},  # Alpha: REFLONG, REFQUAD
    243: {  # RISC-V: 32, 64, ADD8..64, SUB8..64, SET8..32
        1: (4, _SET),
        2: (8, _SET),
        33: (1, _ADD),
        34: (2, _ADD),
        35: (4, _ADD),
        36: (8, _ADD),
        37: (1, _SUB),
        38: (2, _SUB),
        39: (4, _SUB),
        40: (8, _SUB),
        54: (1, _SET),
        55: (2, _SET),
        56: (4, _SET),
    },
    258: {  # LoongArch: 32, 64, ADD8..64, SUB8..64
        1: (4, _SET),
        2: (8, _SET),
        47: (1, _ADD),
        48: (2, _ADD),
        50: (4, _ADD),
        51: (8, _ADD),
        52: (1, _SUB),
        53: (2, _SUB),
        55: (4, _SUB),
        56: (8, _SUB),
    },
}


def absolute(machine: int) -> dict[int, int]:
    """Types that put the address of a symbol and an addend into a place → width in bytes."""
    return {kind: width for kind, (width, does) in _DEBUG_TYPES.get(machine, {}).items() if does == _SET}


def applies(machine: int, relocations: NDArray[np.void]) -> bool:
    """True if :func:`apply` knows some of the types, or if there are none."""
    return not len(relocations) or bool(np.isin(relocations["type"], list(_DEBUG_TYPES.get(machine, {}))).any())


def apply(
    content: bytes,
    relocations: NDArray[np.void],
    has_addend: bool,
    values: NDArray[np.uint64],
    machine: int,
    byte_order: str,
) -> bytes:
    """``content`` of a debug section with the relocations that debug sections have applied to it.

    ``values`` are the st_value of each symbol. Sections stand at address 0 in a relocatable file, so an address becomes
    an offset into its section. Entries of other types, or that point outside, are left alone.
    """
    types = _DEBUG_TYPES.get(machine, {})
    out = np.frombuffer(content, "u1").copy()
    mark = "<" if byte_order == "little" else ">"
    # SET first: RISC-V and LoongArch set a place, then add to it and subtract from it, in table order.
    for operation in (_SET, _ADD, _SUB):
        for kind, (width, does) in types.items():
            if does != operation or width > len(out):
                continue
            chosen = relocations[
                (relocations["type"] == kind)
                & (relocations["offset"] <= len(out) - width)
                & (relocations["symbol"] < len(values))
            ]
            if not len(chosen):
                continue
            unsigned = np.dtype(f"{mark}u{width}")
            where = chosen["offset"][:, None].astype("i8") + np.arange(width)
            value = values[chosen["symbol"]] + chosen["addend"].astype("u8")
            if operation == _SET:
                if not has_addend or machine == EM_SH:
                    value = value + out[where].reshape(-1).view(unsigned).astype("u8")
                out[where] = value.astype(unsigned).view("u1").reshape(-1, width)
                continue
            # A place may be named more than once, so sums are formed per place first.
            places, inverse = np.unique(chosen["offset"], return_inverse=True)
            total = np.zeros(len(places), "u8")
            np.add.at(total, inverse, value)
            where = places[:, None].astype("i8") + np.arange(width)
            now = out[where].reshape(-1).view(unsigned).astype("u8")
            now = now + total if operation == _ADD else now - total
            out[where] = now.astype(unsigned).view("u1").reshape(-1, width)
    return out.tobytes()
