"""How text is to look; decided by the command line, known to the renderers."""

from __future__ import annotations

from elfdiff.values import dataclass

WIDTH = 100
"""Columns of a report that does not go to a terminal, and the most that one on a terminal takes."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """``width`` in columns; ``ascii`` for locales without UTF-8; ``colour`` for ANSI colours; ``verbose`` for -v."""

    width: int = WIDTH
    ascii: bool = False
    colour: bool = False
    verbose: bool = False
