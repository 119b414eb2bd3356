"""Semantic versions and their precedence (SemVer 2.0.0, items 9 to 11), strictly parsed."""

from __future__ import annotations

import re
from typing import TypeAlias

from elfdiff.patterns import late
from elfdiff.values import dataclass

PrecedenceKey: TypeAlias = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]

_NUMBER = r"(0|[1-9][0-9]{0,19})"
_IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = late(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?",
    re.ASCII,
)
_MOST = (1 << 64) - 1
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class Version:
    """One semantic version; ``pre`` is the pre-release without its hyphen, empty if there is none.

    Build metadata is dropped: it takes no part in precedence (SemVer item 10).
    """

    major: int
    minor: int
    patch: int
    pre: str = ""

    @property
    def key(self) -> PrecedenceKey:
        """Sorts as SemVer item 11 says: a pre-release is lower, numeric identifiers are lower than others."""
        if not self.pre:
            return (self.major, self.minor, self.patch, True, ())
        identifiers = tuple(
            (False, int(part), "") if part.isdigit() else (True, 0, part) for part in self.pre.split(".")
        )
        return (self.major, self.minor, self.patch, False, identifiers)

    @property
    def next(self) -> Version:
        """The lowest version above this one: ``1.2.3`` → ``1.2.4-0``, ``1.2.3-a`` → ``1.2.3-a.0``."""
        if self.pre:
            return Version(self.major, self.minor, self.patch, self.pre + ".0")
        return Version(self.major, self.minor, self.patch + 1, "0")

    def __str__(self) -> str:
        core = f"{self.major}.{self.minor}.{self.patch}"
        return f"{core}-{self.pre}" if self.pre else core


def parse_version(text: str) -> Version | None:
    """None unless ``text`` is a whole semantic version whose three numbers fit 64 bits, as Cargo wants it."""
    if len(text) > _LONGEST:
        return None
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    major, minor, patch = int(match[1]), int(match[2]), int(match[3])
    if max(major, minor, patch) > _MOST:
        return None
    return Version(major, minor, patch, match[4] or "")


def is_version(text: str) -> bool:
    """True where ``parse_version`` gives a version; for ordinary short versions without building one."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    return match is not None and (len(text) < 20 or parse_version(text) is not None)
