"""Forms of DWARF attributes: how many bytes each takes."""

from __future__ import annotations

FIXED = {
    0x05: 2, 0x06: 4, 0x07: 8, 0x0B: 1, 0x0C: 1, 0x11: 1, 0x12: 2, 0x13: 4, 0x14: 8, 0x19: 0, 0x1C: 4, 0x1E: 16,
    0x20: 8,
    0x21: 0, 0x24: 8, 0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4, 0x29: 1, 0x2A: 2, 0x2B: 3, 0x2C: 4,
}  # fmt: skip
"""DW_FORM → bytes, for forms whose size depends on nothing (DWARF 5, section 7.5.6)."""
OFFSETS = frozenset({0x0E, 0x17, 0x1D, 0x1F, 0x1F20, 0x1F21})
LEB = frozenset({0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02})
NONE, ULEB, BLOCK1, BLOCK2, BLOCK4, BLOCK, STRING, EXPRESSION = range(8)
VARIABLE = {0x03: BLOCK2, 0x04: BLOCK4, 0x08: STRING, 0x09: BLOCK, 0x0A: BLOCK1, 0x18: EXPRESSION}


def uleb(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number and the offset behind it; IndexError past the end."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 70:
            raise IndexError
