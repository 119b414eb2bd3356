"""Sign: what a topic saw, before the catalogue is asked what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from elfdiff.inspection.model import Confidence, Place
from elfdiff.values import dataclass

MAX_PLACES = 20
"""Places of one hazard that are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A face that the file shows or hints at. ``places`` holds at least one place, and at most :data:`MAX_PLACES`.

    ``language`` is that of the source behind it, where it is known: a program of several takes a flag for each.
    """

    root: str
    face: str
    title: str
    confidence: Confidence
    places: tuple[Place, ...]
    total: int
    note: str | None = None
    language: str | None = None


def sign(
    root: str,
    face: str,
    title: str,
    confidence: Confidence,
    places: Iterable[Place],
    total: int | None = None,
    note: str | None = None,
    language: str | None = None,
) -> Sign:
    """A sign with the first places of many; ``total`` where the caller counted without making them."""
    seen = iter(places)
    kept = tuple(islice(seen, MAX_PLACES))
    count = len(kept) + sum(1 for _ in seen) if total is None else total
    return Sign(root, face, title, confidence, kept, count, note, language)
