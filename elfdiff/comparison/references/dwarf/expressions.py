"""DWARF expressions (DWARF 5, section 2.5): which operands are addresses or entries."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.references.dwarf.collector import Collector
from elfdiff.comparison.references.dwarf.forms import uleb
from elfdiff.comparison.references.fields import ADDRESS
from elfdiff.comparison.runs import unique

_OPERANDS = {
    0x08: 1,
    0x09: 1,
    0x0A: 2,
    0x0B: 2,
    0x0C: 4,
    0x0D: 4,
    0x0E: 8,
    0x0F: 8,
    0x15: 1,
    0x28: 2,
    0x2F: 2,
    0x94: 1,
    0x95: 1,
    0x98: 2,
    0x99: 4,
}
_LEB_OPERANDS = {
    0x10: 1, 0x11: 1, 0x23: 1, 0x90: 1, 0x91: 1, 0x92: 2, 0x93: 1, 0x9D: 2, 0xA1: 1, 0xA2: 1, 0xA8: 1, 0xA9: 1, 0xA5: 2,
    0xF7: 1, 0xF9: 1, 0xFB: 1, 0xFC: 1, 0xF5: 2,
}  # fmt: skip


def add_expressions(
    collector: Collector, addresses: list[int], references: list[int], address: int, offset: int, start: int
) -> None:
    """Gather what a walk of expressions found."""
    if addresses:
        collector.add(
            "address in a DWARF expression", unique(np.array(addresses, dtype=np.int64)) + start, address, ADDRESS
        )
    if references:
        where = unique(np.array(references, dtype=np.int64)) + start
        collector.add("reference in a DWARF expression", where, offset, collector.space(".debug_info"))


def walk_expression(
    data: bytes, at: int, end: int, address: int, offset: int, addresses: list[int], references: list[int]
) -> None:
    """Operands of DW_OP_addr, DW_OP_implicit_pointer and DW_OP_call_ref; stops at an operation it does not know."""
    while at < end:
        code = data[at]
        at += 1
        if 0x12 <= code <= 0x22 or 0x24 <= code <= 0x27 or 0x29 <= code <= 0x2E or 0x30 <= code <= 0x6F:
            continue
        if 0x70 <= code <= 0x8F:
            count = 1
        elif code == 0x03:
            addresses.append(at)
            at += address
            continue
        elif code in (0xA0, 0xF2, 0x9A):
            references.append(at)
            at += offset
            count = 0 if code == 0x9A else 1
        elif code in _OPERANDS:
            at += _OPERANDS[code]
            continue
        elif code in (0xA3, 0xF3):
            _, at = uleb(data, at)
            continue
        elif code in _LEB_OPERANDS:
            count = _LEB_OPERANDS[code]
        elif code == 0x9E:
            size, at = uleb(data, at)
            at += size
            continue
        elif code in (0xA4, 0xF4):
            _, at = uleb(data, at)
            at += 1 + data[at]
            continue
        elif code in (0xA6, 0xF6):
            at += 1
            count = 1
        elif code in (0x06, 0x96, 0x97, 0x9B, 0x9C, 0x9F, 0xE0, 0xF0):
            continue
        else:
            return
        for _ in range(count):
            while data[at] >= 0x80:
                at += 1
            at += 1
