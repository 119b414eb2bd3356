"""A certificate authority, a certificate log and a transparency log of one's own, and bundles that they vouch for.

For tests and fuzzers: nothing here is secret, and nothing outside trusts it. Keys are made anew by each ``Authority``.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import struct
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from elfdiff.provenance.envelope import pre_authentication_encoding

SIGNER = "https://github.com/example/app/.github/workflows/release.yml@refs/tags/v1"
ISSUER = "https://token.actions.githubusercontent.com"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
TIME = 1_767_225_600
"""When everything was signed: 2026-01-01T00:00:00Z."""
FULCIO = {8: ISSUER, 9: SIGNER, 11: "github-hosted", 12: "https://github.com/example/app", 13: "5" * 40,
          14: "refs/tags/v1", 16: "https://github.com/example"}  # fmt: skip
_SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def compact(value: object) -> bytes:
    """JSON with sorted keys and no blanks (RFC 8785, for ASCII)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def text64(data: bytes) -> str:
    """Base64 as text."""
    return base64.b64encode(data).decode()


def der(key: Private) -> bytes:
    """The public key in DER."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem(key: Private) -> bytes:
    """The public key in PEM."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def signed(key: Private, data: bytes) -> bytes:
    """A signature over SHA-256, or over the bytes for Ed25519."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA256()))
    return key.sign(data, PKCS1v15(), hashes.SHA256()) if isinstance(key, rsa.RSAPrivateKey) else key.sign(data)


def statement(sha256: str, predicate_type: str = "https://slsa.dev/provenance/v1", **predicate: Any) -> bytes:
    """An in-toto statement on one subject."""
    value = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": sha256}}],
        "predicateType": predicate_type,
        "predicate": predicate or {"buildDefinition": {"buildType": "x"}, "runDetails": {"builder": {"id": "b"}}},
    }
    return json.dumps(value).encode()


class Authority:
    """All keys; ``trusted_root`` names them."""

    def __init__(self) -> None:
        self.root, self.log, self.certificates = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "minted")])
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.root.public_key())
        self.name, self.from_root = name, x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
        usage = dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
        self.authority = (
            self._builder(self.root, name, datetime.timedelta(days=3650))
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(x509.KeyUsage(**usage), True)
            .add_extension(identifier, False)
            .sign(self.root, hashes.SHA256())
        )

    def _builder(self, key: Private, subject: x509.Name, lasting: datetime.timedelta) -> x509.CertificateBuilder:
        start = datetime.datetime.fromtimestamp(TIME, datetime.UTC) - datetime.timedelta(minutes=5)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(0x15)
            .not_valid_before(start)
            .not_valid_after(start + lasting)
        )

    def certificate(self, key: ec.EllipticCurvePrivateKey) -> bytes:
        """A signer's certificate in DER, as Fulcio writes it, with the promise of the certificate log."""
        usage = dict.fromkeys(_USAGES, False) | {"digital_signature": True}
        made = (
            self._builder(key, x509.Name([]), datetime.timedelta(minutes=20))
            .add_extension(x509.KeyUsage(**usage), True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(self.from_root, False)
            .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(SIGNER)]), True)
        )
        for number, value in FULCIO.items():
            oid = ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
            body = value.encode()
            made = made.add_extension(x509.UnrecognizedExtension(oid, bytes((0x0C, len(body))) + body), False)
        body = made.sign(self.root, hashes.SHA256()).tbs_certificate_bytes
        stamp = struct.pack(">Q", TIME * 1000)
        issuer = hashlib.sha256(der(self.root)).digest()
        entry = b"\0\0" + stamp + b"\0\1" + issuer + len(body).to_bytes(3, "big") + body + b"\0\0"
        signature = signed(self.certificates, entry)
        promise = b"\0" + hashlib.sha256(der(self.certificates)).digest() + stamp + b"\0\0\4\3"
        promise += struct.pack(">H", len(signature)) + signature
        listed = struct.pack(">HH", len(promise) + 2, len(promise)) + promise
        assert len(listed) < 0x80 + 0x80
        wrapped = bytes((4, len(listed))) if len(listed) < 0x80 else bytes((4, 0x81, len(listed)))
        made = made.add_extension(x509.UnrecognizedExtension(_SCT_LIST, wrapped + listed), False)
        return made.sign(self.root, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def trusted_root(self) -> bytes:
        """The keys as sigstore's trusted root names them."""
        valid = {"start": "2020-01-01T00:00:00Z"}

        def instance(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
            public = {"rawBytes": text64(der(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
            log = {"keyId": text64(hashlib.sha256(der(key)).digest())}
            return {"baseUrl": "https://log.test", "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": log}

        chain = [{"rawBytes": text64(self.authority.public_bytes(serialization.Encoding.DER))}]
        authority = {
            "subject": {"organization": "minted", "commonName": "minted"},
            "uri": "https://ca.test",
            "certChain": {"certificates": chain},
            "validFor": valid,
        }
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [instance(self.log)],
                "certificateAuthorities": [authority],
                "ctlogs": [instance(self.certificates)],
                "timestampAuthorities": [],
            }
        ).encode()

    def entry(self, kind: str, version: str, spec: dict[str, Any], others: int = 2) -> dict[str, Any]:
        """A log entry with proof, checkpoint and promise; ``others`` leaves stand before it, each of its own."""
        body = compact({"apiVersion": version, "kind": kind, "spec": spec})
        leaves = [hashlib.sha256(b"\0%d" % number).digest() for number in range(others)]
        top, hashes_up = _tree([*leaves, hashlib.sha256(b"\0" + body).digest()])
        note = f"log.test\n{others + 1}\n{text64(top)}\n"
        identifier = hashlib.sha256(der(self.log)).digest()
        mark = text64(identifier[:4] + signed(self.log, note.encode()))
        promise = {"body": text64(body), "integratedTime": TIME, "logID": identifier.hex(), "logIndex": 1000 + others}
        return {
            "logIndex": str(1000 + others),
            "logId": {"keyId": text64(identifier)},
            "kindVersion": {"kind": kind, "version": version},
            "integratedTime": str(TIME),
            "inclusionPromise": {"signedEntryTimestamp": text64(signed(self.log, compact(promise)))},
            "inclusionProof": {
                "logIndex": str(others),
                "rootHash": text64(top),
                "treeSize": str(others + 1),
                "hashes": [text64(item) for item in hashes_up],
                "checkpoint": {"envelope": f"{note}\n\N{EM DASH} log.test {mark}\n"},
            },
            "canonicalizedBody": text64(body),
        }

    def envelope(self, payload: bytes, key: Private, certificate: bytes | None = None) -> dict[str, Any]:
        """A bundle 0.3 with an envelope, signed with a certificate's key, or with a key of one's own."""
        signature = signed(key, pre_authentication_encoding(PAYLOAD_TYPE, payload))
        spec = {
            "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
            "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
            "signatures": [{"signature": text64(signature), "verifier": text64(_signer(key, certificate))}],
        }
        envelope = {
            "payload": text64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": text64(signature)}],
        }
        return _bundle(self.entry("dsse", "0.0.1", spec), key, certificate) | {"dsseEnvelope": envelope}

    def message(self, data: bytes, key: Private, certificate: bytes | None = None) -> dict[str, Any]:
        """A bundle 0.3 with a signature over a file."""
        digest, signature = hashlib.sha256(data), signed(key, data)
        spec = {
            "data": {"hash": {"algorithm": "sha256", "value": digest.hexdigest()}},
            "signature": {
                "content": text64(signature),
                "publicKey": {"content": text64(_signer(key, certificate))},
            },
        }
        message = {
            "messageDigest": {"algorithm": "SHA2_256", "digest": text64(digest.digest())},
            "signature": text64(signature),
        }
        return _bundle(self.entry("hashedrekord", "0.0.1", spec), key, certificate) | {"messageSignature": message}

    def detached(self, manifest: bytes, key: Private, certificate: bytes | None = None) -> bytes:
        """``signature-1`` of skopeo's ``dir:``: a simple-signing payload, its signature, and the log's promise."""
        digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        critical = {
            "identity": {"docker-reference": "example.com/app"},
            "image": {"docker-manifest-digest": digest},
            "type": "cosign container image signature",
        }
        payload = compact({"critical": critical, "optional": None})
        signature = signed(key, payload)
        spec = {
            "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}},
            "signature": {
                "content": text64(signature),
                "publicKey": {"content": text64(_signer(key, certificate))},
            },
        }
        body = {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec}
        identifier = hashlib.sha256(der(self.log)).hexdigest()
        promised = {"body": text64(compact(body)), "integratedTime": TIME, "logID": identifier, "logIndex": 1000}
        promise = {"SignedEntryTimestamp": text64(signed(self.log, compact(promised))), "Payload": promised}
        notes = {
            "dev.cosignproject.cosign/signature": text64(signature),
            "dev.sigstore.cosign/bundle": json.dumps(promise),
        }
        if certificate is not None:
            notes["dev.sigstore.cosign/certificate"] = _signer(key, certificate).decode()
        kind = "application/vnd.dev.cosign.simplesigning.v1+json"
        value = {"mimeType": kind, "payload": text64(payload), "annotations": notes}
        return b"\0sigstore-json\n" + json.dumps(value).encode()


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _signer(key: Private, certificate: bytes | None) -> bytes:
    if certificate is None:
        return pem(key)
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


def _bundle(entry: dict[str, Any], key: Private, certificate: bytes | None) -> dict[str, Any]:
    hint = {"publicKey": {"hint": text64(hashlib.sha256(der(key)).digest())}}
    signer = hint if certificate is None else {"certificate": {"rawBytes": text64(certificate)}}
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": signer | {"tlogEntries": [entry]},
    }


def _tree(leaves: list[bytes]) -> tuple[bytes, list[bytes]]:
    """The root of a Merkle tree, and the path of its last leaf, lowest first (RFC 6962, section 2.1)."""
    if len(leaves) == 1:
        return leaves[0], []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    left, _ = _tree(leaves[:half])
    right, path = _tree(leaves[half:])
    return hashlib.sha256(b"\1" + left + right).digest(), [*path, left]
