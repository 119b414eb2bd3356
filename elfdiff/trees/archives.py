"""A static archive among other entries: its report as a tree of members."""

from __future__ import annotations

import re
from collections.abc import Iterable

from elfdiff.archive.model import Archive, Member
from elfdiff.archive.pairing import MemberPair, pair_members
from elfdiff.archive.reading import parse_archive
from elfdiff.merging import MAX_NAMES
from elfdiff.report import Finding, Report
from elfdiff.tree import ContainerFacts, EntryFacts, PairedBy, Status, Tree, TreeEntry, TreeFinding

KIND = "static archive"
_LABEL = re.compile(r"(.+?)(?:\(.*\)| header| name| padding)?")


def archive_tree(report: Report, a: bytes, b: bytes) -> Tree:
    """The tree that a report on two static archives is: its findings by member, its ledger as it stands.

    Members have no reports of their own: facts of all of them were judged together.
    """
    archives = parse_archive(a, report.a.path), parse_archive(b, report.b.path)
    pairs = pair_members(*archives)
    labels = {pair.label for pair in pairs}
    findings = tuple(_finding(finding, labels) for finding in report.findings)
    causes = {
        label: tuple(f.finding.cause for f in findings if label in _members(f.finding, labels)) for label in labels
    }
    return Tree(
        tool_version=report.tool_version,
        a=_facts(report.a.path, archives[0], report.a.sha256),
        b=_facts(report.b.path, archives[1], report.b.sha256),
        verdict=report.verdict,
        fixable=report.fixable,
        code=report.code,
        findings=findings,
        ledger=report.ledger,
        entries=tuple(_entry(pair, causes[pair.label]) for pair in pairs),
        notes=report.notes,
        unfinished=report.unfinished,
        incomparable=report.incomparable,
        exit=report.exit,
    )


def _members(finding: Finding, labels: Iterable[str]) -> list[str]:
    """The members that the sections of a finding stand in."""
    known = set(labels)
    found = (match[1] for section in finding.sections if (match := _LABEL.fullmatch(section)) is not None)
    return [label for label in dict.fromkeys(found) if label in known]


def _finding(finding: Finding, labels: Iterable[str]) -> TreeFinding:
    names = _members(finding, labels)
    return TreeFinding(finding, max(len(names), 1), tuple(names[:MAX_NAMES]) or (KIND,))


def _facts(path: str, archive: Archive, digest: str) -> ContainerFacts:
    return ContainerFacts(path, KIND, len(archive.data), digest, len(archive.members))


def _entry(pair: MemberPair, causes: tuple[str, ...]) -> TreeEntry:
    status = Status.CHANGED
    if pair.a is None or pair.b is None:
        status = Status.ADDED if pair.a is None else Status.REMOVED
    elif pair.same_contents:
        status = Status.RENAMED if pair.a.name != pair.b.name else Status.METADATA if causes else Status.SAME
    both = pair.a is not None and pair.b is not None
    same_name = pair.a is not None and pair.b is not None and pair.a.name == pair.b.name
    how = (PairedBy.PATH if same_name else PairedBy.REWRITE) if both else None
    return TreeEntry(pair.label, _side(pair.a), _side(pair.b), status, how, None, None, causes, None)


def _side(member: Member | None) -> EntryFacts | None:
    if member is None:
        return None
    size = member.data.length if member.data is not None else member.declared
    return EntryFacts(member.name.decode("utf-8", "surrogateescape"), "member", size)
