"""Package URLs (ECMA-427), only where they are true: a purl names a package that a registry holds."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from elfdiff.patterns import late
from elfdiff.payload.package import DependencyList, Package, Source

if TYPE_CHECKING:
    from packageurl import PackageURL


# Characters that a package URL never encodes (ECMA-427, "Character encoding"): those of nearly every crate. The library
# gives the same for them and takes 5 µs each.
_PLAIN = late(r"[A-Za-z0-9._-]+", re.ASCII)


@cache
def _package_url() -> type[PackageURL]:
    from packageurl import PackageURL

    return PackageURL


def package_url(package: Package, found: DependencyList) -> str | None:
    """None for local packages, for sources other than crates.io, and for a package note without a distribution.

    Scanners give local crates a crates.io purl; a vulnerability of a stranger's crate of that name would then be
    theirs.
    """
    if found.source in (Source.CARGO_AUDITABLE, Source.RECOVERED):
        if package.source != "crates.io":
            return None
        if _PLAIN.fullmatch(package.name) and _PLAIN.fullmatch(package.version):
            return f"pkg:cargo/{package.name}@{package.version}"
        return str(_package_url()("cargo", None, package.name, package.version).to_string())
    if found.source is Source.GO_BUILDINFO:
        name, version = package.replacement or (package.name, package.version)
        if package.local or not version:
            return None
        namespace, _, last = name.rpartition("/")
        return str(_package_url()("golang", namespace or None, last, version).to_string()) if last else None
    return _distribution_url(package, found)


def _distribution_url(package: Package, found: DependencyList) -> str | None:
    """``deb`` and ``rpm``, whose purl types need the distribution's name: the note's ``os`` field, from os-release."""
    fields = dict(found.details)
    distribution = fields.get("os", "")
    if package.source not in ("deb", "rpm") or not distribution or not package.version:
        return None
    qualifiers = {"arch": fields["architecture"]} if fields.get("architecture") else None
    return str(_package_url()(package.source, distribution, package.name, package.version, qualifiers).to_string())


def _root_url(root: Package, found: DependencyList) -> str | None:
    """What was built, though no registry need hold it: a Go module by its path, all else by its name (type generic)."""
    stated = found.stated_version
    version = stated[1] if stated else root.version if root.version != "(devel)" else ""
    if found.source is not Source.GO_BUILDINFO:
        return str(_package_url()("generic", None, root.name, version or None).to_string())
    namespace, _, last = root.name.rpartition("/")
    return str(_package_url()("golang", namespace or None, last, version or None).to_string()) if namespace else None


def purl_lines(found: DependencyList) -> str:
    """A package URL a line, sorted, each once: the root too. Other packages that have none are left out."""
    urls = {url for package in found.packages if (url := package_url(package, found))}
    root = found.root
    if root is not None and not package_url(root, found) and (url := _root_url(root, found)):
        urls.add(url)
    return "".join(f"{url}\n" for url in sorted(urls))
