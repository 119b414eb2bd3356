"""What a reader of every sample sees, at three widths: laws of the text; its commands run in a shell as they stand."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

import elfdiff
from elfdiff.actions import Export
from elfdiff.outcome import exit_code, merged
from elfdiff.render.plan import Step, plan_of
from elfdiff.render.style import TextStyle
from elfdiff.render.text import render_text
from elfdiff.render.treetext import as_report, render_tree_text
from elfdiff.report import DROPPED, Report, Role
from elfdiff.tree import Tree

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CASES = sorted(place.parent.name for place in SAMPLES.glob("*/recipe.json"))
WIDTHS = (60, 80, 100)

each_case = pytest.mark.parametrize("case", CASES)
at_each_width = pytest.mark.parametrize("width", WIDTHS)


@cache
def report(case: str) -> Report | Tree:
    return elfdiff.compare(str(SAMPLES / case / "a"), str(SAMPLES / case / "b"))


@cache
def text(case: str, width: int, verbose: bool = False) -> str:
    found = report(case)
    style = TextStyle(width=width, verbose=verbose)
    if isinstance(found, Tree):
        return render_tree_text(found, style, exit_code(found))
    return render_text(found, style, exit_code(found))


def steps(case: str) -> tuple[Step, ...]:
    """What the report says to do first."""
    found = report(case)
    plan = plan_of(as_report(found) if isinstance(found, Tree) else found)
    return plan.steps if plan else ()


@at_each_width
@each_case
def test_no_line_is_wider_than_the_terminal_but_commands(case: str, width: int) -> None:
    wide = [line for line in text(case, width).splitlines()[:-1] if len(line) > width]
    commands = {step.command for step in steps(case)}
    assert [line for line in wide if line.strip() not in commands] == []


@at_each_width
@each_case
def test_every_cause_shows_a_place_with_both_values(case: str, width: int) -> None:
    blocks = re.split(r"^(?:cause|input)\[", text(case, width), flags=re.MULTILINE)[1:]
    found = [one for one in merged(report(case)) if one.role is not Role.CONSEQUENCE]
    assert len(blocks) == len(found)
    for block in blocks:
        assert re.search(r"^ +a  \S.*\n(?: +.*\n)*? +b  \S", block, re.MULTILINE), block


@at_each_width
@each_case
def test_nothing_became_what_it_was(case: str, width: int) -> None:
    joined = " ".join(text(case, width, verbose=True).split())
    assert not re.search(r"(?:^| )(\S+) became \1(?:[ ;,.]|$)", joined)
    assert DROPPED not in text(case, width)


@each_case
def test_no_variable_is_set_to_two_values(case: str) -> None:
    names = [step.action.name for step in steps(case) if isinstance(step.action, Export)]
    assert len(names) == len(set(names))


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@at_each_width
@each_case
def test_commands_run_as_they_stand_in_a_directory_with_a_blank(case: str, width: int, tmp_path: Path) -> None:
    """Whole, on a line of their own, whatever the width; exports run, other commands are read by the shell."""
    lines = text(case, width).splitlines()
    for step in steps(case):
        if step.command is None:
            continue
        assert any(line.strip() == step.command for line in lines), step.command
        here = tmp_path / "a directory"
        here.mkdir(exist_ok=True)
        shell = ["bash", "--norc", "-u", "-c" if step.command.startswith("export ") else "-nc", step.command]
        env = {"PATH": "/usr/bin:/bin", "HOME": str(here), **dict.fromkeys(FLAGS, "")}
        subprocess.run(["git", "init", "-q", "."], cwd=here, check=True, env=env)
        done = subprocess.run(shell, cwd=here, env=env, capture_output=True, text=True)
        assert done.returncode == 0, (step.command, done.stderr)


FLAGS = ("CFLAGS", "CXXFLAGS", "LDFLAGS", "RUSTFLAGS", "FFLAGS", "DFLAGS", "ADAFLAGS", "ASFLAGS", "GOFLAGS", "ARFLAGS")
