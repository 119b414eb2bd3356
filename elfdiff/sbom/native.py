"""elfdiff's own JSON: everything that was read (elfdiff/schema/sbom-1.json)."""

from __future__ import annotations

from typing import Any

from elfdiff.payload.package import DependencyList, Package
from elfdiff.sbom.jsontext import json_lines, json_text
from elfdiff.sbom.purl import package_url

SCHEMA = "elfdiff/sbom/1"


def native_json(found: DependencyList) -> str:
    """Packages stand in the list's own order, one a line; ``dependencies`` are indices into it."""
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "file": file_object(found),
        "source": found.source.value if found.source else None,
        "format": found.format,
        "partial": found.partial,
        "warnings": list(found.warnings),
        "details": [list(pair) for pair in found.details],
    }
    return json_lines(head, {"packages": (json_text(_package(package, found)) for package in found.packages)})


def file_object(found: DependencyList) -> dict[str, Any]:
    """The file as every JSON output names it."""
    return {"path": found.path, "size": found.size, "sha256": found.sha256}


def _package(package: Package, found: DependencyList) -> dict[str, Any]:
    member: dict[str, Any] = {
        "name": package.name,
        "version": package.version,
        "source": package.source,
        "kind": package.kind,
        "root": package.root,
        "purl": package_url(package, found),
        "dependencies": list(package.dependencies),
    }
    if package.checksum is not None:
        member["checksum"] = package.checksum
    if package.replacement is not None:
        member["replacement"] = {"name": package.replacement[0], "version": package.replacement[1]}
    return member
