"""Small projects, and an experiment whose builds follow each other without a pause."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from elfdiff.rebuild.choice import wanted
from elfdiff.rebuild.result import Rebuilt
from elfdiff.rebuild.run import Request, rebuild
from elfdiff.rebuild.workshop import Order
from elfdiff.render.wording import best_fixes

MAIN = """\
#include <stdio.h>
int main(void) { puts("hello"); return 0; }
"""
STAMPED = """\
#include <stdio.h>
int main(void) { puts(__DATE__ " " __TIME__ " " __FILE__); return 0; }
"""


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skip by name where a tool is missing."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """A tree of these files; ``commit`` makes it a git repository with one commit."""

    def made(commit: bool = False, **files: str) -> Path:
        tree = tmp_path / "project"
        tree.mkdir()
        for name, text in files.items():
            place = tree / name.replace("__", "/").replace("_", ".")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        if commit:
            git(tree, "init", "-q")
            git(tree, "add", ".")
            git(tree, "commit", "-qm", "all")
        return tree

    return made


def git(tree: Path, *words: str) -> str:
    """Run git as nobody in particular."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    said = subprocess.run(["git", *identity, *words], cwd=tree, check=True, capture_output=True, text=True)
    return said.stdout


@pytest.fixture
def experiment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Rebuilt]:
    """``rebuild`` of a tree, in a scratch directory that has to be empty afterwards."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    def run(
        tree: Path,
        *command: str,
        vary: str = "",
        artifacts: Sequence[str] = (),
        timeout: float = 60,
        gap: float = 0,
        **options: Any,
    ) -> Rebuilt:
        order = Order(command, tuple(artifacts), timeout, gap)
        try:
            return rebuild(Request(order, tree, wanted([vary]), **options), best_fixes)
        finally:
            assert list(scratch.iterdir()) == []

    return run
