"""An experiment as Markdown, for the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.rebuild.result import Equality, Proof, Rebuilt
from elfdiff.render.markdown import code, code_cell, escaped, fenced
from elfdiff.render.rebuilt import difference, headline, label, last_line, main_findings

_MOST_ROWS = 40


def render_markdown(rebuilt: Rebuilt) -> str:
    """A heading, the lines to add, the artifacts, the causes, what was varied, and the line for grep."""
    return "\n\n".join((*_blocks(rebuilt), fenced([last_line(rebuilt)]))) + "\n"


def _blocks(rebuilt: Rebuilt) -> Iterator[str]:
    word, _ = label(rebuilt)
    yield f"## elfdiff rebuild: {word}"
    yield f"{escaped(headline(rebuilt))}."
    if rebuilt.proof is not None:
        yield from _plan(rebuilt.proof)
    if rebuilt.against is not None:
        how = "is" if rebuilt.against.result is Equality.SAME else "is **not**"
        yield f"{code(rebuilt.against.path)} {how} what this source gives."
    differ = [row for row in rebuilt.artifacts if not row.same]
    if differ:
        lines = ["| artifact | |", "| --- | --- |"]
        lines += [f"| {code_cell(row.name)} | {escaped(difference(row))} |" for row in differ[:_MOST_ROWS]]
        if len(differ) > _MOST_ROWS:
            lines.append(f"| and {len(differ) - _MOST_ROWS} more | |")
        yield "\n".join(lines)
    for finding, _ in main_findings(rebuilt)[:_MOST_ROWS]:
        yield f"- **{finding.cause}** ({finding.confidence.value}): {escaped(finding.summary or finding.title)}"
    varied = ", ".join(row.name for row in rebuilt.variations if row.varied)
    yield f"Varied: {varied or 'nothing'}."
    rows = [row for row in rebuilt.variations if row.reason]
    if rows:
        yield "\n".join(
            f"- {'weaker' if row.varied else 'not varied'}: {row.name}: {escaped(row.reason or '')}" for row in rows
        )
    sentences = (*rebuilt.failures, *rebuilt.notes)
    if sentences:
        yield "\n".join(f"- {escaped(sentence)}" for sentence in sentences)


def _plan(proof: Proof) -> Iterator[str]:
    if proof.applied:
        yield "From the top of the source tree, before the build:"
        yield fenced([item.line for item in proof.applied], "sh")
        reached = [item for item in proof.applied if item.reach is not None]
        if reached:
            yield "\n".join(f"- {code(item.line)}: {escaped(item.reach or '')}" for item in reached)
    if proof.by_hand:
        yield "\n".join(f"- for a person to do: {escaped(item.line)}" for item in proof.by_hand)
