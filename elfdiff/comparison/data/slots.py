"""Slots of the loader: GOT words and PLT entries, paired by the symbol that each is bound to.

Linkers number them in the order of their inputs, so other order means other slots. What a slot is for stands in its
relocation alone; an edited relocation would move the map and so excuse itself. A pair counts only if the operands of
matched code say the same, which lead to the slot in both files, or to the PLT entry that leads there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.code.machines import CodeReferences, ReferenceKind
from elfdiff.comparison.data.pointers import Pointers
from elfdiff.comparison.data.votes import Votes
from elfdiff.comparison.image import SHT_NOBITS, Image
from elfdiff.comparison.runs import Ints, Runs, isin
from elfdiff.comparison.tables.records import filled, records
from elfdiff.elf.model import Section
from elfdiff.values import dataclass

ENTRY = 16
"""Bytes of a PLT entry where the section does not say."""
_ENTRIES = frozenset({8, 16, 32})


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots of one section, ``size`` bytes each: the first one of each symbol's mark, as an index."""

    size: int
    count: int
    by_mark: dict[int, int]


def is_got(section: Section) -> bool:
    """A table of words that the loader fills."""
    return section.name in (".got", ".got.plt") and section.type != SHT_NOBITS and section.span is not None


def is_plt(section: Section) -> bool:
    """Code that jumps to what a GOT word holds."""
    return section.name in (".plt", ".plt.sec", ".plt.got", ".iplt") and section.is_executable


def got_slots(image: Image, section: Section, pointers: Pointers) -> Slots:
    """Words of a GOT by the mark of their relocation."""
    at, _, mark = pointers.within(section)
    rows = [(m, place // image.word) for m, place in zip(mark.tolist(), at.tolist(), strict=True) if m]
    return Slots(image.word, section.size // image.word, _once(iter(rows)))


def plt_slots(image: Image, section: Section, references: CodeReferences, pointers: Pointers) -> Slots:
    """PLT entries by the mark of the GOT word that their operand leads to, or that leads to them before it is bound."""
    size = section.entry_size if section.entry_size in _ENTRIES else ENTRY
    start = image.place(section)[0]
    near = references.kind == ReferenceKind.MEMORY
    at, end = references.at[near], references.end[near]
    held = image.numbers(at + start, 4)
    targets = (held ^ 0x80000000) - 0x80000000 + section.address + end
    more, spread = references.spread_targets(ReferenceKind.MEMORY)
    at, targets = np.concatenate((at, more)), np.concatenate((targets, spread))
    marked = pointers.mark != 0
    places, marks = pointers.at[marked], pointers.mark[marked]
    rows: list[tuple[int, int]] = []
    if len(places):
        row = np.minimum(np.searchsorted(places, targets), len(places) - 1)
        hit = places[row] == targets
        rows += zip(marks[row[hit]].tolist(), (at[hit] // size).tolist(), strict=True)
        lazy = _held(image, places)
        inside = (lazy >= section.address) & (lazy < section.address + section.size)
        # Where all words lead to the head of the table, as on AArch64 and RISC-V, none tells its entry.
        head, count = np.unique(lazy[inside], return_counts=True)
        inside &= ~isin(lazy, head[count > 1])
        rows += zip(marks[inside].tolist(), ((lazy[inside] - section.address) // size).tolist(), strict=True)
    return Slots(size, section.size // size, _once(iter(dict.fromkeys(rows))))


def _once(rows: Iterator[tuple[int, int]]) -> dict[int, int]:
    """Marks that one slot alone has."""
    found: dict[int, int] = {}
    for mark, index in rows:
        found[mark] = -1 if mark in found and found[mark] != index else index
    return {mark: index for mark, index in found.items() if index >= 0}


def _held(image: Image, addresses: Ints) -> Ints:
    """What words at addresses hold in the file; -1 outside of it."""
    out = np.full(len(addresses), -1, dtype=np.int64)
    for section in image.elf.sections:
        if is_got(section) and section.span is not None:
            inside = (addresses >= section.address) & (addresses <= section.address + section.size - image.word)
            out[inside] = image.numbers(addresses[inside] - section.address + section.span.start, image.word)
    return out


def align_slots(left: Slots, right: Slots, agreed: frozenset[int]) -> Runs | None:
    """Slots of marks in ``agreed``, and slots without mark that fit between them; None where nothing moved."""
    if left.size != right.size:
        return None
    partner = np.full(left.count, -1, dtype=np.int64)
    for mark, index in left.by_mark.items():
        other = right.by_mark.get(mark, -1)
        if mark in agreed and index < left.count and 0 <= other < right.count:
            partner[index] = other
    if bool((partner[partner >= 0] == np.flatnonzero(partner >= 0)).all()):
        return None
    if left.count and right.count and partner[0] < 0 and not (partner == 0).any():
        partner[0] = 0
    out = filled(partner, right.count)
    # What is bound to a symbol that nothing confirms may have been exchanged with whatever stands beside it.
    bound = isin(np.arange(left.count), list(left.by_mark.values())) | isin(out, list(right.by_mark.values()))
    return records(np.where(bound, partner, out), left.size)


def judged(left: Slots, right: Slots, votes: Votes) -> tuple[set[int], set[int]]:
    """Marks whose slots the votes (as offsets into the section) confirm, and marks that they contradict."""
    said: dict[int, set[int]] = {}
    for a, b in zip((votes.a // left.size).tolist(), (votes.b // right.size).tolist(), strict=True):
        said.setdefault(a, set()).add(b)
    confirmed: set[int] = set()
    denied: set[int] = set()
    for mark, index in left.by_mark.items():
        if index in said and mark in right.by_mark:
            (confirmed if said[index] == {right.by_mark[mark]} else denied).add(mark)
    return confirmed, denied
