"""How the directory of the build lies to the sources, as two builds of one file show it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elfdiff.causes import cause_of
from elfdiff.clock import Clock
from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.gather import gather
from elfdiff.evidence.model import Layout

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


def built(tmp_path, where, source):
    directory = tmp_path / where
    directory.mkdir(parents=True)
    if source == "x.c":
        (directory / "x.c").write_text("int f(void) { return 1; }\n")
    subprocess.run(["gcc", "-g", "-c", source, "-o", "x.o"], cwd=directory, check=True)
    return parse((directory / "x.o").read_bytes(), where)


def context(a, b):
    return gather(compare(a, b), Clock()).context


def test_a_build_directory_outside_of_the_sources_is_not_mapped_from_there(tmp_path):
    source = tmp_path / "src" / "x.c"
    source.parent.mkdir()
    source.write_text("int f(void) { return 1; }\n")
    found = context(*(built(tmp_path, where, str(source)) for where in ("tmpa1b2c3d4/build", "tmpe5f6g7h8/build")))
    assert found.layout is Layout.ELSEWHERE
    path = cause_of("build-path")
    first = path.fixes_for(found, ("path-dwarf-comp-dir",))[0]
    assert "build-dir" in first.line
    assert "$PWD" not in first.line


def test_a_build_in_the_source_tree_is_mapped(tmp_path):
    found = context(*(built(tmp_path, where, "x.c") for where in ("one", "other")))
    assert found.layout is Layout.INSIDE
