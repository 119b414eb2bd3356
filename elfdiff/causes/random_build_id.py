r"""The build ID is a random number.

## What it looks like

Sixteen bytes of `.note.gnu.build-id` differ, and usually nothing else in the file:

```
a  04 00 00 00 10 00 00 00 03 00 00 00 47 4e 55 00  5a1e5ac0 9c2b 4e1f 8d37 6b0f2f9d4471
b  04 00 00 00 10 00 00 00 03 00 00 00 47 4e 55 00  f03d9b6e 11c8 4a75 b2e4 90c3a6d81552
               └ 16 bytes
```

mold sets the version and variant bits of a UUID (`4…`, `8…` to `b…`); GNU ld, gold and lld write 128 random
bits.

## Why it happens

Somebody asked for it: `-Wl,--build-id=uuid`. The other styles (sha1, md5, tree, fast) are digests of the linked
file, and equal files have equal digests.

## How to be sure

Nothing else differs, the ID has 16 bytes and nothing was stripped: no digest does that. md5 has 16 bytes too,
so after strip the ID may be an md5 that covered the debug information; then elfdiff says likely, not certain.
IDs of 20, 8 or 32 bytes are never random: see `content-hash`. Two lengths are two settings: see
`build-id-setting`. Two links in a row in one directory settle it.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._build_id import changed_ids, randomness
from elfdiff.causes._rows import fix_for
from elfdiff.causes._tools import has_c, languages
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Context, EvidenceSet
from elfdiff.report import Fix, Role
from elfdiff.toolchains import Purpose

FACE = "build-id-uuid"

LINK = fix_for("ld, gold, lld, mold", Purpose.FIX_BUILD_ID, FACE)
RUST = fix_for("rustc", Purpose.FIX_BUILD_ID, FACE)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """rustc takes linker flags through RUSTFLAGS."""
    if "rust" in languages(context):
        return (RUST, LINK) if has_c(context) else (RUST,)
    return (LINK,)


@cause(
    title="the build ID is a random number",
    role=Role.ROOT,
    faces={FACE: "the linker was told --build-id=uuid"},
    fixes=(LINK, RUST),
    references=(
        "GNU ld manual, --build-id: https://sourceware.org/binutils/docs/ld/Options.html",
        "RFC 4122, section 4.4: https://www.rfc-editor.org/rfc/rfc4122",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Build IDs of 16 bytes that no digest explains."""
    for note in changed_ids(evidence):
        proof = randomness(note, evidence)
        if proof is None:
            continue
        only = evidence.context.only_hashes_differ
        if proof is Proof.CONSISTENT:
            covered = "bytes that were stripped since" if only else "what differs"
            caveat = f"an md5 over {covered} (--build-id=md5) would look the same"
        else:
            caveat = None
        why = "nothing else differs" if only else "it is not the md5 of the file"
        yield Claim(FACE, (note,), proof, f"a build ID of 16 bytes, and {why}", caveat)
