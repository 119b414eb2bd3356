"""Macros of the preprocessor: .debug_macro of DWARF 5, section 6.3, and of gcc before it (version 4)."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from elfdiff.comparison.references.dwarf.collector import Collector
from elfdiff.comparison.references.dwarf.forms import uleb

_VERSIONS = frozenset({4, 5})
_WIDE, _LINES, _OPERANDS = 1, 2, 4
_DEFINE, _UNDEF, _START_FILE, _END_FILE, _DEFINE_STRP, _UNDEF_STRP, _IMPORT = range(1, 8)
_DEFINE_STRX, _UNDEF_STRX = 0x0B, 0x0C
MAX_MACROS = 4_000_000


def add_macros(collector: Collector) -> None:
    """Where the line tables, the texts of macros and the imported units of .debug_macro are named.

    A unit that cannot be read ends the walk: nothing says how long units are.
    """
    found = collector.content(".debug_macro")
    if found is None:
        return
    data, start = found
    places: dict[tuple[str, int], list[int]] = defaultdict(list)
    at = 0
    try:
        while at < len(data):
            at = _unit(data, at, collector.image.little, places)
    except IndexError:
        pass
    for (name, width), listed in places.items():
        where = np.array(listed, dtype=np.int64)
        where = where[where + width <= len(data)] + start
        collector.add(f"{name} named by a macro", where, width, collector.space(name))


def _unit(data: bytes, at: int, little: bool, places: dict[tuple[str, int], list[int]]) -> int:
    """The end of the unit at ``at``. Raises IndexError for one that cannot be read."""
    version = int.from_bytes(data[at : at + 2], "little" if little else "big")
    flags = data[at + 2]
    if version not in _VERSIONS or flags & _OPERANDS:
        raise IndexError
    width = 8 if flags & _WIDE else 4
    at += 3
    if flags & _LINES:
        places[".debug_line", width].append(at)
        at += width
    for _ in range(MAX_MACROS):
        kind = data[at]
        at += 1
        if kind == 0:
            return at
        if kind in (_DEFINE, _UNDEF):
            _, at = uleb(data, at)
            at = data.find(b"\0", at) + 1 or len(data)
        elif kind in (_START_FILE, _DEFINE_STRX, _UNDEF_STRX):
            _, at = uleb(data, at)
            _, at = uleb(data, at)
        elif kind in (_DEFINE_STRP, _UNDEF_STRP):
            _, at = uleb(data, at)
            places[".debug_str", width].append(at)
            at += width
        elif kind == _IMPORT:
            places[".debug_macro", width].append(at)
            at += width
        elif kind != _END_FILE:
            raise IndexError
    raise IndexError
