"""Tables of addresses and of strings: .debug_aranges, .debug_addr and .debug_str_offsets."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.references.dwarf.collector import Collector
from elfdiff.comparison.references.fields import ADDRESS


def add_address_ranges(collector: Collector) -> None:
    """Sets of .debug_aranges: the unit, then pairs of address and length (DWARF 5, section 6.1.2)."""
    for data, at, end, start in _contributions(collector, ".debug_aranges", (2, 3, 4, 5), 12):
        collector.add(
            "unit of an address range", np.array([at + 6 + start], dtype=np.int64), 4, collector.space(".debug_info")
        )
        width = data[at + 10]
        if width in (4, 8):
            first = at + (12 + 2 * width - 1) // (2 * width) * (2 * width)
            places = np.arange(first, end - 2 * width + 1, 2 * width, dtype=np.int64) + start
            collector.add("address range", places, width, ADDRESS)
            if len(places):
                collector.ranges[width, width].append((places, places + width))


def add_string_offsets(collector: Collector) -> None:
    """Rows of .debug_str_offsets (DWARF 5, section 7.26)."""
    for _, at, end, start in _contributions(collector, ".debug_str_offsets", (5,), 8):
        places = np.arange(at + 8, end - 3, 4, dtype=np.int64) + start
        collector.add("string offset in DWARF", places, 4, collector.space(".debug_str"))


def add_addresses(collector: Collector) -> None:
    """Rows of .debug_addr (DWARF 5, section 7.27)."""
    for data, at, end, start in _contributions(collector, ".debug_addr", (5,), 8):
        width = data[at + 6]
        if width in (4, 8):
            places = np.arange(at + 8, end - width + 1, width, dtype=np.int64) + start
            collector.add("address in DWARF", places, width, ADDRESS)


def _contributions(
    collector: Collector, section: str, versions: tuple[int, ...], header: int
) -> Iterator[tuple[bytes, int, int, int]]:
    """Each unit's part of one table, in its 32-bit form (DWARF 5, section 7.4).

    Yields the section's bytes, where the part begins and ends in them, and the section's own place in the space of
    places. Parts with fewer than `header` bytes, of other versions, or that reach beyond the section end the walk.
    """
    found = collector.content(section)
    if found is None:
        return
    data, start = found
    mark = "<" if collector.image.little else ">"
    at = 0
    while at + header <= len(data):
        length, version = struct.unpack_from(mark + "IH", data, at)
        end = at + 4 + length
        if length >= 0xFFFFFFF0 or version not in versions or end < at + header or end > len(data):
            return
        yield data, at, end, start
        at = end
