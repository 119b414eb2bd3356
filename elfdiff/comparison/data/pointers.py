"""Pointers in data as relocations tell of them: where each stands, and what it points to."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.image import Image
from elfdiff.comparison.references.code import ET_EXEC, allocated
from elfdiff.comparison.references.loader import SHT_REL, SHT_RELA, SHT_RELR, relr_places
from elfdiff.comparison.runs import Ints, isin, unique
from elfdiff.comparison.texts.pools import Rewriter
from elfdiff.elf.model import Section
from elfdiff.elf.relocations import RELATIVE
from elfdiff.values import dataclass

SHT_PROGBITS = 1
SMALLEST = 0x10000
"""Smaller numbers are not taken for addresses."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """Addresses of relocated words (ascending), what they point to, and for words bound to a symbol a mark of its name.

    ``mark`` is 0 for a word that holds an address of the file itself.
    """

    at: Ints
    to: Ints
    mark: Ints

    def count(self, section: Section) -> int:
        """How many stand in one section."""
        return len(self.within(section)[0])

    def within(self, section: Section) -> tuple[Ints, Ints, Ints]:
        """Those in one section, ``at`` as offsets into it."""
        low = int(np.searchsorted(self.at, section.address))
        high = int(np.searchsorted(self.at, section.address + section.size))
        return self.at[low:high] - section.address, self.to[low:high], self.mark[low:high]


def pointers_of(image: Image, rewriter: Rewriter | None) -> Pointers:
    """Every word that a dynamic relocation fills. ``rewriter`` gives symbols the names that they have in b."""
    at: list[Ints] = []
    to: list[Ints] = []
    mark: list[Ints] = []
    names: dict[int, int] = {}
    relative_types = RELATIVE.get(image.elf.header.machine, ())
    for section in image.elf.sections:
        if section.type == SHT_RELR and section.span is not None and section.is_allocated:
            places = unique(relr_places(image, section)[1])
            at.append(places)
            to.append(_stored(image, places))
            mark.append(np.zeros(len(places), dtype=np.int64))
        if section.type not in (SHT_RELA, SHT_REL) or section.span is None or not section.is_allocated:
            continue
        table = image.elf.relocation_table(section)
        offset: Ints = table["offset"].astype(np.int64)
        addend: Ints = table["addend"].astype(np.int64)
        relative = isin(table["type"], relative_types)
        if section.type == SHT_REL:
            addend = _stored(image, offset)
        symbols = table["symbol"].astype(np.int64)
        marks = np.zeros(len(table), dtype=np.int64)
        if image.elf.dynsym is not None:
            for index in unique(symbols[~relative]).tolist():
                if index not in names and 0 < index < len(image.elf.dynsym):
                    name = image.elf.dynsym.names.raw(int(image.elf.dynsym.table["name"][index]))
                    if rewriter is not None:
                        name = next(iter(rewriter.variants(name)), name)
                    names[index] = (zlib.crc32(name) << 16) + 1
            marks[~relative] = [names.get(index, 1) for index in symbols[~relative].tolist()]
            marks[~relative] += addend[~relative] << 48
        at.append(offset)
        to.append(np.where(relative, addend, 0))
        mark.append(marks)
    if image.elf.header.type == ET_EXEC:
        known = np.concatenate(at) if at else np.zeros(0, dtype=np.int64)
        for places, held in _plain(image):
            new = ~isin(places, known)
            at.append(places[new])
            to.append(held[new])
            mark.append(np.zeros(int(np.count_nonzero(new)), dtype=np.int64))
    if not at:
        none = np.zeros(0, dtype=np.int64)
        return Pointers(none, none, none)
    places = np.concatenate(at)
    order = np.argsort(places, kind="stable")
    return Pointers(places[order], np.concatenate(to)[order], np.concatenate(mark)[order])


def _plain(image: Image) -> Iterator[tuple[Ints, Ints]]:
    """Words of data that hold addresses in a file linked to a fixed place, where no relocation tells of them."""
    for section in image.elf.sections:
        if section.type != SHT_PROGBITS or section.span is None or section.is_executable or not section.is_allocated:
            continue
        if section.compression is None and section.address % image.word == 0:
            place = image.word * np.arange(section.size // image.word, dtype=np.int64)
            held = image.numbers(place + section.span.start, image.word)
            likely = allocated(image, held) & (held >= SMALLEST)
            yield section.address + place[likely], held[likely]


def _stored(image: Image, addresses: Ints) -> Ints:
    out = np.zeros(len(addresses), dtype=np.int64)
    for section in image.elf.sections:
        if (
            section.is_allocated
            and section.span is not None
            and section.span.length >= image.word
            and section.compression is None
        ):
            inside = (addresses >= section.address) & (addresses <= section.address + section.span.length - image.word)
            out[inside] = image.numbers(addresses[inside] - section.address + section.span.start, image.word)
    return out


def overwritten(data: npt.NDArray[np.uint8], at: Ints, values: Ints, width: int) -> npt.NDArray[np.uint8]:
    """A copy with little-endian words put at offsets; words that would reach past the end are left out."""
    out = data.copy()
    inside = (at >= 0) & (at + width <= len(data))
    at, values = at[inside], values[inside]
    for index in range(width):
        out[at + index] = (values >> np.int64(8 * index)) & 0xFF
    return out
