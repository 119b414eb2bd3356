"""Dependency lists and their differences as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.elf.reading import shown
from elfdiff.payload.package import DependencyList, Package

_HEADINGS = ("package", "version", "source", "kind", "needs")


def list_table(found: DependencyList) -> str:
    """A summary line, then a row a package, local packages last; empty text if there is no list."""
    if not found.packages:
        return ""
    rows = [_HEADINGS, *(_row(package, found) for package in sorted(found.packages, key=_order))]
    return f"{summary(found)}\n\n{columns(rows)}"


def _order(package: Package) -> tuple[bool, bool, str, str]:
    return (not package.root, package.local, package.name, package.version)


def summary(found: DependencyList) -> str:
    """One line: what was built, from how many packages, and who says so."""
    root = found.root
    named = f"{shown(root.name)} {shown(root.version)}".rstrip() if root else shown(found.path)
    stated = found.stated_version
    if stated and root and root.local:
        named += f", {shown('='.join(stated))}"
    counts = [f"{len(found.packages)} packages"]
    builds = sum(package.kind == "build" for package in found.packages)
    local = sum(package.local for package in found.packages)
    if builds:
        counts.append(f"{builds} only for the build")
    if local:
        counts.append(f"{local} local")
    if found.has_edges:
        counts.append(f"{found.edge_count} edges")
    origin = found.source.value if found.source else "none"
    if found.format is not None:
        origin += f" format {found.format}"
    return f"{named}: {', '.join(counts)} (list: {origin}{', partial' if found.partial else ''})"


def _row(package: Package, found: DependencyList) -> tuple[str, ...]:
    version = shown(package.version)
    if package.replacement:
        version += f" => {shown(' '.join(package.replacement).rstrip())}"
    kind = "root" if package.root else package.kind
    needs = str(len(package.dependencies)) if found.has_edges else "?"
    return (shown(package.name), version, shown(package.source), kind, needs)


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows with their cells aligned to the left, two blanks apart, no blank at a line's end."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )
