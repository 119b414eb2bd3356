"""What an ELF file is made of. Frozen values, raw numbers beside words for people; nothing here reads a file."""

from __future__ import annotations

from typing import Literal

from elfdiff.span import Span
from elfdiff.values import dataclass

ByteOrder = Literal["little", "big"]
Compression = Literal["zlib", "zstd", "zlib-gnu"]


@dataclass(frozen=True, slots=True)
class Header:
    (
        """The ELF header (gABI, "ELF Header"). ``phnum``, ``shnum`` and ``shstrndx`` are resolved through section 0.

    ``type_name`` is NONE, REL, EXEC, DYN or CORE; ``machine_name`` is readelf's, e.g. "Advanced Micro Devices X86-64".
    """
        ""
    )

    elf_class: Literal[32, 64]
    byte_order: ByteOrder
    os_abi: int
    abi_version: int
    type: int
    type_name: str
    machine: int
    machine_name: str
    flags: int
    entry: int
    phoff: int
    phentsize: int
    phnum: int
    shoff: int
    shentsize: int
    shnum: int
    shstrndx: int
    span: Span


@dataclass(frozen=True, slots=True)
class Section:
    """A section header and where its bytes stand.

    ``span`` is the file range of its contents; None for SHT_NOBITS and for SHT_NULL, and empty for size 0.
    ``size`` is sh_size: bytes in memory, for a compressed section bytes in the file. ``header_span`` is the file range
    of its entry in the section header table. ``name`` is decoded as UTF-8 with backslash escapes. ``type_name`` is
    readelf's word, e.g. "PROGBITS"; a number in hex where there is none.
    """

    index: int
    name: str
    type: int
    type_name: str
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int
    compression: Compression | None
    span: Span | None
    header_span: Span

    @property
    def is_allocated(self) -> bool:
        """SHF_ALLOC: occupies memory at run time."""
        return bool(self.flags & 0x2)

    @property
    def is_executable(self) -> bool:
        """SHF_EXECINSTR: holds machine code."""
        return bool(self.flags & 0x4)


@dataclass(frozen=True, slots=True)
class Segment:
    """A program header (gABI, "Program Header"). ``type_name`` is readelf's word, e.g. "LOAD".

    ``span`` is the file range of its contents, cut at the end of the file: a .debug file keeps its program's segments.
    """

    index: int
    type: int
    type_name: str
    flags: int
    offset: int
    virtual_address: int
    physical_address: int
    file_size: int
    memory_size: int
    alignment: int
    span: Span
    header_span: Span


@dataclass(frozen=True, slots=True)
class Symbol:
    """One entry of .symtab or .dynsym. ``section`` is st_shndx resolved through SHT_SYMTAB_SHNDX.

    ``binding`` and ``kind`` are the low-case names (local, global, weak, gnu_unique; notype, object, func, section,
    file, common, tls, gnu_ifunc), or the number as text. ``span`` is the file range of the entry itself.
    """

    index: int
    name: str
    value: int
    size: int
    binding: str
    kind: str
    visibility: int
    section: int
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """One entry of a note section or segment (gABI, "Note Section").

    ``owner`` is the name without its NUL. ``span`` covers header, name and descriptor; ``description_span`` the
    descriptor alone. ``section`` is the section's name, or "PT_NOTE" when only a segment holds it.
    """

    owner: str
    type: int
    description: bytes
    section: str
    span: Span
    description_span: Span


@dataclass(frozen=True, slots=True)
class DynamicEntry:
    """One entry of .dynamic. ``text`` is the string for tags that name one (DT_NEEDED, DT_SONAME, …), else None.

    ``text_span`` is the file range of that string without its NUL. ``tag_name`` is readelf's word, e.g. "NEEDED".
    """

    tag: int
    tag_name: str
    value: int
    text: str | None
    text_span: Span | None
    span: Span


@dataclass(frozen=True, slots=True)
class Relocation:
    """One REL or RELA entry. ``addend`` is None for REL. ``section`` is the relocation section's index."""

    section: int
    offset: int
    type: int
    symbol: int
    addend: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class DebugUnit:
    """A DWARF unit's own facts (DWARF 5, section 3.1.1). Only the top entry of each unit is ever read.

    ``offset`` is in bytes of the (inflated) .debug_info. ``files`` are the file names of its line program, joined with
    their directories as the line program gives them; ``md5s`` are hex, one a file, or none at all. Both are empty if
    the unit has no line program or it could not be read. ``end`` is where the unit ends in .debug_info; ``lines`` the
    offset of its line program in .debug_line, None if it names none. ``split_id`` are the 8 bytes that tie a skeleton
    to its .dwo file, at ``split_id_at`` of .debug_info; None for other units.
    """

    offset: int
    version: int
    name: str | None
    directory: str | None
    producer: str | None
    language: int | None
    files: tuple[str, ...]
    md5s: tuple[str, ...]
    end: int = 0
    lines: int | None = None
    split_id: bytes | None = None
    split_id_at: int = 0
