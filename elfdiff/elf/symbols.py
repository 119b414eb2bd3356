"""Symbol tables (gABI, "Symbol Table"): numpy for the bulk, a :class:`Symbol` where one is asked for."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from elfdiff.elf.model import Symbol
from elfdiff.elf.strings import StringTable
from elfdiff.span import Span
from elfdiff.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHN_XINDEX = 0xFFFF
SHN_LORESERVE = 0xFF00

_BINDINGS = {0: "local", 1: "global", 2: "weak", 10: "gnu_unique"}
_KINDS = {0: "notype", 1: "object", 2: "func", 3: "section", 4: "file", 5: "common", 6: "tls", 10: "gnu_ifunc"}

_NATIVE = np.dtype([("name", "u4"), ("info", "u1"), ("other", "u1"), ("shndx", "u2"), ("value", "u8"), ("size", "u8")])


def entry_size(elf_class: int) -> int:
    """Bytes of one entry; sh_entsize is not trusted."""
    return 16 if elf_class == 32 else 24


def decode(raw: bytes, elf_class: int, byte_order: str) -> NDArray[np.void]:
    """The entries in native byte order: name, info, other, shndx, value, size. A partial last entry is dropped."""
    mark = "<" if byte_order == "little" else ">"
    if elf_class == 32:
        fields = [("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1"), ("shndx", "u2")]
    else:
        fields = [("name", "u4"), ("info", "u1"), ("other", "u1"), ("shndx", "u2"), ("value", "u8"), ("size", "u8")]
    stored = np.dtype([(name, mark + kind) for name, kind in fields])
    read = np.frombuffer(raw, stored, len(raw) // stored.itemsize)
    table = np.empty(len(read), _NATIVE)
    for name in _NATIVE.names or ():
        table[name] = read[name]
    return table


@dataclass(frozen=True, eq=False)
class SymbolTable:
    """One symbol table with its names.

    ``section_of`` holds st_shndx resolved through SHT_SYMTAB_SHNDX. ``start`` is the file offset of entry 0.
    """

    table: NDArray[np.void]
    section_of: NDArray[np.uint32]
    names: StringTable
    start: int
    entry_size: int
    thumb: bool = False

    def __len__(self) -> int:
        return len(self.table)

    def entry(self, index: int) -> Symbol:
        """The symbol at ``index``."""
        row = self.table[index]
        info = int(row["info"])
        at = self.start + index * self.entry_size
        return Symbol(
            index=index,
            name=self.names.text(int(row["name"])),
            value=int(row["value"]),
            size=int(row["size"]),
            binding=_BINDINGS.get(info >> 4, str(info >> 4)),
            kind=_KINDS.get(info & 15, str(info & 15)),
            visibility=int(row["other"]) & 3,
            section=int(self.section_of[index]),
            span=Span(at, at + self.entry_size),
        )

    def entries(self) -> tuple[Symbol, ...]:
        """All of them, entry 0 included; about 3 microseconds each."""
        columns = [self.table[name].tolist() for name in ("name", "value", "size", "info", "other")]
        text, at, width = self.names.text, self.start, self.entry_size
        return tuple(
            Symbol(
                index,
                text(name),
                value,
                size,
                _BINDINGS.get(info >> 4) or str(info >> 4),
                _KINDS.get(info & 15) or str(info & 15),
                other & 3,
                section,
                Span(at + index * width, at + index * width + width),
            )
            for index, (name, value, size, info, other, section) in enumerate(
                zip(*columns, self.section_of.tolist(), strict=True)
            )
        )

    def of_kind(self, kind: int) -> tuple[Symbol, ...]:
        """The symbols whose STT number is ``kind``, in order."""
        return tuple(self.entry(int(i)) for i in np.flatnonzero((self.table["info"] & 15) == kind))

    @cached_property
    def _covering(self) -> dict[int, _Coverage]:
        table = self.table
        kind = table["info"] & 15
        # Sections and files are no names of code or data; a size of 0 covers nothing.
        useful = (table["size"] > 0) & (table["name"] > 0) & (kind != 3) & (kind != 4)
        chosen = np.flatnonzero(useful)
        start = table["value"][chosen]
        if self.thumb:
            # Bit 0 of a function's address says Thumb (ELF for the Arm Architecture, 5.5.3).
            start = np.where(np.isin(kind[chosen], (2, 10)), start & ~np.uint64(1), start)
        size = table["size"][chosen]
        end = np.where(start + size < start, np.uint64(2**64 - 1), start + size)
        # By section and start; among equal starts the longest first, so that the innermost comes last.
        order = np.lexsort((-chosen, np.uint64(2**64 - 1) - size, start, self.section_of[chosen]))
        sections = self.section_of[chosen][order]
        bounds = np.flatnonzero(np.diff(sections)) + 1
        found: dict[int, _Coverage] = {}
        for part in np.split(order, bounds):
            if len(part):
                ends = end[part]
                found[int(self.section_of[chosen[part[0]]])] = _Coverage(
                    start[part].tolist(), ends.tolist(), np.maximum.accumulate(ends).tolist(), chosen[part].tolist()
                )
        return found

    def covering(self, section: int, value: int) -> Symbol | None:
        """The innermost named symbol of ``section`` with start <= ``value`` < end, both as st_value counts."""
        coverage = self._covering.get(section)
        index = coverage.innermost(value) if coverage is not None else None
        return None if index is None else self.entry(index)


@dataclass(frozen=True, slots=True)
class _Coverage:
    """Ranges of one section by start; ``reach`` is the furthest end up to there."""

    starts: list[int]
    ends: list[int]
    reach: list[int]
    indices: list[int]

    def innermost(self, value: int) -> int | None:
        at = bisect_right(self.starts, value) - 1
        while at >= 0 and self.reach[at] > value:
            if self.ends[at] > value:
                return self.indices[at]
            at -= 1
        return None
