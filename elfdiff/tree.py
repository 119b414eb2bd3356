"""Tree and what it is made of: the one model of a comparison of directories, packages and images (CONTRACT.md)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from elfdiff.report import Code, Finding, Ledger, OwnedRun, Report, Verdict
from elfdiff.shown import Shown
from elfdiff.values import dataclass
from elfdiff.wire.marks import Count, Flat, Hidden, Id, Key, Named, Sha256


class Status(StrEnum):
    """What became of one entry."""

    SAME = "same"
    CHANGED = "changed"
    METADATA = "metadata"
    RENAMED = "renamed"
    ADDED = "added"
    REMOVED = "removed"
    FAILED = "failed"


class PairedBy(StrEnum):
    """Why two entries are taken for one thing."""

    PATH = "path"
    REWRITE = "rewrite"
    IDENTITY = "identity"
    CONTENT = "content"
    LIKENESS = "likeness"


NARROWED = "--only and --exclude"
"""How the note begins that says that a part alone was compared."""


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """One of the two inputs: ``kind`` in a word (directory, deb, tar, zip, …); ``sha256`` is None for directories."""

    path: str
    kind: str
    size: Count
    sha256: Sha256 | None
    entries: Count


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One side of an entry. ``size`` in bytes, of the content after decompression where the container compresses."""

    name: str
    kind: str
    size: Count


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """Where two plain files first differ: ``offset`` in bytes, or ``line`` from 1 (the other is None)."""

    offset: Count | None
    line: Count | None
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Plain:
    """How two entries that are no ELF differ (``elfdiff/plain/1``). ``rewrite``: "P became Q", None without one.

    ``runs`` are the differing bytes, each run with its owner; for ``--spans`` alone.
    """

    FIXED = ((("schema",), "elfdiff/plain/1"),)

    kind: str
    first: FirstDifference | None
    causes: tuple[Id, ...]
    rewrite: str | None
    runs: Annotated[Sequence[OwnedRun], Hidden()] = ()


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One pair of entries; a side is None where it exists only in the other container.

    ``report`` is None for equal entries, for those with one side, and where nothing was looked into.
    """

    name: str
    a: EntryFacts | None
    b: EntryFacts | None
    status: Status
    paired_by: PairedBy | None
    error: str | None
    verdict: Verdict | None
    causes: tuple[Id, ...]
    report: Report | Tree | Plain | None


@dataclass(frozen=True, slots=True)
class TreeFinding:
    """A finding merged over all entries: how many entries it touches, and up to ten of their names."""

    finding: Annotated[Finding, Flat()]
    entries: Count
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LayerPair:
    """One layer of an image: digests are None on a side that lacks it."""

    digest: Annotated[tuple[str | None, str | None], Named("a", "b")]
    diff_id: Annotated[tuple[str | None, str | None], Named("a", "b")]
    status: str


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Digests of two images; ``manifest_digest`` is None where an archive holds no manifest (docker save)."""

    manifest_digest: Annotated[tuple[str, str] | None, Named("a", "b")]
    config_digest: Annotated[tuple[str, str], Named("a", "b")]
    platform: str
    layers: tuple[LayerPair, ...]


@dataclass(frozen=True, slots=True)
class Tree(Shown):
    """Everything that any output says about two containers. ``ledger`` adds up entries and frame.

    ``incomparable`` says why the two are not two builds of one thing; then nothing of them was compared, and
    ``entries`` is empty.
    """

    FIXED = ((("schema",), "elfdiff/tree/1"), (("tool", "name"), "elfdiff"))
    DERIVED = (("counts", "counts"),)

    tool_version: Annotated[str, Key("tool", "version")]
    a: ContainerFacts
    b: ContainerFacts
    verdict: Verdict
    fixable: bool | None
    code: Code | None
    findings: tuple[TreeFinding, ...]
    ledger: Ledger | None
    entries: tuple[TreeEntry, ...]
    image: ImageFacts | None = None
    notes: tuple[str, ...] = ()
    unfinished: str | None = None
    allowed: tuple[Id, ...] = ()
    exit: Count = 1
    incomparable: str | None = None

    @property
    def counts(self) -> dict[Status, int]:
        """Entries by status; every status is there."""
        return {status: sum(entry.status is status for entry in self.entries) for status in Status}

    @property
    def identical(self) -> bool:
        """True only where every entry and every byte of the frame is equal."""
        return self.verdict is Verdict.IDENTICAL

    @property
    def differs(self) -> bool:
        """False only where every entry and every byte of the frame is equal."""
        return not self.identical
