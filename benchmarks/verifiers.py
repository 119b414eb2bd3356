"""elfdiff attest verify beside another verifier, the npm package sigstore, on the real material of shared/data.

    python benchmarks/verifiers.py [DIRECTORY]

installs the package into a temporary folder (npm's ordinary client; nothing else is fetched, both verify with the same
trusted root), runs both on every case, and prints a row a case. DIRECTORY is test/assets/bundle-verify of a checkout of
sigstore/sigstore-conformance; with it, its cases are run as well. cosign's older form of image signatures is handed to
the other verifier as the bundle 0.1 that it amounts to. Exit code 1 if the two disagree where they should not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.fuzz_bundles import BEACON, shared  # isort: skip
from elfdiff.errors import ElfdiffError  # isort: skip
from elfdiff.provenance.detached import Detached  # isort: skip
from elfdiff.provenance.layout import read_layout  # isort: skip
from elfdiff.provenance.policy import Policy  # isort: skip
from elfdiff.provenance.statement import PROVENANCE  # isort: skip
from elfdiff.provenance.verify import verify_file  # isort: skip

PACKAGE = "sigstore@4"
SLSA = "slsa-framework"
IMAGE_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwOkOF9xpfG8ghueIhnZ66ooujwt1
+ReV3HupgKnGFYnEh3Hh1YTg5L6kN1Yakkt5WltRoav8/R3hpCtUO3Rldw==
-----END PUBLIC KEY-----
"""
"""The public key that the log records for the key-signed image (containers/image, signature/fixtures/cosign2.pub)."""
STATED = {
    "intoto 0.0.2": "elfdiff names it as not supported; the npm package takes it",
    "intoto-with-custom-trust-root": "as above",
    "rekor2-dsse-happy-path": "the npm package 4.1.1 reads no such entry",
    "trust-root-tlog-missing-validity-start_fail": "the two read this root otherwise",
    "trust-root-tsa-validity-end-inclusive": "sigstore-python 4.5.1 excludes the end of an authority's validity",
}
"""Cases in which the two differ, and why."""


@dataclass(frozen=True)
class Case:
    """``wanted`` is elfdiff's exit code; ``bundle`` None where the image holds its signatures inside."""

    name: str
    target: Path
    bundle: Path | None
    policy: Policy
    wanted: int
    root: Path | None = None
    key: str | None = None


def material(folder: Path) -> Iterator[Case]:
    """The cases of shared/data, and what can be done wrong with them."""
    owner = Policy(owner=SLSA)
    for name in ("gha_go/v14", "gha_go/v13.0.30", "gha_generic/v14", "gha_generic/v13.0.30"):
        yield Case(name, folder / name, folder / f"{name}.intoto.jsonl", owner, 0)
    v14, bundle = folder / "gha_go" / "v14", folder / "gha_go" / "v14.intoto.jsonl"
    yield Case("another owner", v14, bundle, Policy(owner="somebody-else"), 1)
    other = Policy(owner=SLSA, predicate_type="https://example.com/other")
    yield Case("another predicate type", v14, bundle, other, 1)
    yield Case("another subject", v14, folder / "gha_generic" / "v14.intoto.jsonl", owner, 1)
    changed = bytearray(v14.read_bytes())
    changed[1000] ^= 1
    (folder / "changed").write_bytes(changed)
    yield Case("one changed byte", folder / "changed", bundle, owner, 1)
    value = json.loads(bundle.read_text())
    payload = base64.b64decode(value["dsseEnvelope"]["payload"]).replace(b"refs/tags/v14", b"refs/tags/v15")
    value["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
    (folder / "edited.json").write_text(json.dumps(value))
    yield Case("an edited statement", v14, folder / "edited.json", owner, 1)
    data = folder / "conformance" / "a.txt"
    for case in sorted(path for path in data.parent.iterdir() if path.is_dir()):
        root = case / "trusted_root.json"
        wanted = 1 if case.name.endswith("_fail") else 0
        yield Case(case.name, data, case / "bundle.sigstore.json", BEACON, wanted, root if root.exists() else None)
    yield Case("image, attestation inside", folder / "cosign-save" / "container_workflow_dispatch", None, owner, 0)
    images = folder / "image-signature"
    keyless = images / "dir-img-cosign-fulcio-rekor-valid"
    yield Case("image, keyless", keyless, None, Policy(subject_pattern=r".*@redhat\.com"), 0)
    yield Case("image, another identity", keyless, None, Policy(subject="somebody@example.com"), 1)
    keyed = images / "dir-img-cosign-key-rekor-valid"
    yield Case("image, key", keyed, None, Policy(), 0, key=IMAGE_KEY)
    yield Case("image, another key", keyed, None, Policy(), 1, key=(images / "cosign.pub").read_text())
    old = folder / "intoto-0.0.2"
    yield Case("intoto 0.0.2", old / "empty-file", old / "empty-file.build.slsa", owner, 2)
    yield Case("bare DSSE", folder / "gha_generic" / "v14", folder / "bare-dsse" / "v14.intoto.jsonl", owner, 2)


def conformance(folder: Path) -> Iterator[Case]:
    """Those of the client conformance suite; what must fail may be refused or unreadable."""
    for case in sorted(path for path in folder.iterdir() if path.is_dir()):
        root, key = case / "trusted_root.json", case / "key.pub"
        target = case / "artifact" if (case / "artifact").exists() else folder / "a.txt"
        yield Case(
            case.name,
            target,
            case / "bundle.sigstore.json",
            Policy() if key.exists() else BEACON,
            1 if case.name.endswith("_fail") else 0,
            root if root.exists() else None,
            key.read_text() if key.exists() else None,
        )


def ours(case: Case, folder: Path) -> tuple[int, str]:
    """elfdiff's exit code, and its reason."""
    key = folder / "given.pub"
    if case.key is not None:
        key.write_text(case.key)
    try:
        found = verify_file(
            str(case.target),
            [str(case.bundle)] if case.bundle else [],
            case.policy,
            str(case.root) if case.root else None,
            str(key) if case.key is not None else None,
        )
    except ElfdiffError as error:
        return 2, str(error)
    return found.exit_code, found.decisive.reason or ""


def job(case: Case, default_root: Any) -> dict[str, Any]:
    """What the other verifier is asked."""
    policy = case.policy
    signer = policy.subject_pattern or (re.escape(policy.subject) if policy.subject else None)
    if policy.owner is not None:
        # It knows no owners, but the name of a workflow that signs begins with one.
        signer = f"https://github\\.com/{re.escape(policy.owner)}/.*"
    try:
        root = json.loads(case.root.read_text()) if case.root is not None else default_root
        bundle, data, sha256 = _asked(case)
    except ValueError as error:
        bundle, data, sha256, root = {"unreadable": str(error)}, None, "", default_root
    return {
        "bundle": bundle,
        "root": root,
        "data": data,
        "key": case.key,
        "signer": f"^(?:{signer})$" if signer is not None else None,
        "sha256": sha256,
        "predicateTypes": [policy.predicate_type] if policy.predicate_type else list(PROVENANCE),
    }


def _asked(case: Case) -> tuple[Any, str | None, str]:
    if case.bundle is not None:
        content = case.target.read_bytes()
        value = json.loads(case.bundle.read_text())
        data = base64.b64encode(content).decode() if "messageSignature" in value else None
        return value, data, hashlib.sha256(content).hexdigest()
    image = read_layout(str(case.target))
    for signature in image.signatures:
        if isinstance(signature, Detached):
            return as_bundle(signature, case.key is not None, image.sha256)
    raise ValueError("no signature")


def as_bundle(signature: Detached, by_key: bool, sha256: str) -> tuple[Any, str | None, str]:
    """cosign's older form as a bundle 0.1. A claim on another digest is no signature of this image: ValueError."""
    promise = json.loads(signature.promise or "{}")
    body = json.loads(base64.b64decode(promise["Payload"]["body"]))
    entry = {
        "logIndex": str(promise["Payload"]["logIndex"]),
        "logId": {"keyId": base64.b64encode(bytes.fromhex(promise["Payload"]["logID"])).decode()},
        "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
        "integratedTime": str(promise["Payload"]["integratedTime"]),
        "inclusionPromise": {"signedEntryTimestamp": promise["SignedEntryTimestamp"]},
        "canonicalizedBody": promise["Payload"]["body"],
    }
    lines = (signature.certificate or "").strip().split("\n")[1:-1]
    signer: dict[str, Any] = {"publicKey": {"hint": "given"}}
    if not by_key:
        signer = {"x509CertificateChain": {"certificates": [{"rawBytes": "".join(lines)}]}}
    bundle: dict[str, Any] = {
        "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "verificationMaterial": signer | {"tlogEntries": [entry]},
    }
    if signature.envelope:
        return bundle | {"dsseEnvelope": json.loads(signature.payload)}, None, sha256
    claimed = json.loads(signature.payload)["critical"]["image"]["docker-manifest-digest"]
    if claimed != f"sha256:{sha256}":
        raise ValueError("signs another manifest")
    digest = base64.b64encode(hashlib.sha256(signature.payload).digest()).decode()
    message = {"messageDigest": {"algorithm": "SHA2_256", "digest": digest}, "signature": signature.signature}
    return bundle | {"messageSignature": message}, base64.b64encode(signature.payload).decode(), sha256


def theirs(cases: list[Case], folder: Path) -> list[str]:
    """The other verifier's words on each case."""
    (folder / "package.json").write_text("{}")
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--silent", PACKAGE], cwd=folder, check=True, timeout=300
    )
    script = folder / "verifiers.js"
    script.write_text((Path(__file__).parent / "verifiers.js").read_text())
    packaged = files("sigstore").joinpath("_store", "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev", "trusted_root.json")
    root = json.loads(packaged.read_text())
    asked = json.dumps([job(case, root) for case in cases])
    done = subprocess.run(["node", script], input=asked, capture_output=True, text=True, check=True, timeout=300)
    found: list[str] = json.loads(done.stdout)
    return found


def main() -> int:
    """0 if the two agree on every case but the stated ones."""
    archive = shared()
    if archive is None:
        print("no shared/data/attestations.tar.xz beside the repository")
        return 2
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
        cases = list(material(folder / "attestations"))
        more = list(conformance(Path(sys.argv[1]))) if len(sys.argv) > 1 else []
        cases += more
        print(f"{'case':54} elfdiff  npm       agree")
        for case, said in zip(cases, theirs(cases, folder), strict=True):
            code, reason = ours(case, folder)
            as_wanted = code == case.wanted or (case.wanted == 1 and case in more and code == 2)
            agree = (code == 0) == (said == "verified")
            fine = agree and as_wanted
            note = "" if fine else STATED.get(case.name, f"ELFDIFF: {reason}; NPM: {said}")
            wrong += not fine and case.name not in STATED
            word = {0: "verified", 1: "refused", 2: "unknown"}[code]
            print(f"{case.name:54} {word:8} {said.partition(':')[0]:9} {'yes' if agree else 'no'}  {note}".rstrip())
    print(f"{len(cases)} cases, {wrong} disagreements that are not stated")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
