"""Call frame information of .eh_frame and .debug_frame (LSB 5.0 "Exception Frames", DWARF 5 section 6.4)."""

from __future__ import annotations

import struct

from elfdiff.values import dataclass

MAX_ENTRIES = 4_000_000
MAX_LENGTH = 1 << 62
"""Bytes of a function; larger numbers are damage."""

PCREL, DATAREL, INDIRECT, OMIT = 0x10, 0x30, 0x80, 0xFF


@dataclass(frozen=True, slots=True)
class Pointer:
    """An encoded pointer: where it stands in the content, its width, and the address that it means."""

    at: int
    width: int
    pc_relative: bool
    target: int


@dataclass(frozen=True, slots=True)
class Cie:
    """A common entry: its offset, size, and the personality routine's pointer."""

    at: int
    size: int
    code: int
    lsda: int
    has_z: bool
    personality: Pointer | None


@dataclass(frozen=True, slots=True)
class Fde:
    """One function's frame: begin pointer, range field, LSDA pointer. ``cie`` is the offset of its CIE."""

    at: int
    size: int
    cie: int
    cie_field: int
    begin: Pointer
    range_at: int
    length: int
    lsda: Pointer | None


@dataclass(frozen=True, slots=True)
class Frames:
    """All entries of one section in order."""

    cies: tuple[Cie, ...]
    fdes: tuple[Fde, ...]


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80 or shift > 63:
            return value, at
        shift += 7


def width_of(encoding: int, word: int) -> int:
    """Bytes of a pointer in this DW_EH_PE encoding; 0 for LEB128 and unknown ones."""
    return {0: word, 2: 2, 3: 4, 4: 8, 0xA: 2, 0xB: 4, 0xC: 8, 8: word}.get(encoding & 0xF, 0)


def pointer(data: bytes, at: int, encoding: int, address: int, word: int, order: str) -> Pointer | None:
    """The encoded pointer at ``at`` of a content that starts at ``address``; None if absent, LEB128 or of another
    base."""
    width = width_of(encoding, word)
    if encoding == OMIT or width == 0 or at + width > len(data) or encoding & 0x70 not in (0, PCREL):
        return None
    signed = bool(encoding & 8) or encoding & 0x70 == PCREL or width == 8
    value = int.from_bytes(data[at : at + width], "little" if order == "little" else "big", signed=signed)
    relative = encoding & 0x70 == PCREL
    if value == 0:
        return None
    return Pointer(at, width, relative, value + (address + at if relative else 0))


def parse_frames(data: bytes, address: int, word: int, order: str, eh: bool) -> Frames:
    """Entries up to the terminator or the first that makes no sense. ``eh``: the format of .eh_frame."""
    cies: dict[int, Cie] = {}
    fdes: list[Fde] = []
    mark = "<" if order == "little" else ">"
    u32 = struct.Struct(mark + "I").unpack_from
    at, size = 0, len(data)
    while at + 8 <= size and len(fdes) < MAX_ENTRIES:
        (length,) = u32(data, at)
        if length == 0 and eh:
            break
        if length >= 0xFFFFFFF0:
            break
        end = at + 4 + length
        if end > size or length < 4:
            break
        (identity,) = u32(data, at + 4)
        try:
            if identity == (0 if eh else 0xFFFFFFFF):
                cies[at] = _cie(data, at, end, address, word, order, eh)
            else:
                cie_at = at + 4 - identity if eh else identity
                cie = cies.get(cie_at)
                if cie is not None:
                    fde = _fde(data, at, end, cie, address, word, order, eh)
                    if fde is not None:
                        fdes.append(fde)
        except IndexError:
            pass
        at = end
    return Frames(tuple(cies.values()), tuple(fdes))


def _cie(data: bytes, at: int, end: int, address: int, word: int, order: str, eh: bool) -> Cie:
    position = at + 9
    stop = data.index(b"\0", position, end) if b"\0" in data[position:end] else end
    augmentation = data[position:stop]
    position = stop + 1
    version = data[at + 8]
    if version >= 4:
        position += 2
    _, position = _uleb(data, position)
    _, position = _uleb(data, position)
    if version == 1:
        position += 1
    else:
        _, position = _uleb(data, position)
    code, lsda, personality = 0, OMIT, None
    if augmentation.startswith(b"z"):
        _, position = _uleb(data, position)
        for letter in augmentation[1:]:
            if letter == ord("R"):
                code = data[position]
                position += 1
            elif letter == ord("L"):
                lsda = data[position]
                position += 1
            elif letter == ord("P"):
                encoding = data[position]
                position += 1
                personality = pointer(data, position, encoding, address, word, order)
                width = width_of(encoding, word)
                if width == 0:
                    break
                position += width
            elif letter not in b"SB":
                break
    return Cie(at, end - at, code if eh else 0, lsda, augmentation.startswith(b"z"), personality)


def _fde(data: bytes, at: int, end: int, cie: Cie, address: int, word: int, order: str, eh: bool) -> Fde | None:
    position = at + 8
    begin = pointer(data, position, cie.code, address, word, order)
    width = width_of(cie.code, word)
    if begin is None or position + 2 * width > end:
        return None
    range_at = position + width
    length = int.from_bytes(data[range_at : range_at + width], "little" if order == "little" else "big")
    if length >= MAX_LENGTH:
        return None
    lsda = None
    if cie.has_z:
        _, position = _uleb(data, range_at + width)
        if cie.lsda != OMIT and position < end:
            lsda = pointer(data, position, cie.lsda, address, word, order)
    return Fde(at, end - at, cie.at, at + 4, begin, range_at, length, lsda)
