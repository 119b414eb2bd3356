"""Which variations are wanted: ``--vary`` read, and each one tried on this machine."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from elfdiff.errors import UsageError
from elfdiff.rebuild.result import VariationRow
from elfdiff.rebuild.variations import known
from elfdiff.rebuild.variations.model import Variation
from elfdiff.rebuild.workshop import Refused, Workshop
from elfdiff.values import dataclass

ALL, NONE = "all", "none"


def wanted(words: Sequence[str]) -> frozenset[str]:
    """The variations that ``--vary`` asks for, from left to right: NAME or +NAME adds, -NAME takes away.

    It begins with all of them, or with none where the first word is a name without a sign. UsageError for an unknown
    name.
    """
    names = frozenset(variation.name for variation in known())
    asked = [part for word in words for part in word.split(",") if part]
    chosen = frozenset() if asked and asked[0][0] not in "+-" else names
    for part in asked:
        name = part.lstrip("+-")
        these = {ALL: names, NONE: frozenset()}.get(name, frozenset({check(name, "--vary")} if name != NONE else ()))
        if name == NONE:
            chosen = frozenset()
        elif part.startswith("-"):
            chosen -= these
        else:
            chosen |= these
    return chosen


def check(name: str, option: str) -> str:
    """The name, if a variation has it, or it says all or none; else UsageError."""
    names = [variation.name for variation in known()]
    if name not in (*names, ALL, NONE):
        near = difflib.get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]}?" if near else "; --list-variations lists them"
        raise UsageError(f"{option}: no variation is called {name}{hint}")
    return name


@dataclass(frozen=True, slots=True)
class Choice:
    """What is varied, and the row of every variation that was wanted."""

    varied: frozenset[str]
    rows: tuple[VariationRow, ...]


def chosen(workshop: Workshop, names: frozenset[str]) -> Choice:
    """Try every wanted variation: what programs see has to be something else in the other world."""
    host = workshop.host
    possible = {
        variation.name: variation
        for variation in workshop.variations
        if variation.name in names and variation.lacking(host) is None
    }
    control = workshop.witnesses(frozenset())
    other, refused = _others(workshop, frozenset(possible))
    varied = frozenset(
        name for name in possible if name not in refused and other.get(name, "") not in ("", control.get(name))
    )
    rows = [
        _row(variation, control, other, variation.name in varied, refused.get(variation.name), workshop)
        for variation in workshop.variations
        if variation.name in names
    ]
    return Choice(varied, tuple(rows))


def _others(workshop: Workshop, names: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the witnesses say with all varied; if the system refuses that, with each alone, and what it refused."""
    try:
        return workshop.witnesses(names), {}
    except Refused:
        said: dict[str, str] = {}
        refused: dict[str, str] = {}
        for name in sorted(names):
            try:
                said[name] = workshop.witnesses(frozenset({name}))[name]
            except Refused as sentence:
                refused[name] = str(sentence)
        return said, refused


def _row(
    variation: Variation,
    control: dict[str, str],
    other: dict[str, str],
    varied: bool,
    refused: str | None,
    workshop: Workshop,
) -> VariationRow:
    name = variation.name
    if varied:
        root = f"{workshop.root}/"
        a, b = (said[name].replace(root, "") for said in (control, other))
        return VariationRow(name, a, b, True, variation.weaker(workshop.host))
    reason = variation.lacking(workshop.host) or refused or "it changed nothing that a program sees here"
    return VariationRow(name, None, None, False, reason)
