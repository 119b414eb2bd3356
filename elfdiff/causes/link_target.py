"""A link leads elsewhere.

## What it looks like

A symbolic or a hard link of one name, with two targets:

    usr/lib/libz.so       a  libz.so.1.2.13            b  libz.so.1.3.1
    usr/bin/editor        a  /usr/bin/ed               b  ../../bin/ed

## Why it happens

The builds were given different things: another version of a library, another choice of alternatives, another layout
(merged /usr), or a step that made the link with `ln -s` here and `ln -sr` there. A link into the directory of the
build is `build-path` and no finding of this one; a link to what was itself renamed follows from the rename.

## How to be sure

Both targets stand in the packages as they are printed: that is proof that the links differ; why, they do not tell.
Look for the step that made the link, and for what it was told.

**No flag fixes this.** Build both from the same inputs, and let the step name its target itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._entries import changes_of, told
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import EvidenceSet
from elfdiff.report import Role

FACE = "link-leads-elsewhere"


@cause(
    title="a link leads elsewhere",
    role=Role.INPUT,
    faces={FACE: "a symbolic or hard link has another target"},
    references=("symlink(7)", "Debian policy, symbolic links: https://www.debian.org/doc/debian-policy/ch-files.html"),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Targets that nothing else explains."""
    changes = tuple(changes_of(evidence, "target"))
    if changes:
        yield Claim(FACE, changes, Proof.RECORDED, told(changes))
