"""An experiment for a person at the end of a red log: what to do, what it was, what was varied, one line for grep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from elfdiff.rebuild.result import Applied, ArtifactRow, Equality, Outcome, Rebuilt
from elfdiff.render import wording
from elfdiff.render.escape import shorten, shorten_pair, visible
from elfdiff.render.lines import Line, indented, paint, wrapped
from elfdiff.render.plan import Step
from elfdiff.render.style import TextStyle
from elfdiff.report import Finding, Role
from elfdiff.tree import Tree

_MOST_ARTIFACTS = 6
_MOST_CAUSES = 6
_ONE_SOURCE = "it reads like another source, but both were built from one: the build wrote what differs"
_VALUE = 32
"""Columns of one of a variation's two values."""


def render_rebuilt(rebuilt: Rebuilt, style: TextStyle, quiet: bool = False) -> str:
    """The whole experiment, ending in the line for grep and a newline."""
    last = Line(last_line(rebuilt), "dim")
    lines = [last] if quiet else [*_Text(rebuilt, style).lines(), last]
    return "".join(f"{paint(line, style)}\n" for line in lines)


def last_line(rebuilt: Rebuilt) -> str:
    """``elfdiff: result=… guilty=…|- proof=… varied=N/M builds=N exit=N``."""
    varied = sum(row.varied for row in rebuilt.variations)
    proof = rebuilt.proof.outcome.value if rebuilt.proof is not None else "-"
    result = "reproducible" if rebuilt.reproducible else "nondeterministic" if rebuilt.nondeterministic else "different"
    return (
        f"elfdiff: result={result} guilty={','.join(rebuilt.guilty) or '-'} proof={proof} "
        f"varied={varied}/{len(rebuilt.variations)} builds={len(rebuilt.builds)} exit={rebuilt.exit}"
    )


def label(rebuilt: Rebuilt) -> tuple[str, str]:
    """The word that begins a report and its colour."""
    if rebuilt.reproducible:
        return "REPRODUCIBLE", "green"
    if rebuilt.proof is not None and rebuilt.proof.outcome is Outcome.IDENTICAL:
        return ("MASKED" if rebuilt.proof.masked else "PROVED"), "yellow"
    return "DIFFERENT", "red"


def headline(rebuilt: Rebuilt) -> str:
    """The sentence after the label."""
    varied = wording.amount(sum(row.varied for row in rebuilt.variations), "variation")
    proof = rebuilt.proof
    if rebuilt.reproducible:
        what = f"{_artifacts(rebuilt.artifacts)} came out the same in {wording.amount(len(rebuilt.builds), 'build')}"
        return f"{what}, under {varied}"
    differ = [row for row in rebuilt.artifacts if not row.same]
    what = f"{_artifacts(differ)} {'differs' if len(differ) == 1 else 'differ'}"
    if proof is None:
        return f"{what}; no fix was tried"
    if proof.outcome is Outcome.IDENTICAL:
        lines = wording.amount(len(proof.applied), "line")
        how = "which hide the difference, " if proof.masked else ""
        return f"{what}; with {'this' if len(proof.applied) == 1 else 'these'} {lines}, {how}all builds were identical"
    left = f"what is left: {', '.join(proof.remaining)}"
    if proof.outcome is Outcome.STILL_DIFFERENT and proof.applied:
        return f"{what}, and still {'does' if len(differ) == 1 else 'do'} with these lines; {left}"
    return f"{what}, and no line that a machine can apply removes it; {left}"


def main_findings(rebuilt: Rebuilt) -> tuple[tuple[Finding, tuple[str, ...]], ...]:
    """Roots and inputs, each cause once with the artifacts in which it shows."""
    seen: dict[str, tuple[Finding, list[str]]] = {}
    for artifact in rebuilt.artifacts:
        report = artifact.report
        if report is None:
            continue
        found = [item.finding for item in report.findings] if isinstance(report, Tree) else report.findings
        for finding in found:
            if finding.role is not Role.CONSEQUENCE:
                seen.setdefault(finding.cause, (_of_one_source(finding), []))[1].append(artifact.name)
    return tuple((finding, tuple(names)) for finding, names in seen.values())


def _of_one_source(finding: Finding) -> Finding:
    """Two files alone may come from two sources; these were built from one."""
    return replace(finding, title=_ONE_SOURCE, summary=_ONE_SOURCE) if finding.cause == "source-change" else finding


def difference(artifact: ArtifactRow) -> str:
    """When an artifact differs, in words."""
    if artifact.guilty:
        also = "" if artifact.control is Equality.SAME else ", and between two builds of the same kind"
        return f"differs with {', '.join(artifact.guilty)} varied{also if artifact.guilty != ('clock',) else ''}"
    if artifact.control is Equality.DIFFERENT:
        return "differs between two builds of the same kind: it is not deterministic by itself"
    return "differs with all varied, and with no variation alone"


def _artifacts(rows: Sequence[ArtifactRow]) -> str:
    return rows[0].name if len(rows) == 1 else wording.amount(len(rows), "artifact")


class _Text:
    def __init__(self, rebuilt: Rebuilt, style: TextStyle) -> None:
        self.rebuilt = rebuilt
        self.style = style

    def lines(self) -> Iterator[Line]:
        word, colour = label(self.rebuilt)
        start = f"elfdiff: {word}"
        first, *rest = wrapped(f"{start}  {headline(self.rebuilt)}", self.style, "", "  ")
        yield Line(first.text, colour, len(start))
        yield from rest
        yield Line("")
        yield from self._plan()
        yield from self._differences()
        yield from self._against()
        yield from self._varied()
        seconds = sum(build.seconds for build in self.rebuilt.builds)
        yield from self._labelled("builds", f"{len(self.rebuilt.builds)} in {seconds:.1f} s")
        if self.style.verbose:
            for build in self.rebuilt.builds:
                yield from indented(f"{build.name}: {build.seconds:.1f} s", self.style, 4)
        for sentence in (*self.rebuilt.failures, *self.rebuilt.notes):
            yield from self._labelled("note", sentence)

    def _plan(self) -> Iterator[Line]:
        proof = self.rebuilt.proof
        if proof is None or not (proof.applied or proof.by_hand):
            return
        where = ", from the top of the source tree, before the build" if proof.applied else ""
        yield Line(f"DO FIRST{where}:", "bold", len("DO FIRST"))
        for item in proof.applied:
            yield from self._step(item)
        for item in proof.by_hand:
            yield from self._step(item)
            yield from wrapped("(not tried: this is for a person to do)", self.style, "    ", "    ")
        yield Line("")

    def _step(self, item: Applied) -> Iterator[Line]:
        step = Step(item.what)
        if step.words:
            yield from wrapped(f"{step.words}:" if step.command else step.words, self.style, "  - ", "    ")
        if step.command is not None:
            yield Line(f"    {visible(step.command, self.style.ascii)}")
        if item.reach is not None:
            yield from wrapped(f"({item.reach})", self.style, "    ", "    ")

    def _differences(self) -> Iterator[Line]:
        differ = [row for row in self.rebuilt.artifacts if not row.same]
        shown = differ if self.style.verbose else differ[:_MOST_ARTIFACTS]
        for artifact in shown:
            yield from wrapped(f"{artifact.name}: {difference(artifact)}", self.style, "", "    ")
        if len(differ) > len(shown):
            yield Line(f"{len(differ) - len(shown)} more artifacts differ: elfdiff rebuild -v")
        found = main_findings(self.rebuilt)
        for finding, names in found if self.style.verbose else found[:_MOST_CAUSES]:
            yield from self._finding(finding, names, len(differ))
        if len(found) > _MOST_CAUSES and not self.style.verbose:
            more = ", ".join(finding.cause for finding, _ in found[_MOST_CAUSES:])
            yield from wrapped(f"more causes: {more}", self.style, "", "    ")
        if differ:
            yield Line("")

    def _finding(self, finding: Finding, names: Sequence[str], of: int) -> Iterator[Line]:
        tag = f"{wording.TAGS[finding.role]}[{finding.cause}]"
        where = f"  ({len(names)} of {of} artifacts)" if of > 1 else ""
        first, *rest = wrapped(f"{tag} {finding.confidence.value}: {finding.title}{where}", self.style, "", "    ")
        yield Line(first.text, "red", len(tag))
        yield from rest
        item = next((item for item in finding.evidence if item.a is not None and item.b is not None), None)
        if item is not None and item.a is not None and item.b is not None:
            a, b = shorten_pair(item.a.value, item.b.value, self.style.width - 7, self.style.ascii)
            yield Line(f"    a  {a}")
            yield Line(f"    b  {b}")

    def _against(self) -> Iterator[Line]:
        against = self.rebuilt.against
        if against is None:
            return
        how = "is" if against.result is Equality.SAME else "is not"
        yield from self._labelled("against", f"{against.path} {how} what this source gives ({against.artifact})")
        report = against.report
        if report is not None:
            found = [item.finding for item in report.findings] if isinstance(report, Tree) else report.findings
            for finding in found:
                if finding.role is not Role.CONSEQUENCE:
                    yield from self._finding(finding, (), 1)

    def _varied(self) -> Iterator[Line]:
        rows = self.rebuilt.variations
        varied = [row for row in rows if row.varied]
        if self.style.verbose:
            yield Line("varied:", "bold")
            for row in varied:
                a, b = (shorten(value or "", _VALUE, self.style.ascii) for value in (row.a, row.b))
                weaker = f"; {row.reason}" if row.reason else ""
                yield from indented(f"{row.name}: {a} | {b}{weaker}", self.style, 4)
        else:
            names = [f"{row.name}*" if row.reason else row.name for row in varied]
            yield from self._labelled("varied", ", ".join(names) or "nothing")
            for row in varied:
                if row.reason:
                    yield from indented(f"*{row.name}: {row.reason}", self.style, 4)
        for row in rows:
            if not row.varied:
                yield from self._labelled("not varied", f"{row.name}: {row.reason}")

    def _labelled(self, name: str, text: str) -> Iterator[Line]:
        first, *rest = wrapped(f"{name}: {text}", self.style, "", "    ")
        yield Line(first.text, "bold", len(name) + 1)
        yield from rest
