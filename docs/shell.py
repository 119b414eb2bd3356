"""Write what shells and man want, from the same parsers that the commands use.

python docs/shell.py FOLDER        writes FOLDER/bash-completion/completions/elfdiff, FOLDER/zsh/site-functions/_elfdiff
                                   and FOLDER/man/man1/elfdiff.1

The date of the manual page is SOURCE_DATE_EPOCH, or 1970-01-01: two runs give the same bytes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import shtab

from elfdiff.cli.formats import FORMATS
from elfdiff.cli.main import COMMANDS
from elfdiff.version import __version__

FILES = {
    "bash-completion/completions/elfdiff": "bash",
    "zsh/site-functions/_elfdiff": "zsh",
}
PATHS = frozenset({"A", "B", "FILE", "PROOF", "REPORT.json", "MANIFEST", "PUBLIC_KEY", "DIR"})
"""What stands in the help for paths."""
OF_CAUSES = frozenset({"allow", "modulo", "id"})
"""Arguments that take the id of a cause."""


def parser() -> argparse.ArgumentParser:
    """One parser of all commands, each with its own options."""
    whole = argparse.ArgumentParser("elfdiff", description="Says why two builds differ, and which flag fixes it.")
    whole.add_argument("--version", action="store_true", help="print the version")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND")
    for name, what in COMMANDS.items():
        module = import_module(f"elfdiff.cli.{name}")
        module.add_arguments(commands.add_parser(name, help=what, description=what, epilog=module.EXAMPLES))
    # elfdiff A B is compare.
    for action in commands.choices["compare"]._actions:
        if action.option_strings and "--help" not in action.option_strings:
            whole._add_action(action)
    for own in (whole, *commands.choices.values()):
        _complete(own)
    return whole


def _complete(own: argparse.ArgumentParser) -> None:
    """Say what completes each argument: files, directories, formats, ids of causes."""
    for action in own._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in {**action.choices}.values():
                _complete(inner)
        elif action.metavar in PATHS:
            action.complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE  # type: ignore[attr-defined]
        elif action.dest == "formats":
            action.choices = FORMATS
        elif action.metavar == "ID" and action.dest in OF_CAUSES:
            action.choices = causes()


def causes() -> Sequence[str]:
    """The ids of the catalogue, from the names of its modules: their libraries may not be there."""
    folder = Path(__file__).parents[1] / "elfdiff" / "causes"
    modules = (path for path in sorted(folder.glob("[a-z]*.py")) if "\n@cause(" in path.read_text("utf-8"))
    return tuple(path.stem.replace("_", "-") for path in modules)


def completions() -> Mapping[str, str]:
    """File name → script."""
    found = {name: shtab.complete(parser(), shell=shell) for name, shell in FILES.items()}
    # What no word of elfdiff's completes is a file: elfdiff A B.
    return {
        name: text.replace("complete -o bashdefault ", "complete -o bashdefault -o default ")
        for name, text in found.items()
    }


def manual() -> str:
    """The manual page in man(7)."""
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    date = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    return "\n".join([f'.TH ELFDIFF 1 "{date}" "elfdiff {__version__}" "User Commands"', *_body()]) + "\n"


def _body() -> Iterator[str]:
    yield from (".SH NAME", r"elfdiff \- says why two builds differ, and which flag fixes it", ".SH SYNOPSIS")
    yield from (".B elfdiff", r"A B [options]", ".br", ".B elfdiff", "COMMAND ... [options]", ".SH COMMANDS")
    for name, what in COMMANDS.items():
        yield from (".SS " + escaped(f"elfdiff {name}"), escaped(what[0].upper() + what[1:] + "."))
        module = import_module(f"elfdiff.cli.{name}")
        own = argparse.ArgumentParser(f"elfdiff {name}", add_help=False)
        module.add_arguments(own)
        yield from _options(own)
        yield from (".PP", ".nf", *map(escaped, module.EXAMPLES.splitlines()), ".fi")
    yield from (".SH EXIT STATUS", "0 same, 1 different, 2 trouble; each command tells its own.")


def _options(own: argparse.ArgumentParser) -> Iterator[str]:
    for action in own._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from (".TP", f".B {escaped(name)}", escaped(inner.description or ""))
                yield from _options(inner)
            continue
        shown = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        value = "" if action.nargs == 0 or not action.option_strings else f" {action.metavar or action.dest.upper()}"
        if action.choices is not None and action.option_strings:
            value = f" {'|'.join(map(str, action.choices))}"
        text = own._get_formatter()._expand_help(action) if action.help else ""
        yield from (".TP", f".B {escaped(shown + value)}", escaped(text))


def escaped(text: str) -> str:
    """Text that man shows as it is: no request at the beginning of a line, and hyphens that can be copied."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.M)


def write(folder: Path) -> None:
    """Every file, its folders made."""
    for name, text in {**completions(), "man/man1/elfdiff.1": manual()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def main(arguments: Sequence[str]) -> int:
    """0 when written."""
    if len(arguments) != 1:
        print("usage: python docs/shell.py FOLDER", file=sys.stderr)
        return 2
    write(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
