"""The real pipeline on input that is no pair of ELF files: the line and the exit code that CONTRACT.md promises."""

import os
from pathlib import Path

import pytest

from elfdiff.cli.main import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def text_file(tmp_path: Path) -> str:
    path = tmp_path / "text"
    path.write_text("no ELF\n")
    return str(path)


@pytest.mark.parametrize("kind", ["missing", "fifo", "magic alone"])
def test_trouble_is_one_line_that_names_side_and_file(
    kind: str, text_file: str, tmp_path: Path, capsys: Capture
) -> None:
    bad = tmp_path / "bad"
    match kind:
        case "fifo":
            os.mkfifo(bad)
        case "magic alone":
            bad.write_bytes(b"\x7fELF")
    for first, second, side in ((str(bad), text_file, "a"), (text_file, str(bad), "b")):
        assert main([first, second]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.count("\n") == 1
        wanted = f"elfdiff: error: {side}: {bad}: "
        other = f"elfdiff: error: a: {text_file}: "
        assert shown.err.startswith(wanted) or (side == "b" and shown.err.startswith(other))


def test_a_directory_and_a_file_are_no_two_builds(text_file: str, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert main([text_file, str(folder)]) == 1
    shown = capsys.readouterr()
    assert "a is a plain file, b is a directory: these are not two builds of one thing" in " ".join(shown.out.split())
    assert shown.out.splitlines()[-1] == (
        "elfdiff: result=inputs-differ causes=- unexplained=- code=- entries=0 exit=1"
    )


def test_two_plain_files_are_a_tree_of_one_entry(text_file: str, tmp_path: Path, capsys: Capture) -> None:
    other = tmp_path / "other"
    other.touch()
    assert main([text_file, str(other)]) == 1
    assert " entries=1 exit=1" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(text_file: str, capsys: Capture) -> None:
    os.chmod(text_file, 0)
    assert main([text_file, "/dev/null"]) == 2
    assert capsys.readouterr().err.startswith(f"elfdiff: error: a: {text_file}: ")


def test_two_files_of_identical_bytes_are_the_same_whatever_they_are(
    text_file: str, tmp_path: Path, capsys: Capture
) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(Path(text_file).read_bytes())
    assert main([text_file, str(copy)]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "elfdiff: result=identical causes=- unexplained=0 code=- exit=0"
    assert shown.err == ""


def test_a_path_that_is_no_text(tmp_path: Path, capsys: Capture) -> None:
    path = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff\x1b[2J")
    Path(path).write_bytes(b"x")
    for form in ("text", "json", "markdown", "github"):
        assert main([path, path, "-f", form]) == 0
        shown = capsys.readouterr()
        assert "\x1b" not in shown.out + shown.err
    assert main([path, "nowhere"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_an_elf_file_and_an_archive_are_not_blamed_on_the_machine(capsys: Capture) -> None:
    samples = Path(__file__).parents[2] / "samples"
    for paths in (("content-hash-stripped/a", "archive-metadata/a"), ("archive-metadata/a", "content-hash-stripped/a")):
        assert main([str(samples / path) for path in paths]) == 1
        shown = " ".join(capsys.readouterr().out.split())
        assert "a static archive" in shown
        assert "machine" not in shown
