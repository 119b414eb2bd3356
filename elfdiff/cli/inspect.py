"""``elfdiff inspect FILE``: what one file is, and what in it would differ in another build."""

from __future__ import annotations

import argparse

from elfdiff.cli.options import add_output_options
from elfdiff.cli.output import emit, progress
from elfdiff.cli.terminal import text_style

EXAMPLES = """\
examples:
  elfdiff inspect build/app
  elfdiff inspect -v build/app              every place, notes, hardening in full
  elfdiff inspect -f json build/app

exit codes: 0 done, 2 trouble"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file and the options of ``inspect``."""
    parser.add_argument("file", metavar="FILE", help="an ELF file")
    add_output_options(parser, ("text", "json"), "text")


def execute(args: argparse.Namespace) -> int:
    """Inspect one file; a hazard is no failure."""
    from elfdiff.inspection import inspect_file
    from elfdiff.render.inspection import inspection_line, render_inspection, render_inspection_json

    with progress(f"inspecting {args.file}"):
        found = inspect_file(args.file)
    if args.format == "json":
        text = render_inspection_json(found)
    elif args.quiet:
        text = f"{inspection_line(found)}\n"
    else:
        text = render_inspection(found, text_style(args))
    emit(text, args.output)
    return 0
