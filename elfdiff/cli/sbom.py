"""``elfdiff sbom``: one file's dependency list, or how the lists of two differ."""

from __future__ import annotations

import argparse
import os

from elfdiff import __version__
from elfdiff.cli.options import NO_WARNINGS, add_output_options
from elfdiff.cli.output import emit, progress, warn
from elfdiff.errors import ElfdiffError, UsageError
from elfdiff.payload.package import DependencyList, State
from elfdiff.sbom.reading import read_sbom

EXAMPLES = """\
examples:
  elfdiff sbom ./app                                  what is in it
  elfdiff sbom -f cyclonedx -o bom.json ./app         for a scanner
  elfdiff sbom --require -f purl ./app                a line a package; fail if there is no list
  elfdiff sbom build-1/app build-2/app                did a dependency move?

exit codes: 0 done, or same; 1 different (two files); 2 trouble, and with --require no list"""

FORMATS = ("table", "text", "json", "cyclonedx", "spdx", "purl")
"""``text`` is ``table``: the name that every command knows."""
DIFFERENCE_FORMATS = ("table", "text", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files and the options of ``sbom``."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="one file, or two to compare: ELF, PE or Mach-O, or a package or directory",
    )
    add_output_options(parser, FORMATS, "table", NO_WARNINGS)
    parser.add_argument(
        "--require", action="store_true", help="a file without a list, or with a partial one, is trouble"
    )
    parser.add_argument(
        "--recover", action="store_true", help="where there is no list, take the crates that panic paths name: partial"
    )


def execute(args: argparse.Namespace) -> int:
    """0 done or same, 1 different. Raises ElfdiffError for trouble."""
    if len(args.files) > 2:
        raise UsageError(f"sbom takes one file or two, not {len(args.files)}")
    if len(args.files) == 2 and args.format not in DIFFERENCE_FORMATS:
        raise UsageError(f"sbom of two files has the formats table (text) and json, not {args.format}")
    with progress(f"reading {' and '.join(args.files)}"):
        lists = [read_sbom(path, args.recover) for path in args.files]
    for found in lists:
        if found.state is State.ABSENT:
            if args.require:
                raise ElfdiffError(f"{found.path}: no SBOM found")
            warn(f"{found.path}: no SBOM found")
        if args.require and found.partial and not args.recover:
            raise ElfdiffError(f"{found.path}: its SBOM is partial; {'; '.join(found.warnings)}")
        if not args.quiet:
            for warning in found.warnings:
                warn(f"{found.path}: {warning}")
    if len(lists) == 2:
        return _compare(lists[0], lists[1], args)
    emit(_rendered(lists[0], args.format), args.output)
    return 0


def _rendered(found: DependencyList, form: str) -> str:
    from elfdiff.sbom.identity import epoch_time

    match form:
        case "purl":
            from elfdiff.sbom.purl import purl_lines

            return purl_lines(found)
        case "json":
            from elfdiff.sbom.native import native_json

            return native_json(found)
        case "cyclonedx":
            from elfdiff.sbom.cyclonedx import cyclonedx_json

            return cyclonedx_json(found, __version__, epoch_time(os.environ.get("SOURCE_DATE_EPOCH")))
        case "spdx":
            from elfdiff.sbom.spdx import spdx_json

            return spdx_json(found, __version__, epoch_time(os.environ.get("SOURCE_DATE_EPOCH")))
        case _:
            from elfdiff.sbom.table import list_table

            return list_table(found)


def _compare(a: DependencyList, b: DependencyList, args: argparse.Namespace) -> int:
    from elfdiff.payload.drift import compare_lists
    from elfdiff.sbom.difference import difference_json, difference_text

    diff = compare_lists(a, b)
    if args.format == "json":
        emit(difference_json(a, b, diff), args.output)
    else:
        emit(difference_text(a, b, diff, everything=args.verbose), args.output)
    return 1 if diff.differs else 0
