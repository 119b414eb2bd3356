"""SARIF of real builds: a build that moved and grew is known again."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.cli.main import main

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")

MAIN = """
#include <stdio.h>
int helper(int);
int main(int n, char **v) { (void)v; return printf("%s %d", __FILE__, helper(n)); }
"""
HELPER = "int helper(int x) { return x > %d ? x * x : 7; }"
MORE = "int more(int y) { int s = 0; for (int i = 0; i < y; i++) s += i * y; return s; }\n"


def built(place: Path, helper: str) -> str:
    place.mkdir(parents=True)
    (place / "main.c").write_text(MAIN)
    (place / "helper.c").write_text(helper)
    sources = [str(place / "helper.c"), str(place / "main.c")]
    subprocess.run(["gcc", "-g", "-O1", "-o", "app", *sources], cwd=place, check=True)
    return str(place / "app")


def prints(a: str, b: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    assert main(["-f", "sarif", a, b]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    return {result["ruleId"]: result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]}


def test_fingerprints_outlive_another_directory_and_more_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = prints(built(tmp_path / "one", HELPER % 300), built(tmp_path / "second", HELPER % 500), capsys)
    later = prints(
        built(tmp_path / "next" / "uno", MORE + HELPER % 300),
        built(tmp_path / "next" / "zwei", MORE + HELPER % 500),
        capsys,
    )
    assert set(first) == {"build-path", "source-change"}
    assert later == first
