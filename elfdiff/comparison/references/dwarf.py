"""References of DWARF (versions 2 to 5): offsets between its sections, addresses, and lengths of what may change size.

Entries are walked, not built: each abbreviation is compiled into stretches of fixed size, and a walk only notes where
each stretch begins. Sections with relocations of their own (relocatable files) are left to those.
"""

from __future__ import annotations

import contextlib
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from elfdiff.comparison.fields import ADDRESS, Base, Fields, contents_of, truncated
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.code import allocated
from elfdiff.comparison.runs import Ints

MAX_UNITS = 1_000_000
MAX_ABBREVIATIONS = 1_000_000

_FIXED = {
    0x05: 2, 0x06: 4, 0x07: 8, 0x0B: 1, 0x0C: 1, 0x11: 1, 0x12: 2, 0x13: 4, 0x14: 8, 0x19: 0, 0x1C: 4, 0x1E: 16,
    0x20: 8,
    0x21: 0, 0x24: 8, 0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4, 0x29: 1, 0x2A: 2, 0x2B: 3, 0x2C: 4,
}  # fmt: skip
"""DW_FORM → bytes, for forms whose size depends on nothing (DWARF 5, section 7.5.6)."""
_OFFSETS = frozenset({0x0E, 0x17, 0x1D, 0x1F, 0x1F20, 0x1F21})
_LEB = frozenset({0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02})
_NONE, _ULEB, _BLOCK1, _BLOCK2, _BLOCK4, _BLOCK, _STRING, _EXPRESSION = range(8)
_VARIABLE = {0x03: _BLOCK2, 0x04: _BLOCK4, 0x08: _STRING, 0x09: _BLOCK, 0x0A: _BLOCK1, 0x18: _EXPRESSION}

_TO_SECTION = {
    0x10: (".debug_line", ".debug_line"),
    0x43: (".debug_macinfo", ".debug_macinfo"),
    0x55: (".debug_ranges", ".debug_rnglists"),
    0x2C: (".debug_ranges", ".debug_rnglists"),
    0x72: (".debug_str_offsets", ".debug_str_offsets"),
    0x73: (".debug_addr", ".debug_addr"),
    0x74: (".debug_ranges", ".debug_rnglists"),
    0x79: (".debug_macro", ".debug_macro"),
    0x8C: (".debug_loc", ".debug_loclists"),
    0x2119: (".debug_macro", ".debug_macro"),
    0x2132: (".debug_ranges", ".debug_rnglists"),
    0x2133: (".debug_addr", ".debug_addr"),
}
"""DW_AT of class pointer → section before DWARF 5 and in it; every other one points to location lists."""
_OFFSET_ATTRIBUTES = frozenset({0x02, 0x10, 0x19, 0x2A, 0x2C, 0x38, 0x40, 0x43, 0x46, 0x48, 0x4A, 0x4D, 0x55, 0x2119})
_VIEWS = 0x2137
_ENDS = frozenset({0x12, 0x7D})
"""DW_AT of addresses that end something: DW_AT_high_pc; DW_AT_call_return_pc, behind a call that may be the last."""
_CALL_SITE = 0x4109
"""DW_TAG_GNU_call_site, whose DW_AT_low_pc is such a return address."""

_OPERANDS = {
    0x08: 1,
    0x09: 1,
    0x0A: 2,
    0x0B: 2,
    0x0C: 4,
    0x0D: 4,
    0x0E: 8,
    0x0F: 8,
    0x15: 1,
    0x28: 2,
    0x2F: 2,
    0x94: 1,
    0x95: 1,
    0x98: 2,
    0x99: 4,
}
_LEB_OPERANDS = {
    0x10: 1, 0x11: 1, 0x23: 1, 0x90: 1, 0x91: 1, 0x92: 2, 0x93: 1, 0x9D: 2, 0xA1: 1, 0xA2: 1, 0xA8: 1, 0xA9: 1, 0xA5: 2,
    0xF7: 1, 0xF9: 1, 0xFB: 1, 0xFC: 1, 0xF5: 2,
}  # fmt: skip


BOUND = "upper bound in DWARF"
"""DW_AT_upper_bound (DWARF 5, section 5.13); refers to nothing by itself, so no space has this name."""


@dataclass(slots=True)
class _Stretch:
    """Bytes of fixed size in an entry, then at most one element of variable size."""

    size: int = 0
    variable: int = _NONE
    fields: list[tuple[int, tuple[str, int, str, bool]]] = field(default_factory=list)
    range_at: tuple[int, int, int, int] | None = None
    starts: list[int] = field(default_factory=list)


_Plan = tuple[_Stretch, ...]


class _Collector:
    """Gathers places by kind of reference."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.sections = {
            s.name.replace(".zdebug_", ".debug_"): s
            for s in reversed(image.elf.sections)
            if s.name.startswith((".debug_", ".zdebug_"))
        }
        self.places: dict[tuple[str, int, str, bool], list[Ints]] = defaultdict(list)
        self.ranges: dict[tuple[int, int], list[tuple[Ints, Ints]]] = defaultdict(list)
        self.lengths: list[Fields] = []
        self.locations: list[tuple[Ints, int, int, int, int]] = []
        self.range_lists: list[tuple[Ints, int, int, int]] = []

    @cached_property
    def lowest(self) -> int:
        """The lowest address of code; smaller numbers are distances."""
        return max(1, min((s.address for s in self.image.elf.sections if s.is_executable and s.address), default=1))

    def space(self, name: str) -> str:
        section = self.sections.get(name)
        return contents_of(section.index) if section is not None else "nowhere"

    def content(self, name: str) -> tuple[bytes, int] | None:
        """A section's contents and its offset in the image."""
        section = self.sections.get(name)
        if (
            section is None
            or section.span is None
            or (section.compression is not None and not self.image.inflated(section))
        ):
            return None
        return self.image.content(section), self.image.place(section)[0]

    def add(self, what: str, at: Ints, width: int, space: str, end: bool = False) -> None:
        self.places[what, width, space, end].append(at)

    def result(self) -> Iterator[Fields]:
        for (what, width, space, end), parts in self.places.items():
            at = np.concatenate(parts)
            values = self.image.numbers(at, width)
            if space == ADDRESS:
                used = allocated(self.image, values) & (values > 0)
                at, values = at[used], values[used]
            if len(at):
                yield Fields(what, at, width, values, space, end=end)
        for (low_width, high_width), pairs in self.ranges.items():
            low = np.concatenate([pair[0] for pair in pairs])
            high = np.concatenate([pair[1] for pair in pairs])
            start = self.image.numbers(low, low_width)
            length = self.image.numbers(high, high_width)
            used = allocated(self.image, start) & (start > 0) & (length > 0)
            start, length, high = start[used], length[used], high[used]
            yield Fields(
                "length of code in DWARF", high, high_width, start + length, ADDRESS, Base.PLACE, start, end=True
            )
        yield from self.lengths


def fields(image: Image) -> Iterator[Fields]:
    """References of every DWARF section that was found and could be read."""
    if image.relocatable:
        return
    collector = _Collector(image)
    if ".debug_info" in collector.sections:
        _units(collector)
    _line_programs(collector)
    _address_ranges(collector)
    _string_offsets(collector)
    _addresses(collector)
    _range_lists(collector)
    _location_lists(collector)
    yield from collector.result()


def uleb(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number and the offset behind it; IndexError past the end."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 70:
            raise IndexError


def _abbreviations(data: bytes, at: int) -> dict[int, list[tuple[int, int]]]:
    table: dict[int, list[tuple[int, int]]] = {}
    try:
        while len(table) < MAX_ABBREVIATIONS:
            code, at = uleb(data, at)
            if code == 0:
                break
            tag, at = uleb(data, at)
            at += 1
            attributes: list[tuple[int, int]] = []
            while True:
                name, at = uleb(data, at)
                form, at = uleb(data, at)
                if form == 0x21:
                    while data[at] >= 0x80:
                        at += 1
                    at += 1
                if name == 0 and form == 0:
                    break
                attributes.append((0x7D if tag == _CALL_SITE and name == 0x11 else name, form))
            table[code] = attributes
    except IndexError:
        pass
    return table


def _compile(
    collector: _Collector, attributes: list[tuple[int, int]], version: int, address: int, offset: int
) -> _Plan | None:
    """Stretches of one abbreviation; None if a form is unknown or indirect."""
    out: list[_Stretch] = []
    now = _Stretch()
    low: int | None = None
    new = version >= 5
    for name, form in attributes:
        if form in _VARIABLE or form in _LEB:
            now.variable = _VARIABLE.get(form, _ULEB)
            out.append(now)
            now = _Stretch()
            low = None
            continue
        if form == 0x01:
            size = address
            now.fields.append((now.size, ("address in DWARF", address, ADDRESS, name in _ENDS)))
            if name == 0x11:
                low = now.size
        elif form == 0x10:
            size = address if version <= 2 else offset
            now.fields.append((now.size, ("reference between units", size, collector.space(".debug_info"), False)))
        elif form in _OFFSETS:
            size = offset
            if form == 0x0E:
                now.fields.append((now.size, ("string offset in DWARF", size, collector.space(".debug_str"), False)))
            elif form == 0x1F:
                now.fields.append(
                    (now.size, ("string offset in DWARF", size, collector.space(".debug_line_str"), False))
                )
            elif form == 0x17:
                now.fields.append((now.size, _section_pointer(collector, name, size, new)))
        elif form in _FIXED:
            size = _FIXED[form]
            if form in (0x06, 0x07) and version < 4 and name in _OFFSET_ATTRIBUTES:
                now.fields.append((now.size, _section_pointer(collector, name, size, new)))
            elif name == 0x2F and size in (1, 2, 4):
                now.fields.append((now.size, (BOUND, size, BOUND, False)))
            elif name == 0x12 and low is not None and size in (1, 2, 4, 8):
                now.range_at = (low, now.size, address, size)
        else:
            return None
        now.size += size
    out.append(now)
    return tuple(out)


def _section_pointer(collector: _Collector, name: int, size: int, new: bool) -> tuple[str, int, str, bool]:
    old_name, new_name = _TO_SECTION.get(name, (".debug_loc", ".debug_loclists"))
    what = (
        "views"
        if name == _VIEWS
        else "range list"
        if "r" in new_name[7:8] and name in (0x55, 0x2C)
        else "section offset"
    )
    if name not in _TO_SECTION and name != _VIEWS:
        what = "location list"
    return f"{what} in DWARF", size, collector.space(new_name if new else old_name), False


def _units(collector: _Collector) -> None:
    found = collector.content(".debug_info")
    abbreviations = collector.content(".debug_abbrev")
    if found is None or abbreviations is None:
        return
    data, start = found
    mark = "<" if collector.image.little else ">"
    info = collector.space(".debug_info")
    tables: dict[int, dict[int, list[tuple[int, int]]]] = {}
    plans: dict[tuple[int, int, int, int], dict[int, _Plan | None]] = {}
    at = 0
    unit_at: list[int] = []
    unit_start: list[int] = []
    unit_end: list[int] = []
    for _ in range(MAX_UNITS):
        if at + 12 > len(data):
            break
        (length,) = struct.unpack_from(mark + "I", data, at)
        offset, place = 4, at + 4
        if length == 0xFFFFFFFF:
            if at + 24 > len(data):
                break
            (length,) = struct.unpack_from(mark + "Q", data, place)
            offset, place = 8, place + 8
        end = place + length
        if end > len(data) or length < 8:
            break
        unit_at.append(place - offset)
        unit_start.append(place)
        unit_end.append(end)
        (version,) = struct.unpack_from(mark + "H", data, place)
        place += 2
        kind = 1
        if version >= 5:
            kind, address = data[place], data[place + 1]
            place += 2
        table_at = int.from_bytes(data[place : place + offset], "little" if collector.image.little else "big")
        collector.add(
            "abbreviations of a unit",
            np.array([place + start], dtype=np.int64),
            offset,
            collector.space(".debug_abbrev"),
        )
        place += offset
        if version < 5:
            address = data[place]
            place += 1
        elif kind in (4, 5):
            place += 8
        elif kind in (2, 6):
            place += 8 + offset
        if address in (4, 8) and 2 <= version <= 5:
            if table_at not in tables:
                tables[table_at] = _abbreviations(abbreviations[0], table_at)
            table = tables[table_at]
            compiled = plans.setdefault((table_at, version, address, offset), {})
            for code, attributes in table.items():
                if code not in compiled:
                    compiled[code] = _compile(collector, attributes, version, address, offset)
            with contextlib.suppress(IndexError):
                _walk(collector, data, place, end, compiled, address, offset, start)
            _flush(collector, compiled, start, version, address, offset)
        at = end
    _lengths(collector, "length of a unit", unit_at, unit_start, unit_end, info, start)


def _lengths(
    collector: _Collector, what: str, at: list[int], begins: list[int], ends: list[int], space: str, start: int
) -> None:
    """Fields that say how long a contribution is: 4 bytes before ``begins``, or 8 in 64-bit DWARF."""
    for width in (4, 8):
        chosen = [i for i in range(len(at)) if begins[i] - at[i] == width]
        if chosen:
            collector.lengths.append(
                Fields(
                    what,
                    np.array([at[i] + start for i in chosen], dtype=np.int64),
                    width,
                    np.array([ends[i] for i in chosen], dtype=np.int64),
                    space,
                    Base.PLACE,
                    np.array([begins[i] for i in chosen], dtype=np.int64),
                    end=True,
                )
            )


def _flush(
    collector: _Collector, compiled: dict[int, _Plan | None], start: int, version: int, address: int, offset: int
) -> None:
    """Turn the noted starts of one unit's stretches into fields."""
    for plan in compiled.values():
        for stretch in plan or ():
            if not stretch.starts:
                continue
            begins = np.array(stretch.starts, dtype=np.int64)
            stretch.starts.clear()
            for where, (what, width, space, end) in stretch.fields:
                collector.add(what, begins + where + start, width, space, end)
                if what == "location list in DWARF":
                    collector.locations.append((begins + where + start, width, version, address, offset))
                elif what == "range list in DWARF" and version < 5:
                    collector.range_lists.append((begins + where + start, width, address, 0))
            if stretch.range_at is not None:
                low, high, low_width, high_width = stretch.range_at
                collector.ranges[low_width, high_width].append((begins + low + start, begins + high + start))


def _walk(
    collector: _Collector,
    data: bytes,
    at: int,
    end: int,
    compiled: dict[int, _Plan | None],
    address: int,
    offset: int,
    start: int,
) -> None:
    addresses: list[int] = []
    references: list[int] = []
    while at < end:
        code = data[at]
        at += 1
        if code == 0:
            continue
        if code >= 0x80:
            code, at = uleb(data, at - 1)
        plan = compiled.get(code)
        if plan is None:
            break
        for stretch in plan:
            if stretch.fields or stretch.range_at:
                stretch.starts.append(at)
            at += stretch.size
            kind = stretch.variable
            if kind == _NONE:
                continue
            if kind in (_EXPRESSION, _BLOCK):
                size = data[at]
                at += 1
                if size >= 0x80:
                    size, at = uleb(data, at - 1)
                if kind == _EXPRESSION and size > 4:
                    first = data[at]
                    if first == 0x03:
                        addresses.append(at + 1)
                    if (first != 0x91 and (size > address + 2 or first != 0x03)) or (first == 0x91 and size > address):
                        _expression(data, at, at + size, address, offset, addresses, references)
                at += size
            elif kind == _ULEB:
                while data[at] >= 0x80:
                    at += 1
                at += 1
            elif kind == _STRING:
                at = data.index(b"\0", at, end) + 1 if b"\0" in data[at:end] else end
            elif kind == _BLOCK1:
                size = data[at]
                if size > 4 and data[at + 1] == 0x03:
                    addresses.append(at + 2)
                at += 1 + size
            elif kind == _BLOCK2:
                at += 2 + int.from_bytes(data[at : at + 2], "little" if collector.image.little else "big")
            else:
                at += 4 + int.from_bytes(data[at : at + 4], "little" if collector.image.little else "big")
    _expressions(collector, addresses, references, address, offset, start)


def _expressions(
    collector: _Collector, addresses: list[int], references: list[int], address: int, offset: int, start: int
) -> None:
    if addresses:
        collector.add(
            "address in a DWARF expression", np.unique(np.array(addresses, dtype=np.int64)) + start, address, ADDRESS
        )
    if references:
        where = np.unique(np.array(references, dtype=np.int64)) + start
        collector.add("reference in a DWARF expression", where, offset, collector.space(".debug_info"))


def _expression(
    data: bytes, at: int, end: int, address: int, offset: int, addresses: list[int], references: list[int]
) -> None:
    """Operands of DW_OP_addr, DW_OP_implicit_pointer and DW_OP_call_ref; stops at an operation it does not know."""
    while at < end:
        code = data[at]
        at += 1
        if 0x12 <= code <= 0x22 or 0x24 <= code <= 0x27 or 0x29 <= code <= 0x2E or 0x30 <= code <= 0x6F:
            continue
        if 0x70 <= code <= 0x8F:
            count = 1
        elif code == 0x03:
            addresses.append(at)
            at += address
            continue
        elif code in (0xA0, 0xF2, 0x9A):
            references.append(at)
            at += offset
            count = 0 if code == 0x9A else 1
        elif code in _OPERANDS:
            at += _OPERANDS[code]
            continue
        elif code in (0xA3, 0xF3):
            _, at = uleb(data, at)
            continue
        elif code in _LEB_OPERANDS:
            count = _LEB_OPERANDS[code]
        elif code == 0x9E:
            size, at = uleb(data, at)
            at += size
            continue
        elif code in (0xA4, 0xF4):
            _, at = uleb(data, at)
            at += 1 + data[at]
            continue
        elif code in (0xA6, 0xF6):
            at += 1
            count = 1
        elif code in (0x06, 0x96, 0x97, 0x9B, 0x9C, 0x9F, 0xE0, 0xF0):
            continue
        else:
            return
        for _ in range(count):
            while data[at] >= 0x80:
                at += 1
            at += 1


def _line_programs(collector: _Collector) -> None:
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
    _lengths(collector, "length of a line program", *unit, space, start)
    _lengths(collector, "length of a line program's header", *head, space, start)


def _file_table(collector: _Collector, data: bytes, at: int, end: int, offset: int, start: int) -> None:
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
                elif form in _FIXED:
                    at += _FIXED[form]
                elif form in _LEB:
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
        at += 0


def _address_ranges(collector: _Collector) -> None:
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


def _string_offsets(collector: _Collector) -> None:
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


def _addresses(collector: _Collector) -> None:
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


def _range_lists(collector: _Collector) -> None:
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


def _new_range_lists(collector: _Collector, data: bytes, start: int) -> None:
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
    _lengths(collector, "length of range lists", *lengths, space, start)


def _location_lists(collector: _Collector) -> None:
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
        for at in np.unique(collector.image.numbers(places, width)).tolist():
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
        _expressions(collector, addresses, references, address, offset, start)
        if ends:
            collector.add(
                "end in a location list", np.unique(np.array(ends, dtype=np.int64)) + start, address, ADDRESS, True
            )


def _old_location_list(
    data: bytes,
    at: int,
    address: int,
    offset: int,
    collector: _Collector,
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
            _expression(data, at, at + size, address, offset, addresses, references)
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
            _expression(data, at, at + size, address, offset, addresses, references)
        at += size
