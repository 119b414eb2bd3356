"""References of unwind tables: .eh_frame, .debug_frame, .eh_frame_hdr, and the language data that they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import Image, signed, wrapped
from elfdiff.comparison.references.fields import ADDRESS, LAYOUT, Fields, Space, contents_of, frames_in
from elfdiff.comparison.references.ranges import EM_ARM, SHT_ARM_EXIDX, frames_of
from elfdiff.comparison.runs import Flags, Ints, Runs
from elfdiff.elf.frames import OMIT, Frames, Pointer, pointer, width_of
from elfdiff.elf.immediate import Immediate
from elfdiff.elf.model import Section

MAX_ACTIONS = 4096
PREL31 = Immediate(4, ((0, 0, 31),))
"""A distance in 31 bits (Exception Handling ABI for the Arm Architecture, "The top-level index table")."""


def fields(image: Image) -> Iterator[Fields]:
    """References of the unwind tables; none in relocatable files, whose relocations say it all."""
    if image.relocatable:
        return
    for section in image.elf.sections:
        if section.span is None:
            continue
        if section.name in (".eh_frame", ".debug_frame"):
            frames = frames_of(image, section)
            yield from _frames(image, section, frames)
            if section.name == ".eh_frame":
                yield from _language_data(image, frames)
        elif section.name == ".eh_frame_hdr":
            yield from _header(image, section)
        elif section.type == SHT_ARM_EXIDX and image.elf.header.machine == EM_ARM:
            yield from _index(image, section)


def _index(image: Image, section: Section) -> Iterator[Fields]:
    """.ARM.exidx: rows of a function and what to do there: 1, instructions (bit 31), or a distance to .ARM.extab."""
    start, size = image.place(section)
    at = start + 8 * np.arange(size // 8, dtype=np.int64)
    second = image.numbers(at + 4, 4)
    elsewhere = at[(second != 1) & (second >> 31 == 0)] + 4
    for what, places in (("function of an index entry", at), ("unwind data", elsewhere)):
        held = image.numbers(places, 4)
        target = (places - start + section.address + PREL31.take(held)) & 0xFFFFFFFF
        yield Fields(what, places, 4, target, ADDRESS, Base.SITE, immediate=PREL31, held=held)


def _pointers(what: str, pointers: Sequence[Pointer], start: int) -> Iterator[Fields]:
    for relative in (False, True):
        for width in sorted({p.width for p in pointers}):
            chosen = [p for p in pointers if p.width == width and p.pc_relative == relative]
            if chosen:
                yield Fields(
                    what,
                    np.array([p.at + start for p in chosen], dtype=np.int64),
                    width,
                    np.array([wrapped(p.target) for p in chosen], dtype=np.int64),
                    ADDRESS,
                    Base.SITE if relative else Base.NOTHING,
                )


def _frames(image: Image, section: Section, frames: Frames) -> Iterator[Fields]:
    start, _ = image.place(section)
    yield from _pointers("personality routine", [c.personality for c in frames.cies if c.personality], start)
    yield from _pointers("frame of function", [f.begin for f in frames.fdes], start)
    yield from _pointers("language data", [f.lsda for f in frames.fdes if f.lsda], start)
    for width in sorted({f.begin.width for f in frames.fdes}):
        chosen = [f for f in frames.fdes if f.begin.width == width]
        begin = np.array([wrapped(f.begin.target) for f in chosen], dtype=np.int64)
        length = np.array([wrapped(f.length) for f in chosen], dtype=np.int64)
        at = np.array([f.range_at for f in chosen], dtype=np.int64) + start
        yield Fields("length of function", at, width, begin + length, ADDRESS, Base.PLACE, begin, end=True)
    if not frames.fdes:
        return
    at = np.array([f.cie_field for f in frames.fdes], dtype=np.int64)
    cie = np.array([f.cie for f in frames.fdes], dtype=np.int64)
    if section.name == ".eh_frame":
        yield Fields(
            "frame's common entry", at + start, 4, cie + wrapped(section.address), ADDRESS, Base.SITE, negate=True
        )
    else:
        yield Fields("frame's common entry", at + start, 4, cie, contents_of(section.index))


def frame_space(image: Image, section: Section, runs: Runs, size: int) -> Space:
    """Where entries of .eh_frame begin and end in b (``runs``: the section's; ``size``: b's): each ends where the next
    one of b begins.

    GNU ld fills each input's last entry up to a whole word with DW_CFA_nop, and leaves the last of all as it is
    (bfd/elf-eh-frame.c): in another order another one is the last. What follows in b is known from where entries go.
    """
    begins, ends = _records(image, section)
    # The terminator, or whatever stands behind the last entry, follows too.
    begins = np.append(begins, ends[-1:])
    there, placed = runs.map_fields(begins, 4)
    order = np.flatnonzero(placed)
    order = order[np.argsort(there[order], kind="stable")]
    rows, following = order[:-1], there[order[1:]]
    inside = rows < len(ends)
    rows, following = rows[inside], following[inside]
    ascending = np.argsort(ends[rows], kind="stable")
    grown = following - there[rows] - (ends[rows] - begins[rows])
    # Filling is less than a word, and assemblers end entries at four bytes: any other length is damaged.
    grown = grown[ascending]
    good = (following[ascending] <= size) & (np.abs(grown) < image.word) & (grown % 4 == 0)
    # Only what a length counts from: an end that is not listed has no place.
    origin = begins[rows] + 4
    origins = Runs.merged(origin, there[rows] + 4, np.full(len(rows), 4, dtype=np.int64))
    return Space(origins, ends[rows][ascending][good], following[ascending][good], True)


def frame_lengths(image: Image, section: Section, differs: Flags) -> Iterator[Fields]:
    """Lengths of entries of .eh_frame, where ``differs`` (by offset in the image) says that they changed."""
    begins, ends = _records(image, section)
    start = image.place(section)[0]
    chosen = differs[begins + start]
    if chosen.any():
        at, end = begins[chosen], ends[chosen]
        yield Fields("length of a frame", at + start, 4, end, frames_in(section.index), Base.PLACE, at + 4, end=True)


def _records(image: Image, section: Section) -> tuple[Ints, Ints]:
    """Where each entry begins and ends in the section, ascending."""
    frames = frames_of(image, section)
    records = sorted([*((c.at, c.at + c.size) for c in frames.cies), *((f.at, f.at + f.size) for f in frames.fdes)])
    table = np.array(records, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


def _header(image: Image, section: Section) -> Iterator[Fields]:
    """.eh_frame_hdr with the encodings that linkers write: pcrel sdata4, udata4, datarel sdata4 (LSB)."""
    data = image.content(section)
    start, size = image.place(section)
    if size < 12 or data[0] != 1 or data[1] != 0x1B:
        return
    order: Literal["little", "big"] = "little" if image.little else "big"
    target = int.from_bytes(data[4:8], order, signed=True) + section.address + 4
    yield Fields(
        "frame table",
        np.array([start + 4], dtype=np.int64),
        4,
        np.array([target], dtype=np.int64),
        LAYOUT,
        Base.SITE,
        begin=True,
    )
    if data[2] != 0x03 or data[3] != 0x3B:
        return
    count = min(int.from_bytes(data[8:12], order), (size - 12) // 8)
    at = start + 12 + 4 * np.arange(2 * count, dtype=np.int64)
    targets = signed(image.numbers(at, 4), 4) + section.address
    yield Fields("frame search table", at, 4, targets, ADDRESS, Base.PLACE, section.address)


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80 or shift > 56:
            break
        shift += 7
    return value, at


def _sleb(data: bytes, at: int) -> tuple[int, int]:
    start = at
    value, at = _uleb(data, at)
    if at == start:
        raise IndexError("past the end")
    bits = 7 * (at - start)
    return (value - (1 << bits) if value >> (bits - 1) & 1 else value), at


def _language_data(image: Image, frames: Frames) -> Iterator[Fields]:
    """Type tables of .gcc_except_table (Itanium C++ ABI, "Exception Handling Tables")."""
    section = next((s for s in image.elf.sections if s.name == ".gcc_except_table" and s.span is not None), None)
    if section is None:
        return
    data = image.content(section)
    found: list[Pointer] = []
    for place in sorted({f.lsda.target - section.address for f in frames.fdes if f.lsda}):
        if 0 <= place < len(data):
            found += _types(image, section, data, place)
    unique = {p.at: p for p in found}
    yield from _pointers(
        "type of exception", [unique[at] for at in sorted(unique)], section.span.start if section.span else 0
    )


def without_types(
    image: Image, section: Section, data: npt.NDArray[np.uint8], frames: Sequence[Frames]
) -> npt.NDArray[np.uint8]:
    """Contents of .gcc_except_table with the references in it zeroed."""
    out = data.copy()
    start = image.place(section)[0]
    for group in (g for side in frames for g in _language_data(image, side)):
        for index in range(group.width):
            out[group.at - start + index] = 0
    return out


def exception_types(image: Image, frames: Sequence[Frames]) -> tuple[Ints, Ints]:
    """Where references to types stand in .gcc_except_table (offsets in the image, ascending), and what they mean."""
    groups = [group for side in frames for group in _language_data(image, side)]
    none = np.zeros(0, dtype=np.int64)
    at = np.concatenate([none, *(group.at for group in groups)])
    order = np.argsort(at, kind="stable")
    return at[order], np.concatenate([none, *(group.target for group in groups)])[order]


def _types(image: Image, section: Section, data: bytes, at: int) -> list[Pointer]:
    try:
        encoding = data[at]
        at += 1
        if encoding != OMIT:
            at += width_of(encoding, image.word)
        encoding = data[at]
        at += 1
        if encoding == OMIT:
            return []
        distance, at = _uleb(data, at)
        base = at + distance
        call_encoding = data[at]
        length, at = _uleb(data, at + 1)
        actions = at + length
        if call_encoding != 1 or actions > len(data):
            return []
        first: set[int] = set()
        while at < actions:
            for _ in range(3):
                _, at = _uleb(data, at)
            action, at = _uleb(data, at)
            if action:
                first.add(actions + action - 1)
        most = 0
        seen: set[int] = set()
        for place in sorted(first):
            while 0 <= place < len(data) and place not in seen and len(seen) < MAX_ACTIONS:
                seen.add(place)
                number, after = _sleb(data, place)
                most = max(most, number)
                step, _ = _sleb(data, after)
                if not step:
                    break
                place = after + step
    except IndexError:
        return []
    width = width_of(encoding, image.word)
    out: list[Pointer] = []
    for index in range(1, min(most, MAX_ACTIONS) + 1):
        found = (
            pointer(data, base - index * width, encoding, section.address, image.word, image.elf.byte_order)
            if base >= index * width
            else None
        )
        if found is not None:
            out.append(found)
    return out
