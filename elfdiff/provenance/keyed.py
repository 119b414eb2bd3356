"""Bundles that are signed with a key of one's own, as ``cosign --key`` writes them; the public key is given.

sigstore-python has no public call for these. The log entry's proof, checkpoint and promise are checked by private parts
of version 4, which is why the extra pins the version; all other steps are here, in sigstore-go's order:

1. the entry stands in a log of the trusted root: Merkle proof, signed checkpoint, and the promise where there is one;
2. the entry records this payload or file, this signature and the key that was given;
3. the signature over the envelope's pre-authentication encoding, or over the file's digest.

The key has no validity of its own, so the time of the entry decides nothing. The bundle's hint at a key is not read.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from elfdiff.jsonvalues import listed, mapping, text
from elfdiff.provenance.bundle import Bundle, Content
from elfdiff.provenance.document import MalformedProvenance, decoded, parsed
from elfdiff.provenance.entry import recorded
from elfdiff.provenance.envelope import pre_authentication_encoding
from elfdiff.provenance.keyless import builder_of, first_line, log_index, promised_time, subject_refusal
from elfdiff.provenance.keys import key_bytes, refusal_of, signs_digests
from elfdiff.provenance.outcome import Outcome, Result
from elfdiff.provenance.policy import Policy
from elfdiff.provenance.statement import PAYLOAD_TYPE, Statement, statement_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from sigstore.models import TransparencyLogEntry, TrustedRoot

_KINDS = ("hashedrekord 0.0.1", "dsse 0.0.1", "hashedrekord 0.0.2")


def verify(
    bundle: Bundle, sha256: str, policy: Policy, root: TrustedRoot, key: PublicKeyTypes, of_image: bool
) -> Outcome:
    """Whether this bundle vouches for the file with this digest. MalformedProvenance if the bundle cannot be read."""
    if bundle.content is Content.MESSAGE and not signs_digests(key):
        why = "an Ed25519 key over a file is not supported (over an attestation it is)"
        return Outcome(bundle.where, Result.UNSUPPORTED, why, key=True)
    logging.getLogger("sigstore").setLevel(logging.CRITICAL)
    entry = _entry(bundle)
    value = parsed(bundle.raw, bundle.where)
    statement: Statement | None = None
    payload = b""
    if bundle.content is Content.ENVELOPE:
        envelope = mapping(value.get("dsseEnvelope"))
        kind, payload = text(envelope.get("payloadType")) or "", decoded(envelope.get("payload"), bundle.where)
        signatures = listed(envelope.get("signatures"))
        signature = decoded(mapping(signatures[0]).get("sig") if len(signatures) == 1 else None, bundle.where)
        signed = pre_authentication_encoding(kind, payload)
        digest = hashlib.sha256(signed).hexdigest()
        statement = statement_of(payload, bundle.where) if kind == PAYLOAD_TYPE else None
        reason = None if statement is not None else f"the payload is of type {kind}, not {PAYLOAD_TYPE}"
    else:
        signature = decoded(mapping(value.get("messageSignature")).get("signature"), bundle.where)
        signed, digest = bytes.fromhex(sha256), sha256
        reason = _other_message(value, sha256, bundle.where)
    reason = reason or _entry_refusal(entry, root)
    reason = reason or _record_refusal(entry, bundle, digest, payload, signature, key)
    reason = reason or refusal_of(key, signature, signed, hashed=bundle.content is Content.MESSAGE)
    if reason is None:
        reason = (
            subject_refusal(statement, sha256, policy, of_image)
            if statement is not None
            else policy.refuses_predicate(None)
        )
    verified = reason is None
    return Outcome(
        where=bundle.where,
        result=Result.VERIFIED if verified else Result.REFUSED,
        reason=reason,
        predicate_type=statement.predicate_type if statement else None,
        builder=builder_of(statement),
        log_index=log_index(entry) if verified else None,
        time=promised_time(entry) if verified else None,
        key=True,
    )


def _entry(bundle: Bundle) -> TransparencyLogEntry:
    from sigstore.models import TransparencyLogEntry
    from sigstore_models.bundle.v1 import Bundle as Parsed

    try:
        (found,) = Parsed.from_json(bundle.raw).verification_material.tlog_entries
        return TransparencyLogEntry(found)
    except Exception as error:
        raise MalformedProvenance(f"{bundle.where}: {first_line(error)}") from error


def _other_message(value: object, sha256: str, where: str) -> str | None:
    """The digest that the bundle documents must be the file's, where it documents one."""
    documented = mapping(mapping(mapping(value).get("messageSignature")).get("messageDigest"))
    if not documented:
        return None
    if documented.get("algorithm") != "SHA2_256":
        return f"it signs a digest of kind {documented.get('algorithm')}, and SHA2_256 is supported"
    found = decoded(documented.get("digest"), where).hex()
    return None if found == sha256 else f"it signs the digest {found}, and the file's SHA-256 is {sha256}"


def _entry_refusal(entry: TransparencyLogEntry, root: TrustedRoot) -> str | None:
    from sigstore._internal.trust import KeyringPurpose

    try:
        entry._verify(root.rekor_keyring(KeyringPurpose.VERIFY))
    except Exception as error:
        # Whatever the library raises on an entry that it could read: it stands in no log of the trusted root.
        return f"its log entry does not verify: {first_line(error)}"
    return None


def _record_refusal(
    entry: TransparencyLogEntry, bundle: Bundle, digest: str, payload: bytes, signature: bytes, key: PublicKeyTypes
) -> str | None:
    found = recorded(bytes(entry._inner.canonicalized_body), f"{bundle.where}: its log entry")
    if found is None or found.kind not in _KINDS or (found.of_payload and bundle.content is Content.MESSAGE):
        return "its log entry is of a kind that is not supported for this form"
    said = entry._inner.kind_version
    if f"{said.kind} {said.version}" != found.kind:
        return f"its log entry is said to be of kind {said.kind} {said.version}, and is of {found.kind}"
    return found.refusal(digest, hashlib.sha256(payload).hexdigest(), signature, key_bytes(key))
