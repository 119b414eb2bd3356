"""Anything that is no text: what prints in it is read, the rest is not looked into."""

from __future__ import annotations

from elfdiff.plain.binary import read_texts
from elfdiff.plain.model import Kind, Question, Reading
from elfdiff.plain.unknown import is_opaque, kind_of


def recognise(name: str, data: bytes) -> bool:
    """True for every file: this kind is asked last."""
    return True


def _read(question: Question) -> Reading | None:
    kinds = {kind_of(question.a), kind_of(question.b)}
    if len(kinds) > 1 or any(map(is_opaque, kinds)):
        return None
    return read_texts(kinds.pop(), question)


KIND = Kind("binary", 3, recognise, _read)
