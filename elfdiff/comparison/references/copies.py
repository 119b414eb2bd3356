"""References to a text that both files hold more than once, or at the end of another text: which copy is meant is no
difference.

Linkers keep one copy of equal strings, and may keep it as the tail of a longer one; which one depends on the order of
their inputs. A reference that moved to another copy still refers to the same text.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import SHT_NOBITS, Image, signed
from elfdiff.comparison.references.fields import ADDRESS, Fields
from elfdiff.comparison.runs import Flags, Ints

SHORTEST = 4
"""Bytes of text below which equal text proves nothing."""
LONGEST = 4096


def meant(fields: Fields, actual: Ints, b_address: Ints | None) -> Ints | None:
    """The place in b that each field refers to, given what it holds there; None for fields that are no plain
    reference."""
    if fields.negate or fields.end or fields.immediate is not None:
        return None
    if fields.base is Base.NOTHING:
        return actual
    if fields.base is Base.SITE and b_address is not None:
        return signed(actual, fields.width) + b_address + fields.extra
    return None


def text_at(image: Image, space: str, place: int, section_index: int | None) -> bytes | None:
    """The NUL-terminated text at an address of read-only data, or at an offset into a section's contents."""
    if space == ADDRESS:
        for section in image.elf.sections:
            inside = section.address <= place < section.address + section.size
            if (
                inside
                and section.is_allocated
                and section.type != SHT_NOBITS
                and not section.is_executable
                and section.compression is None
            ):
                start, size = image.place(section)
                start, end = start + place - section.address, start + size
                break
        else:
            return None
    else:
        if section_index is None or not 0 <= section_index < len(image.elf.sections):
            return None
        start, size = image.place(image.elf.sections[section_index])
        if not 0 <= place < size:
            return None
        start, end = start + place, start + size
    stop = image.data.find(b"\0", start, min(end, start + LONGEST))
    return image.data[start:stop] if stop >= 0 else None


def same_text(
    a: Image,
    b: Image,
    fields: Fields,
    rows: Ints,
    places: Ints,
    sections: Mapping[int, int],
    rewritten: dict[bytes, bytes],
) -> Flags:
    """Which of the fields in ``rows`` mean, at ``places`` of b, the same text as in a. ``rewritten``: texts that
    changed."""
    good = np.zeros(len(rows), dtype=bool)
    a_section = b_section = None
    if fields.space != ADDRESS:
        kind, _, number = fields.space.partition(" ")
        if kind != "contents":
            return good
        a_section, b_section = int(number), sections.get(int(number))
    known: dict[tuple[int, int], bool] = {}
    for index, (target, place) in enumerate(zip(fields.target[rows].tolist(), places.tolist(), strict=True)):
        key = (target, place)
        if key not in known:
            text = text_at(a, fields.space, target, a_section)
            other = text_at(b, fields.space, place, b_section)
            known[key] = text is not None and len(text) >= SHORTEST and other in (text, rewritten.get(text, text))
        good[index] = known[key]
    return good
