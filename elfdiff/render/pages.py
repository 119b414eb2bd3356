"""The catalogue for people and programs: one cause's page, and the list of all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from elfdiff.causes.model import Cause
from elfdiff.render.details import plain_table
from elfdiff.render.escape import visible
from elfdiff.render.lines import Line, paint, wrapped
from elfdiff.render.markdown import code, escaped, fenced
from elfdiff.render.plan import Step
from elfdiff.render.style import TextStyle
from elfdiff.render.wording import known_since
from elfdiff.report import Fix

_UNREAD = "elfdiff --modulo does not mask it: an edit that somebody plants would pass for its work."


def page_text(cause: Cause, style: TextStyle, asked: str) -> str:
    """The page for a terminal; ``asked`` is the root or face id that was asked for."""
    lines = [Line(f"{cause.id} ({cause.role.value}): {cause.title}", "bold", len(cause.id))]
    lines += [Line(f"  {asked} is a face of it: {title}") for face, title in cause.faces if face == asked]
    lines += _doc(cause, style)
    lines += [Line(""), Line("FIXES, best first", "bold")]
    for number, fix in enumerate(cause.fixes, 1):
        step = Step(fix.action)
        lines += wrapped(f"{_fix_facts(cause, fix)}:", style, f"  {number}. ", "     ")
        lines += (
            wrapped(f"{step.words}:" if step.command else step.words, style, "       ", "       ") if step.words else []
        )
        lines += [Line(f"       {visible(step.command, style.ascii)}")] if step.command else []
    if not cause.fixes:
        lines.append(Line("  no flag fixes this"))
    lines += [Line(""), Line("FACES", "bold")]
    for face, title in cause.faces:
        lines += wrapped(f"{face}: {title}", style, "  ", "      ")
    if not cause.maskable:
        lines += [Line(""), *wrapped(_UNREAD, style, "", "")]
    if cause.references:
        lines += [Line(""), Line("REFERENCES", "bold")]
        for reference in cause.references:
            lines += wrapped(reference, style, "  ", "      ")
    return "".join(f"{paint(line, style)}\n" for line in lines)


def _doc(cause: Cause, style: TextStyle) -> Iterator[Line]:
    """The docstring: paragraphs filled to the width, code as it stands; the first sentence if it is not the title."""
    blocks = _blocks(cause.doc)
    if blocks and blocks[0][0].rstrip(".").casefold() == cause.title.casefold():
        blocks = blocks[1:]
    for kind, *texts in blocks:
        yield Line("")
        if kind == "code":
            yield from (Line(f"  {visible(text, style.ascii)}".rstrip()) for text in texts)
        elif kind.startswith("## "):
            yield Line(visible(kind.removeprefix("## ").upper(), style.ascii), "bold")
        else:
            item = re.match(r"[-*] |\d+\. ", kind)
            yield from wrapped(kind, style, "", " " * (item.end() if item else 0))


def _blocks(doc: str) -> list[tuple[str, ...]]:
    """``("code", line, …)`` for a fenced block; else one heading, paragraph or list item, its lines joined."""
    blocks: list[tuple[str, ...]] = []
    code_lines: list[str] | None = None
    joined: list[str] = []
    for text in (*doc.splitlines(), ""):
        fence = text.startswith("```")
        if code_lines is not None:
            if fence:
                blocks.append(("code", *code_lines))
                code_lines = None
            else:
                code_lines.append(text)
            continue
        if joined and (fence or not text.strip() or re.match(r"## |[-*] |\d+\. ", text)):
            blocks.append((" ".join(joined),))
            joined = []
        if fence:
            code_lines = []
        elif text.strip():
            joined.append(text.strip())
            if text.startswith("## "):
                blocks.append((" ".join(joined),))
                joined = []
    return blocks


def page_markdown(cause: Cause) -> str:
    """The page as Markdown, as docs/causes/ holds it."""
    blocks = [f"# {cause.id}", f"{escaped(cause.title)} ({cause.role.value})", cause.doc, "## Fixes, best first"]
    for fix in cause.fixes:
        blocks += [f"{escaped(_fix_facts(cause, fix))}:", fenced([fix.action.line])]
    if not cause.fixes:
        blocks.append("No flag fixes this.")
    blocks += ["## Faces", "\n".join(f"- {code(face)}: {escaped(title)}" for face, title in cause.faces)]
    if not cause.maskable:
        blocks.append(_UNREAD.replace("elfdiff --modulo", "`elfdiff --modulo`"))
    if cause.references:
        blocks += ["## References", "\n".join(f"- {reference}" for reference in cause.references)]
    return "\n\n".join(blocks) + "\n"


def page_json(cause: Cause) -> str:
    """The page as JSON."""
    page = {
        "id": cause.id,
        "role": cause.role.value,
        "title": cause.title,
        "faces": [{"id": face, "title": title} for face, title in cause.faces],
        "fixes": [
            {
                "toolchain": fix.toolchain,
                "action": fix.action.line,
                "effect": fix.effect.value,
                "reaches": list(fix.reaches),
                "since": fix.since,
                "note": fix.note,
            }
            for fix in cause.fixes
        ],
        "maskable": cause.maskable,
        "references": list(cause.references),
        "doc": cause.doc,
    }
    return json.dumps(page, indent=2) + "\n"


def catalogue_text(causes: Sequence[Cause], style: TextStyle) -> str:
    """One line for each cause; with -v its faces under it."""
    if not style.verbose:
        rows = [(cause.id, cause.role.value, str(len(cause.faces)), cause.title) for cause in causes]
        lines = plain_table(("id", "role", "faces", "title"), rows, style)
    else:
        lines = []
        for cause in causes:
            lines.append(Line(f"{cause.id} ({cause.role.value}): {cause.title}", "bold", len(cause.id)))
            for face, title in cause.faces:
                lines += wrapped(f"{face}: {title}", style, "    ", "        ")
    return "".join(f"{paint(line, style)}\n" for line in lines)


def catalogue_json(causes: Sequence[Cause]) -> str:
    """The list as JSON."""
    rows = [
        {"id": cause.id, "role": cause.role.value, "title": cause.title, "faces": list(cause.face_ids)}
        for cause in causes
    ]
    return json.dumps({"schema": "elfdiff/causes/1", "causes": rows}, indent=2) + "\n"


def _fix_facts(cause: Cause, fix: Fix) -> str:
    parts = [f"{fix.effect.value} it, {fix.toolchain}", known_since(fix.since), fix.note]
    if set(fix.reaches) < set(cause.face_ids) and fix.reaches:
        parts.append(f"reaches {', '.join(fix.reaches)}")
    return "; ".join(part for part in parts if part)
