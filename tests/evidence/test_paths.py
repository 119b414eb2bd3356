"""Directories that became other directories, and those that only look as if they had."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence import strings
from elfdiff.evidence.model import PathChange

ALLOCATED_STRINGS = 0x32


@pytest.fixture
def directories(make, part):
    """``directories(a, b)``: (in a, in b) of every path that changed between two read-only texts."""

    def of(a, b):
        files = [make([part(".rodata", text + b"\0", flags=ALLOCATED_STRINGS)]) for text in (a, b)]
        pair = compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True)))
        return {(i.a_directory, i.b_directory) for i in strings.extract(pair) if isinstance(i, PathChange)}

    return of


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("/build/foo-1.2.3", "/build/foo-1.2.4"),
        ("/build/foo-1.2.3", "/build/foo-1.2.3+b1"),
        ("/home/ci/two words", "/home/ci/plain"),
        ("/home/ci/plain", "/home/ci/two words"),
    ],
)
def test_a_build_directory_may_hold_a_version_or_a_space(directories, a, b):
    assert directories(f"{a}/src/m.c".encode(), f"{b}/src/m.c".encode()) == {(a, b)}


def test_a_crate_of_another_version_is_no_other_directory(directories):
    head = "/home/ci/.cargo/registry/src/index.crates.io-6f17d22bba15001f"
    assert not directories(f"{head}/tiny-1.0.1/src/lib.rs".encode(), f"{head}/tiny-1.0.2/src/lib.rs".encode())


def test_the_template_of_a_temporary_file_is_no_build_directory(directories):
    assert not directories(b"/tmp/toolXXXXXX", b"/var/tmp/toolXXXXXX")


def test_a_map_on_one_side_reads_the_same_both_ways(tmp_path):
    """-ffile-prefix-map leaves "." and "./m.c"; that is a directory, whichever file comes first."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    files = []
    for name, mapped in (("a", True), ("b", False)):
        place = tmp_path / name
        place.mkdir()
        (place / "m.c").write_text(
            "const char *where(void) { return __FILE__; }\nint main(void) { return !where(); }\n"
        )
        flags = [f"-ffile-prefix-map={place}=."] if mapped else []
        subprocess.run(["gcc", "-g", "-gdwarf-5", *flags, f"{place}/m.c", "-o", "out"], cwd=place, check=True)
        files.append(parse((place / "out").read_bytes(), name))
    found = []
    for a, b in (files, files[::-1]):
        changes = [item for item in strings.extract(compare(a, b)) if isinstance(item, PathChange)]
        found.append({(c.a_directory, c.b_directory, c.tail, c.section, c.exact) for c in changes})
    top = str(tmp_path / "b")
    assert found[0] == {
        (".", top, tail, section, True)
        for tail, section in (("", ".debug_line_str"), ("m.c", ".debug_line_str"), ("m.c", ".rodata"))
    }
    assert found[1] == {(b, a, tail, section, exact) for a, b, tail, section, exact in found[0]}
