"""Evidence → Claim. One root cause a module; a cause exists because its module exists."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from elfdiff.causes.model import Cause, Claim, Proof, cause

__all__ = ["Cause", "Claim", "Proof", "catalogue", "cause", "cause_of"]


@cache
def catalogue() -> tuple[Cause, ...]:
    """Every cause, in alphabetical order of its id."""
    found: list[Cause] = []
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        detect = getattr(importlib.import_module(f"{__name__}.{module.name}"), "detect", None)
        if isinstance(detect, Cause):
            found.append(detect)
    return tuple(sorted(found, key=lambda item: item.id))


def cause_of(name: str) -> Cause | None:
    """The cause with this root id, or the one that has this face id; None if the catalogue knows neither."""
    for item in catalogue():
        if name == item.id or name in item.face_ids:
            return item
    return None
