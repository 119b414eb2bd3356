"""Line programs: lengths, addresses, and names of files."""

from __future__ import annotations

import contextlib
import struct

import numpy as np

from elfdiff.comparison.references.dwarf.collector import MAX_UNITS, Collector
from elfdiff.comparison.references.dwarf.forms import FIXED, LEB, uleb
from elfdiff.comparison.references.fields import ADDRESS


def add_line_programs(collector: Collector) -> None:
    """Every program: its lengths, the names in its header, the addresses that it sets."""
    found = collector.content(".debug_line")
    if found is None:
        return
    data, start = found
    mark = "<" if collector.image.little else ">"
    space = collector.space(".debug_line")
    at = 0
    unit: tuple[list[int], list[int], list[int]] = ([], [], [])
    head: tuple[list[int], list[int], list[int]] = ([], [], [])
    for _ in range(MAX_UNITS):
        if at + 10 > len(data):
            break
        (length,) = struct.unpack_from(mark + "I", data, at)
        offset, place = 4, at + 4
        if length == 0xFFFFFFFF:
            break
        end = place + length
        if end > len(data) or length < 8:
            break
        for values, value in zip(unit, (at, place, end), strict=True):
            values.append(value)
        (version,) = struct.unpack_from(mark + "H", data, place)
        place += 2
        address = collector.image.word
        if version >= 5:
            address = data[place]
            place += 2
        (size,) = struct.unpack_from(mark + "I", data, place)
        body = place + 4 + size
        if body > end:
            break
        for values, value in zip(head, (place, place + 4, body), strict=True):
            values.append(value)
        place += 4
        if version >= 5:
            with contextlib.suppress(IndexError):
                _file_table(collector, data, place, body, offset, start)
        prefix = bytes((0, 1 + address, 2))
        hits: list[int] = []
        hit = data.find(prefix, body, end)
        while hit >= 0 and hit + 3 + address <= end:
            hits.append(hit + 3)
            hit = data.find(prefix, hit + 3, end)
        if hits:
            collector.add("address in a line program", np.array(hits, dtype=np.int64) + start, address, ADDRESS)
        at = end
    collector.add_lengths("length of a line program", *unit, space, start)
    collector.add_lengths("length of a line program's header", *head, space, start)


def _file_table(collector: Collector, data: bytes, at: int, end: int, offset: int, start: int) -> None:
    """Directory and file entries of DWARF 5 (section 6.2.4): offsets of their names."""
    at += 5
    at += data[at]
    for _ in range(2):
        formats: list[tuple[int, int]] = []
        count = data[at]
        at += 1
        for _ in range(count):
            kind, at = uleb(data, at)
            form, at = uleb(data, at)
            formats.append((kind, form))
        total, at = uleb(data, at)
        strings: list[int] = []
        line_strings: list[int] = []
        for _ in range(total):
            if at >= end or not formats:
                break
            for _, form in formats:
                if form == 0x1F:
                    line_strings.append(at)
                    at += offset
                elif form == 0x0E:
                    strings.append(at)
                    at += offset
                elif form in FIXED:
                    at += FIXED[form]
                elif form in LEB:
                    while data[at] >= 0x80:
                        at += 1
                    at += 1
                elif form == 0x08:
                    at = data.index(b"\0", at) + 1 if b"\0" in data[at:end] else end
                elif form == 0x09:
                    size, at = uleb(data, at)
                    at += size
                else:
                    return
        for places, name in ((strings, ".debug_str"), (line_strings, ".debug_line_str")):
            if places:
                collector.add(
                    "file name in a line program",
                    np.array(places, dtype=np.int64) + start,
                    offset,
                    collector.space(name),
                )
