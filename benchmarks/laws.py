"""Checks what every report promises, on any pairs: ``python benchmarks/laws.py [--both] PAIR…``.

Each PAIR is a directory that holds ``a`` and ``b``, or two paths joined by a comma. Checked are the ledger's sums (per
side, in rows and runs), the order of runs, the last line's grammar, the characters of the text and the JSON schema;
``--both`` compares every pair the other way round too and holds the two reports against each other. Prints one line a
broken promise, then the number of pairs; exit code 1 if any promise was broken.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator

from elfdiff.diagnose import diagnose
from elfdiff.errors import ElfdiffError, UnbalancedLedger
from elfdiff.outcome import exit_code
from elfdiff.render.jsonreport import render_json
from elfdiff.render.style import TextStyle
from elfdiff.render.text import render_text
from elfdiff.report import Classes, Ledger, Report, Sides

OWNERS = ("root", "payload", "input", "consequence", "hash", "unexplained")
COUNTED = ("differing", *OWNERS, "moved", "contradicted")
LINES = 30
LAST = re.compile(
    r"elfdiff: result=(identical|cause-not-in-files|inputs-differ|unexplained|partly-explained|explained)"
    r" causes=(-|[a-z-]+(,[a-z-]+)*) unexplained=(-|\d+) code=(-|same|reordered|differs) exit=[01]"
)
SCHEMA = Path(__file__).resolve().parents[1] / "elfdiff" / "schema" / "report-2.json"


def broken(report: Report) -> Iterator[str]:
    """A sentence for each promise that the report breaks."""
    if report.ledger is not None:
        yield from broken_sums(report.ledger, {"a": report.a.size, "b": report.b.size})
    yield from broken_outputs(report)


def broken_sums(ledger: Ledger, sizes: dict[str, int]) -> Iterator[str]:
    """The ledger's own laws: classes add up to ``differing``, rows and runs to the totals, runs stand in file order."""
    for side, size in sizes.items():
        for name, classes in (("totals", ledger.totals), *((row.name, row.classes) for row in ledger.rows)):
            owned = sum(_count(classes, owner, side) for owner in OWNERS)
            if owned != _count(classes, "differing", side):
                yield f"{name}: classes of {side} add up to {owned}, not {_count(classes, 'differing', side)}"
            if min(_count(classes, owner, side) for owner in COUNTED) < 0:
                yield f"{name}: a class of {side} is negative"
        for owner in COUNTED:
            rows = sum(_count(row.classes, owner, side) for row in ledger.rows)
            total = _count(ledger.totals, owner, side)
            if rows != total:
                yield f"rows of {side} have {rows} bytes of {owner}, the totals {total}"
        runs = [run for run in ledger.runs if run.side == side]
        lengths: Counter[str] = Counter()
        end = 0
        for run in runs:
            if run.offset < end or run.length <= 0:
                yield f"runs of {side} overlap or stand out of order at {run.offset:#x}"
                break
            end = run.offset + run.length
            lengths[run.owner] += run.length
        if end > size:
            yield f"runs of {side} reach {end:#x}, behind the end of the file"
        for owner in OWNERS:
            total = _count(ledger.totals, owner, side)
            if lengths[owner] != total:
                yield f"runs of {side} have {lengths[owner]} bytes of {owner}, the totals {total}"
        spans = sum(at[1] for span in ledger.unexplained_spans if (at := getattr(span, side)) is not None)
        total = _count(ledger.totals, "unexplained", side)
        if spans != total:
            yield f"unexplained spans of {side} have {spans} bytes, the totals {total}"


def broken_outputs(report: Report) -> Iterator[str]:
    """Text of 30 lines without control characters and with the right last line; JSON as the schema says."""
    text = render_text(report, TextStyle(), exit_code(report))
    if not text.endswith("\n"):
        yield "the text does not end with a newline"
    lines = text[:-1].split("\n")
    if not LAST.fullmatch(lines[-1]):
        yield f"last line: {lines[-1]!r}"
    if len(lines) > LINES:
        yield f"the text has {len(lines)} lines"
    wrong = next((line for line in lines if not line.isprintable()), None)
    if wrong is not None:
        yield f"a line holds a character that cannot be printed: {wrong!r}"
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    for error in validator.iter_errors(json.loads(render_json(report, all_evidence=True))):
        yield f"JSON: {error.json_path}: {error.message[:200]}"


def asymmetric(one: Report, other: Report) -> Iterator[str]:
    """A sentence for each way in which ``other``, made with the files exchanged, is not the mirror image of ``one``."""
    for what in ("verdict", "fixable", "code", "raw_differing"):
        if getattr(one, what) != getattr(other, what):
            yield f"exchanged: {what} is {getattr(one, what)} one way and {getattr(other, what)} the other"
    causes = [[(found.cause, str(found.role)) for found in report.findings] for report in (one, other)]
    if causes[0] != causes[1]:
        yield f"exchanged: causes are {causes[0]} one way and {causes[1]} the other"
    if one.ledger is None or other.ledger is None:
        if one.ledger is not other.ledger:
            yield "exchanged: only one of the two has a ledger"
        return
    for name in COUNTED:
        first, second = getattr(one.ledger.totals, name), getattr(other.ledger.totals, name)
        if first != Sides(second.b, second.a):
            yield f"exchanged: {name} is {first.a}/{first.b} one way and {second.b}/{second.a} the other"


def _count(classes: Classes, name: str, side: str) -> int:
    sides: Sides = getattr(classes, name)
    return sides.a if side == "a" else sides.b


def _pair(word: str) -> tuple[str, str]:
    if "," in word:
        a, _, b = word.partition(",")
        return a, b
    return str(Path(word) / "a"), str(Path(word) / "b")


def main() -> int:
    """Check every pair."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="PAIR")
    parser.add_argument("--both", action="store_true", help="compare each pair both ways")
    args = parser.parse_args()
    found = pairs = 0
    for word in args.pairs:
        a, b = _pair(word)
        pairs += 1
        sentences: list[str] = []
        try:
            report = diagnose(a, b)
            sentences += broken(report)
            if args.both:
                sentences += asymmetric(report, diagnose(b, a))
        except UnbalancedLedger as error:
            sentences.append(str(error))
        except ElfdiffError as error:
            print(f"{word}: not compared: {error}")
        except Exception as error:
            sentences.append(f"{type(error).__name__}: {error}")
        for sentence in sentences:
            print(f"{word}: {sentence}", flush=True)
        found += len(sentences)
    print(f"{pairs} pairs, {found} broken promises")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
