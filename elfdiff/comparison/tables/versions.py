"""Versions of needed symbols (LSB, "Symbol Versioning"): who is whom in .gnu.version_r, and what number each gets."""

from __future__ import annotations

import itertools
import struct
from collections import Counter
from collections.abc import Sequence

import numpy as np

from elfdiff.comparison.image import Image
from elfdiff.comparison.runs import Ints, Runs
from elfdiff.comparison.texts.pools import Rewriter
from elfdiff.elf.model import Section
from elfdiff.elf.strings import StringTable
from elfdiff.values import dataclass

SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFE, 0x6FFFFFFF
MAX_RECORDS = 65536
RECORD = 16
"""Bytes of Verneed and of Vernaux."""


@dataclass(frozen=True, slots=True)
class Need:
    """A record at offset ``at`` of its section. ``number`` is 0 for a file, which has none, else what symbols say."""

    at: int
    key: tuple[bytes, bytes]
    number: int


def needs(image: Image, section: Section) -> list[Need]:
    """Every record, as the chain goes, up to the first that makes no sense."""
    data = image.content(section)
    sections = image.elf.sections
    table = image.content(sections[section.link]) if 0 < section.link < len(sections) else b""
    name = StringTable(table, image.elf.path).raw
    mark = "<" if image.little else ">"

    out: list[Need] = []
    place = 0
    most = min(MAX_RECORDS, len(data) // RECORD)
    while place + RECORD <= len(data) and len(out) < most:
        _, count, file, aux, following = struct.unpack_from(mark + "HHIII", data, place)
        out.append(Need(place, (name(file), b""), 0))
        inner = place + aux
        for _ in range(count):
            if inner + RECORD > len(data) or len(out) >= most:
                break
            _, _, number, version, step = struct.unpack_from(mark + "IHHII", data, inner)
            out.append(Need(inner, (name(file), name(version)), number & 0x7FFF))
            if not step:
                break
            inner += step
        if not following:
            break
        place += following
    return out


def align_needs(a: Sequence[Need], b: Sequence[Need], rewriter: Rewriter, size: int, other_size: int) -> Runs:
    """Records by file and version; the links between them stay where they are, as their places do not move."""
    count = Counter(need.key for need in b)
    there = {need.key: need for need in b if count[need.key] == 1}
    ours = Counter(need.key for need in a)
    runs: list[tuple[int, int, int]] = []
    for need in a:
        partner = there.get(need.key)
        for file in rewriter.variants(need.key[0]) if partner is None else ():
            partner = partner or there.get((file, need.key[1]))
        if partner is None or ours[need.key] != 1 or bool(need.number) != bool(partner.number):
            continue
        link = 4 if need.number else 0
        runs.append((need.at, partner.at, RECORD - link))
        if link and need.at + RECORD <= other_size and partner.at + RECORD <= size:
            runs.append((partner.at + RECORD - link, partner.at + RECORD - link, link))
    return Runs.of(runs)


def numbers_of(image: Image) -> Ints | None:
    """What .gnu.version says of each dynamic symbol, without the bit that hides it; None without that section."""
    section = next((s for s in image.elf.sections if s.type == SHT_GNU_VERSYM and s.span is not None), None)
    if section is None:
        return None
    start, size = image.place(section)
    return image.numbers(start + 2 * np.arange(size // 2, dtype=np.int64), 2) & 0x7FFF


def by_first_use(known: Sequence[int], numbers: Ints, places: Ints) -> list[int]:
    """``known`` numbers in the order in which symbols at ``places`` (-1: nowhere) use them first."""
    first = {
        number: int(places[(numbers == number) & (places >= 0)].min(initial=len(numbers) + MAX_RECORDS))
        for number in known
    }
    return sorted(known, key=lambda number: (first[number], number))


def number_map(a: Image, records: Sequence[Need], placed: Runs, numbers: Ints | None, symbols: Runs | None) -> Runs:
    """Which number of b each number of a becomes.

    Linkers number versions as their records stand (gold, mold), or as symbols first need them (LLD). The rule that
    gives a's own numbers gives b's; where none does, numbers stay as they are.
    """
    own = [need for need in records if need.number]
    known = sorted(need.number for need in own)
    same = Runs.of([(0, 0, 1 << 16)])
    if not own or len(set(known)) != len(known):
        return same
    at, whole = placed.map_fields(np.array([need.at for need in own], dtype=np.int64), RECORD - 4)
    candidates: list[list[int]] = []
    if [need.number for need in sorted(own, key=lambda need: need.at)] == known and bool(whole.all()):
        candidates.append([own[row].number for row in np.argsort(at, kind="stable").tolist()])
    if numbers is not None and symbols is not None:
        places = np.arange(len(numbers), dtype=np.int64)
        if by_first_use(known, numbers, places) == known:
            moved, there = symbols.map_fields(places, 1)
            candidates.append(by_first_use(known, numbers, np.where(there, moved, np.int64(-1))))
    if _by_lld(a):
        candidates.reverse()
    if not candidates:
        return same
    changed = dict(zip(candidates[0], known, strict=True))
    runs = [(number, other, 1) for number, other in changed.items()]
    edges = [-1, *known, 1 << 16]
    runs += [(low + 1, low + 1, high - low - 1) for low, high in itertools.pairwise(edges)]
    return Runs.of(runs)


def _by_lld(image: Image) -> bool:
    comment = image.elf.section(".comment")
    return comment is not None and b"LLD" in image.content(comment)
