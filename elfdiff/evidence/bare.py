"""Sources that were compiled with debug information on one side only."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.evidence.facts import BareUnit
from elfdiff.evidence.model import Evidence
from elfdiff.patterns import late

MAX_NAMES = 20
_SOURCE = late(r"\.(?:c|cc|cpp|cxx|C|f|f90|F90|adb|d)\Z")


def extract(pair: Pair) -> Iterator[Evidence]:
    """At most one fact a side; none where the linker's plugin compiled, or a side has no debug information at all."""
    described = [{(unit.name or "").rpartition("/")[2] for unit in elf.debug_units} - {""} for elf in (pair.a, pair.b)]
    listed = [{symbol.name for symbol in elf.file_symbols if _SOURCE.search(symbol.name)} for elf in (pair.a, pair.b)]
    both = listed[0] & listed[1]
    if not all(described) or not (described[0] & described[1] & both):
        return
    for side, here, there in (("a", described[0], described[1]), ("b", described[1], described[0])):
        names = sorted((there - here) & both)
        if names:
            yield BareUnit(section=".debug_info", side=side, names=tuple(names[:MAX_NAMES]))
