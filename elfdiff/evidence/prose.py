"""Whether bytes that happen to print are a text that somebody wrote."""

from __future__ import annotations

import re

from elfdiff.patterns import late

_WORD = late(r"(?<![A-Za-z])(?:[A-Z]?[a-z]{3,}|[A-Z]{3,}|[a-z]+[A-Z][a-z]+)(?![A-Za-z])|[A-Za-z]+_[A-Za-z]+")
_FOREIGN = late(r"[^\W\d_]{3,}")
_MARKUP = late(r"%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j|t|L)?[a-zA-Z%]|\\[nrt]|\{[^{}]*\}|\x1b\[[\d;]*m|\r\n")
_USUAL = frozenset(" .,:;!?-_/()'\"=%*+<>#@&|[]{}$~`\\\t\n")
LONG = 8
SHORT_SHARE, LONG_SHARE = 0.8, 0.9


def reads_as_text(text: bytes) -> bool:
    """False for numbers, checksums and machine code that are made of printable bytes by chance.

    A text has a word of three letters or more, or is a number or a format as a whole, and hardly a character that
    writing does not use; the shorter it is, the more of it must be letters and digits.
    """
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    bare = _MARKUP.sub("", decoded).strip()
    if not bare:
        return bool(decoded.strip())
    if re.fullmatch(r"[\dxXa-fA-F.,:+-]+", bare):
        return True
    if any(ord(character) < 0x20 and character not in "\t\n" for character in bare):
        return False
    foreign = any(not word.isascii() for word in _FOREIGN.findall(bare)) and not _is_mixed(bare)
    if not foreign and not bare.isascii():
        return False
    if not foreign and not _WORD.search(bare):
        return False
    letters = sum(character.isalnum() or character == " " for character in bare)
    if len(bare) < LONG:
        return letters >= SHORT_SHARE * len(bare)
    return letters + sum(character in _USUAL for character in bare) >= LONG_SHARE * len(bare) and 2 * letters > len(
        bare
    )


def _is_mixed(text: str) -> bool:
    """True if letters of other scripts stand alone among Latin ones, as in random bytes."""
    return any(len(word) < 2 for word in re.findall(r"[^\W\d_a-zA-Z]+", text))
