from __future__ import annotations

from elfdiff.causes.build_counter import detect as build_counter
from elfdiff.evidence.model import WordKind

FACE = "env-rebuild-counter"


def test_a_number_of_a_build_is_proof(seen, ask):
    for a, b, context in (
        ("#417", "#418", "build #417"),
        ("61234567", "61234999", "run id 61234567"),
        ("#3", "#4", "(gcc) #3 SMP PREEMPT"),
    ):
        assert ask(build_counter, seen.given(seen.word(WordKind.COUNTER, a, b, context))) == {FACE: "certain"}


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
