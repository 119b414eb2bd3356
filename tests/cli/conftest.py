"""A pipeline that answers with a hand-written report, so that the command line is tested alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest

from elfdiff.clock import Clock
from elfdiff.report import (
    Classes,
    Confidence,
    FileFacts,
    Finding,
    Ledger,
    OwnedRun,
    Report,
    Role,
    SectionRow,
    Sides,
    Verdict,
)
from elfdiff.trees.options import TreeOptions


def same(count: int) -> Sides:
    return Sides(count, count)


def finding(cause: str, role: Role = Role.ROOT) -> Finding:
    return Finding(
        cause, role, Confidence.CERTAIN, f"the title of {cause}", "", (), (), (), same(4), 0, (), (), (), "docs"
    )


def report(
    verdict: Verdict = Verdict.EXPLAINED,
    findings: tuple[Finding, ...] = (),
    payload_of: tuple[str, ...] = (),
    **counts: int,
) -> Report:
    """A report with these findings and classes; ``payload_of`` are the causes of its payload bytes."""
    totals = Classes(differing=same(sum(counts.values())), **{name: same(count) for name, count in counts.items()})
    runs = tuple(
        OwnedRun(side, 64 * index, counts[name], ".data", name, payload_of if name == "payload" else (), "how")
        for side in "ab"
        for index, name in enumerate(counts)
    )
    ledger = Ledger(totals, (SectionRow(".data", (0, 9), (0, 9), "changed", (), totals),), runs)
    a, b = (FileFacts(name, 1, "0" * 64) for name in "ab")
    if verdict is Verdict.IDENTICAL:
        return Report("0", a, b, verdict, None, None, (), None, 0)
    return Report("0", a, b, verdict, None, None, findings, ledger, 4)


@pytest.fixture
def made() -> SimpleNamespace:
    """The makers of reports and findings."""
    return SimpleNamespace(report=report, finding=finding)


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[[Report | BaseException], None]:
    """Make the comparison return this report, or raise this."""

    def answer(result: Report | BaseException) -> None:
        def compare_paths(a: str, b: str, options: TreeOptions, with_proof: bool, clock: Clock) -> Report:
            if isinstance(result, BaseException):
                raise result
            return result

        module = ModuleType("elfdiff.trees.paths")
        module.compare_paths = compare_paths  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "elfdiff.trees.paths", module)

    return answer


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of three causes."""
    import elfdiff.causes

    causes = tuple(SimpleNamespace(id=name) for name in ("build-path", "build-time", "content-hash"))
    monkeypatch.setattr(elfdiff.causes, "catalogue", lambda: causes)
