"""Versions of the symbols that a file takes from libraries (LSB, "Symbol Versioning")."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.elf.strings import StringTable
from elfdiff.values import dataclass

SHT_GNU_VERNEED, SHT_GNU_VERSYM, SHT_DYNSYM = 0x6FFFFFFE, 0x6FFFFFFF, 11
MAX_RECORDS = 65536
RECORD = 16
HIDDEN = 0x8000


@dataclass(frozen=True, slots=True)
class Version:
    """A version that a file needs of a library: ``number`` is what its symbols say, ``at`` where the record stands."""

    library: str
    name: str
    number: int
    at: int


def needed_versions(elf: ElfFile) -> tuple[Version, ...]:
    """Every version of .gnu.version_r, as the chain goes, up to the first record that makes no sense."""
    section = next((s for s in elf.sections if s.type == SHT_GNU_VERNEED and s.span is not None), None)
    return tuple(_records(elf, section)) if section is not None else ()


def imported(elf: ElfFile) -> dict[str, Version]:
    """The version of each imported symbol that has one."""
    section = next((s for s in elf.sections if s.type == SHT_GNU_VERSYM and s.span is not None), None)
    versions = {version.number: version for version in needed_versions(elf)}
    if section is None or not versions:
        return {}
    raw = elf.raw(section)
    numbers = struct.unpack_from(f"{_mark(elf)}{len(raw) // 2}H", raw)
    found: dict[str, Version] = {}
    for symbol, number in zip(elf.dynamic_symbols, numbers, strict=False):
        version = versions.get(number & ~HIDDEN)
        if symbol.section == 0 and symbol.name and version is not None:
            found[symbol.name] = version
    return found


def _records(elf: ElfFile, section: Section) -> Iterator[Version]:
    data = elf.raw(section)
    table = elf.raw(elf.sections[section.link]) if 0 < section.link < len(elf.sections) else b""
    names = StringTable(table, elf.path)
    start = section.span.start if section.span else 0
    mark = _mark(elf)
    place = left = 0
    most = min(MAX_RECORDS, 2 * len(data) // RECORD)
    while place + RECORD <= len(data) and left < most:
        _, count, file, aux, following = struct.unpack_from(f"{mark}HHIII", data, place)
        inner = place + aux
        for _ in range(count):
            if inner + RECORD > len(data) or left >= most:
                break
            left += 1
            _, _, number, name, step = struct.unpack_from(f"{mark}IHHII", data, inner)
            yield Version(names.text(file), names.text(name), number & ~HIDDEN, start + inner)
            if not step:
                break
            inner += step
        left += 1
        if not following:
            break
        place += following


def _mark(elf: ElfFile) -> str:
    return "<" if elf.byte_order == "little" else ">"
