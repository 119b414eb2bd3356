"""Images in a directory with the signatures and attestations beside them: OCI layouts as ``cosign save`` writes them,
and skopeo's ``dir:`` (containers/image, docs/containers-transports.5.md).

Every blob is read by its digest, and its digest is computed again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.jsonvalues import listed, mapping, text
from elfdiff.patterns import late
from elfdiff.provenance.bundle import Bundle, Unreadable, attempted, bundle_of
from elfdiff.provenance.detached import Detached, facts_of
from elfdiff.provenance.document import Document, MalformedProvenance, decoded, parsed
from elfdiff.values import dataclass

MAX_BLOB = 8 << 20
"""Bytes of a manifest, index, signature or attestation. Layers are not read here."""
MAX_MANIFESTS = 10_000
MAX_SIGNATURES = 1_000
_DIGEST = late(r"sha256:([0-9a-f]{64})")
_SIGNATURE_TAG = late(r"sha256-([0-9a-f]{64})\.(sig|att)")
_SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
_ENVELOPE = "application/vnd.dsse.envelope.v1+json"
_BUNDLE = "application/vnd.dev.sigstore.bundle"
_SIGSTORE_JSON = b"\0sigstore-json\n"
_KIND = "kind"
_COSIGN = "dev.cosignproject.cosign/"
_REFERENCE = "org.opencontainers.image.ref.name"


@dataclass(frozen=True, slots=True)
class SignedImage:
    """An image's manifest digest (of its index where it has several platforms), and what vouches for it.

    ``damage`` says which file of the image is not what its digest says, and so not what was signed; None if all that
    are there are. A layer that is not there is no damage: registries keep some.
    """

    sha256: str
    signatures: tuple[Detached | Bundle | Unreadable, ...]
    damage: str | None


def is_layout(path: str) -> bool:
    """True for a directory that holds an OCI layout, or an image as skopeo's ``dir:`` keeps it."""
    place = Path(path)
    return (place / "oci-layout").is_file() or (
        (place / "manifest.json").is_file() and not (place / "repositories").exists()
    )


def read_layout(path: str) -> SignedImage:
    """The image of a layout with all signatures and attestations found in it. MalformedProvenance if it is damaged."""
    place = Path(path)
    if (place / "oci-layout").is_file():
        return _oci(place)
    return _dir(place)


def _dir(place: Path) -> SignedImage:
    manifest = read_bytes(place / "manifest.json", MAX_BLOB)
    found: list[Detached | Bundle | Unreadable] = []
    for number in range(1, MAX_SIGNATURES + 1):
        file = place / f"signature-{number}"
        if not file.is_file():
            break
        signature = attempted(shown(file), partial(_of_file, file))
        if signature is not None:
            found.append(signature)
    damage = next(_damaged(parsed(manifest, shown(place / "manifest.json")), place, place), None)
    return SignedImage(hashlib.sha256(manifest).hexdigest(), tuple(found), damage)


def _of_file(file: Path) -> Detached | None:
    where = shown(file)
    data = read_bytes(file, MAX_BLOB)
    if not data.startswith(_SIGSTORE_JSON):
        raise MalformedProvenance(f"{where}: is no Sigstore signature (OpenPGP signatures are not supported)")
    value = parsed(data.removeprefix(_SIGSTORE_JSON), where)
    payload = decoded(value.get("payload"), where)
    return _detached(where, text(value.get("mimeType")), payload, mapping(value.get("annotations")))


def _oci(place: Path) -> SignedImage:
    index = shown(place / "index.json")
    descriptors = [
        mapping(item) for item in listed(parsed(read_bytes(place / "index.json", MAX_BLOB), index).get("manifests"))
    ][:MAX_MANIFESTS]
    images = [item for item in descriptors if _is_image(item)]
    if len(images) != 1:
        raise MalformedProvenance(f"{index}: names {len(images)} images, and one is expected")
    digest = _digest(images[0], index)
    named = {_digest(item, index): item for item in descriptors if item is not images[0]}
    found = chain.from_iterable(_vouching(place, item, digest, index) for item in named.values())
    others = (name for name in _referrers(place, digest) if name not in named and name != digest)
    more = chain.from_iterable(_of_manifest(place, name, digest) for name in others)
    image = {"manifests": [images[0]]}
    damage = next(_damaged(image, place / "blobs" / "sha256", place), None)
    return SignedImage(digest, tuple(islice(chain(found, more), MAX_SIGNATURES)), damage)


def _damaged(top: Mapping[str, object], blobs: Path, place: Path) -> Iterator[str]:
    """A sentence for each file, below this index or manifest, that does not have its digest; no file is read twice."""
    seen: set[str] = set()
    waiting = [top]
    while waiting:
        value = waiting.pop()
        manifests = [mapping(item) for item in listed(value.get("manifests"))]
        files = [mapping(item) for item in (value.get("config"), *listed(value.get("layers")))]
        for item in (*manifests, *(file for file in files if file)):
            sha256 = _digest(item, shown(place))
            file = blobs / sha256
            if sha256 in seen:
                continue
            seen.add(sha256)
            if not file.is_file():
                if item in manifests and value is top:
                    yield f"the image's manifest, {sha256}, is not there"
                continue
            with file.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != sha256:
                yield (
                    f"{shown(file)} is not what was signed: its SHA-256 is {found}, and the image names it "
                    f"sha256:{sha256}"
                )
            elif item in manifests:
                waiting.append(parsed(read_bytes(file, MAX_BLOB), shown(file)))


def _is_image(item: Mapping[str, object]) -> bool:
    notes = mapping(item.get("annotations"))
    kind = text(notes.get(_KIND)) or ""
    if kind.startswith(_COSIGN):
        return kind.removeprefix(_COSIGN) in ("image", "imageIndex")
    is_signature = _SIGNATURE_TAG.fullmatch(text(notes.get(_REFERENCE)) or "")
    return not is_signature and not str(item.get("artifactType", "")).startswith(_BUNDLE)


def _vouching(
    place: Path, item: Mapping[str, object], digest: str, index: str
) -> Iterator[Detached | Bundle | Unreadable]:
    tag = _SIGNATURE_TAG.fullmatch(text(mapping(item.get("annotations")).get(_REFERENCE)) or "")
    if tag is None or tag[1] == digest:
        yield from _of_manifest(place, _digest(item, index), digest)


def _of_manifest(place: Path, name: str, image: str) -> Iterator[Detached | Bundle | Unreadable]:
    """The signatures that one manifest's layers are."""
    where = f"{shown(place)}, manifest sha256:{name[:12]}"
    manifest = attempted(where, lambda: parsed(_blob(place, name, where), where))
    if isinstance(manifest, Unreadable):
        yield manifest
        return
    subject = text(mapping(manifest.get("subject")).get("digest"))
    if subject is not None and subject != f"sha256:{image}":
        return
    for number, item in enumerate(listed(manifest.get("layers"))[:MAX_SIGNATURES], 1):
        spot = f"{where}, layer {number}"
        found = attempted(spot, partial(_of_layer, place, mapping(item), spot))
        if found is not None:
            yield found


def _of_layer(place: Path, layer: Mapping[str, object], spot: str) -> Detached | Bundle | None:
    kind = text(layer.get("mediaType")) or ""
    if kind not in (_SIMPLE_SIGNING, _ENVELOPE) and not kind.startswith(_BUNDLE):
        return None
    data = _blob(place, _digest(layer, spot), spot)
    if kind.startswith(_BUNDLE):
        return bundle_of(Document(spot, parsed(data, spot)))
    return _detached(spot, kind, data, mapping(layer.get("annotations")))


def _detached(where: str, kind: str | None, payload: bytes, notes: Mapping[str, object]) -> Detached | None:
    if kind not in (_SIMPLE_SIGNING, _ENVELOPE):
        return None
    signature, certificate, promise = facts_of(notes)
    return Detached(where, payload, kind == _ENVELOPE, signature, certificate, promise)


def _referrers(place: Path, image: str) -> Iterator[str]:
    """Manifests that the index does not name and whose subject is the image (cosign 3, bundle form)."""
    folder = place / "blobs" / "sha256"
    names = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
    for name in names[:MAX_MANIFESTS]:
        file = folder / name
        if not re.fullmatch(r"[0-9a-f]{64}", name) or not file.is_file() or file.stat().st_size > MAX_BLOB:
            continue
        data = file.read_bytes()
        if f"sha256:{image}".encode() not in data or b'"subject"' not in data:
            continue
        value = parsed(data, shown(file))
        if mapping(value.get("subject")).get("digest") == f"sha256:{image}":
            yield name


def _blob(place: Path, sha256: str, where: str) -> bytes:
    file = place / "blobs" / "sha256" / sha256
    data = read_bytes(file, MAX_BLOB)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise MalformedProvenance(f"{where}: {shown(file)} does not have the digest that is its name")
    return data


def _digest(item: Mapping[str, object], where: str) -> str:
    found = _DIGEST.fullmatch(text(item.get("digest")) or "")
    if found is None:
        raise MalformedProvenance(f"{where}: a descriptor names no SHA-256 digest")
    return found[1]
