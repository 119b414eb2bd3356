"""``--abi``: what is said for each of abidiff's exit codes, and that nothing is said where it could not look."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.abidiff import abi_notes, meaning
from elfdiff.cli.main import main

needs_both = pytest.mark.skipif(
    shutil.which("abidiff") is None or shutil.which("gcc") is None, reason="abidiff or gcc is not installed"
)

BASE = "struct s { int a; }; int one(struct s *x) { return x->a; } int two(void) { return 2; } int held = 1;"
PAIRS = {
    "other optimisation": (BASE, ["-O2"], "no change in exported"),
    "function added": (BASE + " int three(void) { return 3; }", [], "found a change of the ABI"),
    "function removed": (BASE.replace("int two(void) { return 2; }", ""), [], "calls incompatible"),
    "variable removed": (BASE.replace("int held = 1;", ""), [], "calls incompatible"),
    "struct grew": (BASE.replace("int a;", "int a; long b;"), [], "found a change of the ABI"),
    "return type": (BASE.replace("int two", "long two"), [], "found a change of the ABI"),
    "same names, other body": (BASE.replace("return 2", "return 3"), [], "no change in exported"),
}


def built(home: Path, name: str, source: str, options: list[str], debug: bool = True) -> str:
    (home / "x.c").write_text(source)
    command = ["gcc", "-shared", "-fPIC", *(["-g"] if debug else []), *options, "-o", name, "x.c"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    return str(home / name)


@needs_both
@pytest.mark.parametrize("name", list(PAIRS))
def test_what_it_found_is_told(tmp_path: Path, name: str) -> None:
    source, options, words = PAIRS[name]
    notes = abi_notes(built(tmp_path, "a.so", BASE, []), built(tmp_path, "b.so", source, options))
    assert words in notes[0]
    assert "compatible" not in notes[0].replace("incompatible", "")
    assert ("changes summary" in " ".join(notes)) == ("no change" not in notes[0])


@needs_both
def test_without_debug_information_nothing_is_said_of_types(tmp_path: Path) -> None:
    a = built(tmp_path, "a.so", BASE, [])
    b = built(tmp_path, "b.so", BASE.replace("int a;", "int a; long b;"), [], debug=False)
    (note,) = abi_notes(a, b)
    assert note == "--abi: b holds no debug information, so abidiff could compare names alone and was not run"


def test_without_the_program_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "is not installed" in abi_notes("a", "b")[0]


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "failed: x"), (2, "failed: x"), (-9, "failed: x"), (0, "no change"), (4, "a person must look"), (12, "calls")],
)
def test_each_bit(code: int, words: str) -> None:
    assert words in meaning(code, "\nx\n")


@needs_both
def test_the_notes_stand_in_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = built(tmp_path, "a.so", BASE, [])
    b = built(tmp_path, "b.so", PAIRS["function removed"][0], [])
    assert main(["--abi", a, b]) == 1
    assert "calls incompatible" in " ".join(capsys.readouterr().out.split())
