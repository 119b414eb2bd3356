"""Package and DependencyList: what toolchains write down about the dependencies of a binary."""

from __future__ import annotations

from enum import StrEnum

from elfdiff.patterns import late
from elfdiff.values import dataclass

_STATED = late(r"(?i)-X[ =]['\"]?((?:[\w./-]*[./])?\w*(?:version|release|tag)\w*)=(v?\d+\.\d[\w.+~-]*)")


class State(StrEnum):
    """Kept apart on purpose: a malformed list is never treated as an absent one, which would hide tampering."""

    ABSENT = "absent"
    PRESENT = "present"
    MALFORMED = "malformed"


class Source(StrEnum):
    """Where a dependency list was found, most trusted first."""

    CARGO_AUDITABLE = "cargo-auditable"
    GO_BUILDINFO = "go-buildinfo"
    PACKAGE_NOTE = "package-note"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a list. Identity is (name, version, source).

    ``version`` is empty where the list has none. ``source`` is the list's own word: ``crates.io``, ``git``, ``local``,
    ``registry`` or any other for Rust, ``go`` or ``local`` for Go, the package type (``deb``, ``rpm``) for a package
    note. ``kind`` is ``runtime`` or ``build``. ``dependencies`` are indices into the list, ascending, each once.
    ``checksum`` is Go's ``h1:`` sum; ``replacement`` is (name, version) of the Go module that stood in for this one.
    """

    name: str
    version: str
    source: str
    kind: str = "runtime"
    root: bool = False
    dependencies: tuple[int, ...] = ()
    checksum: str | None = None
    replacement: tuple[str, str] | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """(name, version, source): what two lists are matched by; never the index."""
        return (self.name, self.version, self.source)

    @property
    def local(self) -> bool:
        """True for a crate or module of the build's own tree."""
        return self.source == "local"


@dataclass(frozen=True, slots=True)
class DependencyList:
    """The dependency list of one file, with what was odd about it.

    ``packages`` stand in the list's own order. ``format`` is cargo-auditable's (0, 1 or 8), None elsewhere. ``partial``
    means that packages may be missing (recovered from panic paths, or a Go program built outside of a module).
    ``further`` are lists that stood behind the first in the same section; scanners do not read them. ``problem`` is a
    sentence, set only if the state is malformed. ``details`` are further statements of the source, such as Go's build
    settings, in its order. ``container`` is ``elf``, ``pe`` or ``macho``.
    """

    path: str
    size: int
    sha256: str
    container: str
    state: State
    source: Source | None = None
    format: int | None = None
    partial: bool = False
    warnings: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    further: tuple[tuple[Package, ...], ...] = ()
    problem: str | None = None
    details: tuple[tuple[str, str], ...] = ()

    @property
    def root(self) -> Package | None:
        """The package that was built; None unless the list names exactly one."""
        roots = [package for package in self.packages if package.root]
        return roots[0] if len(roots) == 1 else None

    @property
    def stated_version(self) -> tuple[str, str] | None:
        """A version that Go's linker was given for a variable (-X main.version=1.2.3): its name and the version."""
        flags = dict(self.details).get("-ldflags", "")
        found = _STATED.search(flags) if self.source is Source.GO_BUILDINFO else None
        return (found[1], found[2]) if found else None

    @property
    def edge_count(self) -> int:
        """Dependency edges in all."""
        return sum(len(package.dependencies) for package in self.packages)

    @property
    def has_edges(self) -> bool:
        """True where the source records who depends on whom: cargo-auditable alone does."""
        return self.source is Source.CARGO_AUDITABLE
