"""What a judge makes of claims."""

from __future__ import annotations

from elfdiff.causes import Cause
from elfdiff.evidence.model import Evidence
from elfdiff.report import Confidence
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """A claim that stands: this cause, by this face of it, because of these facts.

    ``summary`` is a phrase with this pair's own values; ``note`` a caveat for people.
    """

    cause: Cause
    face: str
    because: tuple[Evidence, ...]
    confidence: Confidence
    summary: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All claims that stand, in catalogue order; ``notes`` name the roots that were dropped, and for which others."""

    matches: tuple[Match, ...]
    notes: tuple[str, ...] = ()
