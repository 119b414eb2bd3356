"""Prefix maps that both files show to be in force, in programs that gcc and go build in two directories."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import elfdiff
from elfdiff.actions import AddWords
from elfdiff.render.plan import plan_of
from elfdiff.report import Report

C = "#include <stdio.h>\nint main(void) { return puts(TEXT); }\n"
GO = 'package main\n\nvar dir = "x"\n\nfunc main() { println("data in", dir) }\n'


def advised(top: Path, name: str, source: str, script: str) -> list[str]:
    """The words that the report on two builds adds to variables."""
    files = []
    for folder in (top / "home" / "ci" / "one", top / "srv" / "number-two"):
        folder.mkdir(parents=True)
        (folder / name).write_text(source)
        subprocess.run(["bash", "-ec", script], check=True, cwd=folder, capture_output=True)
        files.append(str(folder / "program"))
    report = elfdiff.compare(*files)
    assert isinstance(report, Report)
    assert "build-path" in [finding.cause for finding in report.findings]
    told = plan_of(report)
    return (
        [word for step in told.steps if isinstance(step.action, AddWords) for word in step.action.words] if told else []
    )


@pytest.mark.parametrize(
    ("flags", "map_is_new"),
    [
        ('-ffile-prefix-map="$PWD"=. -DTEXT="\\"$PWD/share/made.c\\""', False),
        ('-ffile-prefix-map="$PWD"=. -DTEXT="\\"$PWD/share/data\\""', False),
        ('-fdebug-prefix-map="$PWD"=. -DTEXT=__FILE__', True),
        ("-DTEXT=__FILE__", True),
    ],
)
def test_gcc(tmp_path: Path, flags: str, map_is_new: bool) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    words = advised(tmp_path, "m.c", C, f'gcc -g {flags} "$PWD/m.c" -o program')
    assert any("-ffile-prefix-map" in word for word in words) == map_is_new
    assert len(words) == map_is_new


def test_go(tmp_path: Path) -> None:
    if shutil.which("go") is None:
        pytest.skip("needs go")
    build = 'go mod init x.org/x && go build -buildvcs=false -trimpath -ldflags "-X main.dir=$PWD/share" -o program .'
    assert advised(tmp_path, "main.go", GO, f"export GOTOOLCHAIN=local GOFLAGS=; {build}") == []
