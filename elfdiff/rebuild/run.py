"""``rebuild``: from a command and a tree to what its experiment showed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from elfdiff.errors import ElfdiffError, UsageError
from elfdiff.rebuild import artifacts, source
from elfdiff.rebuild import host as machine
from elfdiff.rebuild.choice import chosen
from elfdiff.rebuild.experiment import Experiment
from elfdiff.rebuild.proof import Chooser, Prover
from elfdiff.rebuild.published import chosen as choose_artifact
from elfdiff.rebuild.published import published
from elfdiff.rebuild.reading import Reader
from elfdiff.rebuild.result import ArtifactRow, BuildRow, Equality, Rebuilt, VariationRow
from elfdiff.rebuild.variations import known
from elfdiff.rebuild.workshop import Order, Workshop, remove
from elfdiff.values import dataclass
from elfdiff.version import __version__

_MOST_NAMED = 8
_BUILD_PATH = "build-path"


class NotVaried(ElfdiffError):
    """A variation that had to be varied could not be."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. ``vary`` and ``require`` are names of variations; ``keep`` a directory for logs and files."""

    order: Order
    tree: Path
    vary: frozenset[str]
    require: frozenset[str] = frozenset()
    prove: bool = True
    include_ignored: bool = False
    keep: Path | None = None
    jobs: int = 1
    against: str | None = None


def rebuild(
    request: Request,
    choose: Chooser,
    told: Callable[[str], None] = lambda sentence: None,
    environment: Mapping[str, str] | None = None,
) -> Rebuilt:
    """Build, vary, read, prove. ``choose`` picks the fixes of a finding; ``told`` hears which build is next.

    BuildFailed if the build does not succeed as it is; NotVaried; NothingMade; UsageError. Nothing that was started is
    left running, and nothing lies about, however this is left.
    """
    for name in sorted(request.require - request.vary):
        raise UsageError(f"--require {name}, but --vary leaves it out")
    root = Path(tempfile.mkdtemp(prefix="elfdiff-rebuild-")).resolve()
    try:
        return _rebuilt(request, choose, told, dict(os.environ if environment is None else environment), root)
    finally:
        # A second interrupt must not end the cleaning that the first one began.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        if request.keep is not None and (root / "logs").is_dir():
            shutil.copytree(root / "logs", request.keep / "logs", dirs_exist_ok=True)
        remove(root)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _rebuilt(
    request: Request, choose: Chooser, told: Callable[[str], None], environment: Mapping[str, str], root: Path
) -> Rebuilt:
    wanted = published(request.against) if request.against is not None else None
    tree = request.tree.resolve()
    files = source.listed(tree, request.include_ignored, request.order.globs)
    command = request.order.command
    rust = _asks_for("cargo", command) or _has(files, "Cargo.toml")
    go = _asks_for("go", command) or _has(files, "go.mod")
    host = machine.look(root, environment, command, rust, go)
    workshop = Workshop(root, files, host, known(), request.order, told, jobs=request.jobs)
    workshop.prepare()
    choice = chosen(workshop, request.vary)
    _check(request, choice.rows)
    reader = Reader(workshop)
    experiment = Experiment(workshop, reader, choice.varied)
    experiment.run()
    proof = None
    if request.prove and (experiment.changed or experiment.noisy):
        proof = Prover(experiment, choose).prove()
    written = workshop.trespasses()
    if written:
        first = ", ".join(written[:_MOST_NAMED])
        experiment.failures.append(f"while it ran, something wrote into the source tree itself: {first}")
    if request.keep is not None:
        _keep(experiment, request.keep)
    against = None
    if wanted is not None:
        against = reader.published(wanted, choose_artifact(wanted, experiment.control.made))
    return Rebuilt(
        tool_version=__version__,
        command=command,
        variations=tuple(_left_out(row, experiment) for row in choice.rows),
        builds=tuple(BuildRow(*row) for row in workshop.finished),
        artifacts=tuple(_row(experiment, name) for name in experiment.names),
        nondeterministic=any("clock" not in experiment.guilty.get(name, ()) for name in experiment.noisy),
        proof=proof,
        against=against,
        notes=(*files.notes, *_copied(files), *_outside(workshop), *experiment.notes, *reader.notes),
        failures=tuple(experiment.failures),
    )


def _check(request: Request, rows: Sequence[VariationRow]) -> None:
    """NotVaried for what had to be varied; the build path has to be unless it was left out."""
    needed = request.require | (request.vary & {_BUILD_PATH})
    reasons = {row.name: row.reason for row in rows if not row.varied}
    for name in sorted(needed):
        if name in reasons:
            raise NotVaried(f"{name} could not be varied: {reasons[name]}")


def _left_out(row: VariationRow, experiment: Experiment) -> VariationRow:
    """A variation that the build does not bear was not varied after all."""
    reason = experiment.broken.get(row.name)
    return row if reason is None else replace(row, varied=False, reason=reason)


def _row(experiment: Experiment, name: str) -> ArtifactRow:
    report = experiment.noise.get(name) or experiment.reports.get(name)
    guilty = tuple(sorted(experiment.guilty.get(name, ())))
    return ArtifactRow(
        name,
        Equality.of(name not in experiment.noisy),
        Equality.of(name not in experiment.changed),
        guilty,
        report,
    )


def _copied(files: source.Source) -> tuple[str, ...]:
    """What was copied, and what was not."""
    how = "git does not ignore" if files.git else "are there, since this is no git repository"
    notes = [f"built from a copy of the {len(files.files)} files that {how}"]
    if files.left_out:
        first = ", ".join(files.left_out[:3])
        more = f" and {len(files.left_out) - 3} more" if len(files.left_out) > 3 else ""
        notes.append(f"left out, as an earlier build made them: {first}{more} (--include-ignored takes all)")
    return tuple(notes)


def _outside(workshop: Workshop) -> tuple[str, ...]:
    """What builds wrote beside the tree, and where that is not seen."""
    notes: list[str] = []
    if workshop.outside:
        names = sorted(workshop.outside)
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        written = f"builds wrote outside of their tree: {', '.join(names[:_MOST_NAMED])}{more}"
        notes.append(f"{written}; no other build saw that, and it is gone")
    for place, reason in workshop.host.unseen.items():
        notes.append(f"what builds write into {place} is not seen: {reason}")
    return tuple(notes)


def _keep(experiment: Experiment, place: Path) -> None:
    """The artifacts of the control and of all varied, where a person can go on with them."""
    for label, built in (
        ("control", experiment.control),
        ("control-again", experiment.again),
        ("varied", experiment.all),
    ):
        for name, artifact in built.made.items():
            inside = PurePosixPath(*(part for part in PurePosixPath(name).parts if part != ".."))
            target = place / label / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                artifacts.unplace(target)
            content = experiment.workshop.stored(artifact)
            (shutil.copytree if content.is_dir() else shutil.copyfile)(content, target)


def _asks_for(program: str, command: Sequence[str]) -> bool:
    return any(PurePosixPath(part).name == program for word in command for part in word.split())


def _has(files: source.Source, name: str) -> bool:
    return any(PurePosixPath(file).name == name for file, _ in files.files)
