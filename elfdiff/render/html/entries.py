"""The entries of a tree as a list that opens, and the digests of an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from elfdiff.render import wording
from elfdiff.render.escape import shorten
from elfdiff.render.html import findings
from elfdiff.render.html.markup import Markup, element, joined, side_by_side
from elfdiff.report import Report
from elfdiff.tree import ImageFacts, Plain, Status, Tree, TreeEntry

MOST = 1000
"""Entries of the page that are listed; the JSON report holds all."""
LONGEST = 300
FOLDED = 8
"""Neighbours that differ alike are folded if they are so many."""
MOST_OPENED = 150
"""Entries of the page whose findings are in it; the findings of all stand above, merged."""


def listing(tree: Tree) -> Markup:
    """Counts, then every entry that is not the same."""
    return joined(*_Listing().of(tree))


class _Listing:
    def __init__(self) -> None:
        self.opened = 0
        self.listed = 0

    def of(self, tree: Tree) -> Iterator[Markup]:
        counts = [f"{count:,} {status.value}" for status, count in tree.counts.items() if count]
        yield element("p", f"{', '.join(counts) or 'none'}", class_="muted")
        told = [entry for entry in tree.entries if entry.status is not Status.SAME]
        left = len(told)
        for _, group in groupby(told, _alike):
            alike = list(group)
            kept = alike[: MOST - self.listed]
            self.listed += len(kept)
            left -= len(kept)
            shown = [self._entry(entry) for entry in kept]
            yield from shown if len(alike) < FOLDED else (_folded(alike, shown),) if kept else ()
        if left:
            yield element("p", f"{left:,} more in the JSON report", class_="muted")

    def _entry(self, entry: TreeEntry) -> Markup:
        causes = [element("code", cause) for cause in entry.causes]
        name = entry.name
        if entry.a is not None and entry.b is not None and entry.a.name != entry.b.name:
            name = f"{entry.a.name} → {entry.b.name}"
        row = [
            element("span", entry.status.value, class_=f"status {entry.status.value}"),
            element("span", element("code", shorten(name, LONGEST)), class_="name"),
            element("span", *causes, class_="causes"),
        ]
        inside = list(self._inside(entry))
        if not inside:
            return element("div", *row, class_="entry flat")
        inner = element("div", *inside, class_="inside")
        return element("details", element("summary", *row), inner, class_="entry", open=entry.error is not None)

    def _inside(self, entry: TreeEntry) -> Iterator[Markup]:
        if entry.error is not None:
            yield element("p", shorten(entry.error, LONGEST), class_="none")
        if entry.report is None or self.opened >= MOST_OPENED:
            return
        self.opened += 1
        report = entry.report
        if isinstance(report, Tree):
            yield from self.of(report)
        elif isinstance(report, Plain):
            yield from _plain(report)
        else:
            yield from _report(report)


def _alike(entry: TreeEntry) -> object:
    """What neighbours have in common that are shown as one: nothing for those with a report of their own."""
    own = entry.error is not None or isinstance(entry.report, Report | Tree)
    return entry.name if own else (entry.status, entry.causes)


def _folded(alike: Sequence[TreeEntry], shown: Sequence[Markup]) -> Markup:
    """Neighbours that differ alike, as one that opens."""
    first, last = alike[0], alike[-1]
    names = [element("code", shorten(entry.name, LONGEST)) for entry in (first, last)]
    row = [
        element("span", first.status.value, class_=f"status {first.status.value}"),
        element("span", f"{len(alike):,} entries, ", names[0], " to ", names[1], class_="name"),
        element("span", *(element("code", cause) for cause in first.causes), class_="causes"),
    ]
    return element("details", element("summary", *row), element("div", *shown, class_="inside"), class_="entry")


def _report(report: Report) -> Iterator[Markup]:
    yield element("p", wording.headline(report, ("a", "b")))
    if report.ledger is not None:
        yield element("p", f"Bytes: {wording.bytes_line(report, report.ledger, grouped=True)}", class_="muted")
    for finding in report.findings:
        head = joined(
            element("code", finding.cause), f" {finding.confidence.value}: {finding.summary or finding.title}"
        )
        yield element("p", head)
        if finding.evidence:
            yield findings.evidence_table(finding.evidence[:1])


def _plain(plain: Plain) -> Iterator[Markup]:
    yield element("p", f"{plain.kind}" + (f"; {plain.rewrite}" if plain.rewrite else ""))
    first = plain.first
    if first is not None:
        where = f"line {first.line}" if first.line is not None else f"offset {first.offset or 0:#x}"
        yield element("p", f"first difference at {where}", class_="muted")
        for side, value in (("a", first.a), ("b", first.b)):
            yield element("div", element("b", side), " ", element("code", shorten(value, LONGEST)), class_="value")


def image(facts: ImageFacts) -> Markup:
    """Digests of manifest, configuration and layers."""
    manifest = facts.manifest_digest or ("this archive holds none", "this archive holds none")
    rows = [("manifest", *manifest), ("configuration", *facts.config_digest)]
    rows += [
        (f"layer {number}, {pair.status}", pair.diff_id[0] or "-", pair.diff_id[1] or "-")
        for number, pair in enumerate(facts.layers[:MOST], 1)
    ]
    return joined(element("h2", f"Image, {facts.platform}"), side_by_side(rows))
