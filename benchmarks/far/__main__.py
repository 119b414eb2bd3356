"""Builds every row twice and more, asks elfdiff why the files differ, and tries the remedy by rebuilding.

    python -m benchmarks.far [--only TEXT…] [--keep DIR] [--tools DIR] [--markdown]

Each row is built in a directory, in another one, at another time of the clock, with other times of its sources, and once
more with nothing else. Where two builds differ elfdiff is asked, and its answer is held against what is known of the
row: **right** if it names the true roots and no others, with the action that removes them; **half** if it is unsure,
if a root or an action is missing, or one too many is named as likely; **wrong** if a root that is not true is certain,
or if the true one is not named. ``--tools DIR`` holds what no distribution packages: bin/ of a Python environment in
DIR/pv and DIR/pv2, node_modules in DIR/npm (benchmarks/README.md names the packages).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.far import bundled, compiled, crossed, tools
from benchmarks.far.model import AGAIN, FILES, PATH, TIME, WAYS, Row
from elfdiff import compare
from elfdiff.render.plan import plan_of
from elfdiff.render.treetext import as_report
from elfdiff.report import Confidence, Report, Role
from elfdiff.tree import Tree

SCRATCH = Path("/tmp/elfdiff-far")
CLOCK = 1795397377
DAY = 86400
LIMIT = 400
PLACES = {PATH: "another-directory"}
HEAD = """# Far toolchains, formats and payloads

Made by `python -m benchmarks.far --markdown`: each row is built twice and more, elfdiff is asked about every two that differ, and the
remedy is tried by rebuilding. *again*: the same build once more; *path*: in another directory (for tools: the step is run there only);
*time*: with another clock; *files*: with other times of the sources. Behind each root stands how sure elfdiff was, and how many bytes
nothing accounted for. **right**: the true roots, no others, and the action that removes them; **half**: unsure, or one missing or too
many; **wrong**: a root that is not true at "certain", or the true one not named.

| toolchain or format | version | what differs, and why | what removes it | elfdiff | |
|---|---|---|---|---|---|"""
ROWS: tuple[Row, ...] = (*compiled.ROWS, *crossed.ROWS, *bundled.ROWS, *tools.ROWS)


class Failed(Exception):
    """A build did not end well; the message is what it said last."""


@dataclass
class Told:
    """What elfdiff said of one way in which a row differs."""

    roots: dict[str, str]
    actions: list[str]
    verdict: str
    code: str | None
    unexplained: int
    judged: str = ""
    why: str = ""


@dataclass
class Result:
    """What came of a row. ``cured`` is None where no remedy is known."""

    name: str
    version: str = ""
    trouble: str | None = None
    differs: list[str] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    cured: bool | None = None

    @property
    def judged(self) -> str:
        """The worst of what was said."""
        words = [told.judged for told in self.told.values()]
        return next((word for word in ("wrong", "half") if word in words), "right")


def environment(row: Row, home: Path, tools_dir: Path, clock: int) -> dict[str, str]:
    """The whole environment of a build."""
    shared = home.parent / "shared"
    env = {
        "HOME": str(shared / "home"),
        "PATH": os.pathsep.join((str(tools_dir / "pv" / "bin"), os.environ.get("PATH", "/usr/bin:/bin"))),
        "FAR": str(tools_dir),
        "LC_ALL": "C",
        "TZ": "UTC",
        "GOCACHE": str(shared / "gocache"),
        "GOPROXY": "off",
        "GOFLAGS": "-buildvcs=false",
        "GOTOOLCHAIN": "local",
        "LD_PRELOAD": str(shared / "clock.so"),
        "PAIR_CLOCK": str(clock),
    }
    for name in ("RUSTUP_HOME", "CARGO_HOME"):
        env[name] = os.environ.get(name, str(Path.home() / f".{name.partition('_')[0].lower()}"))
    return env | dict(row.environment)


def build(row: Row, script: str, way: str | None, home: Path, tools_dir: Path, target: Path) -> None:
    """One build into ``target``. Raises Failed."""
    top = home / PLACES.get(way or "", "one")
    for place in ("one", "another-directory"):
        shutil.rmtree(home / place, ignore_errors=True)
    top.mkdir(parents=True)
    for name, text in row.files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (CLOCK - DAY, CLOCK - DAY - (3 * DAY if way == FILES else 0)))
    env = environment(row, home, tools_dir, CLOCK + (DAY + 3727 if way == TIME else 0))
    try:
        done = subprocess.run(
            ["sh", "-ec", script], cwd=top, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"no end after {LIMIT} s") from late
    artifact = top / row.artifact
    if done.returncode != 0 or not artifact.exists():
        said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        raise Failed(" / ".join(said[-5:])[-600:] or f"exit {done.returncode}")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(artifact, target)
    for place in ("one", "another-directory"):
        shutil.rmtree(home / place, ignore_errors=True)


def ask(a: Path, b: Path) -> Told:
    """What elfdiff says of two files."""
    found = compare(str(a), str(b))
    report: Report = as_report(found) if isinstance(found, Tree) else found
    plan = plan_of(report)
    return Told(
        {f.cause: f.confidence.value for f in report.findings if f.role is not Role.CONSEQUENCE},
        [step.action.line for step in plan.steps] if plan else [],
        report.verdict.value,
        report.code.value if report.code else None,
        report.ledger.totals.unexplained.most if report.ledger else 0,
    )


def judge(row: Row, way: str, told: Told) -> None:
    """Fill in ``judged`` and ``why``."""
    expected = row.expect.get(way, row.expect.get(AGAIN, ()))
    true = {word for word in expected if not word.startswith("?")}
    allowed = true | {word[1:] for word in expected if word.startswith("?")}
    sure = {cause for cause, level in told.roots.items() if level != Confidence.POSSIBLE.value}
    named = set(told.roots)
    certain_wrong = sorted(c for c, level in told.roots.items() if level == "certain" and c not in allowed)
    likely_wrong = sorted(c for c in sure if c not in allowed)
    if certain_wrong == ["appended-data"] and sure == {"appended-data"}:
        told.judged, told.why = "half", "carried data was not looked into"
    elif certain_wrong:
        told.judged, told.why = "wrong", f"certain: {', '.join(certain_wrong)}"
    elif not true <= named or not expected:
        told.judged = "wrong" if sure and not true & named else "half"
        told.why = f"not named: {', '.join(sorted(true - named)) or 'why'}"
    elif likely_wrong:
        told.judged, told.why = "half", f"likely: {', '.join(likely_wrong)}"
    elif not true <= sure:
        told.judged, told.why = "half", "only possible"
    elif row.says and not any(word in line for line in told.actions for word in row.says.split("|")):
        told.judged, told.why = "half", "another action"
    else:
        told.judged = "right"


def examine(row: Row, home: Path, tools_dir: Path) -> Result:
    """Build, ask, judge, cure."""
    result = Result(row.name)
    env = environment(row, home, tools_dir, CLOCK)
    said = subprocess.run(["sh", "-c", row.version], env=env, capture_output=True, cwd="/")
    result.version = next(iter((said.stdout + said.stderr).decode(errors="replace").strip().splitlines()), "")[:60]
    try:
        for way in (None, *reversed(WAYS)):
            target = home / "built" / (way or "base")
            if not target.exists():
                build(row, row.build, way, home, tools_dir, target)
        base = home / "built" / "base"
        data = base.read_bytes()
        result.differs = [way for way in WAYS if (home / "built" / way).read_bytes() != data]
        for way in result.differs:
            told = ask(base, home / "built" / way)
            judge(row, way, told)
            if way in row.expect or way == AGAIN or AGAIN not in result.differs:
                result.told[way] = told
        if row.fixed is not None:
            fixed = home / f"fixed-{hashlib.sha256(row.fixed.encode()).hexdigest()[:12]}"
            if not (fixed / "base").exists():
                build(row, row.fixed, None, home, tools_dir, fixed / "base")
            result.cured = True
            for way in row.cures:
                if not (fixed / way).exists():
                    build(row, row.fixed, way, home, tools_dir, fixed / way)
                result.cured &= (fixed / way).read_bytes() == (fixed / "base").read_bytes()
    except Failed as failed:
        result.trouble = str(failed)
    (home / "result.json").write_text(json.dumps(asdict(result), indent=1) + "\n")
    return result


def remembered(row: Row, home: Path) -> Result:
    """What came of a row when it was last built; trouble if it never was."""
    place = home / "result.json"
    if not place.exists():
        return Result(row.name, trouble="never built")
    kept = json.loads(place.read_text())
    kept["told"] = {way: Told(**told) for way, told in kept["told"].items()}
    result = Result(**kept)
    for way, told in result.told.items():
        told.why = ""
        judge(row, way, told)
    return result


def line(row: Row, result: Result) -> str:
    """A row of the table."""
    ways = "; ".join(f"{way}: {', '.join(w for w in row.expect.get(way, ()) if w[0] != '?')}" for way in result.told)
    other = [way for way in result.differs if way not in result.told]
    if other:
        ways += f" (and so {', '.join(other)})"
    verified = {True: "verified", False: "**still differs**", None: ""}[result.cured]
    remedy = row.removed + (f" ({verified})" if verified else "")
    says = "; ".join(
        f"{way}: {', '.join(f'{c} {level}' for c, level in told.roots.items()) or 'none'}, "
        f"{told.unexplained} unexplained" + (f" ({told.why})" if told.why else "")
        for way, told in result.told.items()
    )
    cells = (row.name, result.version, ways or "nothing", remedy, says, result.judged)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("_", "\\_") for cell in cells) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="TEXT", nargs="+", help="rows whose name begins so")
    parser.add_argument("--keep", metavar="DIR", type=Path, default=SCRATCH, help="keep and reuse what was built")
    parser.add_argument("--tools", metavar="DIR", type=Path, default=Path("/opt/far"), help="where the tools are")
    parser.add_argument(
        "--remember", action="store_true", help="with --keep: the last results, nothing is built or asked"
    )
    parser.add_argument("--markdown", action="store_true", help="the table for docs/far.md")
    options = parser.parse_args(arguments)
    shared = options.keep.resolve() / "shared"
    (shared / "home").mkdir(parents=True, exist_ok=True)
    if not (shared / "clock.so").exists():
        source = Path(__file__).parents[1] / "pairs" / "clock.c"
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", source, "-ldl", "-o", shared / "clock.so"], check=True)
    results: list[tuple[Row, Result]] = []
    for row in ROWS:
        if options.only and not any(row.name.lower().startswith(text.lower()) for text in options.only):
            continue
        home = options.keep.resolve() / "".join(c if c.isalnum() else "-" for c in row.name.lower())
        home.mkdir(exist_ok=True)
        result = remembered(row, home) if options.remember else examine(row, home, options.tools.resolve())
        results.append((row, result))
        if not options.markdown:
            print(f"{result.judged if result.trouble is None else 'TROUBLE':8}{row.name}  {result.trouble or ''}")
            for way, told in result.told.items():
                print(f"          {way}: {told.judged} {told.why} {told.roots} u={told.unexplained} {told.code}")
                for action in told.actions:
                    print(f"             > {action}")
            print(f"          differs={result.differs} cured={result.cured}", flush=True)
    built = [(row, result) for row, result in results if result.trouble is None]
    if options.markdown:
        print(HEAD)
        for row, result in built:
            print(line(row, result))
        print()
    counts = {word: sum(result.judged == word for _, result in built) for word in ("right", "half", "wrong")}
    print(f"{len(built)} rows: {counts['right']} right, {counts['half']} half, {counts['wrong']} wrong.")
    return int(bool(counts["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
