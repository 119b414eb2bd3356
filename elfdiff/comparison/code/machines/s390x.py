"""z/Architecture: where the references stand in machine code (Principles of Operation, SA22-7832, chapter 5)."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.machines import Code, CodeReferences, ReferenceKind, Spread, only_spread
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.immediate import Immediate

MACHINE = 22
"""EM_S390."""
ELF_CLASS = 64
BYTE_ORDER = "big"

LONG = Immediate(4, ((0, 1, 32),))
"""Halfwords from the instruction, which begins two bytes before (formats RIL)."""
SHORT = Immediate(2, ((0, 1, 16),))
"""The same in 16 bits (formats RI, RIE, RSI)."""

_BRANCHES = {(0xC0, 0x4), (0xC0, 0x5), (0xCC, 0x6)}
"""BRCL, BRASL, BRCTH: opcode and its extension in bits 12 to 15."""
_DATA = {(0xC0, 0x0)} | {(0xC4, x) for x in range(16)} | {(0xC6, x) for x in range(16) if x != 1}
"""LARL; loads and stores relative long; compares, EXRL and PFDRL relative long."""
_SHORT_RI = {(0xA7, 0x4), (0xA7, 0x5), (0xA7, 0x6), (0xA7, 0x7)}
"""BRC, BRAS, BRCT, BRCTG."""
_SHORT_RSI = frozenset({0x84, 0x85})
_SHORT_RIE = frozenset({0x44, 0x45, 0x64, 0x65, 0x76, 0x77, 0x7C, 0x7D, 0x7E, 0x7F})
"""Last byte of BRXHG, BRXLG, CGRJ, CLGRJ, CRJ, CLRJ, CGIJ, CLGIJ, CIJ, CLIJ, all of opcode EC."""


def references(code: Code) -> CodeReferences:
    """Relative branches, and addresses relative to the instruction."""
    data = np.frombuffer(code.data, dtype=np.uint8).astype(np.int64)
    at = _places(code.data)
    first = data[at]
    second = data[np.minimum(at + 1, len(data) - 1)]
    length = np.where(first < 0x40, 2, np.where(first < 0xC0, 4, 6))
    last = data[np.minimum(at + length - 1, len(data) - 1)]
    key = first << 4 | second & 15

    def among(table: set[tuple[int, int]]) -> Flags:
        return np.isin(key, [opcode << 4 | extension for opcode, extension in sorted(table)])

    def group(kind: ReferenceKind, chosen: Flags, immediate: Immediate) -> Spread:
        where = at[chosen] + 2
        words = np.zeros(len(where), dtype=np.int64)
        for index in range(immediate.width):
            words = words << 8 | data[where + index]
        return Spread(kind, immediate, where, where - 2 + code.address + immediate.take(words), Base.SITE, -2)

    short = (
        among(_SHORT_RI) | np.isin(first, sorted(_SHORT_RSI)) | ((first == 0xEC) & np.isin(last, sorted(_SHORT_RIE)))
    )
    return only_spread(
        (
            group(ReferenceKind.BRANCH, among(_BRANCHES), LONG),
            group(ReferenceKind.MEMORY, among(_DATA), LONG),
            group(ReferenceKind.BRANCH, short, SHORT),
        ),
        table_width=8,
    )


def _places(code: bytes) -> Ints:
    """Where instructions begin; bits 0 and 1 tell the length: 2, 4, 4 or 6 bytes."""
    out: list[int] = []
    index, count = 0, len(code)
    while index < count:
        first = code[index]
        length = 2 if first < 0x40 else 4 if first < 0xC0 else 6
        if index + length > count:
            break
        out.append(index)
        index += length
    return np.array(out, dtype=np.int64)


def is_padding(code: bytes, address: int) -> bool:
    """True if ``code`` is nothing but branches that are never taken (NOPR, NOP, JGNOP), or zeros."""
    del address
    index = 0
    while index < len(code):
        rest = code[index:]
        if rest[:2] in (b"\x07\x00", b"\x07\x07"):
            index += 2
        elif rest[:4] == b"\x47\0\0\0":
            index += 4
        elif rest[:6] == b"\xc0\x04\0\0\0\0":
            index += 6
        elif rest[:2] == b"\0\0":
            index += 2
        else:
            return False
    return True
