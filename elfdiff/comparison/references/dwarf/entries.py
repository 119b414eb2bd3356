"""Units of .debug_info: entries are walked, not built, and a walk only notes where each stretch begins."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.references.dwarf.abbreviations import (
    MAX_ABBREVIATIONS,
    Abbreviation,
    Plan,
    plan_of,
    read_abbreviations,
)
from elfdiff.comparison.references.dwarf.arrays import MAX_VARIABLES, Unit
from elfdiff.comparison.references.dwarf.collector import MAX_UNITS, Collector
from elfdiff.comparison.references.dwarf.expressions import add_expressions, walk_expression
from elfdiff.comparison.references.dwarf.forms import BLOCK, BLOCK1, BLOCK2, EXPRESSION, NONE, STRING, ULEB, uleb

SPARE_ABBREVIATIONS = 10_000


def add_units(collector: Collector) -> None:
    """Every unit: its header, then its entries."""
    found = collector.content(".debug_info")
    abbreviations = collector.content(".debug_abbrev")
    if found is None or abbreviations is None:
        return
    data, start = found
    mark = "<" if collector.image.little else ">"
    info = collector.space(".debug_info")
    tables: dict[int, dict[int, Abbreviation]] = {}
    plans: dict[tuple[int, int, int, int], dict[int, Plan | None]] = {}
    most = min(MAX_ABBREVIATIONS, SPARE_ABBREVIATIONS + len(abbreviations[0]) // 4)
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
                tables[table_at] = read_abbreviations(abbreviations[0], table_at, most)
                most -= len(tables[table_at])
            table = tables[table_at]
            compiled = plans.get((table_at, version, address, offset))
            if compiled is None:
                compiled = {
                    code: plan_of(collector, abbreviation.attributes, version, address, offset)
                    for code, abbreviation in table.items()
                }
                plans[table_at, version, address, offset] = compiled
            used: dict[int, Plan] = {}
            placed: list[tuple[int, int]] = []
            with contextlib.suppress(IndexError):
                _walk(collector, data, place, end, compiled, used, address, offset, start, placed)
            _flush(collector, compiled, used, start, version, address, offset)
            unit = Unit(data, unit_at[-1], table, version, address, offset, collector.image.little)
            _add_arrays(collector, unit, placed, start)
        at = end
    collector.add_lengths("length of a unit", unit_at, unit_start, unit_end, info, start)


def _in_order(compiled: dict[int, Plan | None], used: dict[int, Plan]) -> Iterator[Plan]:
    """The used plans as the table has them; a unit with one entry does not walk a long table."""
    if len(used) < 2:
        yield from used.values()
    else:
        yield from (used[code] for code in compiled if code in used)


def _flush(
    collector: Collector,
    compiled: dict[int, Plan | None],
    used: dict[int, Plan],
    start: int,
    version: int,
    address: int,
    offset: int,
) -> None:
    """Turn the noted starts of one unit's stretches into fields, in the order of the table."""
    for plan in _in_order(compiled, used):
        for stretch in plan:
            if not stretch.starts:
                continue
            begins = np.array(stretch.starts, dtype=np.int64)
            stretch.starts.clear()
            for where, (what, width, space, end) in stretch.fields:
                collector.add(what, begins + where + start, width, space, end)
                if what == "location list in DWARF":
                    collector.locations.append((begins + where + start, width, version, address, offset))
            if stretch.range_at is not None:
                low, high, low_width, high_width = stretch.range_at
                collector.ranges[low_width, high_width].append((begins + low + start, begins + high + start))


def _add_arrays(collector: Collector, unit: Unit, placed: list[tuple[int, int]], start: int) -> None:
    """Note for each upper bound which variables it belongs to. ``placed``: entries with a fixed address, and where it
    stands."""
    for entry, at in placed[: max(0, MAX_VARIABLES - len(collector.arrays))]:
        bound = unit.bound_of(entry)
        if bound is not None:
            collector.arrays[bound + start].append(at + start)


def _walk(
    collector: Collector,
    data: bytes,
    at: int,
    end: int,
    compiled: dict[int, Plan | None],
    used: dict[int, Plan],
    address: int,
    offset: int,
    start: int,
    placed: list[tuple[int, int]],
) -> None:
    """Note where stretches begin, and in ``placed`` the entries whose location is an address; ``used`` takes the plans
    that the unit's entries have.
    """
    addresses: list[int] = []
    references: list[int] = []
    while at < end:
        entry = at
        code = data[at]
        at += 1
        if code == 0:
            continue
        if code >= 0x80:
            code, at = uleb(data, at - 1)
        plan = used.get(code)
        if plan is None:
            plan = compiled.get(code)
            if plan is None:
                break
            used[code] = plan
        for stretch in plan:
            if stretch.fields or stretch.range_at:
                stretch.starts.append(at)
            at += stretch.size
            kind = stretch.variable
            if kind == NONE:
                continue
            if kind in (EXPRESSION, BLOCK):
                size = data[at]
                at += 1
                if size >= 0x80:
                    size, at = uleb(data, at - 1)
                if kind == EXPRESSION and size > 4:
                    first = data[at]
                    if first == 0x03:
                        addresses.append(at + 1)
                        if size == address + 1:
                            placed.append((entry, at + 1))
                    if (first != 0x91 and (size > address + 2 or first != 0x03)) or (first == 0x91 and size > address):
                        walk_expression(data, at, at + size, address, offset, addresses, references)
                at += size
            elif kind == ULEB:
                while data[at] >= 0x80:
                    at += 1
                at += 1
            elif kind == STRING:
                stop = data.find(b"\0", at, end)
                at = stop + 1 if stop >= 0 else end
            elif kind == BLOCK1:
                size = data[at]
                if size > 4 and data[at + 1] == 0x03:
                    addresses.append(at + 2)
                    if size == address + 1:
                        placed.append((entry, at + 2))
                at += 1 + size
            elif kind == BLOCK2:
                at += 2 + int.from_bytes(data[at : at + 2], "little" if collector.image.little else "big")
            else:
                at += 4 + int.from_bytes(data[at : at + 4], "little" if collector.image.little else "big")
    add_expressions(collector, addresses, references, address, offset, start)
