"""Advisories that somebody has looked into and decided to live with."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import UsageError
from elfdiff.values import dataclass

MAX_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Ignored:
    """Identifiers of advisories, or aliases of them, each with the reason that was given ("" if none was)."""

    reasons: dict[str, str]

    def reason(self, names: Sequence[str]) -> str | None:
        """The reason for the first of these names that is ignored; None if none is."""
        return next((self.reasons[name] for name in names if name in self.reasons), None)


def ignored(names: Sequence[str], path: str | None) -> Ignored:
    """What the command line names, and what a file lists: one identifier a line, then its reason.

    Blank lines and what follows ``#`` at the beginning of a line are left out. Raises UsageError for a line that begins
    with no identifier, and ElfdiffError if the file cannot be read.
    """
    reasons = dict.fromkeys(names, "")
    if path is None:
        return Ignored(reasons)
    lines = read_bytes(path).decode("utf-8", "replace").splitlines()
    if len(lines) > MAX_LINES:
        raise UsageError(f"{shown(path)}: lists more than {MAX_LINES} advisories")
    for number, line in enumerate(lines, 1):
        words = line.split(None, 1)
        if not words or line.lstrip().startswith("#"):
            continue
        if "-" not in words[0]:
            raise UsageError(f"{shown(path)}: line {number} does not begin with an identifier: {shown(words[0])}")
        reasons[words[0]] = words[1].strip() if len(words) > 1 else ""
    return Ignored(reasons)
