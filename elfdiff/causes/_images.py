"""What the config, manifest and index of a container image say beside digests, and how each builder is told."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._wording import became
from elfdiff.causes.model import Claim, Proof
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.files import ImageFieldChange
from elfdiff.evidence.model import EvidenceSet
from elfdiff.report import Effect, Fix

BUILDAH, UMOCI, BUILDKIT, CREATED = (
    "time-image-by-buildah",
    "time-image-by-umoci",
    "time-image-by-buildkit",
    "time-image-created",
)
LAYER, ARCHIVE = "time-in-image-layer", "time-in-image-archive"
REVISION, BUILDER, FORM = "vcs-image-label", "image-builder-version", "image-written-otherwise"
COMPRESSED = "image-layer-compression"
PACKED, BASE, ATTESTED = "image-packed-otherwise", "image-base", "time-image-attestation"
_BY_BUILDER = {"buildah": BUILDAH, "umoci": UMOCI, "buildkit": BUILDKIT}
_TAG = "org.opencontainers.image.ref.name"
_BASE = ("org.opencontainers.image.base.digest", "org.opencontainers.image.base.name")
_REVISIONS = ("org.opencontainers.image.revision", "org.opencontainers.image.version")

TIME_FACES = {
    BUILDAH: "the time of the build in an image's config and history (buildah, podman)",
    UMOCI: "the time of the build in an image's config and history (umoci)",
    BUILDKIT: "the time of the build in an image's config and history (BuildKit)",
    CREATED: "the time of the build in an image's config and history",
    ATTESTED: "the time and the number of the run in an attestation that the image carries",
}
TIME_FIXES = (
    Fix(
        toolchain="buildah, podman",
        action=Do("buildah build --timestamp 0, or the seconds of the last commit in place of 0 (buildah commit too)"),
        effect=Effect.REMOVES,
        reaches=(BUILDAH,),
        note="buildah 1.28 does not read SOURCE_DATE_EPOCH; newer ones take --source-date-epoch and "
        "--rewrite-timestamp",
    ),
    Fix(
        toolchain="umoci",
        action=Do(
            "give umoci the time: --created=2026-01-01T00:00:00Z to umoci config, and "
            "--history.created=2026-01-01T00:00:00Z to umoci config, repack and insert"
        ),
        effect=Effect.REMOVES,
        reaches=(UMOCI,),
        note="umoci 0.4 does not read SOURCE_DATE_EPOCH; 0.6 does",
    ),
    Fix(
        toolchain="BuildKit",
        action=Do(
            "give the build SOURCE_DATE_EPOCH, and let it set the times of layers too: docker buildx build "
            "--build-arg SOURCE_DATE_EPOCH=0 --output type=oci,rewrite-timestamp=true,dest=image.tar ."
        ),
        effect=Effect.REMOVES,
        reaches=(BUILDKIT,),
        since="BuildKit 0.11; rewrite-timestamp from 0.13 on",
    ),
    Fix(
        toolchain="any",
        action=Do(
            "tell the builder the time of the image: buildah --timestamp, umoci --created and --history.created, "
            "BuildKit's build argument SOURCE_DATE_EPOCH; crane and ko write none"
        ),
        effect=Effect.REMOVES,
        reaches=(CREATED,),
    ),
)
ATTESTATION_FIX = Fix(
    toolchain="BuildKit",
    action=Do(
        "keep attestations out of what must be equal: docker buildx build --provenance=false --sbom=false, or "
        "compare the image's own manifest, which they are no part of (the index is another in every build)"
    ),
    effect=Effect.REMOVES,
    reaches=(ATTESTED,),
    note="BuildKit attaches provenance by itself from 0.11 on",
)
BASE_FIX = Fix(
    toolchain="any",
    action=Do("name the base image by its digest in both builds: FROM name@sha256:…"),
    effect=Effect.REMOVES,
    reaches=(BASE,),
)
LAYER_FIX = Fix(
    toolchain="any",
    action=Do(
        "set the times of the files in the layer: buildah --timestamp 0; BuildKit --output type=oci,"
        "rewrite-timestamp=true with SOURCE_DATE_EPOCH; with tar, --mtime=@0 --sort=name --owner=0 --group=0 "
        "--numeric-owner --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"
    ),
    effect=Effect.REMOVES,
    reaches=(LAYER,),
    note="umoci keeps the times of the files that it is given: touch -d them before",
)
ARCHIVE_FIX = Fix(
    toolchain="any",
    action=Do(
        "compare digests in place of archive files; or pack the layout with tar: tar --sort=name --mtime=@0 "
        "--owner=0 --group=0 --numeric-owner -C layout -cf image.tar ."
    ),
    effect=Effect.REMOVES,
    reaches=(ARCHIVE,),
    note="the image is the same: skopeo writes the time of each run into the archive around it",
)


COMPRESSION_FIX = Fix(
    toolchain="any",
    action=Do(
        "compress the layers of both with one program, in one version, at one level: gzip -n -6; buildah push and "
        "skopeo copy have options for format and level; buildx build --output type=oci,compression=gzip,"
        "compression-level=6,force-compression=true"
    ),
    effect=Effect.REMOVES,
    reaches=(COMPRESSED,),
    note="the files in the image are the same where the diff_ids are",
)
PACKING_FIX = Fix(
    toolchain="any",
    action=Do(
        "write both in one form, best as an OCI layout (buildx build --output type=oci, skopeo copy … oci:DIR): docker "
        "save and crane keep no manifest"
    ),
    effect=Effect.REMOVES,
    reaches=(PACKED,),
)


def split_layers(
    changes: tuple[EntryFieldChange, ...],
) -> tuple[tuple[EntryFieldChange, ...], tuple[EntryFieldChange, ...]]:
    """What was decided when a layer of an image was compressed, and all else."""
    streams = tuple(
        change
        for change in changes
        if change.container.startswith("layer.")
        and (change.field_name in ("compression", "level") or (change.section or "").endswith("gzip header"))
    )
    # The level first, then who wrote it; that a header holds no time in two ways says least.
    order = ("compression", "level", "system")
    streams = tuple(sorted(streams, key=lambda c: order.index(c.field_name) if c.field_name in order else len(order)))
    return streams, tuple(change for change in changes if change not in streams)


def image_order(evidence: EvidenceSet) -> Iterator[Claim]:
    """The steps that made the layers were taken in another order."""
    for change in evidence.of(EntryFieldChange):
        if change.field_name == "layer-order":
            summary = f"the layers of a stand in b in the order {change.b_value}"
            yield Claim("source-change", (change,), Proof.RECORDED, summary)


def image_packing(evidence: EvidenceSet) -> Iterator[Claim]:
    """One image is a layout and the other an archive, or the archives are of two programs."""
    changes = tuple(change for change in evidence.of(EntryFieldChange) if change.field_name == "packing")
    if changes:
        yield Claim(PACKED, changes, Proof.RECORDED, became(changes[0].a_value, changes[0].b_value))


def image_times(evidence: EvidenceSet) -> Iterator[Claim]:
    """``created`` of the image, of its history, and of its labels, by builder."""
    found: dict[str, list[ImageFieldChange]] = {}
    for change in evidence.of(ImageFieldChange):
        if change.field_name == "created" and change.a_value and change.b_value:
            found.setdefault(_BY_BUILDER.get(change.builder, CREATED), []).append(change)
    for face, changes in found.items():
        first = changes[0]
        yield Claim(face, tuple(changes), Proof.RECORDED, f"created: {became(first.a_value, first.b_value)}")


def image_labels(evidence: EvidenceSet, names: tuple[str, ...], face: str) -> Iterator[Claim]:
    """Labels and annotations of these names."""
    changes = [change for change in evidence.of(ImageFieldChange) if change.key in names]
    if changes:
        first = changes[0]
        yield Claim(face, tuple(changes), Proof.RECORDED, f"{first.key}: {became(first.a_value, first.b_value)}")


def image_revisions(evidence: EvidenceSet) -> Iterator[Claim]:
    """Labels that name the commit or version."""
    return image_labels(evidence, _REVISIONS, REVISION)


def image_builder(evidence: EvidenceSet) -> Iterator[Claim]:
    """The label with buildah's version."""
    return image_labels(evidence, ("io.buildah.version",), BUILDER)


def image_bases(evidence: EvidenceSet) -> Iterator[Claim]:
    """Labels and annotations that name the image that this one was built on."""
    return image_labels(evidence, _BASE, BASE)


def image_attestations(evidence: EvidenceSet) -> Iterator[Claim]:
    """What an attestation inside the image says of the run that made it."""
    changes = [change for change in evidence.of(ImageFieldChange) if change.field_name == "run"]
    if changes:
        first = changes[0]
        yield Claim(ATTESTED, tuple(changes), Proof.RECORDED, f"{first.key}: {became(first.a_value, first.b_value)}")


def image_forms(evidence: EvidenceSet) -> Iterator[Claim]:
    """Media types, the tag, and history that another builder wrote."""
    names = ("mediaType", "created_by", "comment", "format")
    changes = [change for change in evidence.of(ImageFieldChange) if change.field_name in names or change.key == _TAG]
    if changes:
        first = changes[0]
        yield Claim(FORM, tuple(changes), Proof.RECORDED, f"{first.field_name}: {became(first.a_value, first.b_value)}")
