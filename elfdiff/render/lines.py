"""Lines of text for a terminal: wrapping, words that must stay whole for pasting, and colour."""

from __future__ import annotations

import textwrap

from elfdiff.render.escape import columns, shorten, visible
from elfdiff.render.style import TextStyle
from elfdiff.values import dataclass

_COLOURS = {"bold": "1", "dim": "2", "red": "1;31", "green": "32", "yellow": "1;33", "cyan": "1;36"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line; its first ``marked`` characters take ``colour`` (all of them if ``marked`` is None)."""

    text: str
    colour: str | None = None
    marked: int | None = None


def paint(line: Line, style: TextStyle) -> str:
    """The line as it is printed, without a newline."""
    if not style.colour or line.colour is None or not line.text:
        return line.text
    marked = len(line.text) if line.marked is None else line.marked
    return f"\x1b[{_COLOURS[line.colour]}m{line.text[:marked]}\x1b[0m{line.text[marked:]}"


def wrapped(text: str, style: TextStyle, first: str, rest: str) -> list[Line]:
    """Visible text over as many lines as it needs; a word wider than a line is shortened in its middle."""
    pieces = textwrap.wrap(
        visible(text, style.ascii),
        style.width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    fitting = [piece if columns(piece) <= style.width else shorten(piece, style.width, style.ascii) for piece in pieces]
    return [Line(piece) for piece in fitting or [first.rstrip()]]


def indented(text: str, style: TextStyle, indent: int) -> list[Line]:
    """Wrapped, continued four columns further in."""
    return wrapped(text, style, " " * indent, " " * (indent + 4))
