"""Data that is not part of the ELF file proper differs: appended payloads, heap images.

## What it looks like

Bytes behind everything that headers and sections describe, or in a section or note of their own: a zip archive (ends
in `PK\\x05\\x06`), AppImage's squashfs (begins with `hsqs`), PyInstaller's archive (`MEI\\x0c\\x0b\\x0a\\x0b\\x0e`),
an SBCL core. Tools that compare section by section call such files identical. GraalVM keeps a heap image in
`.svm_heap`, Dart in `_kDartIsolateSnapshotData`.

## Why it happens

The payload was packed with times, owners or an order of its own, or its content differs. A heap image is the memory
of a program that ran in the build: any small difference there is spread over all of it.

## How to be sure

That these bytes are data to the program is certain. What elfdiff can read it looks into (zip, tar, streams of gzip, xz,
bzip2 and zstd, squashfs, PyInstaller's archives, deno's and Node's applications), and names the
causes that it finds there; this one is left where it finds none. Unpack both (unzip, unsquashfs) and compare what is
inside. The ELF part is compared as always.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    CarriedChange,
    ChangedAfterLink,
    Context,
    DataChange,
    Evidence,
    EvidenceSet,
    LoneSectionChange,
    SectionChange,
    TailChange,
)
from elfdiff.report import Effect, Fix, Role

_NAMES = {"zip": "a zip archive", "squashfs": "a squashfs image", "unknown": "data"}
_HEAPS = frozenset({".svm_heap"})
_SNAPSHOTS = ("_kDartIsolateSnapshot", "_kDartVmSnapshot")
_FEW = 64
EMBEDDED = "embedded-archive"

_PACK = Fix(
    "any",
    Do(
        "unpack both payloads and compare what is inside; pack with fixed times and order (zip -X, mksquashfs and "
        "PyInstaller with SOURCE_DATE_EPOCH exported, PyInstaller with PYTHONHASHSEED=0 too)"
    ),
    Effect.REMOVES,
    ("bytes-outside-sections", EMBEDDED),
)
_HEAP = Fix(
    "any",
    Do(
        "compare what the image was made from; no flag fixes this for GraalVM (oracle/graal#291), Dart "
        "wants one SDK path on both sides"
    ),
    Effect.REMOVES,
    ("native-image-and-snapshots",),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in (_PACK, _HEAP) if set(fix.reaches) & set(faces))


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"


@cause(
    title="data outside the ELF file proper differs",
    role=Role.INPUT,
    faces={
        "bytes-outside-sections": "bytes behind the end of the ELF file differ",
        EMBEDDED: "an archive, image or application that the file carries differs",
        "native-image-and-snapshots": "a heap image or snapshot inside the file differs",
    },
    fixes=(_PACK, _HEAP),
    references=(
        "openSUSE/build-compare#64 (a difference that no section covers)",
        "oracle/graal#291; dart-lang/sdk#55282",
        "mksquashfs(1): -all-time; AppImage specification",
    ),
    choose=choose,
    after_link=True,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    # Nothing was appended to a file that kept its length: what describes the bytes at its end was changed.
    damaged = any(change.differing is not None for change in evidence.of(ChangedAfterLink))
    for tail in evidence.of(TailChange):
        if tail.kind == "module-signature" or damaged:
            continue
        sizes = [place.length if place else 0 for place in (tail.a, tail.b)]
        known = tail.kind in ("zip", "squashfs") or max(sizes) >= _FEW
        yield Claim(
            "bytes-outside-sections",
            (tail,),
            Proof.RECORDED if known else Proof.SHAPE,
            f"{_NAMES.get(tail.kind, 'data')} behind the ELF file: {sizes[0]} bytes in a, {sizes[1]} in b",
        )
    for carried in evidence.of(CarriedChange):
        what = "data" if carried.form == "data" else f"{_article(carried.form)} {carried.form}"
        where = f"differs in {listed(carried.inside, 3)}" if carried.inside else "differs, and was not looked into"
        yield Claim(EMBEDDED, (carried,), Proof.RECORDED, f"{what} in {carried.place} {where}")
    images: list[Evidence] = [s for s in evidence.of(SectionChange) if s.name in _HEAPS]
    images += [change for change in evidence.of(LoneSectionChange) if change.name in _HEAPS]
    images += [change for change in evidence.of(DataChange) if (change.symbol or "").startswith(_SNAPSHOTS)]
    if images:
        yield Claim(
            "native-image-and-snapshots",
            tuple(images),
            Proof.SHAPE,
            "the file holds an image of another program's memory, and the image differs",
            "what made it differ stands before the image was written",
        )
