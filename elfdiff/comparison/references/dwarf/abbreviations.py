"""Abbreviations, compiled into stretches of fixed size."""

from __future__ import annotations

from elfdiff.comparison.references.dwarf.collector import Collector
from elfdiff.comparison.references.dwarf.forms import FIXED, LEB, NONE, OFFSETS, ULEB, VARIABLE, uleb
from elfdiff.comparison.references.fields import ADDRESS, BOUND, COUNT
from elfdiff.values import dataclass, field

MAX_ABBREVIATIONS = 1_000_000
"""Of all tables of a file; every declaration has five bytes of its own."""
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
"""DW_AT_upper_bound (DWARF 5, section 5.13); refers to nothing by itself, so no space has this name."""


@dataclass(slots=True)
class Stretch:
    """Bytes of fixed size in an entry, then at most one element of variable size."""

    size: int = 0
    variable: int = NONE
    fields: list[tuple[int, tuple[str, int, str, bool]]] = field(default_factory=list)
    range_at: tuple[int, int, int, int] | None = None
    starts: list[int] = field(default_factory=list)


Plan = tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What entries of one code are: DW_TAG, and attributes with their forms."""

    tag: int
    attributes: list[tuple[int, int]]


def read_abbreviations(data: bytes, at: int, most: int) -> dict[int, Abbreviation]:
    """Code → abbreviation, of the table at an offset, as far as it can be read: ``most`` at most."""
    table: dict[int, Abbreviation] = {}
    try:
        while len(table) < most:
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
            table[code] = Abbreviation(tag, attributes)
    except IndexError:
        pass
    return table


def plan_of(
    collector: Collector, attributes: list[tuple[int, int]], version: int, address: int, offset: int
) -> Plan | None:
    """Stretches of one abbreviation; None if a form is unknown or indirect."""
    out: list[Stretch] = []
    now = Stretch()
    low: int | None = None
    new = version >= 5
    for name, form in attributes:
        if form in VARIABLE or form in LEB:
            now.variable = VARIABLE.get(form, ULEB)
            out.append(now)
            now = Stretch()
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
        elif form in OFFSETS:
            size = offset
            if form == 0x0E:
                now.fields.append((now.size, ("string offset in DWARF", size, collector.space(".debug_str"), False)))
            elif form == 0x1F:
                now.fields.append(
                    (now.size, ("string offset in DWARF", size, collector.space(".debug_line_str"), False))
                )
            elif form == 0x17:
                now.fields.append((now.size, _section_pointer(collector, name, size, new)))
        elif form in FIXED:
            size = FIXED[form]
            if form in (0x06, 0x07) and version < 4 and name in _OFFSET_ATTRIBUTES:
                now.fields.append((now.size, _section_pointer(collector, name, size, new)))
            elif name == 0x2F and size in (1, 2, 4):
                now.fields.append((now.size, (BOUND, size, BOUND, False)))
            elif name == 0x37 and size in (1, 2, 4):
                now.fields.append((now.size, (COUNT, size, COUNT, False)))
            elif name == 0x12 and low is not None and size in (1, 2, 4, 8):
                now.range_at = (low, now.size, address, size)
        else:
            return None
        now.size += size
    out.append(now)
    return tuple(out)


def _section_pointer(collector: Collector, name: int, size: int, new: bool) -> tuple[str, int, str, bool]:
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
