"""The report and the tree as JSON, ``elfdiff/report/2`` and ``elfdiff/tree/1``: elfdiff/schema/, made from the models.

The text is ASCII, so that it is the same bytes under every locale. Strings from the files and the two paths are
visible text (elfdiff.render.escape): no raw control character and no lone surrogate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from elfdiff.render.escape import visible
from elfdiff.report import Finding, OwnedRun, Report
from elfdiff.tree import Plain, Tree
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


def render_spans(found: Report | Tree) -> str:
    """``--spans``: one run of differing bytes a line, as JSON Lines, a's before b's; empty where there is no ledger.

    Of a tree first what the container itself holds, then each entry: offsets count from the start of its contents, and
    ``section`` begins with its name.
    """
    form = record(OwnedRun)
    runs = list(_runs(found, "")) if isinstance(found, Tree) else found.ledger.runs if found.ledger is not None else ()
    ordered = runs if isinstance(found, Report) else sorted(runs, key=lambda run: run.side)
    return "".join(f"{json.dumps(form.write(run, visible))}\n" for run in ordered)


def _runs(found: Report | Tree | Plain, name: str) -> Iterator[OwnedRun]:
    own = found.runs if isinstance(found, Plain) else found.ledger.runs if found.ledger is not None else ()
    for run in own:
        section = ": ".join(part for part in (name, run.section) if part)
        yield replace(run, section=section or None) if name else run
    for entry in found.entries if isinstance(found, Tree) else ():
        if entry.report is not None:
            yield from _runs(entry.report, f"{name}: {entry.name}" if name else entry.name)


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
