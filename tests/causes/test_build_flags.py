from __future__ import annotations

import pytest

from elfdiff.causes.build_flags import detect as build_flags
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.facts import BareUnit, ErasedRunPath
from elfdiff.evidence.model import (
    BuildIdKept,
    CompressionChange,
    DynamicChange,
    FlagChange,
    GoSettingChange,
    HeaderChange,
    SectionChange,
    SourceDigestChange,
    SymbolSetChange,
    WordKind,
)


def flags(a, b, origin="producer"):
    return FlagChange(unit="main.c", a_flags=tuple(a.split()), b_flags=tuple(b.split()), origin=origin)


def setting(key, a, b):
    return GoSettingChange(section=".go.buildinfo", key=key, a_value=a, b_value=b)


def imports(a=(), b=(), table="dynsym"):
    return SymbolSetChange(
        table=table, imports=True, a_only=tuple(a), b_only=tuple(b), a_count=len(a), b_count=len(b), total=20
    )


def section(name, status, a=None, b=None, allocated=False):
    return SectionChange(section=name, name=name, status=status, a_size=a, b_size=b, allocated=allocated)


def header(name, a, b):
    return HeaderChange(field_name=name, a_value=a, b_value=b)


@pytest.mark.parametrize(
    ("a", "b", "face"),
    [
        ("-O2", "-O1", "tool-flags-optimisation"),
        ("", "-fstack-protector-all", "tool-flags-optimisation"),
        ("-march=x86-64", "-march=x86-64-v3", "tool-flags-optimisation"),
        ("", "-DNDEBUG", "tool-flags-optimisation"),
        ("", "-gdwarf-4", "debug-presence-or-level"),
        ("", "-fdebug-prefix-map=/w=.", "debug-producer-flags"),
    ],
)
def test_recorded_flags_are_proof(seen, ask, a, b, face):
    assert ask(build_flags, seen.given(flags(a, b))) == {face: "certain"}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("-I /w/a/include", "-I /w/b/include"),
        ("-fdebug-prefix-map=/w/a=.", "-fdebug-prefix-map=/w/b=."),
        ("-frandom-seed=1", "-frandom-seed=2"),
        ('-DBUILT="2026-11-23"', '-DBUILT="2026-11-24"'),
        ("-DREV=0a1b2c3d4e5f", "-DREV=99b2c3d4e5f0"),
    ],
)
def test_flags_that_only_carry_another_cause_are_not_named(seen, ask, a, b):
    assert ask(build_flags, seen.given(flags(a, b))) == {}


def test_what_a_compiler_detected_is_left_to_host_cpu(seen, ask):
    native = "-march=znver3 -mavx2 -mno-fma4 --param=l1-cache-size=32 -mtune=znver3"
    generic = "-mtune=generic -march=x86-64"
    assert ask(build_flags, seen.given(flags(generic, native))) == {}
    assert ask(build_flags, seen.given(flags(f"{generic} -O2", f"{native} -O3"))) == {
        "tool-flags-optimisation": "certain"
    }


def test_another_compiler_has_other_defaults(seen, ask):
    drift = seen.tool("gcc", "GCC 11.3.0", "GCC 12.2.0")
    assert ask(build_flags, seen.given(drift, flags("-fcf-protection", "-mno-omit-leaf-frame-pointer"))) == {}
    assert ask(build_flags, seen.given(drift, flags("-O2", "-O0"))) == {"tool-flags-optimisation": "likely"}
    exchanged = seen.tool("clang", None, "clang 14.0.6")
    assert ask(build_flags, seen.given(exchanged, flags("-mtune=generic -O2", ""))) == {}
    assert ask(build_flags, seen.given(drift, header("PT_GNU_RELRO", "absent", "r--"))) == {}
    assert ask(build_flags, seen.given(drift, imports(b=["__stack_chk_fail"]))) == {}


@pytest.mark.parametrize(
    ("key", "a", "b"),
    [
        ("-tags", "netgo", None),
        ("CGO_ENABLED", "0", "1"),
        ("GOAMD64", "v1", "v3"),
        ("-trimpath", None, "true"),
        ("-ldflags", "-s -w", ""),
        ("CGO_CFLAGS", "-O2 -g", "-O1 -g"),
    ],
)
def test_go_settings_are_proof(seen, ask, key, a, b):
    assert ask(build_flags, seen.given(setting(key, a, b))) == {"tool-go-settings": "certain"}


@pytest.mark.parametrize(
    ("key", "a", "b"),
    [
        ("vcs.revision", "1" * 40, "2" * 40),
        ("vcs.modified", "false", "true"),
        ("-ldflags", "-X main.builtOn=2026-11-23T01:00:00Z", "-X main.builtOn=2026-11-24T01:00:00Z"),
        ("-ldflags", "-X=main.builtBy=ci", "-X=main.builtBy=alice"),
        ("CGO_CFLAGS", "-ffile-prefix-map=/w/a=.", "-ffile-prefix-map=/w/b=."),
    ],
)
def test_go_settings_that_only_carry_another_cause_are_not_named(seen, ask, key, a, b):
    assert ask(build_flags, seen.given(setting(key, a, b))) == {}


def test_trimpath_takes_the_linker_flags_out_of_the_record(seen, ask):
    (match,) = build_flags.detect(seen.given(setting("-trimpath", None, "true"), setting("-ldflags", "-s", None)))
    assert [fact.key for fact in match.because] == ["-trimpath"]


def test_fortified_printers_are_proof_of_the_macro(seen, ask):
    fortified = imports(["printf", "memcpy"], ["__printf_chk", "__memcpy_chk"])
    assert ask(build_flags, seen.given(fortified)) == {"tool-flags-optimisation": "certain"}
    copies = imports(["memcpy"], ["__memcpy_chk"])
    assert ask(build_flags, seen.given(copies)) == {"tool-flags-optimisation": "likely"}
    other = imports(["printf"], ["__printf_chk", "socket"])
    assert ask(build_flags, seen.given(other)) == {}


def test_a_stack_guard_is_no_proof_where_texts_changed(seen, ask):
    guard = imports(b=["__stack_chk_fail@GLIBC_2.4"])
    assert ask(build_flags, seen.given(guard)) == {"tool-flags-optimisation": "likely"}
    assert ask(build_flags, seen.given(guard, seen.text("usage: a", "usage: b"))) == {}
    assert ask(build_flags, seen.given(guard, SourceDigestChange(file="main.c"))) == {}
    machine_code = seen.text(None, "AVAUATUSH", section=".text")
    assert ask(build_flags, seen.given(guard, machine_code)) == {"tool-flags-optimisation": "likely"}


@pytest.mark.parametrize(
    "fact",
    [
        header("type", "DYN", "EXEC"),
        header("PT_GNU_RELRO", "r--", "absent"),
        header("PT_GNU_STACK", "rw-", "rwx"),
        DynamicChange(tag="DT_FLAGS", a_value=None, b_value="0x8"),
        DynamicChange(tag="DT_FLAGS_1", a_value="0x8000000", b_value="0x8000001"),
        DynamicChange(tag="DT_RUNPATH", a_value=None, b_value="/opt/lib"),
        section(".gnu.hash", "removed", 36, None, allocated=True),
    ],
)
def test_link_flags_show_in_headers_and_dynamic_entries(seen, ask, fact):
    assert ask(build_flags, seen.given(fact)) == {"tool-flags-optimisation": "certain"}
    assert ask(build_flags, seen.given(fact, BuildIdKept(length=20))) == {}


def test_static_tls_and_text_relocations_are_decided_by_the_code(seen, ask):
    assert ask(build_flags, seen.given(DynamicChange(tag="DT_FLAGS", a_value=None, b_value="0x10"))) == {}


def test_an_executable_stack_may_come_with_a_changed_source(seen, ask):
    stack = header("PT_GNU_STACK", "rw-", "rwx")
    assert ask(build_flags, seen.given(stack, seen.text("a", "b"))) == {"tool-flags-optimisation": "likely"}


def test_a_library_of_which_nothing_is_used_was_given_by_a_flag(seen, ask):
    needed = DynamicChange(tag="DT_NEEDED", a_value=None, b_value="libm.so.6")
    assert ask(build_flags, seen.given(needed)) == {"tool-flags-optimisation": "likely"}
    assert ask(build_flags, seen.given(needed, imports(b=["sqrt"]))) == {}


def test_debug_sections_under_equal_symbol_tables_are_a_compilers(seen, ask):
    debug = [section(".debug_info", "added", None, 400), section(".debug_abbrev", "added", None, 90)]
    with_id = seen.given(*debug, seen.build_id())
    assert ask(build_flags, with_id) == {"debug-presence-or-level": "certain"}
    assert ask(build_flags, seen.given(*debug)) == {"debug-presence-or-level": "likely"}
    assert ask(build_flags, seen.given(*debug, BuildIdKept(length=20))) == {}
    shrunk = section(".symtab", "resized", 0x318, 0x390)
    assert ask(build_flags, seen.given(*debug, seen.build_id(), shrunk)) == {}


def test_other_compression_is_a_flag_unless_the_build_id_stayed(seen, ask):
    stored = CompressionChange(name=".debug_info", a_method=None, b_method="zlib", same_contents=True)
    assert ask(build_flags, seen.given(stored)) == {"debug-compressed-sections": "certain"}
    assert ask(build_flags, seen.given(stored, BuildIdKept(length=20))) == {}
    level = CompressionChange(name=".debug_info", a_method="zlib", b_method="zlib", same_contents=True)
    assert ask(build_flags, seen.given(level)) == {"debug-compressed-sections": "likely"}
    content = CompressionChange(name=".debug_info", a_method="zlib", b_method="zlib", same_contents=False)
    assert ask(build_flags, seen.given(content)) == {}


def test_overflow_checks_of_several_kinds_show_the_rust_profile(seen, ask):
    def panics(*kinds):
        names = tuple(f"_ZN4core9panicking11panic_const24panic_const_{kind}_overflow17h0E" for kind in kinds)
        return SymbolSetChange(
            table="symtab", imports=False, a_only=(), b_only=names, a_count=0, b_count=len(names), total=900
        )

    face = "tool-rust-profile-debug-assertions"
    assert ask(build_flags, seen.given(panics("add", "sub", "mul"))) == {face: "certain"}
    assert ask(build_flags, seen.given(panics("add", "sub"))) == {face: "likely"}
    assert ask(build_flags, seen.given(panics("add"))) == {}


def test_a_stored_command_line_is_a_flag_and_a_sentence_is_not(seen, ask):
    face = "env-flags-from-environment"
    line = "built with -O2 -g -Wall", "built with -O3 -g -Wall"
    assert ask(build_flags, seen.given(seen.text(*line))) == {face: "likely"}
    word = seen.word(WordKind.OTHER, "-O2", "-O3", "gcc -O2 -Wall")
    assert ask(build_flags, seen.given(word)) == {face: "likely"}
    assert ask(build_flags, seen.given(seen.text("use -v for more", "use -x for more"))) == {}
    assert ask(build_flags, seen.given(seen.word(WordKind.OTHER, "-v", "-x", "use -v for more"))) == {}


def test_code_that_changed_everywhere_is_only_possible(seen, ask):
    functions = [seen.function(f"f{i}") for i in range(8)]
    assert ask(build_flags, seen.given(*functions, seen.totals(10, changed=8))) == {
        "tool-flags-optimisation": "possible"
    }
    assert ask(build_flags, seen.given(*functions[:2], seen.totals(10, changed=2))) == {}
    with_text = seen.given(*functions, seen.totals(10, changed=8), seen.text("usage: a", "usage: b"))
    assert ask(build_flags, with_text) == {}


def test_flags_explain_changed_code_and_debug_levels_do_not(seen):
    (code,) = build_flags.detect(seen.given(flags("-O2", "-O1")))
    (level,) = build_flags.detect(seen.given(flags("-g", "-g3")))
    assert (code.explains_code, level.explains_code) == (True, False)


def test_a_crate_with_another_hash_and_other_code_was_built_with_other_settings(seen, ask):
    unit = seen.renamed("rust-unit", "rtool")
    assert ask(build_flags, seen.given(unit, seen.function("main"))) == {"tool-flags-optimisation": "likely"}
    assert ask(build_flags, seen.given(unit)) == {}
    assert ask(build_flags, seen.given(seen.function("main"))) == {}
    several = seen.given(unit, seen.renamed("rust-unit", "itoa"), seen.function("main"))
    assert ask(build_flags, several) == {"tool-flags-optimisation": "possible"}
    assert ask(source_change, several) == {}
    assert ask(build_flags, seen.given(unit, seen.path("/a", "/b", "x.rs"), seen.function("main"))) == {}
    assert ask(build_flags, seen.given(unit, seen.drift("itoa", "1", "2"), seen.function("main"))) == {}


def names(a=(), b=(), imports=False):
    return SymbolSetChange(
        table="symtab", imports=imports, a_only=tuple(a), b_only=tuple(b), a_count=len(a), b_count=len(b), total=600
    )


def test_a_side_that_aborts_on_panic_needs_no_unwinder(seen, ask):
    unwinder = names(["_Unwind_RaiseException@GCC_3.0", "_Unwind_DeleteException@GCC_3.0"], imports=True)
    runtime = names([], ["_RNvCsfLfy6EI15iL_7___rustc12___rust_abort"])
    assert ask(build_flags, seen.given(unwinder, runtime)) == {"tool-flags-optimisation": "certain"}
    source = seen.text(None, "/rustc/0e/library/panic_abort/src/lib.rs", fragment=True)
    assert ask(build_flags, seen.given(unwinder, source)) == {"tool-flags-optimisation": "certain"}
    assert ask(build_flags, seen.given(unwinder)) == {}
    assert ask(build_flags, seen.given(runtime)) == {}


def test_places_of_variables_on_one_side_are_another_level_of_debug_information(seen, ask):
    places = section(".debug_loc", "added")
    assert ask(build_flags, seen.given(places)) == {"debug-presence-or-level": "likely"}
    for other in (seen.function("main"), section(".debug_loclists", "removed"), flags("-O2", "-O0")):
        assert "debug-presence-or-level" not in ask(build_flags, seen.given(places, other))


def test_a_rust_program_gets_cargos_settings(seen):
    (fix,) = build_flags.fixes_for(seen.given(languages=("rust",)).context, ("tool-flags-optimisation",))
    assert "[profile]" in fix.action.line
    (fix,) = build_flags.fixes_for(seen.given(languages=("c",)).context, ("tool-flags-optimisation",))
    assert "CFLAGS" in fix.action.line


def test_code_of_several_crates_under_one_hash_is_no_edit_of_one(seen, ask):
    ours, theirs = (f"_ZN{len(crate)}{crate}3run17h{n}123456789abcdefE" for n, crate in enumerate(["probe", "memchr"]))
    both = seen.given(seen.function(ours), seen.function(theirs), seen.totals(500, changed=2))
    assert ask(build_flags, both) == {"tool-flags-optimisation": "possible"}
    assert ask(source_change, both) == {"source-change": "possible"}
    one = seen.given(seen.function(ours), seen.function("_ZN4core3fmt5write17h0123456789abcdefE"), seen.totals(500, 2))
    assert ask(build_flags, one) == {}
    assert ask(source_change, one) == {"source-change": "likely"}


def test_the_step_names_the_flags_that_differ(seen):
    context = seen.given(languages=("c",), settings=("-O2 or -O3", "-gz or not")).context
    (fix,) = build_flags.fixes_for(context, ("tool-flags-optimisation",))
    assert "choose for both builds: -O2 or -O3; -gz or not." in fix.line
    (fix,) = build_flags.fixes_for(seen.given(languages=("c",)).context, ("tool-flags-optimisation",))
    assert "choose" not in fix.line


def test_cargo_auditable_on_one_side(seen, ask):
    lists = SectionChange(name=".dep-v0", status="added", a_size=None, b_size=85, allocated=False)
    facts = seen.given(lists, seen.build_id(), languages=("rust",), settings=("cargo auditable build or cargo build",))
    assert ask(build_flags, facts) == {"tool-flags-optimisation": "certain"}
    (fix,) = build_flags.fixes_for(facts.context, ("tool-flags-optimisation",))
    assert fix.line.startswith("choose for both builds: cargo auditable build or cargo build. Build both")
    assert ask(build_flags, seen.given(lists, BuildIdKept(length=20))) == {}


def test_an_executable_that_exports_what_it_defines(seen, ask):
    def exports(*names):
        return SymbolSetChange(
            table="dynsym", imports=False, a_only=(), b_only=names, a_count=0, b_count=len(names), total=40
        )

    assert ask(build_flags, seen.given(exports("main", "helper", "_IO_stdin_used"))) == {
        "tool-flags-optimisation": "certain"
    }
    assert ask(build_flags, seen.given(exports("helper", "_end"))) == {}


def test_where_a_run_path_was_erased_no_flag_is_named(seen, ask):
    entry = DynamicChange(tag="DT_RUNPATH", a_value="/build/lib", b_value=None)
    hole = ErasedRunPath(a_length=0, b_length=10)
    assert ask(build_flags, seen.given(entry, hole)) == {}


def test_one_object_without_debug_information_had_other_flags(seen, ask):
    bare = BareUnit(section=".debug_info", side="b", names=("extra.c",))
    assert ask(build_flags, seen.given(bare)) == {"debug-presence-or-level": "certain"}
