"""The hearing: every detector is asked once, those who speak last are told what the others said."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from elfdiff.causes.model import Cause, Others, Proof
from elfdiff.evidence.model import (
    DataChange,
    Evidence,
    EvidenceSet,
    HolesChange,
    IntegerChange,
    PathChange,
    TextChange,
    TimeChange,
    WordChange,
)
from elfdiff.judging.model import Judgement, Match
from elfdiff.judging.rules import (
    Offer,
    confidence,
    fewest_roots,
    of_two_programs,
    residual,
    supported,
    without_fallout,
)
from elfdiff.report import DROPPED, Location, Role

NEAR = 64
"""Owned facts before a place that are looked at: more do not lie in one another."""
_TEXTS = (TextChange, WordChange, TimeChange, PathChange)
_BYTES = (TextChange, WordChange, DataChange, IntegerChange)


def judged(causes: Iterable[Cause], evidence: EvidenceSet) -> Judgement:
    """What stands of the claims of these causes.

    Where one file is the other one, changed after its link, only causes are heard that act on finished files.
    """
    heard = [cause for cause in causes if evidence.changed_after_link is None or cause.after_link]
    offers: list[Offer] = [(cause, claim) for cause in heard for claim in cause.detect(evidence)]
    offers, dropped = fewest_roots(supported(without_fallout(of_two_programs(offers))))
    last: list[Offer] = []
    if not any(claim.apart for _, claim in offers):
        for cause in heard:
            if cause.residue is not None:
                last += [(cause, claim) for claim in cause.residue(evidence, _told(cause, offers, evidence))]
    order = {cause.id: index for index, cause in enumerate(heard)}
    stand = sorted((*offers, *residual(last, offers)), key=lambda offer: order[offer[0].id])
    return Judgement(
        tuple(
            Match(cause, claim.face, claim.because, confidence(claim), claim.summary, claim.note)
            for cause, claim in stand
        ),
        tuple(f"{root} {DROPPED} {_explain(by)} all of it" for root, by in sorted(dropped.items())),
    )


def _explain(by: Sequence[str]) -> str:
    return f"{by[0]} explains" if len(by) == 1 else f"{' and '.join(by)} explain"


def _told(cause: Cause, offers: Sequence[Offer], evidence: EvidenceSet) -> Others:
    """What one who speaks last is told of the others, and of what it has itself said first."""
    owned: list[Evidence] = []
    followed: list[Evidence] = []
    doubted: list[Evidence] = []
    explains_code = False
    for by, claim in offers:
        if by.role is Role.CONSEQUENCE:
            followed += claim.because
        elif claim.proof is not Proof.CONSISTENT:
            owned += claim.because
            explains_code |= claim.explains_code and by.id != cause.id
        elif by.role is Role.ROOT:
            doubted += claim.because
    return Others(
        tuple(claim for _, claim in offers),
        frozenset(map(id, (*owned, *_parts(evidence, owned)))),
        tuple(doubted),
        frozenset(map(id, followed)),
        explains_code,
    )


def _parts(evidence: EvidenceSet, owned: Sequence[Evidence]) -> Iterator[Evidence]:
    """Facts about bytes that lie inside what an owned fact is about, on both sides: a certificate's, a table's.

    Of a text only words may be owned, so nothing is a part of one.
    """
    outer: dict[str, list[tuple[Location, Location]]] = defaultdict(list)
    for fact in owned:
        if fact.a is not None and fact.b is not None and not isinstance(fact, _TEXTS):
            outer[fact.a.within].append((fact.a, fact.b))
    for places in outer.values():
        places.sort(key=lambda place: (place[0].offset, place[0].length))
    # Holes are all that differs where they are.
    whole = {(fact.section, fact.symbol) for fact in owned if isinstance(fact, HolesChange)}
    for fact in evidence.items if outer else ():
        if fact.a is None or fact.b is None or not isinstance(fact, _BYTES):
            continue
        if isinstance(fact, DataChange) and (fact.section, fact.symbol) in whole:
            yield fact
            continue
        places = outer.get(fact.a.within, [])
        end = bisect_right(places, fact.a.offset, key=lambda place: place[0].offset)
        if any(_covers(a, fact.a) and _covers(b, fact.b) for a, b in places[max(end - NEAR, 0) : end]):
            yield fact


def _covers(outer: Location, inner: Location) -> bool:
    return (
        outer.within == inner.within
        and outer.offset <= inner.offset
        and inner.offset + inner.length <= outer.offset + outer.length
    )
