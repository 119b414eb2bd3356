"""SARIF 2.1.0: what the standard demands of the properties that are used, and what GitHub does with them."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from elfdiff.render.sarif import render_sarif
from elfdiff.report import Confidence, EvidenceItem, Location, Report, Role, Verdict
from elfdiff.tree import ContainerFacts, EntryFacts, Status, Tree, TreeEntry, TreeFinding

LEVELS = {"none", "note", "warning", "error"}


def shown(report: Report, build_file: str | None = None) -> dict[str, Any]:
    run: dict[str, Any] = checked(json.loads(render_sarif(report, build_file)))
    return run


def checked(log: dict[str, Any]) -> dict[str, Any]:
    """SARIF 2.1.0, sections 3.13 to 3.34, as far as they concern what is written."""
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "elfdiff"
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(rules) == len(set(rules))
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
        assert len(rule.get("properties", {}).get("tags", ())) <= 20
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        assert 1 <= len(result["locations"]) <= 100
        for place in result["locations"] + result.get("relatedLocations", []):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.isascii()
            assert not set(uri) & set(' <>"\\{}|^`')
            region = place["physicalLocation"].get("region", {})
            assert region.get("startLine", 1) >= 1
            assert region.get("byteOffset", 0) >= 0
            assert ("byteOffset" in region) == ("byteLength" in region)
        numbers = [place["id"] for place in result.get("relatedLocations", [])]
        assert len(numbers) == len(set(numbers))
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
    return run  # type: ignore[no-any-return]


def placed(a: str, b: str, offset: int = 64, symbol: str | None = "main") -> EvidenceItem:
    sides = [Location(offset, len(text), "file", text) for text in (a, b)]
    return EvidenceItem("path-file-macro", ".rodata", symbol, *sides)


def test_every_case_keeps_to_the_standard(case: Report) -> None:
    run = shown(case)
    assert bool(run["results"]) == case.differs
    assert run["properties"]["verdict"] == case.verdict.value


def test_a_rule_a_cause_with_its_page_and_a_result_a_root(made: SimpleNamespace) -> None:
    run = shown(made.explained())
    assert [result["ruleId"] for result in run["results"]] == ["build-path", "build-time"]
    rule = run["tool"]["driver"]["rules"][0]
    assert "## Fixes" in rule["help"]["markdown"]
    assert "FIXES" in rule["help"]["text"]


def test_inputs_and_what_no_cause_fits_are_results_too(made: SimpleNamespace) -> None:
    assert Role.INPUT.value in str(shown(made.inputs_differ())["tool"])
    assert [result["ruleId"] for result in shown(made.unexplained())["results"]] == ["unexplained"]
    hashes = made.report(Verdict.CAUSE_NOT_IN_FILES, (made.finding("content-hash", Role.CONSEQUENCE),))
    assert [result["ruleId"] for result in shown(hashes)["results"]] == ["content-hash"]


@pytest.mark.parametrize(
    ("a", "b", "uri", "line"),
    [
        ("/home/ci/build-1/src/main.c", "/tmp/b2/src/main.c", "src/main.c", 1),
        ("/home/ci/build-1/src/main.c:12: x", "/tmp/b2/src/main.c:12: x", "src/main.c", 12),
        ("src/lib/a b.c", "src/lib/a b.c", "b.c", 1),
        ("./deep/x.rs", "./deep/x.rs", "deep/x.rs", 1),
        ("/usr/include/stdio.h", "/usr/include/stdio.h", "build-1/app", None),
        ("/one/../x.c", "/two/../x.c", "build-1/app", None),
        ("/usr/lib/gcc/11/stdint.h", "/usr/lib/gcc/12/stdint.h", "build-1/app", None),
        ("/one/a.c", "/two/b.c", "build-1/app", None),
        ("no path at all", "no path here", "build-1/app", None),
    ],
)
def test_the_source_file_that_the_evidence_names(
    made: SimpleNamespace, a: str, b: str, uri: str, line: int | None
) -> None:
    finding = made.finding("build-path", evidence=(placed(a, b),))
    (result,) = shown(made.report(Verdict.EXPLAINED, (finding,)))["results"]
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == uri
    assert physical["region"].get("startLine") == line
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["byteOffset"] == 64


def test_the_build_file_where_no_source_is_named(made: SimpleNamespace) -> None:
    finding = made.finding("build-time", evidence=(placed("Nov 23", "Nov 24"),))
    (result,) = shown(made.report(Verdict.EXPLAINED, (finding,)), "Makefile")["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Makefile"


def test_a_build_that_only_moved_keeps_its_fingerprints(made: SimpleNamespace) -> None:
    def prints(
        offset: int,
        symbol: str | None = "main",
        verdict: Verdict = Verdict.EXPLAINED,
        role: Role = Role.ROOT,
        name: str = "x.c",
    ) -> list[dict[str, str]]:
        finding = made.finding("build-path", role, evidence=(placed(f"/a/{name}", f"/b/{name}", offset, symbol),))
        results = shown(made.report(verdict, (finding,)))["results"]
        return [result["partialFingerprints"] for result in results]

    assert prints(64) == prints(4096)
    assert prints(64) != prints(64, "other")
    assert prints(64, None) == prints(96, None) != prints(64, None, name="y.c")
    assert prints(64, "_ZN3app4main17h0123456789abcdefE") == prints(96, "_ZN3app4main17hfedcba9876543210E")
    assert prints(64, "hash.llvm.4711") == prints(96, "hash.llvm.12") == prints(96, "hash") != prints(96, "hash.x")
    assert prints(64, "work.constprop.0.isra.0") == prints(64, "work.constprop.1")
    assert prints(64, verdict=Verdict.PARTLY_EXPLAINED) == prints(64)
    assert prints(64, role=Role.INPUT) == prints(96, role=Role.INPUT)
    assert prints(64, role=Role.INPUT) != prints(64, "other", role=Role.INPUT)


@pytest.mark.parametrize(("kind", "name", "uri"), [("directory", "bin/app", "one/bin/app"), ("deb", None, "one")])
def test_places_in_a_tree_are_files_or_names(made: SimpleNamespace, kind: str, name: str | None, uri: str) -> None:
    finding = made.finding("build-time", evidence=(placed("Nov 23", "Nov 24", 4096),))
    report = made.report(Verdict.EXPLAINED, (finding,))
    facts = EntryFacts("bin/app", "file", 9000)
    entry = TreeEntry("bin/app", facts, facts, Status.CHANGED, None, None, None, ("build-time",), report)
    a, b = (ContainerFacts(path, kind, 9000, None, 1) for path in ("one", "two"))
    merged = TreeFinding(replace(finding, sections=("bin/app(.rodata)",)), 1, ("bin/app",))
    tree = Tree("1", a, b, Verdict.EXPLAINED, True, None, (merged,), None, (entry,))
    (result,) = checked(json.loads(render_sarif(tree)))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri
    assert place.get("region") == ({"byteOffset": 4096, "byteLength": 6} if name else None)
    assert "Nov 23" in result["relatedLocations"][0]["message"]["text"]


def test_how_sure_a_finding_is_and_what_is_allowed(made: SimpleNamespace) -> None:
    found = tuple(made.finding(f"x-{sure.value}", confidence=sure) for sure in Confidence)
    results = shown(replace(made.report(Verdict.EXPLAINED, found), allowed=("x-likely",)))["results"]
    assert [result["level"] for result in results] == ["error", "warning", "note"]
    assert [result["ruleId"] for result in results if "suppressions" in result] == ["x-likely"]


def test_hostile_values_stay_text(made: SimpleNamespace) -> None:
    evil = "\x1b[2J\u202e\n\0\udcff\ud800:é%/x.c"
    finding = made.finding(
        "build-path", evidence=(placed(evil, evil + "b", symbol=evil),), title=evil, sections=(evil,)
    )
    report = made.report(Verdict.EXPLAINED, (finding,))
    text = render_sarif(replace(report, a=replace(report.a, path=evil), b=replace(report.b, path=f"/{evil}")))
    assert text.isascii()
    assert "\\u001b" not in text
    checked(json.loads(text))
