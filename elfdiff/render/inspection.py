"""What one file shows, as text and as JSON: its identity first, then the hazards in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from elfdiff.inspection.model import SCHEMA, EmbeddedDirectory, Hazard, Inspection, Place
from elfdiff.render.escape import shorten, visible
from elfdiff.render.jsonreport import Json
from elfdiff.render.lines import Line, indented, paint, pasted, wrapped
from elfdiff.render.style import TextStyle
from elfdiff.render.wording import amount, is_pasted, joined

_FEW = 4
_FEW_PLACES = 1
_LABEL = 12


def render_inspection(found: Inspection, style: TextStyle) -> str:
    """The whole text, ending in the line for grep and a newline."""
    lines = [*_head(found, style), Line(""), *_facts(found, style)]
    for hazard in found.hazards:
        lines += [Line(""), *_hazard(hazard, style)]
    lines += [Line(""), Line(inspection_line(found), "dim")]
    return "".join(f"{paint(line, style)}\n" for line in lines)


def inspection_line(found: Inspection) -> str:
    """The line for grep: the roots of the hazards, in the order of the text."""
    roots = ",".join(dict.fromkeys(hazard.root for hazard in found.hazards))
    return f"elfdiff: result=inspected hazards={roots or '-'} sbom={found.sbom.state} exit=0"


def _head(found: Inspection, style: TextStyle) -> list[Line]:
    form = found.format
    count = amount(len(found.hazards), "hazard") if found.hazards else "no known hazard"
    kind = f"ELF{form.elf_class} {form.endian}-endian {form.machine} {form.type}, {amount(found.size, 'byte')}"
    text = f"{shorten(found.path, style.width // 2, style.ascii)}: {kind}; {count}"
    first, *rest = wrapped(f"elfdiff: INSPECTED  {text}", style, "", "  ")
    return [Line(first.text, "bold", len("elfdiff: INSPECTED")), *rest]


def _facts(found: Inspection, style: TextStyle) -> Iterator[Line]:
    most = None if style.verbose else _FEW
    build_id = f"{found.build_id} ({found.build_id_kind})" if found.build_id and found.build_id_kind else found.build_id
    facts: tuple[tuple[str, Iterable[str]], ...] = (
        ("sha256", (found.sha256,)),
        ("build ID", (build_id or "none",)),
        ("stripped", ("yes" if found.stripped else "no",)),
        ("toolchain", found.toolchain),
        ("languages", _one(", ".join(found.languages))),
        ("interpreter", _one(found.interpreter)),
        ("soname", _one(found.soname)),
        ("needed", _one(", ".join(found.needed))),
        ("run path", found.run_path),
        ("directories", map(_directory, found.directories)),
        ("times", (place.value for place in found.times)),
        ("who, where", (place.value for place in found.identities)),
        ("packages", (_packages(found),)),
        ("hardening", _hardening(found, style.verbose)),
        ("notes", (f"{note.owner} {note.type:#x}: {note.description}" for note in found.notes if style.verbose)),
        ("odd", found.warnings),
    )
    for label, values in facts:
        yield from _fact(label, list(values), most, style)


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _fact(label: str, values: list[str], most: int | None, style: TextStyle) -> Iterator[Line]:
    shown = values[:most]
    if len(shown) < len(values):
        shown.append(f"{len(values) - len(shown)} more: elfdiff inspect -v")
    for index, value in enumerate(shown):
        start = f"  {label if index == 0 else '':{_LABEL}}"
        yield from wrapped(value, style, start, " " * (_LABEL + 4))


def _directory(directory: EmbeddedDirectory) -> str:
    return f"{directory.path} ({directory.kind}, {amount(directory.count, 'text')})"


def _packages(found: Inspection) -> str:
    sbom = found.sbom
    if sbom.state == "malformed":
        return f"malformed list: {sbom.problem}"
    if sbom.state == "absent":
        return "no list"
    root = f" of {sbom.root}" if sbom.root else ""
    return f"{amount(sbom.packages, 'package')}{root} ({sbom.source}): elfdiff sbom"


def _hardening(found: Inspection, verbose: bool) -> tuple[str, ...]:
    facts = [fact for fact in found.hardening if verbose or fact.state != "not-applicable"]
    if verbose:
        return tuple(f"{fact.name}: {fact.state}; {fact.detail}" for fact in facts)
    return _one(", ".join(f"{fact.name} {fact.state}" for fact in facts))


def _hazard(hazard: Hazard, style: TextStyle) -> Iterator[Line]:
    tag = f"hazard[{hazard.face}]"
    first, *rest = wrapped(f"{tag} {hazard.confidence}: {hazard.title}", style, "", "    ")
    yield Line(first.text, "yellow", len(tag))
    yield from rest
    places = hazard.places if style.verbose else hazard.places[:_FEW_PLACES]
    if hazard.total > len(places):
        words = list(dict.fromkeys(place.section or "the file" for place in hazard.places))
        yield from indented(f"{amount(hazard.total, 'place')}, in {joined(words, 3)}; first:", style, 4)
    for place in places:
        symbol = f"  symbol {visible(place.symbol)}" if place.symbol else ""
        where = f"    {visible(place.section or 'file')}+{place.offset:#x}{symbol}"
        yield Line(shorten(where, style.width, style.ascii))
        yield Line(f"      {shorten(place.value, style.width - 6, style.ascii)}")
    effect = "masks" if hazard.masks else "removes"
    start = f"    fix[{hazard.root}] "
    if is_pasted(hazard.advice):
        yield from pasted(f"{effect}: {hazard.advice}", style, start, "        ")
    else:
        yield from wrapped(hazard.advice, style, start, "        ")
    if hazard.note:
        yield from indented(hazard.note, style, 4)


def render_inspection_json(found: Inspection) -> str:
    """The same as JSON, ``elfdiff/inspect/1``, ASCII, strings as in the report (docs/report-schema.md)."""
    form = found.format
    sbom = found.sbom
    shown: dict[str, Json] = {
        "schema": SCHEMA,
        "tool": {"name": "elfdiff", "version": found.tool_version},
        "file": {"path": visible(found.path), "size": found.size, "sha256": found.sha256},
        "format": {"class": form.elf_class, "endian": form.endian, "machine": form.machine, "type": form.type},
        "stripped": found.stripped,
        "toolchain": _texts(found.toolchain),
        "languages": _texts(found.languages),
        "build_id": found.build_id,
        "build_id_kind": found.build_id_kind,
        "interpreter": _text(found.interpreter),
        "soname": _text(found.soname),
        "needed": _texts(found.needed),
        "run_path": _texts(found.run_path),
        "notes": [
            {
                "owner": visible(note.owner),
                "type": note.type,
                "section": visible(note.section),
                "description": visible(note.description),
            }
            for note in found.notes
        ],
        "directories": [
            {
                "path": visible(item.path),
                "kind": item.kind,
                "count": item.count,
                "example": _place(item.example),
            }
            for item in found.directories
        ],
        "times": [_place(place) for place in found.times],
        "identities": [_place(place) for place in found.identities],
        "sbom": {
            "state": sbom.state,
            "source": sbom.source,
            "packages": sbom.packages,
            "root": _text(sbom.root),
            "problem": _text(sbom.problem),
        },
        "hardening": [
            {"name": fact.name, "state": fact.state, "detail": visible(fact.detail)} for fact in found.hardening
        ],
        "hazards": [_hazard_object(hazard) for hazard in found.hazards],
        "warnings": _texts(found.warnings),
    }
    return json.dumps(shown, indent=2) + "\n"


def _hazard_object(hazard: Hazard) -> dict[str, Json]:
    return {
        "cause": hazard.root,
        "face": hazard.face,
        "title": visible(hazard.title),
        "confidence": hazard.confidence,
        "places": [_place(place) for place in hazard.places],
        "total": hazard.total,
        "advice": visible(hazard.advice),
        "masks": hazard.masks,
        "note": _text(hazard.note),
    }


def _place(place: Place) -> dict[str, Json]:
    return {
        "section": _text(place.section),
        "symbol": _text(place.symbol),
        "offset": place.location.offset,
        "length": place.location.length,
        "in": visible(place.location.within),
        "value": visible(place.value),
    }


def _text(value: str | None) -> str | None:
    return visible(value) if value is not None else None


def _texts(values: Iterable[str]) -> list[Json]:
    return [visible(value) for value in values]
