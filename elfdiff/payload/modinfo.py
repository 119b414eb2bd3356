"""Kernel modules: .modinfo, and the signature after the end of the ELF file."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from elfdiff.elf.file import ElfFile
from elfdiff.span import Span

_MAGIC = b"~Module signature appended~\n"
# struct module_signature (Linux, include/linux/module_signature.h): sig_len is big-endian on every machine.
_TRAILER = struct.Struct(">BBBBB3xI")


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


def module_signature(elf: ElfFile) -> ModuleSignature | None:
    """The signature that the kernel's sign-file appended; None without one, or if its lengths do not fit."""
    end = len(elf.data)
    if not elf.data.endswith(_MAGIC):
        return None
    at = end - len(_MAGIC) - _TRAILER.size
    if at < elf.header.span.end:
        return None
    _algorithm, _hash, _id_type, signer_length, key_length, length = _TRAILER.unpack_from(elf.data, at)
    start = at - length - key_length - signer_length
    if start < elf.tail.start:
        return None
    return ModuleSignature(Span(start, end), Span(at - length, at))
