"""References of DWARF (versions 2 to 5): offsets between its sections, addresses, and lengths of what may change size.

Entries are walked, not built: each abbreviation is compiled into stretches of fixed size, and a walk only notes where
each stretch begins. In relocatable files only lengths count: all that has a relocation is left to that.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.image import Image
from elfdiff.comparison.references.dwarf.collector import Collector
from elfdiff.comparison.references.dwarf.entries import add_units
from elfdiff.comparison.references.dwarf.lines import add_line_programs
from elfdiff.comparison.references.dwarf.lists import add_location_lists, add_range_lists
from elfdiff.comparison.references.dwarf.macros import add_macros
from elfdiff.comparison.references.dwarf.tables import add_address_ranges, add_addresses, add_string_offsets
from elfdiff.comparison.references.fields import Fields


def fields(image: Image) -> Iterator[Fields]:
    """References of every DWARF section that was found and could be read."""
    collector = Collector(image)
    if ".debug_info" in collector.sections:
        add_units(collector)
    add_line_programs(collector)
    if image.relocatable:
        yield from collector.lengths
        return
    add_address_ranges(collector)
    add_string_offsets(collector)
    add_addresses(collector)
    add_range_lists(collector)
    add_location_lists(collector)
    add_macros(collector)
    yield from collector.result()
