"""Names for packages inside one document: from identity, not from the index, so that they survive a rebuild."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime

from elfdiff.errors import UsageError
from elfdiff.payload.package import DependencyList, Package

TOOL = "elfdiff"
PROPERTY = "elfdiff"


def references(found: DependencyList) -> list[str]:
    """One reference a package, unique in the list: ``name@version (source)``, numbered where a list repeats an
    identity.
    """
    seen: dict[tuple[str, str, str], int] = {}
    given = []
    for package in found.packages:
        count = seen[package.identity] = seen.get(package.identity, 0) + 1
        text = f"{package.name}@{package.version} ({package.source})"
        given.append(text if count == 1 else f"{text} #{count}")
    return given


def short_hash(text: str) -> str:
    """24 hexadecimal digits of the SHA-256 of a reference: letters and digits alone, as SPDX identifiers must be."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:24]


def entry_points(found: DependencyList) -> list[int]:
    """Indices of what the file itself depends on: the roots, else the packages that no other needs, else all."""
    roots = [index for index, package in enumerate(found.packages) if package.root]
    if roots:
        return roots
    needed: set[int] = set()
    for index, package in enumerate(found.packages):
        needed.update(target for target in package.dependencies if target != index)
    free = [index for index in range(len(found.packages)) if index not in needed]
    return free or list(range(len(found.packages)))


def file_name(found: DependencyList) -> str:
    """The last part of the path, which is the same wherever the file was built."""
    return os.path.basename(found.path) or found.path


def facts(found: DependencyList, package: Package) -> list[tuple[str, str]]:
    """What neither standard has a field for: where a package came from, and whether it ran only during the build."""
    pairs = [(f"{PROPERTY}:source", package.source), (f"{PROPERTY}:kind", package.kind)]
    if package.checksum:
        pairs.append((f"{PROPERTY}:checksum", package.checksum))
    if package.replacement:
        pairs.append((f"{PROPERTY}:replacement", " ".join(package.replacement).rstrip()))
    return pairs


def list_facts(found: DependencyList) -> list[tuple[str, str]]:
    """What there is to know about the list as a whole."""
    pairs = [(f"{PROPERTY}:list", found.source.value if found.source else "none")]
    if found.format is not None:
        pairs.append((f"{PROPERTY}:format", str(found.format)))
    pairs.append((f"{PROPERTY}:partial", "true" if found.partial else "false"))
    pairs += [(f"{PROPERTY}:warning", warning) for warning in found.warnings]
    pairs += [(f"{PROPERTY}:detail:{key}", value) for key, value in found.details]
    return pairs


def epoch_time(environment: str | None) -> str | None:
    """SOURCE_DATE_EPOCH as an RFC 3339 time; None if it is not set. Raises UsageError if it is no time."""
    if environment is None or environment == "":
        return None
    try:
        if not environment.isascii() or not environment.isdigit():
            raise ValueError
        return datetime.fromtimestamp(int(environment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH is {environment[:40]!r}, which is no number of seconds") from error
