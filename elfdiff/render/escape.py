"""Text from a binary or a path, made safe and short enough to show to a person."""

from __future__ import annotations

import unicodedata

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONGEST = 1 << 16
"""Characters of one value that are looked at; a longer value is cut before it is escaped."""


def visible(text: str, ascii_only: bool = False) -> str:
    """No control, bidirectional, zero-width or surrogate character is left; the backslash is untouched.

    Doing it twice changes nothing. A byte that ``surrogateescape`` kept becomes ``\\xNN``, a character ``\\uNNNN``.
    ``ascii_only`` escapes every character beyond ASCII as well.
    """
    if text.isprintable() and (text.isascii() or not ascii_only):
        return text
    return "".join(
        char if char.isprintable() and (char.isascii() or not ascii_only) else _escaped(char) for char in text
    )


def _escaped(char: str) -> str:
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def columns(text: str) -> int:
    """Terminal columns of visible text: wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_char_columns(char) for char in text)


def _char_columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, width: int, ascii_only: bool = False) -> str:
    """``text``, visible, with its middle replaced by an ellipsis where it is wider than ``width`` columns."""
    if len(text) > _LONGEST:
        half = _LONGEST // 2
        return _cut(visible(text[:half], ascii_only), visible(text[-half:], ascii_only), width, ascii_only)
    shown = visible(text, ascii_only)
    if columns(shown) <= width:
        return shown
    return _cut(shown, shown, width, ascii_only)


def shorten_pair(a: str, b: str, width: int, ascii_only: bool = False) -> tuple[str, str]:
    """Both values within ``width`` columns, cut so that the first place where they differ stays in sight."""
    short_a, short_b = shorten(a, width, ascii_only), shorten(b, width, ascii_only)
    if a == b or (short_a == visible(a, ascii_only) and short_b == visible(b, ascii_only)):
        return short_a, short_b
    first = _first_difference(a, b)
    if first < width // 3:
        return short_a, short_b
    start = first - width // 4
    lead = "..." if ascii_only else "…"
    rest = width - len(lead)
    return lead + shorten(a[start:], rest, ascii_only), lead + shorten(b[start:], rest, ascii_only)


def _cut(head: str, tail: str, width: int, ascii_only: bool) -> str:
    ellipsis = "..." if ascii_only else "…"
    room = max(width - len(ellipsis), 2)
    tail_room = room // 2
    return _fitting(head, room - tail_room) + ellipsis + _fitting(tail[::-1], tail_room)[::-1]


def _fitting(text: str, room: int) -> str:
    """The longest start of ``text`` that fits into ``room`` columns."""
    if text.isascii():
        return text[:room]
    used = 0
    for index, char in enumerate(text):
        used += _char_columns(char)
        if used > room:
            return text[:index]
    return text


def _first_difference(a: str, b: str) -> int:
    """The index of the first character that differs; the shorter length when one starts with the other."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
