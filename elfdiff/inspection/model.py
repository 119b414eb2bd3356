"""Inspection and Hazard: what one file shows. A single file can show a risk, and never proves what varies."""

from __future__ import annotations

from typing import Annotated, Literal

from elfdiff.report import Effect, FileFormat, Fix, Location
from elfdiff.values import dataclass
from elfdiff.wire.marks import Count, Flat, HexBytes, Hidden, Key, Sha256

Confidence = Literal["shows", "hints"]
"""``shows``: the value itself stands in the file. ``hints``: a trace that may have another meaning."""

DirectoryKind = Literal["build", "toolchain"]
HardeningState = Literal["yes", "partial", "no", "unknown", "not-applicable"]
SbomState = Literal["present", "absent", "malformed"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands. ``offset`` is in bytes of ``section``'s contents (of the file where that is None).

    ``symbol`` is the object or function that covers it; ``location`` the same place as reports give it.
    """

    section: str | None
    offset: Annotated[Count, Key("section_offset")]
    symbol: str | None
    location: Annotated[Location, Flat()]

    @property
    def value(self) -> str:
        """The value, readable."""
        return self.location.value


@dataclass(frozen=True, slots=True)
class Hazard:
    """A face of the catalogue that may differ elsewhere. ``places`` are the first of ``total``.

    ``fix`` is the catalogue's best for this face, None where there is none; ``otherwise`` is then said in its place.
    ``note`` is a caveat.
    """

    DERIVED = (("advice", "advice"), ("masks", "masks"))

    face: str
    root: str
    title: str
    confidence: Confidence
    places: tuple[Place, ...]
    total: Count
    fix: Annotated[Fix | None, Hidden()] = None
    otherwise: Annotated[str, Hidden()] = ""
    note: str | None = None

    @property
    def advice(self) -> str:
        """The fix, or what is said in its place, on one line."""
        return self.fix.action.line if self.fix is not None else self.otherwise

    @property
    def masks(self) -> bool:
        """True if the fix only hides what the cause did."""
        return self.fix is not None and self.fix.effect is Effect.MASKS


@dataclass(frozen=True, slots=True)
class EmbeddedDirectory:
    """A directory that texts of the file begin with: ``count`` texts, the first of them at ``example``."""

    path: str
    kind: DirectoryKind
    count: Count
    example: Place


@dataclass(frozen=True, slots=True)
class HardeningFact:
    """One protection, by a short name such as "RELRO"; ``detail`` says what was seen."""

    name: str
    state: HardeningState
    detail: str


@dataclass(frozen=True, slots=True)
class NoteFact:
    """One ELF note; ``description`` is text where it is text, else hex."""

    owner: str
    type: Count
    section: str
    description: str


@dataclass(frozen=True, slots=True)
class SbomFact:
    """The embedded dependency list in one line; ``problem`` is set only if it is malformed."""

    state: SbomState
    source: str | None
    packages: Count
    root: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that is said about one file.

    ``build_id`` is hex; ``build_id_kind`` a phrase on its length. ``needed``, ``run_path``, ``soname`` and
    ``interpreter`` are as the file has them. ``times`` and ``identities`` (users, hosts, kernel releases) are the ones
    that look like the build's own. ``hazards`` stand with those that are shown first. ``warnings`` are sentences on odd
    structures.
    """

    FIXED = ((("schema",), "elfdiff/inspect/1"), (("tool", "name"), "elfdiff"))

    tool_version: Annotated[str, Key("tool", "version")]
    path: Annotated[str, Key("file", "path")]
    size: Annotated[Count, Key("file", "size")]
    sha256: Annotated[Sha256, Key("file", "sha256")]
    format: FileFormat
    stripped: bool
    toolchain: tuple[str, ...]
    languages: tuple[str, ...]
    build_id: HexBytes | None
    build_id_kind: str | None
    interpreter: str | None
    soname: str | None
    needed: tuple[str, ...]
    run_path: tuple[str, ...]
    notes: tuple[NoteFact, ...]
    directories: tuple[EmbeddedDirectory, ...]
    times: tuple[Place, ...]
    identities: tuple[Place, ...]
    sbom: SbomFact
    hardening: tuple[HardeningFact, ...]
    hazards: tuple[Hazard, ...]
    warnings: tuple[str, ...]
