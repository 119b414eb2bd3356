"""A tree as the sentences about reports see it."""

from __future__ import annotations

from elfdiff.report import FileFacts, Report
from elfdiff.tree import Tree


def as_report(tree: Tree) -> Report:
    """What sentences about reports need to know of a tree."""
    a, b = (FileFacts(side.path, side.size, side.sha256 or "") for side in (tree.a, tree.b))
    return Report(
        tool_version=tree.tool_version,
        a=a,
        b=b,
        verdict=tree.verdict,
        fixable=tree.fixable,
        code=tree.code,
        findings=tuple(item.finding for item in tree.findings),
        ledger=tree.ledger,
        raw_differing=0,
        notes=tree.notes,
        unfinished=tree.unfinished,
        allowed=tree.allowed,
        exit=tree.exit,
    )
