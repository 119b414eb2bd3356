"""What a path says of the cargo command that made the file: cargo's target directory, target and profile."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.evidence.model import EvidenceSet, PathChange
from elfdiff.patterns import late
from elfdiff.values import dataclass

_OUTPUT = late(
    r"(?P<directory>(?:/[^/]+)+?)/(?:(?P<target>(?:x86_64|i\d86|aarch64|arm|thumb|riscv|powerpc|s390x|mips|sparc|loongarch|"
    r"wasm)[a-z0-9_]*(?:-[a-z0-9_.]+){1,3})/)?(?P<profile>[A-Za-z][\w-]*)/build/[A-Za-z0-9_-]+-[0-9a-f]{16}/out/"
)
_USUAL = "target"


@dataclass(frozen=True, slots=True)
class Output:
    """A build script's output directory: below cargo's target directory, by target (if it was named) and profile."""

    directory: str
    target: str | None
    profile: str


def outputs(change: PathChange) -> tuple[Output, Output] | None:
    """Both output directories of a path that changed; None if it names no file that a build script wrote."""
    found = [_OUTPUT.match(f"{directory}/{change.tail}/") for directory in (change.a_directory, change.b_directory)]
    if found[0] is None or found[1] is None:
        return None
    first, second = (Output(match["directory"], match["target"], match["profile"]) for match in found if match)
    return first, second


def is_other_command(change: PathChange) -> bool:
    """True if the target directory is one and the same, and cargo was called for another target or profile."""
    pair = outputs(change)
    return pair is not None and pair[0] != pair[1] and pair[0].directory == pair[1].directory


def is_target_moved(change: PathChange) -> bool:
    """True if the target directory is not the one inside the source tree, on one side at least."""
    pair = outputs(change)
    if pair is None or pair[0].directory == pair[1].directory:
        return False
    return any(side.directory.rsplit("/", 1)[-1] != _USUAL for side in pair)


def other_commands(evidence: EvidenceSet) -> Iterator[tuple[PathChange, Output, Output]]:
    """The paths that show that cargo was called for another target or profile."""
    for change in evidence.of(PathChange):
        pair = outputs(change)
        if pair is not None and (pair[0].target, pair[0].profile) != (pair[1].target, pair[1].profile):
            yield change, *pair
