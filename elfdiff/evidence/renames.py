"""Source files that were compiled under another name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.model import SourceRenamed, SymbolRenamed
from elfdiff.evidence.places import readable
from elfdiff.evidence.temporary import is_drawn
from elfdiff.patterns import late
from elfdiff.report import Location
from elfdiff.span import Span

MAX_RENAMED = 20
MAX_PLACES = 1_000
"""Places of one name that are looked up in a file."""
_SOURCE = late(r"[^/]+\.(?:c|cc|cpp|cxx|c\+\+|C|m|mm|S|s|asm|f|for|f90|f95|f03|f08|F|F90|adb|d|pas|zig|ml)\Z")
# Names that tools draw, and names that differ only in a number, are of temporary or generated files.
_DRAWN = late(r"\A(?:cc|tmp|pidtmp)[\w.]{5,}|[0-9a-f]{8,}")
_HELD = (".rodata", ".strtab", ".debug_str", ".debug_line_str", ".debug_line", ".debug_info")


def extract(pair: Pair) -> Iterator[SourceRenamed | SymbolRenamed]:
    """One fact for each source file of a whose place in the list of files is taken by one of another name in b.

    Nothing if so many names differ that these are other programs, or if one side lists more files than the other.
    """
    left, right = _names(pair.a), _names(pair.b)
    a_only, b_only = _lacking(left, right), _lacking(right, left)
    if not a_only or len(a_only) != len(b_only) or len(a_only) > MAX_RENAMED or 2 * len(a_only) > len(left):
        return
    for a_name, b_name in zip(a_only, b_only, strict=True):
        if not _is_rename(a_name, b_name) and not _is_drawn(a_name, b_name):
            return
    for a_name, b_name in zip(a_only, b_only, strict=True):
        a_spans, b_spans = tuple(_places(pair.a, a_name)), tuple(_places(pair.b, b_name))
        a, b = _location(a_spans, a_name), _location(b_spans, b_name)
        spans = (*((span, None) for span in a_spans), *((None, span) for span in b_spans))
        if _is_drawn(a_name, b_name):
            yield SymbolRenamed(
                section=".strtab",
                a=a,
                b=b,
                spans=spans,
                scheme="temporary-source",
                group="",
                a_part=a_name,
                b_part=b_name,
                count=1,
                total=1,
            )
        else:
            yield SourceRenamed(section=".strtab", a=a, b=b, spans=spans, a_name=a_name, b_name=b_name)


def _names(elf: ElfFile) -> list[str]:
    """The files that the symbol table lists, else the names of the units of debug information, without directories."""
    listed = [symbol.name for symbol in elf.file_symbols if symbol.name]
    return [name.rsplit("/", 1)[-1] for name in listed or [unit.name or "" for unit in elf.debug_units] if name]


def _lacking(names: Sequence[str], others: Sequence[str]) -> list[str]:
    left = Counter(others)
    found = []
    for name in names:
        if left[name]:
            left[name] -= 1
        else:
            found.append(name)
    return found


def _is_drawn(a: str, b: str) -> bool:
    """True for names that a tool drew for a source it wrote itself; cc's own are read from the symbols."""
    return bool(_SOURCE.fullmatch(a) and _SOURCE.fullmatch(b)) and is_drawn(a, b, "/tmp")


def _is_rename(a: str, b: str) -> bool:
    if not _SOURCE.fullmatch(a) or not _SOURCE.fullmatch(b) or _DRAWN.search(a) or _DRAWN.search(b):
        return False
    return re.sub(r"\d+", "", a) != re.sub(r"\d+", "", b)


def _places(elf: ElfFile, name: str) -> Iterator[Span]:
    """Where the name stands with its NUL, alone or behind a directory."""
    wanted = name.encode("utf-8", "surrogateescape") + b"\0"
    left = MAX_PLACES
    # Sections of a hostile file may overlap.
    unread = 4 * len(elf.data)
    for section in elf.sections:
        if (
            section.span is None
            or section.span.length > unread
            or section.compression is not None
            or not section.name.startswith(_HELD)
        ):
            continue
        unread -= section.span.length
        at = elf.data.find(wanted, section.span.start, section.span.end)
        while at >= 0 and left:
            left -= 1
            if at == section.span.start or elf.data[at - 1] in b"\0/":
                yield Span(at, at + len(wanted))
            at = elf.data.find(wanted, at + 1, section.span.end)


def _location(spans: Sequence[Span], name: str) -> Location | None:
    return Location(spans[0].start, spans[0].length - 1, "file", readable(name.encode())) if spans else None
