"""Who owns bytes: causes that are likely or certain; what is only possible owns none."""

from __future__ import annotations

import pytest

from elfdiff.causes import cause_of
from elfdiff.causes.model import Cause
from elfdiff.evidence.model import Context, Evidence, FunctionChange, TimeChange, WordChange, WordKind
from elfdiff.evidence.times import stamps_in
from elfdiff.judging import Match
from elfdiff.report import Classes, Confidence, Finding, Ledger, Location, Role, Sides, Verdict
from elfdiff.steps import claims, fixable, judge, owners


def the(name: str) -> Cause:
    found = cause_of(name)
    assert found is not None
    return found


def word(rewrite: int = 7) -> WordChange:
    place = Location(64, 3, "file", "ann")
    return WordChange(
        a=place, b=place, rewrites=(rewrite,), kind=WordKind.USER_HOST, a_word="ann", b_word="bob", context="by ann"
    )


def date() -> TimeChange:
    one, other = (stamps_in(text)[0].stamp for text in ("2024-03-05", "2024-03-07"))
    place = Location(80, 10, "file", "2024-03-05")
    return TimeChange(a=place, b=place, a_time=one, b_time=other, context="2024-03-05")


def match(name: str, confidence: Confidence, *facts: Evidence) -> Match:
    return Match(the(name), the(name).face_ids[0], facts, confidence)


def test_a_cause_that_is_only_possible_owns_no_value() -> None:
    found = [match("build-time", Confidence.POSSIBLE, date()), match("host-identity", Confidence.POSSIBLE, word())]
    assert claims(None, found) == []
    assert owners(found) == {}


def test_a_surer_cause_owns_what_a_possible_one_names_too() -> None:
    found = [match("host-identity", Confidence.POSSIBLE, word()), match("vcs-state", Confidence.LIKELY, word())]
    assert [claim.cause for claim in claims(None, found)] == ["vcs-state"]
    assert [owner.cause for owner in owners(found)[7]] == ["vcs-state"]


def test_functions_that_a_possible_cause_names_belong_to_nobody() -> None:
    place = Location(4096, 64, "file", "code")
    function = FunctionChange(a=place, b=place, name="f", status="changed", a_lines=(), b_lines=(), certain=True)
    found = [
        match("source-change", Confidence.POSSIBLE, word(), function),
        match("parallel-build", Confidence.POSSIBLE, function),
    ]
    assert claims(None, found) == []
    assert owners(found) == {}


def finding(role: Role, confidence: Confidence, unfixed: tuple[str, ...] = ()) -> Finding:
    return Finding(
        cause="a",
        role=role,
        confidence=confidence,
        title="",
        summary="",
        faces=(),
        follows=(),
        sections=(),
        bytes=Sides(),
        evidence_total=0,
        evidence=(),
        fixes=(),
        unfixed=unfixed,
        docs="",
    )


def whole(**classes: int) -> Ledger:
    return Ledger(Classes(**{name: Sides(count, count) for name, count in classes.items()}), (), (), (), ())


POSSIBLE, LIKELY = finding(Role.ROOT, Confidence.POSSIBLE), finding(Role.ROOT, Confidence.LIKELY)


@pytest.mark.parametrize(
    ("found", "verdict", "fixes"),
    [
        ([POSSIBLE], Verdict.PARTLY_EXPLAINED, None),
        ([POSSIBLE, POSSIBLE], Verdict.PARTLY_EXPLAINED, None),
        ([LIKELY, POSSIBLE], Verdict.EXPLAINED, True),
        ([LIKELY, finding(Role.ROOT, Confidence.LIKELY, ("face",))], Verdict.EXPLAINED, False),
        ([POSSIBLE, finding(Role.INPUT, Confidence.POSSIBLE)], Verdict.PARTLY_EXPLAINED, None),
        ([finding(Role.INPUT, Confidence.POSSIBLE)], Verdict.INPUTS_DIFFER, None),
        ([], Verdict.UNEXPLAINED, None),
    ],
)
def test_roots_that_are_only_possible_explain_nothing(
    found: list[Finding], verdict: Verdict, fixes: bool | None
) -> None:
    assert judge(found, whole(differing=8, consequence=8), Context()) is verdict
    assert fixable(found) is fixes


def test_what_is_left_keeps_a_pair_from_being_explained() -> None:
    assert judge([LIKELY], whole(differing=8, unexplained=1, root=7), Context()) is Verdict.PARTLY_EXPLAINED
