"""A file or an image, its bundles, and what was asked for → an outcome for each bundle."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import UsageError
from elfdiff.provenance import detached, keyless
from elfdiff.provenance.bundle import Bundle, bundles
from elfdiff.provenance.document import MalformedProvenance
from elfdiff.provenance.layout import is_layout, read_layout
from elfdiff.provenance.outcome import Outcome, Result, Verification
from elfdiff.provenance.policy import Policy
from elfdiff.provenance.trust import trusted_root
from elfdiff.values import replace

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from sigstore.models import TrustedRoot

MAX_KEY = 64 << 10
"""Bytes of a file that holds one public key."""


def verify_file(
    path: str, bundle_paths: Sequence[str], policy: Policy, root_path: str | None = None, key_path: str | None = None
) -> Verification:
    """Check a file, or an image in a directory, against these bundles; an image's own are found inside without any.

    Nothing is fetched. Raises ElfdiffError where something cannot be read, and MissingExtra without sigstore.
    """
    root = trusted_root(root_path)
    key = detached.read_key(read_bytes(key_path, MAX_KEY), shown(key_path)) if key_path is not None else None
    of_image = os.path.isdir(path)
    signatures: Sequence[Bundle | detached.Detached]
    if of_image:
        if not is_layout(path):
            raise MalformedProvenance(f"{shown(path)}: is a directory, and holds no OCI layout and no image of skopeo")
        image = read_layout(path)
        sha256 = image.sha256
        signatures = list(bundles(bundle_paths)) if bundle_paths else image.signatures
        if not signatures:
            raise MalformedProvenance(f"{shown(path)}: no signature and no attestation was found in it")
    else:
        if not bundle_paths:
            raise UsageError("which bundle? attest verify FILE --bundle BUNDLE (only images hold theirs inside)")
        sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
        signatures = list(bundles(bundle_paths))
    outcomes = tuple(_outcome(item, sha256, policy, root, key, of_image) for item in signatures)
    return Verification(path, sha256, outcomes)


def _outcome(
    item: Bundle | detached.Detached,
    sha256: str,
    policy: Policy,
    root: TrustedRoot,
    key: PublicKeyTypes | None,
    of_image: bool,
) -> Outcome:
    if isinstance(item, detached.Detached):
        return detached.verify(item, sha256, policy, root, key)
    if item.unsupported is None and (item.by_key or key is not None):
        why = (
            "a bundle that is signed with a key is not supported (signatures of images in cosign's older form are)"
            if item.by_key
            else "--key speaks of signatures with a key, and this bundle is signed with a certificate"
        )
        item = replace(item, unsupported=why)
    if item.unsupported is not None:
        kind = item.statement.predicate_type if item.statement else None
        return Outcome(item.where, Result.UNSUPPORTED, item.unsupported, predicate_type=kind)
    return keyless.verify(item, sha256, policy, root, of_image)
