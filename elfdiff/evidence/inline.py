"""Directories that stand in .debug_info itself (DW_FORM_string), as GHC, Free Pascal and old DWARF write them."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.texts.rewrites import RewriteKind, apply_prefix
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit
from elfdiff.evidence.model import Evidence, PathChange, PathPlace
from elfdiff.evidence.places import readable
from elfdiff.report import Location
from elfdiff.span import Span

MAX_UNITS = 10_000


def extract(pair: Pair) -> Iterator[Evidence]:
    """A fact for each directory and name of a unit that stands inline on both sides and that a rewrite explains."""
    sections = [elf.section(".debug_info") for elf in (pair.a, pair.b)]
    if any(section is None or section.span is None or section.compression for section in sections):
        return
    for item in pair.units[:MAX_UNITS]:
        if item.a is None or item.b is None:
            continue
        for left, right, place in (
            (item.a.directory, item.b.directory, PathPlace.DEBUG_DIRECTORY),
            (item.a.name, item.b.name, PathPlace.DEBUG_NAME),
        ):
            if left and right and left != right:
                yield from _change(pair, (item.a, item.b), (left, right), place)


def _change(
    pair: Pair, units: tuple[DebugUnit, DebugUnit], texts: tuple[str, str], place: PathPlace
) -> Iterator[PathChange]:
    a, b = _inline(pair.a, units[0], texts[0]), _inline(pair.b, units[1], texts[1])
    if a is None or b is None:
        return
    old, new = (text.encode("utf-8", "surrogateescape") for text in texts)
    for rewrite in pair.rewrites:
        if rewrite.kind is RewriteKind.PREFIX and apply_prefix(rewrite.a, rewrite.b, old) == new:
            yield PathChange(
                section=".debug_info",
                a=Location(a.start, a.length, "file", readable(old)),
                b=Location(b.start, b.length, "file", readable(new)),
                rewrites=(rewrite.id,),
                spans=((a, b),),
                a_directory=readable(rewrite.a),
                b_directory=readable(rewrite.b),
                tail=readable(old[len(rewrite.a) :].lstrip(b"/")),
                place=place,
                exact=True,
            )
            return


def _inline(elf: ElfFile, unit: DebugUnit, text: str) -> Span | None:
    """Where the text stands in the bytes of its unit, with a NUL behind it."""
    section = elf.section(".debug_info")
    if section is None or section.span is None:
        return None
    wanted = text.encode("utf-8", "surrogateescape")
    at = elf.data.find(wanted + b"\0", section.span.start + unit.offset, section.span.start + unit.end)
    return Span(at, at + len(wanted)) if at >= 0 else None
