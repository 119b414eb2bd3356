"""Bundles signed with a key of one's own, and what --key can and cannot ask for; all material is made here."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sigstore", reason="the extra attest is not installed")

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.layouts import compact, layout, tar_of
from benchmarks.minted import Authority, Private, pem, statement, text64
from elfdiff.cli.main import main
from elfdiff.errors import UsageError
from elfdiff.provenance.document import MalformedProvenance
from elfdiff.provenance.outcome import Outcome, Result
from elfdiff.provenance.policy import Policy
from elfdiff.provenance.verify import verify_file

DATA = b"a program"
SHA256 = hashlib.sha256(DATA).hexdigest()
COSIGN_SIGNATURE = "https://sigstore.dev/cosign/sign/v1"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


Check = Callable[..., Outcome]


@pytest.fixture
def check(authority: Authority, tmp_path: Path) -> Check:
    """Verify DATA, or an image, with this bundle and key; the decisive outcome."""

    def outcome(bundle: Any, key: Private | None, policy: Policy | None = None) -> Outcome:
        (tmp_path / "app").write_bytes(DATA)
        (tmp_path / "root.json").write_bytes(authority.trusted_root())
        (tmp_path / "app.json").write_text(json.dumps(bundle))
        if key is not None:
            (tmp_path / "key.pub").write_bytes(pem(key))
        return verify_file(
            str(tmp_path / "app"),
            [str(tmp_path / "app.json")],
            policy or Policy(),
            str(tmp_path / "root.json"),
            str(tmp_path / "key.pub") if key is not None else None,
        ).decisive

    return outcome


@pytest.mark.parametrize(
    "made",
    [
        lambda: ec.generate_private_key(ec.SECP256R1()),
        lambda: rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate,
    ],
    ids=["ecdsa", "rsa", "ed25519"],
)
def test_an_attestation_verifies_with_its_key(authority: Authority, check: Check, made: Callable[[], Private]) -> None:
    signer = made()
    found = check(authority.envelope(statement(SHA256), signer), signer)
    assert (found.result, found.key, found.log_index, found.time) == (
        Result.VERIFIED,
        True,
        1002,
        "2026-01-01T00:00:00Z",
    )
    assert found.predicate_type == "https://slsa.dev/provenance/v1"


def test_a_signature_over_a_file_verifies_with_its_key(
    authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey
) -> None:
    assert check(authority.message(DATA, key), key).result is Result.VERIFIED
    other = check(authority.message(DATA + b"!", key), key)
    assert other.result is Result.REFUSED
    assert "and the file's SHA-256 is" in (other.reason or "")


def test_a_file_signed_with_ed25519_is_not_supported_and_not_refused(authority: Authority, check: Check) -> None:
    signer = ed25519.Ed25519PrivateKey.generate()
    found = check(authority.message(DATA, signer), signer)
    assert found.result is Result.UNSUPPORTED
    assert "Ed25519" in (found.reason or "")


def test_another_key_is_refused(authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    found = check(authority.envelope(statement(SHA256), key), other)
    assert (found.result, found.reason) == (Result.REFUSED, "its log entry records another signer")


def test_key_and_certificate_are_never_taken_for_each_other(
    authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey
) -> None:
    by_key = authority.envelope(statement(SHA256), key)
    by_certificate = authority.envelope(statement(SHA256), key, authority.certificate(key))
    assert check(by_certificate, None, Policy(repo="example/app")).result is Result.VERIFIED
    for bundle, given, words in ((by_key, None, "give the public key with --key"), (by_certificate, key, "--key")):
        found = check(bundle, given, Policy(repo="example/app") if given is None else None)
        assert found.result is Result.REFUSED
        assert words in (found.reason or "")


def test_subject_and_predicate_type_are_checked_with_a_key_too(
    authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey
) -> None:
    for bundle, policy, words in (
        (authority.envelope(statement("0" * 64), key), Policy(), "its subject is 000000"),
        (authority.envelope(statement(SHA256, "https://x/v1"), key), Policy(), "which is no SLSA provenance"),
        (authority.envelope(statement(SHA256), key), Policy(predicate_type="https://x/v1"), "the predicate type is"),
    ):
        found = check(bundle, key, policy)
        assert found.result is Result.REFUSED
        assert words in (found.reason or "")


def edited_payload(bundle: Any) -> None:
    value = base64.b64decode(bundle["dsseEnvelope"]["payload"]).replace(b'"b"', b'"c"')
    bundle["dsseEnvelope"]["payload"] = text64(value)


def other_signature(bundle: Any) -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    other = Authority().envelope(statement(SHA256), made)
    bundle["dsseEnvelope"]["signatures"] = other["dsseEnvelope"]["signatures"]


def other_log(bundle: Any) -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    entries = Authority().envelope(statement(SHA256), made)["verificationMaterial"]["tlogEntries"]
    bundle["verificationMaterial"]["tlogEntries"] = entries


def later(bundle: Any) -> None:
    bundle["verificationMaterial"]["tlogEntries"][0]["integratedTime"] = "1767225601"


def another_index(bundle: Any) -> None:
    bundle["verificationMaterial"]["tlogEntries"][0]["logIndex"] = "7"


def another_proof(bundle: Any) -> None:
    bundle["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["hashes"] = [text64(bytes(32))]


def another_kind(bundle: Any) -> None:
    bundle["verificationMaterial"]["tlogEntries"][0]["kindVersion"]["kind"] = "hashedrekord"


@pytest.mark.parametrize(
    "edit", [another_kind, edited_payload, other_signature, other_log, later, another_index, another_proof]
)
def test_what_was_changed_is_refused(
    authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey, edit: Callable[[Any], None]
) -> None:
    bundle = authority.envelope(statement(SHA256), key)
    edit(bundle)
    assert check(bundle, key).result is Result.REFUSED


def test_without_a_promise_neither_time_nor_place_are_taken_from_what_nobody_signed(
    authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey
) -> None:
    bundle = authority.envelope(statement(SHA256), key)
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    del entry["inclusionPromise"]
    entry["logIndex"] = "7"
    found = check(bundle, key)
    assert (found.result, found.time, found.log_index) == (Result.VERIFIED, None, 2)


def test_a_bundle_without_a_log_entry_is_not_supported(
    authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey
) -> None:
    bundle = authority.envelope(statement(SHA256), key)
    bundle["verificationMaterial"]["tlogEntries"] = []
    assert check(bundle, key).result is Result.UNSUPPORTED


@pytest.mark.parametrize(
    "policy", [Policy(signer_repo="a/b"), Policy(source_ref="refs/tags/v1"), Policy(issuer="https://x")]
)
def test_what_only_a_certificate_says_cannot_be_asked_of_a_key(
    authority: Authority, check: Check, key: ec.EllipticCurvePrivateKey, policy: Policy
) -> None:
    with pytest.raises(UsageError, match="has no certificate that could say this"):
        check(authority.envelope(statement(SHA256), key), key, policy)


def test_the_signature_of_an_image_in_bundle_form(
    authority: Authority, key: ec.EllipticCurvePrivateKey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A manifest that refers to the image, with one bundle as its layer, as cosign 3 writes it."""
    image = tmp_path / "image"
    digest = layout(image, [tar_of({"app": DATA})]).removeprefix("sha256:")
    index = json.loads((image / "index.json").read_text())
    kind = "application/vnd.dev.sigstore.bundle.v0.3+json"

    def kept(data: bytes, media: str) -> dict[str, Any]:
        name = hashlib.sha256(data).hexdigest()
        (image / "blobs" / "sha256" / name).write_bytes(data)
        return {"mediaType": media, "digest": f"sha256:{name}", "size": len(data)}

    bundle = json.dumps(authority.envelope(statement(digest, COSIGN_SIGNATURE), key)).encode()
    manifest = {
        "schemaVersion": 2,
        "artifactType": kind,
        "config": kept(b"{}", "application/vnd.oci.empty.v1+json"),
        "layers": [kept(bundle, kind)],
        "subject": index["manifests"][0],
    }
    kept(compact(manifest), "application/vnd.oci.image.manifest.v1+json")
    (tmp_path / "root.json").write_bytes(authority.trusted_root())
    (tmp_path / "key.pub").write_bytes(pem(key))
    command = ["attest", "verify", str(image), "--trusted-root", str(tmp_path / "root.json"), "--key"]
    assert main([*command, str(tmp_path / "key.pub")]) == 0
    assert "the key that was given" in capsys.readouterr().out
    (tmp_path / "key.pub").write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    assert main([*command, str(tmp_path / "key.pub")]) == 1


def test_one_that_cannot_be_read_keeps_no_other_from_verifying(
    authority: Authority, key: ec.EllipticCurvePrivateKey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps(authority.envelope(statement(SHA256), key))
    (tmp_path / "app").write_bytes(DATA)
    (tmp_path / "root.json").write_bytes(authority.trusted_root())
    (tmp_path / "key.pub").write_bytes(pem(key))
    command = ["attest", "verify", str(tmp_path / "app"), "--key", str(tmp_path / "key.pub"), "--trusted-root"]
    command += [str(tmp_path / "root.json"), "--bundle", str(tmp_path / "all.jsonl")]
    other = good.replace("dsseEnvelope", "envelope", 1)
    broken = json.dumps(json.loads(good) | {"dsseEnvelope": {"payload": "?"}})
    for lines, code, told in (
        (("{", good), 0, "line 1: unreadable: is no JSON"),
        ((good, broken), 0, "line 2: unreadable: holds no base64"),
        ((broken, other), 2, "UNREADABLE"),
    ):
        (tmp_path / "all.jsonl").write_text("\n".join(lines) + "\n")
        assert main(command) == code
        said = capsys.readouterr()
        assert told in said.out
        assert ("elfdiff: error: " in said.err) == (code == 2)


def test_a_damaged_attestation_in_an_image_keeps_no_other_from_verifying(
    authority: Authority, key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    manifest = b'{"schemaVersion":2}'
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "manifest.json").write_bytes(manifest)
    (tmp_path / "image" / "signature-1").write_bytes(b"no signature")
    (tmp_path / "image" / "signature-2").write_bytes(authority.detached(manifest, key))
    (tmp_path / "root.json").write_bytes(authority.trusted_root())
    (tmp_path / "key.pub").write_bytes(pem(key))
    found = verify_file(str(tmp_path / "image"), [], Policy(), str(tmp_path / "root.json"), str(tmp_path / "key.pub"))
    assert [item.result for item in found.outcomes] == [Result.UNREADABLE, Result.VERIFIED]
    assert found.exit_code == 0


def test_a_key_works_without_a_home_and_without_sockets(
    authority: Authority, key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    (tmp_path / "app").write_bytes(DATA)
    (tmp_path / "root.json").write_bytes(authority.trusted_root())
    (tmp_path / "app.json").write_text(json.dumps(authority.envelope(statement(SHA256), key)))
    (tmp_path / "key.pub").write_bytes(pem(key))
    code = (
        "import socket, sys\n"
        "def closed(*args, **kwargs): raise OSError('no network in this test')\n"
        "socket.getaddrinfo = socket.create_connection = socket.socket.connect = closed\n"
        "from elfdiff.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    words = f"attest verify app --bundle app.json --key key.pub --trusted-root root.json -o {tmp_path}/out".split()
    env = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out").read_text().endswith("elfdiff: result=verified bundles=1 exit=0\n")


def test_a_key_of_a_kind_that_is_not_supported_is_trouble(tmp_path: Path) -> None:
    public = dsa.generate_private_key(2048).public_key()
    (tmp_path / "key.pub").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(MalformedProvenance, match="of a kind that is not supported"):
        verify_file(__file__, [__file__], Policy(), None, str(tmp_path / "key.pub"))
