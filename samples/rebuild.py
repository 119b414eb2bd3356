"""Builds samples again from their src/, and checks the printed fix.

    python samples/rebuild.py [--write] CASE…        or --all
    python samples/rebuild.py --expected CASE…       or --all

For each case both sides are built as recipe.json says, elfdiff is asked about them, and the lines that it prints are
applied word for word to both builds: then the files must be bit-identical. Where the source differs too, the report
on the files so built must name that alone.

--write puts a, b and the recipe's ``toolchain`` and ``fix`` in place; without it only missing ones are written, and a
file that came out otherwise than the one checked in is reported (random-build-id always does). expected.txt is
written by --expected alone, which builds nothing: it is for a person to judge what changed in it.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy import ask, claimed, first_actions
from benchmarks.pairs import fixes
from benchmarks.pairs.model import Change, Edit, Pair, Plant, Program
from benchmarks.pairs.workshop import BuildFailed, ToolMissing, Workshop

SAMPLES = Path(__file__).resolve().parent
ONLY_SOURCE = "only the source differs"
SCRATCH = Path("/tmp/elfdiff-samples")
#: Tools that have no --version of their own take part through another's.
VERSION_WORDS = {"go": ["version"], "zig": ["version"]}


def change(raw: dict[str, Any]) -> Change:
    """A side of a recipe as the factory's own value."""
    return Change(
        env=raw.get("env", {}),
        place=raw.get("place"),
        clock=raw.get("clock"),
        mtime=raw.get("mtime"),
        edits=tuple(Edit(*edit) for edit in raw.get("edits", ())),
        wrap=tuple(raw.get("wrap", ())),
        before=tuple(raw.get("before", ())),
        after=tuple(raw.get("after", ())),
    )


def pair(case: str, recipe: dict[str, Any]) -> Pair:
    """The pair that a recipe describes."""
    program = Program(case, recipe["artifact"], tuple(recipe["tools"]), SAMPLES / case / "src")
    plant = Plant(frozenset(recipe["causes"]), a=change(recipe["a"]), b=change(recipe["b"]))
    return Pair(case, program, (plant,), change(recipe["both"]), verdicts=(recipe["verdict"],))


def versions(tools: Sequence[str], workshop: Workshop) -> dict[str, str]:
    """The first line that each tool says about its version."""
    path = workshop.environment(Change(), SCRATCH)["PATH"]
    told = {}
    for tool in tools:
        command = shutil.which(tool, path=path)
        if command is None:
            raise ToolMissing(tool)
        words = VERSION_WORDS.get(tool, ["--version"])
        env = workshop.environment(Change(), SCRATCH)
        said = subprocess.run([command, *words], capture_output=True, text=True, env=env, check=True)
        told[tool] = said.stdout.splitlines()[0]
    return told


def verify(workshop: Workshop, one: Pair) -> tuple[str, list[str]]:
    """How the printed lines did, and the lines."""
    home = workshop.root / one.name
    actions = first_actions(ask(home / "a", home / "b"))
    applied = fixes.apply(actions)
    lines = [action.line for _, action in actions]
    if not applied.script and not applied.sentences:
        return "nothing to apply", lines
    for letter in "ab":
        workshop.build(one, letter, home / f"fixed-{letter}", applied.script, applied.switches)
    if (home / "fixed-a").read_bytes() != (home / "fixed-b").read_bytes():
        causes = list(claimed(ask(home / "fixed-a", home / "fixed-b")))
        return ONLY_SOURCE if causes == ["source-change"] else "still differ", lines
    return "by sentence" if applied.sentences else "word for word", lines


def rebuild(case: str, workshop: Workshop, write: bool) -> str:
    """One line that says how it went."""
    place = SAMPLES / case / "recipe.json"
    recipe = json.loads(place.read_text())
    one = pair(case, recipe)
    shutil.rmtree(workshop.root / case, ignore_errors=True)
    same = True
    for letter in "ab":
        built = workshop.root / case / letter
        workshop.build(one, letter, built)
        kept = SAMPLES / case / letter
        if write or not kept.exists():
            shutil.copyfile(built, kept)
        same = same and kept.read_bytes() == built.read_bytes()
    toolchain = versions(recipe["tools"], workshop)
    how, lines = verify(workshop, one)
    outcome = f"{case}: {'as checked in' if same else 'not as checked in'}; fix lines: {how}"
    if not write and recipe.get("toolchain"):
        return outcome
    recipe["toolchain"] = toolchain
    verified = how in ("word for word", "by sentence", ONLY_SOURCE)
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    known = recipe.get("fix", {})
    if (known.get("lines"), known.get("how")) != (lines, how):
        recipe["fix"] = {"lines": lines, "how": how, "verified": verified, "date": today}
    place.write_text(json.dumps(recipe, indent=2, ensure_ascii=False) + "\n")
    return outcome


def expect(case: str) -> str:
    """Write what elfdiff says of the pair, as tests/samples run it; one line that says if it changed."""
    env = {**os.environ, "PYTHONPATH": str(SAMPLES.parent), "LC_ALL": "C.UTF-8", "COLUMNS": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "elfdiff", "a", "b"]
    home = SAMPLES / case
    said = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, check=False, timeout=300)
    place = SAMPLES / case / "expected.txt"
    before = place.read_text() if place.exists() else ""
    place.write_text(said.stdout)
    return f"{case}: {'as before' if said.stdout == before else 'written'}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when a case could not be built, or its fix did not make the sides equal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("case", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--write", action="store_true", help="put what was built in place of what is checked in")
    parser.add_argument("--expected", action="store_true", help="only write expected.txt anew")
    options = parser.parse_args(arguments)
    cases = options.case
    if options.all:
        cases = sorted(place.parent.name for place in SAMPLES.glob("*/recipe.json"))
    if not cases:
        parser.error("name a case, or --all")
    if options.expected:
        for case in cases:
            print(expect(case), flush=True)
        return 0
    workshop = Workshop(SCRATCH)
    workshop.prepare()
    trouble = 0
    for case in cases:
        try:
            said = rebuild(case, workshop, options.write)
        except (BuildFailed, ToolMissing, RuntimeError) as failed:
            said = f"{case}: {type(failed).__name__}: {failed}"
        print(said, flush=True)
        trouble += not said.endswith(("word for word", "by sentence", ONLY_SOURCE, "nothing to apply"))
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
