from __future__ import annotations

from elfdiff.causes.build_flags import detect as build_flags
from elfdiff.causes.profile_data import detect as profile_data
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import FlagChange

FACE = "pgo-profile-variation"


def flags(a, b):
    return FlagChange(unit="main.c", a_flags=tuple(a), b_flags=tuple(b), origin="producer")


def test_a_profile_on_one_side_is_proof_and_no_other_flag(seen, ask):
    evidence = seen.given(flags((), ("-fprofile-use=prof",)))
    assert ask(profile_data, evidence) == {FACE: "certain"}
    assert ask(build_flags, evidence) == {}


def test_two_profiles_cannot_be_told_apart(seen, ask):
    assert ask(profile_data, seen.given(flags(("-fprofile-use=a",), ("-fprofile-use=b",)))) == {}
    assert ask(profile_data, seen.given(seen.function("main"), seen.totals(9, changed=9))) == {}


def test_gathering_a_profile_is_another_flag(seen, ask):
    evidence = seen.given(flags((), ("-fprofile-generate",)))
    assert ask(profile_data, evidence) == {}
    assert ask(build_flags, evidence) == {"tool-flags-optimisation": "certain"}


def test_code_that_a_profile_shaped_on_both_sides(seen, ask):
    changed = [seen.function(f"f{index}") for index in range(12)]
    assert ask(profile_data, seen.given(*changed, seen.totals(64, 12), profiled=True)) == {FACE: "likely"}
    assert ask(source_change, seen.given(*changed, seen.totals(64, 12), profiled=True)) == {}
    text = seen.text("usage: a", "usage: b")
    assert ask(profile_data, seen.given(*changed, text, profiled=True)) == {FACE: "possible"}
    assert ask(profile_data, seen.given(*changed)) == {}
