"""Known vulnerabilities of a dependency list, offline: what was found, and what was not checked."""

from __future__ import annotations

from pathlib import Path

from elfdiff.elf.reading import shown
from elfdiff.payload.package import DependencyList, Package
from elfdiff.sbom.advisory import Advisory, BadDatabase, Database
from elfdiff.sbom.ignoring import Ignored
from elfdiff.values import dataclass

CHECKED_SOURCE = "crates.io"

_APPLE = frozenset({"ios", "macos", "tvos", "visionos", "watchos"})


@dataclass(frozen=True, slots=True)
class Hit:
    """An advisory that touches a package of the list."""

    advisory: Advisory
    package: Package

    @property
    def severity(self) -> str | None:
        """``none``, ``low``, ``medium``, ``high`` or ``critical`` by the CVSS base score; None without a vector that
        can be read.
        """
        return severity_of(self.advisory.vectors)


@dataclass(frozen=True, slots=True)
class Audit:
    """``vulnerabilities`` and ``warnings`` (informational advisories) stand sorted by package, version and id.

    ``checked`` counts the packages that were looked up. ``not_checked`` names in words of one form each what was not:
    ``yanked``, ``toolchain``, ``source:NAME`` for packages that are not from crates.io, ``partial``. ``ignored`` are
    advisories that touch the list and are not counted, with the reasons given.
    """

    found: DependencyList
    database: Database
    checked: int
    vulnerabilities: tuple[Hit, ...]
    warnings: tuple[Hit, ...]
    not_checked: tuple[str, ...]
    ignored: tuple[tuple[Hit, str], ...] = ()


def load_database(path: str) -> Database:
    """A RustSec checkout, or a directory or zip archive of OSV records. Raises BadDatabase, also if it holds no
    advisory.
    """
    from elfdiff.sbom import osv, rustsec

    place = Path(path)
    if place.is_dir():
        kind = "rustsec" if rustsec.is_checkout(place) else "osv"
        advisories = rustsec.load_checkout(place) if kind == "rustsec" else osv.load_directory(place)
    elif place.is_file():
        kind, advisories = "osv", osv.load_zip(place)
    else:
        raise BadDatabase(f"{shown(path)}: there is no such advisory database")
    if not advisories:
        raise BadDatabase(f"{shown(path)}: holds no advisory about crates")
    return Database(kind, tuple(sorted(advisories, key=lambda item: (item.id, item.package))))


def audit_list(found: DependencyList, database: Database, spared: Ignored | None = None) -> Audit:
    """Look up every package from crates.io, of every kind and of further lists too; other sources share only the name.

    An advisory limited to operating systems that do not run this container is left out, and so are withdrawn ones.
    ``spared`` ones, by identifier or alias, are told apart and not counted.
    """
    packages: dict[tuple[str, str, str], Package] = {}
    for listed in (found.packages, *found.further):
        for package in listed:
            packages.setdefault(package.identity, package)
    checked = [package for package in packages.values() if package.source == CHECKED_SOURCE]
    hits = [
        Hit(advisory, package)
        for package in checked
        for advisory in database.by_package.get(package.name, ())
        if not advisory.withdrawn and runs_on(found.container, advisory.systems) and advisory.touches(package.version)
    ]
    hits.sort(key=lambda hit: (hit.package.name, hit.package.version, hit.advisory.id))
    reasons = {id(hit): spared.reason((hit.advisory.id, *hit.advisory.aliases)) for hit in hits} if spared else {}
    left = [hit for hit in hits if reasons.get(id(hit)) is None]
    others = sorted({package.source for package in packages.values()} - {CHECKED_SOURCE})
    not_checked = ["yanked", "toolchain", *(f"source:{source}" for source in others)]
    if found.partial:
        not_checked.append("partial")
    return Audit(
        found,
        database,
        len(checked),
        tuple(hit for hit in left if hit.advisory.informational is None),
        tuple(hit for hit in left if hit.advisory.informational is not None),
        tuple(not_checked),
        tuple((hit, reason) for hit in hits if (reason := reasons.get(id(hit))) is not None),
    )


def runs_on(container: str, systems: tuple[str, ...]) -> bool:
    """Whether a file of this container can run on one of the systems; without systems, all are meant."""
    if not systems:
        return True
    if container == "pe":
        return "windows" in systems
    if container == "macho":
        return not _APPLE.isdisjoint(systems)
    return any(system != "windows" and system not in _APPLE for system in systems)


def severity_of(vectors: tuple[str, ...]) -> str | None:
    """The worst qualitative severity of the CVSS vectors (versions 2, 3 and 4); None if none can be read."""
    if not vectors:
        return None
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss.exceptions import CVSSError

    words = []
    for vector in vectors:
        kind = CVSS4 if vector.startswith("CVSS:4") else CVSS3 if vector.startswith("CVSS:3") else CVSS2
        try:
            words.append(
                str(kind(vector).severities()[0]).lower() if kind is not CVSS4 else kind(vector).severity.lower()
            )
        except CVSSError:
            continue
    ranks = ("none", "low", "medium", "high", "critical")
    known = [word for word in words if word in ranks]
    return max(known, key=ranks.index) if known else None
