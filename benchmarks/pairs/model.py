"""What a pair is: a program, what was changed on each side, and which findings are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"

#: Variables whose values add up when several plants set them; any other is replaced by the later one.
CUMULATIVE = (
    "CFLAGS",
    "CPPFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "RUSTFLAGS",
    "GOFLAGS",
    "GO_LDFLAGS",
    "FFLAGS",
    "STAMPS",
    "DFLAGS",
    "ADAFLAGS",
    "OCAMLFLAGS",
    "ZIGFLAGS",
    "CARGO_FLAGS",
    "ASFLAGS",
)


@dataclass(frozen=True, slots=True)
class Program:
    """A tree below ``programs/`` (or unpacked elsewhere) with a ``build.sh`` that makes ``artifact``.

    ``tools`` are commands that must exist; without one of them a pair counts as missed, not as skipped. ``package``
    is a Debian source package: its tree is fetched, and ``programs/debian/build.sh`` is put into it.
    """

    name: str
    artifact: str
    tools: tuple[str, ...]
    tree: Path | None = None
    package: str | None = None

    @property
    def source(self) -> Path:
        """The directory with ``build.sh``."""
        if self.package is not None:
            return PROGRAMS / "debian"
        return self.tree or PROGRAMS / self.name


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a source file before the tree is committed; an empty ``old`` appends ``new``."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """What holds for a build; changes add up (see ``merged``).

    ``place`` is the tree's top below the pair's own directory. ``clock`` stops the wall clock (seconds since 1970).
    ``mtime`` is given to every source file. ``wrap`` are command words put before the build, ``before`` shell lines
    run at the top of the committed tree, ``after`` shell lines run there with the finished file as ``$1``.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    clock: int | None = None
    mtime: int | None = None
    edits: tuple[Edit, ...] = ()
    wrap: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def merged(self, other: Change) -> Change:
        """This change, then ``other``."""
        env = dict(self.env)
        for name, value in other.env.items():
            env[name] = f"{env[name]} {value}" if name in CUMULATIVE and env.get(name) else value
        return Change(
            env=env,
            place=self.place if other.place is None else other.place,
            clock=self.clock if other.clock is None else other.clock,
            mtime=self.mtime if other.mtime is None else other.mtime,
            edits=self.edits + other.edits,
            wrap=self.wrap + other.wrap,
            before=self.before + other.before,
            after=self.after + other.after,
        )


NOTHING = Change()


@dataclass(frozen=True, slots=True)
class Plant:
    """One cause: what both sides need so that it can show, and how side b departs from side a."""

    causes: frozenset[str]
    both: Change = NOTHING
    a: Change = NOTHING
    b: Change = NOTHING


@dataclass(frozen=True, slots=True)
class Pair:
    """Two builds, and the judgement that a right report must reach.

    ``causes`` are the root and input ids that must be found, no other may be. ``tolerated`` may be found too: an id
    that is true of the pair although it was not what was planted. ``silent`` says that the files do not hold the
    cause: then no root may be found, and ``verdicts`` says which verdicts are honest. ``curable`` is False where no
    line that a script can apply makes the sides equal.
    """

    name: str
    program: Program
    plants: tuple[Plant, ...]
    both: Change = NOTHING
    tolerated: frozenset[str] = frozenset()
    instead: tuple[tuple[str, str], ...] = ()
    verdicts: tuple[str, ...] = ()
    silent: bool = False
    curable: bool = True
    quick: bool = False

    @property
    def causes(self) -> frozenset[str]:
        """What was planted, or nothing where the files cannot show it."""
        if self.silent:
            return frozenset()
        return frozenset(cause for plant in self.plants for cause in plant.causes)

    def side(self, letter: str) -> Change:
        """Everything that holds for side "a" or "b"."""
        change = self.both
        for plant in self.plants:
            change = change.merged(plant.both).merged(plant.a if letter == "a" else plant.b)
        return change
