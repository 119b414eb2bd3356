"""Reading: what two builds made, compared; what differs, explained from the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from elfdiff.clock import Clock, OutOfTime
from elfdiff.elf.reading import read_bytes
from elfdiff.errors import ElfdiffError, LimitExceeded, MalformedContainer
from elfdiff.images.digests import ImageDigests, image_digests
from elfdiff.rebuild import artifacts
from elfdiff.rebuild.artifacts import Artifact
from elfdiff.rebuild.published import Published
from elfdiff.rebuild.result import Comparison, Equality
from elfdiff.rebuild.workshop import Built, Workshop
from elfdiff.report import Finding, Report, Role, Verdict
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths
from elfdiff.values import dataclass, field

MOST_READ = 12
"""Differing artifacts of one pair of builds that are explained; all are compared."""
_A_FILE = 120.0
"""Seconds for one explanation."""
_BY_ID = "compared by the image's ID, the digest of its config: one side holds no manifest, which a registry goes by"


@dataclass
class Reader:
    """Explains pairs of artifacts, each pair of contents once. ``notes`` are sentences about what was not read."""

    workshop: Workshop
    notes: list[str] = field(default_factory=list)
    _known: dict[tuple[str, str], Report | Tree | None] = field(default_factory=dict)

    def explained(self, one: Built, other: Built, names: Iterable[str]) -> dict[str, Report | Tree | None]:
        """A report for each of these artifacts; None where one side has none, or it could not be read."""
        reports: dict[str, Report | Tree | None] = {}
        wanted = sorted(names)
        for name in wanted[:MOST_READ]:
            a, b = one.made.get(name), other.made.get(name)
            reports[name] = self._report(a, b, (one.name, other.name)) if a and b else None
        if len(wanted) > MOST_READ:
            self._note(f"{len(wanted)} artifacts differ; the first {MOST_READ} were read")
        return reports

    def published(self, wanted: Published, artifact: Artifact) -> Comparison:
        """The comparison of what was published with what was built. ElfdiffError, its sentence naming the file.

        Images are held against each other by their digests, whatever archive keeps them.
        """
        built = str(self.workshop.stored(artifact))
        try:
            made = image_digests(built)
        except ElfdiffError as error:
            raise type(error)(str(error).replace(built, artifact.name)) from error
        if wanted.path is None:
            return Comparison(wanted.words, artifact.name, self._by_digest(wanted.digest or "", artifact, made), None)
        theirs = image_digests(wanted.path) if made is not None or wanted.digest is not None else None
        if wanted.digest is not None and wanted.digest not in (theirs.names if theirs else _of_file(wanted.path)):
            raise MalformedContainer(f"{wanted.path}: is not {wanted.digest}")
        if made is not None and theirs is not None and made.same(theirs):
            if not (made.manifests and theirs.manifests):
                self._note(_BY_ID)
            return Comparison(wanted.words, artifact.name, Equality.SAME, None)
        try:
            report = self._compared(wanted.path, artifact, (wanted.path, f"rebuilt/{artifact.name}"))
        except OutOfTime as over:
            raise LimitExceeded(f"{wanted.path}: {over}") from over
        same = Equality.of(not report.differs)
        return Comparison(wanted.words, artifact.name, same, report if report.differs else None)

    def _by_digest(self, digest: str, artifact: Artifact, made: ImageDigests | None) -> Equality:
        """Whether what was built has a digest that somebody published; what it has instead is told."""
        if made is None:
            if digest != f"sha256:{artifact.sha256}":
                self._note(f"{artifact.name} has sha256:{artifact.sha256}")
            return Equality.of(digest == f"sha256:{artifact.sha256}")
        if digest in made.configs:
            self._note(_BY_ID)
        if digest not in made.names:
            known = (*(f"{name} ({platform})" for platform, name in made.manifests), *made.indexes)
            shown = known or tuple(f"{name} (its ID: an archive without a manifest)" for name in made.configs)
            self._note(f"{artifact.name} is the image {', '.join(shown)}")
        return Equality.of(digest in made.names)

    def _report(self, a: Artifact, b: Artifact, builds: tuple[str, str]) -> Report | Tree | None:
        key = a.sha256, b.sha256
        if key not in self._known:
            self._known[key] = self._read(a, b, builds)
        return self._known[key]

    def _read(self, a: Artifact, b: Artifact, builds: tuple[str, str]) -> Report | Tree | None:
        if a.sha256 == b.sha256:
            return None
        place = self.workshop.root / "read" / PurePosixPath(a.name).name
        place.parent.mkdir(exist_ok=True)
        artifacts.place(self.workshop.stored(a), place)
        try:
            return self._compared(str(place), b, (f"{builds[0]}/{a.name}", f"{builds[1]}/{b.name}"))
        except (ElfdiffError, OutOfTime) as error:
            self._note(f"{a.name} could not be explained: {str(error).replace(str(place), a.name)}")
            return None
        finally:
            artifacts.unplace(place)

    def _compared(self, path: str, artifact: Artifact, names: tuple[str, str]) -> Report | Tree:
        """The report on a file and an artifact, which bear their own names in it; OutOfTime after two minutes."""
        built = self.workshop.root / "read" / "b" / PurePosixPath(artifact.name).name
        built.parent.mkdir(parents=True, exist_ok=True)
        artifacts.place(self.workshop.stored(artifact), built)
        try:
            report = compare_paths(path, str(built), TreeOptions(), clock=Clock(_A_FILE))
        except ElfdiffError as error:
            error.args = (str(error).replace(str(built), names[1]), *error.args[1:])
            raise
        finally:
            artifacts.unplace(built)
        if isinstance(report, Report):
            return replace(report, a=replace(report.a, path=names[0]), b=replace(report.b, path=names[1]))
        return replace(report, a=replace(report.a, path=names[0]), b=replace(report.b, path=names[1]))

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _of_file(path: str) -> frozenset[str]:
    return frozenset({f"sha256:{hashlib.sha256(read_bytes(path)).hexdigest()}"})


def differing(one: Built, other: Built) -> frozenset[str]:
    """Artifacts that are not equal in two builds, those that only one of them made among them."""
    names = one.made.keys() | other.made.keys()
    return frozenset(name for name in names if not _same(one.made.get(name), other.made.get(name)))


def _same(a: Artifact | None, b: Artifact | None) -> bool:
    return a is not None and b is not None and a.sha256 == b.sha256


def findings(reports: Iterable[Report | Tree | None]) -> tuple[Finding, ...]:
    """What these reports say can be fixed or differs in what was built; what only follows is left out."""
    found: list[Finding] = []
    for report in reports:
        if isinstance(report, Tree):
            found += (item.finding for item in report.findings)
        elif report is not None:
            found += report.findings
    return tuple(finding for finding in found if finding.role is not Role.CONSEQUENCE)


def unexplained(reports: Iterable[Report | Tree | None]) -> bool:
    """True if some pair has no explanation of all its bytes."""
    return any(
        report is None or report.verdict not in (Verdict.IDENTICAL, Verdict.EXPLAINED, Verdict.INPUTS_DIFFER)
        for report in reports
    )
