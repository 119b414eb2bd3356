"""``elfdiff explain ID``: one cause's page."""

from __future__ import annotations

import argparse
import difflib

from elfdiff.cli.options import NOTHING, add_output_options
from elfdiff.cli.output import emit
from elfdiff.cli.terminal import text_style
from elfdiff.errors import UsageError

EXAMPLES = """\
examples:
  elfdiff explain build-path
  elfdiff explain time-cpp-date-time        the page of the cause that has this face

elfdiff causes lists every cause."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The id and the options of ``explain``."""
    parser.add_argument("id", metavar="ID", help="a cause, as a report names it, or one of its faces")
    add_output_options(parser, ("text", "markdown", "json"), "text", NOTHING)


def execute(args: argparse.Namespace) -> int:
    """Print the page; UsageError for an id that the catalogue does not know."""
    from elfdiff.causes import catalogue, cause_of
    from elfdiff.render import pages

    cause = cause_of(args.id)
    if cause is None:
        known = [name for item in catalogue() for name in (item.id, *item.face_ids)]
        near = difflib.get_close_matches(args.id, known, 1)
        hint = f"; did you mean {near[0]}?" if near else "; elfdiff causes lists them"
        raise UsageError(f"no cause is called {args.id}{hint}")
    match args.format:
        case "json":
            text = pages.page_json(cause)
        case "markdown":
            text = pages.page_markdown(cause)
        case _:
            text = pages.page_text(cause, text_style(args), args.id)
    emit(text, args.output)
    return 0
