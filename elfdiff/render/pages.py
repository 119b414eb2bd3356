"""The catalogue for people and programs: one cause's page, and the list of all."""

from __future__ import annotations

import json
from collections.abc import Sequence

from elfdiff.causes.model import Cause
from elfdiff.render.details import plain_table
from elfdiff.render.escape import columns, visible
from elfdiff.render.lines import Line, indented, paint, pasted, wrapped
from elfdiff.render.markdown import code, escaped, fenced
from elfdiff.render.style import TextStyle
from elfdiff.render.wording import is_pasted, known_since
from elfdiff.report import Fix


def page_text(cause: Cause, style: TextStyle, asked: str) -> str:
    """The page for a terminal; ``asked`` is the root or face id that was asked for."""
    lines = [Line(f"{cause.id} ({cause.role.value}): {cause.title}", "bold", len(cause.id))]
    lines += [Line(f"  {asked} is a face of it: {title}") for face, title in cause.faces if face == asked]
    lines.append(Line(""))
    in_code = False
    for text in cause.doc.splitlines():
        if text.startswith("```"):
            in_code = not in_code
            continue
        heading = text.startswith("## ") and not in_code
        shown = visible(text.removeprefix("## ").upper() if heading else text.rstrip(), style.ascii)
        indent = " " * (len(shown) - len(shown.lstrip()))
        fits = heading or in_code or columns(shown) <= style.width
        lines += [Line(shown, "bold" if heading else None)] if fits else wrapped(shown.lstrip(), style, indent, indent)
    lines += [Line(""), Line("FIXES, best first", "bold")]
    for number, fix in enumerate(cause.fixes, 1):
        layout = pasted if is_pasted(fix.action) else wrapped
        lines += layout(fix.action, style, f"  {number}. ", "     ")
        lines += indented(_fix_facts(fix), style, 5)
    if not cause.fixes:
        lines.append(Line("  no flag fixes this"))
    lines += [Line(""), Line("FACES", "bold")]
    for face, title in cause.faces:
        lines += wrapped(f"{face}: {title}", style, "  ", "      ")
    if cause.references:
        lines += [Line(""), Line("REFERENCES", "bold")]
        for reference in cause.references:
            lines += wrapped(reference, style, "  ", "      ")
    return "".join(f"{paint(line, style)}\n" for line in lines)


def page_markdown(cause: Cause) -> str:
    """The page as Markdown, as docs/causes/ holds it."""
    blocks = [f"# {cause.id}", f"{escaped(cause.title)} ({cause.role.value})", cause.doc, "## Fixes, best first"]
    for fix in cause.fixes:
        blocks += [f"{escaped(_fix_facts(fix))}:", fenced([fix.action])]
    if not cause.fixes:
        blocks.append("No flag fixes this.")
    blocks += ["## Faces", "\n".join(f"- {code(face)}: {escaped(title)}" for face, title in cause.faces)]
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
                "action": fix.action,
                "effect": fix.effect.value,
                "reaches": list(fix.reaches),
                "since": fix.since,
                "note": fix.note,
            }
            for fix in cause.fixes
        ],
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


def _fix_facts(fix: Fix) -> str:
    parts = [f"{fix.effect.value} it, {fix.toolchain}", known_since(fix.since), fix.note]
    if fix.reaches:
        parts.append(f"reaches {', '.join(fix.reaches)}")
    return "; ".join(part for part in parts if part)
