"""Flags that nobody recorded: what proves one, what hints at one, and what is an edit."""

from __future__ import annotations

import pytest

from elfdiff.causes.build_flags import detect as build_flags
from elfdiff.causes.configure_result import detect as configure_result
from elfdiff.causes.host_cpu import detect as host_cpu
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import (
    AttributesChange,
    DynamicChange,
    EntryMarks,
    HeaderChange,
    InstructionSetChange,
    SectionChange,
    SourceNamesLost,
    SourcesKept,
    SymbolSetChange,
)

FACE = "tool-flags-optimisation"


def names(a=(), b=(), imports=False, table="symtab"):
    return SymbolSetChange(
        table=table, imports=imports, a_only=tuple(a), b_only=tuple(b), a_count=len(a), b_count=len(b), total=60
    )


def shaped(count):
    return [seen_function(f"f{index}") for index in range(count)]


def seen_function(name, status="changed"):
    from elfdiff.evidence.model import FunctionChange

    lines = (("mov r14, rdi",), ("push rbx",)) if status == "changed" else ((), ())
    return FunctionChange(
        section=".text", symbol=name, name=name, status=status, a_lines=lines[0], b_lines=lines[1], certain=True
    )


@pytest.mark.parametrize(
    ("mark", "a", "b", "total", "expected"),
    [
        ("endbr64", 54, 0, 98, "certain"),
        ("paciasp", 0, 39, 59, "certain"),
        ("endbr64", 2, 0, 3, "likely"),
        ("endbr64", 1, 0, 3, None),
        ("endbr64", 5, 4, 30, None),
    ],
)
def test_marks_at_entries_are_an_option(seen, ask, mark, a, b, total, expected):
    evidence = seen.given(EntryMarks(mark=mark, a_count=a, b_count=b, total=total), *shaped(3), seen.totals(total, 3))
    assert ask(build_flags, evidence).get(FACE) == expected
    assert (ask(source_change, evidence) == {}) is (expected is not None)


def test_build_attributes_are_what_compilers_were_told(seen, ask):
    attribute = AttributesChange(section=".ARM.attributes", name="FP_arch", a_value="3", b_value="4")
    assert ask(build_flags, seen.given(attribute, *shaped(3))) == {FACE: "certain"}
    assert ask(build_flags, seen.given(attribute, seen.tool("gcc", "11", "12"))) == {}


def test_calls_that_compilers_make_of_others_do_not_hide_fortify(seen, ask):
    change = names(["snprintf", "fprintf", "fwrite"], ["__snprintf_chk", "__fprintf_chk"], imports=True)
    evidence = seen.given(change, *shaped(3))
    assert ask(build_flags, evidence) == {FACE: "certain"}
    assert ask(source_change, evidence) == {}
    other = names(["snprintf", "getline"], ["__snprintf_chk"], imports=True)
    assert ask(build_flags, seen.given(other)) == {}


def test_assertions_on_one_side_are_ndebug(seen, ask):
    checks = names(["__assert_fail"], imports=True)
    evidence = seen.given(checks, seen.text("!parser->read_handler", None), *shaped(5), seen.totals(50, 5))
    assert ask(build_flags, evidence) == {FACE: "likely"}
    assert ask(source_change, evidence) == {}


def test_functions_that_nothing_can_have_called_were_dropped_or_are_new(seen, ask):
    unused = [seen_function(name, "removed") for name in ("one", "two")]
    evidence = seen.given(names(["one", "two"]), *unused, seen.totals(30, removed=2))
    assert ask(build_flags, evidence) == {FACE: "possible"}
    assert ask(source_change, evidence) == {"source-change": "possible"}
    marked = seen.given(names(["one", "two", "_IO_stdin_used"]), *unused, seen.totals(30, removed=2))
    assert ask(build_flags, marked) == {FACE: "likely"}
    assert ask(source_change, marked) == {}
    single = seen.given(names(["one"]), unused[0], seen.totals(30, removed=1))
    assert ask(build_flags, single) == {}
    assert ask(source_change, single) == {"source-change": "likely"}
    called = seen.given(names(["one", "two"]), *unused, seen_function("main"), seen.totals(30, 1, removed=2))
    assert ask(build_flags, called) == {}
    assert ask(source_change, called) == {"source-change": "likely"}


def test_local_names_of_link_time_optimisation(seen, ask):
    made = names(["a.lto_priv.0", "b.lto_priv.0", "c"], ["d"])
    assert ask(build_flags, seen.given(made, *shaped(3), seen.totals(30, 3))) == {FACE: "likely"}
    both = names(["a.lto_priv.0", "b.lto_priv.0"], ["e.lto_priv.0"])
    assert ask(build_flags, seen.given(both)) == {}


def test_one_function_of_many_is_an_edit_and_several_may_be_an_option(seen, ask):
    few = seen.given(*shaped(2), seen.totals(60, 2))
    assert ask(build_flags, few) == {}
    assert ask(source_change, few) == {"source-change": "likely"}
    several = seen.given(*shaped(9), seen.totals(62, 9))
    assert ask(build_flags, several) == {FACE: "possible"}
    assert ask(source_change, several) == {"source-change": "possible"}
    text = seen.given(*shaped(9), seen.totals(62, 9), seen.text("usage: a", "usage: b"))
    assert ask(build_flags, text) == {}
    assert ask(source_change, text) == {"source-change": "likely"}
    tiny = seen.given(*shaped(1), seen.totals(4, 1))
    assert ask(source_change, tiny) == {"source-change": "possible"}


def test_most_of_a_larger_program_without_a_text_is_likely_an_option(seen, ask):
    evidence = seen.given(*shaped(40), seen.totals(60, 40))
    assert ask(build_flags, evidence) == {FACE: "likely"}
    assert ask(source_change, evidence) == {}


def test_other_instruction_sets_in_few_of_very_many_changed_functions(seen, ask):
    sets = InstructionSetChange(a_only=(), b_only=("AVX512F",), count=19, total=480)
    assert ask(host_cpu, seen.given(sets, seen.totals(637, 503))) == {"env-cpu-native": "likely"}
    assert ask(host_cpu, seen.given(sets, seen.totals(6370, 503))) == {}


@pytest.mark.parametrize(
    ("tag", "a", "b", "said"),
    [
        ("DT_FLAGS_1", "0x8000001", "0x8000000", "-z now: only in a"),
        ("DT_FLAGS", None, "0x8", "-z now: only in b"),
        ("DT_FLAGS_1", "0x8000000", None, "-pie: only in a"),
        ("DT_FLAGS", "0x14", None, None),
    ],
)
def test_a_dynamic_flag_is_told_by_its_option(seen, tag, a, b, said):
    found = list(build_flags.detect(seen.given(DynamicChange(tag=tag, a_value=a, b_value=b))))
    assert [match.summary for match in found] == ([said] if said else [])


def lone(name, status="removed"):
    return SectionChange(section=name, name=name, status=status, a_size=1, b_size=None, allocated=True)


def test_a_static_program_needs_no_library_and_no_configure(seen, ask):
    needed = DynamicChange(tag="DT_NEEDED", a_value="libc.so.6", b_value=None)
    imports = names(["puts"], imports=True)
    parts = [lone(".interp"), lone(".dynsym"), HeaderChange(field_name="type", a_value="DYN", b_value="EXEC")]
    evidence = seen.given(needed, imports, seen.text("one", None), *parts)
    assert ask(build_flags, evidence)[FACE] == "certain"
    assert "-static" in next(iter(build_flags.detect(evidence))).summary
    assert ask(configure_result, evidence) == {}


def test_code_in_a_segment_of_its_own(seen, ask):
    loads = HeaderChange(field_name="number of PT_LOAD", a_value="4", b_value="2")
    assert ask(build_flags, seen.given(loads)) == {FACE: "likely"}
    assert ask(build_flags, seen.given(loads, lone(".ci_meta", "added"))) == {}
    other = HeaderChange(field_name="number of PT_LOAD", a_value="4", b_value="3")
    assert ask(build_flags, seen.given(other)) == {}


def test_equal_digests_of_all_sources_leave_options(seen, ask):
    changed = seen.function("walk", ("test rdi, rdi",), ("mov eax, ecx", "and eax, 7"))
    kept, few = SourcesKept(section=".debug_line", count=3), seen.totals(9, changed=1)
    assert ask(build_flags, seen.given(changed, kept, few)) == {FACE: "likely"}
    assert ask(source_change, seen.given(changed, kept, few)) == {}
    numbers = seen.function("fee", ("imul eax, edi, 17",), ("imul eax, edi, 23",))
    assert ask(build_flags, seen.given(numbers, kept, few)) == {}
    assert ask(build_flags, seen.given(changed, kept, few, seen.text("old", "new"))) == {}


def test_a_source_name_that_the_plugin_left_out(seen, ask):
    changed = seen.function("walk", ("test rdi, rdi",), ("mov eax, ecx", "and eax, 7"))
    lost = SourceNamesLost(section=".symtab", side="b", names=("m.c",))
    assert ask(build_flags, seen.given(changed, lost, seen.totals(9, changed=1))) == {FACE: "likely"}
    assert ask(build_flags, seen.given(lost)) == {}


def test_run_time_checks_of_one_side(seen, ask):
    changed, many = seen.function("weigh", ("add rsi, 16",), ("add r14, 16", "jb 8")), seen.totals(18, changed=13)
    zig = [seen.text(None, text, fragment=True) for text in ("index out of bounds: index , len ", "integer overflow")]
    nim = [seen.text(text, None) for text in ("@value out of range: ", "@ not in 0 .. ")]
    assert ask(build_flags, seen.given(changed, many, *zig, languages=("zig",))) == {FACE: "likely"}
    assert ask(source_change, seen.given(changed, many, *zig, languages=("zig",))) == {}
    assert ask(build_flags, seen.given(changed, many, *nim, languages=("c",))) == {FACE: "likely"}
    assert ask(build_flags, seen.given(changed, many, *zig, languages=("c",))).get(FACE) != "likely"
    assert ask(build_flags, seen.given(changed, many, nim[0], languages=("c",))).get(FACE) != "likely"


def test_functions_of_rusts_library_alone(seen, ask):
    grow = seen.function("_ZN5alloc7raw_vec20RawVecInner$LT$A$GT$11finish_grow17habc9c6a887144742E")
    main = seen.function("_ZN1r4main17h086b0cfd890a8ea9E")
    rust = {"languages": ("rust",)}
    assert ask(build_flags, seen.given(grow, seen.totals(530, changed=1), **rust)) == {FACE: "possible"}
    assert ask(source_change, seen.given(grow, seen.totals(530, changed=1), **rust)) == {"source-change": "possible"}
    assert ask(build_flags, seen.given(grow, main, seen.totals(530, changed=2), **rust)) == {}
    assert ask(source_change, seen.given(grow, main, seen.totals(530, changed=2), **rust)) == {
        "source-change": "likely"
    }


def test_a_jump_that_is_checked_is_the_one_that_is_not(seen, ask):
    checked = names(["__fprintf_chk", "__longjmp_chk"], ["fprintf", "_longjmp"], imports=True, table="dynsym")
    assert ask(build_flags, seen.given(checked)) == {"tool-flags-optimisation": "certain"}


def test_functions_without_names_that_have_no_partners_may_be_another_option(seen, ask):
    functions = [seen.function(f"the function at {n:#x}", (), (), "removed") for n in range(30)]
    functions += [seen.function(f"the function at {n:#x}", (), (), "added") for n in range(100, 130)]
    facts = seen.given(*functions, seen.text("MEM_ERROR", None), seen.totals(11, 1, 30, 30))
    assert ask(build_flags, facts) == {"tool-flags-optimisation": "possible"}


def test_names_that_are_hidden_in_one_file_are_a_flag(seen, ask):
    lost = [f"tool_{n}" for n in range(12)]
    hidden = names(lost, table="dynsym")
    kept, gone = seen.totals(60, changed=2, removed=1), seen.totals(60, removed=12)
    assert ask(build_flags, seen.given(hidden, kept)) == {"tool-flags-optimisation": "likely"}
    assert ask(source_change, seen.given(hidden, kept, seen.function("f"), seen.function("g"))) == {}
    assert ask(build_flags, seen.given(hidden, gone)) == {}


def test_few_names_count_where_no_function_went(seen, ask):
    hidden = names([f"tool_{n}" for n in range(5)], table="dynsym")
    assert ask(build_flags, seen.given(hidden, seen.totals(60))) == {"tool-flags-optimisation": "likely"}
    assert ask(build_flags, seen.given(hidden, seen.totals(60, removed=1))) == {}


def test_functions_that_part_in_their_registers_were_hardly_edited(seen, ask):
    def renamed(name):
        return seen.function(
            name,
            ("mov eax, eax", "movsxd rax, dword ptr [rdx + rax*4]"),
            ("mov ecx, eax", "movsxd rsi, dword ptr [rdx + rcx*4]"),
        )

    edit = seen.function("third", ("add eax, 3", "ret"), ("imul eax, ecx", "ret"))
    assert ask(source_change, seen.given(renamed("first"), renamed("second"), seen.totals(40, changed=2))) == {
        "source-change": "possible"
    }
    assert ask(source_change, seen.given(renamed("first"), edit, seen.totals(40, changed=2))) == {
        "source-change": "likely"
    }
