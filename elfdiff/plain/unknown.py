"""Files of which nothing is known but that they differ."""

from __future__ import annotations

from elfdiff.elf.sameness import differing_blocks
from elfdiff.evidence.places import readable
from elfdiff.plain.model import Edit, First, Question, Reading
from elfdiff.span import Span

SHOWN = 16


def unknown(question: Question) -> Reading:
    """The first difference, and no word about why."""
    return Reading("unknown", edits=whole(question), first=first_bytes(question.a, question.b))


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
