"""Phrases for summaries: lists cut short, texts in quotes."""

from __future__ import annotations

from collections.abc import Iterable


def listed(names: Iterable[str], most: int = 3) -> str:
    """``a, b and c``; ``a, b, c and 4 more``."""
    words = list(dict.fromkeys(names))
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def quoted(text: str, most: int = 48) -> str:
    """A text in double quotes, cut to ``most`` characters."""
    return f'"{text if len(text) <= most else text[: most - 1] + "…"}"'


def became(a: str, b: str) -> str:
    """``a became b``."""
    return f"{a} became {b}"
