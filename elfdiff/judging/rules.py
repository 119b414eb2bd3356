"""The rules by which claims compete. Each takes offers and gives back those that stand; none reads a file.

1. Two programs: where the files are not builds of one program, only causes that can be said of two programs speak.
2. Fallout: a claim is withdrawn where another cause explains what it is made of.
3. Support: what is only consistent in one place is likely where the same cause shows the same change in another.
4. Fewest roots: a root is dropped if every fact of it is explained, more surely or with more beside it, by other roots.
5. Residue: who speaks last is no surer than a doubt about the same facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from elfdiff.causes import Cause, Claim, Proof
from elfdiff.evidence.model import Evidence, FlagChange, GoSettingChange, PathChange, SymbolSetChange, WordChange
from elfdiff.report import Confidence, Role

Offer = tuple[Cause, Claim]

_LISTS = (FlagChange, GoSettingChange, SymbolSetChange)
"""Facts that name several things: one cause may speak of some of them, and another of the rest."""
_STRENGTH = {proof: rank for rank, proof in enumerate(reversed(Proof))}


def of_two_programs(offers: Sequence[Offer]) -> list[Offer]:
    """Rule 1."""
    apart = any(claim.apart for _, claim in offers)
    return [offer for offer in offers if not apart or offer[0].of_two_programs]


def without_fallout(offers: Sequence[Offer]) -> list[Offer]:
    """Rule 2. A cause does not explain its own claims away."""
    return [
        (cause, claim)
        for cause, claim in offers
        if not any(what in other.explains for what in claim.unless for by, other in offers if by.id != cause.id)
    ]


def supported(offers: Sequence[Offer]) -> list[Offer]:
    """Rule 3. The same change is the same two values; it must show in other facts than the claim's."""
    shown: dict[tuple[str, tuple[str, str] | None], set[int]] = defaultdict(set)
    for cause, claim in offers:
        for fact in claim.because if claim.proof is not Proof.CONSISTENT else ():
            shown[cause.id, _change(fact)].add(id(fact))
    out: list[Offer] = []
    for cause, claim in offers:
        own = set(map(id, claim.because))
        changes = [_change(fact) for fact in claim.because]
        if claim.proof is Proof.CONSISTENT and all(change and shown[cause.id, change] - own for change in changes):
            claim = replace(claim, proof=Proof.SHAPE)
        out.append((cause, claim))
    return out


def fewest_roots(offers: Sequence[Offer]) -> tuple[list[Offer], dict[str, tuple[str, ...]]]:
    """Rule 4: the offers that stand, and each root that was dropped with those that explain its facts.

    The least sure root is looked at first, and of equally sure ones that with the fewest facts; two that rest on the
    same facts with the same proof both stand.
    """
    stand = list(offers)
    dropped: dict[str, tuple[str, ...]] = {}
    roots = {cause.id for cause, _ in offers if cause.role is Role.ROOT}
    for root in sorted(roots, key=lambda root: (*_standing(offers, root), root)):
        mine = {id(fact): fact for cause, claim in stand if cause.id == root for fact in claim.because}
        by = [
            (cause.id, facts)
            for cause, claim in stand
            if cause.id != root
            and cause.role is Role.ROOT
            and _standing(stand, cause.id) > _standing(stand, root)
            and (facts := _explained(mine.values(), claim.because))
        ]
        if mine and set(mine) <= {fact for _, facts in by for fact in facts}:
            stand = [offer for offer in stand if offer[0].id != root]
            dropped[root] = tuple(dict.fromkeys(name for name, _ in by))
    return stand, dropped


def residual(last: Sequence[Offer], others: Sequence[Offer]) -> list[Offer]:
    """Rule 5: offers of those who speak last, beside what the others said with no more than possibility."""
    out: list[Offer] = []
    for cause, claim in last:
        facts = set(map(id, claim.because))
        rival = next(
            (
                by
                for by, other in others
                if by.id != cause.id
                and other.proof is Proof.CONSISTENT
                and other.explains_code
                and facts & set(map(id, other.because))
            ),
            None,
        )
        if rival is not None and claim.proof is Proof.SHAPE:
            claim = replace(claim, proof=Proof.CONSISTENT, note=f"{rival.title}, perhaps: see {rival.id}")
        out.append((cause, claim))
    return out


def confidence(claim: Claim) -> Confidence:
    """What a claim that stands is worth follows from how it is known."""
    return claim.proof.confidence


def _change(fact: Evidence) -> tuple[str, str] | None:
    """What became what; None for a fact that does not say so."""
    if isinstance(fact, PathChange):
        return fact.a_directory, fact.b_directory
    if isinstance(fact, WordChange):
        return fact.a_word, fact.b_word
    return (fact.a.value, fact.b.value) if fact.a is not None and fact.b is not None else None


def _standing(offers: Iterable[Offer], cause: str) -> tuple[int, int]:
    """How sure a cause is at its surest, then on how many facts it rests."""
    claims = [claim for by, claim in offers if by.id == cause]
    return max(_STRENGTH[claim.proof] for claim in claims), len(
        {id(fact) for claim in claims for fact in claim.because}
    )


def _explained(facts: Iterable[Evidence], because: Sequence[Evidence]) -> set[int]:
    """Ids of those of the facts that are among others; lists of several things are never explained as a whole."""
    others = set(map(id, because))
    return {id(fact) for fact in facts if id(fact) in others and not isinstance(fact, _LISTS)}
