"""What goes to a worker and what comes back: plain values, so that no engine can fail in transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elfdiff.values import dataclass

Record = dict[str, Any]
"""JSON values only: what a worker is sent (``a``, ``b``, ``reports``), and what it answers (:func:`pair.run_pair`)."""

DONE = "done"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """One pair of a manifest. ``b`` or ``a`` is None where the partner is missing; ``columns`` are kept as given.

    ``where`` it stands, for sentences: the manifest's name and the line, or the file's name.
    """

    id: str
    a: str | None
    b: str | None
    package: str
    columns: Mapping[str, str]
    where: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be run, as a sentence that names its line."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Limits:
    """For one pair: seconds of wall clock, and bytes of address space; None for no limit."""

    seconds: float | None
    memory: int | None


def failure(kind: str, sentence: str) -> Record:
    """The answer for a pair that has none: ``kind`` is killed, out-of-time, out-of-memory, malformed or fault."""
    return {"state": FAILED, "failure": kind, "sentence": sentence}


def was_killed(answer: Record) -> bool:
    """The process that ran the pair is gone: the pair's fault, or of whoever killed it. Only another run tells."""
    return answer.get("failure") == "killed"
