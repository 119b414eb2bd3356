"""A number that counts builds is compiled in.

## What it looks like

    a  build #417
    b  build #418

Also `#3 SMP` in a kernel's banner (its `.version` file counts rebuilds), `run 6123456789` (GITHUB_RUN_ID), and the
rebuild count at the end of an rpm release.

## Why it happens

CI systems give each run a number (BUILD_NUMBER, GITHUB_RUN_ID, CI_PIPELINE_ID); makefiles keep one in a file; the
kernel's build counts in `.version`.

## How to be sure

A number changed where the text speaks of a build, run or job, and everything else in the text is equal. The later
build has the higher number. A version number or a changed constant is not called a counter. A bare integer object is
named only if its symbol says that it counts builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.causes._facts import became, named_context
from elfdiff.causes.model import Match, cause
from elfdiff.evidence.model import Context, Evidence, EvidenceSet, IntegerChange, WordChange, WordKind
from elfdiff.report import Confidence, Effect, Fix, Role

_COUNTS = re.compile(
    r"(?i)\bbuild[ _-]?(?:number|no\b|num|nr|id|count(?:er)?|#)|\bbuild\W{0,2}#?\d|\b(?:run|job|"
    r"pipeline)[ _-]?(?:id|number|no\.?)?\W{0,2}#?\d|"
    r"github_run|ci_(?:pipeline|job)|#\d+ (?:SMP|PREEMPT)|\brevision counter"
)
_UNAME = re.compile(r"(?i)\blinux \S+ \d+\.\d+")
_SYMBOL = re.compile(r"(?i)build_?(?:number|num|no|nr|count(?:er)?|id)\b|(?:run|pipeline|job)_?(?:id|number)\b")

_KERNEL = Fix("kbuild", "export KBUILD_BUILD_VERSION=1", Effect.REMOVES, ("env-rebuild-counter",))
_ANY = Fix(
    "any",
    "give both builds one number: unset or fix what the script reads (BUILD_NUMBER, GITHUB_RUN_ID, "
    "CI_PIPELINE_ID, a counter file)",
    Effect.REMOVES,
    ("env-rebuild-counter",),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The kernel reads a variable of its own."""
    return (_KERNEL, _ANY) if context.kernel_module else (_ANY,)


@cause(
    title="a build counter is compiled in",
    role=Role.ROOT,
    faces={"env-rebuild-counter": "a number that counts builds is compiled in"},
    fixes=(_KERNEL, _ANY),
    references=(
        "reproducible-builds.org: version information",
        "Linux: scripts/build-version, KBUILD_BUILD_VERSION",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    sure: list[Evidence] = []
    unsure: list[Evidence] = []
    shown = ""
    for word in evidence.of(WordChange):
        if word.kind is not WordKind.COUNTER or _UNAME.search(word.context):
            continue
        (sure if _COUNTS.search(named_context(word)) else unsure).append(word)
        shown = shown or became(word.a_word, word.b_word)
    for number in evidence.of(IntegerChange):
        if not number.seconds and number.symbol and _SYMBOL.search(number.symbol):
            unsure.append(number)
            shown = shown or f"{number.symbol}: {number.a_value} became {number.b_value}"
    if sure:
        yield Match("env-rebuild-counter", tuple(sure + unsure), Confidence.CERTAIN, shown)
    elif unsure:
        named = any(isinstance(item, IntegerChange) for item in unsure)
        yield Match("env-rebuild-counter", tuple(unsure), Confidence.LIKELY if named else Confidence.POSSIBLE, shown)
