"""An audit as text and as JSON (elfdiff/schema/audit-1.json)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from elfdiff.elf.reading import shown
from elfdiff.sbom.audit import Audit, Hit
from elfdiff.sbom.jsontext import json_text
from elfdiff.sbom.native import file_object

SCHEMA = "elfdiff/audit/1"


def audit_json(audit: Audit) -> str:
    """One JSON document on one line: several files give several lines."""
    database = audit.database
    return (
        json_text(
            {
                "schema": SCHEMA,
                "file": file_object(audit.found),
                "database": {
                    "kind": database.kind,
                    "advisories": len(database.advisories),
                    "newest": database.newest,
                },
                "checked": audit.checked,
                "vulnerabilities": [
                    {
                        "id": hit.advisory.id,
                        "aliases": list(hit.advisory.aliases),
                        "package": hit.package.name,
                        "version": hit.package.version,
                        "kind": hit.package.kind,
                        "severity": hit.severity,
                        "patched": list(hit.advisory.patched),
                        "url": hit.advisory.url,
                    }
                    for hit in audit.vulnerabilities
                ],
                "warnings": [
                    {
                        "id": hit.advisory.id,
                        "informational": hit.advisory.informational,
                        "package": hit.package.name,
                        "version": hit.package.version,
                    }
                    for hit in audit.warnings
                ],
                "not_checked": list(audit.not_checked),
                **_ignored(audit),
            }
        )
        + "\n"
    )


def _ignored(audit: Audit) -> dict[str, object]:
    """Left out where nothing was ignored."""
    found = [
        {"id": hit.advisory.id, "package": hit.package.name, "version": hit.package.version, "reason": reason or None}
        for hit, reason in audit.ignored
    ]
    return {"ignored": found} if found else {}


def audit_text(audit: Audit) -> str:
    """What to do first, then what was found, what was not checked, and one line for grep."""
    name = shown(audit.found.path)
    lines = [f"elfdiff: {_verdict(audit, name)}"]
    if audit.vulnerabilities:
        lines += ["", "DO FIRST: in Cargo.lock, move to patched versions, and rebuild:", *_upgrades(audit)]
        for hit in audit.vulnerabilities:
            lines += ["", *_vulnerability(hit)]
    if audit.warnings:
        lines += ["", "warnings, not counted as vulnerabilities:"]
        lines += [
            f"  {hit.advisory.id}  {hit.advisory.informational}  {_package(hit)}  {shown(hit.advisory.title)}"
            for hit in audit.warnings
        ]
    if audit.ignored:
        lines += ["", "ignored, not counted:"]
        lines += [
            f"  {shown(hit.advisory.id)}  {_package(hit)}" + (f"  {shown(reason)}" if reason else "")
            for hit, reason in audit.ignored
        ]
    database = audit.database
    lines += [
        "",
        f"checked: {audit.checked} packages from crates.io against {len(database.advisories)} advisories "
        f"({database.kind}, newest of {database.newest or 'unknown date'})",
        f"not checked: {'; '.join(_unchecked(audit))}",
        f"elfdiff: result={'vulnerable' if audit.vulnerabilities else 'clean'} "
        f"vulnerabilities={len(audit.vulnerabilities)} warnings={len(audit.warnings)} "
        f"exit={1 if audit.vulnerabilities else 0}",
    ]
    return "\n".join(lines) + "\n"


def _verdict(audit: Audit, name: str) -> str:
    if not audit.vulnerabilities:
        return f"CLEAN  no known vulnerability in the {audit.checked} packages of {name} that were checked"
    touched = len({hit.package.identity for hit in audit.vulnerabilities})
    count = len(audit.vulnerabilities)
    known = "1 known vulnerability" if count == 1 else f"{count} known vulnerabilities"
    return f"VULNERABLE  {known} in {touched} of {audit.checked} packages of {name}"


def _upgrades(audit: Audit) -> Iterator[str]:
    """A line a package: every requirement that one of its advisories calls patched."""
    wanted: dict[str, list[str]] = {}
    for hit in audit.vulnerabilities:
        patched = " or ".join(shown(item) for item in hit.advisory.patched)
        wanted.setdefault(_package(hit), []).append(patched or "no patched version is known; replace it")
    for package, requirements in wanted.items():
        yield f"  {package}: {'; and '.join(dict.fromkeys(requirements))}"


def _vulnerability(hit: Hit) -> Iterator[str]:
    build = ", only used by the build" if hit.package.kind == "build" else ""
    severity = hit.severity or "no severity given"
    yield f"{shown(hit.advisory.id)}  {_package(hit)}  {severity}{build}"
    if hit.advisory.title:
        yield f"    {shown(hit.advisory.title)}"
    if hit.advisory.aliases:
        yield f"    also known as {', '.join(shown(alias) for alias in hit.advisory.aliases)}"
    yield f"    {shown(hit.advisory.url)}"


def _package(hit: Hit) -> str:
    return f"{shown(hit.package.name)} {shown(hit.package.version)}"


def _unchecked(audit: Audit) -> Iterator[str]:
    sources = Counter(package.source for package in audit.found.packages)
    for word in audit.not_checked:
        if word == "yanked":
            yield "yanked versions (needs the index of crates.io)"
        elif word == "toolchain":
            yield "Rust's own standard library (the list does not name the toolchain)"
        elif word == "partial":
            yield "crates that the recovered list lacks"
        else:
            source = word.removeprefix("source:")
            yield f"{sources[source]} packages of source {shown(source)}"
