"""The command line: which command it is, and what every ending of the program returns."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

from elfdiff.cli.options import Parser
from elfdiff.cli.output import ClosedPipe, emit, fail
from elfdiff.clock import OutOfTime
from elfdiff.errors import ElfdiffError, UsageError

COMMANDS = {
    "compare": "compare two things and say why they differ (elfdiff A B is the same)",
    "inspect": "one file: what it is, what was compiled into it, and what of that would differ elsewhere",
    "sbom": "the embedded dependency list of a file, or how those of two files differ",
    "rebuild": "builds twice and more under variations, explains, and proves the flag",
    "audit": "known vulnerabilities of the embedded dependency list, offline",
    "attest": "provenance of a binary or an image: verified offline, shown, compared",
    "verify": "check the proof that --proof wrote",
    "render": "print a report that was saved as JSON in another format",
    "fleet": "many pairs, on the cores of one machine or on a Dask cluster; causes ranked",
    "explain": "one cause's page: what it looks like, why it happens, what fixes it",
    "causes": "the catalogue of causes",
}
"""Every command and what it does; the module elfdiff.cli.NAME is imported only when it is called."""

INTERRUPTED = 130
TERMINATED = 143
PIPE_CLOSED = 141
TROUBLE = 2

HELP = """\
usage: elfdiff A B [options]
       elfdiff COMMAND ... [options]

Says why two builds of one thing differ (programs, packages, directories, images), and which flag fixes it.

commands:
{commands}

options of elfdiff A B, the most used (all: elfdiff compare --help):
  -f FORMAT[=FILE]     text, json, markdown, github, html, sarif, gitlab; repeatable with =FILE
  -o FILE              write to FILE
  -v, -q               tables and long lists; the last line alone
  --allow ID           exit 0 if nothing but this cause is left; --modulo ID: and a digest of both files without it
  --only, --exclude    entries of packages and directories, as GLOB
  --time-limit SECONDS, --exit-zero, --spans FILE, --proof FILE, --abi

examples:
  elfdiff build-1/app build-2/app
  elfdiff -f markdown build-1/app build-2/app >> "$GITHUB_STEP_SUMMARY"
  elfdiff explain build-path
  elfdiff sbom target/release/app

elfdiff COMMAND --help tells the options; a file that bears a command's name is reached as ./sbom.
exit codes: 0 same, 1 different, 2 trouble
"""


class _Terminated(BaseException):
    """SIGTERM arrived; what is half written is cleaned up on the way out."""


def run() -> NoReturn:
    """The console script."""
    signal.signal(signal.SIGTERM, _terminate)
    code = main(sys.argv[1:])
    if code in (INTERRUPTED, TERMINATED):
        # All is cleaned up; a second signal would only change how the end looks.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        # What could not be written would be tried again at the interpreter's end, and change the exit code.
        code = code or PIPE_CLOSED
        _discard_stdout()
    if code == PIPE_CLOSED:
        _discard_stdout()
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code; nothing but an exit code ever comes out."""
    try:
        return _dispatch(list(argv))
    except ElfdiffError as error:
        fail(str(error))
        return TROUBLE
    except ClosedPipe:
        return PIPE_CLOSED
    except OutOfTime as over:
        fail(str(over))
        return TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except _Terminated:
        return TERMINATED
    except MemoryError:
        fail("out of memory")
        return TROUBLE
    except Exception as error:
        if os.environ.get("ELFDIFF_DEBUG") == "1":
            import traceback

            traceback.print_exception(error)
        fail(
            f"internal error: {type(error).__name__}: {' '.join(str(error).split())} "
            "(please report it; ELFDIFF_DEBUG=1 shows where)"
        )
        return TROUBLE


def _dispatch(argv: list[str]) -> int:
    if not argv:
        raise UsageError("which files? elfdiff A B (see elfdiff --help)")
    first = argv[0]
    if first in ("-h", "--help"):
        emit(HELP.format(commands="\n".join(f"  {name:9} {what}" for name, what in COMMANDS.items())))
        return 0
    if first == "--version":
        from elfdiff import __version__

        emit(f"elfdiff {__version__}\n")
        return 0
    if first in COMMANDS:
        return _call(first, argv[1:])
    return _call("compare", argv, implied=True)


def _call(name: str, argv: list[str], implied: bool = False) -> int:
    module = import_module(f"elfdiff.cli.{name}")
    parser = Parser("elfdiff" if implied else f"elfdiff {name}", COMMANDS[name], module.EXAMPLES)
    module.add_arguments(parser)
    try:
        args = parser.parse_args(module.joined(argv) if name == "rebuild" else argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except UsageError as error:
        hint = _hint(argv) if implied else None
        if hint is None:
            raise
        raise UsageError(hint) from error
    if implied and args.a in COMMANDS:
        raise UsageError(f"write the command first: elfdiff {args.a} ...; a file of that name is ./{args.a}")
    meant = _meant(args.a) if implied else None
    if meant is not None:
        raise UsageError(meant)
    code = module.execute(args)
    return int(code)


def _hint(argv: Sequence[str]) -> str | None:
    """What a call without a command may have meant: another word for one, or one file; None where that is not clear."""
    words = [word for word in argv if not word.startswith("-")]
    if not words:
        return None
    meant = _meant(words[0])
    if meant is not None:
        return meant
    if len(argv) == 1:
        return f"which is the other file? elfdiff {words[0]} B; for one file: elfdiff inspect {words[0]}"
    return None


def _meant(word: str) -> str | None:
    """A sentence if ``word`` is no file, has no slash as paths have, and is nearly a command."""
    if "/" in word or os.path.exists(word):
        return None
    import difflib

    near = difflib.get_close_matches(word, COMMANDS, 1)
    if not near:
        return None
    return f"no command is called {word}; did you mean elfdiff {near[0]}?"


def _discard_stdout() -> None:
    """Let the interpreter's last flush go nowhere instead of complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise _Terminated
