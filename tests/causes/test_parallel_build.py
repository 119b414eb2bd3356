from __future__ import annotations

from elfdiff.causes.build_flags import detect as build_flags
from elfdiff.causes.parallel_build import detect as parallel_build
from elfdiff.evidence.model import CodegenUnitChange, LoneSectionChange, SourceDigestChange, UnitNaming

UNITS = "rust-codegen-units-or-parallel-frontend"


def units(crate, a, b):
    return CodegenUnitChange(crate=crate, a_count=a, b_count=b)


def test_several_crates_in_one_unit_each_are_a_setting(seen, ask):
    evidence = seen.given(units("rtool", 16, 1), units("rcore", 4, 1))
    assert ask(parallel_build, evidence) == {UNITS: "certain"}
    assert ask(parallel_build, seen.given(*evidence.items, SourceDigestChange(file="lib.rs"))) == {UNITS: "likely"}


def test_one_crate_may_have_grown(seen, ask):
    assert ask(parallel_build, seen.given(units("rtool", 3, 4))) == {UNITS: "possible"}
    assert ask(parallel_build, seen.given(units("probe", 1, 2))) == {UNITS: "possible"}
    assert ask(parallel_build, seen.given(units("rtool", 9, 1))) == {UNITS: "likely"}


def test_units_that_code_may_have_kept_hide_no_other_cause(seen, ask):
    renamed = [seen.renamed("rust-unit", crate) for crate in ("probe", "memchr")]
    evidence = seen.given(units("probe", 1, 2), *renamed, seen.function("probe::main"))
    assert ask(build_flags, evidence) == {"tool-flags-optimisation": "possible"}
    assert ask(build_flags, seen.given(units("probe", 9, 1), *renamed, seen.function("probe::main"))) == {}


def test_other_compilers_dependencies_and_incremental_builds_come_first(seen, ask):
    fact = units("rtool", 16, 1)
    incremental = UnitNaming(a_plain=16, b_plain=1, a_incremental=0, b_incremental=40)
    for other in (seen.tool("rustc", "1.94", "1.95"), seen.drift("itoa", "1.0.1", "1.0.2"), incremental):
        assert ask(parallel_build, seen.given(fact, other)) == {}


def test_a_section_that_differs_alone_names_its_writer(seen, ask):
    index, types = LoneSectionChange(name=".gdb_index"), LoneSectionChange(name=".BTF")
    assert ask(parallel_build, seen.given(index)) == {"linker-thread-nondeterminism": "certain"}
    assert ask(parallel_build, seen.given(types)) == {"btf-type-id-order": "certain"}
    assert ask(parallel_build, seen.given(LoneSectionChange(name=".rodata"))) == {}


def test_names_that_zig_counts_in_a_program_of_equal_functions(seen, ask):
    name, equal = seen.renamed("zig-anon", a="__anon_9477", b="__anon_9478"), seen.totals(2409)
    tools = {"a_tools": (("zig", "0.17.1"),), "b_tools": (("zig", "0.17.1"),)}
    assert ask(parallel_build, seen.given(name, equal, **tools)) == {"zig-parallel-codegen": "likely"}
    assert ask(parallel_build, seen.given(name, seen.totals(2409, changed=1), **tools)) == {}
    by_llvm = {side: (*found, ("lld", "22.1.8")) for side, found in tools.items()}
    assert ask(parallel_build, seen.given(name, equal, **by_llvm)) == {}
