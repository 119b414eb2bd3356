"""Symbol versions (LSB, "Symbol Versioning"): what a file defines, and the names of its dynamic symbols with them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from elfdiff.elf.file import ElfFile
from elfdiff.elf.strings import StringTable

SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
MAX_RECORDS = 65536
_BASE = 1
_HIDDEN = 0x8000
_EXPORTED = (1, 2, 10)
"""STB_GLOBAL, STB_WEAK, STB_GNU_UNIQUE."""


def defined_versions(elf: ElfFile) -> dict[int, str]:
    """Number → name of each version that the file defines, the base (its own name) left out."""
    return {number: name for number, name, base in _definitions(elf) if not base}


def exported_names(elf: ElfFile) -> frozenset[str] | None:
    """The defined dynamic symbols, as ``nm -D --with-symbol-versions`` writes them; None without a table of them.

    ``NAME@@VERSION`` is what a new program gets, ``NAME@VERSION`` is kept for old ones or, in a program, copied.
    """
    table = elf.dynsym
    if table is None:
        return None
    numbers = _numbers(elf, len(table))
    definitions = list(_definitions(elf))
    defined = {number: name for number, name, _ in definitions}
    bases = {number for number, _, base in definitions if base}
    needed = dict(_needed(elf))
    found: set[str] = set()
    columns = zip(
        table.table["name"].tolist(), table.table["info"].tolist(), table.section_of.tolist(), numbers, strict=True
    )
    for at, info, section, number in columns:
        if not section or info >> 4 not in _EXPORTED or info & 15 == 3:
            continue
        name = table.names.text(at)
        index = number & ~_HIDDEN
        version = defined.get(index)
        if index < 2 and (version is None or index in bases):
            found.add(name)
        elif version is not None:
            found.add(name if version == name else f"{name}{'@' if number & _HIDDEN else '@@'}{version}")
        else:
            found.add(f"{name}@{needed[index]}" if index in needed else name)
    return frozenset(found)


def _numbers(elf: ElfFile, count: int) -> list[int]:
    section = next((s for s in elf.sections if s.type == SHT_GNU_VERSYM and s.span is not None), None)
    raw = elf.raw(section) if section is not None else b""
    given = min(count, len(raw) // 2)
    mark = "<" if elf.byte_order == "little" else ">"
    return [*struct.unpack_from(f"{mark}{given}H", raw), *[0] * (count - given)]


def _definitions(elf: ElfFile) -> Iterator[tuple[int, str, bool]]:
    """Number, name, and whether it is the base, of each Verdef, as the chain goes."""
    data, names = _section(elf, SHT_GNU_VERDEF)
    mark = "<" if elf.byte_order == "little" else ">"
    at = 0
    for _ in range(MAX_RECORDS):
        if at + 20 > len(data):
            return
        _, flags, number, count, _, aux, following = struct.unpack_from(mark + "HHHHIII", data, at)
        if count and at + aux + 8 <= len(data):
            (name,) = struct.unpack_from(mark + "I", data, at + aux)
            yield number & ~_HIDDEN, names.text(name), bool(flags & _BASE)
        if not following:
            return
        at += following


def _needed(elf: ElfFile) -> Iterator[tuple[int, str]]:
    """Number and name of each Vernaux, as the chain goes."""
    data, names = _section(elf, SHT_GNU_VERNEED)
    mark = "<" if elf.byte_order == "little" else ">"
    at = 0
    left = MAX_RECORDS
    while at + 16 <= len(data) and left:
        _, count, _, aux, following = struct.unpack_from(mark + "HHIII", data, at)
        inner = at + aux
        for _ in range(count):
            left -= 1
            if inner + 16 > len(data) or not left:
                break
            _, _, number, name, step = struct.unpack_from(mark + "IHHII", data, inner)
            yield number & ~_HIDDEN, names.text(name)
            if not step:
                break
            inner += step
        left = max(left - 1, 0)
        if not following:
            return
        at += following


def _section(elf: ElfFile, kind: int) -> tuple[bytes, StringTable]:
    """The records and their names; both empty where there is no such section. Names that do not fit: LimitExceeded."""
    section = next((s for s in elf.sections if s.type == kind and s.span is not None), None)
    if section is None or not 0 < section.link < len(elf.sections):
        return b"", StringTable(b"", elf.path)
    return elf.raw(section), StringTable(elf.raw(elf.sections[section.link]), elf.path)
