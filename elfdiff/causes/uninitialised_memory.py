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

If all that differs in an object lies at places of its records where no number can begin, behind a member of one or
two bytes and up to the next word, elfdiff says likely for eight records or more, and possible for four. Where a
whole number might stand, as above, two files cannot tell such bytes from data that really changed: they are
reported as unexplained, with their place. What tells: build twice on one machine (the bytes differ again), then once
under `setarch -R` or run the generator under valgrind or MSan, which names the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._code import code_changed
from elfdiff.causes._facts import inputs_differ
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import EvidenceSet, HolesChange, LoneSectionChange, TextChange
from elfdiff.report import Effect, Fix, Role

MANY = 8


@cause(
    title="uninitialised memory was written into the file",
    role=Role.ROOT,
    unread=True,
    faces={"uninitialized-memory-in-data": "padding that nobody cleared was compiled in"},
    fixes=(
        Fix(
            "any",
            Do(
                "clear the structures in the generator before filling them (memset, = {0}); valgrind or "
                "MSan names the place"
            ),
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
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Bytes at places of records where no member can be, as far as their offsets tell."""
    if inputs_differ(evidence) or evidence.has(TextChange) or code_changed(evidence):
        return
    for change in evidence.of(HolesChange):
        places = listed(f"{start} to {end - 1}" for start, end in change.holes)
        yield Claim(
            "uninitialized-memory-in-data",
            (change, *(item for item in evidence.of(LoneSectionChange) if item.name == change.section)),
            Proof.SHAPE if change.records >= MANY else Proof.CONSISTENT,
            f"only bytes {places} of records of {change.period} bytes differ, in {change.records} records",
            "members of one or two bytes that a generator filled at random look the same",
        )
