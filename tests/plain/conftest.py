"""``told(a, b)`` explains two plain files and checks what holds for every pair."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from elfdiff.plain import explain
from elfdiff.report import Sides

CLASSES = ("root", "payload", "input", "consequence", "hash", "unexplained")


def told(a: str | bytes, b: str | bytes, name: str = "etc/file", **known):
    """The result; the classes of its ledger add up, and the other direction names the same causes and counts."""
    sides = [side.encode() if isinstance(side, str) else side for side in (a, b)]
    result = explain(name, *sides, **known)
    totals = result.ledger.totals
    for side in "ab":
        assert sum(getattr(getattr(totals, name), side) for name in CLASSES) == getattr(totals.differing, side)
        runs = [run for run in result.ledger.runs if run.side == side]
        assert sum(run.length for run in runs) == getattr(totals.differing, side)
        assert all(x.offset + x.length <= y.offset for x, y in pairwise(runs))
    if "rewrites" not in known:
        if beside := known.get("beside"):
            known["beside"] = replace(beside, read=lambda side, entry: beside.read(1 - side, entry))
        mirrored = explain(name, *sides[::-1], **known)
        assert {(f.cause, f.confidence) for f in mirrored.findings} == {
            (f.cause, f.confidence) for f in result.findings
        }
        for name in (*CLASSES, "differing"):
            there = getattr(mirrored.ledger.totals, name)
            assert Sides(there.b, there.a) == getattr(totals, name)
    return result


@pytest.fixture(name="told")
def _told():
    return told


@pytest.fixture
def causes():
    """The causes of a result with their confidence."""
    return lambda result: {item.cause: item.confidence.value for item in result.findings}


@pytest.fixture
def actions():
    """What a result tells to do about a cause."""
    return lambda result, cause: [fix.line for item in result.findings if item.cause == cause for fix in item.fixes]
