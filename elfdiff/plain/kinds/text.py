"""Text: what no other kind claims and has hardly a control character; lines are compared as texts of ELF files are."""

from __future__ import annotations

from elfdiff.plain.model import Kind, Question, Reading
from elfdiff.plain.prose import read_text

HEAD = 1 << 16


def recognise(name: str, data: bytes) -> bool:
    """True for UTF-8, or for bytes that are hardly control characters; an empty file is text too."""
    head = data[:HEAD]
    if b"\0" in head:
        return False
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1b\b" for byte in head)
    return controls * 100 <= len(head)


def _read(question: Question) -> Reading | None:
    return read_text("text", question)


KIND = Kind("text", 2, recognise, _read)
