"""Rebuilt and what it is made of: the one model of an experiment that every output renders (CONTRACT.md, rebuild)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from elfdiff.actions import Action
from elfdiff.report import Report
from elfdiff.tree import Tree
from elfdiff.values import dataclass
from elfdiff.wire.marks import Hidden, Id, Key


class Equality(StrEnum):
    """Whether two things are equal to the byte."""

    SAME = "same"
    DIFFERENT = "different"

    @classmethod
    def of(cls, same: bool) -> Equality:
        """SAME where it is true."""
        return cls.SAME if same else cls.DIFFERENT


class Outcome(StrEnum):
    """How the proof ended."""

    IDENTICAL = "identical"
    STILL_DIFFERENT = "still-different"
    NOT_TRIED = "not-tried"


@dataclass(frozen=True, slots=True)
class VariationRow:
    """One variation: its two values as programs saw them (None where it was not tried).

    ``reason`` says why it was not varied, or, where it was, what it does not reach.
    """

    name: Id
    a: str | None
    b: str | None
    varied: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class BuildRow:
    """One build: what was varied, how many seconds it took, its exit code (None if it was ended)."""

    name: str
    varied: tuple[Id, ...]
    seconds: float
    exit: int | None


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """One artifact. ``control`` compares the two controls, ``varied`` the control with all varied.

    ``guilty`` are the variations that alone make it differ, each seen twice. ``report`` explains the pair that says
    most: two controls where they differ, else control and all varied. None where nothing differs or could be read.
    """

    name: str
    control: Equality
    varied: Equality
    guilty: tuple[Id, ...]
    report: Report | Tree | None

    @property
    def same(self) -> bool:
        """True if it was equal in every build."""
        return self.control is Equality.SAME and self.varied is Equality.SAME


@dataclass(frozen=True, slots=True)
class Applied:
    """One action of the proof. ``reach`` says how it was given to the build, None where as it is printed."""

    DERIVED = (("action", "line"),)

    what: Annotated[Action, Hidden()]
    cause: Id
    reach: str | None = None

    @property
    def line(self) -> str:
        """The action as one line."""
        return self.what.line


@dataclass(frozen=True, slots=True)
class Proof:
    """What was applied, what a machine could not apply, and what was left of the difference.

    ``remaining`` are ids of causes, or "unexplained"; ``masked``: a line that only hides was needed.
    """

    applied: Annotated[tuple[Applied, ...], Key("actions")]
    by_hand: tuple[Applied, ...]
    outcome: Annotated[Outcome, Key("result")]
    remaining: tuple[Id, ...] = ()
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison with what was published; ``report`` is None where they are equal or could not be read."""

    path: str
    artifact: str
    result: Equality
    report: Report | Tree | None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Everything that any output says about an experiment.

    ``nondeterministic``: some artifact differs between two builds of one kind by more than the clock. ``failures`` are
    sentences about builds that failed under variations.
    """

    FIXED = ((("schema",), "elfdiff/rebuild/1"), (("tool", "name"), "elfdiff"))
    DERIVED = (("exit", "exit"),)

    tool_version: Annotated[str, Key("tool", "version")]
    command: tuple[str, ...]
    variations: tuple[VariationRow, ...]
    builds: tuple[BuildRow, ...]
    artifacts: tuple[ArtifactRow, ...]
    nondeterministic: bool
    proof: Proof | None
    against: Comparison | None = None
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def guilty(self) -> tuple[str, ...]:
        """Every variation that makes some artifact differ, by name."""
        return tuple(sorted({name for artifact in self.artifacts for name in artifact.guilty}))

    @property
    def reproducible(self) -> bool:
        """True if every artifact was equal in every build."""
        return all(artifact.same for artifact in self.artifacts)

    @property
    def exit(self) -> int:
        """0, 1 or 2, as CONTRACT.md says."""
        if self.failures:
            return 2
        equal = self.against is None or self.against.result is Equality.SAME
        return 0 if self.reproducible and equal else 1
