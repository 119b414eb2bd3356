"""Run paths that were erased in place: cmake --install and chrpath leave a run of NULs where one was."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.evidence.facts import ErasedRunPath
from elfdiff.evidence.model import Evidence
from elfdiff.evidence.places import size_field
from elfdiff.patterns import late
from elfdiff.report import Location
from elfdiff.span import Span

DT_STRSZ, DT_RPATH, DT_RUNPATH = 10, 15, 29
MAX_TABLE = 1 << 24
_RUN = late(rb"\0{2,}")


def extract(pair: Pair) -> Iterator[Evidence]:
    """One fact if .dynstr of either file holds one run of NULs, and the two runs have other lengths.

    No linker leaves two NULs in a row in a string table, but at its very beginning.
    """
    sections = pair.a.section(".dynstr"), pair.b.section(".dynstr")
    if sections[0] is None or sections[1] is None:
        return
    if any(section.span is None or section.size > MAX_TABLE for section in sections if section):
        return
    holes = [_holes(pair.a, sections[0]), _holes(pair.b, sections[1])]
    if len(holes[0]) > 1 or len(holes[1]) > 1 or not (holes[0] or holes[1]):
        return
    a, b = (found[0] if found else None for found in holes)
    lengths = a.length if a else 0, b.length if b else 0
    if lengths[0] == lengths[1]:
        return
    # The NUL that ended the path is one more of the run.
    a, b = (
        Span(hole.start, hole.end + 1) if hole and _is_nul(elf, hole.end) else hole
        for elf, hole in ((pair.a, a), (pair.b, b))
    )
    fields = [_fields(pair.a, sections[0]), _fields(pair.b, sections[1])]
    yield ErasedRunPath(
        section=".dynstr",
        a=_place(a),
        b=_place(b),
        spans=((a, b), *zip(*fields, strict=False)),
        a_length=lengths[0],
        b_length=lengths[1],
    )


def _is_nul(elf: ElfFile, at: int) -> bool:
    return elf.data[at : at + 1] == b"\0"


def _holes(elf: ElfFile, section: Section) -> list[Span]:
    """Runs of NULs without those that end a string: the one before each, and the one that was there."""
    start = section.span.start if section.span else 0
    kept = {entry.text_span.end for entry in elf.dynamic if entry.tag in (DT_RPATH, DT_RUNPATH) and entry.text_span}
    found = []
    for run in _RUN.finditer(elf.raw(section)):
        begin, end = start + run.start() + 1, start + run.end()
        if begin - 1 not in kept:
            end -= 1
        if run.start() > 0 and begin < end:
            found.append(Span(begin, end))
    return found


def _fields(elf: ElfFile, section: Section) -> list[Span]:
    """What says how long the table is: sh_size, and DT_STRSZ if it says the same."""
    width = elf.elf_class // 8
    sizes = [entry.span for entry in elf.dynamic if entry.tag == DT_STRSZ and entry.value == section.size]
    return [size_field(elf, section), *(Span(span.end - width, span.end) for span in sizes[:1])]


def _place(hole: Span | None) -> Location | None:
    return Location(hole.start, hole.length, "file", f"{hole.length} NULs") if hole else None
