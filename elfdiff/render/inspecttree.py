"""TreeInspection → text, hazards by cause with the entries that have them, and JSON, ``elfdiff/inspect-tree/1``."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

from elfdiff.inspection.model import Hazard
from elfdiff.inspection.trees import TreeInspection
from elfdiff.render.escape import shorten, visible
from elfdiff.render.inspection import fix_lines, where
from elfdiff.render.lines import Line, indented, paint, wrapped
from elfdiff.render.style import TextStyle
from elfdiff.render.wording import amount
from elfdiff.wire.records import record

_NAMES = 3


def render_text(tree: TreeInspection, style: TextStyle, quiet: bool = False) -> str:
    """Lines for people; the last one for grep. ``quiet`` leaves only that one."""
    lines = [] if quiet else list(_lines(tree, style))
    faces = ",".join(dict.fromkeys(hazard.face for item in tree.found for hazard in item.hazards)) or "-"
    path = visible(tree.path, style.ascii)
    lines.append(Line(f"elfdiff: inspect={path} entries={tree.entries} elf={len(tree.found)} hazards={faces}"))
    return "".join(f"{paint(line, style)}\n" for line in lines)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _lines(tree: TreeInspection, style: TextStyle) -> Iterator[Line]:
    path = shorten(tree.path, style.width - 40, style.ascii)
    head = f"elfdiff: {path}: {tree.kind}, {_entries(tree.entries)}, {amount(len(tree.found), 'ELF file')}"
    yield from (Line(line.text, "bold") for line in wrapped(head, style, "", "    "))
    tools = dict.fromkeys(tool for item in tree.found for tool in item.toolchain)
    if tools:
        yield from wrapped("; ".join(list(tools)[:5]), style, "toolchain    ", " " * 13)
    listed = [item.path for item in tree.found if item.sbom.state == "present"]
    if listed:
        yield from wrapped(f"{_names(listed, style)}; elfdiff sbom FILE lists them", style, "SBOM         ", " " * 13)
    yield from (Line(shorten(f"problem: {text}", style.width, style.ascii), "red") for text in tree.problems)
    yield Line("")
    by_face: dict[str, list[tuple[str, Hazard]]] = defaultdict(list)
    for item in tree.found:
        for hazard in item.hazards:
            by_face[hazard.face].append((item.path, hazard))
    if not by_face:
        yield Line("HAZARDS: none seen. Two builds say more: elfdiff A B", "green", 8)
        return
    count = "1 thing" if len(by_face) == 1 else f"{len(by_face)} things"
    title = f"HAZARDS: {count} in here may differ in another build; only two builds prove it: elfdiff A B"
    yield from (Line(line.text, "bold") for line in wrapped(title, style, "", "    "))
    for face, found in sorted(by_face.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield from _hazard(face, found, style)


def _hazard(face: str, found: list[tuple[str, Hazard]], style: TextStyle) -> Iterator[Line]:
    hazard = found[0][1]
    mark = f"hazard[{face}]"
    first, *rest = wrapped(f"{mark} {hazard.confidence}: {hazard.title}", style, "", "    ")
    yield Line(first.text, "yellow" if hazard.confidence == "shows" else "cyan", len(mark))
    yield from rest
    yield from indented(f"in {_names([name for name, _ in found], style)}", style, 4)
    for place in hazard.places[:1]:
        yield Line(shorten(f"    {where(place, style.ascii)}  {place.value}", style.width, style.ascii))
    yield from fix_lines(hazard, style)


def _names(names: list[str], style: TextStyle) -> str:
    shown = names if style.verbose else names[:_NAMES]
    left = len(names) - len(shown)
    return ", ".join(visible(name) for name in shown) + (f" and {left} more" if left else "")


def render_json(tree: TreeInspection) -> str:
    """Each ELF file's inspection, as ``elfdiff/inspect/1`` has it, under the container that holds it."""
    return json.dumps(record(TreeInspection).write(tree, visible), indent=2) + "\n"
