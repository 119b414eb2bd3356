"""Texts of objects that become so long that they have another section: .rodata.str1.1 to .rodata.str1.8 on x86."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.accounting.explanation import dump
from elfdiff.accounting.proof import prove
from elfdiff.accounting.verify import verify
from elfdiff.comparison.pair import compare
from elfdiff.diagnose import diagnose
from elfdiff.elf.file import parse
from elfdiff.report import Code, Verdict

SHORT, LONG, LONGER = (
    "/b",
    "/home/ci/workspace/projects/part-1.2.3",
    "/home/ci/workspace/projects/part-1.2.3-of-another",
)
SOURCES = {
    "part.c": """extern void fail(const char *, const char *, int);
static const char *const names[] = {"alpha", __FILE__, "gamma"};
int twice(int value) { if (value > 1000) fail("value > 1000", __FILE__, __LINE__); return 2 * value; }
const char *name(int index) { return names[index]; }
const char *built(void) { return __FILE__ " built"; }
""",
    "only.c": """extern void fail(const char *);
int twice(int value) { if (value > 1000) fail(__FILE__); return 2 * value; }
""",
    "long.c": """extern void fail(const char *, const char *);
int twice(int value) { if (value > 1000) fail(__FILE__, "the value is greater than a thousand"); return 2 * value; }
""",
    "part.cpp": """extern void fail(const char *, const char *);
template <class T> T twice(T value) { if (value > 1000) fail("value > 1000", __FILE__); return 2 * value; }
int both(int one, long two) { return twice(one) + (int)twice(two); }
""",
}
Compile = Callable[[str, str, tuple[str, ...]], Path]


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    """The object of a source as if it stood in a directory."""

    def make(source: str, directory: str, flags: tuple[str, ...]) -> Path:
        compiler = flags[0] if flags[0].endswith(("gcc", "g++")) else "g++" if source.endswith("cpp") else "gcc"
        if shutil.which(compiler) is None:
            pytest.skip(f"needs {compiler}")
        (tmp_path / source).write_text(SOURCES[source])
        out = tmp_path / f"{source}-{directory.replace('/', '-')}.o"
        words = [compiler, *(flag for flag in flags if flag != compiler), f"-ffile-prefix-map={tmp_path}={directory}"]
        subprocess.run([*words, "-c", str(tmp_path / source), "-o", str(out)], check=True, cwd=tmp_path)
        return out

    return make


@pytest.mark.parametrize("source", list(SOURCES))
@pytest.mark.parametrize("places", [(SHORT, LONG), (LONG, SHORT), (LONG, LONGER)])
@pytest.mark.parametrize(
    "flags",
    [("-O2",), ("-O2", "-g"), ("-O2", "-g", "-ffunction-sections", "-fdata-sections"), ("i686-linux-gnu-gcc", "-O2")],
    ids=" ".join,
)
def test_a_text_in_another_section_follows(
    compiled: Compile, source: str, places: tuple[str, str], flags: tuple[str, ...]
) -> None:
    if source.endswith("cpp") and flags[0].endswith("gcc"):
        pytest.skip("needs a C++ compiler of that machine")
    report = diagnose(*(str(compiled(source, place, flags)) for place in places))
    assert report.ledger is not None
    assert {f.cause: f.confidence.value for f in report.findings if f.role.value != "consequence"} == {
        "build-path": "certain"
    }
    assert report.ledger.totals.unexplained.most == report.ledger.totals.contradicted.most == 0
    assert report.verdict is Verdict.EXPLAINED
    assert report.code is Code.SAME


def test_the_proof_makes_the_new_section(compiled: Compile) -> None:
    a, b = (compiled("part.c", place, ("-O2", "-g")).read_bytes() for place in (SHORT, LONG))
    holds, sentence = verify(a, b, dump(prove(compare(parse(a, "a"), parse(b, "b")).alignment)))
    assert holds
    assert " 0 copied" in sentence


@pytest.mark.parametrize("place", [3, 4, 8, 24, 32, 56])
def test_an_edited_header_of_the_new_section_is_not_explained(compiled: Compile, place: int, tmp_path: Path) -> None:
    a, b = (compiled("part.c", where, ("-O2",)) for where in (SHORT, LONG))
    edited = bytearray(b.read_bytes())
    header = next(s.header_span for s in parse(bytes(edited), "b").sections if s.name == ".rodata.str1.8")
    edited[header.start + place] ^= 4
    b.write_bytes(edited)
    report = diagnose(str(a), str(b))
    assert report.ledger is not None
    assert report.ledger.totals.unexplained.most + report.ledger.totals.contradicted.most > 0


def test_a_text_of_another_length_of_the_same_section_says_nothing_of_sections(compiled: Compile) -> None:
    """Where lengths do not tell two sections apart, another section is no consequence of a length."""
    a, b = compiled("only.c", SHORT, ("-O2",)), compiled("long.c", LONG, ("-Os",))
    report = diagnose(str(a), str(b))
    assert report.verdict is not Verdict.EXPLAINED
