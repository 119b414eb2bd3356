"""Mergeable string sections of relocatable files, and texts that became too long, or too short, for their own.

Compilers put texts of one kind into sections by alignment, and name them so: `.rodata.str1.1`, `.rodata.str1.8` (GCC,
varasm.cc, mergeable_string_section). Which alignment a text has its length decides: on x86 one of 32 bytes and more is
aligned to a word where speed matters (i386.cc, ix86_constant_alignment).
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from elfdiff.comparison.image import Image
from elfdiff.comparison.runs import Runs
from elfdiff.comparison.texts.pools import Rewriter, TextChange, changed_runs, pieces, split_pool
from elfdiff.elf.model import Section
from elfdiff.patterns import late
from elfdiff.values import dataclass

SHF_MERGE, SHF_STRINGS = 0x10, 0x20
_POOL = late(r"(.+)\.str([0-9]+)\.([0-9]+)\Z")


@dataclass(frozen=True, slots=True)
class Crossing:
    """Texts of section ``left`` of a that stand in section ``right`` of b, which is not its partner.

    ``texts`` are where they begin; that, ``runs`` and ``changes`` count from the beginnings of the two sections.
    """

    left: int
    right: int
    texts: tuple[tuple[int, int], ...]
    runs: Runs
    changes: tuple[TextChange, ...]


def family(section: Section) -> str | None:
    """What the names of sections of texts of one kind have in common; None for another section."""
    match = _POOL.match(section.name)
    if match is None or not section.flags & SHF_MERGE or not section.flags & SHF_STRINGS:
        return None
    stem, size, alignment = match[1], int(match[2]), int(match[3])
    alike = size == section.entry_size == 1 and alignment == section.alignment
    return stem if alike and section.compression is None else None


def families(sections: Iterable[Section]) -> dict[str, list[Section]]:
    """The mergeable sections of texts of a file by family."""
    found: dict[str, list[Section]] = defaultdict(list)
    for section in sections:
        stem = family(section)
        if stem is not None and section.span is not None:
            found[stem].append(section)
    return found


def crossings(a: Image, b: Image, partners: Mapping[int, int], rewriter: Rewriter) -> tuple[Crossing, ...]:
    """Texts that left their section for another one of the family; none where lengths do not tell the sections apart.

    ``partners``: sections of a and of b, by index.
    """
    if not a.relocatable or not b.relocatable:
        return ()
    found: list[Crossing] = []
    theirs = families(b.elf.sections)
    for stem, left in families(a.elf.sections).items():
        right = theirs.get(stem, [])
        if len(left) == 1 and [partners.get(left[0].index)] == [section.index for section in right]:
            continue
        # Of two sections of one name nothing says to which of them a text belongs.
        if all(len({section.alignment for section in side}) == len(side) for side in (left, right)):
            found += _crossed(_Family(a, left), _Family(b, right), partners, rewriter)
    return tuple(found)


class _Family:
    """The texts of one family by section; texts without letters are padding."""

    def __init__(self, image: Image, sections: Iterable[Section]) -> None:
        self.texts: dict[int, list[tuple[int, bytes]]] = {}
        self.lengths: dict[int, list[int]] = {}
        for section in sections:
            strings, at = split_pool(image.content(section))
            self.texts[section.index] = [(x, text) for x, text in zip(at, strings, strict=True) if text]
            self.lengths[section.alignment] = [len(text) for text in strings if text]


def _in_order(sides: Iterable[_Family]) -> bool:
    """Texts of a greater alignment are longer than all of a lesser one."""
    lengths: dict[int, list[int]] = defaultdict(list)
    for side in sides:
        for alignment, found in side.lengths.items():
            lengths[alignment] += found
    ranked = [lengths[alignment] for alignment in sorted(lengths) if lengths[alignment]]
    return all(max(less) < min(more) for less, more in itertools.pairwise(ranked))


def _crossed(a: _Family, b: _Family, partners: Mapping[int, int], rewriter: Rewriter) -> Iterator[Crossing]:
    if not _in_order((a, b)):
        return
    left: list[tuple[int, int, bytes]] = []
    staying: dict[int, Counter[bytes]] = {index: Counter(text for _, text in rows) for index, rows in b.texts.items()}
    for index, rows in a.texts.items():
        there = staying.get(partners.get(index, -1), Counter())
        for at, text in rows:
            stays = next((v for v in (text, *rewriter.variants(text)) if there[v] > 0), None)
            if stays is None:
                left.append((index, at, text))
            else:
                there[stays] -= 1
    waiting: dict[bytes, list[tuple[int, int]]] = defaultdict(list)
    for index, rows in b.texts.items():
        for at, text in reversed(rows):
            if staying[index][text] > 0:
                staying[index][text] -= 1
                waiting[text].append((index, at))
    runs: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    changes: dict[tuple[int, int], list[TextChange]] = defaultdict(list)
    texts: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for index, at, text in left:
        for variant in rewriter.variants(text):
            others = [place for place in waiting.get(variant, ()) if place[0] != partners.get(index)]
            changed = pieces(text, variant, rewriter.usable(text)) if others else None
            if changed is None:
                continue
            waiting[variant].remove(others[-1])
            other, to = others[-1]
            texts[index, other].append((at, to))
            runs[index, other] += changed_runs(text + b"\0", variant + b"\0", at, to, changed)
            changes[index, other] += [TextChange(at + x, n, to + y, m, rewrite) for x, n, y, m, rewrite in changed]
            break
    for key in sorted(runs):
        yield Crossing(*key, tuple(texts[key]), Runs.of(runs[key]), tuple(changes[key]))
