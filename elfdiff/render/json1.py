"""The report as JSON, ``elfdiff/report/1``: elfdiff/schema/report-1.json, closed; what it lacks is in report/2.

The text is ASCII, so that it is the same bytes under every locale. Strings from the files and the two paths are
visible text (elfdiff.render.escape): no raw control character and no lone surrogate.
"""

from __future__ import annotations

import json

from elfdiff.render.details import CLASS_NAMES, class_of
from elfdiff.render.escape import visible
from elfdiff.report import (
    Classes,
    DependencyDiff,
    EvidenceItem,
    FileFacts,
    Finding,
    Fix,
    Ledger,
    Location,
    Report,
    SectionRow,
    Sides,
)
from elfdiff.wire.shapes import Json

SCHEMA = "elfdiff/report/1"

EVIDENCE_SHOWN = 10
"""Evidence items of one finding, unless all are asked for."""


def render_json1(report: Report, all_evidence: bool = False) -> str:
    """The report as indented JSON with a newline at its end."""
    return json.dumps(report_object(report, all_evidence), indent=2) + "\n"


def report_object(report: Report, all_evidence: bool = False) -> dict[str, Json]:
    """The report as the values that JSON knows."""
    most = None if all_evidence else EVIDENCE_SHOWN
    return {
        "schema": SCHEMA,
        "tool": {"name": "elfdiff", "version": report.tool_version},
        "a": _file(report.a),
        "b": _file(report.b),
        "verdict": report.verdict.value,
        "fixable": report.fixable,
        "code": report.code.value if report.code is not None else None,
        "findings": [_finding(finding, most) for finding in report.findings],
        "ledger": _ledger(report.ledger) if report.ledger is not None else None,
        "raw": {"same_offset_differing": report.raw_differing},
        "sections": [_section(row) for row in report.ledger.rows] if report.ledger is not None else [],
        "sbom": _dependencies(report.sbom) if report.sbom is not None else None,
    }


def _text(value: str | None) -> str | None:
    return visible(value) if value is not None else None


def _texts(values: tuple[str, ...]) -> list[Json]:
    return [visible(value) for value in values]


def _file(facts: FileFacts) -> dict[str, Json]:
    form = facts.format
    return {
        "path": visible(facts.path),
        "size": facts.size,
        "sha256": facts.sha256,
        "format": None
        if form is None
        else {"class": form.elf_class, "endian": form.endian, "machine": form.machine, "type": form.type},
        "build_id": facts.build_id,
        "stripped": facts.stripped,
        "toolchain": _texts(facts.toolchain),
        "sbom": facts.sbom,
    }


def _finding(finding: Finding, most: int | None) -> dict[str, Json]:
    return {
        "cause": finding.cause,
        "role": finding.role.value,
        "confidence": finding.confidence.value,
        "title": visible(finding.title),
        "summary": visible(finding.summary),
        "faces": list(finding.faces),
        "follows": list(finding.follows),
        "sections": _texts(finding.sections),
        "bytes": _sides(finding.bytes),
        "evidence_total": finding.evidence_total,
        "evidence": [_item(item) for item in finding.evidence[:most]],
        "fixes": [_fix(fix) for fix in finding.fixes],
        "unfixed": list(finding.unfixed),
        "docs": finding.docs,
    }


def _item(item: EvidenceItem) -> dict[str, Json]:
    return {
        "face": item.face,
        "section": _text(item.section),
        "symbol": _text(item.symbol),
        "a": _location(item.a),
        "b": _location(item.b),
    }


def _location(location: Location | None) -> dict[str, Json] | None:
    if location is None:
        return None
    return {
        "offset": location.offset,
        "length": location.length,
        "in": visible(location.within),
        "value": visible(location.value),
    }


def _fix(fix: Fix) -> dict[str, Json]:
    return {
        "toolchain": fix.toolchain,
        "action": visible(fix.line),
        "effect": fix.effect.value,
        "reaches": list(fix.reaches),
        "since": fix.since,
        "note": _text(fix.note),
    }


def _sides(count: Sides) -> dict[str, Json]:
    return {"a": count.a, "b": count.b}


def _classes(classes: Classes) -> dict[str, Json]:
    counted: dict[str, Json] = {"differing": _sides(classes.differing)}
    return counted | {name: _sides(class_of(classes, name)) for name in CLASS_NAMES}


def _ledger(ledger: Ledger) -> dict[str, Json]:
    return {
        **_classes(ledger.totals),
        "breakpoints": [
            {"a": point.a, "b": point.b, "delta": point.delta, "reason": visible(point.reason)}
            for point in ledger.breakpoints
        ],
        "unexplained_spans": [
            {
                "section": _text(span.section),
                "a": list(span.a) if span.a is not None else None,
                "b": list(span.b) if span.b is not None else None,
            }
            for span in ledger.unexplained_spans
        ],
    }


def _section(row: SectionRow) -> dict[str, Json]:
    return {
        "name": visible(row.name),
        "a": _place(row.a),
        "b": _place(row.b),
        "status": row.status,
        "causes": list(row.causes),
        **_classes(row.classes),
    }


def _place(place: tuple[int, int] | None) -> dict[str, Json] | None:
    return {"offset": place[0], "size": place[1]} if place is not None else None


def _dependencies(diff: DependencyDiff) -> dict[str, Json]:
    return {
        "a_state": diff.a_state,
        "b_state": diff.b_state,
        "source": diff.source,
        "changes": [
            {
                "name": visible(change.name),
                "change": change.change,
                "a": _text(change.a),
                "b": _text(change.b),
                "source": visible(change.source),
                "local": change.local,
                "detail": visible(change.detail),
            }
            for change in diff.changes
        ],
        "notes": _texts(diff.notes),
    }
