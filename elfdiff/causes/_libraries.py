"""Texts by which well-known libraries say which release they are, wherever they are linked in."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.evidence.model import EvidenceSet, TextChange, TimeChange, WordChange, WordKind
from elfdiff.patterns import late
from elfdiff.values import dataclass

_KNOWN = tuple(
    (name, late(pattern))
    for name, pattern in (
        ("zlib", r"\b(?:de|in)flate (?P<version>\d+\.\d+[\w.]*) Copyright (?:\d{4}-)?\d{4} "),
        ("OpenSSL", r"\bOpenSSL (?P<version>\d+\.\d+\.\d+\w*(?:-\w+)?)\s+\d+ [A-Z][a-z]{2} \d{4}"),
        ("LibreSSL", r"\bLibreSSL (?P<version>\d+\.\d+\.\d+)"),
        ("mbed TLS", r"\b[Mm]bed TLS (?P<version>\d+\.\d+\.\d+)"),
        ("libpng", r"\blibpng version (?P<version>\d+\.\d+\.\d+)"),
        ("libjpeg-turbo", r"\blibjpeg-turbo version (?P<version>\d+\.\d+\.\d+)"),
        ("libtiff", r"\bLIBTIFF, Version (?P<version>\d+\.\d+(?:\.\d+)?)"),
        ("bzip2", r"\A(?P<version>\d\.\d\.\d, \d+-[A-Z][a-z]{2}-\d{4})\Z"),
        ("PCRE", r"\A(?P<version>(?:8|10)\.\d\d) \d{4}-\d\d-\d\d\Z"),
        ("SQLite", r"\A(?P<version>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [0-9a-f]{40,64})(?:alt\d)?\Z"),
        ("expat", r"\bexpat_(?P<version>\d+\.\d+\.\d+)"),
        ("curl", r"\blibcurl/(?P<version>\d+\.\d+\.\d+)"),
        ("Lua", r"\bLua (?P<version>5\.\d(?:\.\d+)?)\s+Copyright \(C\) 1994-"),
        ("the GNU C Library", r"\bGNU C Library \([^)]*\) \w+ release version (?P<version>\d+\.\d+)"),
    )
)
"""As the libraries' own sources spell them: zlib's deflate_copyright, OPENSSL_VERSION_TEXT, BZ_VERSION, …."""
_NEEDED = (
    "Copyright ", "OpenSSL ", "LibreSSL ", "bed TLS ", "libpng ", "libjpeg-turbo ", "LIBTIFF, ", "expat_", "libcurl/",
    "Lua ", "GNU C Library ",
)  # fmt: skip
"""One of them stands in every text of a library that does not begin with a digit."""
_DATED = frozenset({"bzip2", "SQLite"})
"""Libraries whose release is a date, or has one in its name."""


@dataclass(frozen=True, slots=True)
class LibraryText:
    """A text of a library that names two releases of it."""

    fact: WordChange | TextChange
    name: str
    a_version: str
    b_version: str


def library_of(text: str) -> tuple[str, str] | None:
    """(library, release) that a text names; None if it is no such text."""
    if not text[:1].isdigit() and not any(word in text for word in _NEEDED):
        return None
    for name, pattern in _KNOWN:
        found = pattern.search(text)
        if found:
            return name, found["version"]
    return None


def library_texts(evidence: EvidenceSet) -> Iterator[LibraryText]:
    """Texts of libraries whose release differs, then those that hold the same two numbers and nothing else."""
    seen: set[tuple[str, str]] = set()
    for word in evidence.of(WordChange):
        named = library_of(word.context)
        if named and word.a_word in named[1]:
            seen.add((word.a_word, word.b_word))
            yield LibraryText(word, named[0], word.a_word, word.b_word)
    for text in evidence.of(TextChange):
        ours, theirs = (library_of(side.value) if side else None for side in (text.a, text.b))
        if ours and theirs and ours[0] == theirs[0] and ours[1] != theirs[1]:
            yield LibraryText(text, ours[0], ours[1], theirs[1])
    for word in evidence.of(WordChange):
        if word.kind is WordKind.VERSION and word.context == word.a_word and (word.a_word, word.b_word) in seen:
            yield LibraryText(word, "", word.a_word, word.b_word)


def library_times(evidence: EvidenceSet) -> Iterator[TimeChange]:
    """Dates and years in texts of a library whose release differs: those of the release, and of no build.

    A time of day is the clock's even there: programs write it behind the library's text.
    """
    released = {text.name for text in library_texts(evidence)}
    for change in evidence.of(TimeChange):
        named = library_of(change.context)
        if named is not None and change.a_time.clock is None and (named[0] in released or named[0] in _DATED):
            yield change
