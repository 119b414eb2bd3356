"""Completions and the manual page, made from the parsers of the commands."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from elfdiff.causes import catalogue
from elfdiff.cli.main import COMMANDS

pytest.importorskip("shtab", reason="shtab is not installed")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def shell() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shell", ROOT / "docs" / "shell.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_command_and_option_is_in_each(shell: ModuleType) -> None:
    page = shell.manual().replace("\\-", "-")
    scripts = list(shell.completions().values())
    for name in COMMANDS:
        assert f".SS elfdiff {name}" in page
        assert all(name in script for script in scripts)
    for option in ("--allow", "--modulo", "--time-limit", "--proof"):
        assert option in page
        assert all(option in script for script in scripts)


def test_two_runs_give_the_same_bytes(shell: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert shell.manual() == shell.manual()
    assert '"1970-01-01"' in shell.manual()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764500000")
    assert '"2025-11-30"' in shell.manual()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_reads_its_script(shell: ModuleType, tmp_path: Path) -> None:
    shell.write(tmp_path)
    script = tmp_path / "bash-completion" / "completions" / "elfdiff"
    command = f'. "{script}"; complete -p elfdiff'
    done = subprocess.run(["bash", "--norc", "-c", command], capture_output=True, text=True, check=True)
    assert "elfdiff" in done.stdout
    assert done.stderr == ""


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("elfdiff", "comp"), ["compare"]),
        (("elfdiff", "explain", "build-pat"), ["build-path"]),
        (("elfdiff", "compare", "--modulo", "build-ti"), ["build-time"]),
        (("elfdiff", "compare", "-f", "sar"), ["sarif"]),
        (("elfdiff", "inspect", "some-f"), ["some-file"]),
        (("elfdiff", "verify", "some-f"), ["some-file"]),
    ],
)
def test_what_bash_completes(shell: ModuleType, tmp_path: Path, words: tuple[str, ...], found: list[str]) -> None:
    shell.write(tmp_path / "share")
    (tmp_path / "some-file").touch()
    script = tmp_path / "share" / "bash-completion" / "completions" / "elfdiff"
    asked = f"COMP_WORDS=({' '.join(words)}) COMP_CWORD={len(words) - 1}"
    command = f'. "{script}"; {asked}; _shtab_elfdiff; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "--norc", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == found
    # elfdiff A B: what is no command is a file.
    assert "-o default" in next(line for line in script.read_text().splitlines() if line.startswith("complete "))


def test_ids_are_those_of_the_catalogue(shell: ModuleType) -> None:
    assert list(shell.causes()) == sorted(cause.id for cause in catalogue())


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_man_has_nothing_to_complain_of(shell: ModuleType, tmp_path: Path) -> None:
    shell.write(tmp_path)
    page = tmp_path / "man" / "man1" / "elfdiff.1"
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=True)
    assert done.stderr == ""
