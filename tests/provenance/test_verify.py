"""Real material is verified, and everything that is not as asked is refused, with the reason; nothing is fetched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from elfdiff.errors import UsageError
from elfdiff.provenance.document import MalformedProvenance
from elfdiff.provenance.outcome import Result, Verification
from elfdiff.provenance.policy import Policy
from elfdiff.provenance.verify import verify_file

pytest.importorskip("sigstore", reason="the extra attest is not installed")

SLSA = Policy(owner="slsa-framework")
SIGNER_REPO = "slsa-framework/slsa-github-generator"
BEACON = Policy(
    subject="https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
    ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
    issuer="https://token.actions.githubusercontent.com",
)
HAPPY = ("happy-path-v0.1", "happy-path-v0.2", "happy-path-v0.3", "happy-path-intoto-in-dsse-v3")


def of_binary(material: Path, name: str, policy: Policy = SLSA) -> Verification:
    return verify_file(str(material / name), [str(material / f"{name}.intoto.jsonl")], policy)


def of_case(material: Path, name: str, policy: Policy = BEACON) -> Verification:
    folder = material / "conformance" / name
    root = folder / "trusted_root.json"
    return verify_file(
        str(material / "conformance" / "a.txt"),
        [str(folder / "bundle.sigstore.json")],
        policy,
        str(root) if root.exists() else None,
    )


@pytest.mark.parametrize("name", ["gha_go/v14", "gha_go/v13.0.30", "gha_generic/v14", "gha_generic/v13.0.30"])
def test_the_four_binaries_verify(material: Path, name: str) -> None:
    found = of_binary(material, name)
    assert found.exit_code == 0
    best = found.verified
    assert best is not None
    assert best.identity.repository == "https://github.com/slsa-framework/example-package"
    assert best.predicate_type == "https://slsa.dev/provenance/v0.2"
    assert best.builder is not None
    assert best.builder.startswith(f"https://github.com/{SIGNER_REPO}/")
    assert best.time is not None
    assert best.time.startswith("2025-02-25T21:12:")


@pytest.mark.parametrize("name", [*HAPPY, "rekor2-checkpoint-cosigned"])
def test_the_happy_conformance_cases_verify(material: Path, name: str) -> None:
    assert of_case(material, name).exit_code == 0


def test_another_message_is_refused(material: Path) -> None:
    found = of_case(material, "message-digest-mismatch_fail")
    assert (found.exit_code, found.decisive.result) == (1, Result.REFUSED)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(owner="slsa"), "the owner of the source repository is https://github.com/slsa-framework, not"),
        (Policy(owner="slsa-framework", predicate_type="https://slsa.dev/provenance/v1"), "the predicate type is"),
        (Policy(repo="slsa-framework/example-package"), f"give --signer-repo {SIGNER_REPO}"),
        (Policy(repo="slsa-framework/example", signer_repo=SIGNER_REPO), "the source repository is"),
        (
            Policy(owner="slsa-framework", source_ref="refs/tags/v1"),
            "the source ref is refs/tags/v14, not refs/tags/v1",
        ),
        (Policy(owner="slsa-framework", source_digest="0" * 40), "the source digest is 4d329c75"),
        (Policy(owner="slsa-framework", issuer="https://example.com"), "the certificate's issuer is"),
        (Policy(subject_pattern="https://github.com/slsa-framework/"), "the whole of it does not match"),
        (Policy(subject="https://github.com/slsa-framework"), "the signer is"),
        (
            Policy(owner="slsa-framework", signer_workflow=f"{SIGNER_REPO}/.github/workflows/builder_go_slsa3.ym"),
            "the workflow that signed is",
        ),
        (
            Policy(
                owner="slsa-framework",
                signer_workflow=f"{SIGNER_REPO}/.github/workflows/builder_go_slsa3.yml@refs/tags/v2.1.1",
            ),
            "was at refs/tags/v2.1.0",
        ),
    ],
)
def test_what_is_not_as_asked_is_refused_with_what_was_found(material: Path, policy: Policy, words: str) -> None:
    found = of_binary(material, "gha_go/v14", policy)
    assert found.exit_code == 1
    assert words in (found.decisive.reason or "")


@pytest.mark.parametrize(
    "policy",
    [
        Policy(repo="slsa-framework/example-package", signer_repo=SIGNER_REPO),
        Policy(repo="SLSA-Framework/Example-Package", signer_repo=SIGNER_REPO),
        Policy(
            repo="slsa-framework/example-package",
            signer_workflow=f"{SIGNER_REPO}/.github/workflows/builder_go_slsa3.yml",
            source_ref="refs/tags/v14",
            source_digest="4d329c75e7ec1725f7c9ce917a8799d408d06be3",
            deny_self_hosted=True,
        ),
        Policy(subject_pattern=r"https://github\.com/slsa-framework/.*@refs/tags/v2\.1\.0"),
    ],
)
def test_what_is_as_asked_is_verified(material: Path, policy: Policy) -> None:
    assert of_binary(material, "gha_go/v14", policy).exit_code == 0


def test_one_changed_byte_is_refused(material: Path, tmp_path: Path) -> None:
    changed = bytearray((material / "gha_go" / "v14").read_bytes())
    changed[1000] ^= 1
    file = tmp_path / "v14"
    file.write_bytes(changed)
    found = verify_file(str(file), [str(material / "gha_go" / "v14.intoto.jsonl")], SLSA)
    assert found.exit_code == 1
    assert "its subject is f6ab7ad0" in (found.decisive.reason or "")


def test_an_edited_statement_is_refused(material: Path, tmp_path: Path) -> None:
    import base64

    value = json.loads((material / "gha_go" / "v14.intoto.jsonl").read_text())
    payload = base64.b64decode(value["dsseEnvelope"]["payload"]).replace(b"refs/tags/v14", b"refs/tags/v15")
    value["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
    file = tmp_path / "edited.jsonl"
    file.write_text(json.dumps(value))
    assert verify_file(str(material / "gha_go" / "v14"), [str(file)], SLSA).exit_code == 1


def test_forms_that_are_not_supported_are_neither_verified_nor_refused(material: Path) -> None:
    for file, bundle in (
        ("gha_generic/v14", "bare-dsse/v14.intoto.jsonl"),
        ("intoto-0.0.2/empty-file", "intoto-0.0.2/empty-file.build.slsa"),
    ):
        found = verify_file(str(material / file), [str(material / bundle)], SLSA)
        assert (found.exit_code, found.decisive.result) == (2, Result.UNSUPPORTED)
        assert "is not supported" in (found.decisive.reason or "")


def test_one_that_verifies_is_enough_and_the_others_are_told(material: Path, tmp_path: Path) -> None:
    lines = [
        (material / name).read_text().strip()
        for name in ("bare-dsse/v14.intoto.jsonl", "gha_generic/v14.intoto.jsonl", "gha_go/v14.intoto.jsonl")
    ]
    file = tmp_path / "all.jsonl"
    file.write_text("\n".join(lines) + "\n")
    found = verify_file(str(material / "gha_go" / "v14"), [str(file)], SLSA)
    assert found.exit_code == 0
    assert [item.result for item in found.outcomes] == [Result.UNSUPPORTED, Result.REFUSED, Result.VERIFIED]


def test_the_attestation_inside_an_image_verifies(material: Path) -> None:
    layout = str(material / "cosign-save" / "container_workflow_dispatch")
    found = verify_file(layout, [], SLSA)
    assert found.exit_code == 0
    assert found.sha256 == "234e2c830c2fb31ac5671789d22adfe44d30c3ee831d01beae5e237841a13122"
    assert verify_file(layout, [], Policy(owner="another")).exit_code == 1
    assert verify_file(layout, [], Policy(owner="slsa-framework", predicate_type="https://other")).exit_code == 1


def test_the_keyless_image_verifies_and_another_identity_does_not(material: Path) -> None:
    image = str(material / "image-signature" / "dir-img-cosign-fulcio-rekor-valid")
    found = verify_file(image, [], Policy(subject_pattern=r".*@redhat\.com"))
    assert found.exit_code == 0
    assert found.decisive.log_index == 11605770
    assert verify_file(image, [], Policy(subject="somebody@redhat.com")).exit_code == 1


def test_the_key_signed_image_verifies_with_its_key_alone(material: Path, key: str) -> None:
    image = str(material / "image-signature" / "dir-img-cosign-key-rekor-valid")
    assert verify_file(image, [], Policy(), key_path=key).exit_code == 0
    other = str(material / "image-signature" / "cosign.pub")
    assert verify_file(image, [], Policy(), key_path=other).exit_code == 1
    without = verify_file(image, [], Policy(subject_pattern=".*"))
    assert without.exit_code == 1
    assert "--key" in (without.decisive.reason or "")


@pytest.mark.parametrize("part", ["payload", "dev.cosignproject.cosign/signature", "integratedTime", "manifest"])
def test_an_edited_image_signature_is_refused(material: Path, tmp_path: Path, part: str) -> None:
    image = tmp_path / "image"
    shutil.copytree(material / "image-signature" / "dir-img-cosign-fulcio-rekor-valid", image)
    file = image / "signature-1"
    head, body = file.read_bytes().split(b"\n", 1)
    value = json.loads(body)
    notes = value["annotations"]
    if part == "manifest":
        manifest = image / "manifest.json"
        manifest.write_bytes(manifest.read_bytes() + b"\n")
    elif part == "payload":
        import base64

        value["payload"] = base64.b64encode(base64.b64decode(value["payload"]) + b" ").decode()
    elif part == "integratedTime":
        promise = json.loads(notes["dev.sigstore.cosign/bundle"])
        promise["Payload"]["integratedTime"] += 1
        notes["dev.sigstore.cosign/bundle"] = json.dumps(promise)
    else:
        text = notes[part]
        notes[part] = text[:20] + ("A" if text[20] != "A" else "B") + text[21:]
    file.write_bytes(head + b"\n" + json.dumps(value).encode())
    assert verify_file(str(image), [], Policy(subject_pattern=".*")).exit_code == 1


def test_works_without_a_home_and_without_sockets(material: Path) -> None:
    code = (
        "import socket, sys\n"
        "def closed(*args, **kwargs): raise OSError('no network in this test')\n"
        "socket.getaddrinfo = socket.create_connection = closed\n"
        "class Closed(socket.socket): connect = connect_ex = bind = closed\n"
        "socket.socket = Closed\n"
        "from elfdiff.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    env = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    file = material / "gha_go" / "v14"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            *f"attest verify {file} --bundle {file}.intoto.jsonl --owner slsa-framework".split(),
        ],
        env=env | {"HOME": "/proc"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("elfdiff: result=verified bundles=1 exit=0\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[1]", "is no JSON object"),
        ("{", "is no JSON"),
        ('{"mediaType": "text/plain"}', "is neither a Sigstore bundle nor a DSSE envelope"),
        ('{"payloadType": "x", "payload": "?"}', "holds no base64"),
        ('{"a": ' + "[" * 70 + "]" * 70 + "}", "is nested more than 64 deep"),
        ('{"a": 1, "a": 2}', "a key stands twice"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(text)
    with pytest.raises(MalformedProvenance, match=words):
        verify_file(__file__, [str(file)], SLSA)


@pytest.mark.parametrize("value", ["owner", "a/b/c", "https://github.com/a/b"])
def test_a_repository_that_is_none_is_a_usage_error(value: str) -> None:
    with pytest.raises(UsageError, match="OWNER/NAME"):
        Policy(repo=value)


def test_a_damaged_bundle_never_verifies_and_never_ends_in_a_fault(material: Path, tmp_path: Path) -> None:
    """A byte changed anywhere: verified only where the change means nothing (white space, an unread member)."""
    import random

    chance = random.Random(15)
    data = (material / "gha_go" / "v14.intoto.jsonl").read_bytes()
    file = tmp_path / "damaged.jsonl"
    ends = {"verified": 0, "refused": 0, "unsupported": 0, "unreadable": 0}
    for _ in range(150):
        changed = bytearray(data)
        place = chance.randrange(len(changed))
        changed[place] = chance.choice(b'ABCxyz019{}[]",: \\\n')
        file.write_bytes(changed)
        try:
            ends[verify_file(str(material / "gha_go" / "v14"), [str(file)], SLSA).decisive.result.value] += 1
        except MalformedProvenance:
            ends["unreadable"] += 1
    assert ends["refused"] + ends["unreadable"] + ends["unsupported"] >= 140, ends


@pytest.mark.parametrize("part", ["index", "manifest", "config", "layer"])
def test_an_image_that_is_not_what_was_signed_is_refused(material: Path, tmp_path: Path, part: str) -> None:
    """The signature holds for the digest; the file of that name is another one."""
    source = material / "cosign-save" / "container_workflow_dispatch"
    image = tmp_path / "image"
    shutil.copytree(source, image)
    blobs = image / "blobs" / "sha256"
    digest = "234e2c830c2fb31ac5671789d22adfe44d30c3ee831d01beae5e237841a13122"
    inner = json.loads((blobs / digest).read_text())["manifests"][0]["digest"]
    manifest = json.loads((blobs / inner.removeprefix("sha256:")).read_text())
    named = {"index": digest, "manifest": inner, "config": manifest["config"]["digest"]}
    name = named.get(part) or manifest["layers"][-1]["digest"]
    file = blobs / name.removeprefix("sha256:")
    if not file.exists():
        pytest.skip("the layers were left out of the material")
    file.write_bytes(file.read_bytes() + b" ")
    found = verify_file(str(image), [], SLSA)
    assert found.exit_code == 1
    assert "is not what was signed" in (found.decisive.reason or "")


def test_many_descriptors_of_one_signature_are_read_once(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elfdiff.provenance import layout

    image = tmp_path / "image"
    shutil.copytree(material / "cosign-save" / "container_workflow_dispatch", image)
    index = json.loads((image / "index.json").read_text())
    others = [item for item in index["manifests"] if "/image" not in item.get("annotations", {}).get("kind", "")]
    index["manifests"] += others * 50
    (image / "index.json").write_text(json.dumps(index))
    read: list[str] = []
    blob = layout._blob
    monkeypatch.setattr(layout, "_blob", lambda place, name, where: read.append(name) or blob(place, name, where))
    assert verify_file(str(image), [], SLSA).exit_code == 0
    assert len(read) == len(set(read))
