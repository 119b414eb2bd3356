"""The house's arrows, types and style, checked by the tools that know them."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_arrows_run_one_way() -> None:
    pytest.importorskip("importlinter")
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_modules_import_each_other() -> None:
    modules = {}
    for path in sorted((ROOT / "elfdiff").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        modules[name] = ast.parse(path.read_text(encoding="utf-8"))
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in modules:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    graph[name].add(inner if inner in modules else node.module)
            elif isinstance(node, ast.Import):
                graph[name] |= {alias.name for alias in node.names if alias.name in modules}
    # Raises CycleError, which names the modules of a circle.
    TopologicalSorter(graph).prepare()


def test_no_cause_imports_another() -> None:
    """What several causes ask is in a module with an underscore; what they make of one fact is for the judges."""
    folder = ROOT / "elfdiff" / "causes"
    causes = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_") and path.stem != "model"}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("elfdiff.causes"):
                named = {(node.module or "").removeprefix("elfdiff.causes."), *(alias.name for alias in node.names)}
                assert not named & causes, f"{path.name} imports {named & causes}"
            if path.stem != "__init__":
                assert not (isinstance(node, ast.Name) and node.id == "catalogue"), f"{path.name} asks the catalogue"


def test_what_is_left_for_another_source_is_told_on_a_few_screens() -> None:
    text = (ROOT / "elfdiff" / "causes" / "source_change.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 250


def test_types_hold() -> None:
    pytest.importorskip("mypy")
    run("mypy")


def test_style_holds() -> None:
    pytest.importorskip("ruff")
    run("ruff", "check", ".")
