"""Runs on the local engine: what is finished stays, what fails is a row, and no innocent pair suffers."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from elfdiff.cli.main import main
from elfdiff.fleet.child import Child
from elfdiff.fleet.journal import Journal
from elfdiff.fleet.local import LocalEngine
from elfdiff.fleet.manifest import read_manifest
from elfdiff.fleet.record import Limits, Record, Row
from elfdiff.fleet.run import run, summary

Maker = Callable[..., tuple[str, str]]
NAMES = ("build-path-dwarf", "build-time-macro", "host-identity", "null-pair", "random-build-id", "time-zone")
NO_LIMITS = Limits(60.0, None)


def test_a_run_and_the_same_call_again(fleet: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = fleet(*NAMES)
    out = tmp_path / "out"
    assert main(["fleet", a, b, "-o", str(out), "--jobs", "2"]) == 1
    first = capsys.readouterr().out
    assert first.endswith("elfdiff: result=fleet pairs=6 packages=6 differ=5 failed=0 exit=1\n")
    summary_json = (out / "summary.json").read_text()
    assert {item["cause"] for item in json.loads(summary_json)["causes"]} >= {"build-path", "build-time"}
    assert (out / "summary.md").read_text().startswith("# elfdiff fleet: 5 of 6 packages differ")
    ended = list(Journal(str(out)).base.execute("SELECT key, ended FROM pairs ORDER BY key"))
    assert main(["fleet", a, b, "-o", str(out)]) == 1
    assert list(Journal(str(out)).base.execute("SELECT key, ended FROM pairs ORDER BY key")) == ended
    assert (out / "summary.json").read_text() == summary_json
    assert main(["fleet", "--watch", str(out)]) == 0
    assert "6 of 6 pairs" in capsys.readouterr().out.splitlines()[-1]


def test_exit_codes(fleet: Maker, tmp_path: Path) -> None:
    a, b = fleet("null-pair")
    assert main(["fleet", a, b, "-o", str(tmp_path / "same"), "-q"]) == 0
    Path(a, "zz").write_bytes(b"\x7fELF" + b"\0" * 60)
    Path(b, "zz").write_bytes(b"\x7fELF" + b"\1" * 60)
    assert main(["fleet", a, b, "-o", str(tmp_path / "bad"), "-q"]) == 2
    Path(b, "zz").unlink()
    assert main(["fleet", a, b, "-o", str(tmp_path / "missing"), "-q"]) == 1
    assert main(["fleet", a, b]) == 2
    assert main(["fleet", a, str(tmp_path / "none"), "-o", str(tmp_path / "x")]) == 2
    assert main(["fleet", "--watch", str(tmp_path)]) == 2


def test_rows_that_cannot_be_read_are_counted_and_stop_nothing(
    fleet: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = fleet("time-zone")
    rows = [("one", "0-time-zone"), ("two", "none"), ("one", "0-time-zone"), ("three", "0-time-zone")]
    lines = ["id,a,b", *(f"{name},{a}/{file},{b}/{file}" for name, file in rows), "four,only"]
    manifest = tmp_path / "m.csv"
    manifest.write_text("\n".join(lines) + "\n")
    assert main(["fleet", str(manifest), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.out.endswith("elfdiff: result=fleet pairs=2 packages=2 differ=2 failed=3 exit=2\n")
    value = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (value["failed"], value["failures"], value["verdicts"]) == (3, [], {"explained": 2})
    assert said.err.splitlines()[-1].startswith(f"elfdiff: error: 3 pairs or rows have no answer: {manifest}, line 3: ")
    for number, sentence in zip((3, 4, 6), value["trouble"], strict=True):
        assert sentence.startswith(f"{manifest}, line {number}: ")
        assert sentence in said.out
        assert sentence in said.err
        assert sentence in (tmp_path / "out" / "summary.md").read_text()
    manifest.write_text("id,a,b\none,gone,gone\n")
    assert main(["fleet", str(manifest), "-o", str(tmp_path / "none"), "-q"]) == 2
    assert "m.csv, line 2: a: " in capsys.readouterr().err
    manifest.write_text("id,a,b\n")
    assert main(["fleet", str(manifest), "-o", str(tmp_path / "none"), "-q"]) == 2


def test_packages_are_opened_and_a_damaged_one_is_trouble(fleet: Maker, tmp_path: Path) -> None:
    a, b = fleet("time-zone")
    for side, when in ((a, 1), (b, 2)):
        with tarfile.open(f"{side}/pkg.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
            info = tarfile.TarInfo("file")
            info.mtime = when
            archive.addfile(info)
    out = tmp_path / "out"
    assert main(["fleet", a, b, "-o", str(out), "-q"]) == 1
    causes = {item["cause"] for item in json.loads((out / "summary.json").read_text())["causes"]}
    assert causes == {"time-zone", "file-times"}
    whole = gzip.compress(b"a" * 1000, mtime=0)
    for side, content in ((a, whole), (b, whole[:20])):
        with tarfile.open(f"{side}/damaged.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
            info = tarfile.TarInfo("inner.gz")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert main(["fleet", a, b, "-o", str(out), "-q"]) == 2
    (failed,) = json.loads((out / "summary.json").read_text())["failures"]
    assert (failed["kind"], failed["examples"]) == ("malformed", ["damaged.tar"])


def test_reports_are_kept_on_request(fleet: Maker, tmp_path: Path) -> None:
    a, b = fleet("time-zone")
    assert main(["fleet", a, b, "-o", str(tmp_path / "out"), "--reports", "-q"]) == 1
    (report,) = (tmp_path / "out" / "reports").iterdir()
    assert json.loads(report.read_text())["schema"].startswith("elfdiff/")


def test_redo_failed_runs_those_alone(fleet: Maker, tmp_path: Path) -> None:
    a, b = fleet("time-zone", "host-identity")
    asked: list[str] = []

    class Engine:
        """Fails the first pair of its life, and answers the others."""

        def map(self, given: object) -> Iterator[tuple[str, Record]]:
            for key, record in given:
                asked.append(record["a"])
                if len(asked) == 1:
                    yield key, {"state": "failed", "failure": "killed", "sentence": "ended by signal 9"}
                else:
                    yield key, Child(NO_LIMITS).run(record)

    journal = Journal(str(tmp_path / "out"))
    assert run(read_manifest([a, b]), journal, Engine(), "").exit_code == 2
    assert run(read_manifest([a, b]), journal, Engine(), "").exit_code == 2
    assert len(asked) == 2
    journal.forget_failed()
    assert run(read_manifest([a, b]), journal, Engine(), "").exit_code == 1
    assert len(asked) == 3
    assert not summary(journal).failures


def test_watching_tells_rate_and_time_left_of_the_last_call(
    fleet: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(str(tmp_path / "out"))
    journal.begin(1000.0)
    for number in range(3):
        journal.add_row(Row(str(number), "a", "b", "p", {}, ""), str(number), None)
    journal.finish("0", {"state": "done"}, 900.0)
    assert main(["fleet", "--watch", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == "elfdiff: 1 of 3 pairs\n"
    journal.finish("1", {"state": "done"}, 1010.0)
    assert main(["fleet", "--watch", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == "elfdiff: 2 of 3 pairs, 0.1 a second, 10 s left\n"


def test_parquet_holds_a_row_a_pair_with_its_columns(fleet: Maker, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra fleet is not installed")
    a, b = fleet("time-zone")
    (tmp_path / "m.csv").write_text(f"id,a,b,suite\none,{a}/0-time-zone,{b}/0-time-zone,sid\ntwo,{a}/0-time-zone,,\n")
    file = str(tmp_path / "t.parquet")
    assert main(["fleet", str(tmp_path / "m.csv"), "-o", str(tmp_path / "out"), "--parquet", file, "-q"]) == 1
    one, two = parquet.read_table(file).to_pylist()
    assert (one["id"], one["verdict"], one["roots"], one["missing"]) == ("one", "explained", ["time-zone"], None)
    assert json.loads(one["columns"]) == {"suite": "sid"}
    assert (two["id"], two["verdict"], two["roots"], two["missing"]) == ("two", None, [], "b")


def test_two_calls_do_not_share_a_directory(fleet: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    first = Journal(out)
    first.begin(1000.0)
    assert main(["fleet", *fleet("time-zone"), "-o", out, "-q"]) == 2
    assert "another elfdiff fleet is at work here" in capsys.readouterr().err
    first.close()
    assert main(["fleet", *fleet("time-zone"), "-o", out, "-q"]) == 1


def test_content_is_the_key_and_not_the_name(fleet: Maker, tmp_path: Path) -> None:
    a, b = fleet("time-zone", "time-zone")
    journal = Journal(str(tmp_path / "out"))
    found = run(read_manifest([a, b]), journal, LocalEngine(1, NO_LIMITS), "")
    assert (found.pairs, len(journal.finished())) == (2, 1)
    with open(f"{b}/0-time-zone", "ab") as file:
        file.write(b"x")
    run(read_manifest([a, b]), journal, LocalEngine(1, NO_LIMITS), "")
    assert len(journal.finished()) == 2
