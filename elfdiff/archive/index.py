"""The symbol index of an archive: which member defines which name.

Source: ar(5), "the archive symbol table": a count, as many offsets of member headers (big-endian, 4 bytes each, 8 in
``/SYM64/``), then as many names, each with its NUL.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from elfdiff.archive.model import Archive, MemberKind
from elfdiff.elf.file import ElfFile
from elfdiff.span import Span
from elfdiff.values import dataclass, field

MAX_SYMBOLS = 2_000_000
_WIDTHS = {b"/": 4, b"/SYM64/": 8}


@dataclass(frozen=True, eq=False)
class SymbolIndex:
    """One index. ``offsets[i]`` is where the header of the member stands that defines ``names[i]``.

    ``span`` is the whole content; the offsets begin at ``span.start + width``. ``ends[i]`` is the file offset behind
    the NUL of name i; names follow each other without gaps from ``names_start`` on.
    """

    span: Span
    width: int
    offsets: tuple[int, ...] = field(repr=False)
    names: tuple[bytes, ...] = field(repr=False)
    ends: tuple[int, ...] = field(repr=False)

    @property
    def names_start(self) -> int:
        """File offset of the first name."""
        return self.span.start + self.width * (1 + len(self.names))

    def offset_span(self, index: int) -> Span:
        """File range of an offset field."""
        start = self.span.start + self.width * (1 + index)
        return Span(start, start + self.width)

    def name_span(self, index: int) -> Span:
        """File range of a name with its NUL."""
        return Span(self.ends[index - 1] if index else self.names_start, self.ends[index])

    @cached_property
    def by_member(self) -> dict[int, list[bytes]]:
        """Names that each member defines, in the index's order; keys are offsets of headers."""
        found: dict[int, list[bytes]] = defaultdict(list)
        for offset, name in zip(self.offsets, self.names, strict=True):
            found[offset].append(name)
        return found


def read_index(archive: Archive) -> SymbolIndex | None:
    """The first index of the archive; None if it has none of this format, or one that contradicts itself."""
    entry = archive.first(MemberKind.INDEX)
    width = _WIDTHS.get(entry.name) if entry is not None else None
    if entry is None or width is None or entry.data is None or entry.data.length < width:
        return None
    data, start, end = archive.data, entry.data.start, entry.data.end
    count = int.from_bytes(data[start : start + width], "big")
    names_start = start + width * (1 + count)
    if count > MAX_SYMBOLS or names_start > end:
        return None
    names = data[names_start:end].split(b"\0", count)[:count]
    ends: list[int] = []
    at = names_start
    for name in names:
        at += len(name) + 1
        ends.append(at)
    if len(names) < count or at > end:
        return None
    offsets = tuple(
        int.from_bytes(data[place : place + width], "big") for place in range(start + width, names_start, width)
    )
    return SymbolIndex(entry.data, width, offsets, tuple(names), tuple(ends))


def defined_names(elf: ElfFile) -> list[bytes]:
    """What ar puts into the index for an ELF member: every symbol that is neither local nor undefined, in order."""
    symbols = elf.symtab
    if symbols is None:
        return []
    wanted = (symbols.table["info"] >> 4 != 0) & (symbols.section_of != 0) & (symbols.table["name"] != 0)
    return [symbols.names.raw(offset) for offset in symbols.table["name"][wanted].tolist()]
