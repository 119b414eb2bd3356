"""The page: verdict and what to do first, findings, the byte map, sections, entries, and what else was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files

from elfdiff.render import wording
from elfdiff.render.details import owners as owned_as
from elfdiff.render.escape import shorten
from elfdiff.render.html import bytemap, entries, findings
from elfdiff.render.html.markup import Markup, document, element, side_by_side, table
from elfdiff.render.plan import Step, plan_of
from elfdiff.render.treetext import as_report, tree_last_line
from elfdiff.report import FileFacts, Interface, Ledger, NamesDiff, Report
from elfdiff.tree import Tree

MOST_ROWS = 300
"""Rows of the table of sections."""
FEW_ROWS = 12
"""Rows of a table of packages that is not folded."""
LONGEST = 600
"""Characters of a sentence or a name."""
MOST_NAMES = 40
"""Names of a list that are shown."""
_ROWS = "At the right of a row: the bytes that differ, and how many there are. Open a row for its longest runs."
_STRIPPED = {None: "not known", True: "yes", False: "no"}


def render_html(found: Report | Tree) -> str:
    """The report as a page that needs nothing but itself."""
    report = found if isinstance(found, Report) else as_report(found)
    names = (found.a.path, found.b.path)
    style = files("elfdiff.render.html").joinpath("style.css").read_text("utf-8")
    body = [
        element(
            "main",
            *_first(report, names),
            *_sides(found),
            *_findings(found),
            *_map(found),
            *_tree(found),
            *_observed(report),
            *_symbols(report.symbols),
            *_packages(report),
            *_notes(report),
        ),
        element(
            "footer",
            element("code", _last(found)),
            element("p", f"elfdiff {found.tool_version}", class_="muted"),
        ),
    ]
    return document(f"{wording.label(report).capitalize()}: {names[0]} and {names[1]}", style, *body)


def _last(found: Report | Tree) -> str:
    return wording.last_line(found, found.exit) if isinstance(found, Report) else tree_last_line(found, found.exit)


def _first(report: Report, names: tuple[str, str]) -> Iterator[Markup]:
    """What a reader must know without scrolling."""
    label = element("span", wording.label(report), class_=f"verdict {report.verdict.value}")
    yield element("h1", label, wording.headline(report, names))
    plan = plan_of(report)
    if plan is not None:
        lead = f"Do first, {plan.lead}" if plan.lead.startswith("in both") else f"Do first: {plan.lead}"
        steps = [_step(step) for step in plan.steps]
        after = [element("p", plan.after, class_="muted")] if plan.after else []
        yield element(
            "div", element("h2", lead.rstrip(": ")), element("ol", *steps, class_="steps"), *after, class_="card"
        )
    if report.allowed:
        yield element("p", f"Allowed: {', '.join(report.allowed)} (still counted)", class_="muted")
    if report.modulo is not None:
        yield element("p", f"Modulo: {wording.modulo_words(report.modulo)}", class_="muted")
    if report.ledger is not None:
        yield from _ledger(report, report.ledger)
    if report.equal_parts:
        yield element("p", f"Same: {'; '.join(report.equal_parts)}", class_="muted")


def _step(step: Step) -> Markup:
    if step.command is None:
        return element("li", step.words)
    before = f"{step.words}:" if step.words else ""
    return element("li", before, element("pre", step.command))


def _ledger(report: Report, ledger: Ledger) -> Iterator[Markup]:
    yield element("p", f"Bytes: {wording.bytes_line(report, ledger, grouped=True).removesuffix(' (cmp: 0)')}")
    bars = [
        part
        for side in ("a", "b")
        if getattr(ledger.totals.differing, side)
        for part in (element("b", side), bytemap.bar(ledger.totals, side))
    ]
    if bars:
        yield bytemap.legend(owner for owner in bytemap.OWNERS if getattr(ledger.totals, owner).most)
        yield element("div", *bars, class_="bars")


def _sides(found: Report | Tree) -> Iterator[Markup]:
    a, b = found.a, found.b
    rows: list[tuple[str, str, str]] = [("file", a.path, b.path), ("bytes", f"{a.size:,}", f"{b.size:,}")]
    if isinstance(a, FileFacts) and isinstance(b, FileFacts):
        if a.format is not None or b.format is not None:
            rows += [
                ("format", _format(a), _format(b)),
                ("build ID", a.build_id or "none", b.build_id or "none"),
                ("stripped", _STRIPPED[a.stripped], _STRIPPED[b.stripped]),
            ]
        if a.toolchain or b.toolchain:
            rows.append(("toolchain", _tools(a), _tools(b)))
    elif not isinstance(a, FileFacts) and not isinstance(b, FileFacts):
        rows += [("kind", a.kind, b.kind), ("entries", f"{a.entries:,}", f"{b.entries:,}")]
    rows.append(("sha256", a.sha256 or "none", b.sha256 or "none"))
    yield element("details", element("summary", "The two files"), side_by_side(rows), class_="card")


def _tools(facts: FileFacts) -> str:
    return wording.joined(facts.toolchain, 4) or "not recorded"


def _format(facts: FileFacts) -> str:
    form = facts.format
    return "not parsed" if form is None else f"ELF{form.elf_class} {form.endian}-endian, {form.machine}, {form.type}"


def _findings(found: Report | Tree) -> Iterator[Markup]:
    if not found.findings:
        return
    yield element("h2", "Findings")
    if isinstance(found, Tree):
        for item in found.findings:
            yield findings.finding(item.finding, item.names, item.entries)
    else:
        for finding in found.findings:
            yield findings.finding(finding)


def _map(found: Report | Tree) -> Iterator[Markup]:
    if isinstance(found, Tree):
        strips = bytemap.entries(found)
        if not strips:
            return
        yield element("h2", "Byte map: a row an entry, a above b")
        yield element("p", _ROWS, class_="muted")
        yield bytemap.draw(strips, "entry")
        return
    ledger = found.ledger
    if ledger is None or not ledger.totals.differing.most:
        return
    yield element("h2", "Byte map: a row a section, a above b")
    if not ledger.runs:
        sentence = "The report was saved without --with-spans, so where each byte stands is not known here."
        yield element("p", sentence, class_="muted")
    else:
        yield element("p", _ROWS, class_="muted")
        yield bytemap.draw(bytemap.sections(ledger), "section")
    yield _sections(ledger)


def _sections(ledger: Ledger) -> Markup:
    told = [row for row in ledger.rows if row.status != "same" or row.classes.differing.most]
    rows = [
        (
            element("code", shorten(row.name, LONGEST)),
            row.status,
            _size([f"{place[1]:,}" if place is not None else "-" for place in (row.a, row.b)]),
            f"{row.classes.differing.most:,}",
            owned_as(row.classes),
            ", ".join(row.causes),
        )
        for row in told[:MOST_ROWS]
    ]
    left = len(told) - len(rows)
    same = len(ledger.rows) - len(told)
    words = [f"{left:,} more differ or moved"] if left else []
    words += [f"{same:,} with equal bytes at the same place"] if same else []
    tail = [element("p", "; ".join(words), class_="muted")] if words else []
    shown = table(("section", "status", "bytes", "differ", "owned as", "causes"), rows, (2, 3))
    return element("details", element("summary", "All sections that differ or moved, as a table"), shown, *tail)


def _size(sides: Sequence[str]) -> str:
    return sides[0] if sides[0] == sides[1] else " / ".join(sides)


def _tree(found: Report | Tree) -> Iterator[Markup]:
    if isinstance(found, Tree):
        yield element("h2", "Entries")
        yield entries.listing(found)
        if found.image is not None:
            yield entries.image(found.image)


def _observed(report: Report) -> Iterator[Markup]:
    if not report.observed:
        return
    first, more = report.observed[: findings.MOST], report.observed[findings.MOST :]
    yield element("h2", "Seen, and not explained")
    yield findings.evidence_table(first[: findings.SHOWN])
    left = f"; {len(more):,} of them in the JSON report" if more else ""
    if len(report.observed) > findings.SHOWN:
        summary = element("summary", f"{len(report.observed) - findings.SHOWN:,} more places{left}")
        yield element("details", summary, findings.evidence_table(first[findings.SHOWN :]))


def _symbols(symbols: Interface | None) -> Iterator[Markup]:
    if symbols is None or not symbols.differs:
        return
    yield element("h2", "Exported symbols and needed libraries")
    if symbols.soname[0] != symbols.soname[1]:
        yield element("p", f"SONAME: {symbols.soname[0] or 'none'} became {symbols.soname[1] or 'none'}")
    for what, names in (("exported", symbols.exported), ("needed", symbols.needed), ("versions", symbols.versions)):
        if names.differs:
            yield element("p", f"{what}: {names.same:,} in both; {'; '.join(_names(names))}")


def _names(names: NamesDiff) -> Iterator[str]:
    for word, found in (("added", names.added), ("removed", names.removed)):
        if found:
            yield f"{word} {wording.joined([shorten(name, LONGEST) for name in found[:MOST_NAMES]], MOST_NAMES)}" + (
                f" and {len(found) - MOST_NAMES:,} more" if len(found) > MOST_NAMES else ""
            )


def _packages(report: Report) -> Iterator[Markup]:
    if report.sbom is None or not report.sbom.changes:
        return
    changes = report.sbom.changes
    rows = [
        tuple(shorten(cell or "-", LONGEST) for cell in (item.name, item.change, item.a, item.b, item.detail))
        for item in changes[:MOST_ROWS]
    ]
    shown = table(("package", "change", "a", "b", "detail"), rows)
    yield element("h2", "Packages")
    if len(rows) <= FEW_ROWS:
        yield shown
        return
    counts = Counter(item.change for item in changes)
    words = ", ".join(f"{count:,} {change}" for change, count in sorted(counts.items()))
    more = f"; the first {MOST_ROWS} are listed" if len(changes) > MOST_ROWS else ""
    yield element("details", element("summary", f"{words}{more}"), shown)


def _notes(report: Report) -> Iterator[Markup]:
    if report.notes:
        yield element("h2", "Notes")
        yield element("ul", *_shown(report.notes))


def _shown(notes: Sequence[str]) -> Iterator[Markup]:
    for note in notes[:MOST_ROWS]:
        yield element("li", shorten(note, LONGEST))
