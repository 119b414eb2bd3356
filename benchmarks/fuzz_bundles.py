"""Damaged bundles and signatures of images: each must end in an answer or one sentence, soon, and none may vouch for
anything that the good one did not.

    python benchmarks/fuzz_bundles.py [COUNT] [SEED]

Good ones are made here (benchmarks/minted.py), and taken from shared/data where that lies beside the repository. All
runs in this process. Prints a line for each good one, every fault, and every unsound answer; exit code 1 for any.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import resource
import signal
import sys
import tarfile
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # isort: skip

from benchmarks import damage  # isort: skip
from benchmarks.layouts import compact, descriptor, layout, tar_of  # isort: skip
from benchmarks.minted import Authority, pem, statement  # isort: skip
from elfdiff.errors import ElfdiffError  # isort: skip
from elfdiff.provenance.outcome import Outcome, Result, Verification  # isort: skip
from elfdiff.provenance.policy import Policy  # isort: skip
from elfdiff.provenance.reading import inputs_in  # isort: skip
from elfdiff.provenance.verify import verify_file  # isort: skip
from elfdiff.render.attest import inputs_text, verification_json, verification_text  # isort: skip

SECONDS, MEGABYTES = 5, 400
BEACON = Policy(
    subject="https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
    ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
    issuer="https://token.actions.githubusercontent.com",
)
Files = Mapping[str, bytes]


class TooSlow(BaseException):
    """A damaged input took more than SECONDS of the processor: a busy machine stretches the clock."""


@dataclass(frozen=True)
class Good:
    """What verifies: ``files`` of a folder; ``target`` in it is what is vouched for, ``bundle`` None for an image.

    ``damaged`` are the files that an attacker may write: never the root, the key, or the file that is vouched for.
    """

    name: str
    files: Files
    target: str
    bundle: str | None
    policy: Policy
    root: str | None = None
    key: str | None = None
    donors: tuple[Any, ...] = field(default=(), compare=False)

    @property
    def damaged(self) -> list[str]:
        """In a fixed order."""
        if self.bundle is not None:
            return [self.bundle]
        prefix = f"{self.target}/"
        names = [name for name in self.files if name.startswith(prefix)]
        return sorted(name for name in names if len(self.files[name]) < 200_000)

    def verified(self, folder: Path) -> Verification:
        """The answer for what lies in the folder."""
        return verify_file(
            str(folder / self.target),
            [str(folder / self.bundle)] if self.bundle else [],
            self.policy,
            str(folder / self.root) if self.root else None,
            str(folder / self.key) if self.key else None,
        )


def minted() -> Iterator[Good]:
    """Bundles with certificate and with three kinds of key, and images signed in both forms."""
    authority = Authority()
    keys = {
        "ECDSA": ec.generate_private_key(ec.SECP256R1()),
        "RSA": rsa.generate_private_key(65537, 2048),
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    signer = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.certificate(signer)
    data = b"a program"
    sha256 = hashlib.sha256(data).hexdigest()
    files = {"app": data, "root.json": authority.trusted_root()}
    donor = authority.envelope(statement("0" * 64, x=1), signer, certificate)
    by_certificate = Policy(repo="example/app")
    for name, bundle in (
        ("envelope, certificate", authority.envelope(statement(sha256), signer, certificate)),
        ("message, certificate", authority.message(data, signer, certificate)),
    ):
        both = files | {"app.json": json.dumps(bundle).encode()}
        yield Good(name, both, "app", "app.json", by_certificate, "root.json", None, (donor,))
    for kind, key in keys.items():
        both = files | {"app.json": json.dumps(authority.envelope(statement(sha256), key)).encode(), "k.pub": pem(key)}
        other = authority.envelope(statement("0" * 64, x=1), key)
        yield Good(f"envelope, {kind} key", both, "app", "app.json", Policy(), "root.json", "k.pub", (other, donor))
    both = files | {
        "app.json": json.dumps(authority.message(data, keys["ECDSA"])).encode(),
        "k.pub": pem(keys["ECDSA"]),
    }
    yield Good("message, ECDSA key", both, "app", "app.json", Policy(), "root.json", "k.pub", (donor,))
    yield from _images(authority, keys["ECDSA"], signer, certificate)


def _images(
    authority: Authority, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, certificate: bytes
) -> Iterator[Good]:
    with tempfile.TemporaryDirectory() as name:
        digest = layout(Path(name, "image"), [tar_of({"app": b"x"})]).removeprefix("sha256:")
        plain = _read(Path(name))
    manifest = plain[f"image/blobs/sha256/{digest}"]
    common = {"root.json": authority.trusted_root(), "k.pub": pem(key)}
    folder = {"image/manifest.json": manifest}
    by_key = common | folder | {"image/signature-1": authority.detached(manifest, key)}
    yield Good("dir:, key", by_key, "image", None, Policy(), "root.json", "k.pub")
    by_name = common | folder | {"image/signature-1": authority.detached(manifest, signer, certificate)}
    yield Good("dir:, certificate", by_name, "image", None, Policy(repo="example/app"), "root.json")
    kind = "application/vnd.dev.sigstore.bundle.v0.3+json"
    cosign = "https://sigstore.dev/cosign/sign/v1"
    bundle = json.dumps(authority.envelope(statement(digest, cosign), signer, certificate)).encode()
    referrer = {
        "schemaVersion": 2,
        "artifactType": kind,
        "config": descriptor("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [descriptor(kind, bundle)],
        "subject": json.loads(plain["image/index.json"])["manifests"][0],
    }
    blobs = (bundle, b"{}", compact(referrer))
    kept = plain | {f"image/blobs/sha256/{hashlib.sha256(blob).hexdigest()}": blob for blob in blobs}
    yield Good("layout, bundle", common | kept, "image", None, Policy(repo="example/app"), "root.json")


def real(archive: Path) -> Iterator[Good]:
    """The material of shared/data that verifies."""
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(archive) as opened:
            opened.extractall(name, filter="data")
        files = {key.removeprefix("attestations/"): data for key, data in _read(Path(name)).items()}
    slsa = Policy(owner="slsa-framework")
    for binary in ("gha_go/v14", "gha_generic/v13.0.30"):
        bundle = f"{binary}.intoto.jsonl"
        donor = json.loads(files["gha_go/v13.0.30.intoto.jsonl"])
        # What is vouched for is told by its digest alone, so a small file may stand for it only if it is it.
        yield Good(binary, {key: files[key] for key in (binary, bundle)}, binary, bundle, slsa, donors=(donor,))
    donor = json.loads(files["gha_go/v14.intoto.jsonl"])
    for case in sorted({key.split("/")[1] for key in files if key.startswith("conformance/") and key.count("/") > 1}):
        if case.endswith("_fail"):
            continue
        prefix = f"conformance/{case}"
        root = f"{prefix}/trusted_root.json" if f"{prefix}/trusted_root.json" in files else None
        bundle = f"{prefix}/bundle.sigstore.json"
        kept = {key: files[key] for key in ("conformance/a.txt", bundle, root) if key}
        yield Good(case, kept, "conformance/a.txt", bundle, BEACON, root, donors=(donor,))
    for target, policy in (
        ("cosign-save/container_workflow_dispatch", slsa),
        ("image-signature/dir-img-cosign-fulcio-rekor-valid", Policy(subject_pattern=r".*@redhat\.com")),
    ):
        yield Good(
            target, {key: data for key, data in files.items() if key.startswith(target + "/")}, target, None, policy
        )


def shared() -> Path | None:
    """The archive of real material beside the repository, if it is there."""
    above = Path(__file__).resolve().parents
    return next((f for p in above if (f := p / "shared" / "data" / "attestations.tar.xz").is_file()), None)


def _read(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def harmed(good: Good, draw: random.Random) -> dict[str, bytes]:
    """The files with one to three kinds of damage."""
    files = dict(good.files)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        name = draw.choice([key for key in good.damaged if key in files])
        files[name] = _harmed(files[name], draw, good.donors)
        if "/blobs/sha256/" in name and draw.randrange(4):
            _renamed(files, name)
    return files


def _harmed(data: bytes, draw: random.Random, donors: tuple[Any, ...]) -> bytes:
    head, body = (data[: 15 if data[:1] == b"\0" else 0], data[15 if data[:1] == b"\0" else 0 :])
    try:
        value = json.loads(body)
    except ValueError:
        return damage.raw(data, draw)
    match draw.randrange(8):
        case 0:
            return damage.raw(data, draw)
        case 1:
            return head + damage.json_bytes(body, draw)
        case _:
            return head + json.dumps(damage.tree(value, draw, draw.choice(donors) if donors else None)).encode()


def _renamed(files: dict[str, bytes], name: str) -> None:
    """Give a changed blob the name that its digest asks for, and say so wherever the old one stood, as attackers do."""
    for _ in range(8):
        old, new = name.rpartition("/")[2], hashlib.sha256(files[name]).hexdigest()
        if old == new:
            return
        moved = name.replace(old, new)
        files[moved] = files.pop(name)
        changed = [key for key, data in files.items() if old.encode() in data and len(data) < 200_000]
        for key in changed:
            files[key] = files[key].replace(old.encode(), new.encode())
        name = next((key for key in changed if "/blobs/sha256/" in key), moved)


def unsound(good: Good, before: Verification, after: Verification, bundle: bytes) -> str | None:
    """What a damaged input was believed that the good one does not say; ``bundle`` is the damaged file of bundles."""
    found, said = after.verified, before.verified
    if found is None or said is None:
        return None
    if after.sha256 != before.sha256:
        return f"another subject, {after.sha256}"
    told = [(f.identity, f.predicate_type, f.builder, f.key) for f in (found, said)]
    if told[0] != told[1]:
        return f"{told[0]} in place of {told[1]}"
    if found.time not in (said.time, None):
        return f"the time {found.time} in place of {said.time}"
    if good.bundle is not None and _payload(bundle) != _payload(good.files[good.bundle]):
        return "another payload"
    if found.log_index not in _places(good, said):
        return f"the log index {found.log_index} in place of {said.log_index}"
    return None


def _payload(bundle: bytes) -> object:
    """What is signed: type and bytes of the envelope's payload, None for a signature over a file."""
    envelope = json.loads(bundle).get("dsseEnvelope")
    return (envelope["payloadType"], base64.b64decode(envelope["payload"])) if envelope is not None else None


def _places(good: Good, said: Outcome) -> set[int | None]:
    """Where the entry is: in the whole log, or, without a promise, in the tree of its proof."""
    indices = {said.log_index}
    if good.bundle is not None:
        for entry in json.loads(good.files[good.bundle])["verificationMaterial"]["tlogEntries"]:
            indices.add(int(entry["inclusionProof"]["logIndex"]))
    return indices


def run(good: Good, folder: Path, before: Verification) -> str:
    """What became of one damaged input, in a word, or FAULT and what it was."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        try:
            after = good.verified(folder)
        except ElfdiffError as error:
            text = str(error)
            return "sentence" if text and "\n" not in text else f"FAULT: an odd sentence: {text!r}"
        verification_text(after, False)
        json.loads(verification_json(after))
        bundle = (folder / good.bundle).read_bytes() if good.bundle is not None else b""
        wrong = unsound(good, before, after, bundle)
        if wrong is not None:
            return f"FAULT: unsound: {wrong}"
        if any(item.result is not Result.VERIFIED and not item.reason for item in after.outcomes):
            return "FAULT: no reason"
        return after.decisive.result.value
    except TooSlow:
        return "FAULT: too slow"
    except Exception:
        return f"FAULT: {traceback.format_exc()}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def show(good: Good, folder: Path) -> str | None:
    """``attest show`` reads the same files and verifies nothing; a fault, or None."""
    if good.bundle is None:
        return None
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        inputs_text(list(inputs_in(str(folder / good.bundle))), True)
    except ElfdiffError:
        pass
    except TooSlow:
        return "FAULT: show: too slow"
    except Exception:
        return f"FAULT: show: {traceback.format_exc()}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _ring(signum: int, frame: FrameType | None) -> None:
    raise TooSlow


def fuzzed(
    goods: list[Good], count: int, draw: random.Random, tell: Callable[[str], None] = print
) -> tuple[Counter[str], list[str]]:
    """``count`` damaged inputs in all, spread over the good ones: how they ended, and the faults."""
    signal.signal(signal.SIGPROF, _ring)
    ends: Counter[str] = Counter()
    faults: list[str] = []
    for good in goods:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _laid(folder, good.files)
            before = good.verified(folder)
            if before.verified is None:
                faults.append(f"{good.name}: FAULT: the good one does not verify: {before.decisive.reason}")
                continue
            own: Counter[str] = Counter()
            begun, slowest = time.process_time(), 0.0
            laid = dict(good.files)
            for number in range(-(-count // len(goods))):
                files = harmed(good, draw)
                for gone in laid.keys() - files.keys():
                    (folder / gone).unlink()
                _laid(folder, {key: data for key, data in files.items() if laid.get(key) is not data})
                laid = files
                start = time.process_time()
                result = run(good, folder, before)
                slowest = max(slowest, time.process_time() - start)
                for said in (result, show(good, folder)):
                    if said is not None and said.startswith("FAULT"):
                        faults.append(f"{good.name} #{number}: {said}")
                own[result.partition(":")[0]] += 1
        ends += own
        words = ", ".join(f"{own[word]} {word}" for word in sorted(own))
        tell(f"{good.name:52} {words}; {time.process_time() - begun:.0f} s, slowest {slowest:.2f} s")
    return ends, faults


def _laid(folder: Path, files: Files) -> None:
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def main() -> int:
    """0 if no input was a fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3200
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 15)
    archive = shared()
    goods = [*minted(), *(real(archive) if archive is not None else ())]
    ends, faults = fuzzed(goods, count, draw)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(*faults, sep="\n")
    if peak > MEGABYTES:
        faults.append("memory")
    words = ", ".join(f"{ends[word]} {word}" for word in sorted(ends))
    print(f"{sum(ends.values())} inputs: {words}; {len(faults)} faults; {peak} MB at most")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
