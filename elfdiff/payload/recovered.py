"""Crates named in panic messages: paths into Cargo's registry that rustc left in a binary.

They name a part of the crates (23 to 46 % where it was measured) and none that is not there: a partial list.
"""

from __future__ import annotations

from elfdiff.patterns import late
from elfdiff.payload.package import Package
from elfdiff.payload.semver import is_version

MAX_CRATES = 100_000
"""Different crates that are kept; real programs name some hundred."""

# CARGO_HOME/registry/src/<registry host>-<16 hex digits>/<crate>-<version>/; a crate's name has no dot, so the first
# x.y.z after a hyphen begins the version. Every quantifier is bounded: the scan stays linear.
_PATH = late(
    rb"registry[/\\]src[/\\]([A-Za-z0-9._-]{1,100})-[0-9a-f]{16}[/\\]"
    rb"([A-Za-z0-9_-]{1,64}?)-([0-9]{1,20}\.[0-9]{1,20}\.[0-9]{1,20}(?:[-+][0-9A-Za-z.+-]{1,64})?)[/\\]"
)
_CRATES_IO = frozenset({b"github.com", b"index.crates.io"})


def recover_packages(data: bytes) -> tuple[Package, ...]:
    """Crates that paths of Cargo's registry name, sorted by identity; no edges, no root."""
    found: set[tuple[str, str, str]] = set()
    for match in _PATH.finditer(data):
        version = match[3].decode("ascii")
        if is_version(version):
            found.add((match[2].decode("ascii"), version, "crates.io" if match[1] in _CRATES_IO else "registry"))
        if len(found) >= MAX_CRATES:
            break
    return tuple(Package(name, version, source) for name, version, source in sorted(found))
