"""SPDX 2.3 JSON (ISO/IEC 5962 with the changes of 2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from elfdiff.payload.package import DependencyList, Package
from elfdiff.sbom.identity import TOOL, entry_points, facts, file_name, list_facts, references, short_hash
from elfdiff.sbom.jsontext import json_lines, json_text
from elfdiff.sbom.purl import package_url

EPOCH = "1970-01-01T00:00:00Z"

_DOCUMENT = "SPDXRef-DOCUMENT"
_FILE = "SPDXRef-File"


def spdx_json(found: DependencyList, tool_version: str, timestamp: str | None) -> str:
    """``created`` is ``timestamp`` or 1970, and the namespace comes from the file's SHA-256: nothing of the run is in
    it.

    Every edge is DEPENDS_ON; scanners drop the relationships that tell build dependencies apart, so the kind stands in
    the comment.
    """
    head: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": file_name(found),
        "documentNamespace": f"https://spdx.org/spdxdocs/elfdiff-{found.sha256}",
        "creationInfo": {"created": timestamp or EPOCH, "creators": [f"Tool: {TOOL}-{tool_version}"]},
        "comment": _words(list_facts(found)),
    }
    ids = [f"SPDXRef-Package-{short_hash(ref)}" for ref in references(found)]
    return json_lines(head, {"packages": _packages(found, ids), "relationships": _relationships(found, ids)})


def _packages(found: DependencyList, ids: list[str]) -> Iterator[str]:
    root = found.root
    if root is None:
        yield json_text(_file_package(found))
    for package, name in zip(found.packages, ids, strict=True):
        yield json_text(_package(package, name, found, is_root=package is root))


def _file_package(found: DependencyList) -> dict[str, Any]:
    """Stands for the file where the list has no single root."""
    return {
        "SPDXID": _FILE,
        "name": file_name(found),
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "packageFileName": file_name(found),
        "checksums": [{"algorithm": "SHA256", "checksumValue": found.sha256}],
        "primaryPackagePurpose": "APPLICATION",
    }


def _package(package: Package, name: str, found: DependencyList, is_root: bool) -> dict[str, Any]:
    member: dict[str, Any] = {"SPDXID": name, "name": package.name}
    if package.version:
        member["versionInfo"] = package.version
    member["downloadLocation"] = "NOASSERTION"
    member["filesAnalyzed"] = False
    member["primaryPackagePurpose"] = "LIBRARY"
    if is_root:
        member["primaryPackagePurpose"] = "APPLICATION"
        member["packageFileName"] = file_name(found)
        member["checksums"] = [{"algorithm": "SHA256", "checksumValue": found.sha256}]
    member["comment"] = _words(facts(found, package))
    url = package_url(package, found)
    if url:
        member["externalRefs"] = [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}
        ]
    return member


def _words(pairs: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name}={value}" for name, value in pairs)


def _relationships(found: DependencyList, ids: list[str]) -> Iterator[str]:
    root = found.root
    described = _FILE if root is None else ids[found.packages.index(root)]
    yield _relationship(_DOCUMENT, "DESCRIBES", described)
    if root is None:
        word = "DEPENDS_ON" if found.has_edges else "CONTAINS"
        yield from (_relationship(_FILE, word, ids[index]) for index in entry_points(found))
    for index, package in enumerate(found.packages):
        for target in package.dependencies:
            if target != index:
                yield _relationship(ids[index], "DEPENDS_ON", ids[target])


def _relationship(subject: str, word: str, target: str) -> str:
    return f'{{"spdxElementId":"{subject}","relationshipType":"{word}","relatedSpdxElement":"{target}"}}'
