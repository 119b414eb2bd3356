"""What a tree as a whole is called, and what may be said of its machine code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from elfdiff.evidence.model import Context
from elfdiff.report import Code, Ledger, Role, Verdict
from elfdiff.steps import judge
from elfdiff.tree import TreeFinding
from elfdiff.trees.result import EntryResult


def judge_tree(found: Sequence[TreeFinding], ledger: Ledger, results: Iterable[EntryResult]) -> Verdict:
    """The rule of a report, applied to the merged findings and the summed ledger.

    Two things that cannot be compared are different inputs; where some entry differs in hashes only and everything else
    follows, so does the tree.
    """
    all_results = list(results)
    if any(result.incomparable is not None for result in all_results):
        return Verdict.INPUTS_DIFFER
    hashes = any(result.verdict is Verdict.CAUSE_NOT_IN_FILES for result in all_results)
    hashes = hashes and not any(item.finding.role is not Role.CONSEQUENCE for item in found)
    hashes = hashes and not ledger.totals.unexplained.most
    return judge([item.finding for item in found], ledger, Context(only_hashes_differ=hashes))


def code_of(results: Iterable[EntryResult], lone_code: bool, equal_code: bool) -> Code | None:
    """The first that some entry has of: differs, unknown (None), reordered, same; None too where there is no code.

    ``lone_code``: some ELF file is on one side only; ``equal_code``: some are equal.
    """
    found: set[Code | None] = {result.code for result in results if result.has_code}
    if lone_code:
        found.add(Code.DIFFERS)
    if equal_code:
        found.add(Code.SAME)
    if not found:
        return None
    return next(code for code in (Code.DIFFERS, None, Code.REORDERED, Code.SAME) if code in found)
