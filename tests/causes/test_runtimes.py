"""Options that bring the compiler's own functions and libraries with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.causes.build_flags import detect as build_flags
from elfdiff.causes.configure_result import detect as configure_result
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import DynamicChange, SymbolSetChange

FACE = "tool-flags-optimisation"


def needed(a=None, b=None):
    return DynamicChange(tag="DT_NEEDED", a_value=a, b_value=b)


def names(a_only=(), b_only=(), imports=True):
    return SymbolSetChange(
        table="dynsym", imports=imports, a_only=tuple(a_only), b_only=tuple(b_only),
        a_count=len(a_only), b_count=len(b_only), total=40,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "library", "option"),
    [
        ("__ubsan_handle_out_of_bounds", "libubsan.so.1", "-fsanitize=undefined"),
        ("__asan_init", "libasan.so.8", "-fsanitize=address"),
        ("mcount@GLIBC_2.2.5", None, "-pg"),
        ("set_fast_math", None, "-ffast-math, -Ofast or -funsafe-math-optimizations at the link"),
        ("__cyg_profile_func_enter", None, "-finstrument-functions"),
    ],
)
def test_functions_that_an_option_makes_a_program_call(seen, ask, name, library, option):
    facts = [names(b_only=[name]), seen.function("main"), seen.totals(40, changed=30)]
    evidence = seen.given(*facts, *([needed(b=library)] if library else []))
    assert ask(build_flags, evidence) == {FACE: "certain"}
    assert ask(configure_result, evidence) == ask(source_change, evidence) == {}
    (match,) = build_flags.detect(evidence)
    assert match.summary.startswith(f"{option}: only b has")


def test_a_run_time_library_that_is_linked_in(seen, ask):
    gone = [needed(a="libstdc++.so.6"), needed(b="ld-linux-x86-64.so.2"), names(["_Znam", "__cxa_begin_catch"])]
    evidence = seen.given(*gone, seen.totals(100, changed=3, added=688))
    assert ask(build_flags, evidence) == {FACE: "likely"}
    assert ask(configure_result, evidence) == ask(source_change, evidence) == {}
    unused = seen.given(*gone, seen.totals(100, changed=3))
    assert ask(build_flags, unused) == {}


def test_other_libraries_are_found_by_configure(seen, ask):
    evidence = seen.given(needed(b="libz.so.1"), names(b_only=["inflate"]), seen.text("no zlib", "with zlib"))
    assert ask(configure_result, evidence) == {"env-configure-detected-features": "likely"}
    assert ask(build_flags, evidence) == {}


def test_a_program_in_another_language_has_no_library_in_itself(seen, ask):
    facts = [needed(a="libstdc++.so.6"), names(a_only=["_ZdlPvm"]), seen.totals(40, added=30)]
    own = SymbolSetChange(
        table="symtab", imports=False, a_only=(), b_only=("BrotliDecoderCreate",), a_count=0, b_count=1, total=9
    )
    assert ask(build_flags, seen.given(*facts, own, whole=True)) == {}
    held = replace(own, b_only=("_ZNSt6vectorIiE9push_backEi",))
    assert FACE in ask(build_flags, seen.given(*facts, held, whole=True))
