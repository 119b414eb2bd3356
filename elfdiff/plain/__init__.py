"""Entries that are no ELF: what kind of file, where it first differs, and why. Pure: bytes in, a PlainResult out."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.causes import catalogue
from elfdiff.evidence.model import Context, Evidence, EvidenceSet
from elfdiff.findings import findings
from elfdiff.judging import judged
from elfdiff.plain.kinds import kinds
from elfdiff.plain.ledger import account
from elfdiff.plain.mirror import mirrored
from elfdiff.plain.model import ALONE, Beside, First, Kind, PathRewrite, Question, Reading
from elfdiff.plain.unknown import unknown
from elfdiff.report import Finding, Ledger
from elfdiff.tree import FirstDifference, Plain
from elfdiff.values import dataclass, replace

__all__ = ["ALONE", "Beside", "PathRewrite", "PlainResult", "explain"]

MAX_LOOKED_INTO = 16 << 20
"""Bytes of a plain file that is looked into; of a larger one only the first difference is told."""


@dataclass(frozen=True)
class PlainResult:
    """What is said of two plain files that differ.

    ``findings`` are those of the catalogue, with titles, evidence and fixes, as a Report has them; empty where nothing
    explains the difference. ``facts`` are what they rest on. ``rewrites`` are directories that became others in this
    entry, for the entries that follow. The ledger's classes add up as those of an ELF file.
    """

    plain: Plain
    findings: tuple[Finding, ...]
    facts: tuple[Evidence, ...]
    rewrites: tuple[PathRewrite, ...]
    ledger: Ledger


def explain(
    name: str,
    a: bytes,
    b: bytes,
    rewrites: Sequence[PathRewrite] = (),
    beside: Beside = ALONE,
) -> PlainResult:
    """Say why two entries of one name differ; neither is ELF, and they are not equal.

    ``rewrites`` are directories known to have become others. ``beside`` are the entries beside this
    one: lists of digests follow only from files that differ. Raises nothing on hostile input.
    """
    # Read in one direction only, so that the other one is its mirror image.
    if a <= b:
        reading = _read(Question(name, a, b, rewrites, beside))
    else:
        other = replace(beside, read=lambda side, entry: beside.read(1 - side, entry))
        turned = tuple(PathRewrite(item.b, item.a) for item in rewrites)
        reading = mirrored(_read(Question(name, b, a, turned, other)))
    same: dict[Evidence, Evidence] = {}
    edits = [
        edit if edit.fact is None else replace(edit, fact=same.setdefault(edit.fact, edit.fact))
        for edit in reading.edits
    ]
    facts = tuple(same.setdefault(fact, fact) for fact in dict.fromkeys((*same, *reading.facts)))
    evidence = EvidenceSet(facts, Context(plain=True))
    matches = judged(catalogue(), evidence).matches
    ledger = account(a, b, edits, matches)
    found = findings(matches, evidence.context, ledger)
    plain = Plain(
        kind=reading.kind,
        first=_first(reading.first),
        causes=tuple(item.cause for item in found),
        rewrite=_rewrite(reading.rewrites),
        runs=ledger.runs,
    )
    return PlainResult(plain, found, facts, reading.rewrites, ledger)


def _read(question: Question) -> Reading:
    """The first kind that both sides are of and that can read them; else what any bytes tell."""
    if max(len(question.a), len(question.b)) <= MAX_LOOKED_INTO:
        for kind in kinds():
            if _is(kind, question):
                reading = kind.read(question)
                if reading is not None:
                    return reading
    return unknown(question)


def _is(kind: Kind, question: Question) -> bool:
    return kind.recognise(question.name, question.a) and kind.recognise(question.name, question.b)


def _first(first: First | None) -> FirstDifference | None:
    return None if first is None else FirstDifference(first.offset, first.line, first.a, first.b)


def _rewrite(rewrites: Sequence[PathRewrite]) -> str | None:
    return f"{rewrites[0].a} became {rewrites[0].b}" if rewrites else None
