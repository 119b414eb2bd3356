"""``elfdiff render``: a saved report in another format."""

from __future__ import annotations

import argparse

from elfdiff.cli.formats import FORMATS, check_formats, write
from elfdiff.cli.links import add_docs_option
from elfdiff.cli.options import LAST_LINE, add_output_options
from elfdiff.cli.output import progress

EXAMPLES = """\
examples:
  elfdiff -f json -o report.json a/app b/app
  elfdiff render report.json
  elfdiff render -f markdown report.json >> "$GITHUB_STEP_SUMMARY"

The exit code is the one that the report holds: 0 same, 1 different, 2 trouble."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file and the options of ``render``."""
    parser.add_argument("report", metavar="REPORT.json", help="written by elfdiff A B -f json")
    add_output_options(parser, FORMATS, "text", LAST_LINE, several=True)
    parser.add_argument("--all-evidence", action="store_true", help="every piece of evidence that the report holds")
    parser.add_argument("--with-spans", action="store_true", help="json: keep who owns each differing byte")
    add_docs_option(parser)


def execute(args: argparse.Namespace) -> int:
    """Read, print, and return the report's own exit code."""
    from elfdiff.render.saved import read_report

    check_formats(args)
    with progress(f"reading {args.report}"):
        report = read_report(args.report)
    write(report, args)
    return report.exit
