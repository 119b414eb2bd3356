"""dependency-version, toolchain-version and source-change: real differences of what was built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.actions import Export
from elfdiff.causes.build_flags import detect as build_flags
from elfdiff.causes.build_time import detect as build_time
from elfdiff.causes.configure_result import detect as configure
from elfdiff.causes.content_hash import detect as content_hash
from elfdiff.causes.dependency_version import detect as dependency
from elfdiff.causes.source_change import detect as source
from elfdiff.causes.toolchain_version import detect as toolchain
from elfdiff.causes.vcs_state import detect as vcs_state
from elfdiff.evidence.model import (
    CompressionChange,
    Context,
    DataChange,
    DynamicChange,
    EmbeddedTimeChange,
    FlagChange,
    FunctionTotals,
    GoSettingChange,
    LineNumbersChange,
    LoneSectionChange,
    PathPlace,
    SectionChange,
    SourceDigestChange,
    SourceRenamed,
    SplitUnitIdChange,
    SymbolSetChange,
    TextOrderChange,
    TextTotals,
    UnitNaming,
    WordKind,
)
from elfdiff.judging import judged
from elfdiff.report import Role
from elfdiff.span import Span

GCC = "GCC: (Debian 11.3.0-12) 11.3.0", "GCC: (Debian 12.2.0-14) 12.2.0"


def names(a_only=(), b_only=(), imports=False):
    return SymbolSetChange(
        table="symtab", imports=imports, a_only=tuple(a_only), b_only=tuple(b_only),
        a_count=len(a_only), b_count=len(b_only), total=40,
    )  # fmt: skip


def test_all_three_are_inputs():
    assert {cause.role for cause in (dependency, source, toolchain)} == {Role.INPUT}


class TestDependency:
    def test_one_package_is_named_with_both_versions(self, seen, ask):
        evidence = seen.given(seen.drift("itoa", "1.0.1", "1.0.2"))
        assert ask(dependency, evidence) == {"dep-version-drift": "certain"}
        (match,) = dependency.detect(evidence)
        assert match.summary == "itoa 1.0.1 became 1.0.2"
        assert match.explains_code

    @pytest.mark.parametrize(
        ("change", "a", "b", "origin", "level"),
        [
            ("added", None, "1.0", "dep-v0", "certain"),
            ("removed", "1.0", None, "go-buildinfo", "certain"),
            ("changed", "1.0", "1.0", "dep-v0", "likely"),
            ("changed", "0.2.0", "0.3.0", "crate-path", "certain"),
            ("upgraded", "1", "2", "soname", "likely"),
        ],
    )
    def test_where_it_was_seen_decides_how_sure_it_is(self, seen, ask, change, a, b, origin, level):
        assert ask(dependency, seen.given(seen.drift("x", a, b, change, origin=origin))) == {"dep-version-drift": level}

    def test_an_absent_path_the_form_of_a_list_and_own_packages_say_nothing(self, seen, ask):
        assert ask(dependency, seen.given(seen.drift("x", "1.0.0", None, "removed", origin="crate-path"))) == {}
        assert ask(dependency, seen.given(seen.drift("x", "0", "1", "format"))) == {}
        assert ask(dependency, seen.given(seen.drift("uv", "0.13.8", "0.13.9", local=True))) == {}

    def test_the_lock_file_of_the_language(self):
        def first(*languages):
            return dependency.fixes_for(Context(languages=languages), ("dep-version-drift",))[0].action.line

        assert "cargo build --locked" in first("rust", "c")
        assert "-mod=readonly" in first("go")
        assert "--locked" not in first("c")


class TestToolchain:
    def test_two_versions(self, seen, ask):
        evidence = seen.given(seen.tool("gcc", *GCC))
        assert ask(toolchain, evidence) == {"tool-compiler-version": "certain"}
        (match,) = toolchain.detect(evidence)
        assert match.explains_code
        assert match.summary == f"{GCC[0]} became {GCC[1]}"

    def test_a_linker(self, seen, ask):
        tools = (("gcc", "12.2.0"),)
        evidence = seen.given(seen.tool("lld", None, "Linker: LLD 14.0.6"), a_tools=tools, b_tools=tools)
        assert ask(toolchain, evidence) == {"tool-linker-or-assembler": "certain"}
        path = seen.given(seen.tool("lld", None, "lld", origin="path"), a_tools=tools, b_tools=tools)
        assert ask(toolchain, path) == {"tool-linker-or-assembler": "likely"}
        both = seen.given(seen.tool("lld", None, "LLD 14"), seen.tool("mold", "mold 1.10.1", None))
        assert ask(toolchain, both) == {"tool-linker-or-assembler": "certain"}

    def test_a_gcc_line_in_a_rust_program_is_the_c_library(self, seen, ask):
        tools = (("rustc", "1.95.0"), ("gcc", "12.2.0"))
        evidence = seen.given(seen.tool("gcc", *GCC), a_tools=tools, b_tools=tools)
        assert ask(toolchain, evidence) == {"tool-libc-crt-objects": "certain"}
        (match,) = toolchain.detect(evidence)
        assert not match.explains_code

    def test_an_extra_gcc_line_beside_an_equal_one_is_the_c_library(self, seen, ask):
        tools = (("gcc", "12.2.0"),)
        evidence = seen.given(seen.tool("gcc", None, "GCC: (Debian 11.2.0-19)"), a_tools=tools, b_tools=tools)
        assert set(ask(toolchain, evidence)) == {"tool-libc-crt-objects"}

    def test_marks_that_were_removed_say_nothing(self, seen, ask):
        evidence = seen.given(seen.tool("gcc", GCC[0], None), a_tools=(("gcc", "11.3.0"),), b_tools=())
        assert ask(toolchain, evidence) == {}

    def test_the_commit_of_rustc_in_paths(self, seen, ask):
        evidence = seen.given(seen.word(WordKind.RUSTC_COMMIT, "4a" * 20, "59" * 20))
        assert ask(toolchain, evidence) == {"tool-compiler-version": "certain"}

    def test_a_directory_name_is_likely(self, seen, ask):
        assert ask(toolchain, seen.given(seen.tool("gcc", "11", "12", origin="path"))) == {
            "tool-compiler-version": "likely"
        }

    def test_the_pin_names_the_newer_release(self):
        context = Context(a_tools=(("go", "1.26.4"),), b_tools=(("go", "1.27.3"),), languages=("go",))
        assert toolchain.fixes_for(context, ("tool-compiler-version",))[0].action == Export("GOTOOLCHAIN", "go1.27.3")
        rust = Context(a_tools=(("rustc", "1.95.0"),), b_tools=(("rustc", "1.9.0"),), languages=("rust",))
        assert '"1.95.0"' in toolchain.fixes_for(rust, ("tool-compiler-version",))[0].action.line


class TestSource:
    def test_no_flag_fixes_it(self):
        assert source.fixes == ()
        assert "No flag fixes this" in source.doc

    def test_a_digest_is_decisive_even_beside_another_compiler(self, seen, ask):
        digest = SourceDigestChange(file="parse.c")
        assert ask(source, seen.given(digest)) == {"source-change": "certain"}
        assert ask(source, seen.given(digest, seen.tool("clang", "14", "15"))) == {"source-change": "certain"}

    def test_another_release_of_the_program(self, seen, ask):
        evidence = seen.given(seen.drift("uv", "0.13.8", "0.13.9", local=True), seen.drift("itoa", "1.0.1", "1.0.2"))
        assert ask(source, evidence) == {"source-change": "certain"}
        (match,) = judged([source], evidence).matches
        assert "uv 0.13.8 became 0.13.9" in match.summary
        assert "--locked" in match.note

    def test_a_changed_function(self, seen, ask):
        evidence = seen.given(seen.function("parse_line"), seen.totals(40, changed=1))
        assert ask(source, evidence) == {"source-change": "likely"}
        (match,) = judged([source], evidence).matches
        assert match.summary == "a function differs: parse_line"

    @pytest.mark.parametrize(
        "reason",
        [
            lambda seen: seen.tool("gcc", *GCC),
            lambda seen: FlagChange(unit="a.c", a_flags=("-O2",), b_flags=("-O3",), origin="producer"),
            lambda seen: GoSettingChange(key="-tags", a_value=None, b_value="x"),
            lambda seen: seen.drift("itoa", "1.0.1", "1.0.2"),
            lambda seen: UnitNaming(a_plain=3, b_plain=0, a_incremental=0, b_incremental=9),
        ],
    )
    def test_what_explains_code_silences_it(self, seen, ask, reason):
        evidence = seen.given(seen.function("f"), names(b_only=("g",)), seen.text("x one", "x two"), reason(seen))
        assert ask(source, evidence) == {}

    def test_a_revision_setting_explains_no_code(self, seen, ask):
        stamp = GoSettingChange(key="vcs.revision", a_value="a", b_value="b")
        assert ask(source, seen.given(seen.function("f"), stamp)) == {"source-change": "likely"}

    def test_most_functions_at_once_are_flags_or_a_compiler(self, seen, ask):
        evidence = seen.given(seen.function("f"), seen.totals(10, changed=7))
        assert ask(source, evidence) == {"source-change": "possible"}

    def test_an_address_is_no_change(self, seen, ask):
        assert ask(source, seen.given(seen.function("f", certain=False), seen.totals(10, changed=0))) == {}

    def test_a_length_folded_into_code_follows_from_the_text(self, seen, ask):
        moved = seen.path("/home/ci/build-1", "/srv/b2", "a.c")
        nine_less = seen.function("f", ("mov edx, 0x17",), ("mov edx, 0xe",))
        one_less = seen.function("f", ("mov edx, 0x17",), ("mov edx, 0x16",))
        assert ask(source, seen.given(nine_less)) == {"source-change": "likely"}
        assert ask(source, seen.given(nine_less, moved)) == {}
        assert ask(source, seen.given(one_less, moved)) == {"source-change": "likely"}
        assert ask(source, seen.given(seen.function("f"), moved)) == {"source-change": "likely"}

    def test_texts(self, seen, ask):
        assert ask(source, seen.given(seen.text("usage: x", "usage: y"))) == {"source-change": "likely"}
        assert ask(source, seen.given(seen.text(None, "new text"))) == {"source-change": "likely"}
        assert ask(source, seen.given(seen.word(WordKind.OTHER, "red", "blue"))) == {"source-change": "likely"}

    def test_a_text_that_another_cause_may_explain_is_possible(self, seen, ask):
        home = seen.path("/home/ann", "/home/bob", "tool.conf")
        order = TextOrderChange(section=".rodata", count=304, moved=5, kept=3)
        for fact in (seen.text("in /home/a", "in /srv/b"), home, order):
            assert ask(source, seen.given(fact)) == {"source-change": "possible"}

    def test_a_number_in_code_that_reads_as_a_time_is_the_clock_s(self, seen, ask):
        lines = [(f"lea esi, [rdi + {number:#x}]",) for number in (1795415011, 1795418899)]
        number = replace(seen.number(1795415011, 1795418899, "main", seconds=True), section=".text")
        evidence = seen.given(seen.function("main", *lines), number, seen.totals(30, changed=1))
        assert ask(source, evidence) == {}
        beside = seen.given(*evidence.items, seen.text("on", "off"))
        assert "source-change" in ask(source, beside)
        assert ask(build_time, evidence) == {"time-build-script-date": "likely"}
        assert ask(build_time, beside) == {"time-build-script-date": "possible"}

    def test_the_time_of_an_archive_that_is_compiled_in_is_no_constant(self, seen, ask):
        stamp = EmbeddedTimeChange(
            section=".data", kind="gzip", a_value=1704070860, b_value=1738461720,
            a=seen.place("1704070860", 68), b=seen.place("1738461720", 68),
        )  # fmt: skip
        word = DataChange(section=".data", spans=((Span(64, 72), Span(64, 72)),), size=8)
        other = DataChange(section=".data", spans=((Span(64, 72), Span(64, 72)), (Span(80, 88), Span(80, 88))), size=16)
        assert ask(source, seen.given(stamp, word)) == {}
        assert ask(source, seen.given(stamp, other)) == {"source-change": "possible"}

    def test_texts_that_are_no_sign(self, seen, ask):
        assert ask(source, seen.given(seen.text("a", "b", fragment=True))) == {}
        glued = seen.text("out_slice.len()capacity overflow.8", "out_slice.len()capacity overflow68", fragment=True)
        assert ask(source, seen.given(glued)) == {}
        assert ask(source, seen.given(seen.text("a", "b", section=".debug_str"))) == {}
        assert ask(source, seen.given(seen.text("a", "b", section=".comment"))) == {}
        assert ask(source, seen.given(seen.text("built in /home/a", "built in /srv/b"))) == {}
        for kind in (WordKind.HOST, WordKind.LOCALE):
            assert ask(source, seen.given(seen.word(kind, "a1", "b2"))) == {}

    def test_what_a_root_calls_possible_somebody_may_have_written(self, seen, ask):
        for kind in (WordKind.UUID, WordKind.REVISION, WordKind.COUNTER):
            a, b = "0b6e4f54-5d0c-5f0e-9a5e-1f2d8f3c7a10", "c1f0a8b7-93ad-5b27-8c55-7e0d6a9b4e02"
            pair = (a, b) if kind is WordKind.UUID else ("deadbee", "1badcaf")
            assert ask(source, seen.given(seen.word(kind, *pair))) == {"source-change": "possible"}
        mail = seen.word(WordKind.USER_HOST, "help@example.org", "support@example.net", "contact: help@example.org")
        assert ask(source, seen.given(mail)) == {"source-change": "possible"}

    def test_a_digest_of_something_else_that_differs(self, seen, ask):
        digest = seen.text(f"sha256:{'0a' * 32}", f"sha256:{'1b' * 32}")
        assert ask(source, seen.given(digest, seen.word(WordKind.OTHER, "red", "blue")))["source-change"] == "likely"
        stamp = seen.time(
            seen.stamp("iso", (2026, 11, 23), (6, 8, 38), 0, "Z"), seen.stamp("iso", (2026, 11, 23), (6, 8, 41), 0, "Z")
        )
        assert ask(source, seen.given(digest, stamp)) == {}
        assert ask(content_hash, seen.given(digest, stamp)) == {"embedded-hash-of-content": "certain"}
        assert ask(source, seen.given(digest)) == {"source-change": "likely"}

    def test_two_programs_share_few_texts_and_miss_functions_on_both_sides(self, seen, ask):
        texts = TextTotals(common=61, a_only=332, b_only=148)
        unlike = seen.given(texts, seen.totals(162, changed=2, added=143, removed=156))
        assert ask(source, unlike) == {"source-change": "likely"}
        assert "two programs?" in next(iter(source.detect(unlike))).summary
        needed = DynamicChange(tag="DT_NEEDED", a_value=None, b_value="libacl.so.1")
        imports = SymbolSetChange(
            table="dynsym", imports=True, a_only=(), b_only=("acl_get",), a_count=0, b_count=1, total=90
        )
        added = seen.text(None, "preserving permissions")
        assert ask(configure, seen.given(texts, needed, imports, added, *unlike.of(FunctionTotals))) == {}
        assert ask(configure, seen.given(needed, imports, added)) != {}
        grown = seen.given(TextTotals(common=99, a_only=0, b_only=500), seen.totals(162, added=143))
        assert ask(source, grown) == {}

    def test_a_path_that_stood_in_a_longer_text_is_no_text_of_its_own(self, seen, ask):
        moved = seen.path("/home/ci/one", "/srv/two", "m.c")
        assert ask(source, seen.given(moved, seen.text(None, "/srv/two/m.c"))) == {}
        assert ask(source, seen.given(moved, seen.text(None, "a message"))) == {"source-change": "likely"}

    def test_another_compiler_makes_no_two_programs(self, seen, ask):
        texts = TextTotals(common=17, a_only=42, b_only=90)
        unlike = texts, seen.totals(408, changed=4, added=125, removed=124)
        assert ask(source, seen.given(*unlike, seen.tool("rustc", "1.95.0", "1.97.0"))) == {}

    def test_blocks_of_constants_join_in_another_order_of_the_link(self, seen, ask):
        order = seen.order("file-symbols", ("a.c", "b.c"), ("b.c", "a.c"))
        joined = seen.text("error opening direcursive, not f%s", "error opening direcursive, not frecursive")
        assert ask(source, seen.given(order, joined)) == {}
        assert ask(source, seen.given(joined)) == {"source-change": "likely"}

    def test_runs_of_characters_that_join_in_another_order_of_the_link(self, seen, ask):
        order = seen.order("file-symbols", ("a.c", "b.c"), ("b.c", "a.c"))
        joined = seen.text("annot be countedvector::_M_realloc", "annot be counted")
        assert ask(source, seen.given(order, joined)) == {}
        assert ask(source, seen.given(order, seen.text("usage: x", "usage: y"))) == {"source-change": "possible"}

    def test_imports_alone_are_no_sign(self, seen, ask):
        assert ask(source, seen.given(names(b_only=("__stack_chk_fail",), imports=True))) == {}
        assert ask(source, seen.given(names(b_only=("list_sort",)))) == {"source-change": "likely"}

    def test_data_alone_is_only_possible_and_a_time_is_nothing(self, seen, ask):
        assert ask(source, seen.given(DataChange(size=8, symbol="table"))) == {"source-change": "possible"}
        times = 1795397377, 1795397431
        assert ask(source, seen.given(seen.number(*times, seconds=True))) == {"source-change": "possible"}
        assert ask(source, seen.given(seen.number(*times, symbol="build_epoch", seconds=True))) == {}
        assert ask(source, seen.given(DataChange(size=8, symbol="__gcov_.main"))) == {}

    def test_generated_code_is_only_possible(self, seen, ask):
        evidence = seen.given(seen.function("f"), seen.word(WordKind.UUID, "a1", "b2"))
        assert ask(source, evidence) == {"source-change": "possible"}

    def test_what_another_cause_claims_is_no_sign(self, seen, ask):
        claimed = seen.number(1795397377, 1795397431, symbol="build_epoch", seconds=True)
        assert ask(source, seen.given(claimed, seen.number(3, 4, symbol="limit"))) == {"source-change": "possible"}
        assert ask(source, seen.given(claimed)) == {}

    def test_functions_that_changed_beyond_recognition_count_as_changed(self, seen, ask):
        lost = seen.function("f", (), (), "removed"), seen.function("f", (), (), "added")
        assert ask(source, seen.given(*lost, seen.totals(8, 2, 10, 10))) == {"source-change": "possible"}
        assert ask(source, seen.given(*lost, seen.totals(40, 0, 1, 1))) == {"source-change": "likely"}

    def test_debug_information_or_constants_alone_are_only_possible(self, seen, ask):
        def section(name):
            return SectionChange(name=name, status="resized", a_size=8, b_size=9, allocated=False)

        assert ask(source, seen.given(section(".debug_info"))) == {"source-change": "possible"}
        assert ask(source, seen.given(section(".debug_info"), section(".text"))) == {}
        assert ask(source, seen.given(section(".debug_line"), seen.path("/home/a", "/srv/b", "x.c"))) == {}
        assert ask(source, seen.given(LoneSectionChange(name=".rodata"))) == {"source-change": "possible"}
        assert ask(source, seen.given(LoneSectionChange(name=".comment"))) == {}


class TestLines:
    def moved(self, file="/w/src/main.c"):
        return LineNumbersChange(file=file, a_line=11, b_line=13, count=20)

    def test_lines_that_moved_are_decisive(self, seen, ask):
        assert ask(source, seen.given(self.moved())) == {"source-change": "certain"}
        (match,) = judged([source], seen.given(self.moved())).matches
        assert match.summary == "line 11 of main.c became 13"

    def test_a_generated_file_may_be_in_another_order(self, seen, ask):
        shuffled = seen.order("functions", ("f", "g", "h"), ("h", "g", "f"))
        assert ask(source, seen.given(self.moved(), shuffled)).get("source-change") in (None, "likely")

    def test_headers_of_the_system_and_of_dependencies_are_not_the_source(self, seen, ask):
        for file in (
            "/usr/include/stdio.h",
            "/usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h",
            "/home/ci/.cargo/registry/src/index-1/itoa-1.0.1/src/lib.rs",
        ):
            assert ask(source, seen.given(self.moved(file))) == {}

    def test_a_compiler_or_flags_move_rows_too(self, seen, ask):
        assert ask(source, seen.given(self.moved(), seen.tool("gcc", *GCC))) == {}
        flags = FlagChange(unit="main.c", a_flags=("-O1",), b_flags=("-O2",), origin="producer")
        assert ask(source, seen.given(self.moved(), flags)) == {}


class TestDebugInformationAlone:
    def test_a_constant_that_no_code_needs(self, seen, ask):
        lone = LoneSectionChange(section=".debug_info", name=".debug_info")
        assert ask(source, seen.given(lone, seen.build_id())) == {"source-change": "likely"}
        assert ask(source, seen.given(lone, SplitUnitIdChange(count=2, total=6, alone=True))) == {}
        squeezed = CompressionChange(name=".debug_info", a_method="zlib", b_method="zlib", same_contents=True)
        assert ask(source, seen.given(lone, squeezed)) == {}

    def test_a_revision_in_the_build_settings_is_not_in_the_code(self, seen, ask):
        revision = GoSettingChange(key="vcs.revision", a_value="5b6416bf", b_value="835fe59a")
        number = seen.function("main.main", ("mov edi, 0x80078071",), ("mov edi, 0x80088091",))
        assert ask(source, seen.given(revision, number)) == {"source-change": "likely"}


def test_a_floating_point_constant_that_is_another_number(seen, ask):
    other = DataChange(section=".rodata", size=8, doubles=((0.25, 0.24),))
    assert ask(source, seen.given(other)) == {"source-change": "likely"}
    rounded = DataChange(section=".rodata", size=8, doubles=((0.1, 0.10000000000000002),))
    assert ask(source, seen.given(rounded)) == {"source-change": "possible"}


class TestSourceRenamed:
    def test_another_name_is_another_input(self, seen, ask):
        renamed = SourceRenamed(
            section=".strtab", a=seen.place("hash.c"), b=seen.place("digest.c"), a_name="hash.c", b_name="digest.c"
        )
        assert ask(source, seen.given(renamed)) == {"source-change": "certain"}
        text = seen.text("hash.c", "digest.c")
        (match,) = source.detect(seen.given(renamed, text))
        assert text in match.because
        assert match.summary == "a source file has another name: hash.c became digest.c"
        matches = list(source.detect(seen.given(renamed, seen.function("work"))))
        assert "was exchanged" in matches[0].summary


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (f"/nix/store/{'0b4f' * 8}-openssl-3.0.12", f"/nix/store/{'9vy8' * 8}-openssl-3.0.13",
         "openssl 3.0.12 became 3.0.13"),
        (f"/opt/spack/gcc/zlib-1.3-{'abcd' * 8}", f"/opt/spack/gcc/zlib-1.3-{'efgh' * 8}", "another build of zlib 1.3"),
    ],
)  # fmt: skip
def test_stores_name_packages_and_versions(seen, a, b, said):
    evidence = seen.given(seen.path(a, b, "lib", PathPlace.RUNPATH))
    (claim,) = dependency.detect(evidence)
    assert claim.summary == said


def test_a_soname_is_a_release(seen, ask):
    change = DynamicChange(tag="DT_SONAME", a_value="libtab.so.1.2.3", b_value="libtab.so.1.2.4")
    assert ask(source, seen.given(change)) == {"source-change": "certain"}


def test_code_of_files_that_name_no_compiler_may_be_another_compilers(seen, ask):
    facts = [seen.function(f"f{n}") for n in range(3)]
    stripped = seen.given(*facts, seen.totals(40, changed=3), unnamed=True)
    assert ask(toolchain, stripped) == {"tool-compiler-version": "possible"}
    assert ask(source, stripped) == {"source-change": "possible"}
    assert ask(toolchain, seen.given(*facts, seen.totals(40, changed=3))) == {}
    with_text = seen.given(*facts, seen.text("one", "two"), seen.totals(40, changed=3), unnamed=True)
    assert ask(toolchain, with_text) == {}


def test_a_tool_that_is_the_same_is_not_pinned(seen):
    context = seen.given(
        languages=("go",), a_tools=(("go", "1.19.8"), ("gas", "2.40")), b_tools=(("go", "1.19.8"), ("clang", "14.0.6"))
    ).context
    fixes = toolchain.fixes_for(context, ("tool-compiler-version",))
    assert not any("GOTOOLCHAIN" in fix.line for fix in fixes)


def test_a_commit_of_rustc_is_no_release(seen):
    context = seen.given(
        languages=("rust",), a_tools=(("rustc", "8ede3aae28fe6e4d"),), b_tools=(("rustc", "1.75.0"),)
    ).context
    fixes = toolchain.fixes_for(context, ("tool-compiler-version",))
    assert any('channel = "1.75.0"' in fix.line for fix in fixes)


def test_extensions_for_two_pythons(seen, ask):
    heads = [f"/opt/_internal/cpython-{release}" for release in ("3.11.7", "3.12.1")]
    target = seen.path(f"{heads[0]}/include/python3.11", f"{heads[1]}/include/python3.12", "object.h")
    flags = FlagChange(unit="x.c", a_flags=("-fwrapv",), b_flags=(), origin="producer")
    facts = seen.given(target, flags, has_debug=True)
    (claim,) = dependency.detect(facts)
    assert claim.summary == "a is for CPython 3.11, b for CPython 3.12"
    assert ask(build_flags, facts) == {}
    assert ask(build_flags, seen.given(flags)) == {"tool-flags-optimisation": "certain"}


def test_two_commits_are_two_sources(seen, ask):
    revision = GoSettingChange(key="vcs.revision", a_value="b62abf54", b_value="df82fd97")
    edited = [seen.function(f"main.f{n}") for n in range(4)]
    assert ask(source, seen.given(revision, *edited)) == {"source-change": "certain"}
    assert ask(vcs_state, seen.given(revision, *edited)) == {}
    assert ask(vcs_state, seen.given(revision)) == {"vcs-revision": "certain"}
    assert ask(source, seen.given(revision)) == {}


def test_a_text_of_libstdcxx_dates_the_compiler(seen, ask):
    old, new = "basic_string::_M_construct null not valid", "basic_string: construction from null is not valid"
    assert ask(toolchain, seen.given(seen.text(old, new))) == {"dep-header-only-or-toolchain-runtime": "certain"}
    assert ask(toolchain, seen.given(seen.text(None, old), seen.text(new, None))) == {
        "dep-header-only-or-toolchain-runtime": "certain"
    }
    assert ask(toolchain, seen.given(seen.text(old, "vector::_M_range_check"))) == {}
