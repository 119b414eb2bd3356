import json
from pathlib import Path

import pytest

from elfdiff.cli.main import main

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PAIR = [str(SAMPLES / "build-time-macro" / side) for side in "ab"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def saved(tmp_path: Path) -> str:
    path = tmp_path / "report.json"
    assert main(["-f", "json", "--all-evidence", "--with-spans", "-o", str(path), *PAIR]) == 1
    return str(path)


@pytest.mark.parametrize("form", ["text", "json", "json1", "markdown", "github", "html", "sarif", "gitlab"])
def test_a_saved_report_is_shown_as_the_run_shows_it(saved: str, form: str, capsys: Capture) -> None:
    assert main(["-f", form, *PAIR]) == 1
    shown = capsys.readouterr().out
    assert main(["render", "-f", form, saved]) == 1
    assert capsys.readouterr().out == shown


def test_spans_are_in_the_report_only_if_asked_for(saved: str, capsys: Capture) -> None:
    held = json.loads(Path(saved).read_text())
    assert sum(run["length"] for run in held["spans"] if run["side"] == "a") == held["ledger"]["differing"]["a"]
    main(["-f", "json", *PAIR])
    assert json.loads(capsys.readouterr().out)["spans"] is None


def test_what_was_allowed_and_the_exit_code_are_kept(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "report.json"
    assert main(["--allow", "build-time", "-f", "json", "-o", str(path), *PAIR]) == 0
    held = json.loads(path.read_text())
    assert (held["allowed"], held["exit"]) == (["build-time"], 0)
    assert main(["render", str(path)]) == 0
    assert "exit=0" in capsys.readouterr().out


def test_a_file_that_is_no_report_is_trouble(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"schema": "elfdiff/inspect/1"}')
    assert main(["render", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"elfdiff: error: {path}: its schema is none of")
    assert main(["render", str(tmp_path / "missing")]) == 2


def test_a_fault_of_elfdiff_is_a_note_and_exit_2(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("elfdiff.diagnose.account", broken)
    monkeypatch.delenv("ELFDIFF_DEBUG", raising=False)
    assert main(["-f", "json", "--exit-zero", *PAIR]) == 2
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    assert report["exit"] == 2
    assert "by a fault of elfdiff (ZeroDivisionError)" in report["notes"][0]
    assert [finding["cause"] for finding in report["findings"]][:1] == ["build-time"]
    assert shown.err.startswith("elfdiff: error: internal error: the bytes were not accounted for")


def test_several_outputs_of_one_run(tmp_path: Path, capsys: Capture) -> None:
    page, log = tmp_path / "report.html", tmp_path / "report.sarif"
    assert main(["-f", f"html={page}", "-f", f"sarif={log}", *PAIR]) == 1
    assert "elfdiff: result=" in capsys.readouterr().out
    assert page.read_text().startswith("<!doctype html>")
    assert json.loads(log.read_text())["version"] == "2.1.0"
    assert main(["-f", f"html={page}", "-f", "json", *PAIR]) == 1
    assert json.loads(capsys.readouterr().out)["schema"] == "elfdiff/report/2"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["-f", "json", "-f", "html"], "-f json and -f html both write to standard output"),
        (["-f", "pdf"], "invalid choice: 'pdf'"),
        (["-f", "html="], "html=: which file?"),
        (["-f", f"html={PAIR[0]}"], "is one of the files to compare"),
        (["-f", "html=same", "-o", "same"], "both write same"),
    ],
)
def test_outputs_that_cannot_be(options: list[str], sentence: str, capsys: Capture) -> None:
    assert main([*options, *PAIR]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "malformed at line 1, column 2"),
        ('{\n"a": }', "malformed at line 2, column 6"),
        ("[1.5]", "it holds a fraction"),
        ("[NaN]", "NaN is no number"),
        (f"[{'9' * 5000}]", "a number is too long"),
    ],
)
def test_broken_json_is_told_in_our_words(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    assert main(["render", str(path)]) == 2
    assert capsys.readouterr().err == f"elfdiff: error: {path}: is no JSON that elfdiff wrote: {words}\n"


def test_the_first_schema_has_no_form_for_directories(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side in "ab":
        (tmp_path / side).mkdir()
        (tmp_path / side / "text").write_text(side)
    assert main(["-f", "json1", str(tmp_path / "a"), str(tmp_path / "b")]) == 2
    assert "elfdiff/report/1 has no form for directories" in capsys.readouterr().err
