"""The report and the tree as JSON, ``elfdiff/report/2`` and ``elfdiff/tree/1``: elfdiff/schema/, made from the models.

The text is ASCII, so that it is the same bytes under every locale. Strings from the files and the two paths are
visible text (elfdiff.render.escape): no raw control character and no lone surrogate.
"""

from __future__ import annotations

import json

from elfdiff.render.escape import visible
from elfdiff.report import Finding, Ledger, OwnedRun, Report
from elfdiff.tree import Tree
from elfdiff.values import replace
from elfdiff.wire.records import record
from elfdiff.wire.shapes import Json

EVIDENCE_SHOWN = 10
"""Evidence items of one finding, unless all are asked for."""


def render_json(found: Report | Tree, all_evidence: bool = False, with_spans: bool = False) -> str:
    """The report as indented JSON with a newline at its end."""
    return json.dumps(report_object(found, all_evidence, with_spans), indent=2) + "\n"


def report_object(found: Report | Tree, all_evidence: bool = False, with_spans: bool = False) -> Json:
    """The report as the values that JSON knows; ``with_spans`` puts who owns each differing byte into it."""
    kind = Report if isinstance(found, Report) else Tree
    return record(kind).write(shown(found, all_evidence, with_spans), visible)


def shown(found: Report | Tree, all_evidence: bool = False, with_spans: bool = False) -> Report | Tree:
    """What JSON shows of a report or a tree."""
    most = None if all_evidence else EVIDENCE_SHOWN
    if isinstance(found, Report):
        return _report(found, most, with_spans)
    return _tree(found, most, with_spans)


def render_spans(ledger: Ledger | None) -> str:
    """``--spans``: one run of differing bytes a line, as JSON Lines; empty where there is no ledger."""
    form = record(OwnedRun)
    return "".join(f"{json.dumps(form.write(run, visible))}\n" for run in ledger.runs) if ledger is not None else ""


def _report(report: Report, most: int | None, with_spans: bool) -> Report:
    ledger = report.ledger
    if ledger is not None and not with_spans:
        ledger = replace(ledger, runs=())
    return replace(report, findings=tuple(_cut(item, most) for item in report.findings), ledger=ledger)


def _tree(tree: Tree, most: int | None, with_spans: bool) -> Tree:
    entries = tuple(
        replace(entry, report=_report(entry.report, most, with_spans))
        if isinstance(entry.report, Report)
        else replace(entry, report=_tree(entry.report, most, with_spans))
        if isinstance(entry.report, Tree)
        else entry
        for entry in tree.entries
    )
    findings = tuple(replace(item, finding=_cut(item.finding, most)) for item in tree.findings)
    return replace(tree, entries=entries, findings=findings)


def _cut(finding: Finding, most: int | None) -> Finding:
    return replace(finding, evidence=finding.evidence[:most])
