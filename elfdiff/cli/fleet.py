"""``elfdiff fleet``: many pairs, on the cores of one machine or on a Dask cluster; causes ranked."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from elfdiff.cli.output import emit, fail, warn
from elfdiff.errors import UsageError

if TYPE_CHECKING:
    from elfdiff.fleet.record import Limits
    from elfdiff.fleet.run import Engine

EXAMPLES = """\
examples:
  elfdiff fleet first-builds/ second-builds/ -o results/
  elfdiff fleet pairs.csv -o results/ --jobs 8 --time-limit 600
  elfdiff fleet reproducible.json official/ rebuilt/ -o results/
  elfdiff fleet pairs.csv -o results/ --engine dask --scheduler tcp://10.0.0.1:8786
  elfdiff fleet --watch results/

The same call goes on where it stopped. exit codes: 0 all pairs same, 1 some differ, 2 trouble with some pair"""

FORMATS = ("text", "json", "markdown", "html")
ENGINES = ("local", "dask")
MEMORY_LIMIT = 4096
"""Megabytes of address space a pair."""
TIME_LIMIT = 900.0
"""Seconds a pair."""
_MEGABYTE = 1 << 20
_PAUSE = 1.0
_WARNINGS = 20
"""Rows that cannot be read and are told of on standard error."""
_MINUTE, _HOUR = 60, 3600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The manifest, where results go, and how the pairs are run."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="MANIFEST",
        help="CSV or JSON Lines with id, a, b; or DIR_A DIR_B; or LIST DIR_A DIR_B",
    )
    parser.add_argument("-o", "--output", metavar="DIR", help="journal, summary.json and summary.md")
    parser.add_argument(
        "-f",
        "--format",
        choices=FORMATS,
        default="text",
        help=f"of what is printed: {', '.join(FORMATS)} (default: text)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print the last line alone")
    parser.add_argument("--engine", choices=ENGINES, default="local", help="default: local")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster (default: one of this machine's own)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="default: all cores")
    parser.add_argument(
        "--time-limit", type=float, default=TIME_LIMIT, metavar="SECONDS", help=f"a pair (default: {TIME_LIMIT:g})"
    )
    parser.add_argument(
        "--memory-limit", type=int, default=MEMORY_LIMIT, metavar="MB", help=f"a pair (default: {MEMORY_LIMIT})"
    )
    parser.add_argument("--redo", choices=("failed",), help="run again what failed before")
    parser.add_argument("--reports", action="store_true", help="keep each pair's JSON report in DIR/reports")
    parser.add_argument("--parquet", metavar="FILE", help="write a row a pair (extra fleet)")
    parser.add_argument("--watch", metavar="DIR", help="show how far a running fleet is, from anywhere")


def execute(args: argparse.Namespace) -> int:
    """Run the fleet, write its summaries, and return 0, 1 or 2. ElfdiffError if nothing can be run."""
    if args.watch is not None:
        return _watch(args.watch)
    if args.output is None:
        raise UsageError("where do results go? give -o DIR")
    if args.jobs < 1 or args.time_limit <= 0 or args.memory_limit < 1:
        raise UsageError("--jobs, --time-limit and --memory-limit are more than nothing")
    if args.scheduler is not None and args.engine != "dask":
        raise UsageError("--scheduler goes with --engine dask")
    from elfdiff.fleet.journal import Journal
    from elfdiff.fleet.manifest import read_manifest
    from elfdiff.fleet.record import Limits
    from elfdiff.fleet.run import run
    from elfdiff.fleet.table import fleet_html, fleet_json, fleet_markdown, fleet_text

    rows = read_manifest(args.paths)
    limits = Limits(args.time_limit, args.memory_limit * _MEGABYTE)
    journal = Journal(args.output)
    try:
        if args.redo is not None:
            journal.forget_failed()
        reports = os.path.join(args.output, "reports") if args.reports else None
        options = f"reports={args.reports}"
        with _progress() as progress:
            found = run(rows, journal, _engine(args, limits), options, reports, progress)
        emit(fleet_json(found), os.path.join(args.output, "summary.json"))
        emit(fleet_markdown(found), os.path.join(args.output, "summary.md"))
        if args.parquet is not None:
            from elfdiff.fleet.parquet import write_parquet

            write_parquet(journal, args.parquet)
    finally:
        journal.close()
    text = {"text": fleet_text, "json": fleet_json, "markdown": fleet_markdown, "html": fleet_html}[args.format](found)
    emit(text.splitlines(keepends=True)[-1] if args.quiet and args.format == "text" else text)
    for sentence in found.trouble[:_WARNINGS]:
        warn(sentence)
    if found.failed:
        first = next(iter(found.trouble), None) or f"{found.failures[0].examples[0]}: {found.failures[0].sentence}"
        told = "1 pair or row has" if found.failed == 1 else f"{found.failed:,} pairs or rows have"
        fail(f"{told} no answer: {first}; see {os.path.join(args.output, 'summary.json')}")
    return found.exit_code


def _engine(args: argparse.Namespace, limits: Limits) -> Engine:
    if args.engine == "dask":
        from elfdiff.fleet.dask import DaskEngine

        return DaskEngine(args.scheduler, args.jobs, limits)
    from elfdiff.fleet.local import LocalEngine

    return LocalEngine(args.jobs, limits)


@contextmanager
def _progress() -> Iterator[Callable[[int, int, float], None] | None]:
    """One row on a terminal: how far, how fast, and how long still; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = first = 0.0
    start = -1

    def show(done: int, total: int, seconds: float) -> None:
        nonlocal shown, first, start
        if start < 0:
            start, first = done, seconds
        if seconds - shown < _PAUSE and done != total:
            return
        shown = seconds
        sys.stderr.write(f"\r\x1b[2Kelfdiff: {_line(done, total, done - start, seconds - first)}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[2K")


def _line(done: int, total: int, new: int, seconds: float) -> str:
    if new == 0 or seconds <= 0:
        return f"{done:,} of {total:,} pairs"
    left = f", {_duration((total - done) * seconds / new)} left" if done < total else ""
    return f"{done:,} of {total:,} pairs, {new / seconds:.1f} a second{left}"


def _duration(seconds: float) -> str:
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.0f} h"


def _watch(folder: str) -> int:
    """Until all pairs of the last call have ended, a line a second on a terminal, one line elsewhere."""
    from elfdiff.fleet.journal import NAME, Journal

    if not os.path.isfile(os.path.join(folder, NAME)):
        raise UsageError(f"--watch {folder}: holds no journal of a fleet")
    shown = sys.stdout.isatty()
    journal = Journal(folder)
    try:
        while True:
            total, done, new, seconds = journal.counts()
            line = f"elfdiff: {_line(done, total, new, seconds)}"
            if not shown or done >= total:
                emit(f"\r\x1b[2K{line}\n" if shown else f"{line}\n")
                return 0
            emit(f"\r\x1b[2K{line}")
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        emit("\n")
        raise
    finally:
        journal.close()
