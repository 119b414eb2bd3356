"""Pair DWARF units: same name behind the directory, same occurrence."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from elfdiff.elf.model import DebugUnit
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class UnitPair:
    """A unit of a and its partner in b; None on the side that lacks it."""

    a: DebugUnit | None
    b: DebugUnit | None


def _name(unit: DebugUnit) -> str:
    return unit.name or ""


def _base_name(unit: DebugUnit) -> str:
    return _name(unit).rsplit("/", 1)[-1]


def pair_units(a: Sequence[DebugUnit], b: Sequence[DebugUnit]) -> tuple[UnitPair, ...]:
    """Pair by whole name, then by last path component, then, if as many are left on both sides, by order."""
    partner: dict[int, DebugUnit] = {}
    free = dict(enumerate(b))
    for key in (_name, _base_name):
        waiting: dict[str, deque[int]] = defaultdict(deque)
        for index, unit in free.items():
            waiting[key(unit)].append(index)
        for index, unit in enumerate(a):
            if index not in partner and waiting[key(unit)]:
                partner[index] = free.pop(waiting[key(unit)].popleft())
    left = [index for index in range(len(a)) if index not in partner]
    if len(left) == len(free):
        for index, other in zip(left, list(free), strict=True):
            partner[index] = free.pop(other)
    pairs = [UnitPair(unit, partner.get(index)) for index, unit in enumerate(a)]
    return tuple(pairs + [UnitPair(None, unit) for unit in free.values()])
