"""Memory that nobody initialised was written into the file.

## What it looks like

A few bytes of a table differ, at the same place of every entry, where the generator's structure has padding; the
bytes often look like the upper half of a pointer:

    a  01 00 00 00 00 00 00 00    b  01 00 00 00 fd 7f 00 00

It also happens in gaps between sections, when the tool that wrote the file did not clear its buffer.

## Why it happens

A program that runs in the build writes structures to a file as they lie in memory (`fwrite(&entry, sizeof entry, 1,
out)`), padding and unused fields included, and the file is compiled in.

## How to be sure

Two files cannot tell such bytes from data that really changed, so elfdiff names this cause for none: the bytes are
reported as unexplained, with their place. What tells: build twice on one machine (the bytes differ again), then once
under `setarch -R` or run the generator under valgrind or MSan, which names the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes.model import Match, cause
from elfdiff.evidence.model import EvidenceSet
from elfdiff.report import Effect, Fix, Role


@cause(
    title="uninitialised memory was written into the file",
    role=Role.ROOT,
    faces={"uninitialized-memory-in-data": "padding that nobody cleared was compiled in"},
    fixes=(
        Fix(
            "any",
            "clear the structures in the generator before filling them (memset, = {0}); valgrind or "
            "MSan names the place",
            Effect.REMOVES,
            note="no flag fixes this",
        ),
    ),
    references=(
        "reproducible-builds.org: value initialization",
        "theunreproduciblepackage: aslr, cases 1 and 1b",
        "openSUSE/build-compare#64",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    yield from ()
