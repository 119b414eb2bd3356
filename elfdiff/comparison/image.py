"""A file as one row of bytes: the file itself, then the inflated contents of its compressed sections."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import Ints
from elfdiff.elf.file import ElfFile
from elfdiff.elf.frames import Frames
from elfdiff.elf.model import Section
from elfdiff.errors import ElfdiffError
from elfdiff.values import dataclass, field

ET_REL = 1
EM_CUDA = 190
SHT_NOBITS = 8
SHF_TLS = 0x400
PT_LOAD = 1
_WIDTHS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the partition: every byte of the file is in exactly one. ``key`` names its partner in the other
    file."""

    key: tuple[str, int]
    name: str
    start: int
    end: int
    section: Section | None


@dataclass(frozen=True, eq=False)
class Image:
    """Offsets beyond ``elf.data`` are in inflated contents; see :meth:`place`."""

    elf: ElfFile
    frames: dict[int, Frames] = field(default_factory=dict, repr=False)
    """Call frame information by section index, as far as it was asked for."""

    @cached_property
    def _laid_out(self) -> tuple[bytes, dict[int, int]]:
        parts = [self.elf.data]
        places: dict[int, int] = {}
        at = len(self.elf.data)
        for section in self.elf.sections:
            if section.compression is None or section.span is None:
                continue
            try:
                content = self.elf.contents(section)
            except ElfdiffError:
                continue
            places[section.index] = at
            parts.append(content)
            at += len(content)
        return (parts[0] if len(parts) == 1 else b"".join(parts)), places

    @property
    def data(self) -> bytes:
        """The file, then inflated contents in section order."""
        return self._laid_out[0]

    @cached_property
    def array(self) -> npt.NDArray[np.uint8]:
        """The same as numbers."""
        return np.frombuffer(self.data, dtype=np.uint8)

    @property
    def little(self) -> bool:
        """Least significant byte first."""
        return self.elf.byte_order == "little"

    @property
    def word(self) -> int:
        """Bytes of an address."""
        return self.elf.elf_class // 8

    @property
    def relocatable(self) -> bool:
        """Addresses are offsets into sections: in ET_REL, and in what nvlink makes for CUDA, whatever it is called."""
        return self.elf.header.type == ET_REL or self.elf.header.machine == EM_CUDA

    def inflated(self, section: Section) -> bool:
        """True if the contents stand behind the file."""
        return section.index in self._laid_out[1]

    def place(self, section: Section) -> tuple[int, int]:
        """Offset and size of the section's (inflated) contents in :attr:`data`; (0, 0) if it has none."""
        if section.span is None:
            return 0, 0
        at = self._laid_out[1].get(section.index)
        if at is not None:
            return at, len(self.elf.contents(section))
        return section.span.start, section.span.length

    def content(self, section: Section) -> bytes:
        """The (inflated) contents, relocations not applied."""
        at, size = self.place(section)
        return self.data[at : at + size]

    def numbers(self, at: Ints, width: int) -> Ints:
        """Unsigned fields of ``width`` bytes at offsets; 64-bit ones wrap into int64."""
        return numbers(self.array, at, width, self.little)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Header, tables, sections, gaps and tail, in file order, without overlap and without a hole."""
        header = self.elf.header
        size = len(self.elf.data)
        wanted: list[tuple[int, int, int, tuple[str, int], str, Section | None]] = [
            (header.span.start, header.span.end, 0, ("ELF header", 0), "ELF header", None)
        ]
        for rank, (offset, entry, count, name) in enumerate(
            (
                (header.phoff, header.phentsize, header.phnum, "program headers"),
                (header.shoff, header.shentsize, header.shnum, "section headers"),
            )
        ):
            if count and offset:
                wanted.append((offset, min(size, offset + entry * count), 1 + rank, (name, 0), name, None))
        for section in self.elf.sections:
            if section.span is not None and section.span.length:
                wanted.append(
                    (section.span.start, section.span.end, 3, ("section", section.index), section.name, section)
                )
        out: list[Piece] = []
        at = 0
        for start, end, _, key, name, owner in sorted(wanted, key=lambda item: (item[0], -item[1], item[2])):
            start = max(start, at)
            if end <= start:
                continue
            if start > at:
                out.append(Piece(("gap before " + key[0], key[1]), f"gap before {name}", at, start, None))
            out.append(Piece(key, name, start, end, owner))
            at = end
        if at < size:
            out.append(Piece(("tail", 0), "after the last section", at, size, None))
        return tuple(out)

    @cached_property
    def page(self) -> int:
        """The largest alignment of a PT_LOAD segment; 1 if there is none."""
        return max([segment.alignment for segment in self.elf.segments if segment.type == PT_LOAD] + [1])


def numbers(data: npt.NDArray[np.uint8], at: Ints, width: int, little: bool) -> Ints:
    """Unsigned fields of ``width`` bytes at offsets."""
    if width in _WIDTHS and len(data) >= width:
        # Every word of the data, at any offset: one step of this array is one byte.
        order = "<" if little else ">"
        words = np.ndarray((len(data) - width + 1,), f"{order}u{width}", data, 0, (1,))
        return words[at].astype(np.int64)
    value = np.zeros(len(at), dtype=np.int64)
    for index in range(width):
        shift = 8 * (index if little else width - 1 - index)
        value |= data[at + index].astype(np.int64) << np.int64(shift)
    return value


def wrapped(number: int) -> int:
    """A number as 64-bit arithmetic has it: kernels stand at addresses that fit no signed word."""
    return ((number + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def signed(values: Ints, width: int) -> Ints:
    """Unsigned numbers of ``width`` bytes read as two's complement."""
    if width >= 8:
        return values
    half = np.int64(1 << (8 * width - 1))
    return (values ^ half) - half
