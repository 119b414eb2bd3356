"""Runs as arrays are the runs themselves."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from elfdiff.accounting.owned import OwnedRuns, SideRuns, bytes_by_cause
from elfdiff.report import OwnedRun, Sides

LABELS = (("root", ("build-path", "user"), "rewrite 0"), ("unexplained", (), ""))
RUNS = (
    OwnedRun("a", 8, 4, ".rodata", "root", ("build-path", "user"), "rewrite 0"),
    OwnedRun("a", 20, 1, None, "unexplained", (), ""),
    OwnedRun("b", 8, 9, ".rodata", "root", ("build-path", "user"), "rewrite 0"),
)


def side(name: str, starts: list[int], lengths: list[int], sections: list[int], labels: list[int]) -> SideRuns:
    return SideRuns(
        name,
        np.array(starts, dtype=np.int64),
        np.array(lengths, dtype=np.int64),
        np.array(sections, dtype=np.int32),
        np.array(labels, dtype=np.int32),
        (".rodata", None),
        LABELS,
    )


@pytest.fixture
def runs() -> OwnedRuns:
    return OwnedRuns(side("a", [8, 20], [4, 1], [0, 1], [0, 1]), side("b", [8], [9], [0], [0]))


def test_they_are_a_sequence(runs: OwnedRuns) -> None:
    assert tuple(runs) == RUNS
    assert runs == RUNS
    assert runs != RUNS[:2]
    assert len(runs) == 3
    assert runs[-1] == RUNS[2]
    assert runs[1] == RUNS[1]
    assert runs[:2] == RUNS[:2]
    with pytest.raises(IndexError):
        runs[3]


def test_exchanging_the_files_exchanges_the_sides(runs: OwnedRuns) -> None:
    assert [(run.side, run.offset, run.length) for run in runs.mirrored()] == [("a", 8, 9), ("b", 8, 4), ("b", 20, 1)]
    assert runs.mirrored().mirrored() == runs


def test_totals_are_those_of_the_runs_one_by_one(runs: OwnedRuns) -> None:
    wanted = {"build-path": Sides(4, 9), "user": Sides(4, 9)}
    assert bytes_by_cause(runs) == bytes_by_cause(RUNS) == wanted


def test_a_ledger_keeps_every_differing_byte_in_one_run(build, accounted) -> None:  # type: ignore[no-untyped-def]
    pair = build("-g")
    ledger = accounted(pair.a, pair.b).ledger
    lengths = Counter((run.side, run.owner) for run in ledger.runs for _ in range(run.length))
    for owner in ("root", "consequence", "hash"):
        assert (lengths["a", owner], lengths["b", owner]) == (
            getattr(ledger.totals, owner).a,
            getattr(ledger.totals, owner).b,
        )
    assert len(ledger.runs) == sum(1 for _ in ledger.runs)
