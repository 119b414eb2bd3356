"""The argument parser, and the options that every command has."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from elfdiff.cli.output import emit
from elfdiff.errors import UsageError
from elfdiff.render.style import WIDTH

A_DAY = 86_400.0
"""Seconds."""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help of one width, whatever COLUMNS says."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=WIDTH)


def wanted(text: str, formats: Sequence[str]) -> tuple[str, str | None]:
    """A format and the file that it goes to, None for where -o says."""
    name, _, file = text.partition("=")
    if name not in formats:
        raise argparse.ArgumentTypeError(f"invalid choice: {name!r} (choose from {', '.join(formats)})")
    if file == "" and "=" in text:
        raise argparse.ArgumentTypeError(f"{text}: which file?")
    return name, file or None


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


LAST_LINE = "text: the last line alone, which is made for grep"
NO_WARNINGS = "no warnings on standard error"
NOTHING = "changes nothing here: for scripts that give it to every command"


def add_output_options(
    parser: argparse.ArgumentParser, formats: Sequence[str], default: str, quiet: str, several: bool = False
) -> None:
    """-f, -o, --color, -q and -v. ``quiet`` says what -q does; ``several``: -f may be given more than once, each with
    a file of its own."""
    if several:
        parser.add_argument(
            "-f",
            "--format",
            dest="formats",
            metavar="FORMAT[=FILE]",
            action="append",
            default=[],
            type=lambda text: wanted(text, formats),
            help=f"{', '.join(formats)} (default: {default}); with =FILE it is written there, and -f may be repeated",
        )
    else:
        parser.add_argument(
            "-f", "--format", choices=formats, default=default, help=f"{', '.join(formats)} (default: {default})"
        )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE, replaced in one step")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colour of text (default: auto)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help=quiet)
    parser.add_argument("-v", "--verbose", action="store_true", help="show tables and long lists")


def seconds(text: str) -> float:
    """More than no time, and no more than a day: the type of an option."""
    try:
        found = float(text)
    except ValueError:
        found = 0
    if not 0 < found <= A_DAY:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds, or more than a day")
    return found
