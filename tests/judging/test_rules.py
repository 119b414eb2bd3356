"""The rules by which claims compete, on claims written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from elfdiff.causes.model import Cause, Claim, Fallout, Proof
from elfdiff.evidence.model import Evidence, FlagChange, WordChange, WordKind
from elfdiff.judging.rules import (
    confidence,
    fewest_roots,
    of_two_programs,
    residual,
    supported,
    without_fallout,
)
from elfdiff.report import Confidence, Location, Role


def made(name: str, role: Role = Role.ROOT, of_two_programs: bool = False) -> Cause:
    return Cause(name, f"{name} differs", role, (), (), (), "", lambda evidence: (), of_two_programs=of_two_programs)


def word(a: str, b: str, offset: int = 64) -> WordChange:
    places = [Location(offset, len(value), "file", value) for value in (a, b)]
    return WordChange(a=places[0], b=places[1], kind=WordKind.OTHER, a_word=a, b_word=b, context=a)


def claim(*facts: Evidence, proof: Proof = Proof.SHAPE, **more: Any) -> Claim:
    return Claim("face", facts, proof, **more)


PATH, TIME, LOCALE, FLAGS = (made(name) for name in ("path", "time", "locale", "flags"))
SOURCE = made("source", Role.INPUT, of_two_programs=True)
ONE, OTHER, THIRD = word("one", "two"), word("red", "blue", 80), word("left", "right", 96)


def test_of_two_programs_only_those_causes_speak_that_can_be_said_of_them() -> None:
    apart = (SOURCE, claim(ONE, apart=True))
    assert of_two_programs([apart, (TIME, claim(OTHER))]) == [apart]
    assert of_two_programs([(SOURCE, claim(ONE)), (TIME, claim(OTHER))]) == [(SOURCE, claim(ONE)), (TIME, claim(OTHER))]


def test_fallout_is_withdrawn_where_another_cause_explains_it() -> None:
    order = (LOCALE, claim(ONE, unless=(Fallout.ORDER,)))
    flags = (FLAGS, claim(OTHER, proof=Proof.CONSISTENT, explains=(Fallout.ORDER,)))
    hashes = (FLAGS, claim(OTHER, explains=(Fallout.HASHES,)))
    assert without_fallout([order, flags]) == [flags]
    assert without_fallout([order, hashes]) == [order, hashes]
    assert without_fallout([order]) == [order]


def test_no_cause_withdraws_what_it_says_itself() -> None:
    own = (FLAGS, claim(ONE, explains=(Fallout.ORDER,), unless=(Fallout.ORDER,)))
    assert without_fallout([own]) == [own]


def test_the_same_change_in_another_place_supports_what_is_only_possible() -> None:
    sure, unsure = claim(ONE), claim(word("one", "two", 200), proof=Proof.CONSISTENT)
    assert [item.proof for _, item in supported([(PATH, sure), (PATH, unsure)])] == [Proof.SHAPE, Proof.SHAPE]


@pytest.mark.parametrize(
    "offers",
    [
        [(PATH, claim(ONE)), (PATH, claim(OTHER, proof=Proof.CONSISTENT))],
        [(TIME, claim(ONE)), (PATH, claim(word("one", "two", 200), proof=Proof.CONSISTENT))],
        [(PATH, claim(ONE)), (PATH, claim(ONE, proof=Proof.CONSISTENT))],
        [(PATH, claim(ONE)), (PATH, claim(word("one", "two", 200), OTHER, proof=Proof.CONSISTENT))],
    ],
    ids=["another change", "another cause", "the same fact", "a part of it"],
)
def test_nothing_else_supports_it(offers: list[tuple[Cause, Claim]]) -> None:
    assert supported(offers) == offers


def test_a_root_whose_every_fact_others_explain_is_dropped_and_named() -> None:
    surer = (PATH, claim(ONE, proof=Proof.REPLAYED))
    stand, dropped = fewest_roots([surer, (TIME, claim(ONE))])
    assert stand == [surer]
    assert dropped == {"time": ("path",)}


def test_of_equally_sure_roots_the_one_that_explains_more_stands() -> None:
    more = (PATH, claim(ONE, OTHER))
    stand, dropped = fewest_roots([(TIME, claim(OTHER)), more])
    assert stand == [more]
    assert dropped == {"time": ("path",)}


def test_several_roots_together_may_explain_one() -> None:
    offers = [(PATH, claim(ONE, THIRD, proof=Proof.RECORDED)), (LOCALE, claim(OTHER, THIRD, proof=Proof.RECORDED))]
    assert fewest_roots([*offers, (TIME, claim(ONE, OTHER))]) == (offers, {"time": ("path", "locale")})


@pytest.mark.parametrize(
    "offers",
    [
        [(PATH, claim(ONE)), (TIME, claim(ONE))],
        [(PATH, claim(ONE, proof=Proof.REPLAYED)), (TIME, claim(ONE, OTHER))],
        [(SOURCE, claim(ONE, proof=Proof.RECORDED)), (TIME, claim(ONE))],
        [(PATH, claim(ONE, proof=Proof.REPLAYED)), (SOURCE, claim(ONE))],
    ],
    ids=["nothing tells them apart", "a fact of its own", "an input is no root", "inputs are not dropped"],
)
def test_else_every_root_stands(offers: list[tuple[Cause, Claim]]) -> None:
    assert fewest_roots(offers) == (offers, {})


def test_a_list_of_flags_is_never_explained_as_a_whole() -> None:
    flags = FlagChange(unit="m.c", origin="producer", a_flags=("-O2", "-fa=/x"), b_flags=("-O1", "-fa=/y"))
    offers = [(FLAGS, claim(flags, ONE, proof=Proof.RECORDED)), (PATH, claim(flags))]
    assert fewest_roots(offers) == (offers, {})


def test_the_order_of_offers_decides_nothing() -> None:
    offers = [(PATH, claim(ONE, OTHER, proof=Proof.RECORDED)), (TIME, claim(ONE)), (LOCALE, claim(OTHER))]
    assert fewest_roots(offers)[1] == fewest_roots(offers[::-1])[1] == {"time": ("path",), "locale": ("path",)}


def test_who_speaks_last_is_no_surer_than_a_doubt_about_the_same_facts() -> None:
    doubt = (FLAGS, claim(ONE, proof=Proof.CONSISTENT, explains_code=True))
    ((_, judged),) = residual([(SOURCE, claim(ONE, OTHER))], [doubt])
    assert judged.proof is Proof.CONSISTENT
    assert judged.note == "flags differs, perhaps: see flags"


@pytest.mark.parametrize(
    ("last", "doubt"),
    [
        (claim(ONE), claim(OTHER, proof=Proof.CONSISTENT, explains_code=True)),
        (claim(ONE), claim(ONE, proof=Proof.CONSISTENT)),
        (claim(ONE, proof=Proof.RECORDED), claim(ONE, proof=Proof.CONSISTENT, explains_code=True)),
    ],
    ids=["of other facts", "that explains no code", "against a record"],
)
def test_other_doubts_take_nothing_away(last: Claim, doubt: Claim) -> None:
    assert residual([(SOURCE, last)], [(FLAGS, doubt)]) == [(SOURCE, last)]


@pytest.mark.parametrize(
    ("proof", "worth"),
    [
        (Proof.REPLAYED, Confidence.CERTAIN),
        (Proof.RECORDED, Confidence.CERTAIN),
        (Proof.SHAPE, Confidence.LIKELY),
        (Proof.CONSISTENT, Confidence.POSSIBLE),
    ],
)
def test_confidence_follows_from_the_kind_of_proof(proof: Proof, worth: Confidence) -> None:
    assert confidence(claim(ONE, proof=proof)) is worth
