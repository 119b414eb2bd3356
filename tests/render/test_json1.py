import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from elfdiff.render.json1 import render_json1 as render_json
from elfdiff.report import DependencyChange, DependencyDiff, Report, Role, Verdict

SCHEMA = json.loads((Path(__file__).parents[2] / "elfdiff" / "schema" / "report-1.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_object_of_the_schema_is_closed() -> None:
    def objects(node: object) -> list[dict[str, object]]:
        if isinstance(node, list):
            return [found for child in node for found in objects(child)]
        if not isinstance(node, dict):
            return []
        here = [node] if node.get("type") == "object" else []
        return here + [found for child in node.values() for found in objects(child)]

    found = objects(SCHEMA)
    assert len(found) > 10
    for each in found:
        assert each["additionalProperties"] is False
        assert set(each["required"]) == set(each["properties"])  # type: ignore[call-overload]


def test_every_case_is_valid(case: Report) -> None:
    VALIDATOR.validate(json.loads(render_json(case)))


def test_the_keys_are_those_of_the_contract(made: SimpleNamespace) -> None:
    shown = json.loads(render_json(made.explained()))
    assert list(shown) == (
        ["schema", "tool", "a", "b", "verdict", "fixable", "code", "findings", "ledger", "raw", "sections", "sbom"]
    )
    assert list(shown["a"]) == ["path", "size", "sha256", "format", "build_id", "stripped", "toolchain", "sbom"]
    assert list(shown["findings"][0]) == [
        *("cause", "role", "confidence", "title", "summary", "faces", "follows", "sections", "bytes"),
        *("evidence_total", "evidence", "fixes", "unfixed", "docs"),
    ]
    assert shown["findings"][0]["evidence"][1] == {
        "face": "path-file-macro",
        "section": ".rodata",
        "symbol": "luaD_throw",
        "a": {"offset": 0x2A40, "length": 28, "in": "file", "value": "/home/ci/build-1/src/l0.c"}
        | {"length": len("/home/ci/build-1/src/l0.c")},
        "b": {"offset": 0x2A40, "length": len("/tmp/b2/src/l0.c"), "in": "file", "value": "/tmp/b2/src/l0.c"},
    }
    assert shown["ledger"]["root"] == {"a": 4760, "b": 4760}
    assert shown["ledger"]["breakpoints"] == [{"a": 0x2000, "b": 0x2010, "delta": 16, "reason": "string 7 longer"}]
    assert shown["sections"][1]["a"] == {"offset": 0x1000, "size": 0x4000}
    assert shown["raw"] == {"same_offset_differing": 374161}


def test_the_validator_can_say_no(made: SimpleNamespace) -> None:
    shown = json.loads(render_json(made.explained()))
    for wrong in ({**shown, "more": 1}, {**shown, "verdict": "fine"}, {**shown, "ledger": {}}):
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(wrong)


def test_ten_pieces_of_evidence_unless_all(made: SimpleNamespace) -> None:
    some, everything = (json.loads(render_json(made.explained(), flag))["findings"][0] for flag in (False, True))
    assert len(some["evidence"]) == 10
    assert some["evidence_total"] == 80
    assert len(everything["evidence"]) == 80


def test_identical_files_have_null_where_nothing_was_parsed(made: SimpleNamespace) -> None:
    shown = json.loads(render_json(made.identical()))
    assert shown["verdict"] == "identical"
    for key in ("format", "build_id", "stripped", "sbom"):
        assert shown["a"][key] is None
    assert (shown["ledger"], shown["fixable"], shown["code"], shown["sbom"]) == (None, None, None, None)
    assert shown["sections"] == []


def test_hostile_strings_stay_valid_and_ascii(made: SimpleNamespace) -> None:
    evil = "\x1b[2J\u202e\n\0\udcff\ud800é"
    finding = made.finding(
        "build-path", evidence=(made.item("f", 1, evil, evil),), title=evil, summary=evil, sections=(evil,)
    )
    change = DependencyChange(evil, "added", None, evil, evil, True, evil)
    report = made.report(
        Verdict.EXPLAINED,
        (finding,),
        ledger=made.ledger(root=1),
        notes=(evil,),
        sbom=DependencyDiff("absent", "present", None, (change,), (evil,)),
    )
    text = render_json(replace(report, a=replace(report.a, path=evil, toolchain=(evil,))))
    assert text.isascii()
    shown = json.loads(text)
    VALIDATOR.validate(shown)
    assert shown["a"]["path"] == "\\x1b[2J\\u202e\\n\\x00\\xff\\ud800é"


def test_nothing_of_the_run_appears(made: SimpleNamespace) -> None:
    assert render_json(made.explained()) == render_json(made.explained())


def test_roles_are_words(made: SimpleNamespace) -> None:
    roles = [finding["role"] for finding in json.loads(render_json(made.inputs_differ()))["findings"]]
    assert roles == [Role.ROOT.value, Role.INPUT.value]
