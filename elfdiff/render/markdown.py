"""The report as GitHub-flavoured Markdown, for a job summary or a comment.

GitHub takes 1 MiB for the summary of one step; lists are cut, and what is too long for a step is left out whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from elfdiff.actions import is_pasted
from elfdiff.patterns import late
from elfdiff.render import wording
from elfdiff.render.details import figure, owners
from elfdiff.render.escape import shorten, shorten_pair, visible
from elfdiff.render.plan import Step, plan_of
from elfdiff.report import EvidenceItem, Finding, Fix, Report, Role

LONGEST = 1_000_000
"""Bytes of a summary, in UTF-8."""

_LONGEST_VALUE = 160
_LONGEST_SENTENCE = 1000
_LONGEST_ACTION = 4000
_LONGEST_PATH = 100
_MOST_FINDINGS = 40
_MOST_ITEMS = 3
_MOST_FIXES = 20
_MOST_ROWS = 25
_MOST_NOTES = 20

_SPECIAL = late(r"([\\`*_{}\[\]#!|~$]|^[-+=])")


def render_markdown(report: Report, exit_code: int, allowed: Collection[str] = ()) -> str:
    """A heading, what to do first, a table of causes, each cause with its fixes, and the ledger."""
    last = fenced([wording.last_line(report, exit_code)])
    blocks: list[str] = []
    room = LONGEST - len(last.encode())
    for block in _blocks(report, allowed):
        room -= len(block.encode()) + 2
        if room < 0:
            blocks.append("The rest was cut to fit a job summary: `elfdiff -f json` has it.")
            break
        blocks.append(block)
    return "\n\n".join((*blocks, last)) + "\n"


def escaped(text: str, longest: int = _LONGEST_SENTENCE) -> str:
    """Text as Markdown that shows just that text, also inside a table: no markup and no HTML."""
    plain = shorten(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain)


def code(text: str, longest: int = _LONGEST_VALUE) -> str:
    """Text as a code span; not for the cell of a table, where a bar must be escaped as well."""
    shown = shorten(text, longest)
    fence = "`" * (_longest_run(shown) + 1)
    padded = f" {shown} " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else shown
    return f"{fence}{padded}{fence}"


def code_cell(text: str) -> str:
    """Text as a code span in a table (GFM, "Tables": a bar is escaped even inside code)."""
    return code(text).replace("|", "\\|")


def fenced(lines: Sequence[str], language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    fence = "`" * max(3, max((_longest_run(line) for line in lines), default=0) + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _blocks(report: Report, allowed: Collection[str]) -> Iterator[str]:
    names = (shorten(report.a.path, _LONGEST_PATH), shorten(report.b.path, _LONGEST_PATH))
    yield f"## elfdiff: {wording.label(report)}"
    yield escaped(wording.headline(report, names))
    yield from _plan(report)
    main = (*wording.inputs(report), *wording.roots(report))
    findings = (main or wording.consequences(report))[:_MOST_FINDINGS]
    if findings:
        yield _causes(findings, allowed)
    for finding in findings:
        yield from _finding(finding)
    hidden = len(main) - len(findings)
    if hidden > 0:
        yield f"{hidden} more causes are not shown here: `elfdiff -f json` has them all."
    yield from _ledger(report)
    for note in report.notes[:_MOST_NOTES]:
        yield f"> {escaped(note)}"


def _plan(report: Report) -> Iterator[str]:
    plan = plan_of(report)
    if plan is None:
        return
    joint = ", " if plan.lead.startswith("in both builds") else ": "
    yield f"### Do first{joint}{escaped(plan.lead)}" if plan.lead else "### Do first"
    for step in plan.steps:
        yield from _action(step)
    if plan.after:
        yield escaped(plan.after)


def _action(step: Step) -> Iterator[str]:
    """What is said, then the command in a block of its own: one to copy."""
    if step.words:
        yield f"- {escaped(step.words)}{':' if step.command else ''}"
    if step.command is not None:
        yield fenced([shorten(step.command, _LONGEST_ACTION)], "sh")


def _causes(findings: Sequence[Finding], allowed: Collection[str]) -> str:
    rows = []
    for finding in findings:
        fixes = wording.best_fixes(finding)
        fix = "<br>".join(f"{each.effect.value}: {_fix_cell(each)}" for each in fixes)
        kind = wording.TAGS[finding.role] + (", allowed" if finding.cause in allowed else "")
        rows.append(
            (
                code_cell(finding.cause),
                kind,
                finding.confidence.value,
                escaped(finding.title),
                str(finding.evidence_total),
                fix or "no flag fixes this",
            )
        )
    return _table(("cause", "kind", "confidence", "what", "places", "fix"), rows)


def _fix_cell(fix: Fix) -> str:
    return code_cell(fix.action.line) if is_pasted(fix.action) else escaped(fix.action.line)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"### {wording.TAGS[finding.role]} {code(finding.cause)}, {finding.confidence.value}"
    if finding.summary:
        yield escaped(finding.summary)
    values = [line for item in finding.evidence[:_MOST_ITEMS] for line in _values(item)]
    if values:
        yield fenced(values)
    if finding.evidence_total > _MOST_ITEMS:
        words = [f"{count} in {section}" for section, count in wording.where_counts(finding.evidence)]
        where = f": {wording.joined(words, 5, 'more sections')}" if words else ""
        yield escaped(f"{wording.amount(finding.evidence_total, 'place')}{where}.")
    for fix in finding.fixes[:_MOST_FIXES]:
        since = wording.known_since(fix.since)
        facts = "; ".join(part for part in (fix.toolchain, since, fix.note) if part)
        yield f"{fix.effect.value.capitalize()} it ({escaped(facts)}):"
        yield from _action(Step(fix.action))
    if not finding.fixes and finding.role is not Role.CONSEQUENCE:
        yield "No flag fixes this."
    if finding.unfixed and wording.removes(finding):
        yield f"No fix here removes it from: {', '.join(code(face) for face in finding.unfixed)}."
    page = wording.page_address(finding)
    yield f"More: {code(f'elfdiff explain {finding.cause}')}" + (f", or [its page]({page})" if page else "")


def _values(item: EvidenceItem) -> Iterator[str]:
    place = " ".join(visible(part) for part in (item.section, item.symbol) if part is not None)
    if place:
        yield place
    if item.a is not None and item.b is not None:
        a, b = shorten_pair(item.a.value, item.b.value, _LONGEST_VALUE)
    else:
        a, b = (
            shorten(side.value, _LONGEST_VALUE) if side is not None else "(not in this file)"
            for side in (item.a, item.b)
        )
    yield f"  a  {a}"
    yield f"  b  {b}"


def _ledger(report: Report) -> Iterator[str]:
    if report.ledger is None:
        return
    if report.modulo is not None:
        yield f"Modulo: {escaped(wording.modulo_words(report.modulo))}"
    yield f"Bytes: {escaped(wording.bytes_line(report, report.ledger))}"
    rows = wording.differing_rows(report.ledger)
    if not rows:
        return
    cells = [
        (code_cell(row.name), figure(row.classes.differing), owners(row.classes), ", ".join(map(code_cell, row.causes)))
        for row in rows[:_MOST_ROWS]
    ]
    left = len(rows) - _MOST_ROWS
    more = f"\n\n{left} more sections differ: `elfdiff -v`." if left > 0 else ""
    table = _table(("section", "differ", "owned as", "causes"), cells)
    title = f"{wording.amount(len(rows), 'section')} with differing bytes"
    yield f"<details><summary>{title}</summary>\n\n{table}{more}\n\n</details>"
