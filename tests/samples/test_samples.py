"""Every checked-in sample prints its expected.txt, and its report names the causes of its recipe and no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import elfdiff
from elfdiff.outcome import merged
from elfdiff.report import Role

HOUSE = Path(__file__).resolve().parents[2]
SAMPLES = HOUSE / "samples"
CASES = sorted(place.parent.name for place in SAMPLES.glob("*/recipe.json"))
HARMLESS = {"identical", "cause-not-in-files", "inputs-differ"}
"""Verdicts of pairs that no flag makes equal, or that are equal already."""


def recipe(case: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLES / case / "recipe.json").read_text())
    return loaded


@cache
def printed(case: str) -> subprocess.CompletedProcess[str]:
    """What a reader of the sample sees: run in its directory, on a plain terminal of 100 columns."""
    env = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(HOUSE),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "elfdiff", "a", "b"],
        cwd=SAMPLES / case,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("case", CASES)
def test_prints_what_was_judged(case: str) -> None:
    done = printed(case)
    assert done.stdout == (SAMPLES / case / "expected.txt").read_text()
    assert done.returncode == (0 if recipe(case)["verdict"] == "identical" else 1)


@pytest.mark.parametrize("case", CASES)
def test_names_the_planted_causes_and_no_other(case: str) -> None:
    report = elfdiff.compare(str(SAMPLES / case / "a"), str(SAMPLES / case / "b"))
    named = [finding.cause for finding in merged(report) if finding.role is not Role.CONSEQUENCE]
    assert sorted(named) == sorted(recipe(case)["causes"])
    assert report.verdict == recipe(case)["verdict"]


@pytest.mark.parametrize("case", CASES)
def test_fix_lines_are_those_that_made_both_builds_equal(case: str) -> None:
    """The recipe records what ``samples/rebuild.py`` applied; a report with other lines needs a new rebuild."""
    told = recipe(case)
    text = " ".join(printed(case).stdout.split())
    if told["verdict"] in HARMLESS and not told["fix"]["verified"]:
        pytest.skip(f"{case}: no flag makes these equal")
    assert told["fix"]["verified"]
    for line in told["fix"]["lines"]:
        assert " ".join(line.split()) in text


def test_every_sample_is_complete_and_small() -> None:
    assert CASES
    for case in CASES:
        present = {path.name for path in (SAMPLES / case).iterdir()}
        assert present == {"README.md", "recipe.json", "src", "a", "b", "expected.txt"}, case
        assert recipe(case)["toolchain"], case
    size = sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert size < 20_000_000
