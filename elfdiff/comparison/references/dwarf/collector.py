"""Places of references in the DWARF sections of one file, gathered by what they refer to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.code import allocated
from elfdiff.comparison.references.fields import ADDRESS, BOUND, COUNT, Fields, contents_of
from elfdiff.comparison.runs import Ints

MAX_UNITS = 1_000_000


class Collector:
    """Gathers places by kind of reference."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.sections = {
            s.name.replace(".zdebug_", ".debug_"): s
            for s in reversed(image.elf.sections)
            if s.name.startswith((".debug_", ".zdebug_"))
        }
        self.places: dict[tuple[str, int, str, bool], list[Ints]] = defaultdict(list)
        self.ranges: dict[tuple[int, int], list[tuple[Ints, Ints]]] = defaultdict(list)
        self.lengths: list[Fields] = []
        self.arrays: dict[int, list[int]] = defaultdict(list)
        """Place of an upper bound → places of the addresses of the variables that are such an array."""
        self.locations: list[tuple[Ints, int, int, int, int]] = []

    @cached_property
    def lowest(self) -> int:
        """The lowest address of code; smaller numbers are distances."""
        return max(1, min((s.address for s in self.image.elf.sections if s.is_executable and s.address), default=1))

    def space(self, name: str) -> str:
        section = self.sections.get(name)
        return contents_of(section.index) if section is not None else "nowhere"

    def content(self, name: str) -> tuple[bytes, int] | None:
        """A section's contents and its offset in the image."""
        section = self.sections.get(name)
        if (
            section is None
            or section.span is None
            or (section.compression is not None and not self.image.inflated(section))
        ):
            return None
        return self.image.content(section), self.image.place(section)[0]

    def add(self, what: str, at: Ints, width: int, space: str, end: bool = False) -> None:
        self.places[what, width, space, end].append(at)

    def add_lengths(self, what: str, at: list[int], begins: list[int], ends: list[int], space: str, start: int) -> None:
        """Fields that say how long a contribution is: 4 bytes before ``begins``, or 8 in 64-bit DWARF."""
        for width in (4, 8):
            chosen = [i for i in range(len(at)) if begins[i] - at[i] == width]
            if chosen:
                self.lengths.append(
                    Fields(
                        what,
                        np.array([at[i] + start for i in chosen], dtype=np.int64),
                        width,
                        np.array([ends[i] for i in chosen], dtype=np.int64),
                        space,
                        Base.PLACE,
                        np.array([begins[i] for i in chosen], dtype=np.int64),
                        end=True,
                    )
                )

    def _variables(self, at: Ints) -> Ints:
        """The address of the one variable that each upper bound belongs to; 0 where there is none, or several."""
        width = self.image.word
        out = np.zeros(len(at), dtype=np.int64)
        for row, place in enumerate(at.tolist()):
            homes = self.arrays.get(place, ())
            if len(homes) == 1:
                out[row] = int(self.image.numbers(np.array(homes, dtype=np.int64), width)[0])
        return out

    def result(self) -> Iterator[Fields]:
        for (what, width, space, end), parts in self.places.items():
            at = np.concatenate(parts)
            values = self.image.numbers(at, width)
            if space == ADDRESS:
                used = allocated(self.image, values) & (values > 0)
                at, values = at[used], values[used]
            if len(at):
                extra = self._variables(at) if what in (BOUND, COUNT) else 0
                yield Fields(what, at, width, values, space, extra=extra, end=end)
        for (low_width, high_width), pairs in self.ranges.items():
            low = np.concatenate([pair[0] for pair in pairs])
            high = np.concatenate([pair[1] for pair in pairs])
            start = self.image.numbers(low, low_width)
            length = self.image.numbers(high, high_width)
            used = allocated(self.image, start) & (start > 0) & (length > 0)
            start, length, high = start[used], length[used], high[used]
            yield Fields(
                "length of code in DWARF", high, high_width, start + length, ADDRESS, Base.PLACE, start, end=True
            )
        yield from self.lengths
