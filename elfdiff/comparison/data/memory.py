"""Memory without contents (.bss): only names and references tell what stands where.

A reference alone must not move the map, for it is what will be checked. A place counts if a symbol of the same name
stands at both ends and the code that uses it agrees, or if two references or more are all there are and all agree.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from elfdiff.comparison.image import Image
from elfdiff.comparison.runs import Ints, Runs, identity
from elfdiff.elf.model import Section
from elfdiff.elf.symbols import SymbolTable

STT_OBJECT, STT_COMMON = 1, 5
ENOUGH = 2
"""References that must agree where nothing has a name."""


def objects_in(image: Image, section: Section, table: SymbolTable) -> dict[bytes, tuple[int, int]]:
    """Offset and size of what symbols name in a section; names that occur twice are left out."""
    base = 0 if image.relocatable else section.address
    rows = np.flatnonzero((table.section_of == section.index) & (table.table["size"] > 0))
    found: dict[bytes, tuple[int, int]] = {}
    for row in rows.tolist():
        name = table.names.raw(int(table.table["name"][row]))
        place = int(table.table["value"][row]) - base, int(table.table["size"][row])
        found[name] = place if name not in found else (-1, 0)
    return {name: place for name, place in found.items() if place[0] >= 0}


def align_memory(
    size: int,
    other: int,
    ours: Mapping[bytes, tuple[int, int]],
    theirs: Mapping[bytes, tuple[int, int]],
    a_to: Ints,
    b_to: Ints,
) -> Runs | None:
    """Runs between two sections of ``size`` and ``other`` bytes; None where nothing says that anything moved.

    ``a_to`` and ``b_to``: what each operand of matched code means in a and in b, as offsets into them.
    """
    agreed = _agreed(a_to, b_to)
    places: dict[int, int] = {a: b for a, (b, count) in agreed.items() if count >= ENOUGH}
    for name, (a, _) in ours.items():
        if name in theirs and agreed.get(a, (-1, 0))[0] == theirs[name][0]:
            places[a] = theirs[name][0]
    if all(a == b for a, b in places.items()):
        return None
    if len(set(places.values())) < len(places):
        return None
    a_sorted, b_sorted = sorted(places), sorted(places.values())
    room = dict(zip(b_sorted, [*b_sorted[1:], other], strict=True))
    limit = dict(zip(a_sorted, [*a_sorted[1:], size], strict=True))
    runs = [(a, b, min(limit[a] - a, room[b] - b)) for a, b in places.items()]
    # What nothing points to, and stands in front, has not moved.
    runs.append((0, 0, min(a_sorted[0], b_sorted[0])))
    return Runs.of(runs)


def _agreed(a_to: Ints, b_to: Ints) -> dict[int, tuple[int, int]]:
    """Places all of whose references lead to one place of b: that place, and how many references they are."""
    if not len(a_to):
        return {}
    pairs, count = np.unique(np.stack((a_to, b_to)), axis=1, return_counts=True)
    _, first, different = np.unique(pairs[0], return_index=True, return_counts=True)
    rows = first[different == 1]
    return {int(a): (int(b), int(n)) for a, b, n in zip(pairs[0][rows], pairs[1][rows], count[rows], strict=True)}


def by_name(
    size: int, other: int, ours: Mapping[bytes, tuple[int, int]], theirs: Mapping[bytes, tuple[int, int]]
) -> Runs:
    """Object by object; as a whole where no name is known."""
    runs = [
        (at, theirs[name][0], min(length, theirs[name][1])) for name, (at, length) in ours.items() if name in theirs
    ]
    return Runs.of(runs) if runs else identity(min(size, other))
