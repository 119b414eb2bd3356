"""Lengths of texts in code: languages whose texts have no end mark pass a length beside the address.

Rust loads both (``lea rdi, text``; ``mov esi, 7``), and since 1.89 puts ``length << 1 | 1`` beside the template of a
formatted text; gfortran and GNAT pass lengths as arguments. An immediate is such a length if the code loads, close to
it, the address of a text that is exactly as long, and something else begins behind that text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.functions import functions_in
from elfdiff.comparison.code.machines import ReferenceKind, machine
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.code import CodeMap, code_sections
from elfdiff.comparison.references.fields import ADDRESS, COUNT, Fields
from elfdiff.comparison.references.loader import LONGEST_TEXT, SHT_RELA, is_text
from elfdiff.comparison.references.ranges import function_ranges
from elfdiff.comparison.runs import Flags, Ints, isin, unique
from elfdiff.elf.immediate import Immediate
from elfdiff.elf.model import Section
from elfdiff.elf.relocations import RELATIVE
from elfdiff.values import dataclass

WHAT = "length of a text in code"
NEAR = 160
"""Bytes of code between an address and its length."""
CLOSE = 48
"""The same for a length that is equal in both files: a few instructions."""
SHORTEST = 2
MAX_FUNCTIONS = 1000
"""Functions of one file that are looked at."""
_DOUBLED = {width: Immediate(width, ((1, 0, min(8 * width - 1, 32)),)) for width in (1, 4)}


@dataclass(frozen=True, slots=True)
class Lengths:
    """What is asked of the other file: ``sites``, code bytes of a that differ there and belong to no reference;
    ``resized``, where words of another length there begin and end (addresses), all ascending; ``in_b``, how long what
    stands at some addresses of a is there, None where it has no place."""

    sites: Ints
    resized: tuple[Ints, Ints]
    in_b: Callable[[int, int], int | None]


def fields(image: Image, code: CodeMap, other: Lengths) -> Iterator[Fields]:
    """Lengths among the immediates that differ, and those equal ones that should have changed."""
    known = machine(image.elf.header)
    if known is None or known.immediates is None or image.relocatable or not len(other.sites) + len(other.resized[0]):
        return
    begins: Ints | None = None
    left = MAX_FUNCTIONS
    ranges = function_ranges(image)
    plain: dict[int, list[tuple[int, int, int]]] = {1: [], 4: []}
    doubled: dict[int, list[tuple[int, int, int]]] = {1: [], 4: []}
    for section in code_sections(image):
        found = code.of(section)
        if found is None or section.span is None:
            continue
        sites = other.sites
        inside = sites[(sites >= section.span.start) & (sites < section.span.end)] - section.span.start
        memory = found.kind == ReferenceKind.MEMORY
        at, end = found.at[memory], found.end[memory]
        if not len(at):
            continue
        begins = _begins(image, code) if begins is None else begins
        content = image.content(section)
        distance = image.numbers(at + section.span.start, 4)
        target = np.where(distance >= 1 << 31, distance - (1 << 32), distance) + section.address + end
        resized = at[_touched(target, begins, other.resized)]
        functions = functions_in(image, section, ranges)
        bounds_of = [np.array([(f.start, f.end)[end] for f in functions], dtype=np.int64) for end in (0, 1)]
        cuts = [[np.searchsorted(x, edge) for edge in bounds_of] for x in (inside, resized)]
        asked = np.flatnonzero((cuts[0][1] > cuts[0][0]) | (cuts[1][1] > cuts[1][0]))[:left].tolist()
        left -= len(asked)
        for index in asked:
            function = functions[index]
            span = slice(function.start, function.end)
            here, near = (x[cut[0][index] : cut[1][index]] for x, cut in zip((inside, resized), cuts, strict=True))
            for offset, width in known.immediates(content[span]):
                offset += function.start
                if width not in plain:
                    continue
                value = int.from_bytes(content[offset : offset + width], "little")
                differs = np.searchsorted(here, offset + width) > np.searchsorted(here, offset)
                if not differs:
                    close = near[np.abs(near - offset) <= CLOSE]
                    for row in np.searchsorted(at, close).tolist():
                        address = int(target[row])
                        for rows, meant in ((plain, value), (doubled, value >> 1 if value & 1 else 0)):
                            if _kept(image, address, meant, begins, other.in_b):
                                rows[width].append((offset + section.span.start, address, meant))
                    continue
                low, high = np.searchsorted(at, max(offset - NEAR, function.start)), np.searchsorted(at, offset + NEAR)
                for row in sorted(range(int(low), int(high)), key=lambda row: abs(int(at[row]) - offset)):
                    if _is_whole(image, int(target[row]), value, begins):
                        plain[width].append((offset + section.span.start, int(target[row]), value))
                        break
                    if value & 1 and _is_whole(image, int(target[row]), value >> 1, begins):
                        doubled[width].append((offset + section.span.start, int(target[row]), value >> 1))
                        break
    for table, shape in ((plain, None), (doubled, _DOUBLED)):
        for width, lines in table.items():
            if not lines:
                continue
            place, to, length = (np.array(column, dtype=np.int64) for column in zip(*lines, strict=True))
            yield Fields(
                WHAT, place, width, to + length, ADDRESS, Base.PLACE, to, end=True,
                immediate=shape[width] if shape else None, held=image.numbers(place, width) if shape else None,
            )  # fmt: skip


def _touched(target: Ints, begins: Ints, words: tuple[Ints, Ints]) -> Flags:
    """Which targets begin something that shares bytes with one of ``words`` before something else begins."""
    starts, ends = words
    if not len(starts) or not len(begins):
        return np.zeros(len(target), dtype=bool)
    index = np.searchsorted(ends, target, side="right")
    behind = begins[np.minimum(np.searchsorted(begins, target, side="right"), len(begins) - 1)]
    return (index < len(ends)) & (starts[np.minimum(index, len(ends) - 1)] < behind)


def _kept(image: Image, address: int, length: int, begins: Ints, length_in_b: Callable[[int, int], int | None]) -> bool:
    """True if an equal number is the length of a text without end mark that has another length in b, in a or in b.

    Texts that end with a NUL are left alone: a line number beside a path would be taken for its length.
    """
    index = int(np.searchsorted(begins, address, side="right"))
    if index == len(begins):
        return False
    whole = int(begins[index]) - address
    home = _home(image, address)
    if home is None or not _is_whole(image, address, whole, begins):
        return False
    start = image.place(home)[0] + address - home.address
    if 0 in image.data[start : start + whole + 1]:
        return False
    there = length_in_b(address, whole)
    return there is not None and there != whole and length in (whole, there)


def bounds(
    image: Image, group: Fields, differs: Flags, length_in_b: Callable[[int, int], int | None]
) -> Iterator[Fields]:
    """Upper bounds of arrays that hold a text and nothing else: the text's length, where its end moved away from it.
    Where their items are counted, the NUL behind the text is one.

    ``length_in_b`` gives how long what stands at an address of a is in b. Where no one variable is known to be such an
    array, a bound counts only if it ``differs``, and if one text alone could be meant.
    """
    if not len(group):
        return
    none = np.zeros(0, dtype=np.int64)
    nul = int(group.what == COUNT)
    targets = group.target - nul
    homes = np.broadcast_to(np.asarray(group.extra, dtype=np.int64), (len(group),))
    texts: dict[int, list[int]] = defaultdict(list)
    wanted = set(targets[differs & (homes == 0)].tolist())
    for symbol in image.elf.symbols if wanted else ():
        if (
            symbol.kind == "object"
            and symbol.size - 1 in wanted
            and _is_whole(image, symbol.value, symbol.size - 1, none)
        ):
            texts[symbol.size - 1].append(symbol.value)
    rows: list[tuple[int, int, int]] = []
    for at, bound, home, other in zip(
        group.at.tolist(), targets.tolist(), homes.tolist(), differs.tolist(), strict=True
    ):
        if home:
            meant = [home] if _is_whole(image, home, bound, none) else []
            if not meant and not other and _holds_b(image, home, bound, length_in_b):
                rows.append((at, home, bound))
        else:
            meant = texts[bound] if other else []
        becomes = {length_in_b(address, bound): address for address in meant}
        changed = [address for length, address in becomes.items() if length is not None and length != bound]
        if len(changed) == 1:
            rows.append((at, changed[0], bound))
    if rows:
        place, to, length = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
        yield Fields(
            "length of a text in DWARF", place, group.width, to + length + nul, ADDRESS, Base.PLACE, to, end=True
        )


def _holds_b(image: Image, home: int, bound: int, length_in_b: Callable[[int, int], int | None]) -> bool:
    """True if a bound is not as long as its text, but as the text of b: what should have changed is equal."""
    section = _home(image, home)
    if section is None:
        return False
    start = image.place(section)[0] + home - section.address
    length = int(np.argmax(image.array[start : start + LONGEST_TEXT] == 0))
    return SHORTEST <= length != bound == length_in_b(home, length) and is_text(
        image.data[start : start + length], length
    )


def _begins(image: Image, code: CodeMap) -> Ints:
    """Every address that code or a relocation refers to, ascending: where things begin."""
    found: list[Ints] = []
    for section in code_sections(image):
        references = code.of(section)
        if references is None or section.span is None:
            continue
        memory = references.kind == ReferenceKind.MEMORY
        at, end = references.at[memory], references.end[memory]
        distance = image.numbers(at + section.span.start, 4)
        found.append(np.where(distance >= 1 << 31, distance - (1 << 32), distance) + section.address + end)
    for table in image.elf.sections:
        if table.type == SHT_RELA and table.span is not None and table.is_allocated:
            rows = image.elf.relocation_table(table)
            found.append(
                rows["addend"][isin(rows["type"], RELATIVE.get(image.elf.header.machine, ()))].astype(np.int64)
            )
    return unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _is_whole(image: Image, address: int, length: int, begins: Ints) -> bool:
    """True if a text of just this length stands there: a NUL follows it, something begins behind it, or nothing is
    left."""
    if not SHORTEST <= length <= LONGEST_TEXT:
        return False
    home = _home(image, address)
    if home is None or home.span is None:
        return False
    start = image.place(home)[0] + address - home.address
    stop = image.place(home)[0] + home.size
    if start + length > stop or not is_text(image.data[start : start + length], length):
        return False
    end = address + length
    index = int(np.searchsorted(begins, end))
    return start + length == stop or image.data[start + length] == 0 or (index < len(begins) and begins[index] == end)


def _home(image: Image, address: int) -> Section | None:
    """The section of read-only or other data that holds an address."""
    return next(
        (
            section
            for section in image.elf.sections
            if section.is_allocated
            and not section.is_executable
            and section.span is not None
            and section.address <= address < section.address + section.size
        ),
        None,
    )
