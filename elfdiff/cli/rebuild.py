"""``elfdiff rebuild``: builds twice and more under variations, explains, and proves the flag."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elfdiff.cli.options import LAST_LINE, add_output_options, seconds
from elfdiff.cli.output import emit, fail, warn
from elfdiff.cli.terminal import text_style
from elfdiff.errors import UsageError
from elfdiff.render.escape import visible

if TYPE_CHECKING:
    from elfdiff.rebuild.result import Rebuilt

EXAMPLES = """\
examples:
  elfdiff rebuild -- make
  elfdiff rebuild -C src --artifact app -- make app
  elfdiff rebuild --vary -network,-file-order -- cargo build --release
  elfdiff rebuild --against published/app=app -- make
  elfdiff rebuild --against registry/app@sha256:...=image -- sh build-image.sh

exit codes: 0 every artifact equal under all variations, 1 not, 2 trouble (a build that failed among it)"""

FORMATS = ("text", "json", "markdown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command and the options of ``rebuild``."""
    parser.add_argument("command", metavar="COMMAND", nargs=argparse.REMAINDER, help="-- and the build command")
    parser.add_argument("-C", "--directory", metavar="DIR", default=".", help="the source tree (default: here)")
    parser.add_argument(
        "--artifact",
        metavar="GLOB",
        action="append",
        default=[],
        help="what to compare (repeatable; default: what the build made that is ELF, a package or an image)",
    )
    parser.add_argument(
        "--vary",
        metavar="[+|-]NAME,...",
        action="append",
        default=[],
        help="add or leave out variations (default: all)",
    )
    parser.add_argument(
        "--require", metavar="NAME", action="append", default=[], help="exit 2 if this could not be varied (repeatable)"
    )
    parser.add_argument(
        "--against",
        metavar="WHAT[=ARTIFACT]",
        help="compare with what was published too, a file, an image or a digest (sha256:...; NAME@sha256:...; nothing "
        "is fetched): exit 0 only if this source gives it",
    )
    parser.add_argument("--list-variations", action="store_true", help="print the variations and what they do")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=seconds, default=3600.0, help="for one build (default: 3600)"
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_number,
        help="builds at a time, where the machine lets them share a path (default: half of the processors)",
    )
    parser.add_argument("--no-prove", action="store_true", help="do not apply the fixes and build again")
    parser.add_argument("--keep", metavar="DIR", help="keep the logs and the artifacts of the builds there")
    parser.add_argument("--include-ignored", action="store_true", help="copy what git ignores too")
    add_output_options(parser, FORMATS, "text", LAST_LINE)


def joined(argv: Sequence[str]) -> list[str]:
    """The words with ``--vary -NAME`` as one word, which argparse would take for two options."""
    words: list[str] = []
    for index, word in enumerate(argv):
        if word == "--":
            return [*words, *argv[index:]]
        if words and words[-1] == "--vary":
            words[-1] = f"--vary={word}"
        else:
            words.append(word)
    return words


def execute(args: argparse.Namespace) -> int:
    """Run the experiment, print what it showed, and return the exit code."""
    from elfdiff.rebuild.choice import check, wanted
    from elfdiff.rebuild.experiment import NothingMade
    from elfdiff.rebuild.run import Request, rebuild
    from elfdiff.rebuild.workshop import BuildFailed, Order
    from elfdiff.render.wording import best_fixes

    if args.list_variations:
        emit(_variations())
        return 0
    command = tuple(args.command[1:] if args.command[:1] == ["--"] else args.command)
    if not command:
        raise UsageError("which command builds it? elfdiff rebuild [OPTIONS] -- COMMAND...")
    request = Request(
        order=Order(command, tuple(args.artifact), args.timeout),
        tree=Path(args.directory),
        vary=wanted(args.vary),
        require=frozenset(check(name, "--require") for name in args.require),
        prove=not args.no_prove,
        include_ignored=args.include_ignored,
        keep=Path(args.keep) if args.keep else None,
        against=args.against,
        jobs=args.jobs or max(1, len(os.sched_getaffinity(0)) // 2),
    )
    try:
        rebuilt = rebuild(request, best_fixes, _Progress())
    except (BuildFailed, NothingMade) as failed:
        for line in failed.tail:
            sys.stderr.write(f"  | {visible(line)}\n")
        fail(str(failed))
        return 2
    for sentence in rebuilt.failures:
        warn(sentence)
    emit(_rendered(rebuilt, args), args.output)
    return rebuilt.exit


def _rendered(rebuilt: Rebuilt, args: argparse.Namespace) -> str:
    match args.format:
        case "json":
            from elfdiff.render.rebuiltjson import render_json

            return render_json(rebuilt)
        case "markdown":
            from elfdiff.render.rebuiltmarkdown import render_markdown

            return render_markdown(rebuilt)
    from elfdiff.render.rebuilt import render_rebuilt

    return render_rebuilt(rebuilt, text_style(args), args.quiet)


class _Progress:
    """Which build is running, on a terminal."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, name: str) -> None:
        self.count += 1
        if sys.stderr is not None and sys.stderr.isatty():
            sys.stderr.write(f"\x1b[2Kelfdiff: build {self.count}: {visible(name)} ...\r")
            sys.stderr.flush()


def _variations() -> str:
    from elfdiff.rebuild.variations import known

    return "".join(f"{variation.name:12} {variation.what}\n" for variation in known())


def _number(text: str) -> int:
    """From 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
