"""Tree and what it is made of: the one model of a comparison of directories, packages and images (CONTRACT.md)."""

from __future__ import annotations

from enum import StrEnum

from elfdiff.report import Code, Finding, Ledger, Report, Verdict
from elfdiff.values import dataclass


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


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """One of the two inputs: ``kind`` in a word (directory, deb, tar, zip, …); ``sha256`` is None for directories."""

    path: str
    kind: str
    size: int
    sha256: str | None
    entries: int


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One side of an entry. ``size`` in bytes, of the content after decompression where the container compresses."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """Where two plain files first differ: ``offset`` in bytes, or ``line`` from 1 (the other is None)."""

    offset: int | None
    line: int | None
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Plain:
    """How two entries that are no ELF differ (``elfdiff/plain/1``). ``rewrite``: "P became Q", None without one."""

    kind: str
    first: FirstDifference | None
    causes: tuple[str, ...]
    rewrite: str | None


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
    causes: tuple[str, ...]
    report: Report | Tree | Plain | None


@dataclass(frozen=True, slots=True)
class TreeFinding:
    """A finding merged over all entries: how many entries it touches, and up to ten of their names."""

    finding: Finding
    entries: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LayerPair:
    """One layer of an image: digests are None on a side that lacks it."""

    digest: tuple[str | None, str | None]
    diff_id: tuple[str | None, str | None]
    status: str


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Digests of two images; ``manifest_digest`` is None where an archive holds no manifest (docker save)."""

    manifest_digest: tuple[str, str] | None
    config_digest: tuple[str, str]
    platform: str
    layers: tuple[LayerPair, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything that any output says about two containers. ``ledger`` adds up entries and frame."""

    tool_version: str
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

    @property
    def counts(self) -> dict[Status, int]:
        """Entries by status; every status is there."""
        return {status: sum(entry.status is status for entry in self.entries) for status in Status}

    @property
    def differs(self) -> bool:
        """False only where every entry and every byte of the frame is equal."""
        return self.verdict is not Verdict.IDENTICAL
