"""One pair of entries that differ: the walk for ELF files, this pipeline for containers, plain/ for the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from elfdiff.clock import Clock
from elfdiff.containers.limits import Limits
from elfdiff.containers.model import Container
from elfdiff.containers.opening import ELF, format_of, is_static_archive, open_bytes
from elfdiff.diagnose import Look, Looked, diagnose_bytes
from elfdiff.errors import ElfdiffError
from elfdiff.plain import ALONE, Beside, PathRewrite, explain
from elfdiff.report import Classes, Confidence, Report, Verdict
from elfdiff.steps import on_side
from elfdiff.tree import Status, Tree, TreeFinding
from elfdiff.trees.archives import archive_tree
from elfdiff.trees.result import EntryResult

Nested = Callable[[Container, Container, int], EntryResult]
"""Compares two containers that are entries: the pipeline itself, one level down."""


def compare_entry(
    name: str,
    said: tuple[str, str],
    read: tuple[Callable[[], bytes], Callable[[], bytes]],
    nested: Nested,
    limits: Limits,
    depth: int,
    rewrites: Sequence[PathRewrite],
    beside: Beside,
    prove: bool = False,
) -> EntryResult:
    """Why the contents of two entries differ. Whatever is wrong with them ends in a result that says so.

    ``said`` is how sentences call the two; ``prove`` keeps the proof of ELF files.
    """
    try:
        a, b = on_side("a", read[0]), on_side("b", read[1])
        return _compared(name, said, a, b, nested, limits, depth, rewrites, beside, prove)
    except ElfdiffError as error:
        return EntryResult(error=str(error))
    except (MemoryError, RecursionError) as error:
        return EntryResult(error=f"{name}: {type(error).__name__} while it was compared")
    except Exception as error:
        # A fault of ours in one entry leaves what is said of all others true.
        if os.environ.get("ELFDIFF_DEBUG"):
            raise
        return EntryResult(error=f"{name}: a fault of elfdiff ({type(error).__name__}); please report it")


def _compared(
    name: str,
    said: tuple[str, str],
    a: bytes,
    b: bytes,
    nested: Nested,
    limits: Limits,
    depth: int,
    rewrites: Sequence[PathRewrite],
    beside: Beside,
    prove: bool,
) -> EntryResult:
    kinds = kind_word(a), kind_word(b)
    if kinds == ("an ELF file", "an ELF file"):
        return of_report(diagnose_bytes(name, a, name, b, prove, Clock(), look_with(nested, limits, depth)))
    if kinds == ("a static archive", "a static archive"):
        report = diagnose_bytes(name, a, name, b, False, Clock())
        tree = archive_tree(report, a, b)
        return replace(of_report(report), report=tree, findings=tree.findings)
    if "an ELF file" in kinds or "a static archive" in kinds:
        return EntryResult(incomparable=not_two_builds(*kinds), verdict=Verdict.INPUTS_DIFFER)
    x = on_side("a", lambda: open_bytes(a, name, limits, depth, said[0]))
    y = on_side("b", lambda: open_bytes(b, name, limits, depth, said[1]))
    if x is not None and y is not None:
        return nested(x, y, depth)
    deeper = depth >= limits.depth and format_of(a) is not None and format_of(b) is not None
    notes = (
        (f"it holds entries, more than {limits.depth} levels deep; it was compared as a plain file",) if deeper else ()
    )
    found = explain(name, a, b, rewrites, beside)
    findings = tuple(TreeFinding(finding, 1, ("",)) for finding in found.findings)
    return EntryResult(found.plain, findings, found.ledger.totals, notes=notes, rewrites=found.rewrites)


def look_with(nested: Nested, limits: Limits, depth: int = 0) -> Look:
    """Looks into what ELF files carry as into entries of a container; what fails is not known."""

    def look(name: str, a: bytes, b: bytes) -> Looked | None:
        found = compare_entry(name, (name, name), (lambda: a, lambda: b), nested, limits, depth + 1, (), ALONE)
        if found.error is not None or found.incomparable is not None:
            return None
        inside = dict.fromkeys(part for item in found.findings for part in item.names if part)
        if isinstance(found.report, Tree):
            inside |= dict.fromkeys(e.name for e in found.report.entries if e.status is not Status.SAME)
        left = found.own is None or found.own.unexplained.most or found.inside.unexplained.most
        possible = all(item.finding.confidence is Confidence.POSSIBLE for item in found.findings)
        return Looked(found.findings, tuple(inside), not left and not possible)

    return look


def of_report(report: Report) -> EntryResult:
    """A report on two ELF files or static archives as the result of an entry."""
    return EntryResult(
        report,
        tuple(TreeFinding(finding, 1, ("",)) for finding in report.findings),
        report.ledger.totals if report.ledger is not None else None,
        verdict=report.verdict,
        code=report.code,
        has_code=True,
        notes=report.notes,
        incomparable=report.incomparable,
        rewrites=tuple(PathRewrite(a, b) for a, b in report.directories),
    )


def of_tree(tree: Tree, own: Classes, inside: Classes) -> EntryResult:
    """A tree inside an entry as its result."""
    failed = next((entry.error for entry in tree.entries if entry.status is Status.FAILED), tree.unfinished)
    return EntryResult(
        tree,
        tree.findings,
        own,
        inside,
        tree.verdict,
        tree.code,
        tree.code is not None,
        failed,
        tree.notes,
    )


def kind_word(data: bytes) -> str:
    """What some bytes are, in a few words, as far as two builds of one thing must agree in it."""
    if data.startswith(ELF):
        return "an ELF file"
    if is_static_archive(data):
        return "a static archive"
    return "no ELF file"


def not_two_builds(a: str, b: str) -> str:
    """The sentence for two things that nobody can compare."""
    return f"a is {a}, b is {b}: these are not two builds of one thing"
