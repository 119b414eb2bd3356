"""Alignment: who stands where in two files, and what every reference of one must therefore hold in the other."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from elfdiff.comparison.alignment.aligner import align_one_way
from elfdiff.comparison.alignment.changed import judged
from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.code.functions import FunctionMatch, FunctionStatus
from elfdiff.comparison.image import Image
from elfdiff.comparison.sections import SectionPair
from elfdiff.comparison.texts.rewrites import Rewrite, RewriteKind
from elfdiff.elf.file import ElfFile
from elfdiff.values import dataclass, replace

MAX_PLACE = 1 << 62
_MIRRORED = {FunctionStatus.ADDED: FunctionStatus.REMOVED, FunctionStatus.REMOVED: FunctionStatus.ADDED}


@dataclass(frozen=True, eq=False)
class Alignment:
    """An alignment as the caller has the files.

    The work is done in one direction only, from the file whose bytes sort first or whose words the other lacks, so that
    exchanging the two files mirrors the result exactly (DESIGN.md, law 6). ``swapped``: ``forward`` goes from b to a.
    """

    forward: OneWay
    swapped: bool

    @property
    def a(self) -> Image:
        """The caller's a."""
        return self.forward.b if self.swapped else self.forward.a

    @property
    def b(self) -> Image:
        """The caller's b."""
        return self.forward.a if self.swapped else self.forward.b

    @cached_property
    def matches(self) -> tuple[FunctionMatch, ...]:
        """What became of functions, in a's order, then b's own; all of them, or only changed ones if no code moved."""
        found = judged(self.forward)
        if not self.swapped:
            return found
        turned = [
            replace(
                match,
                a_span=match.b_span,
                b_span=match.a_span,
                a_address=match.b_address,
                b_address=match.a_address,
                status=_MIRRORED.get(match.status, match.status),
            )
            for match in found
        ]
        return tuple(sorted(turned, key=lambda match: (match.a_span is None, match.a_span or match.b_span)))

    def a_to_b(self, offset: int) -> int | None:
        """Where the byte at a file offset of a stands in b; None if it has no partner."""
        runs = self.forward.runs.inverse() if self.swapped else self.forward.runs
        at, whole = runs.map_fields(np.array([offset], dtype=np.int64), 1)
        return int(at[0]) if whole[0] else None


def align(a: ElfFile, b: ElfFile, sections: tuple[SectionPair, ...], rewrites: tuple[Rewrite, ...]) -> Alignment:
    """Align two files of one machine, class and byte order."""
    a, b = signed_places(a), signed_places(b)
    # What was taken off a name can be found where it still stands; where it is to be put in, nothing shows.
    words = [rewrite for rewrite in rewrites if rewrite.kind is RewriteKind.TOKEN]
    only_a, only_b = any(not word.b for word in words), any(not word.a for word in words)
    swapped = only_b if only_a != only_b else b.data < a.data
    if swapped:
        a, b = b, a
        sections = tuple(SectionPair(pair.b, pair.a) for pair in sections)
        rewrites = tuple(Rewrite(rewrite.id, rewrite.kind, rewrite.b, rewrite.a) for rewrite in rewrites)
    ordered = sorted(
        sections, key=lambda pair: (pair.a is None, pair.a.index if pair.a else 0, pair.b.index if pair.b else 0)
    )
    ranked = sorted(rewrites, key=lambda rewrite: (rewrite.kind, rewrite.a, rewrite.b))
    paired = [
        SectionPair(a.sections[pair.a.index] if pair.a else None, b.sections[pair.b.index] if pair.b else None)
        for pair in ordered
    ]
    return Alignment(align_one_way(Image(a), Image(b), paired, ranked), swapped)


def signed_places(elf: ElfFile) -> ElfFile:
    """The file with its addresses as 64-bit two's complement, as numpy counts; kernels live in the upper half.

    Sizes that no file can have become 0 (a damaged NOBITS header claims memory, not bytes).
    """
    numbers = [n for s in elf.sections for n in (s.address, s.offset, s.size)]
    numbers += [
        n for s in elf.segments for n in (s.virtual_address, s.memory_size, s.offset, s.file_size, s.physical_address)
    ]
    if max(numbers, default=0) < MAX_PLACE and elf.header.entry < MAX_PLACE:
        return elf
    sections = tuple(
        replace(s, address=_wrapped(s.address), offset=_small(s.offset), size=_small(s.size)) for s in elf.sections
    )
    segments = tuple(
        replace(
            s,
            virtual_address=_wrapped(s.virtual_address),
            physical_address=_wrapped(s.physical_address),
            memory_size=_small(s.memory_size),
            offset=_small(s.offset),
            file_size=_small(s.file_size),
        )
        for s in elf.segments
    )
    return replace(
        elf, sections=sections, segments=segments, header=replace(elf.header, entry=_wrapped(elf.header.entry))
    )


def _wrapped(value: int) -> int:
    value = value - (1 << 64) if value >= 1 << 63 else value
    # Damaged addresses must not overflow when a size is added.
    return value if abs(value) < MAX_PLACE else 0


def _small(value: int) -> int:
    return value if value < MAX_PLACE else 0
