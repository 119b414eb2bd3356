"""Tables of addresses and of strings: .debug_aranges, .debug_addr and .debug_str_offsets."""

from __future__ import annotations

import struct

import numpy as np

from elfdiff.comparison.fields import ADDRESS
from elfdiff.comparison.references.dwarf.collector import Collector


def add_address_ranges(collector: Collector) -> None:
    """Sets of .debug_aranges: the unit, then pairs of address and length."""
    found = collector.content(".debug_aranges")
    if found is None:
        return
    data, start = found
    mark = "<" if collector.image.little else ">"
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(mark + "I", data, at)
        end = at + 4 + length
        if length >= 0xFFFFFFF0 or end > len(data) or length < 8:
            break
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
        at = end


def add_string_offsets(collector: Collector) -> None:
    """Rows of .debug_str_offsets (DWARF 5, section 7.26)."""
    found = collector.content(".debug_str_offsets")
    if found is None:
        return
    data, start = found
    mark = "<" if collector.image.little else ">"
    at = 0
    while at + 8 <= len(data):
        length, version = struct.unpack_from(mark + "IH", data, at)
        end = at + 4 + length
        if length >= 0xFFFFFFF0 or version != 5 or end > len(data):
            break
        places = np.arange(at + 8, end - 3, 4, dtype=np.int64) + start
        collector.add("string offset in DWARF", places, 4, collector.space(".debug_str"))
        at = end


def add_addresses(collector: Collector) -> None:
    """Rows of .debug_addr (DWARF 5, section 7.27)."""
    found = collector.content(".debug_addr")
    if found is None:
        return
    data, start = found
    mark = "<" if collector.image.little else ">"
    at = 0
    while at + 8 <= len(data):
        length, version, width = struct.unpack_from(mark + "IHB", data, at)
        end = at + 4 + length
        if length >= 0xFFFFFFF0 or version != 5 or end > len(data) or width not in (4, 8):
            break
        collector.add(
            "address in DWARF", np.arange(at + 8, end - width + 1, width, dtype=np.int64) + start, width, ADDRESS
        )
        at = end
