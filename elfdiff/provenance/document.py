"""JSON from a file that nobody vouches for: bounded, and an object or a sentence."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import ElfdiffError
from elfdiff.jsonvalues import read_value
from elfdiff.values import dataclass

MAX_BYTES = 32 << 20
"""Of one file of bundles; real ones have 5 to 100 kB a line."""
MAX_DOCUMENTS = 1_000
"""Bundles in one file."""


class MalformedProvenance(ElfdiffError):
    """A file of bundles, statements or layouts that is not what it says, with the file's name."""


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON object: ``where`` names the file, and the line where there are several."""

    where: str
    value: Mapping[str, object]


def documents(path: str) -> Iterator[Document]:
    """The JSON object of a file, or one a line (JSON Lines). MalformedProvenance for anything else."""
    for where, text in texts(path):
        yield Document(where, parsed(text, where))


def texts(path: str) -> list[tuple[str, str]]:
    """Where each stands, and its text: the whole file, or a line where the first is an object by itself.

    MalformedProvenance for a file that is empty, no UTF-8, or holds too many.
    """
    name = shown(path)
    text = _decoded(read_bytes(path, MAX_BYTES), name)
    if not text.strip():
        raise MalformedProvenance(f"{name}: is empty; a bundle or a statement in JSON was expected")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) == 1 or not any(_is_object(line) for _, line in lines[:2]):
        return [(name, text)]
    if len(lines) > MAX_DOCUMENTS:
        raise MalformedProvenance(f"{name}: holds more than {MAX_DOCUMENTS} bundles, the limit")
    return [(f"{name}, line {number}", line) for number, line in lines]


def parsed(text: str | bytes, where: str) -> Mapping[str, object]:
    """One JSON object. MalformedProvenance if it is none, holds a key twice, or is nested past the limit."""
    if isinstance(text, bytes):
        text = _decoded(text, where)
    try:
        value = read_value(text)
    except ValueError as error:
        raise MalformedProvenance(f"{where}: {error}") from error
    if not isinstance(value, dict):
        raise MalformedProvenance(f"{where}: is no JSON object")
    return value


def decoded(value: object, where: str) -> bytes:
    """Base64, standard alphabet (RFC 4648, section 4). MalformedProvenance names ``where``."""
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
    raise MalformedProvenance(f"{where}: holds no base64 where it must")


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedProvenance(f"{where}: is no UTF-8 text at byte {error.start}") from error


def _is_object(line: str) -> bool:
    try:
        return isinstance(read_value(line), dict)
    except ValueError:
        return False
