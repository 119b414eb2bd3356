"""A reading with the two files exchanged."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from elfdiff.evidence.model import Evidence
from elfdiff.plain.model import Edit, First, PathRewrite, Reading
from elfdiff.values import replace


def mirrored(reading: Reading) -> Reading:
    """The same reading, a's values b's and b's a's."""
    turned: dict[int, Evidence] = {}

    def turn(fact: Evidence) -> Evidence:
        if id(fact) not in turned:
            turned[id(fact)] = _fact(fact)
        return turned[id(fact)]

    return Reading(
        reading.kind,
        tuple(Edit(edit.b, edit.a, turn(edit.fact) if edit.fact else None, edit.exact) for edit in reading.edits),
        tuple(map(turn, reading.facts)),
        First(reading.first.line, reading.first.offset, reading.first.b, reading.first.a) if reading.first else None,
        tuple(PathRewrite(item.b, item.a) for item in reading.rewrites),
    )


def _fact(fact: Evidence) -> Evidence:
    """A fact whose fields ``a`` and ``b``, and ``a_x`` and ``b_x``, have changed places."""
    names = [field.name for field in fields(fact)]
    changed: dict[str, Any] = {}
    for name in names:
        other = _OTHER.get(name) or _other(name)
        if other is not None:
            changed[name] = getattr(fact, other)
    return replace(fact, **changed, spans=tuple((b, a) for a, b in fact.spans))


_OTHER = {"a": "b", "b": "a"}


def _other(name: str) -> str | None:
    if name.startswith("a_"):
        return f"b_{name[2:]}"
    return f"a_{name[2:]}" if name.startswith("b_") else None
