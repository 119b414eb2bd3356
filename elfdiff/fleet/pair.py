"""One pair → one record. It knows no engine, and lets nothing out but plain values."""

from __future__ import annotations

from collections.abc import Iterable

from elfdiff.errors import ElfdiffError
from elfdiff.fleet.record import DONE, Record, failure
from elfdiff.outcome import TROUBLE
from elfdiff.report import Confidence, Finding, Report, Role
from elfdiff.tree import Status, Tree

_NAMED = 3
"""Toolchains and sections that one record names."""


def run_pair(record: Record) -> Record:
    """Compare ``record["a"]`` with ``record["b"]``.

    The answer has ``state`` (done or failed). Done: ``verdict``, ``roots`` (those not only possible, with bytes),
    ``possible``, ``inputs``, ``fixable``, ``differing``, ``unexplained`` (bytes of the larger side), ``toolchain`` and
    ``sections`` (of unexplained bytes), and ``report``, the JSON text, if the record asks for it. Failed: ``failure``
    and ``sentence``.
    """
    import elfdiff

    try:
        found = elfdiff.compare(record["a"], record["b"])
    except ElfdiffError as error:
        return failure("malformed", str(error))
    except MemoryError:
        return failure("out-of-memory", "the pair needs more memory than its limit")
    except Exception as error:
        return failure("fault", f"{type(error).__name__}: {error} (a fault of elfdiff: please report it)")
    trouble = _trouble(found)
    if trouble is not None:
        return trouble
    answer = _answer(found)
    if record.get("reports"):
        from elfdiff.render.jsonreport import render_json

        answer["report"] = render_json(found)
    return answer


def _trouble(found: Report | Tree) -> Record | None:
    """The failure of a pair whose report is only a part of what there is: a damaged entry, or a fault of ours."""
    if isinstance(found, Tree):
        failed = next((entry.error for entry in found.entries if entry.status is Status.FAILED), None)
        return failure("malformed", failed or "an entry could not be read") if failed or found.exit == TROUBLE else None
    if found.exit == TROUBLE:
        return failure("fault", found.unfinished or next(iter(found.notes), "a fault of elfdiff"))
    return None


def _answer(found: Report | Tree) -> Record:
    findings = _findings(found)
    roots = [item for item in findings if item.role is Role.ROOT]
    sure = [item for item in roots if item.confidence is not Confidence.POSSIBLE]
    totals = found.ledger.totals if found.ledger is not None else None
    return {
        "state": DONE,
        "verdict": found.verdict.value,
        "roots": {item.cause: item.bytes.most for item in sure},
        "possible": sorted(item.cause for item in roots if item not in sure),
        "inputs": sorted(item.cause for item in findings if item.role is Role.INPUT),
        "fixable": found.fixable,
        "differing": totals.differing.most if totals else None,
        "unexplained": totals.unexplained.most + totals.contradicted.most if totals else None,
        "toolchain": _toolchain(found),
        "sections": _sections(found),
    }


def _findings(found: Report | Tree) -> list[Finding]:
    if isinstance(found, Tree):
        return [item.finding for item in found.findings]
    return list(found.findings)


def _toolchain(found: Report | Tree) -> str | None:
    reports = (
        [found]
        if isinstance(found, Report)
        else [entry.report for entry in found.entries if isinstance(entry.report, Report)]
    )
    names = _distinct(tool for report in reports for tool in report.a.toolchain)
    return ", ".join(names[:_NAMED]) or None


def _sections(found: Report | Tree) -> list[str]:
    """Where unexplained bytes stand, the most first."""
    rows = found.ledger.rows if found.ledger is not None else ()
    open_rows = sorted(
        (row for row in rows if row.classes.unexplained.most), key=lambda row: (-row.classes.unexplained.most, row.name)
    )
    return _distinct(row.name for row in open_rows)[:_NAMED]


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
