"""The argument parser, and the options that every command has."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from elfdiff.cli.output import emit
from elfdiff.errors import UsageError
from elfdiff.render.style import WIDTH


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help of one width, whatever COLUMNS says."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=WIDTH)


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError instead of printing and leaving."""

    def __init__(self, prog: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=_Help,
            allow_abbrev=False,
        )

    def print_help(self, file: object = None) -> None:
        """To standard output, like every output: argparse would hide that nobody reads it."""
        emit(self.format_help())

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def add_output_options(parser: argparse.ArgumentParser, formats: Sequence[str], default: str) -> None:
    """-f, -o, --color, -q and -v."""
    parser.add_argument(
        "-f", "--format", choices=formats, default=default, help=f"{', '.join(formats)} (default: {default})"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE, replaced in one step")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colour of text (default: auto)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="say as little as possible")
    parser.add_argument("-v", "--verbose", action="store_true", help="show tables and long lists")
