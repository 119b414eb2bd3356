"""What an annotation says of a field's form in JSON, where the field's name and type do not say it.

``Annotated[int, Key("class")]`` is an integer under the key ``class``. A class may hold two tuples of pairs:
``FIXED``, paths of keys whose value never changes, and ``DERIVED``, keys written from a property and never read.
"""

from __future__ import annotations

from typing import Annotated

from elfdiff.values import dataclass


class Key:
    """The key under which the field stands, where it is not its name; several lead into objects within."""

    def __init__(self, *path: str) -> None:
        self.path = path


@dataclass(frozen=True, slots=True)
class Flat:
    """The fields of this dataclass stand among those of the one around it."""


@dataclass(frozen=True, slots=True)
class Apart:
    """The field does not stand in the object of its own dataclass; see Beside. Read, it is empty."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """The field is in no JSON; read, it has its default."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The list ``attribute`` of the value stands next to it, under ``key``; empty, or null if ``null``, without."""

    key: str
    attribute: str
    null: bool = False


class Named:
    """A tuple of fixed length that is an object with these keys."""

    def __init__(self, *names: str) -> None:
        self.names = names


class Tagged:
    """One of several dataclasses, as an object with a key that says which.

    Under it stands the record; of a class with a single field, the field; of one named in ``beside``, the first field,
    and the others stand beside it under their names.
    """

    def __init__(self, beside: tuple[str, ...] = (), **classes: type) -> None:
        self.classes = classes
        self.beside = beside


@dataclass(frozen=True, slots=True)
class Matches:
    """A pattern of ECMA 262 that is one of Python's re too."""

    pattern: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The least that a number may be."""

    least: int


Count = Annotated[int, AtLeast(0)]
Id = Annotated[str, Matches("^[a-z0-9]+(-[a-z0-9]+)*$")]
Sha256 = Annotated[str, Matches("^[0-9a-f]{64}$")]
HexBytes = Annotated[str, Matches("^([0-9a-f]{2})*$")]
