"""Recorded inputs of two builds: grouped, names of the run folded, joined with the bytes, and .buildinfo alike."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from elfdiff.cli.main import main
from elfdiff.provenance.difference import Standing, compare_inputs
from elfdiff.provenance.inputs import Group, Inputs, inputs_of
from elfdiff.provenance.reading import single_inputs
from elfdiff.provenance.statement import Statement, Subject

SCHEMAS = Path(__file__).resolve().parents[2] / "elfdiff" / "schema"


def recorded(**values: str) -> Inputs:
    return Inputs("x", "test", {(Group.SOURCE, name): value for name, value in values.items()})


def test_an_input_that_both_files_name_is_explained() -> None:
    a, b = recorded(digest="67f34fa5c0de", ref="v1"), recorded(digest="dcd26fedbeef", ref="v2")
    found = compare_inputs(a, b, (b"..67f34fa5c0de..", b"..dcd26fedbeef.."))
    assert [(item.key, item.standing) for item in found.differences] == [
        ("digest", Standing.EXPLAINED),
        ("ref", Standing.POSSIBLE),
    ]
    assert not found.hidden


def test_equal_inputs_and_other_bytes_are_a_hidden_input() -> None:
    a = recorded(digest="67f34fa5c0de")
    assert compare_inputs(a, a, (b"x", b"y")).hidden
    assert not compare_inputs(a, a, (b"x", b"x")).hidden


def test_names_of_the_run_are_no_inputs() -> None:
    values = {
        "buildDefinition": {"internalParameters": {"GITHUB_RUN_ID": "1", "ImageOS": "ubuntu22"}},
        "runDetails": {"metadata": {"invocationId": "x"}},
    }
    inputs = inputs_of(Statement((Subject("f", "0" * 64),), "https://slsa.dev/provenance/v1", values), "w")
    assert inputs.values[Group.RUN, "GITHUB_RUN_ID"] == "1"
    assert inputs.values[Group.RUN, "invocationId"] == "x"
    assert inputs.values[Group.RUNNER, "ImageOS"] == "ubuntu22"


def test_dependencies_are_paired_by_address_and_not_by_place() -> None:
    def of(*names: str) -> Inputs:
        items = [{"uri": f"git+https://x/{name}@refs/tags/v1", "digest": {"sha1": name}} for name in names]
        predicate = {"buildDefinition": {"resolvedDependencies": items}}
        return inputs_of(Statement((Subject("f", None),), "https://slsa.dev/provenance/v1", predicate), "w")

    assert compare_inputs(of("one", "two"), of("two", "one")).same_inputs
    assert not compare_inputs(of("one", "two"), of("one")).same_inputs


def test_real_provenance_of_two_tags(material: Path) -> None:
    found = compare_inputs(
        single_inputs(str(material / "gha_go" / "v13.0.30.intoto.jsonl")),
        single_inputs(str(material / "gha_go" / "v14.intoto.jsonl")),
    )
    groups = {item.group for item in found.inputs}
    assert groups == {Group.SOURCE, Group.PARAMETERS, Group.DEPENDENCIES}
    assert (Group.SOURCE, "ref", "refs/tags/v13.0.30", "refs/tags/v14") in [
        (item.group, item.key, item.a, item.b) for item in found.inputs
    ]


BUILDINFO = """\
Format: 1.0
Source: hello
Binary: hello
Architecture: amd64
Version: 2.10-3
Checksums-Sha256:
 {sha} 53132 hello_2.10-3_amd64.deb
Build-Origin: Debian
Build-Date: Mon, 26 Dec 2022 16:30:00 {zone}
Build-Path: /build/{path}
Installed-Build-Depends:
 autoconf (= 2.71-3),
 gcc-12 (= 12.2.0-{gcc})
Environment:
 DEB_BUILD_OPTIONS="parallel={jobs}"
 LANG="C.UTF-8"
"""


def test_buildinfo_files_are_compared_alike(tmp_path: Path) -> None:
    for name, values in (
        ("a", {"sha": "0" * 64, "zone": "+0100", "path": "hello-1", "gcc": "9", "jobs": "4"}),
        ("b", {"sha": "1" * 64, "zone": "+0000", "path": "hello-1", "gcc": "14", "jobs": "8"}),
    ):
        (tmp_path / f"{name}.buildinfo").write_text(BUILDINFO.format(**values))
    found = compare_inputs(*(single_inputs(str(tmp_path / f"{name}.buildinfo")) for name in "ab"))
    assert [(item.group, item.key, item.a, item.b) for item in found.inputs] == [
        (Group.DEPENDENCIES, "gcc-12", "12.2.0-9", "12.2.0-14"),
        (Group.ENVIRONMENT, "DEB_BUILD_OPTIONS", "parallel=4", "parallel=8"),
    ]


def test_the_command_line(material: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sigstore", reason="the extra attest is not installed")
    file = str(material / "gha_go" / "v14")
    assert main(["attest", "verify", file, "--bundle", f"{file}.intoto.jsonl", "--owner", "x", "-f", "json"]) == 1
    value = json.loads(capsys.readouterr().out)
    jsonschema.validate(value, json.loads((SCHEMAS / "attest-1.json").read_text()))
    assert value["verified"] is False
    assert value["source"]["ref"] == "refs/tags/v14"
    assert main(["attest", "verify", file, "--owner", "x"]) == 2
    assert main(["attest", "verify", file, "--bundle", f"{file}.intoto.jsonl"]) == 2
    assert main(["attest", "show", f"{file}.intoto.jsonl"]) == 0
    assert "not verified" in capsys.readouterr().out
    assert main(["attest", "diff", f"{file}.intoto.jsonl", f"{file}.intoto.jsonl", file, file]) == 0
    assert capsys.readouterr().out.endswith("elfdiff: result=same-inputs inputs=0 exit=0\n")
    assert main(["attest", "diff", f"{file}.intoto.jsonl"]) == 2


def test_a_bundle_beside_a_file_is_told_and_not_verified(tmp_path: Path) -> None:
    import elfdiff

    for side in "ab":
        (tmp_path / side).write_text(side)
    (tmp_path / "b.intoto.jsonl").write_text("{}")
    found = elfdiff.compare(tmp_path / "a", tmp_path / "b")
    assert [note for note in found.notes if "b.intoto.jsonl lies beside it and was not verified" in note]


def statement_in(path: Path, commit: str, runner: str) -> str:
    """A bare statement, as attest show and diff take it."""
    predicate = {
        "buildDefinition": {
            "buildType": "make",
            "externalParameters": {"workflow": {"ref": "refs/heads/main\n", "sha": commit}, "target": ["all", 2]},
            "internalParameters": {"RUNNER_OS": runner, "GITHUB_RUN_ID": commit[:3]},
        },
        "runDetails": {"builder": {"id": "https://builder.test"}},
    }
    value = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": "0" * 64}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": predicate,
    }
    path.write_text(json.dumps(value))
    return str(path)


def test_show_and_diff_keep_to_their_schemas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = statement_in(tmp_path / "a.json", "67f34fa5c0de", "ubuntu22")
    b = statement_in(tmp_path / "b.json", "dcd26fedbeef", "ubuntu24")
    (tmp_path / "a").write_bytes(b"..67f34fa5c0de..")
    (tmp_path / "b").write_bytes(b"..dcd26fedbeef..")
    for name, code, arguments in (
        ("attest-show-1", 0, ["show", a, b]),
        ("attest-diff-1", 0, ["diff", a, a]),
        ("attest-diff-1", 1, ["diff", a, b]),
        ("attest-diff-1", 1, ["diff", a, b, str(tmp_path / "a"), str(tmp_path / "b")]),
        ("attest-diff-1", 1, ["diff", a, a, str(tmp_path / "a"), str(tmp_path / "b")]),
    ):
        assert main(["attest", *arguments, "-f", "json"]) == code
        value = json.loads(capsys.readouterr().out)
        schema = json.loads((SCHEMAS / f"{name}.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(value, schema)
        assert value["schema"] == schema["$id"]
    assert value["hidden_input"] is True
