"""``inspect`` and ``sbom`` on a static archive: its members, as those of a package."""

from pathlib import Path

import pytest

from elfdiff.cli.main import main

ARCHIVE = Path(__file__).resolve().parents[2] / "samples" / "archive-metadata" / "a"
Capture = pytest.CaptureFixture[str]


def test_members_are_inspected(capsys: Capture) -> None:
    assert main(["inspect", str(ARCHIVE)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"elfdiff: {ARCHIVE}: ar, 2 entries, 2 ELF files"
    assert main(["sbom", str(ARCHIVE)]) == 0


def test_a_damaged_one_and_a_thin_one_are_told(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "lib.a"
    path.write_bytes(ARCHIVE.read_bytes()[:2000])
    assert main(["inspect", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"elfdiff: error: {path}: ")
    path.write_bytes(b"!<thin>\n")
    assert main(["inspect", str(path)]) == 2
    assert "thin archive: its members are files beside it" in capsys.readouterr().err
