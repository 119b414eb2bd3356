"""Data that changed, in object files that gcc makes."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.data import extract

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


@pytest.fixture
def changes(tmp_path):
    """``changes(a, b)``: what is seen between two C sources, compiled to object files."""

    def run(*sources):
        files = []
        for side, source in zip("ab", sources, strict=True):
            (tmp_path / f"{side}.c").write_text(source)
            command = ["gcc", "-O2", "-g0", "-fno-ident", "-c", f"{side}.c", "-o", f"{side}.o"]
            subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
            files.append(parse((tmp_path / f"{side}.o").read_bytes(), side))
        return [(item.section, item.symbol, item.size) for item in extract(compare(*files))]

    return run


def test_a_table_with_another_number(changes):
    source = "const unsigned primes[] = {5381, 16777619, %s};"
    assert changes(source % "40503", source % "40507") == [(".rodata", "primes", 12)]
    assert changes(source % "1772366400", source % "1772366401") == []


def test_texts_and_addresses_are_no_data(changes):
    source = 'int one, two; const char name[] = "%s of the thing"; int *const at[] = {&one, &%s, &one};'
    assert changes(source % ("colour", "one"), source % ("flavour", "two")) == []


def test_a_constant_in_a_function(changes):
    source = "double f(double x) { return x * %s; }"
    assert changes(source % "3.141592653589793", source % "3.141592653589893") == [(".rodata.cst8", None, 8)]
    assert changes(source % "3.141592653589793", "double f(double x) { return x + 3.141592653589893; }") == []
