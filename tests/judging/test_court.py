"""The hearing: who is asked, how often, and what one who speaks last is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from elfdiff.causes import catalogue
from elfdiff.causes.model import Cause, Claim, Others, Proof
from elfdiff.clock import Clock
from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.gather import gather
from elfdiff.evidence.model import ChangedAfterLink, DataChange, EvidenceSet, HolesChange, TextChange
from elfdiff.judging import judged
from elfdiff.report import Confidence, Location, Role

SAMPLES = Path(__file__).parents[2] / "samples"


def text(a: str, b: str, offset: int) -> TextChange:
    places = [Location(offset, len(value), "file", value) for value in (a, b)]
    return TextChange(a=places[0], b=places[1], section=".rodata", how="shape", fragment=False)


ONE, OTHER, THIRD = text("one", "two", 64), text("red", "blue", 80), text("left", "right", 96)
EVIDENCE = EvidenceSet((ONE, OTHER, THIRD))


def cause(name: str, *claims: Claim, role: Role = Role.ROOT, **more: object) -> Cause:
    return replace(Cause(name, name, role, (), (), (), "", lambda evidence: claims), **more)


def test_every_detector_is_asked_once() -> None:
    asked: list[str] = []

    def counted(item: Cause) -> Cause:
        def detect(evidence: EvidenceSet) -> Iterator[Claim]:
            asked.append(item.id)
            yield from item.detect(evidence)

        return replace(item, detect=detect)

    home = SAMPLES / "two-causes-path-and-source"
    evidence = gather(compare(*(parse((home / side).read_bytes(), side) for side in "ab")), Clock())
    found = {match.cause.id for match in judged(map(counted, catalogue()), evidence).matches}
    assert found >= {"build-path", "source-change"}
    assert asked == [item.id for item in catalogue()]


def test_who_speaks_last_is_told_what_the_others_said() -> None:
    told: list[Others] = []

    def last(evidence: EvidenceSet, others: Others) -> Iterator[Claim]:
        told.append(others)
        yield Claim("face", (THIRD,), Proof.SHAPE)

    first = cause("a", Claim("face", (ONE,), Proof.SHAPE, explains_code=True))
    doubtful = cause("b", Claim("face", (OTHER,), Proof.CONSISTENT))
    follows = cause("c", Claim("face", (THIRD,), Proof.RECORDED), role=Role.CONSEQUENCE)
    matches = judged([cause("0", residue=last), first, doubtful, follows], EVIDENCE).matches
    assert [match.cause.id for match in matches] == ["0", "a", "b", "c"]
    (others,) = told
    assert (others.owned, others.doubted, others.followed) == ({id(ONE)}, (OTHER,), {id(THIRD)})
    assert others.explains_code


def test_what_lies_in_a_fact_that_is_owned_is_owned_too() -> None:
    told: list[Others] = []

    def last(evidence: EvidenceSet, others: Others) -> Iterator[Claim]:
        told.append(others)
        return iter(())

    places = [Location(128, 600, "file", value) for value in ("a certificate", "another")]
    whole = DataChange(a=places[0], b=places[1], section=".rodata", symbol="key", size=600)
    line, inside, beside = text("by ann of two", "by bob of two", 800), text("cert", "ther", 130), text("xy", "yx", 727)
    word = text("ann", "bob", 803)
    owner = cause("a", Claim("face", (whole, line), Proof.RECORDED))
    judged([owner, cause("b", residue=last)], EvidenceSet((whole, line, inside, beside, word)))
    assert told[0].owned == {id(whole), id(line), id(inside)}


def test_holes_are_all_that_differs_in_their_object() -> None:
    told: list[Others] = []

    def last(evidence: EvidenceSet, others: Others) -> Iterator[Claim]:
        told.append(others)
        return iter(())

    places = [Location(offset, 8, "file", "00") for offset in (128, 129)]
    holes = HolesChange(a=places[1], b=places[1], section=".data", symbol="table", period=8, holes=((1, 4),), records=9)
    same, other = (DataChange(a=places[0], b=places[0], section=".data", symbol=x, size=72) for x in ("table", "list"))
    owner = cause("a", Claim("face", (holes,), Proof.SHAPE))
    judged([owner, cause("b", residue=last)], EvidenceSet((holes, same, other)))
    assert told[0].owned == {id(holes), id(same)}


def test_nobody_speaks_last_of_two_programs() -> None:
    def last(evidence: EvidenceSet, others: Others) -> Iterator[Claim]:
        yield Claim("face", (ONE,), Proof.SHAPE)

    both = cause("a", Claim("face", (ONE,), Proof.RECORDED, apart=True), of_two_programs=True, residue=last)
    matches = judged([both, cause("b", Claim("face", (OTHER,), Proof.RECORDED))], EVIDENCE).matches
    assert [(match.cause.id, match.confidence) for match in matches] == [("a", Confidence.CERTAIN)]


@pytest.mark.parametrize(("finished", "heard"), [(True, ["strip"]), (False, ["path", "strip"])])
def test_of_a_finished_file_only_those_are_heard_that_act_on_finished_files(finished: bool, heard: list[str]) -> None:
    causes = [
        cause("path", Claim("face", (ONE,), Proof.RECORDED)),
        cause("strip", Claim("face", (OTHER,), Proof.RECORDED), after_link=True),
    ]
    items = (*EVIDENCE.items, ChangedAfterLink(side="b", differing=3)) if finished else EVIDENCE.items
    assert [match.cause.id for match in judged(causes, EvidenceSet(items)).matches] == heard


def test_a_root_that_is_dropped_is_named() -> None:
    causes = [
        cause("path", Claim("face", (ONE, OTHER), Proof.REPLAYED)),
        cause("time", Claim("face", (ONE,), Proof.SHAPE)),
    ]
    found = judged(causes, EVIDENCE)
    assert [match.cause.id for match in found.matches] == ["path"]
    assert found.notes == ("time was dropped: path explains all of it",)
