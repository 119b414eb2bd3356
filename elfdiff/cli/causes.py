"""``elfdiff causes``: the catalogue."""

from __future__ import annotations

import argparse

from elfdiff.cli.options import NOTHING, add_output_options
from elfdiff.cli.output import emit
from elfdiff.cli.terminal import text_style

EXAMPLES = """\
examples:
  elfdiff causes
  elfdiff causes -v                         the faces of each cause too
  elfdiff causes -f json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``causes``."""
    add_output_options(parser, ("text", "json"), "text", NOTHING)


def execute(args: argparse.Namespace) -> int:
    """Print one line for each cause."""
    from elfdiff.causes import catalogue
    from elfdiff.render import pages

    found = catalogue()
    if args.format == "json":
        emit(pages.catalogue_json(found), args.output)
    else:
        emit(pages.catalogue_text(found, text_style(args)), args.output)
    return 0
