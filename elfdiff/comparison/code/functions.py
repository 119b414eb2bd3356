"""Functions of one section, from symbols and call frames; and what became of each."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.code.machines import CodeReferences, machine
from elfdiff.comparison.image import Image
from elfdiff.elf.model import Section
from elfdiff.span import Span
from elfdiff.values import dataclass, replace

MAX_WITHOUT_SIZE = 200
FAR = 512
"""Bytes that a function without a size can have: those of the C runtime's start are short."""
MOST_FILL = 63
STT_FUNC, STT_FILE, STT_IFUNC = 2, 4, 10
EM_ARM = 40


class FunctionStatus(StrEnum):
    """What became of a function.

    REDIRECTED: its instructions are the same, but an operand does not point where the map says. UNKNOWN: bytes
    differ, and nothing here can read this machine's code.
    """

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    REDIRECTED = "redirected"
    ADDED = "added"
    REMOVED = "removed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FunctionMatch:
    """A function of a and its partner. Spans are file offsets, None on the side that lacks it.

    ``how``: "name", "masked bytes", "callers", "neighbours", "order", "position" or "likeness".
    """

    name: str
    section: str
    a_span: Span | None
    b_span: Span | None
    a_address: int
    b_address: int
    status: FunctionStatus
    how: str


@dataclass(frozen=True, slots=True)
class Function:
    """Offsets within its section; ``key`` is None without a symbol. ``framed``: call frames say that it begins here
    and is as long as the symbol says."""

    start: int
    end: int
    name: str
    key: tuple[bytes, bytes] | None
    framed: bool = False


def functions_in(image: Image, section: Section, frames: Sequence[tuple[int, int]]) -> list[Function]:
    """Disjoint functions of one section in order, from symbols and from call frame ranges (address, length)."""
    base = 0 if image.relocatable else section.address
    size = section.size
    spans: dict[int, tuple[int, str, tuple[bytes, bytes] | None]] = {}
    for address, length in frames:
        start = address - section.address
        if 0 <= start < size and 0 < length <= size - start:
            spans[start] = (start + length, "", None)
    framed = {start: end for start, (end, _, _) in spans.items()}
    table = image.elf.symtab if image.elf.symtab is not None else image.elf.dynsym
    if table is not None:
        kind = table.table["info"] & 15
        chosen = (
            ((kind == STT_FUNC) | (kind == STT_IFUNC)) & (table.section_of == section.index) & (table.table["size"] > 0)
        )
        rows = np.flatnonzero(chosen)
        is_file = np.flatnonzero(kind == STT_FILE)
        file_of = np.searchsorted(is_file, rows, side="right") - 1
        names = table.table["name"]
        for row, file_at, value, length, info in zip(
            rows.tolist(),
            file_of.tolist(),
            table.table["value"][rows].astype(np.int64).tolist(),
            table.table["size"][rows].astype(np.int64).tolist(),
            table.table["info"][rows].tolist(),
            strict=True,
        ):
            # ARM: bit 0 of a function's value says that it is Thumb code (ELF for the Arm Architecture, "Symbol
            # Values").
            start = (value & ~1 if image.elf.header.machine == EM_ARM else value) - base
            if not (0 <= start < size and 0 < length <= size - start):
                continue
            local = info >> 4 == 0
            text = table.names.raw(int(names[row]))
            unit = table.names.raw(int(names[is_file[file_at]])) if local and file_at >= 0 else b""
            known = spans.get(start)
            if known is None or known[2] is None or (known[2][1] != b"" and not local):
                spans[start] = (start + length, text.decode("utf-8", "backslashreplace"), (text, unit))
        if not image.relocatable:
            for start, end, text in _without_size(image, section, frozenset(spans)):
                spans.setdefault(start, (end, text.decode("utf-8", "backslashreplace"), (text, b"")))
    out: list[Function] = []
    at = 0
    for start in sorted(spans):
        end, name, key = spans[start]
        if start < at and (start not in framed or not out):
            continue
        if start < at:
            # Call frames do not overlap: the symbol before says too much.
            out[-1] = replace(out[-1], end=start)
        out.append(Function(start, end, name, key, framed.get(start) == end))
        at = end
    return out


def _without_size(image: Image, section: Section, starts: frozenset[int]) -> list[tuple[int, int, bytes]]:
    """(start, end, name) of functions whose symbols give no size, as those of crtbegin.o: up to what begins next.

    The padding in front of that is left out; nothing where the next thing is far, or nothing reads this machine.
    """
    table, reader = image.elf.symtab, machine(image.elf.header)
    if table is None or reader is None or image.elf.header.machine == EM_ARM:
        return []
    chosen = ((table.table["info"] & 15) == STT_FUNC) & (table.section_of == section.index) & (table.table["size"] == 0)
    rows = np.flatnonzero(chosen)
    if not 0 < len(rows) <= MAX_WITHOUT_SIZE:
        return []
    names = {
        int(table.table["value"][row]) - section.address: table.names.raw(int(table.table["name"][row]))
        for row in rows.tolist()
    }
    bounds = sorted({*starts, *names, section.size})
    content = image.content(section)
    out: list[tuple[int, int, bytes]] = []
    for start, name in sorted(names.items()):
        if start in starts or not 0 <= start < section.size:
            continue
        end = bounds[bisect.bisect_right(bounds, start)]
        if end - start > FAR:
            continue
        fill = next(
            (at for at in range(max(start, end - MOST_FILL), end) if reader.is_padding(content[at:end], at)), end
        )
        out.append((start, fill, name))
    return out


def agreed(
    ours: list[Function], theirs: list[Function], equal: Callable[[Function, Function], bool]
) -> tuple[list[Function], list[Function]]:
    """Functions of both without those of one name and other code at whose symbol a call frame begins in one file only:
    symbol or frame is damaged, and what else stands there is no partner.

    Where most have frames in one file only, flags left them out of the other, and none is damaged.
    """
    there = {g.key: g for g in theirs if g.key is not None}
    pairs = [(f, there[f.key]) for f in ours if f.key is not None and f.key in there]
    disputed = [(f, g) for f, g in pairs if f.framed != g.framed]
    if len(disputed) > max(sum(f.framed and g.framed for f, g in pairs), 1):
        return ours, theirs
    left_out = {f.key for f, g in disputed if not equal(f, g)}
    return [f for f in ours if f.key not in left_out], [g for g in theirs if g.key not in left_out]


def masked(code: npt.NDArray[np.uint8], references: CodeReferences | None, little: bool) -> npt.NDArray[np.uint8]:
    """The code with every reference zeroed; ``little``: least significant byte first."""
    out = code.copy()
    if references is not None and len(references.at):
        for index in range(4):
            out[references.at + index] = 0
        wide = references.at[references.kind == 3]
        for index in range(4, 8):
            out[wide + index] = 0
    for spread in references.spread if references is not None else ():
        mask = spread.immediate.mask.to_bytes(spread.immediate.width, "little" if little else "big")
        for index, bits in enumerate(mask):
            out[spread.at + index] &= 0xFF ^ bits
    return out
