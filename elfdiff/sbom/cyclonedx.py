"""CycloneDX 1.6 JSON (ECMA-424): the same bytes for the same file, so neither a serial number nor the time of the
run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from elfdiff.payload.package import DependencyList, Package
from elfdiff.sbom.identity import TOOL, entry_points, facts, file_name, list_facts, references
from elfdiff.sbom.jsontext import json_lines, json_text
from elfdiff.sbom.purl import package_url


def cyclonedx_json(found: DependencyList, tool_version: str, timestamp: str | None) -> str:
    """The root package, or the file where the list has no single one, is ``metadata.component`` with the file's
    SHA-256.

    Packages of kind build have scope ``excluded``: they ran while building and are not in the file. ``timestamp`` is
    RFC 3339.
    """
    refs = references(found)
    root = found.root
    metadata: dict[str, Any] = {"timestamp": timestamp} if timestamp else {}
    metadata["tools"] = {"components": [{"type": "application", "name": TOOL, "version": tool_version}]}
    metadata["component"] = _root_component(found, refs)
    metadata["properties"] = _properties(list_facts(found))
    head: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": metadata,
    }
    components = (
        json_text(_component(package, ref, found))
        for package, ref in zip(found.packages, refs, strict=True)
        if package is not root
    )
    return json_lines(head, {"components": components, "dependencies": _dependencies(found, refs)})


def _root_component(found: DependencyList, refs: list[str]) -> dict[str, Any]:
    digest = [{"alg": "SHA-256", "content": found.sha256}]
    root = found.root
    if root is None:
        return {"type": "application", "bom-ref": _file_ref(found), "name": file_name(found), "hashes": digest}
    component = _component(root, refs[found.packages.index(root)], found)
    component["type"] = "application"
    component["hashes"] = digest
    component["properties"].append({"name": "elfdiff:file", "value": file_name(found)})
    return component


def _file_ref(found: DependencyList) -> str:
    return f"sha256:{found.sha256}"


def _component(package: Package, ref: str, found: DependencyList) -> dict[str, Any]:
    component: dict[str, Any] = {"type": "library", "bom-ref": ref, "name": package.name}
    if package.version:
        component["version"] = package.version
    component["scope"] = "excluded" if package.kind == "build" else "required"
    url = package_url(package, found)
    if url:
        component["purl"] = url
    component["properties"] = _properties(facts(found, package))
    return component


def _properties(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _dependencies(found: DependencyList, refs: list[str]) -> Iterator[str]:
    """Empty where the source records no edges: ``dependsOn: []`` would claim that there are none."""
    if not found.has_edges:
        return
    # Each reference is turned into JSON once: a dense graph names it thousands of times.
    encoded = [json_text(ref) for ref in refs]
    if found.root is None:
        yield _dependency(json_text(_file_ref(found)), [encoded[index] for index in entry_points(found)])
    for index, package in enumerate(found.packages):
        # A package that names itself was warned of when the list was read; as a dependency it means nothing.
        targets = [encoded[target] for target in package.dependencies if target != index]
        yield _dependency(encoded[index], targets)


def _dependency(ref: str, targets: list[str]) -> str:
    return f'{{"ref":{ref},"dependsOn":[{",".join(targets)}]}}'
