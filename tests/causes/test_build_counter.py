from __future__ import annotations

from dataclasses import replace

from elfdiff.causes.build_counter import detect as build_counter
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import WordKind

FACE = "env-rebuild-counter"


def test_a_number_of_a_build_is_proof(seen, ask):
    for a, b, context in (
        ("#417", "#418", "build #417"),
        ("61234567", "61234999", "run id 61234567"),
        ("#3", "#4", "(gcc) #3 SMP PREEMPT"),
    ):
        assert ask(build_counter, seen.given(seen.word(WordKind.COUNTER, a, b, context))) == {FACE: "certain"}


def test_a_number_beside_a_version_may_have_been_typed(seen, ask):
    context = "Version 2.3 build 118"
    number, version = (
        seen.word(kind, a, b, context)
        for kind, a, b in ((WordKind.COUNTER, "118", "131"), (WordKind.VERSION, "2.3", "2.4"))
    )
    assert ask(build_counter, seen.given(number)) == {FACE: "likely"}
    assert ask(build_counter, seen.given(number, version)) == {FACE: "possible"}
    numbered = seen.word(WordKind.COUNTER, "#131", "#132", "tool 2.3 (build #131)")
    assert ask(build_counter, seen.given(numbered)) == {FACE: "likely"}


def test_other_numbers_are_not_counters(seen, ask):
    assert ask(build_counter, seen.given(seen.word(WordKind.OTHER, "417", "418", "table of 417 entries"))) == {}
    assert ask(build_counter, seen.given(seen.word(WordKind.COUNTER, "#1", "#2", "see bug #1"))) == {FACE: "possible"}


def test_the_kernels_own_counter_in_uname_belongs_to_the_kernel(seen, ask):
    word = seen.word(WordKind.COUNTER, "#1", "#2", "Linux mill 6.1.0-18-amd64 #1 SMP Debian x86_64")
    assert ask(build_counter, seen.given(word)) == {}


def test_an_integer_counts_builds_only_by_its_name(seen, ask):
    assert ask(build_counter, seen.given(seen.number(417, 418, "build_number"))) == {FACE: "likely"}
    assert ask(build_counter, seen.given(seen.number(417, 418, "table_size"))) == {}
    assert ask(build_counter, seen.given(seen.number(1772366400, 1772366401, "build_id", seconds=True))) == {}


def test_a_text_that_speaks_of_a_counter(seen, ask):
    told = seen.text("libstore 2.3.0 (counter: 9)", "libstore 2.3.0 (counter: 10)")
    assert ask(build_counter, seen.given(told)) == {FACE: "likely"}
    named = replace(told, symbol="store_build")
    assert ask(build_counter, seen.given(named)) == {FACE: "certain"}
    assert ask(source_change, seen.given(told)) == ask(source_change, seen.given(named)) == {}
    assert ask(build_counter, seen.given(replace(seen.text("lz4 20417", "lz4 20433"), symbol="package_counter"))) == {
        FACE: "likely"
    }


def test_a_changed_message_is_no_counter(seen, ask):
    for a, b in (
        ("at most 40 items", "at most 41 items"),
        ("counter 1.2.3", "counter 1.2.4"),
        ("counter: 9 of 10", "counter: 10 of 11"),
        ("the counter is 9", "a counter is 10"),
    ):
        assert ask(build_counter, seen.given(seen.text(a, b))) == {}
        assert ask(source_change, seen.given(seen.text(a, b))) == {"source-change": "likely"}
