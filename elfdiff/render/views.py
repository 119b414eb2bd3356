"""The outputs of a report or a tree by one name each, for elfdiff.shown."""

from __future__ import annotations

import html

from elfdiff.render.jsonreport import report_object
from elfdiff.render.markdown import render_markdown
from elfdiff.render.style import TextStyle
from elfdiff.render.text import render_text
from elfdiff.render.treetext import as_report, render_tree_text
from elfdiff.report import Report
from elfdiff.tree import Tree
from elfdiff.wire.shapes import Json


def text(found: Report | Tree, width: int, verbose: bool) -> str:
    """See :meth:`elfdiff.shown.Shown.text`."""
    style = TextStyle(width=width, verbose=verbose)
    if isinstance(found, Tree):
        return render_tree_text(found, style, found.exit, found.allowed)
    return render_text(found, style, found.exit, found.allowed)


def markdown(found: Report | Tree) -> str:
    """See :meth:`elfdiff.shown.Shown.markdown`."""
    report = as_report(found) if isinstance(found, Tree) else found
    return render_markdown(report, report.exit, report.allowed)


def to_dict(found: Report | Tree, all_evidence: bool, with_spans: bool) -> Json:
    """See :meth:`elfdiff.shown.Shown.to_dict`."""
    return report_object(found, all_evidence, with_spans)


def html_part(found: Report | Tree) -> str:
    """The text, ready to stand in a page."""
    return f"<pre>{html.escape(text(found, 100, False))}</pre>"
