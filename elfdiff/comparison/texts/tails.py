"""Pools whose writer keeps a text as the end of a longer one: where a text stands then, and which stands alone.

GNU ld, LLD and GNU as sort the texts by their ends, and let a text be the end of the next one that is longer (binutils,
bfd/merge.c and bfd/elf-strtab.c; LLVM, StringTableBuilder.cpp).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from elfdiff.comparison.texts.pools import split_pool
from elfdiff.elf.model import Section

SHT_STRTAB = 3
SHF_MERGE, SHF_STRINGS = 0x10, 0x20
MAX_TEXTS = 200_000
"""Texts of a pool that is looked at."""


def is_pool(section: Section) -> bool:
    """A section of texts that whoever wrote it may have merged."""
    merged = section.flags & SHF_MERGE and section.flags & SHF_STRINGS and section.entry_size == 1
    return bool(section.type == SHT_STRTAB or merged)


class Tails:
    """The texts of one pool by their ends; none where there are too many."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def texts(self) -> dict[bytes, int]:
        """Texts that stand in the pool by themselves, and where."""
        texts, at = split_pool(self._data)
        return {text: place for text, place in zip(texts, at, strict=True) if text} if len(texts) <= MAX_TEXTS else {}

    @cached_property
    def _reversed(self) -> list[bytes]:
        return sorted(text[::-1] for text in self.texts)

    def place(self, text: bytes) -> int | None:
        """Where a reference to the text leads: to itself, or into the text that it is the end of; None where there is
        neither."""
        wanted = text[::-1]
        row = bisect_left(self._reversed, wanted)
        if not text or row == len(self._reversed) or not self._reversed[row].startswith(wanted):
            return None
        longer = self._reversed[row][::-1]
        return self.texts[longer] + len(longer) - len(text)
