"""Options in elfdiff.toml or pyproject.toml."""

from pathlib import Path

import pytest

from elfdiff.cli.main import main

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PAIR = [str(SAMPLES / "two-causes-path-and-time" / side) for side in "ab"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_a_project_allows_is_added_to_the_command_line(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.elfdiff]\nallow = ["build-path"]\n')
    assert main(PAIR) == 1
    assert main(["--allow", "build-time", *PAIR]) == 0
    (tmp_path / "elfdiff.toml").write_text('allow = ["build-path", "build-time"]\n')
    assert main(PAIR) == 0
    assert "identical but for build-path and build-time" in " ".join(capsys.readouterr().out.split())


def test_entries_and_metadata(tmp_path: Path, capsys: Capture) -> None:
    for side in "ab":
        (tmp_path / side).mkdir()
        (tmp_path / side / "same").write_text("same")
        (tmp_path / side / "build.log").write_text(side)
    assert main(["a", "b"]) == 1
    (tmp_path / "elfdiff.toml").write_text('exclude = ["*.log"]\nmetadata = false\n')
    assert main(["a", "b"]) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("alow = []", "elfdiff.toml: 'alow' is unknown; there are allow, only, exclude, metadata"),
        ("allow = 1", "elfdiff.toml: allow is no list of texts"),
        ("only = [1]", "elfdiff.toml: only is no list of texts"),
        ('metadata = "yes"', "elfdiff.toml: metadata is neither true nor false"),
        ("allow = [", "elfdiff.toml: is no TOML"),
        ('allow = ["build-pth"]', "elfdiff.toml: allow: no cause is called build-pth; did you mean build-path?"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, sentence: str, capsys: Capture) -> None:
    (tmp_path / "elfdiff.toml").write_text(text)
    assert main(PAIR) == 2
    assert capsys.readouterr().err.startswith(f"elfdiff: error: {sentence}")


@pytest.mark.parametrize("text", ["[project]\nname = 1\n", "tool = 3\n", "not toml", "[tool.ruff]\n"])
def test_a_file_without_the_table_changes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert main(PAIR) == 1
    (tmp_path / "pyproject.toml").write_text("[tool]\nelfdiff = 3\n")
    assert main(PAIR) == 2
