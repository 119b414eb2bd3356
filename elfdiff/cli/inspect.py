"""``elfdiff inspect``: one file, and what in it would differ elsewhere."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from elfdiff.cli.options import LAST_LINE, NO_WARNINGS, add_output_options
from elfdiff.cli.output import emit, fail, progress, warn
from elfdiff.cli.start import start_fast
from elfdiff.cli.terminal import text_style

if TYPE_CHECKING:
    from elfdiff.containers.model import Container

EXAMPLES = """\
examples:
  elfdiff inspect build/app                  what it is, and what another build would change
  elfdiff inspect -v build/app               every place, note and directory
  elfdiff inspect -f json build/app          for scripts (elfdiff/schema/inspect-1.json)

A single file shows a risk; it cannot prove what varies. Two builds can: elfdiff A B
exit codes: 0 done, 2 trouble"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file and the options of ``inspect``."""
    parser.add_argument("file", metavar="FILE", help="an ELF file, or a package, archive or directory of them")
    add_output_options(parser, ("text", "json"), "text", f"{LAST_LINE}; {NO_WARNINGS}")


def execute(args: argparse.Namespace) -> int:
    """0. Raises ElfdiffError for trouble."""
    start_fast()
    from elfdiff.containers.programs import may_be_container, opened
    from elfdiff.inspection.read import inspect_file
    from elfdiff.render.inspection import render_json, render_text

    with progress(f"reading {args.file}"):
        container = opened(args.file) if may_be_container(args.file) else None
    if container is not None:
        return _of_container(container, args)
    with progress(f"inspecting {args.file}"):
        found = inspect_file(args.file)
    if not args.quiet:
        for warning in found.warnings:
            warn(f"{found.path}: {warning}")
    if args.format == "json":
        emit(render_json(found), args.output)
    else:
        emit(render_text(found, text_style(args), quiet=args.quiet), args.output)
    return 0


def _of_container(container: Container, args: argparse.Namespace) -> int:
    from elfdiff.inspection.trees import inspect_container
    from elfdiff.render.inspecttree import render_json, render_text

    with progress(f"inspecting {args.file}"):
        tree = inspect_container(container)
    if args.format == "json":
        emit(render_json(tree), args.output)
    else:
        emit(render_text(tree, text_style(args), quiet=args.quiet), args.output)
    if tree.problems:
        more = f" (and {len(tree.problems) - 1} more)" if len(tree.problems) > 1 else ""
        fail(f"{tree.problems[0]}{more}")
        return 2
    return 0
