"""The GitHub action and the GitLab template: their shell is run here, and the action is checked by zizmor."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")

ROOT = Path(__file__).resolve().parents[1]
PAIR = [ROOT / "samples" / "two-causes-path-and-time" / side for side in "ab"]

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


class Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML with GitLab's own tags."""


Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


def loaded(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(), Loader)  # type: ignore[no-any-return]


def installed(place: Path) -> None:
    """What the first step leaves: an elfdiff that is this one."""
    program = place / "bin" / "elfdiff"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -m elfdiff "$@"\n')
    program.chmod(0o755)


def run(script: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As a runner does it: bash, errors end it."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=home,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def steps() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in loaded(ROOT / "action.yml")["runs"]["steps"]}


def compared(steps: dict[str, dict[str, Any]], home: Path, allow: str = "", a: Path = PAIR[0]) -> tuple[Any, Path, str]:
    installed(home / "elfdiff")
    summary, output = home / "summary", home / "output"
    result = run(
        steps["compare"]["run"],
        home,
        RUNNER_TEMP=str(home),
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_OUTPUT=str(output),
        A=str(a),
        B=str(PAIR[1]),
        ALLOW=allow,
        SERVER="https://github.com",
        REPOSITORY="some/elfdiff",
        REF="0123abcd",
    )
    assert result.returncode == 0, result.stderr
    return result, home / "elfdiff-reports", output.read_text()


def test_the_action_leaves_annotations_summary_and_reports(steps: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    result, reports, output = compared(steps, tmp_path)
    assert "::error title=elfdiff%3A build-path" in result.stdout
    assert "elfdiff: EXPLAINED" in result.stdout
    assert "exit=1" in output
    assert "written=true" in output
    assert (tmp_path / "summary").read_text().startswith("#")
    assert len((tmp_path / "summary").read_bytes()) < 900_000
    assert sorted(path.name for path in reports.iterdir()) == [
        f"report.{form}" for form in ("html", "json", "markdown", "sarif", "text")
    ]
    sarif = json.loads((reports / "report.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    page = "https://github.com/some/elfdiff/blob/0123abcd/docs/causes/build-path.md"
    assert page in [rule["helpUri"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]]
    assert f"({page})" in (tmp_path / "summary").read_text()


def test_what_is_allowed_is_passed_on_and_never_run(steps: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    _, _, output = compared(steps, tmp_path / "one", "build-path, build-time")
    assert "exit=0" in output
    result, _, output = compared(steps, tmp_path / "two", "$(touch evil) `touch evil` * ;touch evil")
    assert "exit=2" in output
    assert "no cause is called" in result.stderr
    assert not list(tmp_path.glob("**/evil"))


def test_trouble_is_no_report(steps: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    _, _, output = compared(steps, tmp_path, a=tmp_path / "missing")
    assert output == "exit=2\n"


def test_the_last_step_gives_the_exit_code(steps: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert run(steps["result"]["run"], tmp_path, CODE="1").returncode == 1


def test_no_step_puts_an_input_into_its_script(steps: dict[str, dict[str, Any]]) -> None:
    assert not [name for name, step in steps.items() if "${{" in step.get("run", "")]


def test_the_template_compares_and_writes_code_quality(tmp_path: Path) -> None:
    jobs = loaded(ROOT / "templates" / "gitlab.yml")
    _, script = jobs[".elfdiff-compare"]["script"]
    installed(tmp_path / ".elfdiff")
    environment = {"ELFDIFF_A": str(PAIR[0]), "ELFDIFF_B": str(PAIR[1]), "ELFDIFF_ALLOW": "build-time"}
    result = run(script, tmp_path, **environment)
    assert result.returncode == 1
    assert "elfdiff: EXPLAINED" in result.stdout
    (issue,) = json.loads((tmp_path / "elfdiff-codequality.json").read_text())
    assert issue["check_name"] == "elfdiff/build-path"
    assert issue["location"] == {"path": "greeting.c", "lines": {"begin": 1}}
    assert {path for path in jobs[".elfdiff"]["artifacts"]["paths"] if not (tmp_path / path).is_file()} == set()
    environment["ELFDIFF_ALLOW"] = "build-time build-path"
    assert run(script, tmp_path, **environment).returncode == 0
    assert json.loads((tmp_path / "elfdiff-codequality.json").read_text()) == []


def test_the_action_is_what_zizmor_wants() -> None:
    program = shutil.which("zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        pytest.skip("zizmor is not installed")
    result = subprocess.run(
        [program, "--offline", "--no-progress", ROOT / "action.yml"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_page_about_ci_shows_what_there_is() -> None:
    page = (ROOT / "docs" / "ci.md").read_text()
    inputs = loaded(ROOT / "action.yml")["inputs"]
    assert {"a", "b", "allow", "sarif"} <= set(inputs)
    for name in ("ELFDIFF_SOURCE", "ELFDIFF_A", "ELFDIFF_B"):
        assert name in page
        assert name in (ROOT / "templates" / "gitlab.yml").read_text()
    assert "pip install elfdiff" not in page
