"""Builds pairs with planted causes, asks elfdiff why they differ, applies its own fix lines, and counts.

    python benchmarks/accuracy.py [--quick] [--only TEXT…] [--keep DIR] [--markdown]

Per root cause: recall (planted and found), precision (found and planted), fixes (the printed lines, applied word for
word to both builds, gave bit-identical files) and calibration. A pair whose toolchain is missing counts as missed.
Findings with role consequence are not counted: they claim no cause. A wrong finding is any root or input that was
neither planted nor is true of the pair (``tolerated`` in the catalogue says which are; they never count for recall).

With --keep, built files, reports and rebuilds stay in DIR and are used again; the versions of the tools are not part of
the key, so empty DIR after changing a compiler. The report is asked anew each time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pairs import fixes
from benchmarks.pairs.catalogue import all_pairs
from benchmarks.pairs.model import Pair
from benchmarks.pairs.workshop import BuildFailed, ToolMissing, Workshop
from elfdiff.actions import Action, is_pasted
from elfdiff.clock import Clock, OutOfTime
from elfdiff.errors import ElfdiffError
from elfdiff.render.plan import plan_of
from elfdiff.render.treetext import as_report
from elfdiff.report import Report, Role, Verdict
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

HOUSE = Path(__file__).resolve().parents[1]
SCRATCH = Path("/tmp/elfdiff-accuracy")
LIMIT = 300
"""Seconds for one report."""
LEVELS = ("certain", "likely", "possible")


@dataclass(slots=True)
class Outcome:
    """What came of one pair. ``fix`` is one of FIXES below."""

    pair: Pair
    trouble: str | None = None
    verdict: str = ""
    found: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    fix: str = "not asked"

    @property
    def missed(self) -> list[str]:
        """Planted causes that were not found, and nothing that serves as well."""
        served = {cause for cause, other in self.pair.instead if other in self.found}
        return sorted(self.pair.causes - set(self.found) - served)

    @property
    def wrong(self) -> list[str]:
        """Causes that were named and are not true of the pair."""
        others = {other for _, other in self.pair.instead}
        return sorted(set(self.found) - self.pair.causes - self.pair.tolerated - others)

    @property
    def wrong_verdict(self) -> bool:
        """True when the verdict is none of the honest ones."""
        return bool(self.pair.verdicts) and self.trouble is None and self.verdict not in self.pair.verdicts

    @property
    def right(self) -> bool:
        """True when nothing at all is wrong with the report."""
        fixed = self.fix in ("word for word", "by sentence", "not asked")
        return self.trouble is None and not self.missed and not self.wrong and not self.wrong_verdict and fixed


def ask(a: Path, b: Path) -> Report:
    """The report, of packages the merged one. Raises RuntimeError when elfdiff is in trouble."""
    try:
        found = compare_paths(str(a), str(b), TreeOptions(), clock=Clock(LIMIT))
        return as_report(found) if isinstance(found, Tree) else found
    except (ElfdiffError, OutOfTime) as trouble:
        raise RuntimeError(str(trouble)) from trouble


def claimed(report: Report) -> dict[str, str]:
    """The causes that a report names, with their confidence; what only follows claims none."""
    return {one.cause: one.confidence.value for one in report.findings if one.role is not Role.CONSEQUENCE}


def first_actions(report: Report) -> list[tuple[str, Action]]:
    """What stands under DO FIRST, each with the cause whose fix it is."""
    plan = plan_of(report)
    return [(step.cause, step.action) for step in plan.steps if step.cause and step.fix] if plan else []


def verify_fix(workshop: Workshop, pair: Pair, actions: Sequence[tuple[str, Action]]) -> str:
    """Rebuild both sides with the fix lines; says how it went in the words of the tables."""
    applied = fixes.apply(list(actions))
    if not applied.script and not applied.sentences:
        return "no line"
    key = hashlib.sha256(repr((applied, workshop.digest(pair))).encode()).hexdigest()[:16]
    home = workshop.root / pair.name / f"fixed-{key}"
    try:
        for letter in "ab":
            if not (home / letter).exists():
                workshop.build(pair, letter, home / letter, applied.script, applied.switches)
    except BuildFailed as failed:
        return f"broke the build: {failed}"
    if (home / "a").read_bytes() != (home / "b").read_bytes():
        return "still differ"
    return "by sentence" if applied.sentences else "word for word"


def examine(workshop: Workshop, pair: Pair) -> Outcome:
    """Build, ask, judge, fix."""
    outcome = Outcome(pair)
    home = workshop.root / pair.name
    marker = home / "digest"
    try:
        if not (marker.exists() and marker.read_text() == workshop.digest(pair)):
            shutil.rmtree(home, ignore_errors=True)
            for letter in "ab":
                workshop.build(pair, letter, home / letter)
            marker.write_text(workshop.digest(pair))
        report = ask(home / "a", home / "b")
    except (BuildFailed, ToolMissing, RuntimeError) as trouble:
        outcome.trouble = f"{type(trouble).__name__}: {trouble}"
        return outcome
    outcome.verdict = report.verdict.value
    outcome.found = claimed(report)
    actions = first_actions(report)
    outcome.lines = [action.line for _, action in actions]
    if pair.curable and pair.causes:
        outcome.fix = verify_fix(workshop, pair, actions)
    elif pair.causes and actions and claims_cure(report) and all(is_pasted(action) for _, action in actions):
        told = verify_fix(workshop, pair, actions)
        outcome.fix = "false cure" if told == "still differ" else told
    return outcome


def claims_cure(report: Report) -> bool:
    """True when a report says without reserve that its lines make the builds equal."""
    unfixed = any(finding.unfixed for finding in report.findings)
    return report.verdict is Verdict.EXPLAINED and report.fixable is True and not unfixed


def remember(workshop: Workshop, outcome: Outcome) -> None:
    """Keep what came of a pair beside its files."""
    told = {
        "trouble": outcome.trouble,
        "verdict": outcome.verdict,
        "found": outcome.found,
        "lines": outcome.lines,
        "fix": outcome.fix,
    }
    home = workshop.root / outcome.pair.name
    home.mkdir(parents=True, exist_ok=True)
    (home / "outcome.json").write_text(json.dumps(told, indent=2) + "\n")


def remembered(workshop: Workshop, pair: Pair) -> Outcome:
    """What came of a pair when it was last asked; trouble if it never was."""
    place = workshop.root / pair.name / "outcome.json"
    if not place.exists():
        return Outcome(pair, trouble="never asked")
    return Outcome(pair, **json.loads(place.read_text()))


def share(part: int, whole: int) -> str:
    """A percentage, or a dash where there is nothing to count."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def by_root(outcomes: Sequence[Outcome]) -> list[list[object]]:
    """One row a root, and the sum."""
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    claimed: Counter[str] = Counter()
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    fixed: Counter[str] = Counter()
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        for cause in outcome.pair.causes:
            planted[cause] += 1
            found[cause] += outcome.trouble is None and cause not in outcome.missed
            if outcome.fix != "not asked":
                asked[cause] += 1
                fixed[cause] += outcome.fix in ("word for word", "by sentence")
        for cause, level in outcome.found.items():
            good = cause not in outcome.wrong
            claimed[cause] += 1
            right[cause] += good
            levels[cause][f"{level} {'right' if good else 'wrong'}"] += 1
    rows: list[list[object]] = []
    for cause in [*sorted(set(planted) | set(claimed)), ""]:

        def total(counter: Counter[str], cause: str = cause) -> int:
            return counter[cause] if cause else sum(counter.values())

        def calibration(name: str, cause: str = cause) -> str:
            tables = [levels[cause]] if cause else list(levels.values())
            good = sum(table[f"{name} right"] for table in tables)
            bad = sum(table[f"{name} wrong"] for table in tables)
            return f"{good}/{bad}" if good or bad else "–"

        rows.append(
            [
                cause or "all",
                total(planted),
                share(total(found), total(planted)),
                total(claimed),
                share(total(right), total(claimed)),
                f"{total(fixed)} of {total(asked)}" if total(asked) else "–",
                *(calibration(name) for name in LEVELS),
            ]
        )
    return rows


HEADERS = ["root", "n", "recall", "findings", "precision", "fixed", *(f"{level} r/w" for level in LEVELS)]


def say(outcomes: Sequence[Outcome], form: str) -> Iterable[str]:
    """The tables as text."""
    yield tabulate(by_root(outcomes), headers=HEADERS, tablefmt=form, disable_numparse=True)
    silent = [one for one in outcomes if not one.pair.causes]
    kept = sum(1 for one in silent if one.trouble is None and not one.found and not one.wrong_verdict)
    yield f"\nSilence was right in {len(silent)} pairs; it was kept, with an honest verdict, in {kept}."
    ways = Counter(one.fix for one in outcomes if one.fix != "not asked")
    counted = ", ".join(f"{count} {way}" for way, count in sorted(ways.items()))
    yield f"Fix lines applied to both builds: {counted}."
    yield f"Right in every respect: {sum(one.right for one in outcomes)} of {len(outcomes)} pairs."
    faulty = [one for one in outcomes if not one.right]
    if faulty:
        yield ""
        yield tabulate(
            [
                [
                    one.pair.name,
                    ", ".join(one.missed),
                    ", ".join(f"{cause} ({one.found[cause]})" for cause in one.wrong),
                    one.verdict + (" !" if one.wrong_verdict else ""),
                    one.trouble or one.fix,
                ]
                for one in faulty
            ],
            headers=["pair", "missed", "wrong", "verdict", "fix or trouble"],
            tablefmt=form,
        )


def wanted(pair: Pair, quick: bool, only: Sequence[str] | None) -> bool:
    """Whether the options ask for this pair."""
    if quick and not pair.quick:
        return False
    return not only or any(text in pair.causes or pair.name.startswith(text) for text in only)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when every pair is right in every respect, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one or two pairs a root")
    parser.add_argument("--only", metavar="TEXT", nargs="+", help="pairs that plant a root, or whose name begins so")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep and reuse what was built")
    parser.add_argument("--remember", action="store_true", help="with --keep: print the last results, ask nothing")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/accuracy.md")
    options = parser.parse_args(arguments)
    workshop = Workshop((options.keep or SCRATCH).resolve())
    workshop.prepare()
    chosen = [pair for pair in all_pairs() if wanted(pair, options.quick, options.only)]
    outcomes: list[Outcome] = []
    try:
        for pair in chosen:
            outcome = remembered(workshop, pair) if options.remember else examine(workshop, pair)
            remember(workshop, outcome)
            outcomes.append(outcome)
            print("." if outcome.right else f"[{pair.name}]", end="", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(f"Stopped after {len(outcomes)} of {len(chosen)} pairs.\n")
    print(file=sys.stderr)
    for line in say(outcomes, "github" if options.markdown else "simple"):
        print(line)
    if options.keep is None:
        shutil.rmtree(workshop.root)
    return 0 if all(one.right for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
