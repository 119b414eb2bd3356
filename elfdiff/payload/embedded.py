"""What an ELF file carries for its own use: archives and images in sections, in notes, or behind all that headers
describe.

Bundlers put the program proper there (PyInstaller, deno compile, postject for Node, AppImage, PAR, makeself); so do
device compilers (nvcc) and `objcopy --add-section`. What is found here is told by where it stands and by what its own
bytes say; what is in it, others read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.elf.notes import parse_notes
from elfdiff.span import Span
from elfdiff.values import dataclass

TAIL = "behind the ELF file"
SHT_PROGBITS, PT_NOTE = 1, 4
UNKNOWN = "data"
MODULE_SIGNATURE = b"~Module signature appended~\n"
_FAT = frozenset({".nv_fatbin", "__nv_relfatbin"})
_FORM_FAT = b"\x50\xed\x55\xba"
_OWN = _FAT | {".note.sui", ".bun", ".rackprog", "pydata", ".gnu_debugdata"}
"""Sections that hold nothing else: of deno, bun, nvcc, racket, PyInstaller, and MiniDebugInfo (an ELF file in xz)."""
_OWNERS = frozenset({"NODE_SEA_BLOB", "SUI"})
"""Owners of notes that hold nothing else: postject for Node, and libsui."""
_SUI = b"IUSSUI"
_FORMS = (
    (b"hsqs", "squashfs image"),
    (b"PK\x03\x04", "zip archive"),
    (b"\x1f\x8b\x08", "gzip stream"),
    (b"\xfd7zXZ\x00", "xz stream"),
    (b"\x28\xb5\x2f\xfd", "zstd stream"),
    (b"BZh", "bzip2 stream"),
    (b"d3n0l4nd", "deno archive"),
    (_FORM_FAT, "CUDA fat binary"),
    (b"\x20\xda\x43\x01", "Node.js application"),
    (b"KAX", "Nuitka payload"),
    (b"KAY", "Nuitka payload"),
)
_ZIP_END = b"PK\x05\x06"
_ENDS = ((b"\nPAR.pm\n", "Perl archive"), (_ZIP_END, "zip archive"), (b"MEI\014\013\012\013\016", "CArchive"))
_PADDED = 16
"""So many zeros behind the last section are its padding (nasm)."""
_END = 65_557
"""A zip archive ends within so many bytes behind the beginning of its last record."""
_KNOWN = (".debug", ".zdebug", ".note", ".gnu", ".stab", ".rel", ".gdb", ".go", ".llvm", ".ARM", ".riscv", ".MIPS",
          ".comment", ".GCC", ".ctf", ".BTF", ".mdebug", ".pdr", ".reginfo", ".SUNW", ".nv.", ".modinfo", ".annobin",
          ".group", ".deplibs", ".rustc", ".dep-v0", ".symtab", ".strtab", ".shstrtab")  # fmt: skip
"""How the names of unloaded sections begin that compilers and linkers write."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Bytes of an ELF file that are data to it. ``place`` is a section, a note or TAIL; ``form`` what its first or last
    bytes say in words, "data" if nothing."""

    place: str
    form: str
    span: Span


def embedded(elf: ElfFile) -> tuple[Embedded, ...]:
    """All that is found, in file order; nothing of less than a few bytes."""
    return tuple(sorted(_found(elf), key=lambda item: item.span.start))


def told_length(name: str, contents: Callable[[], bytes]) -> int | None:
    """How long the contents of a section of this name say that they are; None where they do not say.

    nvcc's fat binaries have their length, less 16, in front, and may stand one behind the other.
    """
    if name not in _FAT:
        return None
    data, at = contents(), 0
    while data.startswith(_FORM_FAT, at) and at + 16 <= len(data):
        at += 16 + int.from_bytes(data[at + 8 : at + 16], "little")
    return at or None


def form_of(data: bytes, span: Span) -> str:
    """What the bytes say that they are, in words; "data" if nothing."""
    for magic, form in _FORMS:
        if data.startswith(magic, span.start, span.end):
            return form
    if data[span.start + 257 : min(span.start + 262, span.end)] == b"ustar":
        return "tar archive"
    end = data[max(span.end - _END, span.start) : span.end]
    return next((form for magic, form in _ENDS if magic in end), UNKNOWN)


def _found(elf: ElfFile) -> Iterator[Embedded]:
    tail = elf.tail
    padding = tail.length <= _PADDED and not any(elf.data[tail.start : tail.end])
    if tail.length and not padding and not elf.data.endswith(MODULE_SIGNATURE):
        start = _zip_start(elf.data, tail) if form_of(elf.data, tail) in ("zip archive", UNKNOWN) else None
        if start is not None and start > tail.start:
            head = Span(tail.start, start)
            yield Embedded(f"{TAIL}, before the archive", form_of(elf.data, head), head)
            tail = Span(start, tail.end)
        yield Embedded(TAIL, form_of(elf.data, tail), tail)
    for section in elf.sections:
        span = section.span
        if span is None or not span.length or section.compression is not None:
            continue
        if section.name in _OWN:
            span = _behind_note(elf.data, span)
            yield Embedded(section.name, form_of(elf.data, span), span)
        elif section.type == SHT_PROGBITS and not section.is_allocated and not _is_known(section):
            form = form_of(elf.data, span)
            if form != UNKNOWN:
                yield Embedded(section.name, form, span)
    found = {section.span for section in elf.sections if section.name in _OWN}
    for segment in elf.segments:
        # postject leaves section headers that no longer say where notes are.
        if segment.type == PT_NOTE and segment.span not in found:
            for note in parse_notes(elf.data, segment.span, segment.alignment, elf.byte_order, "", []):
                if note.owner in _OWNERS:
                    span = note.description_span
                    yield Embedded(f"note {note.owner}", form_of(elf.data, span), span)


def _zip_start(data: bytes, span: Span) -> int | None:
    """Where a zip archive at the end begins, by its last record (APPNOTE.TXT, 4.3.16); None if there is none.

    Places in it count from its own start, or from the start of the file.
    """
    at = data.rfind(_ZIP_END, max(span.end - _END, span.start), span.end)
    if at < 0 or at + 22 > span.end:
        return None
    size, start = struct.unpack_from("<II", data, at + 12)
    if size < 46 or at - size < span.start:
        return None
    first = at - size - start + int.from_bytes(data[at - size + 42 : at - size + 46], "little")
    return first if first >= span.start and data.startswith(b"PK\x03\x04", first) else None


def _is_known(section: Section) -> bool:
    return not section.name or section.name.startswith(_KNOWN)


def _behind_note(data: bytes, span: Span) -> Span:
    """What libsui's note describes, without the note's own head; other sections as they are."""
    at = data.find(_SUI, span.start, min(span.start + 64, span.end))
    start = data.find(b"d3n0l4nd", at, min(at + 64, span.end)) if at >= 0 else -1
    return Span(start, span.end) if start >= 0 else span
