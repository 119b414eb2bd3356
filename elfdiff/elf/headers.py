"""The ELF header and the two tables it points to (gABI 4.1, "ELF Header", "Sections", "Program Header")."""

from __future__ import annotations

import struct
from typing import Literal

from elfdiff.elf import names
from elfdiff.elf.model import ByteOrder, Compression, Header, Section, Segment
from elfdiff.elf.strings import StringTable
from elfdiff.errors import LimitExceeded, MalformedElf, NotElf
from elfdiff.span import Span

MAX_SECTIONS = 2_000_000
"""Headers of one file. GHC's and -ffunction-sections' largest relocatables have a few hundred thousand."""

MAX_SEGMENTS = 1_000_000

_MAGIC = b"\x7fELF"
_SHN_XINDEX = 0xFFFF
_PN_XNUM = 0xFFFF
SHT_NULL, SHT_NOBITS = 0, 8
MAX_OVERLAP = 4
"""Times that the bytes of a file may be in sections: of what toolchains write, no byte is in two."""
_SHF_COMPRESSED = 0x800
_ELFCOMPRESS: dict[int, Compression] = {1: "zlib", 2: "zstd"}
_ET_CORE = 4


def parse_header(data: bytes, path: str) -> Header:
    """The ELF header, its counts resolved through section 0 where they do not fit 16 bits.

    Raises NotElf without the magic number; MalformedElf for a truncated header, an unknown class or byte order, and
    tables that reach past the end.
    """
    if data[:4] != _MAGIC:
        what = "is empty" if not data else "does not begin with the ELF magic number"
        raise NotElf(f"{path}: {what}; it is no ELF file")
    elf_class, order = _identification(data, path)
    mark = "<" if order == "little" else ">"
    layout = struct.Struct(mark + ("HHIIIIIHHHHHH" if elf_class == 32 else "HHIQQQIHHHHHH"))
    size = 16 + layout.size
    if len(data) < size:
        raise MalformedElf(f"{path}: the ELF header needs {size} bytes, but the file has only {len(data)}", 0)
    (
        file_type,
        machine,
        _version,
        entry,
        phoff,
        shoff,
        flags,
        _ehsize,
        phentsize,
        phnum,
        shentsize,
        shnum,
        shstrndx,
    ) = layout.unpack_from(data, 16)
    if phoff == 0:
        phnum = 0
    shnum, phnum, shstrndx = _resolve(data, path, elf_class, mark, shoff, shentsize, shnum, phnum, shstrndx)
    return Header(
        elf_class=elf_class,
        byte_order=order,
        os_abi=data[7],
        abi_version=data[8],
        type=file_type,
        type_name=names.file_type_name(file_type),
        machine=machine,
        machine_name=names.machine_name(machine),
        flags=flags,
        entry=entry,
        phoff=phoff,
        phentsize=phentsize,
        phnum=phnum,
        shoff=shoff,
        shentsize=shentsize,
        shnum=shnum,
        shstrndx=shstrndx,
        span=Span(0, size),
    )


def _identification(data: bytes, path: str) -> tuple[Literal[32, 64], ByteOrder]:
    if len(data) < 16:
        raise MalformedElf(f"{path}: the ELF identification needs 16 bytes, but the file has only {len(data)}", 0)
    if data[4] not in (1, 2):
        raise MalformedElf(f"{path}: the ELF class is {data[4]}, which is neither 32 nor 64 bits", 4)
    if data[5] not in (1, 2):
        raise MalformedElf(f"{path}: the data encoding is {data[5]}, which is neither byte order", 5)
    return (32 if data[4] == 1 else 64), ("little" if data[5] == 1 else "big")


def _section_layout(elf_class: int, mark: str) -> struct.Struct:
    return struct.Struct(mark + ("IIIIIIIIII" if elf_class == 32 else "IIQQQQIIQQ"))


def _resolve(
    data: bytes,
    path: str,
    elf_class: int,
    mark: str,
    shoff: int,
    shentsize: int,
    shnum: int,
    phnum: int,
    shstrndx: int,
) -> tuple[int, int, int]:
    """shnum, phnum and shstrndx; each may stand in section 0 instead (gABI, "ELF Header", e_shnum and e_shstrndx)."""
    if shoff == 0:
        if phnum == _PN_XNUM:
            raise MalformedElf(f"{path}: the number of segments stands in section 0, but there is no section table", 0)
        return 0, phnum, 0
    if shnum == 0 or phnum == _PN_XNUM or shstrndx == _SHN_XINDEX:
        layout = _section_layout(elf_class, mark)
        if shoff + layout.size > len(data):
            raise MalformedElf(
                f"{path}: the section header table begins at byte {shoff}, but the file has only {len(data)}: "
                "it is truncated",
                shoff,
            )
        first = layout.unpack_from(data, shoff)
        if shnum == 0:
            shnum = first[5]
        if shstrndx == _SHN_XINDEX:
            shstrndx = first[6]
        if phnum == _PN_XNUM:
            phnum = first[7]
    _check_table(data, path, "section header table", shoff, shnum, shentsize, 40 if elf_class == 32 else 64)
    if shnum > MAX_SECTIONS:
        raise LimitExceeded(f"{path}: has {shnum} sections, and the limit is {MAX_SECTIONS}")
    return shnum, phnum, shstrndx


def _check_table(data: bytes, path: str, what: str, offset: int, count: int, entry: int, least: int) -> None:
    if count == 0:
        return
    if entry < least:
        raise MalformedElf(f"{path}: an entry of the {what} has {entry} bytes, but needs {least}", offset)
    end = offset + count * entry
    if end > len(data):
        raise MalformedElf(
            f"{path}: the {what} reaches byte {end}, but the file has only {len(data)}: it is truncated", offset
        )


def parse_sections(data: bytes, path: str, header: Header, warnings: list[str]) -> tuple[Section, ...]:
    """Every section header, index 0 included.

    Raises MalformedElf if a section other than NOBITS reaches past the end of the file, and if sections overlap so
    often that together they hold :data:`MAX_OVERLAP` times the file.
    """
    mark = "<" if header.byte_order == "little" else ">"
    layout = _section_layout(header.elf_class, mark)
    rows = [layout.unpack_from(data, header.shoff + i * header.shentsize) for i in range(header.shnum)]
    table = _name_table(data, path, header, rows, warnings)
    sections: list[Section] = []
    room = MAX_OVERLAP * len(data)
    for index, row in enumerate(rows):
        name_at, kind, flags, address, offset, size, link, info, alignment, entry_size = row
        name = table.text(name_at) if table is not None else ""
        at = header.shoff + index * header.shentsize
        span: Span | None = None
        if kind not in (SHT_NULL, SHT_NOBITS):
            if size and offset + size > len(data):
                raise MalformedElf(
                    f"{path}: section {index} ({name}) reaches byte {offset + size}, "
                    f"but the file has only {len(data)}: it is truncated",
                    at,
                )
            span = Span(min(offset, len(data)), min(offset, len(data)) + size)
            room -= size
            if room < 0:
                raise MalformedElf(
                    f"{path}: sections up to {index} ({name}) overlap: together they hold more than {MAX_OVERLAP} "
                    f"times the {len(data)} bytes of the file",
                    at,
                )
        compression = _compression(data, name, flags, span, mark, index, warnings)
        sections.append(
            Section(
                index=index,
                name=name,
                type=kind,
                type_name=names.section_type_name(kind, header.machine),
                flags=flags,
                address=address,
                offset=offset,
                size=size,
                link=link,
                info=info,
                alignment=alignment,
                entry_size=entry_size,
                compression=compression,
                span=span,
                header_span=Span(at, at + layout.size),
            )
        )
    return tuple(sections)


def _name_table(
    data: bytes, path: str, header: Header, rows: list[tuple[int, ...]], warnings: list[str]
) -> StringTable | None:
    if header.shstrndx == 0 or not rows:
        return None
    if header.shstrndx >= len(rows):
        warnings.append(f"the section name table would be section {header.shstrndx}, but there are only {len(rows)}")
        return None
    _, kind, _, _, offset, size, *_ = rows[header.shstrndx]
    if kind in (SHT_NULL, SHT_NOBITS):
        warnings.append(f"section {header.shstrndx}, the section name table, holds no bytes")
        return None
    if offset + size > len(data):
        raise MalformedElf(
            f"{path}: section {header.shstrndx} (the section name table) reaches byte {offset + size}, "
            f"but the file has only {len(data)}: it is truncated",
            header.shoff + header.shstrndx * header.shentsize,
        )
    return StringTable(data[offset : offset + size], path)


def _compression(
    data: bytes, name: str, flags: int, span: Span | None, mark: str, index: int, warnings: list[str]
) -> Compression | None:
    if span is None or not span.length:
        return None
    if flags & _SHF_COMPRESSED:
        if span.length >= 4:
            (kind,) = struct.unpack_from(mark + "I", data, span.start)
            if kind in _ELFCOMPRESS:
                return _ELFCOMPRESS[kind]
        warnings.append(f"section {index} ({name}) is marked as compressed, but in no known way")
        return None
    # The old GNU form: "ZLIB", then the inflated size as 8 bytes, big-endian in every file.
    if name.startswith(".zdebug") and data.startswith(b"ZLIB", span.start, span.end):
        return "zlib-gnu"
    return None


def parse_segments(data: bytes, path: str, header: Header, warnings: list[str]) -> tuple[Segment, ...]:
    """Every program header.

    A segment that reaches past the end raises MalformedElf where nothing else describes the file (no section table, no
    core file); else its span is cut and a warning says so: a .debug file keeps the segments of its program.
    """
    mark = "<" if header.byte_order == "little" else ">"
    layout = struct.Struct(mark + ("IIIIIIII" if header.elf_class == 32 else "IIQQQQQQ"))
    _check_table(data, path, "program header table", header.phoff, header.phnum, header.phentsize, layout.size)
    if header.phnum > MAX_SEGMENTS:
        raise LimitExceeded(f"{path}: has {header.phnum} segments, and the limit is {MAX_SEGMENTS}")
    segments: list[Segment] = []
    cut = 0
    for index in range(header.phnum):
        at = header.phoff + index * header.phentsize
        row = layout.unpack_from(data, at)
        if header.elf_class == 32:
            kind, offset, virtual, physical, file_size, memory_size, flags, alignment = row
        else:
            kind, flags, offset, virtual, physical, file_size, memory_size, alignment = row
        type_name = names.segment_type_name(kind, header.machine)
        if file_size and offset + file_size > len(data):
            if not header.shnum and header.type != _ET_CORE and kind != 0:
                raise MalformedElf(
                    f"{path}: segment {index} ({type_name}) reaches byte {offset + file_size}, "
                    f"but the file has only {len(data)}: it is truncated",
                    at,
                )
            cut += 1
        segments.append(
            Segment(
                index=index,
                type=kind,
                type_name=type_name,
                flags=flags,
                offset=offset,
                virtual_address=virtual,
                physical_address=physical,
                file_size=file_size,
                memory_size=memory_size,
                alignment=alignment,
                span=Span(min(offset, len(data)), min(offset + file_size, len(data))),
                header_span=Span(at, at + layout.size),
            )
        )
    if cut:
        warnings.append(f"{cut} of {header.phnum} segments reach past the end of the file")
    return tuple(segments)
