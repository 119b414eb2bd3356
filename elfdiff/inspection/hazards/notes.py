"""The build ID's kind, the signature, and what stands behind the end."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.elf.file import ElfFile
from elfdiff.elf.notes import NT_GNU_BUILD_ID
from elfdiff.inspection.sign import Sign, sign
from elfdiff.inspection.subject import Subject
from elfdiff.payload.buildid import is_as_linked
from elfdiff.payload.modinfo import module_signature
from elfdiff.span import Span

_PAYLOADS = (
    (b"hsqs", "a squashfs file system"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x7fELF", "another ELF file"),
)
_KINDS = {
    8: "8 bytes: LLD's fast hash",
    16: "16 bytes: md5, or random (uuid)",
    20: "20 bytes: sha1",
    32: "32 bytes: sha256",
}
_RANDOM = "16 bytes with the version of a random UUID"


def build_id_kind(elf: ElfFile) -> str | None:
    """What the length says about how the ID was made, and whether it is the digest of this file; None without an ID."""
    if elf.build_id is None:
        return None
    if is_as_linked(elf):
        return f"{_KINDS[len(elf.build_id)].split(',')[0]} of this file, so nothing changed it after its link"
    if _is_version_4(elf.build_id):
        return _RANDOM
    return _KINDS.get(len(elf.build_id), f"{len(elf.build_id)} bytes: given by hand")


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of random-build-id, build-id-setting, signature and appended-data."""
    yield from _build_id(subject)
    signature = module_signature(subject.elf)
    if signature is not None:
        place = subject.file_place(signature.span, "module signature")
        yield sign("signature", "kernel-module-signature", "a kernel module signature is appended", "shows", [place])
    for name in (".sig", ".sha256_sig", ".signature"):
        section = subject.elf.section(name)
        if section is not None and section.span is not None and any(subject.elf.raw(section)[:4096]):
            place = subject.file_place(section.span, name, name)
            yield sign("signature", "elf-embedded-signature", "a section holds a signature", "shows", [place])
    if signature is None:
        yield from _tail(subject)


def _build_id(subject: Subject) -> Iterator[Sign]:
    note = next((n for n in subject.elf.notes if n.owner == "GNU" and n.type == NT_GNU_BUILD_ID), None)
    if note is None:
        return
    if is_as_linked(subject.elf):
        return
    place = subject.file_place(note.description_span, note.description.hex()[:128], note.section)
    length = len(note.description)
    if _is_version_4(note.description):
        # One hash in 64 has these six bits as well.
        yield sign(
            "random-build-id",
            "build-id-uuid",
            "the build ID is a random UUID",
            "hints",
            [place],
            note="an md5 has this form once in 64 times",
        )
    elif length == 16 and not _marks_uuids(subject.elf):
        yield sign(
            "random-build-id",
            "build-id-uuid",
            "the build ID has 16 bytes: --build-id=md5, or a random UUID",
            "hints",
            [place],
        )
    elif length not in _KINDS:
        yield sign("build-id-setting", "build-id-fixed-or-salted", "the build ID was given by hand", "hints", [place])


def _is_version_4(build_id: bytes) -> bool:
    """RFC 4122, section 4.4: version nibble 4, variant bits 10."""
    return len(build_id) == 16 and build_id[6] >> 4 == 4 and build_id[8] >> 6 == 2


def _marks_uuids(elf: ElfFile) -> bool:
    """mold sets the version of a random ID; GNU ld and gold do not, and LLD did not before it did."""
    return any(text.startswith("mold ") for text in elf.comment)


def _tail(subject: Subject) -> Iterator[Sign]:
    tail = subject.elf.tail
    head = subject.elf.data[tail.start : tail.start + 4096]
    if tail.length < 16 or not any(head):
        return
    what = next((words for magic, words in _PAYLOADS if head.lstrip(b"\0").startswith(magic)), "data")
    place = subject.file_place(Span(tail.start, tail.end), f"{what}, {tail.length} bytes")
    yield sign(
        "appended-data", "bytes-outside-sections", "something is appended behind the last section", "hints", [place]
    )
