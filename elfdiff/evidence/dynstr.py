"""The order of names in .dynstr, which tells of the libraries that the linker read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from elfdiff.comparison.code.functions import FunctionStatus
from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.facts import ImportOrderChange
from elfdiff.evidence.model import Evidence
from elfdiff.report import Location

MAX_TABLE = 1 << 24
FEWEST = 2
NAMES_PER_FUNCTION = 8
_CHANGED = (FunctionStatus.CHANGED, FunctionStatus.ADDED, FunctionStatus.REMOVED)


def extract(pair: Pair) -> Iterator[Evidence]:
    """At most one fact."""
    left, right = _names(pair.a), _names(pair.b)
    if not left or left == right or sorted(left) != sorted(right):
        return
    symbols = [[symbol.name for symbol in elf.dynamic_symbols] for elf in (pair.a, pair.b)]
    moved = sum(x != y for x, y in zip(left, right, strict=True))
    if symbols[0] != symbols[1] or moved < FEWEST:
        return
    changed = sum(match.status in _CHANGED for match in pair.function_matches)
    if moved < NAMES_PER_FUNCTION * changed or _are_permuted(pair):
        return  # objects that name them in another order are reason enough
    first = next(i for i, (x, y) in enumerate(zip(left, right, strict=True)) if x != y)
    yield ImportOrderChange(
        section=".dynstr",
        a=_place(pair.a, left[first:]),
        b=_place(pair.b, right[first:]),
        count=moved,
    )


def _are_permuted(pair: Pair) -> bool:
    """Functions of one section stand in another order, as their objects do."""
    places: dict[str, list[tuple[int, int]]] = {}
    for match in pair.function_matches:
        if match.a_span is not None and match.b_span is not None:
            places.setdefault(match.section, []).append((match.a_address, match.b_address))
    return any(
        before > after for found in places.values() for (_, before), (_, after) in itertools.pairwise(sorted(found))
    )


def _names(elf: ElfFile) -> list[bytes]:
    section = elf.section(".dynstr")
    if section is None or section.span is None or section.size > MAX_TABLE:
        return []
    return elf.raw(section).split(b"\0")


def _place(elf: ElfFile, names: list[bytes]) -> Location:
    section = elf.section(".dynstr")
    shown = ", ".join(name.decode("utf-8", "backslashreplace") for name in names[:4])
    return Location(section.offset if section else 0, 0, "file", shown)
