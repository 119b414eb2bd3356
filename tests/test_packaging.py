"""The sdist and the wheel: the same bytes from the same sources, wherever and whenever they are built, and what is in
them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling is not installed")
pytest.importorskip("shtab", reason="shtab is not installed")

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("elfdiff", "docs", "templates", "README.md", "CHANGELOG.md", "LICENSE", "action.yml", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def built(home: Path, **environment: str) -> tuple[Path, Path]:
    """The sdist and the wheel, built from a copy of the sources in ``home``; times of the copies are of now."""
    home.mkdir(parents=True)
    for name in (*PARTS, "hatch_build.py", ".gitignore"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=LEFT_OUT, copy_function=shutil.copyfile)
        elif source.exists():
            shutil.copyfile(source, home / name)
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(home / "dist")]
    unset = {"SOURCE_DATE_EPOCH", "PYTHONPATH"}
    given = {name: value for name, value in os.environ.items() if name not in unset} | environment
    subprocess.run(command, cwd=home, env=given, check=True, capture_output=True)
    return next((home / "dist").glob("*.tar.gz")), next((home / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Path, Path], tuple[Path, Path]]:
    home = tmp_path_factory.mktemp("builds")
    one = built(home / "one", TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    mask = os.umask(0o077)
    try:
        other = built(
            home / "another" / "place", TZ="Asia/Kathmandu", LC_ALL="C.UTF-8", PYTHONHASHSEED="2", COLUMNS="40"
        )
    finally:
        os.umask(mask)
    return one, other


def test_two_builds_give_the_same_bytes(made: tuple[tuple[Path, Path], tuple[Path, Path]]) -> None:
    for one, other in zip(*made, strict=True):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes(), one.name


def test_the_wheel_holds_schemas_styles_and_shell_files(made: tuple[tuple[Path, Path], tuple[Path, Path]]) -> None:
    names = zipfile.ZipFile(made[0][1]).namelist()
    schemas = {f"elfdiff/schema/{path.name}" for path in (ROOT / "elfdiff" / "schema").glob("*.json")}
    assert schemas <= set(names)
    assert {"elfdiff/py.typed", "elfdiff/render/html/style.css"} <= set(names)
    shared = sorted(name.partition(".data/data/")[2] for name in names if ".data/data/" in name)
    assert shared == [
        "share/bash-completion/completions/elfdiff",
        "share/man/man1/elfdiff.1",
        "share/zsh/site-functions/_elfdiff",
    ]


def test_the_sdist_holds_what_builds_it_and_no_tests(made: tuple[tuple[Path, Path], tuple[Path, Path]]) -> None:
    with tarfile.open(made[0][0]) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {"hatch_build.py", "docs/shell.py", "docs/ci.md", "action.yml"} <= set(names)
    assert not [name for name in names if name.startswith(("tests", "samples", ".venv"))]
