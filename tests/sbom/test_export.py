"""The exports: whole, true, valid by the standards' own validators, and the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elfdiff.errors import UsageError
from elfdiff.payload.dependencies import DependencyList, State, read_dependencies
from elfdiff.sbom.cyclonedx import cyclonedx_json
from elfdiff.sbom.identity import epoch_time
from elfdiff.sbom.jsontext import json_lines
from elfdiff.sbom.native import native_json
from elfdiff.sbom.purl import package_url, purl_lines
from elfdiff.sbom.spdx import spdx_json
from elfdiff.sbom.table import list_table

HOSTILE = 'a\x1b[31m\n\x7f\u202e\u0085"\\'


def cyclonedx(found: DependencyList) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(cyclonedx_json(found, "1.0", None))
    return document


def spdx(found: DependencyList) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(spdx_json(found, "1.0", None))
    return document


@pytest.fixture
def lists(carry: Callable[..., bytes], make: Any, part: Any, small: DependencyList) -> dict[str, DependencyList]:
    """Every shape that a list can have."""

    def package(name: str, *needs: int, **fields: Any) -> dict[str, Any]:
        return {"name": name, "version": "1.0.0", "source": "crates.io", "dependencies": list(needs), **fields}

    shapes = {
        "no root": [package("a", 1), package("b")],
        "two roots": [package("a", root=True), package("b", root=True)],
        "cycle": [package("a", 1), package("b", 0)],
        "self": [package("a", 0, root=True)],
        "twice": [package("a", 1, 2, root=True), package("b"), package("b")],
        "two sources": [package("a", 1, 2, root=True), package("b"), package("b", source="git")],
        "hostile": [package("r", 1, root=True), package(HOSTILE, source=HOSTILE)],
        "empty": [],
    }
    found = {name: read_dependencies(carry(shape), "dir/app") for name, shape in shapes.items()}
    found["absent"] = read_dependencies(make([part(".text", b"\xc3")]), "app")
    found["small"] = small
    return found


def test_cyclonedx_of_a_small_list(small: DependencyList) -> None:
    document = cyclonedx(small)
    component = document["metadata"]["component"]
    assert (component["type"], component["name"], component["version"]) == ("application", "app", "1.0.0")
    assert component["hashes"] == [{"alg": "SHA-256", "content": small.sha256}]
    assert "purl" not in component
    assert [(item["name"], item["scope"], item.get("purl")) for item in document["components"]] == [
        ("cc", "excluded", "pkg:cargo/cc@1.2.3"),
        ("fork", "required", None),
        ("zstd-sys", "required", "pkg:cargo/zstd-sys@2.0.16%2Bzstd.1.5.7"),
    ]
    assert document["components"][1]["properties"] == [
        {"name": "elfdiff:source", "value": "git"},
        {"name": "elfdiff:kind", "value": "runtime"},
    ]
    assert document["dependencies"] == [
        {
            "ref": "app@1.0.0 (local)",
            "dependsOn": ["cc@1.2.3 (crates.io)", "fork@0.1.0 (git)", "zstd-sys@2.0.16+zstd.1.5.7 (crates.io)"],
        },
        {"ref": "cc@1.2.3 (crates.io)", "dependsOn": []},
        {"ref": "fork@0.1.0 (git)", "dependsOn": ["zstd-sys@2.0.16+zstd.1.5.7 (crates.io)"]},
        {"ref": "zstd-sys@2.0.16+zstd.1.5.7 (crates.io)", "dependsOn": ["cc@1.2.3 (crates.io)"]},
    ]


def test_nothing_of_the_run_is_in_an_export(small: DependencyList) -> None:
    document = cyclonedx(small)
    assert "serialNumber" not in document
    assert "timestamp" not in document["metadata"]
    assert "target/" not in cyclonedx_json(small, "1.0", None) + spdx_json(small, "1.0", None)
    assert spdx(small)["creationInfo"]["created"] == "1970-01-01T00:00:00Z"
    assert spdx(small)["documentNamespace"].endswith(small.sha256)
    moved = replace(small, path="elsewhere/app")
    assert cyclonedx_json(moved, "1.0", None) == cyclonedx_json(small, "1.0", None)
    assert spdx_json(moved, "1.0", None) == spdx_json(small, "1.0", None)


def test_time_where_it_is_asked_for(small: DependencyList) -> None:
    time = epoch_time("1700000000")
    assert time == "2023-11-14T22:13:20Z"
    assert json.loads(cyclonedx_json(small, "1.0", time))["metadata"]["timestamp"] == time
    assert json.loads(spdx_json(small, "1.0", time))["creationInfo"]["created"] == time
    assert epoch_time(None) is epoch_time("") is None
    for wrong in ("yesterday", "-1", "1e9", "٣", "9" * 30, " 1"):
        with pytest.raises(UsageError, match="no number of seconds"):
            epoch_time(wrong)


def test_references_come_from_identity(small: DependencyList) -> None:
    """A package keeps its reference when another stands before it."""
    fewer = replace(small, packages=tuple(replace(item, dependencies=()) for item in small.packages[1:]))
    before = {item["bom-ref"] for item in cyclonedx(small)["components"]}
    assert before == {item["bom-ref"] for item in cyclonedx(fewer)["components"]}
    assert {item["SPDXID"] for item in spdx(fewer)["packages"]} - {"SPDXRef-File"} <= {
        item["SPDXID"] for item in spdx(small)["packages"]
    }


def test_spdx_of_a_small_list(small: DependencyList) -> None:
    document = spdx(small)
    names = {item["SPDXID"]: item["name"] for item in document["packages"]}
    assert sorted(names.values()) == ["app", "cc", "fork", "zstd-sys"]
    edges = {
        (names.get(item["spdxElementId"]), item["relationshipType"], names[item["relatedSpdxElement"]])
        for item in document["relationships"]
    }
    assert edges == {
        (None, "DESCRIBES", "app"),
        ("app", "DEPENDS_ON", "cc"),
        ("app", "DEPENDS_ON", "fork"),
        ("app", "DEPENDS_ON", "zstd-sys"),
        ("fork", "DEPENDS_ON", "zstd-sys"),
        ("zstd-sys", "DEPENDS_ON", "cc"),
    }
    packages = {item["name"]: item for item in document["packages"]}
    assert packages["app"]["checksums"] == [{"algorithm": "SHA256", "checksumValue": small.sha256}]
    assert packages["cc"]["comment"] == "elfdiff:source=crates.io\nelfdiff:kind=build"
    assert "externalRefs" not in packages["fork"]
    assert packages["cc"]["externalRefs"][0]["referenceLocator"] == "pkg:cargo/cc@1.2.3"


def test_file_stands_in_for_a_missing_root(lists: dict[str, DependencyList]) -> None:
    for name in ("no root", "two roots", "cycle", "absent", "empty"):
        component = cyclonedx(lists[name])["metadata"]["component"]
        assert (component["name"], component["hashes"][0]["content"]) == ("app", lists[name].sha256)
        assert spdx(lists[name])["packages"][0]["checksums"][0]["checksumValue"] == lists[name].sha256
    first = cyclonedx(lists["two roots"])["dependencies"][0]
    assert first["dependsOn"] == ["a@1.0.0 (crates.io)", "b@1.0.0 (crates.io)"]
    assert cyclonedx(lists["no root"])["dependencies"][0]["dependsOn"] == ["a@1.0.0 (crates.io)"]


def test_repeated_identities_stay_apart(lists: dict[str, DependencyList]) -> None:
    assert [item["bom-ref"] for item in cyclonedx(lists["twice"])["components"]] == [
        "b@1.0.0 (crates.io)",
        "b@1.0.0 (crates.io) #2",
    ]
    assert len({item["SPDXID"] for item in spdx(lists["twice"])["packages"]}) == 3
    assert len({item["SPDXID"] for item in spdx(lists["two sources"])["packages"]}) == 3


def test_real_graph_equals_the_wheels_own_cyclonedx(real: dict[str, Any], real_list: DependencyList) -> None:
    theirs = {(name, version): {(one, two) for one, two in needs} for name, version, needs in real["cyclonedx"]}
    assert real_list.state is State.PRESENT
    assert real_list.warnings == ()
    names = [(item.name, item.version) for item in real_list.packages]
    assert theirs == {
        (item.name, item.version): {names[index] for index in item.dependencies} for item in real_list.packages
    }
    document = cyclonedx(real_list)
    refs = {item["bom-ref"]: (item["name"], item["version"]) for item in document["components"]}
    refs[document["metadata"]["component"]["bom-ref"]] = names[[item.root for item in real_list.packages].index(True)]
    assert theirs == {
        refs[item["ref"]]: {refs[target] for target in item["dependsOn"]} for item in document["dependencies"]
    }
    ids = {item["SPDXID"]: (item["name"], item["versionInfo"]) for item in spdx(real_list)["packages"]}
    edges: dict[tuple[str, str], set[tuple[str, str]]] = {name: set() for name in ids.values()}
    for item in spdx(real_list)["relationships"]:
        if item["relationshipType"] == "DEPENDS_ON":
            edges[ids[item["spdxElementId"]]].add(ids[item["relatedSpdxElement"]])
    assert theirs == edges


def test_purls_are_true(small: DependencyList, real_list: DependencyList) -> None:
    assert purl_lines(small) == ("pkg:cargo/cc@1.2.3\npkg:cargo/zstd-sys@2.0.16%2Bzstd.1.5.7\npkg:generic/app@1.0.0\n")
    root = real_list.root
    assert root is not None
    locals_ = {item.name for item in real_list.packages if item.local}
    assert len(locals_) == 5
    lines = purl_lines(real_list).splitlines()
    assert f"pkg:generic/{root.name}@{root.version}" in lines
    assert not any(line.startswith(f"pkg:cargo/{name}@") for line in lines for name in locals_)


@pytest.mark.parametrize(
    "name", ["serde", "Inflector", "a-b_c", "_", "-", "a b", "a+b", "a@b", "a/b", "\u00e9", "a~b", "a%20"]
)
@pytest.mark.parametrize("version", ["1.0.0", "0.1.0-rc.1", "2.0.16+zstd.1.5.7"])
def test_purls_of_crates_are_what_the_library_writes(small: DependencyList, name: str, version: str) -> None:
    packageurl = pytest.importorskip("packageurl")
    crate = replace(small.packages[1], name=name, version=version)
    assert package_url(crate, small) == packageurl.PackageURL("cargo", None, name, version).to_string()


def test_purl_of_go_modules_and_distribution_packages(make: Any, part: Any) -> None:
    text = (
        "path\tx\nmod\texample.org/Main\t(devel)\t\ndep\tgithub.com/a/b/v2\tv2.1.0\th1:x=\n"
        "dep\texample.org/old\tv1.0.0\n=>\texample.org/new\tv1.0.1\th1:y=\ndep\texample.org/dir\tv1.0.0\n=>\t./dir\t(devel)\t\n"
    )
    frame = bytes(16)
    body = frame + text.encode() + frame
    size = bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    data = make([part(".go.buildinfo", b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x08go1.22.1" + size + body)])
    assert purl_lines(read_dependencies(data, "app")).splitlines() == [
        "pkg:golang/example.org/Main",
        "pkg:golang/example.org/new@v1.0.1",
        "pkg:golang/github.com/a/b/v2@v2.1.0",
        "pkg:golang/stdlib@1.22.1",
    ]
    note = b'{"type":"deb","os":"debian","name":"zlib","version":"1:1.2-3","architecture":"amd64"}\0\0\0'
    content = (4).to_bytes(4, "little") + len(note).to_bytes(4, "little") + b"\x7e\x1a\xfe\xca" + b"FDO\0" + note
    found = read_dependencies(make([part(".note.package", content.ljust(200, b"\0"), type=7)]), "app")
    assert [package_url(item, found) for item in found.packages] == ["pkg:deb/debian/zlib@1:1.2-3?arch=amd64"]
    nowhere = replace(found, details=())
    assert package_url(nowhere.packages[0], nowhere) is None


def test_source_without_edges_claims_none(make: Any, part: Any) -> None:
    found = read_dependencies(
        make([part(".rodata", b"/registry/src/github.com-1ecc6299db9ec823/a-1.0.0/x")]), "app", True
    )
    assert cyclonedx(found)["dependencies"] == []
    assert [item["relationshipType"] for item in spdx(found)["relationships"]] == ["DESCRIBES", "CONTAINS"]
    assert {"name": "elfdiff:partial", "value": "true"} in cyclonedx(found)["metadata"]["properties"]


def test_native_json_is_valid_and_lossless(
    lists: dict[str, DependencyList], schema: Callable[[str], Any], carry: Callable[..., bytes]
) -> None:
    validator = schema("sbom-1")
    for found in lists.values():
        document = json.loads(native_json(found))
        validator.validate(document)
        kept = [
            {key: item[key] for key in ("name", "version", "source", "kind", "root", "dependencies")}
            for item in document["packages"]
        ]
        again = read_dependencies(carry({"packages": kept, "format": found.format or 0}), "again")
        assert again.packages == found.packages
        assert document["warnings"] == list(found.warnings)


def test_cyclonedx_passes_its_strict_validator(lists: dict[str, DependencyList], tmp_path: Path) -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="needs cyclonedx-python-lib")
    schema = pytest.importorskip("cyclonedx.schema")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    for name, found in lists.items():
        assert validator.validate_str(cyclonedx_json(found, "1.0", None)) is None, name


def test_spdx_passes_its_validator(lists: dict[str, DependencyList], tmp_path: Path) -> None:
    parsing = pytest.importorskip("spdx_tools.spdx.parser.parse_anything", reason="needs spdx-tools")
    validation = pytest.importorskip("spdx_tools.spdx.validation.document_validator")
    for name, found in lists.items():
        path = tmp_path / "list.spdx.json"
        path.write_text(spdx_json(found, "1.0", None))
        messages = validation.validate_full_spdx_document(parsing.parse_file(str(path)))
        assert [message.validation_message for message in messages] == [], name


@pytest.mark.parametrize("export", [list_table, native_json, purl_lines])
def test_no_control_character_reaches_a_terminal(
    lists: dict[str, DependencyList], export: Callable[[DependencyList], str]
) -> None:
    text = export(lists["hostile"])
    assert all(char == "\n" or char.isprintable() for char in text)
    assert all(char == "\n" or char.isprintable() for char in cyclonedx_json(lists["hostile"], "1.0", None))
    assert all(char == "\n" or char.isprintable() for char in spdx_json(lists["hostile"], "1.0", None))


def test_hostile_names_take_one_row(lists: dict[str, DependencyList]) -> None:
    assert len(list_table(lists["hostile"]).splitlines()) == 5


def test_table(small: DependencyList) -> None:
    assert list_table(small) == (
        "app 1.0.0: 4 packages, 1 only for the build, 1 local, 5 edges (list: cargo-auditable format 1)\n"
        "\n"
        "package   version            source     kind     needs\n"
        "app       1.0.0              local      root     3\n"
        "cc        1.2.3              crates.io  build    0\n"
        "fork      0.1.0              git        runtime  1\n"
        "zstd-sys  2.0.16+zstd.1.5.7  crates.io  runtime  1\n"
    )


def test_json_lines_is_json() -> None:
    text = json_lines({"a": 1, "b": "\x7f"}, {"empty": [], "two": ["1", "2"]})
    assert json.loads(text) == {"a": 1, "b": "\x7f", "empty": [], "two": [1, 2]}
    assert text == '{\n"a":1,\n"b":"\\u007f",\n"empty":[],\n"two":[\n1,\n2\n]\n}\n'
