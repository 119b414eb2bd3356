"""Signatures as cosign kept them before bundles: a payload, and beside it signature, certificate and log promise.

sigstore-python has no public call for this form. The certificate's chain and its log promise (SCT) are checked by
private parts of version 4, which is why the extra pins the version; all other steps are here, in cosign's order:

1. the log's promise (signed entry timestamp) over the entry, with a log key of the trusted root;
2. the entry speaks of this payload, this signature and this certificate or key;
3. the certificate's chain at the time of the entry, its use, and its SCT; or the key that was given;
4. the identity that was asked for;
5. the signature over the payload (DSSE: over its pre-authentication encoding).

The Merkle proof is not part of this form, so inclusion in the log is promised, not proved.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from elfdiff.jsonvalues import listed, mapping, text
from elfdiff.provenance.document import MalformedProvenance, decoded, parsed
from elfdiff.provenance.entry import recorded
from elfdiff.provenance.envelope import pre_authentication_encoding
from elfdiff.provenance.identity import Identity, identity_of
from elfdiff.provenance.keyless import builder_of, iso, subject_refusal
from elfdiff.provenance.keys import key_bytes, refusal_of
from elfdiff.provenance.outcome import Outcome, Result
from elfdiff.provenance.policy import Policy
from elfdiff.provenance.statement import PAYLOAD_TYPE, Statement, statement_of
from elfdiff.values import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from cryptography.x509 import Certificate
    from sigstore.models import TrustedRoot

_SIGNATURE_TYPE = "cosign container image signature"


@dataclass(frozen=True, slots=True)
class Detached:
    """One signature of an image. ``payload`` is the simple-signing JSON, or the DSSE envelope's JSON.

    ``signature`` is base64, "" where the envelope holds it; ``certificate`` PEM or None; ``promise`` the JSON of the
    log's promise or None.
    """

    where: str
    payload: bytes
    envelope: bool
    signature: str
    certificate: str | None
    promise: str | None


@dataclass(frozen=True, slots=True)
class _Promise:
    """The log's word: ``body`` the entry's bytes, ``time`` seconds since 1970, ``log`` the log's key ID in hex."""

    body: bytes
    time: int
    index: int
    log: str
    signature: bytes


class _Refused(Exception):
    """A step that failed, as a sentence."""


def verify(signature: Detached, sha256: str, policy: Policy, root: TrustedRoot, key: PublicKeyTypes | None) -> Outcome:
    """Whether this signature vouches for the image with this manifest digest. MalformedProvenance if it is damaged."""
    statement: Statement | None = None
    signer = Identity()
    promise = _promise(signature)
    try:
        if promise is None:
            raise _Refused("there is no entry of a transparency log beside it")
        signed, raw, statement = _signed(signature)
        certificate = None if key is not None else _certificate(signature)
        _check_promise(promise, root)
        _check_entry(promise, signature, signed, raw, certificate, key)
        if certificate is not None:
            signer = identity_of(certificate)
            _check_certificate(certificate, promise, root)
            refusal = policy.refusal(signer)
            if refusal is not None:
                raise _Refused(refusal)
        refusal = refusal_of(certificate.public_key() if certificate is not None else key, raw, signed)
        if refusal is not None:
            raise _Refused(refusal)
        reason = (
            subject_refusal(statement, sha256, policy, of_image=True)
            if statement is not None
            else _claim_refusal(signature, sha256, policy)
        )
    except _Refused as refused:
        reason = str(refused)
    verified = reason is None
    return Outcome(
        where=signature.where,
        result=Result.VERIFIED if verified else Result.REFUSED,
        reason=reason,
        identity=signer,
        predicate_type=statement.predicate_type if statement else None,
        builder=builder_of(statement),
        log_index=promise.index if promise and verified else None,
        time=iso(promise.time) if promise and verified else None,
        key=key is not None,
    )


def _promise(signature: Detached) -> _Promise | None:
    if signature.promise is None:
        return None
    where = f"{signature.where}: its log entry"
    value = parsed(signature.promise, where)
    payload = mapping(value.get("Payload"))
    time, index, log = payload.get("integratedTime"), payload.get("logIndex"), payload.get("logID")
    if (
        not isinstance(time, int)
        or not isinstance(index, int)
        or not isinstance(log, str)
        or not 0 < time < 1 << 40
        or index < 0
    ):
        raise MalformedProvenance(f"{where} names no time, index or log")
    return _Promise(
        decoded(payload.get("body"), where), time, index, log, decoded(value.get("SignedEntryTimestamp"), where)
    )


def _signed(signature: Detached) -> tuple[bytes, bytes, Statement | None]:
    """The bytes that are signed, the signature, and the statement where it is an envelope."""
    if not signature.envelope:
        return signature.payload, decoded(signature.signature, signature.where), None
    value = parsed(signature.payload, signature.where)
    kind = text(value.get("payloadType"))
    signatures = listed(value.get("signatures"))
    payload = decoded(value.get("payload"), signature.where)
    if kind != PAYLOAD_TYPE:
        raise _Refused(f"the payload is of type {kind}, not {PAYLOAD_TYPE}")
    if len(signatures) != 1:
        raise _Refused(f"its envelope has {len(signatures)} signatures, and one is expected")
    raw = decoded(mapping(signatures[0]).get("sig"), signature.where)
    return pre_authentication_encoding(kind, payload), raw, statement_of(payload, signature.where)


def _certificate(signature: Detached) -> Certificate:
    from cryptography.x509 import load_pem_x509_certificate

    if signature.certificate is None:
        raise _Refused("it is signed with a key, not with a certificate: give the public key with --key")
    try:
        return load_pem_x509_certificate(signature.certificate.encode())
    except ValueError as error:
        raise MalformedProvenance(f"{signature.where}: its certificate cannot be read") from error


def _check_promise(promise: _Promise, root: TrustedRoot) -> None:
    from sigstore._internal.trust import KeyringPurpose
    from sigstore._utils import KeyID
    from sigstore.errors import Error

    # The four members, sorted and without blanks, are their canonical form (RFC 8785): texts here are ASCII.
    data = json.dumps(
        {
            "body": base64.b64encode(promise.body).decode(),
            "integratedTime": promise.time,
            "logID": promise.log,
            "logIndex": promise.index,
        },
        sort_keys=True,
        separators=(",", ":"),
    ).encode()
    try:
        root.rekor_keyring(KeyringPurpose.VERIFY).verify(
            key_id=KeyID(bytes.fromhex(promise.log)), signature=promise.signature, data=data
        )
    except (Error, ValueError) as error:
        raise _Refused("the log entry beside it is not signed by a log of the trusted root") from error


def _check_entry(
    promise: _Promise,
    signature: Detached,
    signed: bytes,
    raw: bytes,
    certificate: Certificate | None,
    key: PublicKeyTypes | None,
) -> None:
    """The entry must record this signature: else a promise for something else would vouch for its time."""
    entry = recorded(promise.body, f"{signature.where}: its log entry")
    if entry is None:
        raise _Refused("its log entry is of a kind that is not supported for this form")
    payload = b""
    if entry.of_payload:
        payload = decoded(parsed(signature.payload, signature.where).get("payload"), signature.where)
    signed_digest, payload_digest = (hashlib.sha256(part).hexdigest() for part in (signed, payload))
    refusal = entry.refusal(signed_digest, payload_digest, raw, _encoded(certificate, key))
    if refusal is not None:
        raise _Refused(refusal)


def _encoded(certificate: Certificate | None, key: PublicKeyTypes | None) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    if certificate is not None:
        return certificate.public_bytes(Encoding.DER)
    return key_bytes(key) if key is not None else b""


def _check_certificate(certificate: Certificate, promise: _Promise, root: TrustedRoot) -> None:
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound, KeyUsage
    from cryptography.x509.oid import ExtendedKeyUsageOID
    from sigstore._internal.sct import verify_sct
    from sigstore._internal.timestamp import TimestampSource, TimestampVerificationResult
    from sigstore._internal.trust import KeyringPurpose
    from sigstore.errors import Error
    from sigstore.verify import Verifier

    time = datetime.fromtimestamp(promise.time, UTC)
    if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
        raise _Refused(f"the certificate was not valid at the time of its log entry, {iso(promise.time)}")
    try:
        use = certificate.extensions.get_extension_for_class(KeyUsage).value
        extended = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
    except ExtensionNotFound as error:
        raise _Refused("the certificate does not say what it may be used for") from error
    if not use.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in extended:
        raise _Refused("the certificate is not for signing code")
    try:
        stamp = TimestampVerificationResult(source=TimestampSource.TRANSPARENCY_SERVICE, time=time)
        chain = Verifier(trusted_root=root)._verify_chain_at_time(certificate, stamp)
        verify_sct(certificate, chain, root.ct_keyring(KeyringPurpose.VERIFY))
    except (Error, ValueError) as error:
        raise _Refused("the certificate is not from an authority of the trusted root, or not in its log") from error


def _claim_refusal(signature: Detached, sha256: str, policy: Policy) -> str | None:
    """The simple-signing payload (containers/image, docs/containers-signature.5.md) names the manifest's digest."""
    refusal = policy.refuses_predicate(None)
    if refusal is not None:
        return refusal
    critical = mapping(parsed(signature.payload, signature.where).get("critical"))
    if critical.get("type") != _SIGNATURE_TYPE:
        return f"the payload's type is {critical.get('type')}, not {_SIGNATURE_TYPE}"
    claimed = mapping(critical.get("image")).get("docker-manifest-digest")
    if claimed != f"sha256:{sha256}":
        return f"it signs the manifest {claimed}, and the image's is sha256:{sha256}"
    return None


def facts_of(annotations: Mapping[str, object]) -> tuple[str, str | None, str | None]:
    """Signature, certificate and promise as cosign's annotations name them."""
    return (
        text(annotations.get("dev.cosignproject.cosign/signature")) or "",
        text(annotations.get("dev.sigstore.cosign/certificate")),
        text(annotations.get("dev.sigstore.cosign/bundle")),
    )
