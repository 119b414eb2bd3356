"""Fields that refer to a place: where they stand in a, what they mean there, and what they must therefore hold in b."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.runs import Flags, Ints, Mapped, Runs
from elfdiff.elf.immediate import Immediate
from elfdiff.values import dataclass, replace

ADDRESS = "address"
"""The space of virtual addresses."""
FILE = "file offset"
"""The space of file offsets, section by section: what headers speak of."""
LAYOUT = "section address"
"""The space of addresses, section by section: where sections begin and end, whatever moved inside."""
SECTION_INDEX = "section index"
THREAD_LOCAL = "thread-local offset"
VERSION = "version"
"""The space of numbers of symbol versions."""

BOUND = "upper bound in DWARF"
COUNT = "number of items in DWARF"
"""What a field is called that holds the number of an array's last element; ``extra`` is the address of the one variable
that is such an array, 0 if it is not known."""


def contents_of(section_index: int) -> str:
    """The space of offsets into one section's (inflated) contents; a's section index names it."""
    return f"contents {section_index}"


def size_of(section_index: int) -> str:
    """The space of sizes of one section of a relocatable file; a's section index names it."""
    return f"size {section_index}"


def symbols_of(section_index: int) -> str:
    """The space of indices into one symbol table; a's section index names it."""
    return f"symbols {section_index}"


def frames_in(section_index: int) -> str:
    """The space of entries of one section of call frames; a's section index names it."""
    return f"frames {section_index}"


def records_of(section_index: int) -> str:
    """The space of indices into one relocation table; a's section index names it."""
    return f"records {section_index}"


@dataclass(frozen=True, slots=True)
class Fields:
    """References of one kind. ``at`` are offsets into a's image, ``target`` places in ``space``, both as a has them.

    ``end``: the target ends something, so at a breakpoint it belongs to what stands before it. ``begin``: it begins
    something, so a place where something only ends is none. ``negate``: what is stored is base minus target.
    ``immediate``: the number shares its word with other bits, and may be only a part of target less base; the word
    that a holds is then ``held``, and all of the word is predicted.
    """

    what: str
    at: Ints
    width: int
    target: Ints
    space: str
    base: Base = Base.NOTHING
    extra: Ints | int = 0
    end: bool = False
    begin: bool = False
    negate: bool = False
    immediate: Immediate | None = None
    held: Ints | None = None

    def __len__(self) -> int:
        return len(self.at)

    def where(self, chosen: Flags) -> Fields:
        """Only the chosen fields."""
        extra = self.extra if isinstance(self.extra, int) else self.extra[chosen]
        return replace(
            self,
            at=self.at[chosen],
            target=self.target[chosen],
            extra=extra,
            held=None if self.held is None else self.held[chosen],
        )

    def stored(self, numbers: Ints) -> Ints:
        """What stands in the file where a field means ``numbers``: the number itself, or the word that holds it."""
        if self.immediate is None or self.held is None:
            return truncated(-numbers if self.negate else numbers, self.width)
        return self.immediate.put(self.held, numbers)


@dataclass(frozen=True, slots=True)
class Space:
    """One space's map: runs, and the ends of sections, which hold even where the last byte has no partner."""

    runs: Runs
    ends_a: Ints
    ends_b: Ints
    firm: bool = False
    """Fields say which values are ends: the ends of sections come first, whatever the last run says, and no other value
    means the end of a run."""
    discrete: bool = False
    """Numbers of things: none is the end of the one before it."""
    bodies: tuple[tuple[int, int], ...] = ()
    """Code of a, in which nothing but an end means the end of what stands before."""

    def map(self, values: Ints, end: bool) -> Mapped:
        """Each value's place in b; ``end``: values are ends of something.

        Where one run ends and the next begins, a value means the next one unless it is an end: whoever redirects it to
        the other must not be excused. Only at the end of a section there is a second candidate, because symbols and
        operands that mean such an end look like any other; headers tell (``firm``).
        """
        found = self.runs.map(values)
        value, other, known = found.value, found.other, found.known
        ambiguous = np.zeros(len(values), dtype=bool)
        if (self.discrete or self.firm or self.bodies) and not end:
            inside = np.full(len(values), self.discrete or self.firm)
            for low, high in self.bodies:
                inside |= (values >= low) & (values < high)
            known = known & (~inside | self.runs.map_fields(values, 1)[1])
        if end:
            value = np.where(found.ambiguous, other, value)
        if len(self.ends_a):
            at = np.minimum(np.searchsorted(self.ends_a, values), len(self.ends_a) - 1)
            hit = self.ends_a[at] == values
            there = self.ends_b[at]
            if end:
                # Either the last thing of a section ends here, or the section does.
                other, ambiguous = there, hit & known & (value != there) & (not self.firm)
                value = np.where(hit if self.firm else hit & ~known, there, value)
            else:
                other = np.where(hit & ~found.ambiguous, there, other)
                ambiguous = hit & known & (value != other) & (not self.firm)
                value = np.where(hit & ~known, there, value)
            known = known | hit
        return Mapped(value, known, other, ambiguous)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the fields must hold in b. ``b_at`` is meaningful where ``placed``, ``value`` where ``known``.

    ``other`` is a second candidate where ``ambiguous`` (the target stands where one run ends and another begins).
    """

    fields: Fields
    b_at: Ints
    placed: Flags
    value: Ints
    known: Flags
    other: Ints
    ambiguous: Flags


def truncated(values: Ints, width: int) -> Ints:
    """The low ``width`` bytes as a number; 64-bit ones wrap into int64."""
    return values if width >= 8 else values & np.int64((1 << (8 * width)) - 1)


def predict(fields: Fields, places: Runs, spaces: Mapping[str, Space], b_address: Ints | None) -> Prediction:
    """Put every field through the map. ``b_address``: where each field stands in b, for those that count from there."""
    b_at, placed = places.map_fields(fields.at, fields.width)
    space = spaces.get(fields.space)
    count = len(fields)
    if space is None:
        unknown = np.zeros(count, dtype=bool)
        zero = np.zeros(count, dtype=np.int64)
        return Prediction(fields, b_at, placed, zero, unknown, zero, unknown.copy())
    mapped = space.map(fields.target, fields.end)
    known = mapped.known & space.runs.map_fields(fields.target, 1)[1] if fields.begin else mapped.known.copy()
    extra = np.broadcast_to(np.asarray(fields.extra, dtype=np.int64), (count,))
    subtract: Ints = np.zeros(count, dtype=np.int64)
    if fields.base in (Base.SITE, Base.PAGE):
        if b_address is None:
            known[:] = False
        else:
            subtract = b_address + extra
            if fields.base is Base.PAGE:
                subtract = subtract & ~np.int64(0xFFF)
    elif fields.base is Base.PLACE:
        base = space.map(np.ascontiguousarray(extra), False)
        subtract, known = base.value, known & base.known
    elif fields.base is Base.CONSTANT:
        subtract = extra
    return Prediction(
        fields,
        b_at,
        placed,
        fields.stored(mapped.value - subtract),
        known,
        fields.stored(mapped.other - subtract),
        mapped.ambiguous,
    )
