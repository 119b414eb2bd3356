"""What names of source files and their digests say of one source built twice."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence import objects, symbols
from elfdiff.evidence.model import SourceNamesLost, SourcesKept

SOURCE = (
    "static __attribute__((noinline)) int half(int n) { return n / 2; }\n"
    "int main(int n, char **v) { return half(n) + !v; }\n"
)


@pytest.fixture
def pair(tmp_path):
    """``pair(compiler, a_flags, b_flags, b_source)``: one program, built twice."""

    def build(compiler, a_flags, b_flags, b_source=SOURCE):
        if shutil.which(compiler) is None:
            pytest.skip(f"{compiler} is not installed")
        files = []
        for name, flags, source in (("a", a_flags, SOURCE), ("b", b_flags, b_source)):
            (tmp_path / "m.c").write_text(source)
            subprocess.run([compiler, *flags, "m.c", "-o", name], cwd=tmp_path, check=True)
            files.append(parse((tmp_path / name).read_bytes(), name))
        return compare(*files)

    return build


def found(extractor, pair, kind):
    return [fact for fact in extractor.extract(pair) if isinstance(fact, kind)]


def test_digests_that_stayed(pair):
    flags = ["-g", "-gdwarf-5"]
    (kept,) = found(objects, pair("clang-14", [*flags, "-O1"], [*flags, "-O2"]), SourcesKept)
    assert kept.count >= 1
    edited = SOURCE.replace("/ 2", "/ 3")
    assert found(objects, pair("clang-14", [*flags, "-O1"], [*flags, "-O1"], edited), SourcesKept) == []
    assert found(objects, pair("gcc", ["-O1"], ["-O2"]), SourcesKept) == []


def test_link_time_optimisation_leaves_names_out(pair):
    (lost,) = found(symbols, pair("gcc", ["-O2"], ["-O2", "-flto"]), SourceNamesLost)
    assert (lost.side, lost.names) == ("b", ("m.c",))
    (lost,) = found(symbols, pair("gcc", ["-O2", "-flto"], ["-O2"]), SourceNamesLost)
    assert lost.side == "a"
    assert found(symbols, pair("gcc", ["-O2"], ["-O1"]), SourceNamesLost) == []
