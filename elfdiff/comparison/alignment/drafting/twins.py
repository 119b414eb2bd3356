"""Units of .debug_info that are equal but for their references: their names and their code together say which is which.

One of the two alone would excuse whoever changed it: a name that was exchanged for another's would place its own unit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.code.functions import Function
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.fields import ADDRESS, Fields
from elfdiff.comparison.runs import isin
from elfdiff.elf.model import Section
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class Twins:
    """Indices of units of a and of b. ``pairs`` go together; of ``disputed`` ones name and code say two things."""

    pairs: tuple[tuple[int, int], ...] = ()
    disputed: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())


def twins(
    draft: Draft,
    sections: tuple[Section, Section],
    masked: Sequence[npt.NDArray[np.uint8]],
    units: tuple[list[Function], list[Function]],
    fields: tuple[tuple[Fields, ...], tuple[Fields, ...]],
) -> Twins:
    """Units that have the same masked bytes as others of their file, and their partners.

    They agree in the last part of their names, and all functions of a's whose partners are known begin b's.
    """
    bodies = [[data[u.start : u.end].tobytes() for u in side] for data, side in zip(masked, units, strict=True)]
    often = Counter(bodies[0])
    starts = {m.a_address: m.b_address for m in draft.matches if m.a_span is not None and m.b_span is not None}
    names = [_names(image) for image in (draft.a, draft.b)]
    code = [
        _code(image.place(section)[0], side, found, known)
        for image, section, side, found, known in zip(
            (draft.a, draft.b), sections, units, fields, (set(starts), set(starts.values())), strict=True
        )
    ]
    named: dict[tuple[bytes, str], list[int]] = defaultdict(list)
    placed: dict[tuple[bytes, frozenset[int]], list[int]] = defaultdict(list)
    for j, unit in enumerate(units[1]):
        named[bodies[1][j], names[1].get(unit.start, "")].append(j)
        placed[bodies[1][j], code[1][j]].append(j)
    pairs: list[tuple[int, int]] = []
    disputed: tuple[set[int], set[int]] = (set(), set())
    for i, unit in enumerate(units[0]):
        body, name = bodies[0][i], names[0].get(unit.start, "")
        there = frozenset(starts[address] for address in code[0][i])
        if often[body] < 2 or not name or not there:
            continue
        by_name, by_code = named.get((body, name), ()), placed.get((body, there), ())
        if len(by_code) == 1 and by_code[0] in by_name:
            pairs.append((i, by_code[0]))
        elif len(by_name) == 1:
            disputed[0].add(i)
            disputed[1].update((*by_name, *by_code))
    count = Counter(j for _, j in pairs)
    good = tuple((i, j) for i, j in pairs if count[j] == 1 and j not in disputed[1])
    return Twins(good, (frozenset(disputed[0]), frozenset(disputed[1])))


def _names(image: Image) -> dict[int, str]:
    """The last part of each unit's name, by where the unit begins."""
    return {unit.offset: (unit.name or "").rsplit("/", 1)[-1] for unit in image.elf.debug_units}


def _code(start: int, units: list[Function], fields: tuple[Fields, ...], known: set[int]) -> list[frozenset[int]]:
    """The functions among ``known`` (addresses) of which each unit speaks. ``start``: the section's place."""
    out: list[set[int]] = [set() for _ in units]
    begins = np.array([unit.start for unit in units], dtype=np.int64)
    wanted = np.array(sorted(known), dtype=np.int64)
    for group in fields:
        if group.space != ADDRESS or group.end or group.what != "address in DWARF":
            continue
        chosen = isin(group.target, wanted) & (group.at >= start)
        row = np.searchsorted(begins, group.at[chosen] - start, side="right") - 1
        for unit, place, address in zip(
            row.tolist(), group.at[chosen].tolist(), group.target[chosen].tolist(), strict=True
        ):
            if unit >= 0 and place - start < units[unit].end:
                out[unit].add(address)
    return [frozenset(found) for found in out]
