"""Finds sections and notes by name in raw bytes of ELF, PE and Mach-O files.

Own walk over the ELF section header table: the dependency list must be found, or its absence be certain, in files
that a full parser rejects and in files made to mislead one. Every section of a name is given, in file order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from elfdiff.errors import ElfdiffError
from elfdiff.values import dataclass

MAX_SECTIONS = 1 << 20
"""Section headers that are walked; real objects built with -ffunction-sections stay far below."""

SHT_NOTE = 7
SHT_NOBITS = 8
SHF_COMPRESSED = 0x800
_PT_LOAD = 1
_PT_NOTE = 4
_PF_W = 2
_SHN_XINDEX = 0xFFFF
_IMAGE_SCN_MEM_WRITE = 0x80000000


class BadCarrier(ElfdiffError):
    """The file's tables contradict its size, so nothing can be said about a list in it."""


@dataclass(frozen=True, slots=True)
class RawSection:
    """A section as its header gives it. ``offset`` and ``size`` are bytes in the file and are not yet checked.

    ``index`` counts from 0 in the section header table; ``kind`` is sh_type, 1 (SHT_PROGBITS) in PE and Mach-O.
    """

    name: str
    index: int
    kind: int
    flags: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class RawSegment:
    """A program header, or a PE section as one: type, flags, file offset, virtual address, bytes in the file."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """What the container says about the wanted sections. ``byte_order`` is "<" or ">" as ``struct`` writes it.

    ``notes`` are the SHT_NOTE sections, or the PT_NOTE segments of an ELF file without section headers.
    ``has_sections`` is False for an ELF file whose section header table or section names were removed.
    """

    container: str
    byte_order: str
    sections: tuple[RawSection, ...]
    segments: tuple[RawSegment, ...]
    notes: tuple[tuple[int, int], ...]
    has_sections: bool


def open_carrier(data: bytes, names: frozenset[str]) -> Carrier | None:
    """The sections of ``names`` in ``data``; None if it is no ELF, PE or Mach-O file. Raises BadCarrier."""
    if data[:4] == b"\x7fELF":
        return _open_elf(data, names)
    if data[:2] == b"MZ" or data[:4] in _MACHO_MAGIC:
        return _open_with_lief(data, names)
    return None


_MACHO_MAGIC = frozenset(
    bytes.fromhex(magic) for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe", "cafebabf")
)


def _open_elf(data: bytes, names: frozenset[str]) -> Carrier:
    """gABI, "ELF Header", "Section Header Table" and "Program Header"."""
    if len(data) < 52 or data[4] not in (1, 2) or data[5] not in (1, 2):
        raise BadCarrier("its ELF header is cut off or names no class and byte order")
    wide = data[4] == 2
    if wide and len(data) < 64:
        raise BadCarrier("its ELF header is cut off")
    order = "<" if data[5] == 1 else ">"
    if wide:
        phoff, shoff = struct.unpack_from(order + "QQ", data, 32)
        phentsize, phnum, shentsize, shnum, shstrndx = struct.unpack_from(order + "5H", data, 54)
    else:
        phoff, shoff = struct.unpack_from(order + "II", data, 28)
        phentsize, phnum, shentsize, shnum, shstrndx = struct.unpack_from(order + "5H", data, 42)
    segments = tuple(_segments(data, order, wide, phoff, phentsize, phnum))
    if shoff == 0:
        return Carrier("elf", order, (), segments, _note_segments(segments), has_sections=False)
    layout = struct.Struct(order + ("IIQQQQIIQQ" if wide else "10I"))
    if shentsize != layout.size:
        raise BadCarrier(f"its section headers are said to be {shentsize} bytes each, not {layout.size}")
    if shoff + layout.size > len(data):
        raise BadCarrier(f"its section header table at offset {shoff:#x} lies outside the file")
    first = layout.unpack_from(data, shoff)
    count = shnum or first[5]
    names_index = first[6] if shstrndx == _SHN_XINDEX else shstrndx
    if count > MAX_SECTIONS:
        raise BadCarrier(f"it claims {count} sections; the limit is {MAX_SECTIONS}")
    if shoff + count * layout.size > len(data):
        raise BadCarrier(f"its section header table at offset {shoff:#x} runs past the end of the file")
    if names_index == 0:
        # gABI: SHN_UNDEF here says that sections have no names; nothing can be found by name, as without a table.
        return Carrier("elf", order, (), segments, _note_segments(segments), has_sections=False)
    if names_index >= count:
        raise BadCarrier(f"its section name table is said to be section {names_index} of {count}")
    strings = layout.unpack_from(data, shoff + names_index * layout.size)
    text_start, text_end = strings[4], strings[4] + strings[5]
    if text_end > len(data) or strings[1] == SHT_NOBITS:
        raise BadCarrier(f"its section name table at offset {text_start:#x} lies outside the file")
    wanted = [(name, name.encode() + b"\0") for name in sorted(names)]
    sections: list[RawSection] = []
    note_ranges: list[tuple[int, int]] = []
    table = memoryview(data)[shoff : shoff + count * layout.size]
    for index, (name_at, kind, flags, _, offset, size, *_rest) in enumerate(layout.iter_unpack(table)):
        if kind == SHT_NOTE:
            note_ranges.append((offset, size))
        start = text_start + name_at
        if start >= text_end or data[start : start + 1] != b".":
            continue
        for name, encoded in wanted:
            if data.startswith(encoded, start, text_end):
                sections.append(RawSection(name, index, kind, flags, offset, size))
    return Carrier("elf", order, tuple(sections), segments, tuple(note_ranges), has_sections=True)


def _segments(data: bytes, order: str, wide: bool, phoff: int, entry_size: int, count: int) -> Iterator[RawSegment]:
    """Program headers that lie inside the file; a table outside it gives none."""
    layout = struct.Struct(order + ("IIQQQQQQ" if wide else "8I"))
    if phoff == 0 or entry_size != layout.size or phoff + count * layout.size > len(data):
        return
    for fields in layout.iter_unpack(memoryview(data)[phoff : phoff + count * layout.size]):
        if wide:
            kind, flags, offset, address, _, size, _, _ = fields
        else:
            kind, offset, address, _, size, _, flags, _ = fields
        yield RawSegment(kind, flags, offset, address, size)


def _note_segments(segments: tuple[RawSegment, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((segment.offset, segment.size) for segment in segments if segment.kind == _PT_NOTE)


def data_segments(carrier: Carrier) -> Iterator[RawSegment]:
    """Writable loaded segments: where Go's linker puts build information when the section names are gone."""
    return (item for item in carrier.segments if item.kind == _PT_LOAD and item.flags & _PF_W)


def bytes_at(data: bytes, carrier: Carrier, address: int, length: int) -> bytes | None:
    """``length`` bytes at a virtual address, through PT_LOAD; None where nothing is loaded from the file."""
    for segment in carrier.segments:
        if segment.kind == _PT_LOAD and segment.address <= address <= segment.address + segment.size - length:
            start = segment.offset + address - segment.address
            found = data[start : start + length]
            return found if len(found) == length else None
    return None


def _open_with_lief(data: bytes, names: frozenset[str]) -> Carrier:
    """PE and Mach-O. Of a fat Mach-O file each architecture gives its sections, with offsets in the whole file."""
    import lief

    lief.logging.disable()
    found: list[RawSection] = []
    if data[:2] == b"MZ":
        image = lief.PE.parse(data)
        if image is None:
            raise BadCarrier("it begins like a PE file but cannot be parsed as one")
        _check_count("section headers", image.header.numberof_sections, len(image.sections))
        segments: list[RawSegment] = []
        for index, section in enumerate(image.sections):
            # Windows rounds the size in the file up to the file alignment; the virtual size is the true one.
            size = min(section.sizeof_raw_data, section.virtual_size or section.sizeof_raw_data)
            address = image.optional_header.imagebase + section.virtual_address
            flags = _PF_W if section.characteristics & _IMAGE_SCN_MEM_WRITE else 0
            segments.append(RawSegment(_PT_LOAD, flags, section.pointerto_raw_data, address, size))
            if str(section.name) in names:
                found.append(RawSection(str(section.name), index, 1, 0, section.pointerto_raw_data, size))
        return Carrier("pe", "<", tuple(found), tuple(segments), (), has_sections=True)
    fat = lief.MachO.parse(data)
    if fat is None or fat.size == 0:
        raise BadCarrier("it begins like a Mach-O file but cannot be parsed as one")
    for slice_ in fat:
        _check_count("load commands", slice_.header.nb_cmds, len(slice_.commands))
        for index, part in enumerate(slice_.sections):
            if str(part.name) in names:
                found.append(RawSection(str(part.name), index, 1, 0, slice_.fat_offset + part.offset, part.size))
    return Carrier("macho", "<", tuple(found), (), (), has_sections=True)


def _check_count(what: str, claimed: int, parsed: int) -> None:
    """lief leaves out what it cannot read; a section among that would be missing without a word."""
    if claimed != parsed:
        raise BadCarrier(f"it claims {claimed} {what}, and only {parsed} can be parsed")
