"""Where units were compiled, and which changed directories lie elsewhere."""

from __future__ import annotations

from types import SimpleNamespace

from elfdiff.evidence.model import PathChange, PathPlace
from elfdiff.evidence.units import is_partial, outside

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
