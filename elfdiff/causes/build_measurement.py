"""Something that was measured while building decided what was built.

## What it looks like

A number that a benchmark or a probe of the build machine chose:

    a  thread_pool_default = 8
    b  thread_pool_default = 32

or one of two implementations of a function, or a few functions compiled in another way with nothing else to show for
it.

## Why it happens

A configure step times two implementations, asks for the number of CPUs (`nproc`), the memory or the page size, and
compiles the answer in. Compilers with a budget of time or memory may stop optimising earlier on a small machine.

## How to be sure

Two files seldom can tell: a changed constant is a changed constant. elfdiff speaks only where the name beside a small
number says that it counts CPUs, threads or jobs. What tells: build on one machine twice, once under `taskset -c 0`;
look for timing loops and `nproc` in configure scripts; compare the two config.h.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._counters import one_number
from elfdiff.causes._facts import became, sources_differ
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Evidence, EvidenceSet, IntegerChange, TextChange, WordChange, WordKind
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_COUNT = late(
    r"(?i)(?:^|[\W_])(?:nproc|ncpus?|num_?(?:cpus?|cores|threads|jobs)|n_?(?:cpus?|cores|threads|jobs)|cpu_?count|make_?jobs|page_?size)(?:[\W_]|\Z)"
    r"|\s-j\s?\d"
)
_SMALL = 1024


@cause(
    title="something measured while building is compiled in",
    role=Role.ROOT,
    faces={
        "time-measured-at-build": "a benchmark run by the build chose a value or an implementation",
        "optimizer-budget-or-memory-dependent": "the compiler's effort depended on time or memory",
        "env-ncpu-or-memory": "the number of CPUs, jobs or the page size is compiled in",
    },
    fixes=(
        Fix(
            "any",
            Do(
                "give configure the answer instead of letting it measure (ac_cv_…=VALUE, a fixed number "
                "of threads), the same in both builds"
            ),
            Effect.REMOVES,
            note="no flag fixes this in general: the probe is the program's own",
        ),
        Fix(
            "any",
            Do("run both builds with one number of CPUs (taskset -c 0-3) and a fixed make -j4"),
            Effect.MASKS,
            ("env-ncpu-or-memory",),
        ),
    ),
    references=(
        "theunreproduciblepackage: compile-time-check/benchmark",
        "Debian reproducible notes: captures_execution_time",
        "NixOS/nixpkgs PR 170981; rust-lang/rust#57041",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    found: list[Evidence] = []
    shown = ""
    for word in evidence.of(WordChange):
        numbers = word.kind in (WordKind.OTHER, WordKind.COUNTER) and word.a_word.isdigit() and word.b_word.isdigit()
        if numbers and max(int(word.a_word), int(word.b_word)) <= _SMALL and _COUNT.search(word.context):
            found.append(word)
            shown = shown or became(word.a_word, word.b_word)
    for text in evidence.of(TextChange):
        pair = one_number(text)
        if pair is not None and text.a is not None and max(map(int, pair)) <= _SMALL and _COUNT.search(text.a.value):
            found.append(text)
            shown = shown or became(*pair)
    for number in evidence.of(IntegerChange):
        small = 0 < number.a_value <= _SMALL and 0 < number.b_value <= _SMALL
        if number.symbol and small and _COUNT.search(number.symbol):
            found.append(number)
            shown = shown or f"{number.symbol}: {number.a_value} became {number.b_value}"
    if found:
        yield Claim(
            "env-ncpu-or-memory",
            tuple(found),
            Proof.CONSISTENT if sources_differ(evidence) else Proof.SHAPE,
            shown,
        )
