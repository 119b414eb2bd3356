"""Finding, Ledger and Report: the one model that every output renders (CONTRACT.md, "compare, JSON")."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from elfdiff.actions import Action, AddWords, Do, Export, Run
from elfdiff.shown import Shown
from elfdiff.values import dataclass
from elfdiff.wire.marks import Apart, Beside, Count, Flat, HexBytes, Hidden, Id, Key, Matches, Named, Sha256, Tagged


class Role(StrEnum):
    """What a finding is: a thing to fix, a real difference of the inputs, or something that only follows."""

    ROOT = "root"
    INPUT = "input"
    CONSEQUENCE = "consequence"


class Confidence(StrEnum):
    """How sure a finding is. "certain" is a promise: it is never wrong."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Verdict(StrEnum):
    """The first that applies, in this order."""

    IDENTICAL = "identical"
    CAUSE_NOT_IN_FILES = "cause-not-in-files"
    INPUTS_DIFFER = "inputs-differ"
    UNEXPLAINED = "unexplained"
    PARTLY_EXPLAINED = "partly-explained"
    EXPLAINED = "explained"


class Effect(StrEnum):
    """Whether a fix takes the cause away or only hides what it did."""

    REMOVES = "removes"
    MASKS = "masks"


class Code(StrEnum):
    """Machine code of the two files, apart from addresses that were verified."""

    SAME = "same"
    REORDERED = "reordered"
    DIFFERS = "differs"


DROPPED = "was dropped:"
"""Words of a note on a root that others explain; only who asks for all wants to know."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One line that a person can do, in both builds as printed.

    ``reaches`` are face ids; empty means every face of the root.
    ``since`` names the versions that know it, e.g. ``gcc 8, clang 10``; None when all do.
    """

    DERIVED = (("action", "line"),)

    toolchain: str
    action: Annotated[Action, Key("typed"), Tagged(("do",), export=Export, add=AddWords, run=Run, do=Do)]
    effect: Effect
    reaches: tuple[str, ...] = ()
    since: str | None = None
    note: str | None = None

    @property
    def line(self) -> str:
        """The action, as a line for the shell of both builds or as a sentence."""
        return self.action.line


@dataclass(frozen=True, slots=True)
class Location:
    """Where a value stands: ``offset`` and ``length`` in bytes of ``within``: "file", or e.g. ".debug_str inflated"."""

    offset: Count
    length: Count
    within: Annotated[str, Key("in")]
    value: str


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One piece of evidence as it is shown; a side is None where the thing exists only in the other file."""

    face: str
    section: str | None
    symbol: str | None
    a: Location | None
    b: Location | None


@dataclass(frozen=True, slots=True)
class Sides:
    """A count of bytes in a and in b."""

    a: Count = 0
    b: Count = 0

    def __add__(self, other: Sides) -> Sides:
        return Sides(self.a + other.a, self.b + other.b)

    @property
    def most(self) -> int:
        """The larger of the two: one figure for people."""
        return max(self.a, self.b)


@dataclass(frozen=True, slots=True)
class Finding:
    """One root cause, input difference or consequence, its faces grouped under it.

    ``bytes`` may overlap between findings (a byte may depend on several roots); the ledger's classes may not.
    ``summary`` is one sentence with this pair's own facts. ``follows`` are the ids of findings or faces it follows
    from or that follow from it. ``unfixed`` are faces that none of ``fixes`` reaches.
    """

    cause: Id
    role: Role
    confidence: Confidence
    title: str
    summary: str
    faces: tuple[Id, ...]
    follows: tuple[Id, ...]
    sections: tuple[str, ...]
    bytes: Sides
    evidence_total: Count
    evidence: tuple[EvidenceItem, ...]
    fixes: tuple[Fix, ...]
    unfixed: tuple[Id, ...]
    docs: str


@dataclass(frozen=True, slots=True)
class Classes:
    """Differing bytes by class; the seven add up to nothing but ``differing`` (CONTRACT.md, "The ledger")."""

    differing: Sides = Sides()
    root: Sides = Sides()
    payload: Sides = Sides()
    input: Sides = Sides()
    consequence: Sides = Sides()
    hash: Sides = Sides()
    unexplained: Sides = Sides()
    moved: Sides = Sides()
    contradicted: Sides = Sides()


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """From address or offset ``a`` on, things stand ``delta`` further in b; ``reason`` is a sentence."""

    a: int
    b: int
    delta: int
    reason: str


@dataclass(frozen=True, slots=True)
class UnexplainedSpan:
    """A run of bytes that nothing owns; [offset, length] in each file, None where it has no counterpart."""

    section: str | None
    a: tuple[Count, Count] | None
    b: tuple[Count, Count] | None


@dataclass(frozen=True, slots=True)
class OwnedRun:
    """One line of ``--spans``: a run of differing bytes of one side with one owner."""

    side: Annotated[str, Matches("^[ab]$")]
    offset: Count
    length: Count
    section: str | None
    owner: Annotated[str, Matches("^(root|payload|input|consequence|hash|unexplained)$")]
    causes: tuple[Id, ...]
    how: str


@dataclass(frozen=True, slots=True)
class SectionRow:
    """One section (or "ELF header", "program headers", "section headers", "gap …", "after the last section")."""

    name: str
    a: Annotated[tuple[Count, Count] | None, Named("offset", "size")]
    b: Annotated[tuple[Count, Count] | None, Named("offset", "size")]
    status: Annotated[str, Matches("^(same|moved|changed|added|removed)$")]
    causes: tuple[Id, ...]
    classes: Annotated[Classes, Flat()]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Who owns which differing byte. ``rows`` add up to ``totals``; ``runs`` add up to them per side."""

    totals: Annotated[Classes, Flat()]
    rows: Annotated[tuple[SectionRow, ...], Apart()]
    runs: Annotated[Sequence[OwnedRun], Apart()]
    breakpoints: tuple[Breakpoint, ...] = ()
    unexplained_spans: Sequence[UnexplainedSpan] = ()


@dataclass(frozen=True, slots=True)
class FileFormat:
    """Identity of an ELF file in words: class 32|64, endian "little"|"big", machine and type as readelf names them."""

    elf_class: Annotated[int, Key("class")]
    endian: str
    machine: str
    type: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One of the two inputs. Parsed fields are None when the files are identical and nothing was parsed."""

    path: str
    size: Count
    sha256: Sha256
    format: FileFormat | None = None
    build_id: HexBytes | None = None
    stripped: bool | None = None
    toolchain: tuple[str, ...] = ()
    sbom: Annotated[str | None, Matches("^(absent|present|malformed)$")] = None


@dataclass(frozen=True, slots=True)
class DependencyChange:
    """One package that two dependency lists do not share.

    ``change``: added, removed, upgraded, downgraded, changed (same version, other kind, source or edges).
    """

    name: str
    change: str
    a: str | None
    b: str | None
    source: str
    local: bool
    detail: str


@dataclass(frozen=True, slots=True)
class DependencyDiff:
    """How the two embedded dependency lists differ. States per side: absent, present, malformed.

    ``a_format`` and ``b_format`` are cargo-auditable's format numbers, None elsewhere: where they differ, the lists
    differ even
    without a change, and what the formats record in different ways is not compared (``notes`` say so).
    """

    a_state: str
    b_state: str
    source: str | None
    changes: tuple[DependencyChange, ...]
    notes: tuple[str, ...] = ()
    a_format: int | None = None
    b_format: int | None = None

    @property
    def differs(self) -> bool:
        """True if the lists are not known to say the same."""
        return self.a_state != self.b_state or bool(self.changes) or self.a_format != self.b_format


@dataclass(frozen=True, slots=True)
class NamesDiff:
    """How many names both files have, and those that only b (added) or only a (removed) has, sorted."""

    same: Count
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """True if some name is in one file only."""
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Interface:
    """What two dynamically linked files offer and need. It says what is there, never whether it is compatible.

    ``exported``: defined dynamic symbols, as ``nm -D --with-symbol-versions`` writes them. ``versions``: those that the
    file defines itself, but for its own name.
    """

    exported: NamesDiff
    soname: Annotated[tuple[str | None, str | None], Named("a", "b")]
    needed: NamesDiff
    versions: NamesDiff

    @property
    def differs(self) -> bool:
        """True if any of the four does."""
        a, b = self.soname
        return a != b or self.exported.differs or self.needed.differs or self.versions.differs


@dataclass(frozen=True, slots=True)
class Modulo:
    """Digests of the two files without the bytes that ``allowed`` causes own; equal only if nothing else differs.

    ``left`` are phrases that say why the files are not identical but for what is allowed; empty if they are.
    """

    allowed: tuple[Id, ...]
    a: Sha256
    b: Sha256
    left: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """True if the files are identical but for what is allowed."""
        return self.a == self.b


@dataclass(frozen=True, slots=True)
class Report(Shown):
    """Everything that any output says about a pair.

    ``notes`` are sentences for people (warnings, what was not done). ``proof`` is the proof file's contents; None
    unless it was asked for, and for pairs that have no ledger of their own (identical or incomparable files, archives).
    ``observed`` is what was seen and belongs to no finding: changed texts and names first, then unexplained bytes in
    hex; its faces are "". ``equal_parts`` are phrases for what was checked and found equal. ``unfinished`` says why the
    report is only a part of what could be found; None if it is all. ``exit`` is the exit code: 0 if the files are
    identical or nothing but ``allowed`` causes is left, 1 if they differ, 2 for trouble, a fault of elfdiff among it.
    ``directories`` of a became others in b: what files beside these may hold too.
    """

    FIXED = ((("schema",), "elfdiff/report/2"), (("tool", "name"), "elfdiff"))

    tool_version: Annotated[str, Key("tool", "version")]
    a: FileFacts
    b: FileFacts
    verdict: Verdict
    fixable: bool | None
    code: Code | None
    findings: tuple[Finding, ...]
    ledger: Annotated[Ledger | None, Beside("sections", "rows"), Beside("spans", "runs", null=True)]
    raw_differing: Annotated[int, Key("raw", "same_offset_differing")]
    sbom: DependencyDiff | None = None
    equal_parts: Annotated[tuple[str, ...], Key("same")] = ()
    notes: tuple[str, ...] = ()
    incomparable: str | None = None
    proof: Annotated[bytes | None, Hidden()] = None
    observed: tuple[EvidenceItem, ...] = ()
    unfinished: str | None = None
    symbols: Interface | None = None
    allowed: tuple[Id, ...] = ()
    exit: Count = 1
    directories: Annotated[tuple[tuple[str, str], ...], Hidden()] = ()
    modulo: Modulo | None = None

    @property
    def identical(self) -> bool:
        """True only for byte-identical files."""
        return self.verdict is Verdict.IDENTICAL

    @property
    def differs(self) -> bool:
        """False only for byte-identical files."""
        return not self.identical
