"""Lists of ranges and of locations."""

from __future__ import annotations

import contextlib
import struct
from typing import Literal

import numpy as np

from elfdiff.comparison.references.dwarf.collector import MAX_UNITS, Collector
from elfdiff.comparison.references.dwarf.expressions import add_expressions, walk_expression
from elfdiff.comparison.references.dwarf.forms import uleb
from elfdiff.comparison.references.fields import ADDRESS, truncated
from elfdiff.comparison.runs import unique


def add_range_lists(collector: Collector) -> None:
    """Lists of .debug_rnglists, entry by entry, and of .debug_ranges, which are pairs of words."""
    found = collector.content(".debug_rnglists")
    if found is not None:
        with contextlib.suppress(IndexError):
            _new_range_lists(collector, *found)
    found = collector.content(".debug_ranges")
    if found is not None:
        data, start = found
        width = collector.image.word
        places = np.arange(0, len(data) - width + 1, width, dtype=np.int64) + start
        values = collector.image.numbers(places, width)
        # A pair is an address only in units whose base is 0; smaller numbers are distances from a unit's base.
        used = values >= collector.lowest
        ends = (np.arange(len(places)) & 1 == 1) & (np.roll(values, 1) != truncated(np.full(1, -1), width))
        collector.add("address in a range list", places[used & ~ends], width, ADDRESS)
        collector.add("address in a range list", places[used & ends], width, ADDRESS, True)


def _new_range_lists(collector: Collector, data: bytes, start: int) -> None:
    mark = "<" if collector.image.little else ">"
    space = collector.space(".debug_rnglists")
    at = 0
    starts: list[int] = []
    ends: list[int] = []
    lengths: tuple[list[int], list[int], list[int]] = ([], [], [])
    width = 8
    while at + 12 <= len(data):
        length, version, width, _, count = struct.unpack_from(mark + "IHBBI", data, at)
        end = at + 4 + length
        if length >= 0xFFFFFFF0 or version != 5 or end > len(data) or width not in (4, 8):
            break
        for values, value in zip(lengths, (at, at + 4, end), strict=True):
            values.append(value)
        at += 12 + 4 * count
        while at < end:
            kind = data[at]
            at += 1
            if kind in (5, 6, 7):
                starts.append(at)
                at += width
                if kind == 6:
                    ends.append(at)
                    at += width
            for _ in range((0, 1, 2, 2, 2, 0, 0, 1)[kind] if kind < 8 else 0):
                while data[at] >= 0x80:
                    at += 1
                at += 1
        at = end
    for places, last in ((starts, False), (ends, True)):
        if places:
            collector.add("address in a range list", np.array(places, dtype=np.int64) + start, width, ADDRESS, last)
    collector.add_lengths("length of range lists", *lengths, space, start)


def add_location_lists(collector: Collector) -> None:
    """Lists that entries point to; between them may stand view numbers, so the section cannot be read in order."""
    new, old = collector.content(".debug_loclists"), collector.content(".debug_loc")
    seen: set[int] = set()
    for places, width, version, address, offset in collector.locations:
        found = new if version >= 5 else old
        if found is None:
            continue
        data, start = found
        addresses: list[int] = []
        ends: list[int] = []
        references: list[int] = []
        for at in unique(collector.image.numbers(places, width)).tolist():
            if at in seen or not 0 <= at < len(data):
                continue
            seen.add(at)
            try:
                if version >= 5:
                    _location_list(data, at, address, offset, addresses, ends, references)
                else:
                    _old_location_list(data, at, address, offset, collector, addresses, ends, references)
            except IndexError:
                continue
        add_expressions(collector, addresses, references, address, offset, start)
        if ends:
            collector.add(
                "end in a location list", unique(np.array(ends, dtype=np.int64)) + start, address, ADDRESS, True
            )


def _old_location_list(
    data: bytes,
    at: int,
    address: int,
    offset: int,
    collector: Collector,
    addresses: list[int],
    ends: list[int],
    references: list[int],
) -> None:
    """A list of .debug_loc (DWARF 4, section 2.6.2): pairs of words, which are addresses where no base is chosen."""
    order: Literal["little", "big"] = "little" if collector.image.little else "big"
    chosen = (1 << 8 * address) - 1
    for _ in range(MAX_UNITS):
        begin = int.from_bytes(data[at : at + address], order)
        end = int.from_bytes(data[at + address : at + 2 * address], order)
        if begin == chosen:
            addresses.append(at + address)
            at += 2 * address
            continue
        if at + 2 * address + 2 > len(data) or (begin == 0 and end == 0):
            return
        if begin >= collector.lowest:
            addresses.append(at)
            ends.append(at + address)
        at += 2 * address
        size = int.from_bytes(data[at : at + 2], order)
        at += 2
        if size > 4 and (data[at] != 0x91 or data.find(3, at, at + size) >= 0):
            walk_expression(data, at, at + size, address, offset, addresses, references)
        at += size


def _location_list(
    data: bytes, at: int, address: int, offset: int, addresses: list[int], ends: list[int], references: list[int]
) -> None:
    while True:
        kind = data[at]
        at += 1
        if kind == 0 or kind > 8:
            return
        if kind in (6, 7, 8):
            addresses.append(at)
            at += address
            if kind == 7:
                ends.append(at)
                at += address
        for _ in range((0, 1, 2, 2, 2, 0, 0, 0, 1)[kind]):
            while data[at] >= 0x80:
                at += 1
            at += 1
        if kind in (1, 6):
            continue
        size = data[at]
        at += 1
        if size >= 0x80:
            size, at = uleb(data, at - 1)
        # Most lists are of stack slots; only an operation that holds an address or an entry is worth the walk.
        if size > 4 and (data[at] != 0x91 or data.find(3, at, at + size) >= 0):
            walk_expression(data, at, at + size, address, offset, addresses, references)
        at += size
