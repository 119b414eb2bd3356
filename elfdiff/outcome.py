"""The exit code of a comparison, and what --allow changes about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from elfdiff.errors import UsageError
from elfdiff.report import Confidence, Finding, Report, Role
from elfdiff.tree import Tree
from elfdiff.values import replace

SAME = 0
DIFFERENT = 1
TROUBLE = 2

Compared = TypeVar("Compared", Report, Tree)


def settled(found: Compared, allowed: Collection[str] = (), exit_zero: bool = False) -> Compared:
    """The report with its exit code, and with what was allowed."""
    return replace(found, allowed=tuple(sorted(allowed)), exit=exit_code(found, allowed, exit_zero))


def exit_code(found: Report | Tree, allowed: Collection[str] = (), exit_zero: bool = False) -> int:
    """0 for identical files, for allowed differences alone, or if ``exit_zero`` asks for it; else 1.

    2 whatever was asked for if the time was over before all was found, or if the report is trouble already.
    """
    if found.unfinished is not None or found.exit == TROUBLE:
        return TROUBLE
    if not found.differs or exit_zero or only_allowed(found, allowed):
        return SAME
    return DIFFERENT


def only_allowed(found: Report | Tree, allowed: Collection[str]) -> bool:
    """True if nothing is left once the allowed causes are taken away.

    Left are another root or input, and unexplained, contradicted or unallowed payload bytes. Where no root or input
    was found, the consequences count: a hash whose cause is not in the files is allowed by its own name only. Where
    every root and input is only possible, nothing is allowed.
    """
    findings = merged(found)
    if not allowed or found.ledger is None or not findings:
        return False
    causes = [finding for finding in findings if finding.role is not Role.CONSEQUENCE]
    totals = found.ledger.totals
    if not {finding.cause for finding in causes or findings} <= set(allowed):
        return False
    if totals.unexplained.most or totals.contradicted.most:
        return False
    if causes and all(finding.confidence is Confidence.POSSIBLE for finding in causes):
        return False
    return _payload_is_allowed(found, set(allowed))


def _payload_is_allowed(found: Report | Tree, allowed: set[str]) -> bool:
    """True if every copied byte is an allowed cause's: in a tree those of the frame, and of each entry's own report."""
    if found.ledger is None:
        return not found.differs
    if any(run.owner == "payload" and not (run.causes and set(run.causes) <= allowed) for run in found.ledger.runs):
        return False
    if isinstance(found, Report):
        return True
    copied = {row.name for row in found.ledger.rows if row.classes.payload.most}
    return all(
        _payload_is_allowed(entry.report, allowed)
        if isinstance(entry.report, Report | Tree)
        else bool(entry.causes) or entry.name not in copied
        for entry in found.entries
    )


def merged(found: Report | Tree) -> tuple[Finding, ...]:
    """The findings of a report, or those of a tree over all its entries."""
    return found.findings if isinstance(found, Report) else tuple(item.finding for item in found.findings)


def check_known(option: str, names: Collection[str]) -> None:
    """UsageError for an id that no cause has: a typing error must not turn into a failing build at night."""
    if not names:
        return
    from elfdiff.causes import catalogue

    known = [cause.id for cause in catalogue()]
    for name in sorted(set(names) - set(known)):
        import difflib

        near = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]}?" if near else "; elfdiff causes lists them"
        raise UsageError(f"{option}: no cause is called {name}{hint}")
