"""Names of sources that one build spelled ./x.c and the other x.c."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.evidence.facts import SpellingChange
from elfdiff.evidence.model import Evidence
from elfdiff.patterns import late
from elfdiff.report import Location

MAX_NAMES = 40
_NAME = late(rb"(?<![^\0])(?:\./)?[\w+-][\w./+-]{0,200}\.(?:c|cc|cpp|cxx|C|h|hh|hpp|y|l|d|m|f90|F90)(?=\0)")


def extract(pair: Pair) -> Iterator[Evidence]:
    """Of sections that both files have: texts that differ in a leading ./ alone."""
    for item in pair.sections:
        if item.a and item.b and item.name.startswith(".rodata") and item.a.is_allocated and not item.a.is_executable:
            ours, theirs = _names(pair.a, item.a), _names(pair.b, item.b)
            for name, at in list(ours.items())[:MAX_NAMES]:
                other = name[2:] if name.startswith("./") else f"./{name}"
                if other in theirs and other not in ours and name not in theirs:
                    yield SpellingChange(
                        section=item.name,
                        a=Location(at, len(name), "file", name),
                        b=Location(theirs[other], len(other), "file", other),
                    )


def _names(elf: ElfFile, section: Section) -> dict[str, int]:
    """Whole texts that name a source, with their places in the file."""
    if section.span is None or section.compression is not None:
        return {}
    found = _NAME.finditer(elf.data, section.span.start, section.span.end)
    return {match.group().decode(): match.start() for match in found}
