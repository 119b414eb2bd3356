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
named only if its symbol says that it counts builds, a text only if it or its symbol speaks of a counter.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do, Export
from elfdiff.causes._counters import counters
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Context, EvidenceSet
from elfdiff.report import Effect, Fix, Role

_KERNEL = Fix("kbuild", Export("KBUILD_BUILD_VERSION", "1"), Effect.REMOVES, ("env-rebuild-counter",))
_ANY = Fix(
    "any",
    Do(
        "give both builds one number: unset or fix what the script reads (BUILD_NUMBER, GITHUB_RUN_ID, "
        "CI_PIPELINE_ID, a counter file)"
    ),
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
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    found = list(counters(evidence))
    for level in (Proof.RECORDED, Proof.SHAPE, Proof.CONSISTENT):
        chosen = [item for item in found if item.proof is level]
        if chosen:
            facts = (*chosen, *(item for item in found if item.proof is not level))
            yield Claim("env-rebuild-counter", tuple(item.fact for item in facts), level, chosen[0].shown)
            return
