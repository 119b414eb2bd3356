"""Public keys that are given, and signatures by them over SHA-256."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elfdiff.provenance.document import MalformedProvenance

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_KINDS = "ECDSA, RSA and Ed25519 are"


def read_key(pem: bytes, name: str) -> PublicKeyTypes:
    """A public key in PEM. MalformedProvenance for anything else, and for a kind that is not supported."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedProvenance(f"{name}: is no public key in PEM") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
        raise MalformedProvenance(f"{name}: is a key of a kind that is not supported ({_KINDS})")
    return key


def key_bytes(key: PublicKeyTypes) -> bytes:
    """The key in DER (SubjectPublicKeyInfo, RFC 5280, section 4.1.2.7)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signs_digests(key: PublicKeyTypes) -> bool:
    """False for Ed25519, which signs all bytes and not their digest."""
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return not isinstance(key, ed25519.Ed25519PublicKey)


def refusal_of(key: PublicKeyTypes | None, signature: bytes, signed: bytes, hashed: bool = False) -> str | None:
    """Why this is not the signature of these bytes by this key, as a sentence; None if it is.

    With ``hashed`` the bytes are the SHA-256 of what was signed.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    over = Prehashed(hashes.SHA256()) if hashed else hashes.SHA256()
    try:
        match key:
            case ec.EllipticCurvePublicKey():
                key.verify(signature, signed, ec.ECDSA(over))
            case rsa.RSAPublicKey():
                key.verify(signature, signed, padding.PKCS1v15(), over)
            case ed25519.Ed25519PublicKey() if not hashed:
                key.verify(signature, signed)
            case _:
                return f"its signer's key is of a kind that is not supported for this form ({_KINDS})"
    except InvalidSignature:
        return "the signature is not of this payload by this signer"
    return None
