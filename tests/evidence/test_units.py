"""Where units were compiled, and which changed directories lie elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from types import SimpleNamespace

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.model import Layout, PathChange, PathPlace, StrayUnit
from elfdiff.evidence.units import _lies_otherwise, extract, is_partial, layout, outside

A, B = "/home/ci/build-1", "/tmp/b2"
GEN, OTHER = "/srv/gen-1", "/srv/gen-2"


def compiled(*directories):
    units = [SimpleNamespace(a=SimpleNamespace(directory=a), b=SimpleNamespace(directory=b)) for a, b in directories]
    return SimpleNamespace(units=units)


def path(a, b, tail, place=PathPlace.TEXT):
    return PathChange(a_directory=a, b_directory=b, tail=tail, place=place, exact=True)


def test_a_directory_in_which_nothing_was_compiled_is_outside():
    items = [path(A, B, "src", PathPlace.DEBUG_DIRECTORY), path(GEN, OTHER, "inc", PathPlace.DEBUG_OTHER)]
    assert outside(compiled((f"{A}/src", f"{B}/src")), items) == ((GEN, OTHER),)
    assert outside(compiled((A, B)), items[:1]) == ()


@pytest.mark.parametrize(
    ("a", "b", "names", "expected"),
    [
        ("/tmp/tmpk98g6z4e/build", "/tmp/tmpggvm4pji/build", ("one/ext.c", "one/ext.c"), Layout.DRAWN),
        ("/tmp/tmp.Xa81kQz0pL", "/tmp/tmp.9sPqL2mVbE", ("/srv/a/ext.c", "/srv/b/ext.c"), Layout.DRAWN),
        ("/tmp/tmp.Xa81kQz0pL", "/tmp/tmp.9sPqL2mVbE", ("src/ext.c", "src/ext.c"), Layout.INSIDE),
        (A, B, ("/srv/a/ext.c", "/srv/b/ext.c"), Layout.INSIDE),
    ],
)
def test_a_tool_drew_the_directory_of_the_compiler(a, b, names, expected):
    pair = compiled((a, b))
    for unit, name in zip((pair.units[0].a, pair.units[0].b), names, strict=True):
        unit.name = name
    pair.a = SimpleNamespace(debug_units=[])
    assert layout(pair, []) is expected


def test_headers_beside_a_build_that_did_not_move_are_outside():
    items = [path(GEN, OTHER, "inc/chk.h")]
    assert outside(compiled((A, A)), items) == ((GEN, OTHER),)


def test_without_debug_information_the_directory_of_the_sources_is_the_builds_own():
    sources, header = path(A, B, "src/main.c"), path(GEN, OTHER, "inc/chk.h")
    assert outside(compiled(), [header, sources]) == ((GEN, OTHER),)
    assert outside(compiled(), [sources]) == ()
    assert outside(compiled(), [header]) == ((GEN, OTHER),)
    assert outside(compiled(), [path(GEN, OTHER, "share/locale")]) == ()


def test_crates_that_were_fetched_make_no_library_of_their_own():
    home = "/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/itoa-1.0.1"
    assert not is_partial(compiled((A, B), (home, home)))
    assert is_partial(compiled((A, B), ("/srv/lib", "/srv/lib")))


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is missing: it compiles the units")
def test_an_object_of_another_directory_strayed_from_the_rest(tmp_path):
    for directory in ("new", "old-one"):
        (tmp_path / directory).mkdir()
        for name in ("main", "f", "g"):
            (tmp_path / directory / f"{name}.c").write_text(f"int {name}(void) {{ return 0; }}\n")
            command = ["gcc", "-g", "-gdwarf-5", "-c", f"{name}.c"]
            subprocess.run(command, cwd=tmp_path / directory, check=True, timeout=60)
    for side, f in (("a", "new/f.o"), ("b", "old-one/f.o")):
        command = ["gcc", "-Wl,--build-id=none", "-o", side, "new/main.o", f, "new/g.o"]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    pair = compare(*(parse((tmp_path / side).read_bytes(), side) for side in "ab"))
    (stray,) = [item for item in extract(pair) if isinstance(item, StrayUnit)]
    assert (stray.name, stray.side) == ("f.c", "b")
    assert (stray.directory, stray.elsewhere) == (str(tmp_path / "new"), str(tmp_path / "old-one"))
    text = stray.spans[0][1]
    assert pair.b.data[text.start : text.end] == str(tmp_path / "old-one").encode() + b"\0"
    assert len(stray.spans) >= 2


@pytest.mark.parametrize(
    ("a", "b", "otherwise"),
    [
        (("/w/tool/build", "../x.c"), ("/w/tool/_build", "../x.c"), True),
        (("/w/tool/build", "../x.c"), ("/srv/src/build", "../x.c"), False),
        (("/w/build-a/lib", "/w/src/lib/x.c"), ("/y/z/build-b/lib", "/y/z/src/lib/x.c"), True),
        (("/w/out", "/w/src/x.c"), ("/y/z/out", "/y/z/src/x.c"), False),
        (("/w/src", "x.c"), ("/y/tree", "x.c"), False),
        (("/w/src", "/w/src/x.c"), ("/y/tree", "/y/tree/x.c"), False),
    ],
)
def test_a_build_directory_of_another_name_lies_otherwise_to_the_source(a, b, otherwise):
    assert _lies_otherwise(*a, *b) is otherwise
