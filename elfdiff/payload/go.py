"""What only Go writes: its build ID note."""

from __future__ import annotations

import hashlib

from elfdiff.elf.file import ElfFile
from elfdiff.span import Span
from elfdiff.values import dataclass

NT_GO_BUILD_ID = 4
_GNU_HEAD = 16
"""Bytes of a GNU build ID note before the ID: three words, and "GNU" with its NUL."""


@dataclass(frozen=True, slots=True)
class GoBuildId:
    """The four slash-separated parts of a linked program's build ID (Go's cmd/go/internal/work/buildid.go).

    ``action`` hashes the inputs of the link, ``compile_action`` and ``compile_content`` those of the main package, and
    ``content`` the linked program itself. ``span`` is the file range of the text.
    """

    action: str
    compile_action: str
    compile_content: str
    content: str
    span: Span


def go_build_id(elf: ElfFile) -> GoBuildId | None:
    """The ID in the note; None without one, and where it has other than four parts (-buildid sets any text)."""
    for note in elf.notes:
        if note.owner == "Go" and note.type == NT_GO_BUILD_ID:
            parts = note.description.rstrip(b"\0").decode("utf-8", "backslashreplace").split("/")
            if len(parts) == 4 and all(parts):
                action, compile_action, compile_content, content = parts
                return GoBuildId(action, compile_action, compile_content, content, note.description_span)
    return None


def is_as_built(elf: ElfFile) -> bool:
    """True if the last part of the build ID is the digest that cmd/go makes of this file: nothing changed it since.

    The digest covers the whole file, the build ID and GNU's taken as zero (cmd/internal/buildid, FindAndHash and
    HashToString: SHA-256, of which 15 bytes are written in base64). False proves nothing: other parts than four.
    """
    build_id = go_build_id(elf)
    if build_id is None:
        return False
    text = elf.data[build_id.span.start : build_id.span.end].rstrip(b"\0")
    data = elf.data
    gnu = elf.section(".note.gnu.build-id")
    if gnu is not None and gnu.span is not None and gnu.span.length > _GNU_HEAD:
        start = gnu.span.start + _GNU_HEAD
        data = data[:start] + bytes(gnu.span.end - start) + data[gnu.span.end :]
    digest = hashlib.sha256(data.replace(text, bytes(len(text)))).digest()
    import base64

    return base64.urlsafe_b64encode(digest[:15]).decode() == build_id.content


def is_go(elf: ElfFile) -> bool:
    """True if the Go toolchain linked the file, stripped or not."""
    marks = (".go.buildinfo", ".gopclntab", ".note.go.buildid")
    return any(elf.section(name) is not None for name in marks) or any(note.owner == "Go" for note in elf.notes)
