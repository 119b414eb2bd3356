"""The exit code of a comparison, and what --allow changes about it."""

from __future__ import annotations

from collections.abc import Collection

from elfdiff.report import Report, Role

SAME = 0
DIFFERENT = 1
TROUBLE = 2


def exit_code(report: Report, allowed: Collection[str] = (), exit_zero: bool = False) -> int:
    """0 for identical files, for allowed differences alone, or if ``exit_zero`` asks for it; else 1.

    2 whatever was asked for if the time was over before all was found.
    """
    if report.unfinished is not None:
        return TROUBLE
    if not report.differs or exit_zero or only_allowed(report, allowed):
        return SAME
    return DIFFERENT


def only_allowed(report: Report, allowed: Collection[str]) -> bool:
    """True if nothing is left once the allowed causes are taken away.

    Left are another root or input, and unexplained, contradicted or unallowed payload bytes. Where no root or input
    was found, the consequences count: a hash whose cause is not in the files is allowed by its own name only.
    """
    if not allowed or report.ledger is None or not report.findings:
        return False
    causes = [finding.cause for finding in report.findings if finding.role is not Role.CONSEQUENCE]
    totals = report.ledger.totals
    if not set(causes or (finding.cause for finding in report.findings)) <= set(allowed):
        return False
    if totals.unexplained.most or totals.contradicted.most:
        return False
    return all(run.causes and set(run.causes) <= set(allowed) for run in report.ledger.runs if run.owner == "payload")
