"""Builds with known culprits, through ``elfdiff rebuild`` and, beside it, through reprotest.

    python benchmarks/rebuild.py [--reprotest | --samples] [--scratch DIR] [NAME…]

For each build: which variations were named and which had to be, how the proof ended, how many builds it took and how
long. A row is wrong if a culprit is missing, an innocent is named, or the proof says what is not so. Rows are kept in
DIR/rows.jsonl as they come, and a build that has one is not done again.

--samples builds the sources of the project's own samples instead, with what their two sides differ in varied, and
tells how the proof ended beside what the recipe of the sample says of its lines. Words and variables of a side come by
the variation "environment".
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
_FLAGS = ("CFLAGS", "CXXFLAGS", "LDFLAGS", "RUSTFLAGS", "GOFLAGS")
_OWN = {"LC_ALL": "locale", "TZ": "time-zone", "USER": "user", "HOSTNAME": "hostname"}
"""Variables of a sample's sides that are a variation's own."""
_LONG_AGO = 1_700_000_000
_SIDES = {
    **dict.fromkeys(("before", "after", "mtime"), "environment"),
    "place": "build-path",
    "clock": "clock",
    "wrap": "kernel",
}
"""What else two sides of a sample differ in, and by which variation."""
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


def by_elfdiff(
    build: Build, tree: Path, environment: Mapping[str, str] = os.environ, vary: str = "all"
) -> dict[str, Any]:
    """What elfdiff said, and whether it was right."""
    words = [sys.executable, "-m", "elfdiff", "rebuild", "-f", "json", "-C", str(tree), "--artifact", build.artifact]
    words += ["--vary", vary]
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


def of_samples(names: Sequence[str], scratch: Path) -> int:
    """One line a sample: what its recipe says of its fix, and how the proof of the same difference ended.

    How many have a fix that a line gives, and were not proved.
    """
    missed = 0
    for place in sorted((ROOT / "samples").glob("*/recipe.json")):
        recipe = json.loads(place.read_text())
        name = place.parent.name
        if (names and name not in names) or any(shutil.which(tool) is None for tool in recipe["tools"]):
            continue
        source = place.parent / "src"
        files = {str(path.relative_to(source)): path.read_text() for path in source.rglob("*") if path.is_file()}
        files["stamps.sh"] = (ROOT / "benchmarks" / "pairs" / "programs" / "stamps.sh").read_text()
        files["sides.sh"] = sides(recipe)
        environment = {"USER": "builder", "HOSTNAME": "here", **os.environ, **recipe["both"].get("env", {})}
        build = Build(name, files, ("sh", "sides.sh"), recipe["artifact"], frozenset())
        tree = prepared(build, scratch)
        for path in files:
            os.utime(tree / path, (_LONG_AGO, _LONG_AGO))
        row = by_elfdiff(build, tree, environment, varied(recipe))
        fix = recipe.get("fix", {})
        told = {key: row.get(key) for key in ("guilty", "nondeterministic", "proof", "lines", "builds", "seconds")}
        same = bool(set(fix.get("lines", ())) & set(told["lines"] or ()))
        missed += fix.get("how") == "word for word" and not (same and told["proof"] == "identical")
        trouble = {} if told["builds"] else {"trouble": row["wrong"]}
        print(json.dumps({"sample": name, "fix": fix.get("how"), "its line": same, **told, **trouble}), flush=True)
    print(f"{missed} samples with a line were not proved by it", flush=True)
    return missed


def sides(recipe: Mapping[str, Any]) -> str:
    """The sample's build as the builder of side a has it, and under the variation "environment" as that of side b.

    Words for a tool stand before those that elfdiff adds, and a variable that is set stays as it is.
    """

    def lines(side: Mapping[str, Any]) -> str:
        words = list(side.get("before", ()))
        if "mtime" in side:
            own = '[ "$(stat -c %Y build.sh)" = "$(git log -1 --pretty=%ct)" ]'
            words.append(f"{own} || find . -name '*.[ch]' -exec touch -d @{side['mtime']} {{}} +")
        for name, value in side.get("env", {}).items():
            if name not in _OWN:
                words.append(
                    f'export {name}="{value} ${{{name}-}}"'
                    if name in _FLAGS
                    else f'export {name}="${{{name}-{value}}}"'
                )
        return "\n".join((":", *words))

    def after(side: Mapping[str, Any]) -> str:
        return "\n".join((":", *recipe["both"].get("after", ()), *side.get("after", ())))

    other = '[ -n "${ELFDIFF_OTHER-}" ]'
    return (
        f"set -e\nif {other}; then\n{lines(recipe['b'])}\nelse\n{lines(recipe['a'])}\nfi\nsh build.sh\n"
        f"set -- {recipe['artifact']}\nif {other}; then\n{after(recipe['b'])}\nelse\n{after(recipe['a'])}\nfi\n"
    )


def varied(recipe: Mapping[str, Any]) -> str:
    """The variations in which the two sides of a sample differ; what differs by itself is built under another umask."""
    found: set[str] = set()
    for side in (recipe["a"], recipe["b"]):
        found |= {_OWN.get(name, "environment") for name in side.get("env", {})}
        found |= {_SIDES[key] for key in side if key in _SIDES}
    return ",".join(sorted(found or {"umask"}))


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
        return min(of_samples(options.name, options.scratch), 1)
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
