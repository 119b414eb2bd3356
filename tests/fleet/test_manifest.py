"""Rows of every kind of manifest; what cannot be read names its line and stops nothing else."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from elfdiff.errors import UsageError
from elfdiff.fleet.journal import Journal
from elfdiff.fleet.manifest import MalformedManifest, read_manifest
from elfdiff.fleet.record import BadRow, Row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "x").write_text(side)
    return tmp_path


def rows_of(*paths: Path) -> list[Row | BadRow]:
    return list(read_manifest([str(path) for path in paths]))


def test_csv_keeps_its_other_columns(folder: Path) -> None:
    (folder / "m.csv").write_text("id,a,b,package,suite\none,a/x,b/x,hello,sid\ntwo,a/x,,hello,sid\n")
    one, two = rows_of(folder / "m.csv")
    assert isinstance(one, Row)
    assert (one.id, one.package, one.columns) == ("one", "hello", {"package": "hello", "suite": "sid"})
    assert Path(one.b or "").read_text() == "b"
    assert isinstance(two, Row)
    assert two.b is None


def test_json_lines(folder: Path) -> None:
    whole = {"id": "one", "a": "a/x", "b": "b/x"}
    lines = [whole | {"note": "one\u2028line", "n": [1]}, ["no object"], whole | {"a": 1}, {"a": "a/x", "b": "b/x"}]
    lines += [{"id": "two", "a": "a/x"}, {"id": "three", "a": "a/x", "b": None, "n": None}, whole | {"b": "b/x"}]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "m.jsonl").write_text(text + "\nnot json\n", encoding="utf-8")
    found = rows_of(folder / "m.jsonl")
    bad = [item.sentence.rsplit("/m.jsonl, ", 1)[-1] for item in found if isinstance(item, BadRow)]
    assert bad == [
        "line 2: is no JSON object",
        "line 3: a is no path",
        "line 4: names no id",
        "line 5: has no b; where the partner is missing it is null",
        "line 7: the id one stands twice; this row is left out",
        "line 8: is no JSON object",
    ]
    one, three = [item for item in found if isinstance(item, Row)]
    assert (one.columns, one.b is None) == ({"note": "one\u2028line", "n": "[1]"}, False)
    assert (three.columns, three.b) == ({"n": ""}, None)


def test_a_row_that_csv_refuses_does_not_stop_the_next(folder: Path) -> None:
    big = "x" * (csv.field_size_limit() + 1)
    (folder / "m.csv").write_text(f'id,a,b,note\none,a/x,b/x,"two\nlines"\ntwo,a/x,b/x,{big}\nthree,a/x,b/x,\n')
    one, bad, three = rows_of(folder / "m.csv")
    assert isinstance(one, Row)
    assert one.columns == {"note": "two\nlines"}
    assert isinstance(bad, BadRow)
    assert "m.csv, line 4: is no CSV" in bad.sentence
    assert isinstance(three, Row)


def test_names_that_are_no_utf8_are_rows_like_others(folder: Path, tmp_path: Path) -> None:
    for side in "ab":
        Path(os.fsdecode(os.fsencode(folder / side) + b"/\xffname")).write_text("same")
    (folder / "m.jsonl").write_text(json.dumps({"id": "\ud800", "a": "a/x", "b": "b/x"}) + "\n")
    journal = Journal(str(tmp_path / "out"))
    for row in (*rows_of(folder / "a", folder / "b"), *rows_of(folder / "m.jsonl")):
        assert isinstance(row, Row)
        journal.add_row(row, journal.key(row, "1", ""), None)
    assert [name for name, *_ in journal.results()] == ["x", "\\udcffname", "\\ud800"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("one,a/x,b/x\n", "stands twice"),
        ("two,a/x,b/none\n", "no such file"),
        ("two,,\n", "neither a nor b"),
        (",a/x,b/x\n", "names no id"),
        ("two,/dev/null,b/x\n", "is no regular file"),
        ("two,a/x\n", "has 2 columns, and the first line names 3"),
        ("two,a/x,b/x,more\n", "has 4 columns, and the first line names 3"),
    ],
)
def test_a_row_that_cannot_be_read_names_its_line(folder: Path, line: str, words: str) -> None:
    (folder / "m.csv").write_text("id,a,b\none,a/x,b/x\n" + line + "last,a/x,b/x\n")
    found = rows_of(folder / "m.csv")
    (bad,) = [item for item in found if isinstance(item, BadRow)]
    assert words in bad.sentence
    assert "m.csv, line 3: " in bad.sentence
    assert sum(isinstance(item, Row) for item in found) == 2


@pytest.mark.parametrize("text", ["", "id,a\none,a/x\n", "id,a,b\n", "id,a,b\n\n"])
def test_a_manifest_without_a_pair_is_trouble(folder: Path, text: str) -> None:
    (folder / "m.csv").write_text(text)
    with pytest.raises(MalformedManifest):
        rows_of(folder / "m.csv")


def test_two_directories_are_paired_by_path(folder: Path) -> None:
    for side, name in (("a", "left"), ("b", "right")):
        (folder / side / name).write_text("")
    (folder / "a" / "link").symlink_to("x")
    found = rows_of(folder / "a", folder / "b")
    assert [(row.id, row.a is None, row.b is None) for row in found if isinstance(row, Row)] == [
        ("left", False, True),
        ("x", False, False),
        ("right", True, False),
    ]


def test_the_package_of_a_debian_file_is_its_name(folder: Path) -> None:
    for side in ("a", "b"):
        (folder / side / "pool").mkdir()
        (folder / side / "pool" / "hello-dbg_2.10-3_amd64.deb").write_text("")
    found = rows_of(folder / "a", folder / "b")
    assert [row.package for row in found if isinstance(row, Row)] == ["x", "hello-dbg"]


def test_lists_of_distributions_name_files_of_two_directories(folder: Path) -> None:
    for side in ("a", "b"):
        for name in ("hello_2.10-3_amd64.deb", "hello-doc_2.10-3_all.deb", "other_1_amd64.deb"):
            (folder / side / name).write_text(side)
    rebuilderd = [
        {"name": "hello", "version": "2.10-3", "status": "BAD", "distro": "debian", "suite": "main"}
        | {"architecture": "amd64", "artifact_url": "https://example.org/pool/h/hello_2.10-3_amd64.deb"},
        {"name": "other", "version": "1", "status": "GOOD", "artifact_url": "https://example.org/other_1_amd64.deb"},
        {"name": "gone", "version": "1", "status": "BAD", "artifact_url": "https://example.org/gone_1_amd64.deb"},
        {"name": "bare"},
    ]
    debian = [
        {"package": "hello", "version": "1:2.10-3", "suite": "unstable", "architecture": "amd64"}
        | {"status": "FTBR", "build_date": "2026-11-01 10:00"},
        {"package": "other", "version": "1", "suite": "unstable", "architecture": "amd64", "status": "reproducible"},
    ]
    (folder / "rebuilderd.json").write_text(json.dumps(rebuilderd))
    (folder / "debian.json").write_text(json.dumps(debian))
    found = rows_of(folder / "rebuilderd.json", folder / "a", folder / "b")
    assert [row.id for row in found if isinstance(row, Row)] == ["hello/hello_2.10-3_amd64.deb"]
    assert len([row for row in found if isinstance(row, BadRow)]) == 2
    found = rows_of(folder / "debian.json", folder / "a", folder / "b")
    assert [(row.id, row.package) for row in found if isinstance(row, Row)] == [
        ("hello/hello-doc_2.10-3_all.deb", "hello"),
        ("hello/hello_2.10-3_amd64.deb", "hello"),
    ]
    with pytest.raises(UsageError, match="two directories"):
        rows_of(folder / "debian.json")
