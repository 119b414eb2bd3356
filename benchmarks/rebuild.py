"""Builds with known culprits, through ``elfdiff rebuild`` and, beside it, through reprotest.

    python benchmarks/rebuild.py [--reprotest | --samples] [--scratch DIR] [NAME…]

For each build: which variations were named and which had to be, how the proof ended, how many builds it took and how
long. A row is wrong if a culprit is missing, an innocent is named, or the proof says what is not so. Rows are kept in
DIR/rows.jsonl as they come, and a build that has one is not done again.

--samples builds the sources of the project's own samples instead, and tells how the proof ended beside what the
recipe of the sample says of its lines. A sample whose two sides differ in what is no variation comes out equal.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.builds.projects import Build, projects

ROOT = Path(__file__).resolve().parents[1]
_MARK = "elfdiff-counts-builds"
LIMIT = 900.0
"""Seconds for all builds of one project."""


def prepared(build: Build, scratch: Path) -> Path:
    """The project's tree, with one commit."""
    tree = scratch / build.name
    shutil.rmtree(tree, ignore_errors=True)
    for name, text in build.files.items():
        place = tree / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=tree, check=True)
    return tree


def by_elfdiff(build: Build, tree: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What elfdiff said, and whether it was right."""
    words = [sys.executable, "-m", "elfdiff", "rebuild", "-f", "json", "-C", str(tree), "--artifact", build.artifact]
    begun = time.monotonic()
    try:
        said = subprocess.run(
            [*words, "--", *build.command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
            env=dict(environment),
        )
    except subprocess.TimeoutExpired:
        return {"wrong": ["out of time"]}
    seconds = time.monotonic() - begun
    if not said.stdout:
        return {"wrong": [said.stderr.strip()[-300:]], "seconds": seconds}
    report = json.loads(said.stdout)
    guilty = {name for artifact in report["artifacts"] for name in artifact["guilty"]}
    proof = report["proof"]
    row = {
        "guilty": sorted(guilty),
        "nondeterministic": report["nondeterministic"],
        "proof": proof["result"] if proof else None,
        "lines": [item["action"] for item in proof["actions"]] if proof else [],
        "causes": sorted(
            {
                finding["cause"]
                for artifact in report["artifacts"]
                for finding in (artifact["report"] or {"findings": []})["findings"]
                if finding["role"] != "consequence"
            }
        ),
        "builds": len(report["builds"]),
        "seconds": round(seconds, 1),
        "exit": said.returncode,
        "varied": sum(item["varied"] for item in report["variations"]),
        "failures": report["failures"],
    }
    return row | {"wrong": faults(build, guilty, row)}


def faults(build: Build, guilty: set[str], row: dict[str, Any]) -> list[str]:
    """What is not as it was planted."""
    found = [f"{name} was not named" for name in sorted(build.guilty - guilty)]
    found += [f"{name} is innocent" for name in sorted(guilty - build.guilty - build.perhaps)]
    if row["nondeterministic"] != build.nondeterministic:
        found.append(f"nondeterministic: {row['nondeterministic']}")
    proof = "unfixed" if row["proof"] in ("still-different", "not-tried") else row["proof"]
    if proof != build.proof:
        found.append(f"proof: {row['proof']}, not {build.proof}")
    return found + [f"failed: {sentence}" for sentence in row["failures"]]


def by_reprotest(build: Build, tree: Path) -> dict[str, Any]:
    """What reprotest's --auto-build says of the same build."""
    command = f"echo {_MARK} && {build.command[-1] if build.command[0] == 'sh' else ' '.join(build.command)}"
    words = ["reprotest", "--auto-build", "--no-diffoscope", "-c", command, str(tree), build.artifact]
    begun = time.monotonic()
    try:
        said = subprocess.run(
            words, capture_output=True, text=True, timeout=LIMIT, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return {"verdict": "out of time", "named": [], "builds": None, "seconds": LIMIT}
    text = said.stdout + said.stderr
    named = re.search(r"varying each of the following:\n(.*?)\n *The build is", text, re.DOTALL)
    verdict = "named" if named else "reproducible" if said.returncode == 0 else "other"
    if "even when fixing as much" in text:
        verdict = "gave up"
    return {
        "exit": said.returncode,
        "verdict": verdict,
        "named": named[1].replace(",", " ").split() if named else [],
        "builds": len(re.findall(rf"^{_MARK}$", text, re.MULTILINE)),
        "seconds": round(time.monotonic() - begun, 1),
    }


def of_samples(names: Sequence[str], scratch: Path) -> None:
    """One line a sample."""
    for place in sorted((ROOT / "samples").glob("*/recipe.json")):
        recipe = json.loads(place.read_text())
        name = place.parent.name
        if (names and name not in names) or any(shutil.which(tool) is None for tool in recipe["tools"]):
            continue
        source = place.parent / "src"
        files = {str(path.relative_to(source)): path.read_text() for path in source.rglob("*") if path.is_file()}
        files["stamps.sh"] = (ROOT / "benchmarks" / "pairs" / "programs" / "stamps.sh").read_text()
        environment = {"USER": "builder", "HOSTNAME": "here", **os.environ, **recipe["both"].get("env", {})}
        build = Build(name, files, ("sh", "build.sh"), recipe["artifact"], frozenset())
        row = by_elfdiff(build, prepared(build, scratch), environment)
        told = {key: row.get(key) for key in ("guilty", "nondeterministic", "proof", "lines", "builds", "seconds")}
        print(json.dumps({"sample": name, "fix": recipe.get("fix", {}).get("how"), **told}), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """1 if some row is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*")
    parser.add_argument("--reprotest", action="store_true")
    parser.add_argument("--samples", action="store_true")
    parser.add_argument("--scratch", type=Path, default=Path("/tmp/elfdiff-builds"))
    options = parser.parse_args(arguments)
    options.scratch.mkdir(parents=True, exist_ok=True)
    if options.samples:
        of_samples(options.name, options.scratch)
        return 0
    kept = options.scratch / "rows.jsonl"
    rows = {row["name"]: row for row in map(json.loads, kept.read_text().splitlines())} if kept.exists() else {}
    wrong = 0
    for build in projects():
        if options.name and build.name not in options.name:
            continue
        missing = [tool for tool in build.tools if shutil.which(tool) is None]
        if missing:
            print(f"{build.name}: skipped, needs {', '.join(missing)}", flush=True)
            continue
        row = rows.get(build.name)
        if row is None or options.name:
            tree = prepared(build, options.scratch)
            row = {"name": build.name, **by_elfdiff(build, tree)}
            with kept.open("a") as file:
                file.write(json.dumps(row) + "\n")
        if options.reprotest and "reprotest" not in row:
            tree = prepared(build, options.scratch)
            row["reprotest"] = by_reprotest(build, tree)
            with kept.open("a") as file:
                file.write(json.dumps(row) + "\n")
        wrong += bool(row["wrong"])
        print(json.dumps(row), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    os.nice(5)
    sys.exit(main())
