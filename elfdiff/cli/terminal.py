"""What the terminal can show: colour, width, characters."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping

from elfdiff.render.style import WIDTH, TextStyle

NARROWEST = 40
"""Columns below which a report is no longer folded: it would only get longer."""


def text_style(args: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> TextStyle:
    """The style for this run's output; a file given with -o is no terminal."""
    terminal = args.output in (None, "-") and sys.stdout is not None and sys.stdout.isatty()
    return TextStyle(
        width=_width() if terminal else WIDTH,
        ascii=not has_utf8(environ),
        colour=has_colour(args.color, environ, terminal),
        verbose=args.verbose,
    )


def has_colour(choice: str, environ: Mapping[str, str], terminal: bool) -> bool:
    """Decided by the flag, NO_COLOR, FORCE_COLOR, the terminal, in that order."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return environ["FORCE_COLOR"] != "0"
    return terminal and environ.get("TERM") != "dumb"


def has_utf8(environ: Mapping[str, str]) -> bool:
    """True if the locale's character set is UTF-8, by the first variable of POSIX's order that is set.

    The interpreter's own encoding is no witness: it takes UTF-8 for the C locale too (PEP 540).
    """
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(name)
        if value:
            return value.lower().replace("-", "").partition(".")[2].partition("@")[0] == "utf8"
    return False


def _width() -> int:
    import shutil

    return max(NARROWEST, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))
