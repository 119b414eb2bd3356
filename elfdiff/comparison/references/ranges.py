"""Functions as call frame information tells of them: the one list that stripped files keep."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.image import Image
from elfdiff.comparison.runs import unique
from elfdiff.elf.frames import Frames, parse_frames
from elfdiff.elf.model import Section

EM_ARM = 40
SHT_ARM_EXIDX = 0x70000001


def frames_of(image: Image, section: Section) -> Frames:
    """The parsed entries of .eh_frame or .debug_frame; parsed once."""
    known = image.frames
    if section.index not in known:
        eh = section.name == ".eh_frame"
        known[section.index] = parse_frames(
            image.content(section), section.address, image.word, image.elf.byte_order, eh
        )
    return known[section.index]


def indexed_ranges(image: Image) -> list[tuple[int, int]]:
    """(address, length) of every function of .ARM.exidx, which gives where they begin: each reaches to the next.

    Nothing where there are symbols, which know the lengths, and functions that cannot be unwound.
    """
    section = next((s for s in image.elf.sections if s.type == SHT_ARM_EXIDX and s.span is not None), None)
    if section is None or image.elf.header.machine != EM_ARM or image.relocatable or image.elf.symtab is not None:
        return []
    start, size = image.place(section)
    at = np.arange(size // 8, dtype=np.int64) * 8
    distance = image.numbers(at + start, 4) & 0x7FFFFFFF
    begins = unique((at + section.address + (distance ^ 0x40000000) - 0x40000000) & 0xFFFFFFFE)
    out: list[tuple[int, int]] = []
    for code in image.elf.sections:
        if code.is_executable and code.span is not None:
            inside = begins[(begins >= code.address) & (begins < code.address + code.size)]
            out += zip(inside.tolist(), np.diff(np.append(inside, code.address + code.size)).tolist(), strict=True)
    return out


def function_ranges(image: Image) -> list[tuple[int, int]]:
    """(address, length) of every function that .eh_frame describes, or .ARM.exidx."""
    if image.relocatable:
        return []
    if image.elf.header.machine == EM_ARM:
        return indexed_ranges(image)
    section = image.elf.section(".eh_frame")
    if section is None or section.span is None:
        return []
    return [(fde.begin.target, fde.length) for fde in frames_of(image, section).fdes]
