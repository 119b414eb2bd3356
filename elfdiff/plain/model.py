"""What the reading of two plain files yields, before anybody judges it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from elfdiff.evidence.model import Evidence
from elfdiff.span import Span
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class PathRewrite:
    """Directory ``a`` became directory ``b``, learnt from other entries or from this one."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes of a that stand in the place of bytes of b, and the fact that tells why; None where nobody knows.

    Edits do not overlap, and are in the order of a and of b. ``exact`` says that the fact's rewrite, applied to a's
    bytes, gives b's.
    """

    a: Span
    b: Span
    fact: Evidence | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class First:
    """Where two files first differ: ``line`` from 1 in texts, else ``offset`` in bytes; both values as they stand."""

    line: int | None
    offset: int | None
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Two files, read as one kind. What lies between the edits is equal on both sides.

    ``facts`` beside those of the edits say something of the files as a whole. ``rewrites`` are directories that became
    others here.
    """

    kind: str
    edits: tuple[Edit, ...] = ()
    facts: tuple[Evidence, ...] = ()
    first: First | None = None
    rewrites: tuple[PathRewrite, ...] = ()


def _unknown(name: str) -> bool | None:
    return None


def _unread(side: int, name: str) -> bytes | None:
    return None


@dataclass(frozen=True, slots=True)
class Beside:
    """The other entries of the container in which two entries stand.

    ``changed`` says of one of them whether it differs: True, False, or None if there is none of that name. ``others``
    stands for all together, with what the container says of them: whether any differs, and whether any has another
    size; None where that is not known. ``read`` gives the contents of one on a side (0 for a, 1 for b), None if they
    cannot be had.
    """

    changed: Callable[[str], bool | None] = _unknown
    others: Callable[[], tuple[bool, bool] | None] = lambda: None
    read: Callable[[int, str], bytes | None] = _unread


ALONE = Beside()
"""Nothing is known of what stands beside."""


@dataclass(frozen=True, slots=True)
class Question:
    """Two entries of one name that differ, and what is known beside them."""

    name: str
    a: bytes
    b: bytes
    rewrites: Sequence[PathRewrite]
    beside: Beside = ALONE


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of plain file.

    ``rank`` orders the kinds: those with marks of their own (0) before those told by their shape (1), text (2) last.
    ``recognise`` says that one side is of this kind, by its content; a name may confirm it and never decides alone.
    ``read`` is called with two sides of this kind, and may answer None: then the next kind is asked.
    """

    name: str
    rank: int
    recognise: Callable[[str, bytes], bool]
    read: Callable[[Question], Reading | None]
