"""A file or an image, its bundles, and what was asked for → an outcome for each bundle."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import UsageError
from elfdiff.provenance import detached, keyed, keyless
from elfdiff.provenance.bundle import Bundle, Unreadable, attempted, bundles
from elfdiff.provenance.document import MalformedProvenance
from elfdiff.provenance.keys import read_key
from elfdiff.provenance.layout import is_layout, read_layout
from elfdiff.provenance.outcome import Outcome, Result, Verification
from elfdiff.provenance.policy import Policy
from elfdiff.provenance.trust import trusted_root
from elfdiff.values import replace

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from sigstore.models import TrustedRoot

Signature = Bundle | detached.Detached | Unreadable
MAX_KEY = 64 << 10
"""Bytes of a file that holds one public key."""


def verify_file(
    path: str, bundle_paths: Sequence[str], policy: Policy, root_path: str | None = None, key_path: str | None = None
) -> Verification:
    """Check a file, or an image in a directory, against these bundles; an image's own are found inside without any.

    Nothing is fetched. Raises ElfdiffError where something cannot be read, and MissingExtra without sigstore.
    """
    if key_path is not None and policy.certificate_options:
        raise UsageError(
            f"{', '.join(policy.certificate_options)}: a signature with --key has no certificate that could say this"
        )
    root = trusted_root(root_path)
    key = read_key(read_bytes(key_path, MAX_KEY), shown(key_path)) if key_path is not None else None
    of_image = os.path.isdir(path)
    signatures: Sequence[Signature]
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
    outcomes = tuple(_tried(item, sha256, policy, root, key, of_image) for item in signatures)
    if len(outcomes) == 1 and outcomes[0].result is Result.UNREADABLE:
        raise MalformedProvenance(f"{outcomes[0].where}: {outcomes[0].reason}")
    if of_image and image.damage is not None:
        outcomes = tuple(_not_the_image(item, image.damage) for item in outcomes)
    return Verification(path, sha256, outcomes)


def _not_the_image(outcome: Outcome, damage: str) -> Outcome:
    """A signature that holds, of an image that is not the one beside it."""
    if outcome.result is not Result.VERIFIED:
        return outcome
    return replace(outcome, result=Result.REFUSED, reason=damage, log_index=None, time=None)


def _tried(
    item: Signature, sha256: str, policy: Policy, root: TrustedRoot, key: PublicKeyTypes | None, of_image: bool
) -> Outcome:
    found: Outcome | Unreadable = (
        item
        if isinstance(item, Unreadable)
        else attempted(item.where, lambda: _outcome(item, sha256, policy, root, key, of_image))
    )
    return Outcome(found.where, Result.UNREADABLE, found.reason) if isinstance(found, Unreadable) else found


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
    if item.unsupported is not None:
        kind = item.statement.predicate_type if item.statement else None
        return Outcome(item.where, Result.UNSUPPORTED, item.unsupported, predicate_type=kind)
    if key is None and item.by_key:
        return _refused(item, "it is signed with a key, not with a certificate: give the public key with --key")
    if key is not None and not item.by_key:
        return _refused(item, "it is signed with a certificate, not with a key: ask for its signer in place of --key")
    if key is not None:
        return keyed.verify(item, sha256, policy, root, key, of_image)
    return keyless.verify(item, sha256, policy, root, of_image)


def _refused(item: Bundle, why: str) -> Outcome:
    kind = item.statement.predicate_type if item.statement else None
    return Outcome(item.where, Result.REFUSED, why, predicate_type=kind)
