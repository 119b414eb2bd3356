"""Facts about what generators, packagers and C libraries leave behind; those of compilers are in the model."""

from __future__ import annotations

from elfdiff.evidence.model import Evidence
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedRunPath(Evidence):
    """A run path was overwritten with NULs in .dynstr, and the two runs of NULs have other lengths.

    The lengths count the bytes that the run path had, or had more than the one that took its place; 0 where nothing
    was erased.
    """

    a_length: int
    b_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobChange(Evidence):
    """A thing in DER or another form that tools draw anew stands in the data of both, and it is another one.

    ``kind`` is certificate, key, or value: bytes without a form in which hardly one stayed. ``name`` is what both call
    themselves (the subject of a certificate), None where they do not, or say other names. ``dates`` is True if the
    dates from which certificates are valid differ too.
    """

    kind: str
    name: str | None = None
    dates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOrderChange(Evidence):
    """The same items stand in another order.

    ``what``: objects (named data of one section, by their symbols), records (of a table), numbers (constants of one
    function), pieces (stretches of one section, such as jump tables, which have no names). ``count`` is how many items
    changed places; ``a_order`` and ``b_order`` are the first of them.
    """

    what: str
    count: int
    a_order: tuple[str, ...]
    b_order: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LibcChange(Evidence):
    """The two files were linked with two C libraries, or with two releases of one.

    ``a_kind`` and ``b_kind``: glibc, musl, bionic, or "" where the file does not say. Of glibc ``a_from`` is the oldest
    release that a can have been linked with, ``a_before`` the oldest one that it was certainly not linked with; None
    where nothing bounds it. ``signs`` are what says so, as phrases for people. ``proven`` is True where the bounds of
    the two exclude each other.
    """

    a_kind: str
    b_kind: str
    a_from: str | None
    a_before: str | None
    b_from: str | None
    b_before: str | None
    signs: tuple[str, ...]
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrderChange(Evidence):
    """The names in .dynstr are the same in another order, and .dynsym lists its symbols in one order.

    GNU ld writes a name when it meets it: in the order in which the libraries list their symbols, and objects theirs.
    ``count`` names stand elsewhere, many more than functions changed.
    """

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BareUnit(Evidence):
    """``side`` has no debug information of sources (``names``) that both files name and the other one describes.

    Both have debug information of other sources: these were compiled with other flags.
    """

    side: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellingChange(Evidence):
    """A text names a source ./x.c on one side and x.c on the other."""
