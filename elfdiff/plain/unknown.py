"""Files of which nothing is known but that they differ."""

from __future__ import annotations

from elfdiff.elf.sameness import differing_blocks
from elfdiff.evidence.places import readable
from elfdiff.plain.model import Edit, First, Question, Reading
from elfdiff.span import Span

SHOWN = 16


_MAGICS = (
    (b"SQLite format 3\0", "SQLite database"),
    (b"\xca\xfe\xba\xbe", "Java class"),
    (b"\x89PNG\r\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"%PDF-", "PDF"),
    (b"\xde\x12\x04\x95", "message catalogue"),
    (b"\x95\x04\x12\xde", "message catalogue"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"\0\1\0\0\0", "font"),
    (b"OTTO", "font"),
    (b"MZ", "PE program"),
    (b"!<arch>\n", "archive"),
    (b"\x1f\x8b", "gzip stream"),
    (b"BZh", "bzip2 stream"),
    (b"\xfd7zXZ\0", "xz stream"),
    (b"\x28\xb5\x2f\xfd", "zstd stream"),
    (b"PK\3\4", "zip"),
    (b"\0asm", "WebAssembly"),
    (b"Caml1999", "OCaml object"),
    (b"\x7fELF", "ELF"),
)
_OPAQUE = frozenset({"gzip stream", "bzip2 stream", "xz stream", "zstd stream", "zip", "JPEG image", "archive"})
"""Kinds in which what prints is chance, or is read elsewhere."""


def kind_of(data: bytes) -> str:
    """What the first bytes say, in a word; "unknown" if nothing."""
    return next((kind for magic, kind in _MAGICS if data.startswith(magic)), "unknown")


def is_opaque(kind: str) -> bool:
    """True where texts among the bytes tell nothing."""
    return kind in _OPAQUE


def unknown(question: Question) -> Reading:
    """The first difference, and no word about why."""
    kinds = {kind_of(question.a), kind_of(question.b)}
    kind = kinds.pop() if len(kinds) == 1 else "unknown"
    return Reading(kind, edits=whole(question), first=first_bytes(question.a, question.b))


def whole(question: Question) -> tuple[Edit, ...]:
    """All between the first and the last byte that differ."""
    a, b = question.a, question.b
    head = same_head(a, b)
    tail = same_tail(a, b, min(len(a), len(b)) - head)
    return (Edit(Span(head, len(a) - tail), Span(head, len(b) - tail)),)


def first_bytes(a: bytes, b: bytes) -> First:
    """The first bytes that differ, in hexadecimal unless they print."""
    at = same_head(a, b)
    return First(None, at, *(shown(side[at : at + SHOWN]) for side in (a, b)))


def shown(piece: bytes) -> str:
    """Bytes as text if they print, else as hexadecimal."""
    text = readable(piece)
    return text if piece and len(text) == len(piece) else piece.hex(" ")


def same_head(a: bytes, b: bytes) -> int:
    """How many bytes both begin with."""
    length = min(len(a), len(b))
    block = next(differing_blocks(a, b, length), None)
    if block is None:
        return length
    return next(at for at in range(block.start, block.end) if a[at] != b[at])


def same_tail(a: bytes, b: bytes, most: int) -> int:
    """How many bytes both end with, ``most`` at most."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle :] == b[len(b) - middle :]:
            low = middle
        else:
            high = middle - 1
    return low
