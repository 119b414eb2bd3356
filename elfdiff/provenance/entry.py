"""What an entry of a transparency log records: which bytes were signed, with which signature, by whom.

The entries are Rekor's (sigstore/rekor, pkg/types: hashedrekord 0.0.1, dsse 0.0.1, intoto 0.0.2) and those of Rekor 2
(sigstore/rekor-tiles, hashedrekord 0.0.2).
"""

from __future__ import annotations

from collections.abc import Mapping

from elfdiff.jsonvalues import listed, mapping, text
from elfdiff.provenance.document import MalformedProvenance, decoded, parsed
from elfdiff.provenance.keys import key_bytes
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class Recorded:
    """``sha256`` is in lower-case hex: of an envelope's payload where ``of_payload`` is true, else of what was signed.

    ``kind`` is the entry's kind and version; ``signer`` the DER of a certificate or of a public key.
    """

    kind: str
    sha256: str | None
    of_payload: bool
    signature: bytes
    signer: bytes

    def refusal(self, signed: str, payload: str, signature: bytes, signer: bytes) -> str | None:
        """Why this entry does not speak of that signature, as a sentence; None if it does.

        ``signed`` and ``payload`` are SHA-256 in lower-case hex, of what was signed and of an envelope's payload.
        """
        if self.sha256 != (payload if self.of_payload else signed):
            return "its log entry records another payload"
        if self.signature != signature:
            return "its log entry records another signature"
        if self.signer != signer:
            return "its log entry records another signer"
        return None


def recorded(body: bytes, where: str) -> Recorded | None:
    """What the entry's body says; None for a kind that is not known. MalformedProvenance for what is no entry."""
    value = parsed(body, where)
    spec = mapping(value.get("spec"))
    kind = f"{value.get('kind')} {value.get('apiVersion')}"
    match kind:
        case "hashedrekord 0.0.1":
            made = mapping(spec.get("signature"))
            signer = _pem(decoded(mapping(made.get("publicKey")).get("content"), where), where)
            digest = _sha256(mapping(mapping(spec.get("data")).get("hash")))
            return Recorded(kind, digest, False, decoded(made.get("content"), where), signer)
        case "dsse 0.0.1":
            made = _only(spec.get("signatures"), where)
            signer = _pem(decoded(made.get("verifier"), where), where)
            digest = _sha256(mapping(spec.get("payloadHash")))
            return Recorded(kind, digest, True, decoded(made.get("signature"), where), signer)
        case "intoto 0.0.2":
            content = mapping(spec.get("content"))
            made = _only(mapping(content.get("envelope")).get("signatures"), where)
            signer = _pem(decoded(made.get("publicKey"), where), where)
            # This version keeps the base64 text of the signature in base64 once more.
            inner = decoded(made.get("sig"), where).decode("ascii", "replace")
            return Recorded(kind, _sha256(mapping(content.get("payloadHash"))), True, decoded(inner, where), signer)
        case "hashedrekord 0.0.2":
            return _rekor_2(kind, mapping(spec.get("hashedRekordV002")), where)
    return None


def _rekor_2(kind: str, spec: Mapping[str, object], where: str) -> Recorded:
    made, data = mapping(spec.get("signature")), mapping(spec.get("data"))
    verifier = mapping(made.get("verifier"))
    signer = mapping(verifier.get("publicKey")) or mapping(verifier.get("x509Certificate"))
    digest = decoded(data.get("digest"), where).hex() if data.get("algorithm") == "SHA2_256" else None
    return Recorded(kind, digest, False, decoded(made.get("content"), where), decoded(signer.get("rawBytes"), where))


def _sha256(value: Mapping[str, object]) -> str | None:
    return text(value.get("value")) if value.get("algorithm") == "sha256" else None


def _only(value: object, where: str) -> Mapping[str, object]:
    """The one signature of an entry; with several nobody could say which one is meant."""
    found = listed(value)
    if len(found) != 1:
        raise MalformedProvenance(f"{where} records {len(found)} signatures, and one is expected")
    return mapping(found[0])


def _pem(data: bytes, where: str) -> bytes:
    """The DER of a certificate or public key in PEM."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        if b"CERTIFICATE" in data:
            return load_pem_x509_certificate(data).public_bytes(Encoding.DER)
        return key_bytes(load_pem_public_key(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedProvenance(f"{where} holds no certificate or key") from error
