"""The difference of two dependency lists as text and as JSON (elfdiff/schema/sbom-diff-1.json)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from elfdiff.elf.reading import shown
from elfdiff.payload.drift import headline, registry_moves
from elfdiff.payload.package import DependencyList
from elfdiff.report import DependencyChange, DependencyDiff
from elfdiff.sbom.jsontext import json_lines, json_text
from elfdiff.sbom.native import file_object
from elfdiff.sbom.table import columns

SCHEMA = "elfdiff/sbom-diff/1"
SHOWN_LOCAL = 5
"""Changes of local packages that the text shows unless all are asked for."""


def difference_text(a: DependencyList, b: DependencyList, diff: DependencyDiff, everything: bool = False) -> str:
    """Line one says what moved; then registry packages, local ones, what was not compared, a line for grep."""
    lines = [f"elfdiff: {_verdict(a, b, diff)}"]
    if registry_moves(diff) and a.source == b.source and a.source is not None:
        lines += ["", *_advice(a)]
    registry = [change for change in diff.changes if not change.local]
    local = [change for change in diff.changes if change.local]
    if registry:
        lines += ["", f"registry packages ({_counted(registry)}):", _rows(registry)]
    if local:
        listed = local if everything else local[:SHOWN_LOCAL]
        lines += ["", f"local packages ({_counted(local)}):", _rows(listed)]
        if len(listed) < len(local):
            lines.append(f"  {len(local) - len(listed)} more: -v")
    if diff.notes:
        lines += ["", *(f"note: {shown(note)}" for note in diff.notes)]
    lines += [
        "",
        f"elfdiff: result={'different' if diff.differs else 'same'} registry={len(registry)} local={len(local)} "
        f"exit={1 if diff.differs else 0}",
    ]
    return "\n".join(lines) + "\n"


def _verdict(a: DependencyList, b: DependencyList, diff: DependencyDiff) -> str:
    names = f"{shown(a.path)} and {shown(b.path)}"
    if not diff.differs:
        what = "hold the same dependency list" if a.packages or b.packages else "hold no dependency list"
        return f"SAME  {names} {what}"
    one = headline(diff)
    if one:
        return f"DIFFERENT  {shown(one)}"
    moves = registry_moves(diff)
    if moves:
        return f"DIFFERENT  {len(moves)} registry packages differ between {names}"
    if diff.changes:
        return f"DIFFERENT  no registry package moved; {len(diff.changes)} other changes between {names}"
    if a.state != b.state:
        return f"DIFFERENT  only {shown(a.path if a.packages else b.path)} holds a dependency list"
    return f"DIFFERENT  the lists of {names} differ in format only"


def _advice(a: DependencyList) -> list[str]:
    if a.source == "go-buildinfo":
        return ["DO FIRST, if both come from one commit: in both builds", "    go build -mod=readonly"]
    if a.source == "package-note":
        return []
    return ["DO FIRST, if both come from one commit: commit Cargo.lock, and in both builds", "    cargo build --locked"]


def _counted(changes: list[DependencyChange]) -> str:
    counts = Counter(change.change for change in changes)
    order = ("upgraded", "downgraded", "added", "removed", "changed")
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word])


def _rows(changes: list[DependencyChange]) -> str:
    rows = [
        (
            f"  {shown(change.name)}",
            shown(change.a) if change.a is not None else "-",
            "->",
            shown(change.b) if change.b is not None else "-",
            change.change,
            shown(change.detail),
        )
        for change in changes
    ]
    return columns(rows).rstrip("\n")


def difference_json(a: DependencyList, b: DependencyList, diff: DependencyDiff) -> str:
    """The same as ``sbom`` of the compare report, with the two files."""
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "a": {**file_object(a), "state": diff.a_state, "format": diff.a_format, "packages": len(a.packages)},
        "b": {**file_object(b), "state": diff.b_state, "format": diff.b_format, "packages": len(b.packages)},
        "source": diff.source,
        "differs": diff.differs,
        "notes": list(diff.notes),
    }
    return json_lines(head, {"changes": (json_text(change_object(change)) for change in diff.changes)})


def change_object(change: DependencyChange) -> dict[str, Any]:
    """One change as JSON has it."""
    return {
        "name": change.name,
        "change": change.change,
        "a": change.a,
        "b": change.b,
        "source": change.source,
        "local": change.local,
        "detail": change.detail,
    }
