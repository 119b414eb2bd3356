"""``elfdiff A B``: why two files differ, and what to do about it."""

from __future__ import annotations

import argparse
import os

from elfdiff.cli.config import apply_config
from elfdiff.cli.formats import FORMATS, check_formats, write
from elfdiff.cli.links import add_docs_option
from elfdiff.cli.options import LAST_LINE, add_output_options, seconds
from elfdiff.cli.output import emit, emit_bytes, fail, progress, warn
from elfdiff.cli.start import start_fast
from elfdiff.clock import Clock, memory_limit
from elfdiff.errors import UsageError
from elfdiff.outcome import DIFFERENT, SAME, TROUBLE, check_known, settled
from elfdiff.tree import Status, Tree
from elfdiff.values import replace

EXAMPLES = """\
examples:
  elfdiff build-1/app build-2/app
  elfdiff -v build-1/app build-2/app                 section table, all fixes, unexplained spans
  elfdiff -f markdown a/app b/app >> "$GITHUB_STEP_SUMMARY"
  elfdiff --allow build-time a/app b/app             a difference in time alone is no failure
  elfdiff -f json -o report.json a/app b/app
  elfdiff -f html=report.html -f sarif=report.sarif a/app b/app        several at once, and the text
  elfdiff pkg_1_amd64.deb rebuilt/pkg_1_amd64.deb    packages, archives and directories, entry by entry
  elfdiff --exclude "*.log" dist-1/ dist-2/

exit codes: 0 same, 1 different, 2 trouble"""

MEMORY_LIMIT = 16_384
"""Megabytes: the same on every machine, so that no report depends on which it was."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two files and the options of ``compare``."""
    parser.add_argument("a", metavar="A", help="the one file, package, archive or directory")
    parser.add_argument("b", metavar="B", help="the other")
    add_output_options(parser, FORMATS, "text", LAST_LINE, several=True)
    parser.add_argument("--all-evidence", action="store_true", help="every piece of evidence, not the first ten")
    parser.add_argument(
        "--allow", metavar="ID", action="append", default=[], help="exit 0 if only this cause remains (repeatable)"
    )
    parser.add_argument(
        "--modulo",
        metavar="ID",
        action="append",
        default=[],
        help="as --allow, and print a digest of both files that is equal only if nothing else differs (repeatable)",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 where it would be 1")
    parser.add_argument(
        "--time-limit",
        metavar="SECONDS",
        type=seconds,
        help="report what was found when this time is over, and exit 2 (default: no limit)",
    )
    parser.add_argument(
        "--with-spans", action="store_true", help="json: put who owns each differing byte into the report"
    )
    parser.add_argument(
        "--memory-limit",
        metavar="MB",
        type=_megabytes,
        default=MEMORY_LIMIT,
        help=f"report what was found when this much address space is used up, and exit 2 (default: {MEMORY_LIMIT})",
    )
    parser.add_argument("--jobs", metavar="N", type=_jobs, help="entries compared at a time (default: one a core)")
    parser.add_argument(
        "--only", metavar="GLOB", action="append", default=[], help="compare these entries alone (repeatable)"
    )
    parser.add_argument("--exclude", metavar="GLOB", action="append", default=[], help="not these entries (repeatable)")
    parser.add_argument("--platform", metavar="OS/ARCH", help="images: this one of several platforms")
    parser.add_argument("--metadata", action="store_true", help="times and owners of files in directories too")
    parser.add_argument(
        "--abi", action="store_true", help="run abidiff on two libraries, where it is installed, and say what it found"
    )
    add_docs_option(parser)
    parser.add_argument(
        "--spans",
        metavar="FILE",
        help="write a line of JSON for each run of differing bytes: where it is and which cause owns it",
    )
    parser.add_argument(
        "--proof", metavar="FILE", help="write the explanation, from which elfdiff verify turns A into B"
    )


def execute(args: argparse.Namespace) -> int:
    """Compare, write every output that was asked for, and return the exit code."""
    check_known("--allow", args.allow)
    file = apply_config(args)
    if file is not None:
        check_known(f"{file}: allow", args.allow)
    allowed = frozenset([*args.allow, *args.modulo])
    check_known("--modulo", args.modulo)
    _check_outputs(args)
    _warn_of_one_inode(args.a, args.b)
    start_fast()
    from elfdiff.trees.options import TreeOptions
    from elfdiff.trees.paths import compare_paths

    jobs = args.jobs or len(os.sched_getaffinity(0))
    wanted = TreeOptions(jobs, tuple(args.only), tuple(args.exclude), args.metadata, args.platform)
    with progress(f"comparing {args.a} and {args.b}"), memory_limit(args.memory_limit):
        prove = args.proof is not None or bool(args.modulo)
        found = compare_paths(args.a, args.b, wanted, prove, Clock(args.time_limit, memory=args.memory_limit))
    if isinstance(found, Tree):
        return _tell_tree(settled(found, args.allow, args.exit_zero), args)
    report = settled(found, allowed, args.exit_zero)
    if args.modulo:
        from elfdiff.modulo import with_modulo

        report = with_modulo(report)
        if report.modulo is not None and not report.modulo.equal and report.exit == SAME and not args.exit_zero:
            report = replace(report, exit=DIFFERENT)
    if args.abi and report.differs:
        from elfdiff.abidiff import abi_notes

        report = replace(report, notes=(*abi_notes(args.a, args.b), *report.notes))
    if args.spans is not None:
        from elfdiff.render.jsonreport import render_spans

        emit(render_spans(report), args.spans)
    if report.proof is not None and args.proof is not None:
        emit_bytes(report.proof, args.proof)
    elif args.proof is not None and report.unfinished is None:
        warn(
            f"--proof: nothing was written to {args.proof}: only two ELF files that differ and can be compared "
            "have a proof"
        )
    write(report, args)
    if report.unfinished is not None:
        fail(report.unfinished)
    elif report.exit == TROUBLE:
        fail(f"internal error: {report.notes[0]}" if report.notes else "internal error")
    return report.exit


def _tell_tree(tree: Tree, args: argparse.Namespace) -> int:
    """Write every output of a tree; the exit code."""
    if args.proof is not None:
        _write_proofs(tree, args.proof)
    if args.modulo:
        warn("--modulo: nothing is allowed by it here: only two files have such a digest")
    if args.abi:
        warn("--abi: abidiff was not run: it compares two libraries")
    if args.spans is not None:
        from elfdiff.render.jsonreport import render_spans

        emit(render_spans(tree), args.spans)
    write(tree, args)
    failed = [entry for entry in tree.entries if entry.status is Status.FAILED]
    if tree.unfinished is not None:
        fail(tree.unfinished)
    elif failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        fail(f"{failed[0].error}{more}")
    return tree.exit


def _write_proofs(tree: Tree, path: str) -> None:
    from elfdiff.trees.proof import proofs_of

    proofs = proofs_of(tree)
    if proofs.proved:
        emit_bytes(proofs.archive(), path)
        warn(f"--proof: {proofs.sentence}")
    else:
        warn(f"--proof: nothing was written to {path}: no ELF files differ in a place where both can be compared")


def _jobs(text: str) -> int:
    """A number from 1 to 256."""
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 256")
    return int(text)


def _megabytes(text: str) -> int:
    """From 1 to a million."""
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of megabytes from 1 to 1000000")
    return int(text)


def _check_outputs(args: argparse.Namespace) -> None:
    """UsageError if an output would replace an input, or another output."""
    written: dict[str, str] = {}
    check_formats(args)
    files = [(f"-f {name}", file) for name, file in args.formats]
    for option, target in (("-o", args.output), ("--spans", args.spans), ("--proof", args.proof), *files):
        if target is None:
            continue
        if os.path.isfile(target) or not os.path.exists(target):
            earlier = written.setdefault(os.path.realpath(target), option)
            if earlier != option:
                raise UsageError(f"{earlier} and {option} both write {target}")
        for source in (args.a, args.b):
            if _one_file(target, source):
                raise UsageError(f"{option} {target} is one of the files to compare")


def _one_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _warn_of_one_inode(a: str, b: str) -> None:
    if _one_file(a, b):
        warn(f"{a} and {b} are the same file (one inode): this compares a file with itself")
