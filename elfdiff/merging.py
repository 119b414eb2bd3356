"""Findings of many entries as findings of one tree: one for a cause, with the names of the entries that it touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from elfdiff.findings import unfixed
from elfdiff.report import Confidence, EvidenceItem, Finding, Fix, Role, Sides
from elfdiff.tree import TreeFinding

MAX_NAMES = 10
MAX_EVIDENCE = 200
_CONFIDENCES = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)
_ROLES = (Role.ROOT, Role.INPUT, Role.CONSEQUENCE)


def under(name: str, found: Iterable[TreeFinding], transparent: bool = False) -> tuple[TreeFinding, ...]:
    """The findings of an entry as those of the tree that holds it: names and sections say which entry it was.

    A ``transparent`` entry holds one thing without a name of its own, so that its own name is enough.
    """

    def named(inner: str) -> str:
        return f"{name}: {inner}" if inner and not transparent else name

    return tuple(
        TreeFinding(
            replace(
                item.finding,
                sections=tuple(
                    dict.fromkeys(_section(name, section, transparent) for section in item.finding.sections)
                ),
                evidence=tuple(
                    replace(piece, section=_section(name, piece.section, transparent))
                    for piece in item.finding.evidence
                ),
            ),
            item.entries,
            tuple(dict.fromkeys(map(named, item.names))),
        )
        for item in found
    )


def _section(name: str, section: str | None, transparent: bool) -> str:
    if section is None:
        return name
    if transparent:
        # What stands in a compressed file is told by the file's own name.
        return section.replace("contents", name, 1) if section.startswith("contents") else f"{name}({section})"
    return f"{name}({section})"


def merged(found: Iterable[TreeFinding]) -> tuple[TreeFinding, ...]:
    """One finding a cause: roots first, by the entries and the bytes that they touch; then inputs; then the rest."""
    groups: dict[str, list[TreeFinding]] = defaultdict(list)
    for item in found:
        groups[item.finding.cause].append(item)
    joined = [_joined(group) for group in groups.values()]
    roots = tuple(item.finding.cause for item in _ordered(joined) if item.finding.role is not Role.CONSEQUENCE)
    return tuple(
        item
        if item.finding.role is not Role.CONSEQUENCE
        else replace(item, finding=replace(item.finding, follows=roots))
        for item in _ordered(joined)
    )


def _ordered(found: Sequence[TreeFinding]) -> list[TreeFinding]:
    return sorted(
        found,
        key=lambda item: (
            _ROLES.index(item.finding.role),
            _CONFIDENCES.index(item.finding.confidence),
            -item.entries,
            -item.finding.bytes.most,
            item.finding.cause,
        ),
    )


def _joined(group: Sequence[TreeFinding]) -> TreeFinding:
    """The summary is that of the surest finding, of those the first; fixes are each said once, best first."""
    best = min(group, key=lambda item: _CONFIDENCES.index(item.finding.confidence)).finding
    faces = tuple(dict.fromkeys(face for item in group for face in item.finding.faces))
    fixes = _fixes([item.finding for item in group])
    evidence = tuple(_evidence(group))
    finding = replace(
        best,
        faces=faces,
        sections=tuple(dict.fromkeys(section for item in group for section in item.finding.sections)),
        bytes=sum((item.finding.bytes for item in group), Sides()),
        evidence_total=sum(item.finding.evidence_total for item in group),
        evidence=evidence,
        fixes=fixes,
        unfixed=unfixed(faces, fixes) if best.role is Role.ROOT else (),
    )
    names = tuple(dict.fromkeys(name for item in group for name in item.names))
    return TreeFinding(finding, sum(item.entries for item in group), names[:MAX_NAMES])


def _fixes(found: Sequence[Finding]) -> tuple[Fix, ...]:
    """Those of the finding with most fixes of its kind come in its order; what other entries need is added."""
    return tuple(dict.fromkeys(fix for finding in found for fix in finding.fixes))


def _evidence(group: Sequence[TreeFinding]) -> Iterable[EvidenceItem]:
    """The first of each entry, then the second of each, so that the ten that are shown are of many entries."""
    longest = max(len(item.finding.evidence) for item in group)
    given = 0
    for turn in range(longest):
        for item in group:
            if turn < len(item.finding.evidence) and given < MAX_EVIDENCE:
                given += 1
                yield item.finding.evidence[turn]
