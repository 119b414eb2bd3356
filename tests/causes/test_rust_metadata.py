from __future__ import annotations

import pytest

from elfdiff.causes.build_path import detect as build_path
from elfdiff.causes.incremental_build import detect as incremental
from elfdiff.causes.rust_metadata import choose
from elfdiff.causes.rust_metadata import detect as rust_metadata
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import (
    ArchiveFieldChange,
    CodegenUnitChange,
    Context,
    FlagChange,
    Mapped,
    StrayUnit,
    UnitNaming,
    WordKind,
)

PATH_DEPENDENCY = "rust-metadata-path-dep"
EITHER = {PATH_DEPENDENCY: "likely", "rust-metadata-profile-features": "possible"}
"""Without a directory that moved, cargo's settings and another Cargo.lock look the same."""


def test_all_names_of_a_crate(seen, ask):
    evidence = seen.given(seen.renamed("rust-v0", "rcore", 37), seen.renamed("rust-unit", "rcore", 1))
    assert ask(rust_metadata, evidence) == EITHER


def test_a_source_directory_that_moved_makes_it_certain(seen, ask):
    moved = seen.path("/home/ci/core-1", "/srv/core-2", "src/lib.rs")
    names = seen.renamed("rust-legacy", "rcore", 22, 23)
    assert ask(rust_metadata, seen.given(names, moved)) == {PATH_DEPENDENCY: "certain"}
    assert ask(rust_metadata, seen.given(names, moved, seen.totals(50, changed=1))) == {PATH_DEPENDENCY: "likely"}
    registry = seen.path("/home/a/.cargo", "/home/b/.cargo", "registry/src/index-1/x-1.0.0/src/lib.rs")
    assert ask(rust_metadata, seen.given(names, registry)) == EITHER


def test_generic_functions_of_std_carry_the_hash_of_who_uses_them(seen, ask):
    evidence = seen.given(
        seen.renamed("rust-unit", "rtool", 1),
        seen.renamed("rust-legacy", "core", 9, 300),
        seen.renamed("rust-legacy", "std", 3, 3),
    )
    assert ask(rust_metadata, evidence) == EITHER
    *_, match = rust_metadata.detect(evidence)
    assert "of rtool differ" in match.summary
    assert len(match.because) == 3


def test_single_generic_functions_are_not_the_crate(seen, ask):
    assert ask(rust_metadata, seen.given(seen.renamed("rust-v0", "rcore", 2, 2))) == {}
    assert ask(rust_metadata, seen.given(seen.renamed("rust-v0", "rcore", 20, 37))) == {}


@pytest.mark.parametrize(
    "reason",
    [
        lambda seen: seen.tool("rustc", "rustc 1.94.0", "rustc 1.95.0"),
        lambda seen: seen.word(WordKind.RUSTC_COMMIT, "4a4ef493e", "59807616e"),
        lambda seen: seen.drift("itoa", "1.0.1", "1.0.2"),
        lambda seen: UnitNaming(a_plain=3, b_plain=0, a_incremental=0, b_incremental=9),
        lambda seen: CodegenUnitChange(crate="rcore", a_count=1, b_count=16),
        lambda seen: FlagChange(unit="x", a_flags=("-O2",), b_flags=(), origin="producer"),
        lambda seen: seen.renamed("rust-legacy", "core", 300),
    ],
)
def test_what_explains_the_hashes_silences_it(seen, ask, reason):
    assert ask(rust_metadata, seen.given(seen.renamed("rust-v0", "rcore", 37), reason(seen))) == {}


def test_changed_code_is_no_moved_directory(seen, ask):
    evidence = seen.given(seen.renamed("rust-v0", "rcore", 37), seen.function("rcore::run"))
    assert ask(rust_metadata, evidence) == {"rust-metadata-profile-features": "possible"}


def test_no_fix_pretends_that_a_flag_does_it():
    for fix in rust_metadata.fixes:
        assert "metadata=" not in fix.action.line
        assert "--remap-path-prefix" not in fix.action.line


def test_a_unit_that_strayed_from_the_rest_is_of_another_build(seen, ask):
    stray = StrayUnit(name="u2.c", side="b", directory="/w/new", elsewhere="/w/old")
    assert ask(incremental, seen.given(stray)) == {"stale-or-mixed-objects": "likely"}
    (fix,) = incremental.fixes_for(seen.given().context, ("stale-or-mixed-objects",))
    assert "empty output directory" in fix.action.line
    assert ask(source_change, seen.given(stray)) == {}
    text = seen.path("/w/new", "/w/old", "u2.c")
    assert ask(incremental, seen.given(stray, text)) == {"stale-or-mixed-objects": "likely"}
    assert ask(build_path, seen.given(stray, text)) == ask(source_change, seen.given(stray, text)) == {}
    assert ask(build_path, seen.given(stray, seen.path("/x", "/y", "u3.c"))) == {"path-file-macro": "certain"}


def test_incremental_units_on_one_side(seen, ask):
    naming = UnitNaming(a_plain=0, b_plain=7, a_incremental=40, b_incremental=0)
    assert ask(incremental, seen.given(naming)) == {"rust-incremental": "certain"}
    (match,) = incremental.detect(seen.given(naming))
    assert match.explains_code
    assert match.summary == "a has 40 incremental codegen units, b has none"


def test_a_single_such_name_is_the_allocator(seen, ask):
    assert ask(incremental, seen.given(UnitNaming(a_plain=7, b_plain=7, a_incremental=1, b_incremental=0))) == {}
    both = UnitNaming(a_plain=0, b_plain=0, a_incremental=40, b_incremental=41)
    assert ask(incremental, seen.given(both)) == {}
    stripped_side = UnitNaming(a_plain=0, b_plain=0, a_incremental=40, b_incremental=0)
    assert ask(incremental, seen.given(stripped_side)) == {}


def test_implementations_without_a_crate_follow(seen):
    probe, nameless = seen.renamed("rust-legacy", "probe", 4), seen.renamed("rust-legacy", "", 2, 9)
    assert all(nameless in match.because for match in rust_metadata.detect(seen.given(probe, nameless)))
    assert list(rust_metadata.detect(seen.given(nameless))) == []


def test_members_of_a_library_are_named_by_the_hash(seen):
    name = "libl.l.{}-cgu.0.rcgu.o"
    values = name.format("88c9b5e7cf450772"), name.format("d635dc8da685dd25")
    member = ArchiveFieldChange(member="x", field_name="name", a_value=values[0], b_value=values[1])
    matches = list(rust_metadata.detect(seen.given(seen.renamed("rust-legacy", "l", 4), member)))
    assert matches
    assert all(member in match.because for match in matches)


def test_a_version_of_the_program_itself_goes_into_its_hash(seen, ask):
    version = seen.word(WordKind.VERSION, "0.3.1", "0.3.2")
    crate = seen.renamed("rust-unit", "probe", 1), seen.renamed("rust-legacy", "probe", 9)
    assert ask(rust_metadata, seen.given(version, *crate)) == {}
    assert ask(source_change, seen.given(version, *crate)) == {"source-change": "likely"}


def test_files_without_a_build_id_need_no_flag_that_leaves_it_out():
    with_id, without = (
        " ".join(fix.action.line for fix in choose(Context(mapped=mapped), (PATH_DEPENDENCY,)))
        for mapped in (frozenset[Mapped](), frozenset({Mapped.NO_BUILD_ID}))
    )
    assert "--build-id=none" in with_id
    assert "--build-id=none" not in without
    assert "-Cstrip=symbols" in without
