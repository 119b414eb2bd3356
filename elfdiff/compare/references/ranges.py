"""Functions as call frame information tells of them: the one list that stripped files keep."""

from __future__ import annotations

from elfdiff.compare.frames import Frames, parse_frames
from elfdiff.compare.image import Image
from elfdiff.elf.model import Section


def frames_of(image: Image, section: Section) -> Frames:
    """The parsed entries of .eh_frame or .debug_frame; parsed once."""
    known = image.frames
    if section.index not in known:
        eh = section.name == ".eh_frame"
        known[section.index] = parse_frames(
            image.content(section), section.address, image.word, image.elf.byte_order, eh
        )
    return known[section.index]


def function_ranges(image: Image) -> list[tuple[int, int]]:
    """(address, length) of every function that .eh_frame describes."""
    section = image.elf.section(".eh_frame")
    if section is None or section.span is None or image.relocatable:
        return []
    return [(fde.begin.target, fde.length) for fde in frames_of(image, section).fdes]
