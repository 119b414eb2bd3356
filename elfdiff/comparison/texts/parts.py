"""Parts: the sections whose texts are paired with each other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from elfdiff.comparison.sections import SectionPair
from elfdiff.comparison.texts.find import Spot
from elfdiff.comparison.texts.mergeable import family
from elfdiff.elf.file import ET_REL, ElfFile
from elfdiff.elf.model import Section
from elfdiff.values import dataclass

Lists = tuple[list[Spot], list[Spot], dict[int, bytes], dict[int, bytes]]
"""Texts of a and of b that the other lacks, and by where they stand what stands before them."""


@dataclass(frozen=True)
class Part:
    """Texts that one side lacks, of a section and its partner, or of all mergeable sections of one family.

    Those of a family stand as if its sections were one, in a and in b; ``starts`` say where each begins, by index.
    """

    pairs: tuple[SectionPair, ...]
    lists: Lists
    starts: tuple[dict[int, int], dict[int, int]] = ({}, {})

    @property
    def alone(self) -> bool:
        """One section and its partner."""
        return len(self.pairs) == 1

    def own(self, spot: Spot | None, side: int) -> Spot | None:
        """The text where it stands in its own section."""
        start = self.starts[side].get(spot.section.index, 0) if spot is not None else 0
        return Spot(spot.section, spot.offset - start, spot.text) if spot is not None and start else spot

    def contents(self, elf: ElfFile, side: int) -> bytes:
        """What the sections of a (0) or of b (1) hold."""
        return b"".join(elf.contents(section) for section in _of(self.pairs, side))


def _of(pairs: Iterable[SectionPair], side: int) -> list[Section]:
    return [section for pair in pairs if (section := pair.b if side else pair.a) is not None]


def joined(parts: Iterable[Part], a: ElfFile, b: ElfFile) -> list[Part]:
    """Parts of one family of mergeable sections as one, where the files are relocatable: a text that became longer may
    have another section."""
    out: list[Part] = []
    families: dict[str, list[Part]] = {}
    relocatable = a.header.type == b.header.type == ET_REL
    for part in parts:
        stem = next((family(section) for side in (0, 1) for section in _of(part.pairs, side)), None)
        if stem is None or not relocatable:
            out.append(part)
        else:
            if stem not in families:
                out.append(part)
            families.setdefault(stem, []).append(part)
    several = {id(group[0]): group for group in families.values() if len(group) > 1}
    return [_together(several[id(part)], (a, b)) if id(part) in several else part for part in out]


def _together(parts: list[Part], files: tuple[ElfFile, ElfFile]) -> Part:
    pairs = tuple(pair for part in parts for pair in part.pairs)
    spots: tuple[list[Spot], list[Spot]] = ([], [])
    before: tuple[dict[int, bytes], dict[int, bytes]] = ({}, {})
    starts: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for side in (0, 1):
        sections = _of(pairs, side)
        sizes = accumulate((len(files[side].contents(section)) for section in sections), initial=0)
        starts[side].update(zip((section.index for section in sections), sizes, strict=False))
        for part in parts:
            neighbours = part.lists[3] if side else part.lists[2]
            for spot in part.lists[1] if side else part.lists[0]:
                at = spot.offset + starts[side][spot.section.index]
                spots[side].append(Spot(spot.section, at, spot.text))
                before[side][at] = neighbours[spot.offset]
    return Part(pairs, (*spots, *before), starts)
