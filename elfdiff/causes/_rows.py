"""Fixes made from the table of toolchains."""

from __future__ import annotations

from elfdiff.report import Effect, Fix
from elfdiff.toolchains import Purpose, row


def fix_for(toolchain: str, purpose: Purpose, *reaches: str) -> Fix:
    """What this toolchain takes for the purpose, as a fix that removes what these faces show."""
    found = row(toolchain, purpose)
    return Fix(found.toolchain, found.action, Effect.REMOVES, reaches, found.since, found.note)
