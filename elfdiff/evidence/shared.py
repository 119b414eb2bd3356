"""How much of their texts two programs share."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.elf.sameness import same_raw
from elfdiff.evidence.model import Evidence, TextTotals
from elfdiff.evidence.prose import reads_as_text
from elfdiff.evidence.strings import keeps_no_ends

SHORTEST, LONGEST = 6, 4096
MAX_SIZE = 1 << 24


def extract(pair: Pair) -> Iterator[Evidence]:
    """One fact, where at least half of the texts of a side are not the other's; none for what is more alike."""
    ours, theirs = _sections(pair.a), _sections(pair.b)
    if len(ours) == len(theirs) and all(same_raw(pair.a, x, pair.b, y) for x, y in zip(ours, theirs, strict=True)):
        return
    sizes = [sum(section.size for section in sections) for sections in (ours, theirs)]
    if max(sizes) > MAX_SIZE or not min(sizes) or keeps_no_ends(pair):
        return
    a, b = _texts(pair.a), _texts(pair.b)
    common = len(a & b)
    if 2 * common < max(len(a), len(b)):
        yield TextTotals(section=".rodata", common=common, a_only=len(a) - common, b_only=len(b) - common)


def _sections(elf: ElfFile) -> list[Section]:
    return [s for s in elf.sections if s.is_allocated and s.name.startswith(".rodata") and s.span is not None]


def _texts(elf: ElfFile) -> set[bytes]:
    return {
        text
        for section in _sections(elf)
        for text in elf.contents(section).split(b"\0")
        if SHORTEST <= len(text) <= LONGEST and reads_as_text(text)
    }
