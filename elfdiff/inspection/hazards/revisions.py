"""What the version control system said when the file was built."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.inspection.sign import MAX_PLACES, Sign, sign
from elfdiff.inspection.subject import Subject
from elfdiff.patterns import late

_DIRTY = late(
    r"(?:\b[vV]?\d[\w.+]{0,64}-(?:\d+-g)?[0-9a-f]{7,40}|\bg[0-9a-f]{7,40}|\bv\d[\w.-]{0,64})[-+]dirty\b|\b[0-9a-f]{7,40}[-+]dirty\b|vcs\.modified=true"
)
# Only what git abbreviated: a whole hash there is a library naming its own release, as jemalloc does.
_DESCRIBE = late(r"\b[vV]?\d[\w.]{0,64}-\d{1,5}-g[0-9a-f]{7,16}\b|vcs\.revision=[0-9a-f]{40}")
_COMMIT = late(
    r"(?i)(?<![/.])\b(?:git|commit|revision|vcs|sha1?)(?:[ _-]?(?:hash|id|rev|commit|revision|sha1?))?"
    r"\W{1,3}((?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40})\b"
)
_POINTER = late(r"version https://git-lfs\.github\.com/spec/v1\noid sha256:[0-9a-f]{64}")


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of vcs-state."""
    dirty, stamped, pointers = [], [], []
    for spot in subject.plain_spots:
        if spot.section.name == ".gopclntab":
            continue
        text = spot.text.decode("latin-1")
        if found := ("irty" in text or "modified=" in text) and _DIRTY.search(text):
            dirty.append((spot, *found.span()))
        elif found := _DESCRIBE.search(text) or _COMMIT.search(text):
            stamped.append((spot, *found.span()))
        if found := "git-lfs" in text and _POINTER.search(text):
            pointers.append((spot, *found.span()))
    if dirty:
        places = (subject.place(*item) for item in dirty[:MAX_PLACES])
        yield sign(
            "vcs-state",
            "vcs-revision",
            "it was built from a tree with uncommitted changes",
            "shows",
            places,
            len(dirty),
        )
    elif stamped:
        places = (subject.place(*item) for item in stamped[:MAX_PLACES])
        note = "a build from a tarball or a shallow clone has another text here"
        yield sign(
            "vcs-state",
            "vcs-revision",
            "the revision of the source is compiled in",
            "hints",
            places,
            len(stamped),
            note,
        )
    if pointers:
        places = (subject.place(*item) for item in pointers[:MAX_PLACES])
        title = "a Git LFS pointer was embedded in place of the file"
        yield sign("vcs-state", "vcs-checkout-artifacts", title, "shows", places, len(pointers))
