"""Values of JSON that nobody vouches for: read within bounds, and looked at without surprises."""

from __future__ import annotations

import re
from collections.abc import Mapping

from elfdiff.patterns import late

_MARKS = late(r'\\.|["\[\]{}]', re.DOTALL)
MAX_DEPTH = 64
"""Nested lists and objects; what real tools write has eleven."""


def read_value(text: str) -> object:
    """The value. ValueError, with words for a sentence, for no JSON, a key that stands twice, or too deep nesting."""
    if nesting(text) > MAX_DEPTH:
        raise ValueError(f"is nested more than {MAX_DEPTH} deep, the limit")
    import json

    try:
        value: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON ({fault(error)})") from error
    return value


def fault(error: Exception) -> str:
    """What is wrong with a text that :mod:`json` refused, in words that are nobody's but ours."""
    import json

    if isinstance(error, json.JSONDecodeError):
        return f"malformed at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"no UTF-8 at byte {error.start}"
    if isinstance(error, RecursionError):
        return "nested too deep"
    # int() refuses very long digit strings with a plain ValueError; the others are raised by the hooks here.
    return "a number is too long" if "digits" in str(error) else str(error)


def mapping(value: object) -> Mapping[str, object]:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """The list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """The text; None for anything else."""
    return value if isinstance(value, str) else None


def nesting(text: str) -> int:
    """How deep brackets nest, those inside texts not counted."""
    deepest = depth = 0
    inside = False
    for found in _MARKS.finditer(text):
        mark = found.group()
        if mark == '"':
            inside = not inside
        elif inside:
            continue
        elif mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")
