import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from elfdiff.cli.main import main
from elfdiff.report import Report, Verdict

Pipeline = Callable[[Report | BaseException], None]
Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("known")


@pytest.fixture
def one_root(made: SimpleNamespace, pipeline: Pipeline) -> Report:
    report: Report = made.report(findings=(made.finding("build-path"),), root=4)
    pipeline(report)
    return report


def test_two_paths_are_compared(one_root: Report, capsys: Capture) -> None:
    assert main(["x", "y"]) == 1
    plain = capsys.readouterr().out
    assert plain.startswith("elfdiff: EXPLAINED  a and b differ for 1 reason")
    assert plain.endswith("elfdiff: result=explained causes=build-path unexplained=0 code=- exit=1\n")
    assert main(["compare", "x", "y"]) == 1
    assert capsys.readouterr().out == plain


def test_identical_is_0(made: SimpleNamespace, pipeline: Pipeline, capsys: Capture) -> None:
    pipeline(made.report(Verdict.IDENTICAL))
    assert main(["x", "y"]) == 0
    assert capsys.readouterr().out.endswith("exit=0\n")


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github"])
def test_a_format_never_changes_the_code(form: str, one_root: Report, capsys: Capture) -> None:
    assert main(["x", "y", "-f", form]) == 1
    assert capsys.readouterr().out
    assert main(["x", "y", "-f", form, "--allow", "build-path"]) == 0
    assert main(["x", "y", "-f", form, "--exit-zero"]) == 0


def test_the_last_line_tells_the_code_that_is_returned(one_root: Report, capsys: Capture) -> None:
    assert main(["x", "y", "--allow", "build-path"]) == 0
    shown = capsys.readouterr().out
    assert "allowed: build-path (still counted)" in shown
    assert shown.endswith("causes=build-path unexplained=0 code=- exit=0\n")


def test_quiet_prints_the_last_line_alone(one_root: Report, capsys: Capture) -> None:
    assert main(["-q", "x", "y"]) == 1
    assert capsys.readouterr().out == "elfdiff: result=explained causes=build-path unexplained=0 code=- exit=1\n"


def test_a_mistyped_id_is_trouble_with_a_hint(one_root: Report, capsys: Capture) -> None:
    assert main(["x", "y", "--allow", "build-paht"]) == 2
    assert "did you mean build-path?" in capsys.readouterr().err


def test_output_is_written_in_one_step(one_root: Report, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    target.chmod(0o640)
    assert main(["x", "y", "-f", "json", "-o", str(target)]) == 1
    assert json.loads(target.read_text())["verdict"] == "explained"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert capsys.readouterr().out == ""


def test_output_that_cannot_be_written_is_trouble(one_root: Report, tmp_path: Path, capsys: Capture) -> None:
    missing = tmp_path / "no" / "report.json"
    assert main(["x", "y", "-o", str(missing)]) == 2
    assert capsys.readouterr().err == f"elfdiff: error: {missing}: cannot be written: No such file or directory\n"


def test_output_to_a_pipe_or_device_is_not_replaced(one_root: Report) -> None:
    assert main(["x", "y", "-o", "/dev/null"]) == 1
    assert not os.path.isfile("/dev/null")


def test_spans_are_written(one_root: Report, tmp_path: Path) -> None:
    target = tmp_path / "spans"
    assert main(["x", "y", "--spans", str(target)]) == 1
    assert [json.loads(line)["side"] for line in target.read_text().splitlines()] == ["a", "b"]


@pytest.mark.parametrize("option", ["-o", "--spans"])
def test_an_input_is_never_replaced(option: str, one_root: Report, tmp_path: Path, capsys: Capture) -> None:
    source = tmp_path / "app"
    source.write_bytes(b"precious")
    assert main([str(source), "y", option, str(source)]) == 2
    assert source.read_bytes() == b"precious"
    assert "is one of the files to compare" in capsys.readouterr().err


def test_one_output_never_replaces_another(one_root: Report, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "out"
    assert main(["x", "y", "-o", str(target), "--spans", str(tmp_path / "." / "out")]) == 2
    assert not target.exists()
    assert capsys.readouterr().err.startswith("elfdiff: error: -o and --spans both write ")
    assert main(["x", "y", "-o", "/dev/null", "--spans", "/dev/null"]) == 1


def test_one_inode_twice_is_warned_about(
    made: SimpleNamespace, pipeline: Pipeline, tmp_path: Path, capsys: Capture
) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.write_bytes(b"x")
    second.hardlink_to(first)
    pipeline(made.report(Verdict.IDENTICAL))
    assert main([str(first), str(second)]) == 0
    assert capsys.readouterr().err == (
        f"elfdiff: warning: {first} and {second} are the same file (one inode): this compares a file with itself\n"
    )


def test_a_file_with_the_name_of_a_command(one_root: Report, capsys: Capture) -> None:
    assert main(["./sbom", "./causes"]) == 1
    assert main(["compare", "sbom", "causes"]) == 1


def test_json_is_the_same_under_every_locale(
    one_root: Report, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = set()
    for locale in ("C", "C.UTF-8", "de_DE.ISO-8859-1"):
        monkeypatch.setenv("LC_ALL", locale)
        monkeypatch.setenv("COLUMNS", "33")
        main(["x", "y", "-f", "json"])
        shown.add(capsys.readouterr().out)
    assert len(shown) == 1
