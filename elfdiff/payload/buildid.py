"""Whether a GNU build ID is the digest of the file that carries it."""

from __future__ import annotations

import hashlib

from elfdiff.elf.file import ElfFile

NT_GNU_BUILD_ID = 3
_SHT_NULL, _SHT_SYMTAB, _SHT_NOBITS, _SHT_SYMTAB_SHNDX = 0, 2, 8, 18
_DIGESTS = {16: hashlib.md5, 20: hashlib.sha1}


def is_as_linked(elf: ElfFile) -> bool:
    """True if the build ID is what GNU ld's sha1 or md5 style gives for this file: then nothing changed it since.

    False proves nothing: the file was changed after the link, or another linker or style made the ID. GNU ld digests
    the headers without file offsets and the contents of every section but the symbol table, its strings and the
    section names; the build ID's own section is still zero then (bfd/elfcode.h, elf_checksum_contents; ld/ldelf.c,
    write_build_id).
    """
    section = elf.section(".note.gnu.build-id")
    build_id = elf.build_id
    if section is None or section.span is None or build_id is None or len(build_id) not in _DIGESTS:
        return False
    header, wide = elf.header, elf.elf_class == 64
    digest = _DIGESTS[len(build_id)](usedforsecurity=False)
    head = bytearray(elf.data[header.span.start : header.span.end])
    start, width = (32, 16) if wide else (28, 8)
    head[start : start + width] = bytes(width)
    digest.update(head)
    digest.update(elf.data[header.phoff : header.phoff + header.phentsize * header.phnum])
    start, width = (24, 8) if wide else (16, 4)
    # The sections of a linked file do not overlap; those of a hostile one may each cover all of it.
    left = 2 * len(elf.data)
    unread = {header.shstrndx}
    unread |= {table.link for table in elf.sections if table.type == _SHT_SYMTAB}
    for index, item in enumerate(elf.sections):
        row = bytearray(elf.data[item.header_span.start : item.header_span.end])
        row[start : start + width] = bytes(width)
        digest.update(row)
        skipped = item.type in (_SHT_NULL, _SHT_SYMTAB, _SHT_NOBITS, _SHT_SYMTAB_SHNDX) or index in unread
        if skipped or item.span is None:
            continue
        left -= item.span.length
        if left < 0:
            return False
        digest.update(bytes(item.span.length) if item is section else elf.raw(item))
    return digest.digest() == build_id
