"""Debug files beside what was stripped: they tell the cause that the two files no longer hold."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from elfdiff.report import Report, Verdict
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None or shutil.which("objcopy") is None, reason="gcc, binutils")


def built(home: Path, number: int = 3) -> tuple[bytes, bytes, str]:
    """A stripped program, its debug file and its build ID."""
    home.mkdir(parents=True)
    (home / "m.c").write_text(f"int main(int c, char **v) {{ return c * {number}; }}\n")
    for command in (
        ["gcc", "-g", "-Wl,--build-id", str(home / "m.c"), "-o", "m"],
        ["objcopy", "--only-keep-debug", "m", "m.debug"],
        ["objcopy", "--strip-all", "--add-gnu-debuglink=m.debug", "m"],
    ):
        subprocess.run(command, cwd=home, check=True)
    notes = subprocess.run(["readelf", "-n", str(home / "m")], capture_output=True, text=True, check=True).stdout
    data = (home / "m").read_bytes(), (home / "m.debug").read_bytes()
    return *data, notes.partition("Build ID: ")[2].split()[0]


@needs_gcc
@pytest.mark.parametrize("where", ["m.debug", ".debug/m.debug", "usr/lib/debug/.build-id"])
def test_a_debug_file_beside_a_program_tells_why(tmp_path: Path, where: str) -> None:
    paths = []
    for name in ("one", "another"):
        stripped, debug, build_id = built(tmp_path / "build" / name)
        program = tmp_path / name / "usr" / "bin" / "m" if "usr" in where else tmp_path / name / "m"
        spelled = f"{where}/{build_id[:2]}/{build_id[2:]}.debug" if "usr" in where else where
        for path, data in ((program, stripped), (tmp_path / name / spelled, debug)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        paths.append(str(program))
    found = compare_paths(paths[0], paths[1], TreeOptions())
    assert isinstance(found, Report)
    assert found.verdict is Verdict.EXPLAINED
    assert [finding.cause for finding in found.findings] == ["build-path", "content-hash"]
    assert found.findings[1].follows == ("build-path",)
    assert "lie beside the two" in found.notes[0]


@needs_gcc
def test_a_debug_file_of_another_build_tells_nothing(tmp_path: Path) -> None:
    paths = []
    for name in ("one", "another"):
        stripped, _, _ = built(tmp_path / "build" / name)
        _, other, _ = built(tmp_path / "other" / name, 4)
        (tmp_path / name).mkdir()
        (tmp_path / name / "m").write_bytes(stripped)
        (tmp_path / name / "m.debug").write_bytes(other)
        paths.append(str(tmp_path / name / "m"))
    assert compare_paths(paths[0], paths[1], TreeOptions()).verdict is Verdict.CAUSE_NOT_IN_FILES


@needs_gcc
def test_a_debug_package_beside_a_package_tells_why(tmp_path: Path, made: Any) -> None:
    paths = []
    for name in ("one", "another"):
        stripped, debug, build_id = built(tmp_path / "build" / name)
        (tmp_path / name).mkdir()
        (tmp_path / name / "x_1_amd64.deb").write_bytes(made.deb({"usr/bin/m": stripped}))
        debug_name = f"usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug"
        (tmp_path / name / "x-dbgsym_1_amd64.deb").write_bytes(made.deb({debug_name: debug}))
        paths.append(str(tmp_path / name / "x_1_amd64.deb"))
    found = compare_paths(paths[0], paths[1], TreeOptions())
    assert isinstance(found, Tree)
    assert found.verdict is Verdict.EXPLAINED
    assert [item.finding.cause for item in found.findings] == ["build-path", "content-hash"]
    (tmp_path / "another" / "x-dbgsym_1_amd64.deb").unlink()
    assert compare_paths(paths[0], paths[1], TreeOptions()).verdict is Verdict.CAUSE_NOT_IN_FILES


RECORD = """Format: 1.0
Source: x
Version: 1
Checksums-Sha256:
 {digest} 1 x_1_amd64.deb
Installed-Build-Depends:
 gcc-12 (= {version}),
 libc6 (= 2.36-9)
"""


def test_records_beside_packages_are_told(tmp_path: Path, made: Any) -> None:
    paths = []
    for name, version in (("one", "12.2.0-13"), ("another", "12.2.0-14")):
        (tmp_path / name).mkdir()
        data = made.deb({"usr/share/x": version.encode()})
        (tmp_path / name / "x_1_amd64.deb").write_bytes(data)
        record = RECORD.format(digest=hashlib.sha256(data).hexdigest(), version=version)
        (tmp_path / name / "x_1_amd64.buildinfo").write_text(record)
        paths.append(str(tmp_path / name / "x_1_amd64.deb"))
    notes = compare_paths(paths[0], paths[1], TreeOptions()).notes
    assert any("recorded beside them: gcc-12 12.2.0-13 became 12.2.0-14 (" in note for note in notes)
    (tmp_path / "one" / "x_1_amd64.buildinfo").write_text(RECORD.format(digest="0" * 64, version="12"))
    assert not any("recorded" in note for note in compare_paths(paths[0], paths[1], TreeOptions()).notes)
