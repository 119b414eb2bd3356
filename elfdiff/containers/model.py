"""What a container is made of: entries, and layers of bytes in which they and everything between them stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from functools import cached_property

from elfdiff.elf.reading import shown
from elfdiff.span import Span
from elfdiff.values import dataclass

DIRECTORY, LISTED = "directory", "Debian upload"
"""Kinds of containers whose entries are files of their own: below a directory, or named by a list beside them."""
WRAPPED = "contents"
"""What the one file in a compressed file is called: it has no name of its own, or one that nobody reads."""


class EntryKind(StrEnum):
    """What an entry is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hard link"
    DEVICE = "device"
    FIFO = "FIFO"
    SOCKET = "socket"
    OTHER = "other"


class FieldKind(StrEnum):
    """What decides the bytes of a field: whoever made the container, the rest of the container, or a checksum of it."""

    META = "meta"
    DERIVED = "derived"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Field:
    """One field beside the contents. ``span`` is a place in the layer of its piece, None in a file system.

    ``name`` is one of those that :class:`elfdiff.evidence.entries.EntryFieldChange` lists for META fields; two fields
    of one piece may share a name. ``number`` as there. ``rule`` names how a DERIVED or CHECK field was found to
    follow from the rest of its own container; None if it does not, or if it is not known how.
    """

    name: str
    kind: FieldKind
    span: Span | None
    value: str
    number: int | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes that hold other bytes compressed: either those of another layer, or the contents of an entry.

    ``codec`` is a module of :mod:`elfdiff.containers.codecs`. ``part``: what of the layer the bytes hold, None for all.
    """

    codec: str
    layer: int | None
    entry: int | None
    part: Span | None = None


def _nothing() -> tuple[Field, ...]:
    return ()


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Bytes of a layer that are no contents of an entry. ``entry`` is the index of the one that they belong to.

    Pieces of two containers are partners if their entries are and their labels are equal. ``fields`` reads the piece
    when it is called: most pieces are equal to their partners, and are never read.
    """

    label: str
    span: Span
    entry: int | None = None
    fields: Callable[[], tuple[Field, ...]] = _nothing
    stream: Stream | None = None


@dataclass(frozen=True, eq=False)
class Layer:
    """Bytes in which pieces and contents stand: those of the file (``key`` ""), or what a stream in it holds.

    ``key`` is the same in two containers for what are the same layers; ``name`` is for people. The pieces and the
    contents of its entries cover all bytes, once, in file order.
    """

    key: str
    name: str
    data: bytes = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Entry:
    """One thing that a container holds. ``name`` is raw: what its format says, whatever it may mean to a file system.

    ``span`` is where the contents stand in layer ``layer``; None where they are compressed by themselves or in a file
    of their own. ``size`` is that of the contents. ``target`` is what a link says. ``read`` gives the contents; it
    raises ElfdiffError where they are damaged or over a limit. ``fields`` are those that no layer holds: a file's
    mode.
    """

    name: str
    kind: EntryKind
    size: int
    read: Callable[[], bytes] = field(repr=False)
    layer: int | None = None
    span: Span | None = None
    target: str | None = None
    fields: tuple[Field, ...] = ()

    @cached_property
    def path(self) -> str:
        """The name without ``./`` in front and slashes behind: what two containers have to share."""
        name = self.name
        while name.startswith("./"):
            name = name[2:].lstrip("/")
        return name.rstrip("/") or "."


@dataclass(frozen=True, eq=False)
class Container:
    """What one path holds. ``kind`` is a word: directory, deb, tar.xz, zip, gzip, ….

    ``path`` is as given, or the name of the entry that it is; ``said`` is how sentences call it, the containers around
    it included.

    ``whole`` are the bytes of the file, None for a directory. ``wraps`` is True if it holds one thing under no name
    of its own (a compressed file). ``cut`` says why entries may be missing behind the last, None where its end is
    marked.
    """

    path: str
    kind: str
    size: int
    whole: bytes | None = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)
    layers: tuple[Layer, ...] = field(repr=False)
    wraps: bool = False
    warnings: tuple[str, ...] = ()
    cut: str | None = None
    said: str = ""

    def packed(self, layer: int) -> bytes:
        """The bytes of the streams that hold a layer, joined; none if nothing does."""
        held = [
            outer.data[piece.span.start : piece.span.end]
            for outer in self.layers
            for piece in outer.pieces
            if piece.stream is not None and piece.stream.layer == layer
        ]
        return b"".join(held)

    def called(self, entry: Entry) -> str:
        """How sentences call an entry."""
        name = shown(entry.path)
        if self.kind in (DIRECTORY, LISTED):
            return f"{self.said or shown(self.path)}/{name}"
        own = self.said or shown(self.path)
        return own if self.wraps or not self.layers else f"{own}: {name}"
