from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.actions import AddWords, Do
from elfdiff.causes.build_path import choose
from elfdiff.causes.build_path import detect as build_path
from elfdiff.causes.dependency_version import detect as dependency_version
from elfdiff.evidence.facts import SpellingChange
from elfdiff.evidence.model import Context, DynamicChange, FlagChange, Layout, Mapped, PathPlace, WordKind

A, B = "/home/ci/build-1", "/tmp/b2"


def test_a_unit_directory_is_decisive(seen, ask):
    evidence = seen.given(seen.path(A, B, where=PathPlace.DEBUG_DIRECTORY))
    assert ask(build_path, evidence) == {"path-dwarf-comp-dir": "certain"}


def test_a_source_name_in_a_text_is_decisive_and_names_both_directories(seen, ask):
    evidence = seen.given(seen.path(A, B, "src/ldo.c"))
    assert ask(build_path, evidence) == {"path-file-macro": "certain"}
    (match,) = build_path.detect(evidence)
    assert match.summary == f"{A} became {B}"


@pytest.mark.parametrize(
    ("tail", "where", "face"),
    [
        ("heat.f90", PathPlace.TEXT, "path-gfortran-runtime"),
        ("heat.f90", PathPlace.DEBUG_NAME, "path-dwarf-comp-dir"),
        ("obj/main.gcda", PathPlace.TEXT, "path-gcov-gcda"),
        ("main.dwo", PathPlace.DEBUG_OTHER, "path-split-dwarf"),
        (
            "registry/src/index.crates.io-1949cf8c6b5b557f/itoa-1.0.1/src/lib.rs",
            PathPlace.TEXT,
            "path-cargo-registry-home",
        ),
        ("main.go", PathPlace.GO_TABLE, "path-go-gopath-goroot"),
        ("lib", PathPlace.RUNPATH, "path-rpath-runpath"),
        ("libz.so", PathPlace.NEEDED, "path-linker-map-or-script-strings"),
        ("", PathPlace.LTO, "gcc-lto-bytecode-cwd"),
    ],
)
def test_the_place_gives_the_face(seen, ask, tail, where, face):
    assert list(ask(build_path, seen.given(seen.path(A, B, tail, where)))) == [face]


def test_units_of_gnu_as_alone_are_a_face_of_their_own(seen, ask):
    alone = seen.given(seen.path(A, B, where=PathPlace.DEBUG_DIRECTORY, assembler=True))
    assert ask(build_path, alone) == {"path-assembler-source": "certain"}
    beside = seen.given(
        seen.path(A, B, where=PathPlace.DEBUG_DIRECTORY, assembler=True),
        seen.path(A, B, where=PathPlace.DEBUG_DIRECTORY),
    )
    assert ask(build_path, beside) == {"path-dwarf-comp-dir": "certain"}


@pytest.mark.parametrize(
    ("a", "b", "tail"),
    [
        ("/usr/lib/gcc/x86_64-linux-gnu/11", "/usr/lib/gcc/x86_64-linux-gnu/12", "include/stddef.h"),
        ("/usr", "/usr/local", "include/zlib.h"),
        ("/rustc/" + "4" * 40, "/home/u/.rustup/toolchains/stable/lib/rustlib/src/rust", "library/core/src/lib.rs"),
        ("/opt/gcc-12", "/opt/gcc-13", "include/c++/vector.h"),
        ("/home/a/Android/Sdk/ndk/25", "/home/b/ndk/25", "sysroot/usr/include/stdio.h"),
        ("/nix/store/aaaa-glibc", "/nix/store/bbbb-glibc", "include/stdio.h"),
        ("/home/u/.cargo/registry/src/i-1/lexopt-0.2.0", "/home/u/.cargo/registry/src/i-1/lexopt-0.3.0", "src/lib.rs"),
        ("/root/go/pkg/mod/x.org/y@v1.0.0", "/root/go/pkg/mod/x.org/y@v1.1.0", "y.go"),
        ("/tmp/go-build3049127865", "/tmp/go-build1200001", "b001/_cgo_gotypes.go"),
        ("/build/glibc-SzIz7B/glibc-2.31", "/build/glibc-2pqvyM/glibc-2.36", "csu/init.c"),
    ],
)
def test_other_directories_are_not_the_build_directory(seen, ask, a, b, tail):
    for where in (PathPlace.TEXT, PathPlace.DEBUG_NAME):
        assert ask(build_path, seen.given(seen.path(a, b, tail, where))) == {}


def test_releases_of_a_source_tree_are_build_directories(seen, ask):
    evidence = seen.given(seen.path("/build/hello-1.0", "/build/hello-1.1", "src/main.c"))
    assert ask(build_path, evidence) == {"path-file-macro": "certain"}


def test_one_side_may_be_mapped_already(seen, ask):
    assert ask(build_path, seen.given(seen.path(A, ".", "src/a.c"))) == {"path-file-macro": "certain"}


def test_an_installation_prefix_is_never_certain(seen, ask):
    evidence = seen.given(
        seen.path("/opt/app-1", "/opt/app-2", "share/locale"), seen.path("/opt/app-1", "/opt/app-2", "etc/x")
    )
    assert set(ask(build_path, evidence).values()) == {"possible"}


def test_a_lone_directory_is_likely_and_certain_beside_other_evidence(seen, ask):
    lone = seen.text("built in /home/ci/build-1", "built in /srv/b2")
    assert ask(build_path, seen.given(lone)) == {"path-linker-map-or-script-strings": "likely"}
    both = seen.given(lone, seen.path("/home/ci/build-1", "/srv/b2", where=PathPlace.DEBUG_DIRECTORY))
    assert ask(build_path, both)["path-linker-map-or-script-strings"] == "certain"
    assert ask(build_path, seen.given(seen.text("run /usr/bin/a", "run /usr/bin/b"))) == {}
    assert ask(build_path, seen.given(seen.text("in /home/a today", "in /home/b tomorrow"))) == {}


def test_a_path_in_somebodys_home_may_have_been_typed(seen, ask):
    """Nothing says that anybody built there; more texts with one pair of directories do."""
    home = seen.path("/home/ann", "/home/bob", "tool.conf")
    assert set(ask(build_path, seen.given(home)).values()) == {"possible"}
    more = seen.path("/home/ann", "/home/bob", "share/tool")
    assert set(ask(build_path, seen.given(home, more)).values()) <= {"likely", "certain"}
    lone = seen.text("config in /home/ann", "config in /home/bob")
    assert set(ask(build_path, seen.given(lone)).values()) == {"possible"}
    named = seen.text("config in /home/ann/src", "config in /home/bob/work")
    assert set(ask(build_path, seen.given(named)).values()) == {"likely"}


def test_in_rust_a_lone_directory_comes_from_env(seen, ask):
    evidence = seen.given(seen.word(WordKind.OTHER, "/home/a/x", "/srv/x2"), languages=("rust",))
    assert ask(build_path, evidence) == {"path-cargo-out-dir-env": "likely"}


def test_what_the_map_of_rustc_reaches_is_no_text_of_env(seen, ask):
    unit = "/helper/src/lib.rs/@/helper.{}-cgu.0"
    names = [A + unit.format("6dab2b5b785f4c90"), B + unit.format("67c46a0c60c4cd13")]
    evidence = seen.given(seen.text(*names, section=".debug_str"), languages=("rust",))
    assert ask(build_path, evidence) == {"path-dwarf-comp-dir": "likely"}
    metadata = replace(seen.path(A, B, "x/lib"), section=".rmeta")
    assert set(ask(build_path, seen.given(metadata, languages=("rust",)))) == {"path-file-macro"}


def test_a_path_behind_a_time_in_one_text(seen, ask):
    """__TIME__ __FILE__ in one literal: both halves have a cause."""
    text = "06:28:12/home/ci/build-1/m.c"
    path = replace(seen.path("/home/ci/build-1", "/tmp/b2", "m.c", exact=False), a=seen.place(text))
    clock = seen.time(seen.stamp("cpp-time", None, (6, 28, 12)), seen.stamp("cpp-time", None, (6, 28, 14)), text)
    assert ask(build_path, seen.given(path)) == {"path-file-macro": "possible"}
    assert ask(build_path, seen.given(path, clock)) == {"path-file-macro": "likely"}


def test_a_unit_hash_alone_is_not_the_directory(seen, ask):
    head = "/home/ci/target/release/build/"
    evidence = seen.given(seen.path(f"{head}zlib-{'0' * 16}", f"{head}zlib-{'f' * 16}", "out/gen.rs"))
    assert ask(build_path, evidence) == {}


def test_identifiers_made_from_a_path(seen, ask):
    name = seen.renamed("mangled-path", a="home_ci_build_1", b="tmp_b2")
    assert ask(build_path, seen.given(name)) == {"path-cython-mangled": "likely"}
    assert ask(build_path, seen.given(name, seen.path(A, B, "m.pyx")))["path-cython-mangled"] == "certain"


def test_two_run_paths_without_a_common_tail(seen, ask):
    def entry(a, b):
        return DynamicChange(tag="DT_RUNPATH", a_value=a, b_value=b)

    assert ask(build_path, seen.given(entry("/home/ci/x/lib", "/srv/y"))) == {"path-rpath-runpath": "likely"}
    assert ask(build_path, seen.given(entry("/usr/lib/foo", "/usr/lib/bar"))) == {}
    assert ask(build_path, seen.given(entry("/home/ci/x/lib", None))) == {}
    assert ask(build_path, seen.given(entry("$ORIGIN/../lib", "$ORIGIN/lib"))) == {}


def test_a_random_part_is_pointed_out(seen):
    evidence = seen.given(seen.path("/tmp/tmpk3v9x2qa/src", "/tmp/tmp0z7hh1mc/src", "a.c"))
    (match,) = build_path.detect(evidence)
    assert "random" in (match.note or "")


def actions(context, *faces):
    return [fix.action for fix in build_path.fixes_for(context, faces)]


def test_the_fix_fits_languages_and_versions():
    mapped = AddWords(("CFLAGS", "CXXFLAGS"), ("-ffile-prefix-map=$PWD=.",))
    debug = AddWords(("CFLAGS", "CXXFLAGS"), ("-fdebug-prefix-map=$PWD=.",))
    rust = AddWords(("RUSTFLAGS",), ("--remap-path-prefix=$PWD=.",))
    face = "path-dwarf-comp-dir"
    assert actions(Context(a_tools=(("gcc", "12.2.0"),), languages=("c",)), face) == [mapped]
    assert actions(Context(a_tools=(("gcc", "7.5.0"),), languages=("c",)), face) == [debug]
    assert actions(Context(a_tools=(("clang", "9.0.1"), ("gcc", "12.2.0")), languages=("c",)), face) == [debug]
    assert actions(Context(a_tools=(("clang", "14.0.6"), ("gcc", "6.3.0")), languages=("c++",)), face) == [mapped]
    assert actions(Context(a_tools=(("rustc", "1.95.0"), ("gcc", "12.2.0"))), face) == [rust]
    assert actions(Context(languages=("rust", "c")), face) == [rust, mapped]
    assert actions(Context(languages=("go", "c")), "path-go-gopath-goroot") == [AddWords(("GOFLAGS",), ("-trimpath",))]
    assert actions(Context(), "path-file-macro") == [mapped]


@pytest.mark.parametrize("face", build_path.face_ids)
@pytest.mark.parametrize("language", ["c", "rust", "go", "fortran", "d", "ada", "ocaml", "zig", "assembly"])
def test_no_face_that_has_a_fix_is_left_without_one(face, language):
    reached = {f for fix in build_path.fixes for f in fix.reaches}
    assert face in reached
    fixes = build_path.fixes_for(Context(languages=(language,)), (face,))
    of_language = {
        "path-gfortran-runtime", "path-gcov-gcda", "path-rpath-runpath", "path-cargo-registry-home",
        "path-cargo-out-dir-env", "path-cython-mangled", "path-hashed-into-names",
        "path-linker-map-or-script-strings", "gcc-lto-bytecode-cwd",
    }  # fmt: skip
    if face in of_language or (face == "path-dwarf-comp-dir" and language != "assembly"):
        assert any(face in fix.reaches for fix in fixes)


def test_no_prefix_map_is_said_to_reach_what_it_does_not():
    unreached = {
        "path-gfortran-runtime",
        "path-gcov-gcda",
        "path-rpath-runpath",
        "path-cargo-out-dir-env",
        "gcc-lto-bytecode-cwd",
    }
    for fix in build_path.fixes:
        if "-ffile-prefix-map" in fix.action.line or "--remap-path-prefix=" in fix.action.line:
            assert not unreached & set(fix.reaches)


def test_a_path_glued_to_other_texts_begins_at_a_folder_of_builders(seen, ask):
    a, b = "…979899/tmp/w/base", "…979899/tmp/w/somewhere-else"
    glued = seen.text(a, b, fragment=True)
    assert ask(build_path, seen.given(glued, languages=("rust",))) == {"path-cargo-out-dir-env": "likely"}
    (match,) = build_path.detect(seen.given(glued))
    assert match.summary == "/tmp/w/base became /tmp/w/somewhere-else"
    other = seen.text("x/home/ci/buildnext text", "x/srv/b2next text", fragment=True)
    (match,) = build_path.detect(seen.given(other))
    assert match.summary == "/home/ci/build became /srv/b2"
    for pair in (
        ("either/or", "either/and"),
        ("no /usr/lib/x", "no /usr/lib/y"),
        ("/tmp/w is full", "/tmp/w was full"),
    ):
        assert ask(build_path, seen.given(seen.text(*pair, fragment=True))) == {}


def test_a_hash_in_a_path_is_no_place(seen, ask):
    unit = "/home/ci/.cargo/src/memchr-2.5.0/lib.rs/@/memchr.{}-cgu.{}"
    text = seen.text(unit.format("c5b59d54589e0945", 2), unit.format("dab50306b484e866", 1), section=".debug_str")
    assert ask(build_path, seen.given(text, languages=("rust",))) == {}


def fixes(faces, **context):
    return [fix.action for fix in build_path.fixes_for(Context(**context), faces)]


def test_a_directory_that_a_tool_drew_is_to_get_a_fixed_name():
    """A map of the source tree does not reach it: scikit-build-core compiles in a directory of tempfile."""
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), layout=Layout.DRAWN)
    assert isinstance(action, Do)
    assert "-C build-dir=build" in action.line
    assert "-ffile-prefix-map=" in (action.command or "")


def test_a_build_beside_the_source_needs_a_map_of_both():
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), layout=Layout.BESIDE)
    assert action.words == ("-ffile-prefix-map=${PWD%/*}=.", "-ffile-prefix-map=$PWD=.")


def test_a_recorded_command_line_is_left_out_too():
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("ada",), recorded=True)
    assert action.words == ("-ffile-prefix-map=$PWD=.", "-gno-record-gcc-switches")


def test_a_library_that_moved_alone_is_mapped_in_its_own_build():
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), partial=True)
    assert action.sentence.startswith("in the build of the library")
    assert action.command.startswith("export CFLAGS=")


def test_assemblers_without_a_map_get_none():
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("assembly",), a_tools=(("nasm", "2.16.01"),))
    assert "-map=" not in action.line


def test_another_name_of_a_relative_directory_is_likely(seen, ask):
    names = seen.path("obj-x86_64-linux-gnu", "build-tmp", "m.c", PathPlace.DEBUG_NAME)
    assert ask(build_path, seen.given(names)) == {"path-dwarf-comp-dir": "likely"}
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), layout=Layout.RELATIVE)
    assert "pwd" not in action.line.casefold()


def test_a_directory_on_a_recorded_command_line(seen, ask):
    line = "clang -O2 -I {} a.c"
    flags = FlagChange(unit="", a_flags=(line.format(A),), b_flags=(line.format(B),), origin=".GCC.command.line")
    assert ask(build_path, seen.given(flags)) == {"path-linker-map-or-script-strings": "certain"}
    system = FlagChange(unit="", a_flags=("-I /usr/lib/x",), b_flags=("-I /usr/lib/y",), origin=".GCC.command.line")
    assert ask(build_path, seen.given(system)) == {}
    (action,) = fixes(("path-linker-map-or-script-strings",), languages=("c",), command_line=True)
    assert "-frecord" in action.line


def test_folders_of_another_compilers_library_are_no_places_of_builds(seen, ask):
    moved = seen.path("/std/src/sys", "/std/src/sys/pal", "unix/time.rs")
    assert ask(build_path, seen.given(moved, seen.tool("rustc", "1.76.0", "1.78.0"))) == {}


def test_headers_of_another_release_are_a_dependency(seen, ask):
    headers = seen.path(
        "/opt/cpython-3.10.13/include/python3.10", "/opt/cpython-3.11.7/include/python3.11", "", PathPlace.DEBUG_OTHER
    )
    assert ask(build_path, seen.given(headers)) == {}
    assert ask(dependency_version, seen.given(headers)) == {"dep-version-drift": "likely"}


def test_headers_alone_below_two_versions_are_two_releases_of_a_dependency(seen, ask):
    """No map reaches them, and none makes two releases one; beside a unit or a source it is the tree that is built."""
    vendor = seen.path("/home/a/opt/boost_1_74", "/home/a/opt/boost_1_81", "include/boost/chk.h")
    assert ask(build_path, seen.given(vendor)) == {}
    assert ask(dependency_version, seen.given(vendor)) == {"dep-version-drift": "likely"}
    plain = seen.path("/home/a/x-1.0", "/home/a/x-1.1", "include/y.h")
    assert ask(build_path, seen.given(plain)) == {"path-file-macro": "possible"}
    assert ask(dependency_version, seen.given(plain)) == {"dep-version-drift": "possible"}
    assert ask(dependency_version, seen.given(plain, has_debug=True)) == {"dep-version-drift": "likely"}
    for beside in (
        seen.path("/home/a/x-1.0", "/home/a/x-1.1", "src/y.c"),
        seen.path("/home/a/x-1.0", "/home/a/x-1.1", "", PathPlace.DEBUG_DIRECTORY),
    ):
        assert "certain" in ask(build_path, seen.given(plain, beside, has_debug=True)).values()
        assert ask(dependency_version, seen.given(plain, beside, has_debug=True)) == {}


def test_directories_outside_of_the_build_are_mapped_by_name():
    """The longer name last: compilers take the last map that fits."""
    outside = (("/srv/gen", "/srv/gen-2"), ("/usr/lib/x", "/usr/lib/y"), ("/tmp/tmp.Xa81kQz0pL", "/tmp/tmp.9sPqL2mVbE"))
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), outside=outside)
    assert action.words[1:] == ("-ffile-prefix-map=/srv/gen=gen", "-ffile-prefix-map=/srv/gen-2=gen")
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), outside=(("/srv/a b", "/srv/$(c)"),))
    assert action.words == ("-ffile-prefix-map=$PWD=.",)


def test_a_drawn_directory_asks_for_a_fixed_one_with_the_maps_of_all_compilers():
    outside = (("/tmp/tmp5w43f8yi", "/tmp/tmp5f0v9trc"),)
    context = Context(languages=("c", "fortran"), outside=outside)
    fix = build_path.fixes_for(context, ("path-dwarf-comp-dir",))[0]
    assert "--build-dir" in fix.action.sentence
    assert all(f'{name}="${name} -ffile-prefix-map=' in fix.action.command for name in ("CFLAGS", "FFLAGS"))


def test_a_directory_above_another_release_of_a_vendored_dependency(seen, ask):
    """The list of dependencies says which release each is; what stands above them is a place of a build."""
    change = replace(
        seen.path("/home/ci/build-1", "/srv/b2", "vendor/tiny-1.0.1/src/lib.rs", exact=False),
        b=seen.place("/srv/b2/vendor/tiny-1.0.2/src/lib.rs"),
    )
    drift = seen.drift("tiny", "1.0.1", "1.0.2")
    assert set(ask(build_path, seen.given(change, drift)).values()) == {"likely"}
    assert ask(build_path, seen.given(change, seen.drift("other", "1.0.1", "1.0.2"))) == {}
    mirror = replace(change, a_directory="/home/ci/tiny", b_directory="/home/ci/tiny-2")
    assert ask(build_path, seen.given(mirror, drift)) == {}


def test_where_a_program_keeps_its_socket_is_no_build_directory(seen, ask):
    facts = seen.given(seen.path("/tmp", "/var/run/redis", "redis.sock"))
    assert ask(build_path, facts) == {}


@pytest.mark.parametrize(
    ("mapped", "sources", "tail", "face"),
    [
        ({"c", "c-files"}, {"m.c"}, "m.c", "path-linker-map-or-script-strings"),
        ({"c"}, {"m.c"}, "share/gen.c", "path-linker-map-or-script-strings"),
        ({"c"}, {"m.c"}, "m.c", "path-file-macro"),
        ({"c"}, {"m.c"}, "sub/m.c", "path-file-macro"),
        (set(), {"m.c"}, "m.c", "path-file-macro"),
    ],
)
def test_a_map_that_is_in_force_is_not_advised_again(seen, ask, mapped, sources, tail, face):
    """Recorded, it reaches every text of the compiler; debug information alone leaves __FILE__ of what was compiled."""
    context = Context(languages=("c",), mapped=frozenset(map(Mapped, mapped)), sources=frozenset(sources))
    found = ask(build_path, replace(seen.given(seen.path(A, "/srv/b2", tail)), context=context))
    assert set(found) == {face}
    actions = [fix.action for fix in choose(context, (face,))]
    assert any(isinstance(action, AddWords) for action in actions) == (face == "path-file-macro")


def test_trimpath_that_is_in_force_is_not_advised_again():
    context = Context(languages=("go",), mapped=frozenset({Mapped.GO}))
    strings = "path-linker-map-or-script-strings"
    assert not any(isinstance(fix.action, AddWords) for fix in choose(context, (strings,)))
    assert any(isinstance(fix.action, AddWords) for fix in choose(Context(languages=("go",)), (strings,)))


def test_run_paths_that_are_relative_already_are_not_advised_again():
    """CMAKE_BUILD_RPATH_USE_ORIGIN is in force: what is left was named by hand."""
    advised = [
        fix.action.line
        for mapped in (frozenset[Mapped](), frozenset({Mapped.ORIGIN}))
        for fix in choose(Context(languages=("c",), mapped=mapped), ("path-rpath-runpath",))
    ]
    assert ["CMAKE_BUILD_RPATH_USE_ORIGIN" in line for line in advised] == [True, False]


def test_a_build_directory_of_another_name_is_given_one_before_any_map():
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), layout=Layout.RENAMED)
    assert action.line.startswith("run both builds in a build directory of one name")
    assert "-ffile-prefix-map=" in (action.command or "")


def test_where_a_map_left_the_trees_names_the_tree_itself_is_mapped():
    (action,) = fixes(("path-dwarf-comp-dir",), languages=("c",), layout=Layout.MAPPED)
    assert "source trees of one name" in action.line
    assert "-ffile-prefix-map=" in (action.command or "")


def test_a_source_under_two_spellings(seen, ask):
    change = SpellingChange(section=".rodata", a=seen.place("./src/x.c"), b=seen.place("src/x.c"))
    assert ask(build_path, seen.given(change)) == {"path-spelling": "likely"}
    (action,) = fixes(("path-spelling",), languages=("c",))
    assert "make -j1" in action.line


def test_nim_names_its_modules_by_depth():
    """No generator takes relative paths there: the names count the directories up to the library."""
    lines = [fix.action.line for fix in choose(Context(languages=("nim",)), ("path-cython-mangled",))]
    assert [line for line in lines if "equally deep" in line]
    assert not [line for line in lines if "generator" in line]
