"""Which variable an array's upper bound belongs to: entries of variables lead to their types (DWARF 5, section 5.5)."""

from __future__ import annotations

from collections.abc import Mapping

from elfdiff.comparison.references.dwarf.abbreviations import Abbreviation
from elfdiff.comparison.references.dwarf.forms import (
    BLOCK,
    BLOCK1,
    BLOCK2,
    BLOCK4,
    EXPRESSION,
    FIXED,
    LEB,
    OFFSETS,
    STRING,
    VARIABLE,
    uleb,
)
from elfdiff.values import dataclass, field

TYPE, UPPER_BOUND, COUNT = 0x49, 0x2F, 0x37
_ARRAY, _SUBRANGE, _VARIABLE = 0x01, 0x21, 0x34
_LEADS_ON = frozenset({0x16, 0x26, 0x34, 0x35})
"""DW_TAG_typedef, const_type, variable and volatile_type: what they are of is another entry."""
_REFERENCES = {0x11: 1, 0x12: 2, 0x13: 4, 0x14: 8}
"""DW_FORM_ref1 to ref8, counted from the unit's header."""
_BLOCKS = {BLOCK1: 1, BLOCK2: 2, BLOCK4: 4}
MAX_STEPS = 8
MAX_VARIABLES = 20_000
"""Variables of one file that are looked at."""


@dataclass(slots=True)
class Unit:
    """One unit of .debug_info. ``begin``: offset of its header; ``address``, ``offset``: sizes of an address and of an
    offset."""

    data: bytes
    begin: int
    abbreviations: Mapping[int, Abbreviation]
    version: int
    address: int
    offset: int
    little: bool
    known: dict[int, int | None] = field(default_factory=dict)

    def bound_of(self, entry: int) -> int | None:
        """Offset of the upper bound or the number of items of the array that a variable (offset of its entry) is.

        None for what is no variable, no array of one dimension, or has one of a form without a fixed size.
        """
        passed: list[int] = []
        out: int | None = None
        for step in range(MAX_STEPS):
            if entry in self.known:
                out = self.known[entry]
                break
            passed.append(entry)
            try:
                tag, attributes, end = self._read(entry)
                if (step == 0) != (tag == _VARIABLE):
                    break
                if tag == _ARRAY:
                    out = self._bound(end)
                    break
                if tag not in _LEADS_ON or TYPE not in attributes or attributes[TYPE][0] not in _REFERENCES:
                    break
                form, at = attributes[TYPE]
                entry = self.begin + self._number(at, _REFERENCES[form])
            except (IndexError, KeyError):
                break
        self.known.update(dict.fromkeys(passed[1:], out))
        return out

    def _bound(self, at: int) -> int | None:
        tag, attributes, end = self._read(at)
        form, where = attributes.get(UPPER_BOUND) or attributes.get(COUNT, (0, 0))
        if tag != _SUBRANGE or FIXED.get(form, 0) not in (1, 2, 4) or self.data[end] != 0:
            return None
        return where

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self.data[at : at + size], "little" if self.little else "big")

    def _read(self, at: int) -> tuple[int, dict[int, tuple[int, int]], int]:
        """Tag, form and place of each attribute, end. Raises IndexError and KeyError for what cannot be read."""
        code, at = uleb(self.data, at)
        abbreviation = self.abbreviations[code]
        out: dict[int, tuple[int, int]] = {}
        for name, form in abbreviation.attributes:
            out[name] = form, at
            at = self._behind(form, at)
        return abbreviation.tag, out, at

    def _behind(self, form: int, at: int) -> int:
        if form in FIXED:
            return at + FIXED[form]
        if form in OFFSETS:
            return at + self.offset
        if form == 0x01:
            return at + self.address
        if form == 0x10:
            return at + (self.address if self.version <= 2 else self.offset)
        if form in LEB:
            return uleb(self.data, at)[1]
        kind = VARIABLE[form]
        if kind in (EXPRESSION, BLOCK):
            size, at = uleb(self.data, at)
            return at + size
        if kind == STRING:
            end = self.data.find(b"\0", at)
            if end < 0:
                raise IndexError
            return end + 1
        return at + _BLOCKS[kind] + self._number(at, _BLOCKS[kind])
