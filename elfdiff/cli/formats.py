"""The formats of a comparison, and where each goes."""

from __future__ import annotations

import argparse
import os

from elfdiff.cli.links import with_links
from elfdiff.cli.output import emit
from elfdiff.cli.terminal import text_style
from elfdiff.errors import UsageError
from elfdiff.report import Report
from elfdiff.tree import Tree

BUILD_FILES = (
    *("CMakeLists.txt", "meson.build", "configure.ac", "Makefile", "GNUmakefile", "makefile", "Cargo.toml", "go.mod"),
    *("build.zig", "dune-project", "pyproject.toml", "debian/rules", "Dockerfile"),
)
"""Where a result of SARIF is shown that names no source file, if one of these is there."""

FORMATS = ("text", "json", "markdown", "github", "html", "sarif", "gitlab", "json1")


def write(report: Report | Tree, args: argparse.Namespace) -> None:
    """Every format that is asked for, each where it goes; text where none goes to -o or standard output."""
    report = with_links(report, args)
    for name, file in args.formats:
        if file is not None:
            emit(_rendered(report, name, args), file)
    plain = [name for name, file in args.formats if file is None]
    for name in plain or ["text"]:
        emit(_rendered(report, name, args), args.output)


def check_formats(args: argparse.Namespace) -> None:
    """UsageError if two formats would go to one place."""
    plain = [name for name, file in args.formats if file is None]
    if len(plain) > 1:
        raise UsageError(f"-f {plain[0]} and -f {plain[1]} both write to {args.output or 'standard output'}")


def _rendered(report: Report | Tree, form: str, args: argparse.Namespace) -> str:
    match form:
        case "json":
            from elfdiff.render.jsonreport import render_json

            return render_json(report, args.all_evidence, args.with_spans)
        case "html":
            from elfdiff.render.html.page import render_html

            return render_html(report)
        case "sarif":
            from elfdiff.render.sarif import render_sarif

            return render_sarif(report, _build_file())
        case "gitlab":
            from elfdiff.render.codequality import render_codequality

            return render_codequality(report, _build_file())
        case "text" if isinstance(report, Tree):
            return _tree_text(report, args)
    if isinstance(report, Tree):
        if form == "json1" and None in (report.a.sha256, report.b.sha256):
            raise UsageError("-f json1: elfdiff/report/1 has no form for directories; -f json has")
        from elfdiff.render.treetext import as_report

        report = as_report(report)
    return _of_report(report, form, args)


def _of_report(report: Report, form: str, args: argparse.Namespace) -> str:
    """The formats that know reports alone; a tree is given to them as one."""
    allowed = frozenset(report.allowed)
    match form:
        case "json1":
            from elfdiff.render.json1 import render_json1

            return render_json1(report, args.all_evidence)
        case "markdown":
            from elfdiff.render.markdown import render_markdown

            return render_markdown(report, report.exit, allowed)
        case "github":
            from elfdiff.render.github import render_github

            return render_github(report, report.exit, allowed)
    from elfdiff.render.text import render_text
    from elfdiff.render.wording import last_line

    if args.quiet:
        return f"{last_line(report, report.exit)}\n"
    return render_text(report, text_style(args), report.exit, allowed, args.all_evidence)


def _tree_text(tree: Tree, args: argparse.Namespace) -> str:
    from elfdiff.render.treetext import render_tree_text, tree_last_line

    if args.quiet:
        return f"{tree_last_line(tree, tree.exit)}\n"
    return render_tree_text(tree, text_style(args), tree.exit, tree.allowed, args.all_evidence)


def _build_file() -> str | None:
    """The first usual build file of the directory that elfdiff is called in."""
    return next((name for name in BUILD_FILES if os.path.isfile(name)), None)
