"""Marshalled Python code without a header, as PyInstaller's archives hold it."""

from __future__ import annotations

from elfdiff.payload.marshal import NotMarshal, bytecode
from elfdiff.plain.kinds.pyc import read_code
from elfdiff.plain.model import Kind, Question, Reading
from elfdiff.plain.unknown import first_bytes

NAME = "Python code"
MAGICS = (3495, 3425, 3394)
"""One magic number for each layout of code objects: Python 3.11 and later, 3.8 to 3.10, 3.7."""
MAX_SIZE = 16 << 20
_CODE = (b"\xe3", b"c")


def recognise(name: str, data: bytes) -> bool:
    """True for one whole code object."""
    return data[:1] in _CODE and len(data) <= MAX_SIZE and _magic(data) is not None


def _magic(data: bytes) -> int | None:
    for magic in MAGICS:
        try:
            bytecode(data, 0, magic)
        except (NotMarshal, RecursionError, IndexError):
            continue
        return magic
    return None


def _read(question: Question) -> Reading | None:
    magics = {_magic(question.a), _magic(question.b)}
    magic = magics.pop()
    if magics or magic is None:
        return None
    edits, rewrites = read_code(question, 0, magic)
    return Reading(NAME, tuple(edits), (), first_bytes(question.a, question.b), rewrites)


KIND = Kind(NAME, 0, recognise, _read)
