"""The report for a person at the end of a red log: action first, both values on lines, one line for grep."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from elfdiff.render import wording
from elfdiff.render.details import details
from elfdiff.render.escape import columns, shorten, shorten_pair, visible
from elfdiff.render.lines import Line, indented, paint, wrapped
from elfdiff.render.plan import Step, action_names, plan_of
from elfdiff.render.style import WIDTH, TextStyle
from elfdiff.report import DROPPED, EvidenceItem, Finding, Fix, Ledger, Location, Report, Role, Verdict
from elfdiff.values import dataclass, replace

MOST_LINES = 30
"""A report of 100 columns without -v is no longer, unless there are more things to do than fit; a narrower one takes as
many lines more as its lines are shorter."""

TAIL = 15
"""Lines of a log that a reader sees: a longer report says at its end again what to do first."""

VERDICT_COLOURS = {
    Verdict.IDENTICAL: "green",
    Verdict.EXPLAINED: "yellow",
    Verdict.PARTLY_EXPLAINED: "yellow",
    Verdict.CAUSE_NOT_IN_FILES: "yellow",
    Verdict.INPUTS_DIFFER: "red",
    Verdict.UNEXPLAINED: "red",
}

_FOLDED, _TITLE, _PHRASE, _BRIEF, _FIRST, _FIXED, _COUNTED, _FULL = range(8)
"""How much of a finding is shown, from its ID alone to two places with their values."""

_NOTHING = "(none)"
"""What stands for an empty value, such as the flags that only the other side has."""

_OBSERVED = 3
_VERBOSE_ITEMS = 10
_MOST_AGAIN = 4
_LONGEST_PATH = 48


def render_text(
    report: Report,
    style: TextStyle,
    exit_code: int,
    allowed: Collection[str] = (),
    all_evidence: bool = False,
) -> str:
    """The whole report, ending in the line for grep and a newline.

    No line is wider than ``style.width``, but words that are to be pasted are never broken.
    """
    lines = ReportText(report, style, exit_code, allowed, all_evidence).lines()
    return "".join(f"{paint(line, style)}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A finding's evidence: items about the whole file apart from those with a place, and how many are where."""

    whole: tuple[EvidenceItem, ...]
    placed: tuple[EvidenceItem, ...]
    total: int
    counts: str

    @classmethod
    def of(cls, finding: Finding) -> _Evidence:
        whole = tuple(item for item in finding.evidence if item.section is None and item.symbol is None)
        placed = tuple(item for item in finding.evidence if item.section is not None or item.symbol is not None)
        total = finding.evidence_total - len(whole)
        words = [f"{count} in {section}" for section, count in wording.where_counts(placed)]
        where = f", {wording.joined(words, 3, 'more sections')}" if words else ""
        return cls(whole, placed, total, f"{wording.amount(total, 'place')}{where}; first:")


class ReportText:
    """One rendering: the report and how it is to look."""

    def __init__(
        self, report: Report, style: TextStyle, exit_code: int, allowed: Collection[str], all_evidence: bool
    ) -> None:
        self.report = report
        self.style = style
        self.allowed = allowed
        self.all_evidence = all_evidence
        self.plan = plan_of(report)
        self.last = Line(wording.last_line(report, exit_code), "dim")
        self.findings = self._shown_findings()
        self.evidence = {finding.cause: _Evidence.of(finding) for finding in self.findings}

    def lines(self) -> list[Line]:
        if self.report.verdict is Verdict.IDENTICAL:
            return [*self._headline(), *self._notes(), self.last]
        head = [*self._headline(), Line(""), *self._plan()]
        tail = list(self._tail())
        above = len(head) + len(tail) + 1
        again = self._again()
        most = MOST_LINES * WIDTH // min(self.style.width, WIDTH)
        levels = self._levels(most - above - len(again))
        body = self._body(levels)
        if above + len(body) <= TAIL:
            again = []
        seen = list(self._observed(most - len(head) - len(body) - len(tail) - len(again) - 1))
        return [*head, *body, *seen, *tail, *again, self.last]

    def _observed(self, room: int) -> Iterator[Line]:
        """What was seen and belongs to no finding, as far as there is room: what a person can go on with."""
        report = self.report
        unclear = report.verdict in (Verdict.UNEXPLAINED, Verdict.PARTLY_EXPLAINED)
        most = _VERBOSE_ITEMS if self.style.verbose else min((room - 2) // 3, _OBSERVED)
        if not unclear or most <= 0 or not report.observed:
            return
        left = len(report.observed) - most
        yield Line(f"seen, and not explained{f' ({left} more: elfdiff -v)' if left > 0 else ''}:", "bold", 4)
        for item in report.observed[:most]:
            yield Line(shorten(f"    {self._place(item)}", self.style.width, self.style.ascii))
            yield from self._values(item, 6)
        yield Line("")

    def _shown_findings(self) -> tuple[Finding, ...]:
        report = self.report
        main = (*wording.inputs(report), *wording.roots(report))
        if not main and report.verdict is Verdict.CAUSE_NOT_IN_FILES:
            return wording.consequences(report)
        return main

    def _headline(self) -> list[Line]:
        label = f"elfdiff: {wording.label(self.report)}"
        names = (self._short_path(self.report.a.path), self._short_path(self.report.b.path))
        text = f"{label}  {wording.headline(self.report, names)}"
        first, *rest = wrapped(text, self.style, "", "  ")
        return [Line(first.text, VERDICT_COLOURS[self.report.verdict], len(label)), *rest]

    def _short_path(self, path: str) -> str:
        return shorten(path, min(_LONGEST_PATH, self.style.width // 2), self.style.ascii)

    # What to do

    def _plan(self) -> Iterator[Line]:
        plan = self.plan
        if plan is None:
            return
        joint = ", " if plan.lead.startswith("in both builds") else ": "
        title = f"DO FIRST{joint}{plan.lead}" if plan.lead else "DO FIRST:"
        first, *rest = wrapped(title, self.style, "", "  ")
        yield Line(first.text, "bold", len("DO FIRST"))
        yield from rest
        for step in plan.steps:
            yield from self._step(step)
        if plan.after:
            yield from wrapped(plan.after, self.style, "  ", "  ")

    def _again(self) -> list[Line]:
        """The steps once more, for a reader of the last lines only."""
        if self.plan is None:
            return []
        steps = self.plan.steps
        kept = steps if len(steps) <= _MOST_AGAIN else steps[: _MOST_AGAIN - 1]
        lines = [Line("do first:", "bold"), *(line for step in kept for line in self._step(step))]
        if len(kept) < len(steps):
            lines.append(Line(f"  - {len(steps) - len(kept)} more above"))
        return lines

    def _step(self, step: Step) -> list[Line]:
        """Words are wrapped; a command stands whole on a line of its own, at any width."""
        words = f"{step.words}:" if step.words and step.command else step.words
        lines = wrapped(words, self.style, "  - ", "    ") if words else []
        return [*lines, *self._command(step.command)]

    def _command(self, command: str | None) -> list[Line]:
        return [Line(f"    {visible(command, self.style.ascii)}")] if command is not None else []

    # Findings

    def _levels(self, room: int) -> list[int]:
        """How much to show of each finding so that the body takes at most ``room`` lines, if that can be."""
        if self.style.verbose:
            return [_FULL] * len(self.findings)
        levels = [_TITLE] * len(self.findings)
        for index in reversed(range(len(levels))):
            if len(self._body(levels)) <= room:
                break
            levels[index] = _FOLDED
        for level in (_PHRASE, _BRIEF, _FIRST, _FIXED, _COUNTED, _FULL):
            for index, now in enumerate(levels):
                if now != level - 1:
                    continue
                levels[index] = level
                if len(self._body(levels)) > room:
                    levels[index] = now
        return levels

    def _body(self, levels: Sequence[int]) -> list[Line]:
        lines: list[Line] = []
        before = None
        for finding, level in zip(self.findings, levels, strict=True):
            if level == _FOLDED:
                continue
            if before is None or max(before, level) > _BRIEF:
                lines.append(Line(""))
            lines += self._finding(finding, level)
            before = level
        folded = [finding for finding, level in zip(self.findings, levels, strict=True) if level == _FOLDED]
        if folded:
            words = ", ".join(f"{finding.cause} ({finding.confidence.value})" for finding in folded)
            text = f"{len(folded)} more, shown by elfdiff -v: {words}"
            lines += [Line(""), *wrapped(text, self.style, "", "  ")]
        lines.append(Line(""))
        if self.style.verbose:
            lines += details(self.report, self.style)
        return lines

    def _finding(self, finding: Finding, level: int) -> Iterator[Line]:
        tag = f"{wording.TAGS[finding.role]}[{finding.cause}]"
        title = f"{tag} {finding.confidence.value}: {finding.title}"
        first, *rest = wrapped(title, self.style, "", "    ")
        yield Line(first.text, "red" if finding.role is not Role.CONSEQUENCE else "cyan", len(tag))
        yield from rest
        if level == _PHRASE and wording.phrase(finding) != finding.title:
            yield Line(f"    {shorten(wording.phrase(finding), self.style.width - 4, self.style.ascii)}")
        if level == _BRIEF:
            yield from self._brief(finding)
        if level >= _FIRST:
            summary = self._summary(finding)
            if summary:
                yield from wrapped(summary, self.style, "    ", "    ")
            yield from self._evidence(finding, level)
        if level >= _FIXED:
            yield from self._fixes(finding, level)

    def _brief(self, finding: Finding) -> Iterator[Line]:
        """The first values; where there are none, what the summary says beside the title."""
        evidence = self.evidence[finding.cause]
        for item in (*evidence.whole, *evidence.placed)[:1]:
            yield from self._values(item, 4)
            return
        phrase = wording.phrase(finding)
        if phrase != finding.title:
            yield from wrapped(phrase, self.style, "    ", "    ")

    def _summary(self, finding: Finding) -> str:
        """What the title and the first values shown do not say already."""
        if finding.summary == finding.title:
            return ""
        evidence = self.evidence[finding.cause]
        for item in (evidence.whole or evidence.placed)[:1]:
            if item.a is not None and item.b is not None:
                return finding.summary.removeprefix(f"{item.a.value} became {item.b.value}").removeprefix("; ")
        return finding.summary

    def _evidence(self, finding: Finding, level: int) -> Iterator[Line]:
        evidence = self.evidence[finding.cause]
        if self.style.verbose:
            most = len(finding.evidence) if self.all_evidence else _VERBOSE_ITEMS
        else:
            most = 2 if level == _FULL else 1
        for item in evidence.whole[: most if self.style.verbose else 1]:
            yield from self._values(item, 4)
        if level < _COUNTED and evidence.whole:
            return
        if level >= _COUNTED and evidence.total > min(most, len(evidence.placed)):
            yield from indented(evidence.counts, self.style, 4)
        for item in evidence.placed[:most]:
            yield Line(shorten(f"    {self._place(item)}", self.style.width, self.style.ascii))
            yield from self._values(item, 6)

    def _values(self, item: EvidenceItem, indent: int) -> Iterator[Line]:
        room = self.style.width - indent - 3
        if item.a is not None and item.b is not None:
            a, b = shorten_pair(item.a.value, item.b.value, room, self.style.ascii)
        else:
            a, b = (
                shorten(side.value, room, self.style.ascii) if side is not None else "(not in this file)"
                for side in (item.a, item.b)
            )
        start = " " * indent
        yield Line(f"{start}a  {a or _NOTHING}")
        yield Line(f"{start}b  {b or _NOTHING}")

    def _place(self, item: EvidenceItem) -> str:
        side, location = ("a", item.a) if item.a is not None else ("b", item.b)
        where = item.section or ""
        if location is not None:
            where = self._offset(item, side, location)
        symbol = f"  symbol {visible(item.symbol)}" if item.symbol is not None else ""
        return f"{visible(where)}{symbol}".strip()

    def _offset(self, item: EvidenceItem, side: str, location: Location) -> str:
        """``section+0x…`` where the section's place is known, else the offset in what the location names."""
        if location.within != "file":
            return f"{location.within}+{location.offset:#x}"
        ledger = self.report.ledger
        for row in ledger.rows if ledger is not None and item.section is not None else ():
            place = row.a if side == "a" else row.b
            if row.name == item.section and place is not None and place[0] <= location.offset < place[0] + place[1]:
                return f"{item.section}+{location.offset - place[0]:#x}"
        section = f"{item.section}, " if item.section is not None else ""
        return f"{section}file+{location.offset:#x}"

    def _fixes(self, finding: Finding, level: int) -> Iterator[Line]:
        best = wording.best_fixes(finding)
        shown = finding.fixes if self.style.verbose else best
        if not shown and finding.role is not Role.CONSEQUENCE:
            yield from indented(f"fix[{finding.cause}] none: no flag fixes this", self.style, 4)
        for fix in shown:
            yield from self._fix(finding, fix, level >= _COUNTED)
        if self.style.verbose and finding.faces:
            yield from indented(f"faces: {', '.join(finding.faces)}", self.style, 4)
        if finding.unfixed and wording.removes(finding):
            faces = ", ".join(finding.unfixed) if self.style.verbose else wording.joined(finding.unfixed, 3)
            yield from indented(f"unfixed[{finding.cause}] no fix here removes it from: {faces}", self.style, 4)

    def _fix(self, finding: Finding, fix: Fix, with_note: bool) -> Iterator[Line]:
        tag = f"    fix[{finding.cause}]"
        step = Step(fix.action)
        told = not self.style.verbose and any(other.fix == fix for other in (self.plan.steps if self.plan else ()))
        what = f"{action_names(fix.action)} as above".lstrip() if told else step.words
        if self.style.verbose:
            what = f"{fix.toolchain}: {what}" if what else fix.toolchain
        since = wording.known_since(fix.since)
        text = f"{tag} {fix.effect.value}: {what}".removesuffix(": ")
        text += f" ({since})" if since else ""
        text += f"; {fix.note}" if fix.note and with_note else ""
        if self.style.verbose and fix.reaches:
            text += f"; reaches {', '.join(fix.reaches)}"
        first, *rest = wrapped(text, self.style, "", "        ")
        yield Line(first.text, "green", len(tag))
        yield from rest
        yield from () if told else (Line(f"    {line.text}") for line in self._command(step.command))

    # The end

    def _tail(self) -> Iterator[Line]:
        report = self.report
        if report.equal_parts:
            yield from self._labelled("same", "; ".join(report.equal_parts))
        yield from self._folded_consequences()
        if report.sbom is not None and report.sbom.changes:
            yield from self._labelled("packages", self._packages())
        if self.allowed:
            yield from self._labelled("allowed", f"{', '.join(sorted(self.allowed))} (still counted)")
        if report.symbols is not None and report.symbols.differs:
            yield from self._labelled("symbols", wording.symbols_words(report.symbols))
        if report.modulo is not None:
            yield from self._labelled("modulo", wording.modulo_words(report.modulo))
        if report.ledger is not None and (report.verdict is not Verdict.CAUSE_NOT_IN_FILES or self.style.verbose):
            yield from self._bytes(report.ledger)
            if not self.style.verbose:
                yield from self._where(report.ledger)
        yield from self._notes()
        if self.findings and report.verdict is not Verdict.CAUSE_NOT_IN_FILES:
            yield from self._labelled("more", f"elfdiff explain {self.findings[0].cause}")

    def _folded_consequences(self) -> Iterator[Line]:
        folded = [finding for finding in wording.consequences(self.report) if finding not in self.findings]
        if folded:
            words = [f"{finding.cause} ({wording.amount(finding.bytes.most, 'byte')})" for finding in folded]
            yield from self._labelled("follows", wording.joined(words, 6))

    def _packages(self) -> str:
        changes = self.report.sbom.changes if self.report.sbom is not None else ()
        words = []
        for change in changes:
            versions = " -> ".join(version for version in (change.a, change.b) if version is not None)
            words.append(f"{change.change} {change.name} {versions}".rstrip())
        return wording.joined(words, 3, "more: elfdiff sbom")

    def _bytes(self, ledger: Ledger) -> list[Line]:
        """The sum, and what cmp counts behind it, on a line of its own where the first is full."""
        text, bracket, raw = wording.bytes_line(self.report, ledger).rpartition(" (")
        *lines, last = self._labelled("bytes", text)
        if columns(last.text) + columns(bracket + raw) <= self.style.width:
            return [*lines, replace(last, text=last.text + bracket + raw)]
        return [*lines, last, Line(f"   {bracket}{raw}")]

    def _where(self, ledger: Ledger) -> Iterator[Line]:
        rows = wording.differing_rows(ledger)
        if not rows:
            return
        words = [f"{visible(row.name)} {row.classes.differing.most}" for row in rows]
        left = len(rows) - 3
        text = ", ".join(words[:3]) + (f", {wording.amount(left, 'more section')}" if left > 0 else "")
        yield from self._labelled("where", f"{text}: elfdiff -v")

    def _notes(self) -> Iterator[Line]:
        notes = self.report.notes
        if not self.style.verbose:
            notes = tuple(note for note in notes if DROPPED not in note)
        shown = notes if self.style.verbose else notes[:2]
        for note in shown:
            yield from self._labelled("note", note)
        left = len(notes) - len(shown)
        if left:
            yield from self._labelled("note", f"{wording.amount(left, 'more note')}: elfdiff -v")

    def _labelled(self, label: str, text: str) -> list[Line]:
        first, *rest = wrapped(f"{label}: {text}", self.style, "", "    ")
        return [Line(first.text, "bold", len(label) + 1), *rest]
