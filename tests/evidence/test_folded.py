"""Times inside instructions."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence import functions
from elfdiff.evidence.folded import _clock, _letters
from elfdiff.evidence.model import IntegerChange, TimeChange


@pytest.mark.parametrize(
    ("number", "text", "form"),
    [
        (0x33323A38323A3630, "06:28:23", "cpp-time"),
        (0x35323A31, "1:25", "cpp-time"),
        (0x3220333220766F4E, "Nov 23 2", "cpp-date"),
        (0x36323032, "2026", None),
        (0x3A61746164, "data:", None),
        (0x3A3939, "99:", "cpp-time"),
    ],
)
def test_pieces_of_what_the_preprocessor_writes(number, text, form):
    assert _letters(number) == text
    stamp = _clock(text)
    assert (stamp.form if stamp else None) == form


def test_numbers_that_are_no_letters():
    for number in (0x3132, 0x01020304, 0xFFFE3130):
        assert _letters(number) is None


@pytest.fixture
def found(tmp_path):
    """``found(body, x, y)``: the times that two builds of one function with -DX=x and -DX=y show."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("gcc is not installed")

    def build(body, *values):
        (tmp_path / "f.c").write_text(f"#include <string.h>\n{body}\nint main(void) {{ return 0; }}\n")
        files = []
        for index, value in enumerate(values):
            out = tmp_path / str(index)
            subprocess.run([compiler, "-O2", f"-DX={value}", "f.c", "-o", str(out)], cwd=tmp_path, check=True)
            files.append(parse(out.read_bytes(), str(index)))
        if "X86-64" not in files[0].header.machine_name:
            pytest.skip("the expected instructions are those of x86-64")
        return [f for f in functions.extract(compare(*files)) if isinstance(f, (TimeChange, IntegerChange))]

    return build


def test_a_clock_in_one_register(found):
    (fact,) = found("void f(char *p) { strcpy(p, X); }", '"06:28:23"', '"06:28:25"')
    assert isinstance(fact, TimeChange)
    assert (fact.symbol, fact.a.value, fact.b.value, fact.a.length) == ("f", "06:28:23", "06:28:25", 8)


def test_a_count_of_seconds_in_an_address(found):
    (fact,) = found("int f(int n) { return n + X; }", 1795415011, 1795418899)
    assert isinstance(fact, IntegerChange)
    assert (fact.a_value, fact.b_value, fact.seconds, fact.a.length) == (1795415011, 1795418899, True, 4)


def test_other_numbers_and_letters_are_no_times(found):
    assert found("int f(int n) { return n + X; }", 1195415011, 1995418899) == []
    assert found("int f(int n) { return n * 7 + X; }", 17000, 23000) == []
    assert found("void f(char *p) { strcpy(p, X); }", '"version"', '"edition"') == []
