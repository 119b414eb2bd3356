"""Subject → Signs → Hazards. One topic a module; its ``find`` yields signs and decides nothing about fixes."""

from __future__ import annotations

from elfdiff.inspection.advice import advise
from elfdiff.inspection.hazards import (
    code,
    identities,
    linking,
    names,
    notes,
    paths,
    random,
    revisions,
    temporary,
    times,
)
from elfdiff.inspection.model import Hazard
from elfdiff.inspection.sign import Sign
from elfdiff.inspection.subject import Subject

_TOPICS = (paths, times, identities, revisions, temporary, random, notes, names, linking, code)


def hazards(subject: Subject) -> tuple[Hazard, ...]:
    """Every hazard of the file, those that are shown before those that are hinted at; each face once."""
    signs: dict[str, Sign] = {}
    for topic in _TOPICS:
        for sign in topic.find(subject):
            signs.setdefault(sign.face, sign)
    found = [advise(sign, subject) for sign in signs.values()]
    return tuple(sorted(found, key=lambda item: item.confidence != "shows"))
