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
be one; so is one whose path differs in a version only (`app-1.2/README` and `app-1.3/README`). A renamed file whose
name holds a hash is a consequence: `content-hash`.

**No flag fixes this.** Compare the logs of both builds for the step that made the first of these files.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._entries import changes_of, named_by_hash, renamed_by_hash, told, writer
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntriesChange
from elfdiff.evidence.model import EvidenceSet
from elfdiff.report import Role

FACE, RENAMED = "files-on-one-side", "files-renamed"


@cause(
    title="one side has files that the other lacks",
    role=Role.INPUT,
    faces={
        FACE: "files are in one package, archive or tree only",
        RENAMED: "files of one package, archive or tree have other names in the other",
    },
    references=("Reproducible Builds, what a difference may mean: https://reproducible-builds.org/docs/definition/",),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Entries without a partner, but for those that a cut archive may have lost; entries under other names."""
    for change in evidence.of(EntriesChange):
        told_apart = (change.a_count and not change.b_cut) or (change.b_count and not change.a_cut)
        if told_apart and not named_by_hash(change):
            yield Claim(FACE, (change,), Proof.RECORDED, _summary(change))
    renamed = tuple(c for c in changes_of(evidence, "name") if writer(c) != "gzip" and not renamed_by_hash(c))
    if renamed:
        yield Claim(RENAMED, renamed, Proof.RECORDED, told(renamed))


def _summary(change: EntriesChange) -> str:
    return "; ".join(
        f"only {side} has {listed(names) if count <= len(names) else f'{names[0]} and {count - 1} more'}"
        for side, names, count in (("a", change.a_only, change.a_count), ("b", change.b_only, change.b_count))
        if count
    )
