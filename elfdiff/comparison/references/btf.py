"""References of BPF type information: names in .BTF and .BTF.ext (Documentation/bpf/btf.rst)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.fields import Fields, contents_of
from elfdiff.elf.model import Section

MAGIC = 0xEB9F
_MAX = 5_000_000
"""Types, and records of .BTF.ext, that are read."""
_INT, _ARRAY, _STRUCT, _UNION, _ENUM, _FUNC_PROTO, _VAR, _DATASEC, _DECL_TAG, _ENUM64 = (
    1,
    3,
    4,
    5,
    6,
    13,
    14,
    15,
    17,
    19,
)
_MORE = {_INT: (4, 0), _ARRAY: (12, 0), _STRUCT: (0, 12), _UNION: (0, 12), _ENUM: (0, 8), _FUNC_PROTO: (0, 8),
         _VAR: (4, 0), _DATASEC: (0, 12), _DECL_TAG: (4, 0), _ENUM64: (0, 12)}  # fmt: skip
"""Kind → bytes behind a type, and bytes for each of its vlen parts."""
_NAMED = frozenset({_STRUCT, _UNION, _ENUM, _FUNC_PROTO, _ENUM64})
"""Kinds whose parts begin with a name."""


def fields(image: Image) -> Iterator[Fields]:
    """Offsets of names, and the lengths that headers give; nothing of what contradicts its own header."""
    section = image.elf.section(".BTF")
    if section is None or section.span is None or section.compression is not None:
        return
    data, start = image.content(section), section.span.start
    mark = "<" if image.little else ">"
    head = _head(data, mark)
    if head is None:
        return
    size, types, types_length, strings, length = head
    end = size + strings + length
    place = contents_of(section.index)
    yield Fields(
        "length of names in .BTF",
        np.array([start + 20], dtype=np.int64),
        4,
        np.array([end], dtype=np.int64),
        place,
        Base.PLACE,
        np.array([size + strings], dtype=np.int64),
        end=True,
    )
    names = _names(data, mark, size + types, size + types + types_length)
    yield from _offsets(data, mark, start, names, place, size + strings, length)
    other = image.elf.section(".BTF.ext")
    if other is not None and other.span is not None and other.compression is None:
        yield from _extension(image, other, mark, place, size + strings, length)


def _head(data: bytes, mark: str) -> tuple[int, int, int, int, int] | None:
    """Length of the header, and place and length of types and of names behind it."""
    if len(data) < 24 or struct.unpack_from(f"{mark}H", data)[0] != MAGIC:
        return None
    size, types, types_length, strings, length = struct.unpack_from(f"{mark}5I", data, 4)
    fits = size >= 24 and size + types + types_length <= len(data) and size + strings + length <= len(data)
    return (size, types, types_length, strings, length) if fits else None


def _names(data: bytes, mark: str, at: int, end: int) -> list[int]:
    """Where offsets of names stand in the types."""
    found: list[int] = []
    while at + 12 <= end and len(found) < _MAX:
        info = struct.unpack_from(f"{mark}I", data, at + 4)[0]
        kind, count = info >> 24 & 31, info & 0xFFFF
        fixed, each = _MORE.get(kind, (0, 0))
        found.append(at)
        if kind in _NAMED:
            found += range(at + 12 + fixed, min(at + 12 + fixed + count * each, end), each)
        at += 12 + fixed + count * each
    return found


def _offsets(
    data: bytes, mark: str, start: int, at: list[int], place: str, strings: int, length: int
) -> Iterator[Fields]:
    """Fields at ``at`` in a section that begins at ``start``; 0 is no name."""
    rows = np.array([a for a in at if a + 4 <= len(data)], dtype=np.int64)
    if not len(rows):
        return
    values = np.array([struct.unpack_from(f"{mark}I", data, row)[0] for row in rows.tolist()], dtype=np.int64)
    used = (values > 0) & (values < length)
    base = np.full(int(used.sum()), strings, dtype=np.int64)
    yield Fields("name in .BTF", rows[used] + start, 4, values[used] + strings, place, Base.PLACE, base)


def _extension(image: Image, section: Section, mark: str, place: str, strings: int, length: int) -> Iterator[Fields]:
    """Names of sections in .BTF.ext, and of files and lines in its line_info."""
    data, start = image.content(section), section.span.start if section.span else 0
    if len(data) < 24 or struct.unpack_from(f"{mark}H", data)[0] != MAGIC:
        return
    size = struct.unpack_from(f"{mark}I", data, 4)[0]
    found: list[int] = []
    for offset_at, named in ((8, ()), (16, (4, 8))):
        offset, total = struct.unpack_from(f"{mark}2I", data, offset_at)
        at, end = size + offset, min(size + offset + total, len(data))
        if at + 4 > end:
            continue
        width = struct.unpack_from(f"{mark}I", data, at)[0]
        at += 4
        while at + 8 <= end and 8 <= width <= 64 and len(found) < _MAX:
            count = struct.unpack_from(f"{mark}I", data, at + 4)[0]
            found.append(at)
            at += 8
            if at + count * width > end:
                break
            found += (at + row * width + inner for row in range(count) for inner in named)
            at += count * width
    yield from _offsets(data, mark, start, sorted(found), place, strings, length)
