from __future__ import annotations

from elfdiff.causes.build_measurement import detect as build_measurement
from elfdiff.evidence.model import SourceDigestChange, WordKind

FACE = "env-ncpu-or-memory"


def test_a_small_number_named_for_cpus_is_likely(seen, ask):
    assert ask(build_measurement, seen.given(seen.number(8, 32, "num_threads"))) == {FACE: "likely"}
    word = seen.word(WordKind.OTHER, "8", "16", "configured with nproc = 8")
    assert ask(build_measurement, seen.given(word)) == {FACE: "likely"}
    assert ask(build_measurement, seen.given(word, SourceDigestChange(file="config.c"))) == {FACE: "possible"}


def test_numbers_without_such_a_name_say_nothing(seen, ask):
    assert ask(build_measurement, seen.given(seen.number(8, 32, "table_size"))) == {}
    assert ask(build_measurement, seen.given(seen.number(8, 32, "threshold"))) == {}
    assert ask(build_measurement, seen.given(seen.number(70000, 90000, "num_threads"))) == {}
    assert ask(build_measurement, seen.given(seen.word(WordKind.OTHER, "8", "16", "width 8"))) == {}
