"""One side has files that the other lacks.

## What it looks like

Names in one package, archive or tree only: a library that one side built, documentation, a test's leftovers,
`__pycache__`, a debug file.

## Why it happens

The builds were given different things: another source, another configuration, a tool or library that was installed on
one side only, so that a feature or a page of documentation was built there. Or a step left files behind which a rule
for packing then took in.

## How to be sure

The names are the proof that the sides hold different files; why, they do not tell. What else differs often follows:
lists of files, installed sizes, indexes. A file with the same contents under another name is a rename, and is said to
be one.

**No flag fixes this.** Compare the logs of both builds for the step that made the first of these files.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._entries import named_by_hash
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntriesChange
from elfdiff.evidence.model import EvidenceSet
from elfdiff.report import Role

FACE = "files-on-one-side"


@cause(
    title="one side has files that the other lacks",
    role=Role.INPUT,
    faces={FACE: "files are in one package, archive or tree only"},
    references=("Reproducible Builds, what a difference may mean: https://reproducible-builds.org/docs/definition/",),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Entries without a partner."""
    for change in evidence.of(EntriesChange):
        if (change.a_count or change.b_count) and not named_by_hash(change):
            yield Claim(FACE, (change,), Proof.RECORDED, _summary(change))


def _summary(change: EntriesChange) -> str:
    return "; ".join(
        f"only {side} has {listed(names) if count <= len(names) else f'{names[0]} and {count - 1} more'}"
        for side, names, count in (("a", change.a_only, change.a_count), ("b", change.b_only, change.b_count))
        if count
    )
