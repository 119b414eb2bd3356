"""The table is right on fleets whose causes are known, and the greedy order on ones worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

from elfdiff.fleet.ranking import Group, InputRank, Step, greedy, summarise
from elfdiff.fleet.record import Record, failure
from elfdiff.fleet.table import fleet_html, fleet_json, fleet_markdown, fleet_text


def answer(*roots: str, **other: object) -> Record:
    verdict = "explained" if roots else "unexplained"
    base: Record = {"state": "done", "verdict": verdict, "roots": dict.fromkeys(roots, 10), "possible": []}
    base |= {
        "inputs": [],
        "fixable": True,
        "differing": 20,
        "unexplained": 0,
        "toolchain": "gcc",
        "sections": [],
        "fact": None,
    }
    return base | other


EQUAL: Record = answer(verdict="identical")


def test_a_synthetic_fleet_of_500_packages() -> None:
    """Every second package has one planted cause, every third another, every seventh a third; two pairs a package."""
    rows: list[tuple[str, str, str | None, Record | None]] = []
    for number in range(500):
        roots = [name for name, every in (("build-path", 2), ("build-time", 3), ("locale", 7)) if number % every == 0]
        rows.append((f"{number}/x", str(number), None, answer(*roots) if roots else EQUAL))
        rows.append((f"{number}/y", str(number), None, EQUAL))
    found = summarise(rows)
    # Of 0 to 499 there are 250, 167 and 72 multiples; 84 of 6, 36 of 14, 24 of 21, 12 of 42.
    assert (found.pairs, found.packages, found.differing_packages) == (1000, 500, 357)
    assert [(item.cause, item.packages, item.pairs, item.bytes, item.alone) for item in found.causes] == [
        ("build-path", 250, 250, 2500, 142),
        ("build-time", 167, 167, 1670, 71),
        ("locale", 72, 72, 720, 24),
    ]
    assert found.order == (Step("build-path", 142, 142), Step("build-time", 143, 285), Step("locale", 72, 357))
    assert found.exit_code == 1


def test_the_greedy_order_by_hand() -> None:
    sets = [{"a"}, {"a", "b"}, {"a", "b"}, {"c"}, {"b", "c"}]
    assert list(greedy(map(frozenset, sets))) == [Step("a", 1, 1), Step("b", 2, 3), Step("c", 2, 5)]
    pairs = [{"x", "y"}] * 10 + [{"z"}]
    assert list(greedy(map(frozenset, pairs))) == [Step("x", 0, 0), Step("y", 10, 10), Step("z", 1, 11)]


def test_what_no_flag_removes_frees_no_package() -> None:
    rows = [
        ("1", "one", None, answer("build-path", inputs=["source-change"], verdict="inputs-differ")),
        ("2", "two", None, answer("build-path", unexplained=3, verdict="partly-explained")),
        ("3", "three", None, answer("build-path", fixable=False)),
        ("4", "four", None, answer("build-path", possible=["locale"])),
        ("5", "five", "b", None),
        ("6", "five", None, answer("build-path")),
    ]
    found = summarise(rows)
    assert found.order == ()
    assert found.causes[0].alone == 0
    assert found.inputs == (InputRank("source-change", 1, 1),)
    assert "     1  source-change" in fleet_text(found)
    assert found.missing == ("5: only in a",)


def test_pairs_without_a_root_are_grouped_by_what_they_share() -> None:
    facts = ("built on #", "other", "built on #", None)
    rows = [(str(n), str(n), None, answer(sections=[".rodata"], unexplained=4, fact=facts[n])) for n in range(4)]
    left = answer("build-path", verdict="partly-explained", sections=[".text"], unexplained=1)
    rows += [("8", "8", None, left), ("7", "7", None, answer("build-path"))]
    rows.append(("9", "9", None, failure("killed", "ended by signal 9")))
    found = summarise(rows, ["m.csv, line 3: names no id"])
    assert found.unexplained == (
        Group("gcc", ".rodata", 4, ("0", "2"), "built on #", 2),
        Group("gcc", ".text", 1, ("8",), None, 0),
    )
    assert "2 with 'built on #', e.g. 0" in fleet_text(found)
    assert [(item.kind, item.pairs) for item in found.failures] == [("killed", 1)]
    assert found.exit_code == 2


def test_every_form_escapes_what_comes_from_manifests() -> None:
    hostile = "<script>\x1b[31m```"
    rows = [("1", "p", None, failure("malformed", hostile)), (hostile, "q", "a", None)]
    found = summarise(rows, [hostile])
    page = fleet_html(found)
    assert "<script>" not in page
    for text in (page, fleet_text(found), fleet_markdown(found), fleet_json(found)):
        assert "\x1b" not in text
    assert json.loads(fleet_json(found))["exit"] == 2


def test_sixty_thousand_rows_are_ranked() -> None:
    """How long it takes is a figure of benchmarks/fleet.py."""
    names = ["build-path", "build-time", "locale", "host-identity", "file-times", "link-order"]
    rows = [
        (str(n), str(n // 3), None, answer(*[name for bit, name in enumerate(names) if n >> bit & 1]))
        for n in range(60_000)
    ]
    found = summarise(rows)
    assert found.packages == 20_000
    assert found.order[-1].total <= found.differing_packages


def test_the_schema_names_every_field(tmp_path: Path) -> None:
    import jsonschema

    schema = Path(__file__).resolve().parents[2] / "elfdiff" / "schema" / "fleet-1.json"
    found = summarise([("1", "p", None, answer("build-path")), ("2", "q", None, failure("killed", "x"))], ["y"])
    jsonschema.validate(json.loads(fleet_json(found)), json.loads(schema.read_text()))
