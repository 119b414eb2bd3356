"""Advisories about crates, and which versions they touch: half-open intervals under SemVer precedence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from elfdiff.errors import ElfdiffError
from elfdiff.patterns import late
from elfdiff.payload.semver import Version, parse_version
from elfdiff.values import dataclass, field


class BadDatabase(ElfdiffError):
    """The advisory database cannot be read; nothing may be called clean by it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Versions from ``start`` up to but not including ``end``; None is without a bound.

    Order is SemVer precedence, not Cargo's rule for pre-releases: 2.0.0-rc.1 lies below 2.0.0 and above 1.9.9.
    """

    start: Version | None
    end: Version | None

    def __contains__(self, version: Version) -> bool:
        above = self.start is None or self.start.key <= version.key
        return above and (self.end is None or version.key < self.end.key)


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory about one crate. ``informational`` is ``unmaintained``, ``unsound`` or ``notice``; None for a
    vulnerability.

    ``affected`` intervals and ``versions`` (exact, as written) touch a package. ``systems`` are the operating systems
    it is limited to, empty for all. ``vectors`` are CVSS vectors, ``patched`` version requirements, ``date`` is
    YYYY-MM-DD.
    """

    id: str
    package: str
    title: str
    date: str
    url: str
    affected: tuple[Interval, ...]
    versions: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    informational: str | None = None
    withdrawn: bool = False
    systems: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    patched: tuple[str, ...] = ()

    def touches(self, version: str) -> bool:
        """True if a package of this version is affected. Build metadata plays no part."""
        if version in self.versions:
            return True
        parsed = parse_version(version)
        return parsed is not None and any(parsed in interval for interval in self.affected)


@dataclass(frozen=True, slots=True)
class Database:
    """``kind`` is ``rustsec`` or ``osv``; ``advisories`` stand sorted by id and package."""

    kind: str
    advisories: tuple[Advisory, ...]
    by_package: dict[str, list[Advisory]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Advisory]] = {}
        for advisory in self.advisories:
            found.setdefault(advisory.package, []).append(advisory)
        object.__setattr__(self, "by_package", found)

    @property
    def newest(self) -> str | None:
        """The date of the newest advisory: how old the database is at least."""
        return max((advisory.date for advisory in self.advisories), default=None) or None


_COMPARATOR = late(
    r"\s*(>=|<=|=|>|<|\^|~|)\s*([0-9]{1,20})(?:\.([0-9]{1,20})(?:\.([0-9]{1,20})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?)?)?\s*"
)


def requirement(text: str) -> Interval:
    """A Cargo version requirement as an interval. Raises BadDatabase for one that RustSec does not allow either.

    As in RustSec's own linter: at most one lower and one upper bound, and ``=``, ``^`` and ``~`` stand alone. A missing
    number is 0.
    """
    start: Version | None = None
    end: Version | None = None
    parts = text.split(",")
    for part in parts:
        match = _COMPARATOR.fullmatch(part)
        if match is None:
            raise BadDatabase(f"the version requirement {text[:80]!r} is not understood")
        operator, low, high = match[1] or "^", *_bounds(match)
        if operator in ("=", "^", "~"):
            if len(parts) > 1:
                raise BadDatabase(f"the version requirement {text[:80]!r} joins {operator} to other bounds")
            return Interval(low, high)
        if operator in (">", ">="):
            if start is not None:
                raise BadDatabase(f"the version requirement {text[:80]!r} has two lower bounds")
            start = low
        else:
            if end is not None:
                raise BadDatabase(f"the version requirement {text[:80]!r} has two upper bounds")
            end = high
    return Interval(start, end)


def _bounds(match: re.Match[str]) -> tuple[Version, Version]:
    """Lower and upper bound of one comparator: an exclusive lower bound is the next version, an inclusive upper bound
    too.
    """
    operator = match[1] or "^"
    major, minor, patch = int(match[2]), int(match[3] or 0), int(match[4] or 0)
    named = Version(major, minor, patch, match[5] or "")
    if operator in (">", "<="):
        return named.next, named.next
    if operator in (">=", "<"):
        return named, named
    if operator == "=":
        return named, named.next
    # "-0" is the lowest pre-release: without it ^1.0.0 would take in 2.0.0-alpha.
    if operator == "~":
        return named, Version(major + 1, 0, 0, "0") if match[3] is None else Version(major, minor + 1, 0, "0")
    if major or match[3] is None:
        return named, Version(major + 1, 0, 0, "0")
    if minor or match[4] is None:
        return named, Version(0, minor + 1, 0, "0")
    return named, Version(0, 0, patch + 1, "0")


def complement(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Every version that lies in none of the intervals; all versions if there are none."""
    lowest = Version(0, 0, 0, "0")
    ordered = sorted(intervals, key=lambda interval: (interval.start or lowest).key)
    gaps: list[Interval] = []
    covered: Version | None = None
    open_start = True
    for interval in ordered:
        if interval.start is not None and (open_start or (covered is not None and covered.key < interval.start.key)):
            gaps.append(Interval(covered, interval.start))
        open_start = False
        if interval.end is None:
            return tuple(gaps)
        if covered is None or covered.key < interval.end.key:
            covered = interval.end
    gaps.append(Interval(covered, None))
    return tuple(gaps)
