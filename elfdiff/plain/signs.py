"""What a line says of itself: who wrote it, what a value is called, whether it names files."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.evidence.words import WordDifference
from elfdiff.patterns import late

WRITER = late(
    rb"(?i)(?P<field>\b(?:x-)?generator\b|\b(?:generated|created|produced|built|made|written)[- ](?:by|with|using)\b"
    rb"|\bbuild-jdk(?:-spec)?\b|\bcreator\b|\bproducer\b|\btool\b)[\s:=\"'>(]*(?:content=[\"'])?"
    rb"(?P<writer>(?:GNU )?[A-Za-z][\w:+.-]*(?:[ /,(-]+v?\d+(?:\.\d+)+[\w.+~-]*\)?)+"
    rb"|\d+(?:\.\d+)+[\w.+~-]*(?: \([^()]{1,60}\))?)"
)
"""Where a file says which program, in which version, wrote it."""
_KEY = late(r"(?P<key>[A-Za-z_][\w.-]*)(?:[\"']?\s*(?:[:=]+|=>)[\s\"'(<]*|\s*[(<]|\s+[\"'])(?:D:)?\Z")
MAX_KEY = 128


def key_before(text: str) -> str | None:
    """The name that stands in front of a value: of a header, a variable, an attribute; None if there is none."""
    match = _KEY.search(text[-MAX_KEY:])
    return match["key"] if match else None


_OPTION = late(rb"(?:^|[\s'\"=,;:(])-[A-Za-z]{1,2}\Z")


def stands_alone(directory: bytes, texts: Sequence[bytes]) -> bool:
    """True if a line holds the directory as an absolute path, and not as the rest of a relative one."""
    for text in texts:
        at = text.find(directory)
        while at >= 0:
            before = text[max(at - 4, 0) : at]
            relative = before[-1:].isalnum() or before[-1:] in (b".", b"_", b"~", b"}", b")")
            if not relative or _OPTION.search(before):
                return True
            at = text.find(directory, at + 1)
    return False


def is_value(item: WordDifference, text: str, key: str) -> bool:
    """True for one plain word behind a name in capitals, or in quotes: no expression of a program."""
    quoted = text[item.a_start - 1 : item.a_start] in ("'", '"')
    return (quoted or key.isupper()) and all(_VALUE.fullmatch(side) for side in (item.a, item.b))


_VALUE = late(r"[\w.@+-]{1,64}")
_FILE = late(r"[\w.+@~/-]*(?:/[\w.+@~-]+|[\w+-]\.[A-Za-z]\w{0,7})/?")


def names_files(items: Sequence[str]) -> bool:
    """True if nearly all items end in the name of a file: a path, or a name with a suffix, behind one word at most."""
    return sum(map(_names_file, items)) * 10 >= 9 * len(items)


def _names_file(item: str) -> bool:
    words = item.split()
    return 0 < len(words) <= 2 and _FILE.fullmatch(words[-1].strip("\"',;:*")) is not None
