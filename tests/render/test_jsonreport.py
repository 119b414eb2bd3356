import contextlib
import json
import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from elfdiff.render.jsonreport import render_json, render_spans
from elfdiff.render.saved import MalformedReport, read_report
from elfdiff.report import Interface, NamesDiff, Report, Verdict
from elfdiff.tree import (
    ContainerFacts,
    EntryFacts,
    FirstDifference,
    ImageFacts,
    LayerPair,
    PairedBy,
    Plain,
    Status,
    Tree,
    TreeEntry,
    TreeFinding,
)

FOLDER = Path(__file__).parents[2] / "elfdiff" / "schema"


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def tree(made: SimpleNamespace) -> Tree:
    report = made.explained()
    plain = Plain("text", FirstDifference(None, 3, "x", "y"), ("build-time",), "x became y")
    one, other = EntryFacts("usr/bin/app", "elf", 10), EntryFacts("usr/bin/app", "elf", 12)
    entries = (
        TreeEntry("usr/bin/app", one, other, Status.CHANGED, PairedBy.PATH, None, report.verdict, ("x",), report),
        TreeEntry("note", one, other, Status.CHANGED, PairedBy.PATH, None, None, (), plain),
        TreeEntry("gone", one, None, Status.REMOVED, None, None, None, (), None),
        TreeEntry("bad", one, other, Status.FAILED, PairedBy.PATH, "bad: is cut short", None, (), None),
    )
    facts = ContainerFacts("a.deb", "deb", 100, "a" * 64, 4)
    inner = Tree(
        "1",
        facts,
        facts,
        Verdict.EXPLAINED,
        True,
        None,
        tuple(TreeFinding(finding, 1, ("usr/bin/app",)) for finding in report.findings),
        report.ledger,
        entries,
    )
    layer = LayerPair(("sha256:1", None), ("sha256:2", "sha256:3"), "changed")
    image = ImageFacts(None, ("sha256:1", "sha256:2"), "linux/amd64", (layer,))
    outer = TreeEntry("layer", one, other, Status.CHANGED, PairedBy.CONTENT, None, inner.verdict, (), inner)
    return replace(inner, entries=(outer, *entries), image=image)


def saved(text: str, home: Path) -> Report | Tree:
    path = home / "report.json"
    path.write_text(text)
    return read_report(str(path))


def test_every_case_is_valid_and_comes_back(case: Report, tmp_path: Path) -> None:
    text = render_json(case, all_evidence=True, with_spans=True)
    validator("report-2.json").validate(json.loads(text))
    again = saved(text, tmp_path)
    assert render_json(again, all_evidence=True, with_spans=True) == text


def test_the_keys_are_those_of_the_contract(made: SimpleNamespace) -> None:
    names = NamesDiff(3, ("new",), ())
    symbols = Interface(names, ("liba.so.1", None), NamesDiff(1), NamesDiff(0))
    shown = json.loads(render_json(replace(made.explained(), symbols=symbols, allowed=("build-time",), exit=0)))
    assert list(shown) == [
        *("schema", "tool", "a", "b", "verdict", "fixable", "code", "findings", "ledger", "sections", "spans", "raw"),
        *("sbom", "same", "notes", "incomparable", "observed", "unfinished", "symbols", "allowed", "exit", "modulo"),
    ]
    assert shown["schema"] == "elfdiff/report/2"
    assert shown["spans"] is None
    assert shown["symbols"]["exported"] == {"same": 3, "added": ["new"], "removed": []}
    assert shown["symbols"]["soname"] == {"a": "liba.so.1", "b": None}
    assert shown["raw"] == {"same_offset_differing": 374161}
    assert shown["sections"][1]["a"] == {"offset": 0x1000, "size": 0x4000}
    assert shown["findings"][0]["evidence"][1]["a"]["in"] == "file"
    assert (shown["allowed"], shown["exit"]) == (["build-time"], 0)


def test_report_2_says_all_that_report_1_says(case: Report) -> None:
    from elfdiff.render.json1 import render_json1

    old, new = json.loads(render_json1(case)), json.loads(render_json(case))
    kept = {key: value for key, value in new.items() if key in old}
    for finding in kept["findings"]:
        for fix in finding["fixes"]:
            typed = fix.pop("typed")
            assert set(typed) in ({"export"}, {"add"}, {"run"}, {"do", "command"})
    if kept["sbom"] is not None:
        del kept["sbom"]["a_format"], kept["sbom"]["b_format"]
    assert kept == old | {"schema": "elfdiff/report/2"}


def test_ten_pieces_of_evidence_unless_all(made: SimpleNamespace) -> None:
    some, everything = (json.loads(render_json(made.explained(), flag))["findings"][0] for flag in (False, True))
    assert (len(some["evidence"]), some["evidence_total"], len(everything["evidence"])) == (10, 80, 80)


def test_spans_are_one_run_a_line_and_add_up(made: SimpleNamespace) -> None:
    report = made.explained()
    runs = [json.loads(line) for line in render_spans(report).splitlines()]
    assert list(runs[0]) == ["side", "offset", "length", "section", "owner", "causes", "how"]
    for side, total in (("a", report.ledger.totals.differing.a), ("b", report.ledger.totals.differing.b)):
        assert sum(run["length"] for run in runs if run["side"] == side) == total
    assert json.loads(render_json(report, with_spans=True))["spans"] == runs
    assert render_spans(replace(report, ledger=None)) == ""


def test_hostile_strings_stay_valid_and_ascii(made: SimpleNamespace) -> None:
    evil = "\x1b[2J\u202e\n\0\udcff\ud800é"
    finding = made.finding("build-path", evidence=(made.item("f", 1, evil, evil),), title=evil, sections=(evil,))
    report = made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=1), notes=(evil,))
    text = render_json(replace(report, a=replace(report.a, path=evil, toolchain=(evil,))))
    assert text.isascii()
    validator("report-2.json").validate(json.loads(text))
    assert json.loads(text)["a"]["path"] == "\\x1b[2J\\u202e\\n\\x00\\xff\\ud800é"


def test_a_tree_is_valid_and_comes_back(tree: Tree, tmp_path: Path) -> None:
    text = render_json(tree, all_evidence=True, with_spans=True)
    shown = json.loads(text)
    validator("tree-1.json").validate(shown)
    assert shown["counts"] == {
        "same": 0,
        "changed": 3,
        "metadata": 0,
        "renamed": 0,
        "added": 0,
        "removed": 1,
        "failed": 1,
    }
    assert shown["entries"][0]["report"]["schema"] == "elfdiff/tree/1"
    assert shown["entries"][2]["report"]["schema"] == "elfdiff/plain/1"
    assert shown["findings"][0]["names"] == ["usr/bin/app"]
    assert shown["image"]["manifest_digest"] is None
    assert render_json(saved(text, tmp_path), all_evidence=True, with_spans=True) == text


def test_the_schemas_are_those_of_the_models() -> None:
    from importlib import util

    spec = util.spec_from_file_location("generate", FOLDER.parents[1] / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, text in generate.schemas().items():
        assert (FOLDER / name).read_text() == text, "run python docs/generate.py"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda shown: shown.pop("verdict"), "the key 'verdict' is missing"),
        (lambda shown: shown.update(more=1), "the key 'more' is unknown"),
        (lambda shown: shown.update(verdict="fine"), "verdict: one of"),
        (lambda shown: shown["findings"][0]["bytes"].update(a=-1), "findings[0].bytes.a: a number from 0 on"),
        (lambda shown: shown["findings"][0].update(cause="<b>"), "findings[0].cause: text of the form"),
        (lambda shown: shown["raw"].update(same_offset_differing=1 << 64), "a number of 64 bits"),
        (lambda shown: shown.update(exit=True), "exit: a number"),
        (
            lambda shown: shown.update(schema="elfdiff/report/3"),
            "its schema is none of elfdiff/report/2",
        ),
        (lambda shown: shown.update(schema="elfdiff/report/1"), "is elfdiff/report/1"),
        (lambda shown: shown.update(ledger=1), "ledger: an object was expected, and there is a number"),
    ],
)
def test_what_is_no_report_is_told_in_a_sentence(
    made: SimpleNamespace, tmp_path: Path, change: Any, sentence: str
) -> None:
    shown = json.loads(render_json(made.explained()))
    change(shown)
    with pytest.raises(MalformedReport, match=r"report\.json: ") as caught:
        saved(json.dumps(shown), tmp_path)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", ["", "[", "[1.5]", "NaN", "null", "{}", "[" * 2000, "1" * 5000, '"\\ud800"'])
def test_what_is_no_json_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(MalformedReport):
        saved(text, tmp_path)


def test_damage_is_a_report_or_a_sentence(made: SimpleNamespace, tree: Tree, tmp_path: Path) -> None:
    drawn = random.Random(1)
    for found in (made.explained(), tree):
        text = render_json(found, with_spans=True)
        for _ in range(150):
            at = drawn.randrange(len(text))
            damaged = text[:at] + drawn.choice('0x"[]{},:-') + text[at + drawn.randrange(3) :]
            with contextlib.suppress(MalformedReport):
                saved(damaged, tmp_path)
