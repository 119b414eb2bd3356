"""The aligner: contents first, then the address map, then the tables that describe places.

What places a byte is always what the bytes hold (names, text, masked code, anchors of equal words) or the order between
such places, never a reference to it: references are predicted from the map and checked, so they must not make it.
"""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.comparison.alignment.drafting.addresses import AddressMap
from elfdiff.comparison.alignment.drafting.code import align_section_code
from elfdiff.comparison.alignment.drafting.contents import contents
from elfdiff.comparison.alignment.drafting.data import Data
from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.operands import Operands
from elfdiff.comparison.alignment.drafting.slots import place_slots
from elfdiff.comparison.alignment.drafting.spaces import Spaces
from elfdiff.comparison.alignment.drafting.tables import is_table, place_names, table
from elfdiff.comparison.alignment.drafting.unfilled import Unfilled
from elfdiff.comparison.alignment.drafting.units import DebugUnits
from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.image import Image
from elfdiff.comparison.sections import SectionPair
from elfdiff.comparison.texts.pools import TextAlignment
from elfdiff.comparison.texts.rewrites import Rewrite
from elfdiff.elf.model import Section

SHT_SYMTAB = 2
SHT_GNU_VERSYM = 0x6FFFFFFF

MAX_ROUNDS = 4
"""Times that data are aligned anew with what the last round placed."""


def align_one_way(a: Image, b: Image, sections: Sequence[SectionPair], rewrites: Sequence[Rewrite]) -> OneWay:
    """Fill in one table of runs per section pair, in the order in which each can be known."""
    draft = Draft(a, b, sections, rewrites)
    operands = Operands(draft)
    addresses = AddressMap(draft, Unfilled(draft, operands))
    later = _by_contents(draft)
    place_slots(draft, operands)
    draft.address = addresses.space()
    data = Data(draft, operands)
    for _ in range(MAX_ROUNDS):
        before = draft.address.runs
        data.align()
        draft.address = addresses.space()
        if before.triples() == draft.address.runs.triples():
            break
    data.initialisers()
    draft.address = addresses.space()
    # Versions of symbols go with the symbols.
    for left, right in sorted(later, key=lambda pair: pair[0].type == SHT_GNU_VERSYM):
        draft.texts[left.index] = TextAlignment(table(draft, left, right))
        if left.type == SHT_SYMTAB:
            place_names(draft, left, right)
    draft.address = addresses.space()
    return Spaces(draft, addresses).one_way()


def _by_contents(draft: Draft) -> list[tuple[Section, Section]]:
    """Align what its bytes alone place; the tables, which wait for the address map."""
    units = DebugUnits(draft)
    later: list[tuple[Section, Section]] = []
    for left, right in draft.pairs:
        if left.span is None or right.span is None or draft.is_displaced(left, right):
            continue
        if is_table(left):
            later.append((left, right))
        elif left.is_executable and left.compression is None:
            align_section_code(draft, left, right)
        else:
            draft.texts[left.index] = contents(draft, units, left, right)
    units.align()
    return later
