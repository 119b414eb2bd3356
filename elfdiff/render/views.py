"""The outputs of a report or a tree by one name each, for elfdiff.shown."""

from __future__ import annotations

import html

from elfdiff.render.jsonreport import report_object
from elfdiff.render.markdown import render_markdown
from elfdiff.render.style import TextStyle
from elfdiff.render.text import render_text
from elfdiff.report import Report
from elfdiff.tree import Tree
from elfdiff.wire.shapes import Json


def text(found: Report, width: int, verbose: bool) -> str:
    """See :meth:`elfdiff.shown.Shown.text`."""
    return render_text(found, TextStyle(width=width, verbose=verbose), found.exit, found.allowed)


def markdown(found: Report) -> str:
    """See :meth:`elfdiff.shown.Shown.markdown`."""
    return render_markdown(found, found.exit, found.allowed)


def to_dict(found: Report | Tree, all_evidence: bool, with_spans: bool) -> Json:
    """See :meth:`elfdiff.shown.Shown.to_dict`."""
    return report_object(found, all_evidence, with_spans)


def html_part(found: Report) -> str:
    """The text, ready to stand in a page."""
    return f"<pre>{html.escape(text(found, 100, False))}</pre>"
