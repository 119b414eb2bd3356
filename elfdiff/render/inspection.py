"""Inspection → text, about 40 lines, and JSON, ``elfdiff/inspect/1`` (elfdiff/schema/inspect-1.json)."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence

from elfdiff.actions import Action
from elfdiff.inspection.model import (
    EmbeddedDirectory,
    HardeningFact,
    Hazard,
    Inspection,
    NoteFact,
    Place,
)
from elfdiff.render.escape import columns, shorten, visible
from elfdiff.render.lines import Line, indented, paint, wrapped
from elfdiff.render.plan import Step
from elfdiff.render.style import TextStyle
from elfdiff.wire.records import record

_LABEL = 13
_FEW = 5
_WHOLE_HAZARDS = 7
_LEAST_ROOM = 20
_MOST_LINES = 6
_SIGNS = {"yes": "+", "partial": "~", "no": "-", "unknown": "?"}


def render_text(found: Inspection, style: TextStyle, quiet: bool = False) -> str:
    """Lines for people; the last one for grep. ``quiet`` leaves only that one."""
    lines: list[Line] = [] if quiet else list(_lines(found, style))
    lines.append(Line(grep_line(found, style)))
    return "".join(f"{paint(line, style)}\n" for line in lines)


def grep_line(found: Inspection, style: TextStyle) -> str:
    """``elfdiff: inspect=FILE hazards=… sbom=…``, each face once."""
    faces = ",".join(hazard.face for hazard in found.hazards) or "-"
    return f"elfdiff: inspect={visible(found.path, style.ascii)} hazards={faces} sbom={found.sbom.state}"


def _lines(found: Inspection, style: TextStyle) -> Iterator[Line]:
    form = found.format
    kind = {"DYN": "shared object", "EXEC": "program", "REL": "relocatable file", "CORE": "core dump"}.get(
        form.type, form.type
    )
    if form.type == "DYN" and found.interpreter is not None:
        kind = "program (PIE)"
    stripped = "stripped" if found.stripped else "not stripped"
    path = shorten(found.path, style.width - 16, style.ascii)
    machine = f"{form.elf_class}-bit {form.endian}-endian {form.machine}"
    head = f"elfdiff: {path}: {kind}, {machine}, {found.size:,} bytes, {stripped}"
    yield from (Line(line.text, "bold") for line in wrapped(head, style, "", "    "))
    yield from _field("sha256", found.sha256, style)
    tools = list(found.toolchain) if style.verbose else list(found.toolchain[:_FEW])
    more = len(found.toolchain) - len(tools)
    named = "; ".join(tools) + (f"; {more} more" if more else "")
    yield from _field("toolchain", named or "nothing signed the file", style)
    if found.build_id is not None:
        yield from _field("build ID", f"{found.build_id}  ({found.build_id_kind})", style)
    else:
        yield from _field("build ID", "none", style)
    if found.soname is not None:
        yield from _field("soname", found.soname, style)
    yield from _field("needed", ", ".join(found.needed) or "none", style)
    if found.run_path:
        yield from _field("run path", ":".join(found.run_path), style)
    yield from _directories(found.directories, style)
    yield from _field_of_places("times", found.times, style)
    yield from _field_of_places("hosts, users", found.identities, style)
    yield from _field("SBOM", _sbom(found), style)
    if found.hardening:
        yield from _field("hardening", _hardening(found.hardening, style.verbose), style)
    if style.verbose:
        yield from _notes(found.notes, style)
    yield Line("")
    yield from _hazards(found, style)


def _field(label: str, text: str, style: TextStyle) -> Iterator[Line]:
    """A value over a few lines; what is longer loses its middle."""
    short = shorten(text, _MOST_LINES * (style.width - _LABEL), style.ascii)
    yield from wrapped(short, style, f"{label:{_LABEL}}", " " * _LABEL)


def _field_of_places(label: str, places: Sequence[Place], style: TextStyle) -> Iterator[Line]:
    """The values, each once; a few of them, unless all are asked for."""
    values = list(dict.fromkeys(place.value for place in places))
    if not values:
        return
    shown = values if style.verbose else values[:_FEW]
    more = len(values) - len(shown)
    text = ", ".join(shorten(value, 60, style.ascii) for value in shown) + (f", {more} more" if more else "")
    yield from _field(label, text, style)


def _directories(directories: Sequence[EmbeddedDirectory], style: TextStyle) -> Iterator[Line]:
    if not directories:
        return
    shown = directories if style.verbose else directories[:_FEW]
    yield Line("directories")
    cut = "..." if style.ascii else "…"
    for item in shown:
        below = item.example.value.removeprefix(item.path)
        example = where(item.example, style.ascii)
        if below and below != item.example.value:
            example += f"  {cut}{below}"
        count = "1 text" if item.count == 1 else f"{item.count} texts"
        text = f"    {shorten(item.path, style.width - 32, style.ascii)}  ({item.kind}; {count})  "
        room = style.width - columns(text)
        if room < _LEAST_ROOM:
            yield Line(shorten(text.rstrip(), style.width, style.ascii))
            text, room = " " * 8, style.width - 8
        yield Line(text + shorten(example, room, style.ascii))
    if len(directories) > len(shown):
        yield Line(f"    {len(directories) - len(shown)} more: elfdiff inspect -v")


def _sbom(found: Inspection) -> str:
    sbom = found.sbom
    if sbom.state == "malformed":
        return f"malformed: {sbom.problem}"
    if sbom.state == "absent":
        return "none"
    count = "1 package" if sbom.packages == 1 else f"{sbom.packages} packages"
    return f"{count} ({sbom.source})" + (f", of {sbom.root}" if sbom.root else "") + "; elfdiff sbom FILE lists them"


def _hardening(facts: Sequence[HardeningFact], verbose: bool) -> str:
    """Marks in front: + yes, ~ partly, - no, ? unknown."""
    shown = [fact for fact in facts if verbose or (fact.state != "not-applicable" and not _is_no_news(fact))]
    if verbose:
        return "; ".join(f"{fact.name} {fact.state}: {fact.detail}" for fact in shown)
    return (
        "  ".join(f"{_SIGNS.get(fact.state, '?')}{fact.name}" for fact in shown)
        + "   (+ yes, ~ partly, - no, ? unknown)"
    )


def _is_no_news(fact: HardeningFact) -> bool:
    """A run path has its own line; that there is none is good."""
    return fact.name == "RUNPATH"


def _notes(notes: Sequence[NoteFact], style: TextStyle) -> Iterator[Line]:
    for note in notes:
        yield from _field(
            "note", f"{note.section} {note.owner} {note.type:#x}: {shorten(note.description, 80, style.ascii)}", style
        )


def _hazards(found: Inspection, style: TextStyle) -> Iterator[Line]:
    if not found.hazards:
        yield Line("HAZARDS: none seen. Two builds say more: elfdiff A B", "green", 8)
        return
    count = "1 thing" if len(found.hazards) == 1 else f"{len(found.hazards)} things"
    title = f"HAZARDS: {count} in here may differ in another build; only two builds prove it: elfdiff A B"
    yield from (Line(line.text, "bold") for line in wrapped(title, style, "", "    "))
    whole = found.hazards if style.verbose else found.hazards[:_WHOLE_HAZARDS]
    told: set[Action] = set()
    for hazard in whole:
        yield from _hazard(hazard, style, told)
        if hazard.fix is not None:
            told.add(hazard.fix.action)
    for hazard in found.hazards[len(whole) :]:
        yield from wrapped(f"hazard[{hazard.face}] {hazard.confidence}: {hazard.title}", style, "", "    ")


def _hazard(hazard: Hazard, style: TextStyle, told: Container[Action]) -> Iterator[Line]:
    mark = f"hazard[{hazard.face}]"
    for number, line in enumerate(wrapped(f"{mark} {hazard.confidence}: {hazard.title}", style, "", "    ")):
        yield Line(line.text, "yellow" if hazard.confidence == "shows" else "cyan", len(mark)) if not number else line
    places = hazard.places if style.verbose else hazard.places[:1]
    more = hazard.total - len(places)
    for number, place in enumerate(places):
        beyond = f"   and {more} more" if more > 0 and number == len(places) - 1 else ""
        text = f"    {where(place, style.ascii)}  "
        room = style.width - columns(text) - len(beyond)
        if room < _LEAST_ROOM:
            yield Line(shorten(text.rstrip(), style.width, style.ascii))
            text, room = " " * 6, style.width - 6 - len(beyond)
        yield Line(text + shorten(place.value, room, style.ascii) + beyond)
    if hazard.note:
        yield from indented(f"note: {hazard.note}", style, 4)
    yield from fix_lines(hazard, style, told)


def fix_lines(hazard: Hazard, style: TextStyle, told: Container[Action] = ()) -> Iterator[Line]:
    """What to do about a hazard; an action that was ``told`` is not said again."""
    if hazard.fix is None:
        yield from indented(hazard.otherwise, style, 4)
        return
    lead = f"fix[{hazard.root}] {hazard.fix.effect.value}:"
    if hazard.fix.action in told:
        yield Line(f"    {lead} as above")
        return
    step = Step(hazard.fix.action)
    yield from indented(f"{lead} {step.words}{':' if step.words and step.command else ''}", style, 4)
    if step.command is not None:
        yield Line(f"        {visible(step.command, style.ascii)}")


def where(place: Place, ascii_only: bool = False) -> str:
    """``.rodata+0x1a40``, with the symbol behind it if one covers it."""
    spot = f"{place.section}+{place.offset:#x}" if place.section else f"file+{place.offset:#x}"
    return shorten(spot, 40, ascii_only) + (f" in {shorten(place.symbol, 32, ascii_only)}" if place.symbol else "")


def render_json(found: Inspection) -> str:
    """Indented JSON with a newline at its end, ASCII alone, no raw control character in any string."""
    return json.dumps(record(Inspection).write(found, visible), indent=2) + "\n"
