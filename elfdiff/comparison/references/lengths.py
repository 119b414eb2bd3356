"""Lengths of texts in code: languages whose texts have no end mark pass a length beside the address.

Rust loads both (``lea rdi, text``; ``mov esi, 7``), and since 1.89 puts ``length << 1 | 1`` beside the template of a
formatted text; gfortran and GNAT pass lengths as arguments. An immediate is such a length if the code loads, close to
it, the address of a text that is exactly as long, and something else begins behind that text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.functions import functions_in
from elfdiff.comparison.code.machines import ReferenceKind, machine
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.code import CodeMap, code_sections
from elfdiff.comparison.references.fields import ADDRESS, Fields
from elfdiff.comparison.references.loader import LONGEST_TEXT, SHT_RELA, is_text
from elfdiff.comparison.references.ranges import function_ranges
from elfdiff.comparison.runs import Ints, isin, unique
from elfdiff.elf.immediate import Immediate
from elfdiff.elf.model import Section
from elfdiff.elf.relocations import RELATIVE

WHAT = "length of a text in code"
NEAR = 160
"""Bytes of code between an address and its length."""
SHORTEST = 2
MAX_FUNCTIONS = 1000
"""Functions of one file that are looked at."""
_DOUBLED = {width: Immediate(width, ((1, 0, min(8 * width - 1, 32)),)) for width in (1, 4)}


def fields(image: Image, code: CodeMap, sites: Ints) -> Iterator[Fields]:
    """Lengths among the immediates that hold one of ``sites``: offsets in the image, ascending."""
    known = machine(image.elf.header)
    if known is None or known.immediates is None or image.relocatable or not len(sites):
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
        inside = sites[(sites >= section.span.start) & (sites < section.span.end)] - section.span.start
        memory = found.kind == ReferenceKind.MEMORY
        at, end = found.at[memory].tolist(), found.end[memory].tolist()
        if not len(inside) or not at:
            continue
        begins = _begins(image, code) if begins is None else begins
        content = image.content(section)
        for function in functions_in(image, section, ranges):
            if left <= 0:
                break
            here = inside[np.searchsorted(inside, function.start) : np.searchsorted(inside, function.end)].tolist()
            if not here:
                continue
            left -= 1
            for offset, width in known.immediates(content[function.start : function.end]):
                offset += function.start
                if width not in plain or bisect_left(here, offset + width) == bisect_left(here, offset):
                    continue
                value = int.from_bytes(content[offset : offset + width], "little")
                close = range(bisect_left(at, max(offset - NEAR, function.start)), bisect_left(at, offset + NEAR))
                for row in sorted(close, key=lambda row: abs(at[row] - offset)):
                    distance = int.from_bytes(content[at[row] : at[row] + 4], "little", signed=True)
                    target = section.address + end[row] + distance
                    if _is_whole(image, target, value, begins):
                        plain[width].append((offset + section.span.start, target, value))
                        break
                    if value & 1 and _is_whole(image, target, value >> 1, begins):
                        doubled[width].append((offset + section.span.start, target, value >> 1))
                        break
    for table, shape in ((plain, None), (doubled, _DOUBLED)):
        for width, rows in table.items():
            if not rows:
                continue
            place, to, length = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
            yield Fields(
                WHAT, place, width, to + length, ADDRESS, Base.PLACE, to, end=True,
                immediate=shape[width] if shape else None, held=image.numbers(place, width) if shape else None,
            )  # fmt: skip


def bounds(image: Image, group: Fields, length_in_b: Callable[[int, int], int | None]) -> Iterator[Fields]:
    """Upper bounds of arrays that hold a text and nothing else: the text's length, where its end moved away from it.

    ``length_in_b`` gives how long what stands at an address of a is in b. A bound of which two texts of other lengths
    could be meant is left alone.
    """
    if not len(group):
        return
    texts: dict[int, list[int]] = defaultdict(list)
    wanted = set(group.target.tolist())
    for symbol in image.elf.symbols:
        if (
            symbol.kind == "object"
            and symbol.size - 1 in wanted
            and _is_whole(image, symbol.value, symbol.size - 1, np.zeros(0, dtype=np.int64))
        ):
            texts[symbol.size - 1].append(symbol.value)
    rows: list[tuple[int, int, int]] = []
    for at, bound in zip(group.at.tolist(), group.target.tolist(), strict=True):
        becomes = {length_in_b(address, bound): address for address in texts[bound]}
        changed = [address for length, address in becomes.items() if length is not None and length != bound]
        if len(changed) == 1:
            rows.append((at, changed[0], bound))
    if rows:
        place, to, length = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
        yield Fields("length of a text in DWARF", place, group.width, to + length, ADDRESS, Base.PLACE, to, end=True)


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
