"""Matches → findings: one for each root, its faces grouped, its fixes chosen for this pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from elfdiff.accounting.owned import bytes_by_cause
from elfdiff.causes import Cause
from elfdiff.evidence.model import (
    Context,
    DataChange,
    DynamicChange,
    Evidence,
    FunctionChange,
    IntegerChange,
    OrderChange,
    PathChange,
    SymbolRenamed,
    SymbolSetChange,
    TextChange,
    TextOrderChange,
    TimeChange,
    WordChange,
)
from elfdiff.judging import Match
from elfdiff.report import Confidence, Effect, EvidenceItem, Finding, Fix, Ledger, Location, Role, Sides
from elfdiff.values import replace

MAX_OBSERVED = 20
MAX_HEX = 16
_TELLING = (
    PathChange,
    TimeChange,
    WordChange,
    TextChange,
    IntegerChange,
    DataChange,
    FunctionChange,
    SymbolRenamed,
    SymbolSetChange,
    OrderChange,
    TextOrderChange,
    DynamicChange,
)
_CONFIDENCES = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)
_ROLES = (Role.ROOT, Role.INPUT, Role.CONSEQUENCE)


def findings(matches: Iterable[Match], context: Context, ledger: Ledger) -> tuple[Finding, ...]:
    """Roots first, by how many bytes they own; then inputs; then consequences."""
    grouped: dict[str, list[Match]] = defaultdict(list)
    causes: dict[str, Cause] = {}
    for match in matches:
        causes[match.cause.id] = match.cause
        grouped[match.cause.id].append(match)
    owned = bytes_by_cause(ledger.runs)
    found = [_finding(causes[name], grouped[name], context, owned.get(name, Sides())) for name in grouped]
    roots = tuple(item.cause for item in found if item.role is not Role.CONSEQUENCE)
    return tuple(
        sorted(
            (_with_follows(item, roots) for item in found),
            key=lambda item: (
                _ROLES.index(item.role),
                _CONFIDENCES.index(item.confidence),
                -item.bytes.most,
                item.cause,
            ),
        )
    )


def _finding(cause: Cause, matches: list[Match], context: Context, owned: Sides) -> Finding:
    best = min(matches, key=lambda match: _CONFIDENCES.index(match.confidence))
    faces = tuple(face for face in cause.face_ids if any(match.face == face for match in matches))
    items = tuple(_items(matches))
    fixes = cause.fixes_for(context, faces)
    summary = best.summary
    if best.note:
        summary = f"{summary}; {best.note}" if summary else best.note
    return Finding(
        cause=cause.id,
        role=cause.role,
        confidence=best.confidence,
        title=cause.title,
        summary=summary,
        faces=faces,
        follows=(),
        sections=tuple(dict.fromkeys(item.section for item in items if item.section)),
        bytes=owned,
        evidence_total=len(items),
        evidence=items,
        fixes=fixes,
        unfixed=unfixed(faces, fixes) if cause.role is Role.ROOT else (),
        docs=f"docs/causes/{cause.id}.md",
    )


def unfixed(faces: tuple[str, ...], fixes: tuple[Fix, ...]) -> tuple[str, ...]:
    """The faces that no removing fix reaches."""
    removing = [fix for fix in fixes if fix.effect is Effect.REMOVES]
    return tuple(face for face in faces if not any(not fix.reaches or face in fix.reaches for fix in removing))


def observed(
    evidence: Iterable[Evidence], matches: Iterable[Match], ledger: Ledger, a_data: bytes, b_data: bytes
) -> tuple[EvidenceItem, ...]:
    """Facts that no match rests on, then the first unexplained bytes: what an engineer can go on with."""
    used = {id(fact) for match in matches for fact in match.because}
    items = [
        item
        for fact in evidence
        if id(fact) not in used and isinstance(fact, _TELLING) and (item := _item("", fact)) is not None
    ]
    shown = [(item.a, item.b) for item in items]
    for span in ledger.unexplained_spans[:MAX_OBSERVED]:
        if any(_covers(a, span.a) and _covers(b, span.b) for a, b in shown):
            continue
        places = [
            Location(part[0], part[1], "file", data[part[0] : part[0] + min(part[1], MAX_HEX)].hex(" "))
            if part
            else None
            for part, data in ((span.a, a_data), (span.b, b_data))
        ]
        items.append(EvidenceItem("", span.section, None, places[0], places[1]))
    return tuple(items[:MAX_OBSERVED])


def _covers(place: Location | None, span: tuple[int, int] | None) -> bool:
    if place is None or span is None or place.within != "file":
        return span is None
    return place.offset <= span[0] and span[0] + span[1] <= place.offset + place.length


def _items(matches: list[Match]) -> Iterable[EvidenceItem]:
    seen: set[EvidenceItem] = set()
    for match in matches:
        for evidence in match.because:
            item = _item(match.face, evidence)
            if item is not None and item not in seen:
                seen.add(item)
                yield item


def _item(face: str, evidence: Evidence) -> EvidenceItem | None:
    if evidence.a is None and evidence.b is None:
        return None
    return EvidenceItem(face, evidence.section, evidence.symbol, evidence.a, evidence.b)


def _with_follows(finding: Finding, roots: tuple[str, ...]) -> Finding:
    if finding.role is not Role.CONSEQUENCE or not roots:
        return finding
    return replace(finding, follows=roots)
