"""Bundles whose signer is named by a certificate of Fulcio, verified by sigstore-python's public interface.

It checks the certificate's chain and time, the certificate log's promise, the log entry with proof and checkpoint, and
the signature. What it leaves to its caller is checked here: payload type, subject, predicate type, identity.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from elfdiff.jsonvalues import mapping, text
from elfdiff.provenance.bundle import Bundle, Content
from elfdiff.provenance.document import MalformedProvenance
from elfdiff.provenance.identity import Identity, identity_of
from elfdiff.provenance.outcome import Outcome, Result
from elfdiff.provenance.policy import Policy
from elfdiff.provenance.statement import PAYLOAD_TYPE, Statement, statement_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.models import Bundle as Parsed
    from sigstore.models import TransparencyLogEntry, TrustedRoot


class _Signer:
    """A policy in sigstore-python's sense: sees the certificate only after its chain was verified."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.refusal: str | None = None

    def verify(self, cert: Certificate) -> None:
        """Raise if the signer is not who was asked for."""
        from sigstore.errors import VerificationError

        self.refusal = self.policy.refusal(identity_of(cert))
        if self.refusal is not None:
            raise VerificationError(self.refusal)


def verify(bundle: Bundle, sha256: str, policy: Policy, root: TrustedRoot, of_image: bool) -> Outcome:
    """Whether this bundle vouches for the file with this digest. MalformedProvenance if the bundle cannot be read."""
    from sigstore.models import Bundle as Parsed
    from sigstore.verify import Verifier

    logging.getLogger("sigstore").setLevel(logging.CRITICAL)
    try:
        parsed = Parsed.from_json(bundle.raw)
        signer = identity_of(parsed.signing_certificate)
        verifier = Verifier(trusted_root=root)
    except Exception as error:
        raise MalformedProvenance(f"{bundle.where}: {first_line(error)}") from error
    asked = _Signer(policy)
    statement: Statement | None = None
    reason: str | None
    try:
        if bundle.content is Content.ENVELOPE:
            kind, payload = verifier.verify_dsse(parsed, asked)
            if kind != PAYLOAD_TYPE:
                reason = f"the payload is of type {kind}, not {PAYLOAD_TYPE}"
            else:
                statement = statement_of(payload, bundle.where)
                reason = subject_refusal(statement, sha256, policy, of_image)
        else:
            from sigstore.hashes import Hashed
            from sigstore_models.common.v1 import HashAlgorithm

            digest = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(sha256))
            verifier.verify_artifact(digest, parsed, asked)
            reason = policy.refuses_predicate(None)
    except MalformedProvenance:
        raise
    except Exception as error:
        # Whatever the library raises on material that it could read: this bundle vouches for nothing.
        reason = asked.refusal or f"it does not verify: {first_line(error)}"
    return _outcome(bundle, parsed, signer, statement, reason)


def subject_refusal(statement: Statement, sha256: str, policy: Policy, of_image: bool) -> str | None:
    """Why a verified statement does not vouch for this digest; None if it does."""
    if not statement.speaks_of(sha256):
        named = next((subject.sha256 for subject in statement.subjects if subject.sha256), None)
        more = f" and {len(statement.subjects) - 1} more" if len(statement.subjects) > 1 else ""
        return f"its subject is {named or 'named by another digest'}{more}, and the file's SHA-256 is {sha256}"
    return policy.refuses_predicate(statement.predicate_type, of_image)


def builder_of(statement: Statement | None) -> str | None:
    """The builder's ID: ``builder`` in SLSA 0.2, ``runDetails.builder`` in 1; None where it is not said."""
    if statement is None:
        return None
    details = mapping(statement.predicate.get("runDetails"))
    builder = mapping(details.get("builder") or statement.predicate.get("builder"))
    return text(builder.get("id"))


def _outcome(
    bundle: Bundle, parsed: Parsed, signer: Identity, statement: Statement | None, reason: str | None
) -> Outcome:
    verified = reason is None
    shown = statement or bundle.statement
    return Outcome(
        where=bundle.where,
        result=Result.VERIFIED if verified else Result.REFUSED,
        reason=reason,
        identity=signer,
        predicate_type=shown.predicate_type if shown else None,
        builder=builder_of(shown),
        log_index=log_index(parsed.log_entry) if verified else None,
        time=(promised_time(parsed.log_entry) or _stamped(parsed)) if verified else None,
    )


def log_index(entry: TransparencyLogEntry) -> int:
    """A verified entry's place: in the whole log where a promise signs it, else in the tree of its proof."""
    inner = entry._inner
    return int(inner.log_index if promised_time(entry) else inner.inclusion_proof.log_index)


def promised_time(entry: TransparencyLogEntry) -> str | None:
    """When a verified entry came to its log; None without a promise: nothing else signs that time."""
    inner = entry._inner
    return iso(inner.integrated_time) if inner.inclusion_promise and inner.integrated_time else None


def _stamped(parsed: Parsed) -> str | None:
    """The one signed timestamp of a verified bundle. Of several one is verified, and nobody says which: then None."""
    stamps = parsed.verification_material.timestamp_verification_data
    times = [stamp.tst_info.gen_time for stamp in stamps.rfc3161_timestamps] if stamps else []
    return times[0].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if len(times) == 1 else None


def iso(seconds: int) -> str:
    """Seconds since 1970 in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def first_line(error: Exception) -> str:
    """What an exception of the library says, on one line of at most 300 characters, without the values it dumps."""
    several = len(error.args) > 1 and all(isinstance(part, str) for part in error.args)
    text = " ".join((" ".join(error.args) if several else str(error)).split()) or type(error).__name__
    for dump in (" [type=", ": expected log_index="):
        text = text.partition(dump)[0]
    return text if len(text) < 300 else json.dumps(text[:300])
