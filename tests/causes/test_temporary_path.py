from __future__ import annotations

import pytest

from elfdiff.actions import AddWords
from elfdiff.causes.build_path import detect as build_path
from elfdiff.causes.temporary_path import detect as temporary_path
from elfdiff.evidence.model import PathPlace, WordKind


@pytest.mark.parametrize(
    ("a", "b", "face"),
    [
        ("/tmp/ccQz3mPd.s", "/tmp/ccW8rLxK.s", "sym-stt-file-temp"),
        ("/tmp/go-build3049127865/b001", "/tmp/go-build1171826650/b001", "path-go-cgo-workdir"),
        ("/tmp/camlstartup3f9c2b", "/tmp/camlstartup77aa01", "ocaml-temp-names"),
        ("/tmp/rustcAb12Cd/rmeta.o", "/tmp/rustcXy98Zw/rmeta.o", "rustc-tmpdir-leak"),
        ("/tmp/tmpk3v9x2qa", "/tmp/tmp0z7hh1mc", "path-home-tmp-random"),
    ],
)
def test_each_tool_has_its_shape(seen, ask, a, b, face):
    assert ask(temporary_path, seen.given(seen.word(WordKind.TEMPORARY, a, b))) == {face: "certain"}


def test_a_file_symbol_of_a_temporary_object(seen, ask):
    renamed = seen.renamed("temporary-file", a="ccILFvq9.o", b="ccQ0aPz2.o")
    assert ask(temporary_path, seen.given(renamed)) == {"sym-stt-file-temp": "certain"}
    assert ask(temporary_path, seen.given(seen.renamed("gcc-clone", a=".part.0", b=".part.1"))) == {}


def test_directories_that_tools_drew_are_theirs(seen, ask):
    work = seen.path("/tmp/go-build3049127865", "/tmp/go-build1171826650", "b001/_cgo_gotypes.go")
    assert ask(temporary_path, seen.given(work)) == {"path-go-cgo-workdir": "certain"}


def test_a_users_tree_belongs_to_build_path(seen, ask):
    tree = seen.path("/tmp/tmpk3v9x2qa", "/tmp/tmp0z7hh1mc", "src/main.c", PathPlace.DEBUG_NAME)
    assert ask(temporary_path, seen.given(tree)) == {}
    assert ask(temporary_path, seen.given(seen.path("/home/ci/a", "/home/ci/b", "main.c"))) == {}


def test_the_fix_follows_the_face(seen):
    context = seen.given(languages=("go",)).context
    (fix,) = temporary_path.fixes_for(context, ("path-go-cgo-workdir",))
    assert fix.action == AddWords(("GOFLAGS",), ("-trimpath",))


def test_a_copy_of_the_tree_that_a_front_end_makes_is_temporary(seen, ask):
    for a, b in (
        ("/tmp/build-via-sdist-k2_x9dq1/x-1.0", "/tmp/build-via-sdist-w8m1pz_0/x-1.0"),
        ("/tmp/.tmp-propcache-pep517-cfdvygni/src", "/tmp/.tmp-propcache-pep517-1l0gq6tm/src"),
        ("/project", "/tmp/.tmp-yarl-pep517-va5hg2ys/src"),
    ):
        facts = seen.given(seen.path(a, b, "parse.c", PathPlace.DEBUG_DIRECTORY))
        assert "path-home-tmp-random" in ask(temporary_path, facts)
        assert ask(build_path, facts) == {}


def test_a_name_known_by_its_directory_is_known_without_it(seen, ask):
    named = seen.word(WordKind.TEMPORARY, "/tmp/asmilHTPM.s", "/tmp/asmNgp003.s")
    alone = seen.text("asmilHTPM.s", "asmNgp003.s", section=".debug_line_str")
    other = seen.text("one.s", "two.s", section=".debug_line_str")
    assert ask(temporary_path, seen.given(named, alone)) == {"path-home-tmp-random": "certain"}
    (claim,) = temporary_path.detect(seen.given(named, alone, other))
    assert alone in claim.because
    assert other not in claim.because
