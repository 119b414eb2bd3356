"""What one pair's record says, for the ranking to count."""

from __future__ import annotations

from pathlib import Path

from elfdiff.fleet.pair import run_pair
from tests.fleet.conftest import SAMPLES


def test_a_package_names_sections_and_kinds_and_no_files_of_its_own(tmp_path: Path) -> None:
    """Two packages share a section, never a file's name."""
    for side in "ab":
        (tmp_path / side / "usr" / "bin").mkdir(parents=True)
        file = bytearray((SAMPLES / "null-pair" / "a").read_bytes())
        if side == "b":
            place = file.index(b"GCC: (")
            file[place : place + 3] = b"???"
        (tmp_path / side / "usr" / "bin" / "tool").write_bytes(file)
    answer = run_pair({"a": str(tmp_path / "a"), "b": str(tmp_path / "b")})
    assert (answer["sections"], answer["unexplained"]) == ([".comment"], 3)
    assert answer["toolchain"].startswith("GCC: (Debian")


def test_a_pair_without_a_file_is_a_failure_with_a_sentence(tmp_path: Path) -> None:
    answer = run_pair({"a": str(tmp_path / "none"), "b": str(SAMPLES / "null-pair" / "b")})
    assert (answer["state"], answer["failure"]) == ("failed", "malformed")
    assert "none" in answer["sentence"]
