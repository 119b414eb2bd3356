"""Kernel modules: .modinfo, the checksums of modversions, and the signature after the end of the ELF file."""

from __future__ import annotations

import struct

from elfdiff.elf.file import ElfFile
from elfdiff.span import Span
from elfdiff.values import dataclass

SIGNATURE_END = b"~Module signature appended~\n"
"""The last bytes of a signed module."""
# struct module_signature (Linux, include/linux/module_signature.h): sig_len is big-endian on every machine.
_TRAILER = struct.Struct(">BBBBB3xI")
# struct modversion_info (include/linux/module.h): a long, and the name in what is left of 64 bytes.
_VERSION_SIZE = 64
MAX_VERSIONS = 100_000


@dataclass(frozen=True, slots=True)
class ModuleEntry:
    """One key=value of .modinfo; ``span`` is the file range of the text without its NUL."""

    key: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class ModuleSignature:
    """The appended signature. ``span`` covers all that was appended, ``payload`` the signature itself (PKCS#7)."""

    span: Span
    payload: Span


@dataclass(frozen=True, slots=True)
class ModuleVersion:
    """The checksum (CONFIG_MODVERSIONS) of one symbol that the module takes from the kernel or another module.

    ``span`` is the file range of the checksum.
    """

    name: str
    crc: int
    span: Span


def module_info(elf: ElfFile) -> tuple[ModuleEntry, ...]:
    """The entries in order, keys repeated as the module has them; text without "=" is a key with an empty value."""
    section = elf.section(".modinfo")
    if section is None or section.span is None:
        return ()
    entries: list[ModuleEntry] = []
    at = section.span.start
    for raw in elf.raw(section).split(b"\0"):
        if raw:
            key, _, value = raw.decode("utf-8", "backslashreplace").partition("=")
            entries.append(ModuleEntry(key, value, Span(at, at + len(raw))))
        at += len(raw) + 1
    return tuple(entries)


def module_versions(elf: ElfFile) -> tuple[ModuleVersion, ...]:
    """The checksums of ``__versions``, in order; at most ``MAX_VERSIONS``.

    Empty for modules without modversions, and for the split tables of CONFIG_EXTENDED_MODVERSIONS (Linux 6.14).
    """
    section = elf.section("__versions")
    if section is None or section.span is None:
        return ()
    data, width = elf.raw(section), elf.elf_class // 8
    found: list[ModuleVersion] = []
    for at in range(0, min(len(data) // _VERSION_SIZE, MAX_VERSIONS) * _VERSION_SIZE, _VERSION_SIZE):
        name = data[at + width : at + _VERSION_SIZE].split(b"\0", 1)[0]
        crc = int.from_bytes(data[at : at + width], elf.byte_order)
        start = section.span.start + at
        found.append(ModuleVersion(name.decode("utf-8", "backslashreplace"), crc, Span(start, start + width)))
    return tuple(found)


def module_signature(elf: ElfFile) -> ModuleSignature | None:
    """The signature that the kernel's sign-file appended; None without one, or if its lengths do not fit."""
    end = len(elf.data)
    if not elf.data.endswith(SIGNATURE_END):
        return None
    at = end - len(SIGNATURE_END) - _TRAILER.size
    if at < elf.header.span.end:
        return None
    _algorithm, _hash, _id_type, signer_length, key_length, length = _TRAILER.unpack_from(elf.data, at)
    start = at - length - key_length - signer_length
    if start < elf.tail.start:
        return None
    return ModuleSignature(Span(start, end), Span(at - length, at))
