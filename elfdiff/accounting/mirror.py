"""The ledger of B and A from that of A and B: accounting runs in one direction only (DESIGN.md, law 6)."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.accounting.left import LeftSpans
from elfdiff.accounting.owned import OwnedRuns
from elfdiff.report import Breakpoint, Classes, Ledger, OwnedRun, SectionRow, Sides, UnexplainedSpan
from elfdiff.values import replace

_OTHER = {"a": "b", "b": "a"}
_STATUS = {"added": "removed", "removed": "added"}


def mirrored(ledger: Ledger) -> Ledger:
    """The same ledger with the files exchanged; everything in the new a's order."""
    rows = [
        replace(row, a=row.b, b=row.a, status=_STATUS.get(row.status, row.status), classes=_classes(row.classes))
        for row in ledger.rows
    ]
    if isinstance(ledger.runs, OwnedRuns):
        runs: Sequence[OwnedRun] = ledger.runs.mirrored()
    else:
        runs = tuple(sorted((replace(run, side=_OTHER[run.side]) for run in ledger.runs), key=_run_order))
    points = [Breakpoint(point.b, point.a, -point.delta, point.reason) for point in ledger.breakpoints]
    spans: Sequence[UnexplainedSpan]
    if isinstance(ledger.unexplained_spans, LeftSpans):
        spans = ledger.unexplained_spans.mirrored()
    else:
        turned = [UnexplainedSpan(span.section, span.b, span.a) for span in ledger.unexplained_spans]
        spans = tuple(sorted(turned, key=lambda span: (span.a is None, span.a or (0, 0), span.b or (0, 0))))
    return Ledger(
        _classes(ledger.totals),
        tuple(sorted(rows, key=_row_order)),
        runs,
        tuple(sorted(points, key=lambda point: (point.a, point.b))),
        spans,
    )


def _row_order(row: SectionRow) -> tuple[bool, tuple[int, int], tuple[int, int]]:
    return row.a is None, row.a or (0, 0), row.b or (0, 0)


def _run_order(run: OwnedRun) -> tuple[str, int]:
    return run.side, run.offset


def _sides(sides: Sides) -> Sides:
    return Sides(sides.b, sides.a)


def _classes(classes: Classes) -> Classes:
    return Classes(
        _sides(classes.differing),
        _sides(classes.root),
        _sides(classes.payload),
        _sides(classes.input),
        _sides(classes.consequence),
        _sides(classes.hash),
        _sides(classes.unexplained),
        _sides(classes.moved),
        _sides(classes.contradicted),
    )
