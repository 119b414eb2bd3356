"""Go's function table: taken apart into its tables, and those aligned each by what it holds (cmd/link, pcln.go)."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np

from elfdiff.comparison.content import align_content
from elfdiff.comparison.image import Image
from elfdiff.comparison.runs import Flags, Ints, Runs, identity, isin, joined
from elfdiff.comparison.texts.pools import Rewriter, TextAlignment, TextChange, align_pool
from elfdiff.values import dataclass

NAME = ".gopclntab"
MAGICS = {0xFFFFFFF0: 40, 0xFFFFFFF1: 44}
"""pcHeader.magic of Go 1.18 and of Go 1.20 on → bytes of a function's record before its lists."""
NO_FILE = 0xFFFFFFFF
"""The entry of a file that the linker left out."""
MAX_FUNCTIONS = 1 << 24
ALIGNED = 32
"""What each table is aligned to up to Go 1.25; later it is a word."""


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """Offsets into the section: where each table begins, in this order; ``size`` is the section's.

    ``names`` and ``files`` are texts that end in NUL, ``units`` offsets into ``files`` (4 bytes each), ``pcs`` encoded
    values, and ``functions`` pairs of (code, record), ``count`` of them and one more word, then the records.
    """

    names: int
    units: int
    files: int
    pcs: int
    functions: int
    size: int
    count: int
    record: int

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """Start and end of the header and of each table."""
        cuts = (0, self.names, self.units, self.files, self.pcs, self.functions, self.size)
        return tuple(itertools.pairwise(cuts))

    @property
    def texts(self) -> tuple[tuple[int, int], ...]:
        """Start and end, fill included, of the tables of texts."""
        return (self.names, self.units), (self.files, self.pcs)


def function_table(data: bytes, word: int, little: bool) -> FunctionTable | None:
    """The tables as the header has them, if what they hold agrees; else None.

    Each table is as long as its contents say: texts fill theirs up to less than their alignment, there are as many
    files as the header counts, and every entry of a unit is where a file's name begins.
    """
    order: Literal["little", "big"] = "little" if little else "big"
    head = 8 + 8 * word
    if len(data) < head:
        return None
    record = MAGICS.get(int.from_bytes(data[:4], order))
    numbers = [int.from_bytes(data[at : at + word], order) for at in range(8, head, word)]
    count, file_count, _, *starts = numbers
    cuts = [head, *starts, len(data)]
    if record is None or cuts != sorted(cuts) or any(start % word for start in starts):
        return None
    names, units, files, pcs, functions = starts
    fill = word if any(start % ALIGNED for start in starts) else ALIGNED
    if names - head >= fill or any(data[head:names]):
        return None
    if not 0 < count < MAX_FUNCTIONS or functions + 8 * count + 4 > len(data) or data[pcs] != 0:
        return None
    if not _full(data, names, units, fill) or not _full(data, files, pcs, fill):
        return None
    texts = data[files:pcs].rstrip(b"\0")
    if texts.count(b"\0") + 1 != file_count:
        return None
    entries = np.frombuffer(data[units:files], dtype="<u4" if little else ">u4").astype(np.int64)
    entries = entries[(entries != NO_FILE) & (entries != 0)]
    before = np.frombuffer(data[files : files + len(texts)], dtype=np.uint8)
    if bool((entries >= len(texts)).any()) or bool(before[entries - 1].any()):
        return None
    return FunctionTable(names, units, files, pcs, functions, len(data), count, record)


def _full(data: bytes, start: int, end: int, fill: int) -> bool:
    """Texts from end to end, none of them empty: behind the last one's NUL are fewer than ``fill`` zeros."""
    texts = data[start:end].rstrip(b"\0")
    return len(texts) < end - start <= len(texts) + fill and b"\0\0" not in texts


def align_function_tables(
    x: bytes, y: bytes, ours: FunctionTable, theirs: FunctionTable, rewriter: Rewriter, word: int
) -> TextAlignment:
    """Each table with its own kind."""
    runs: list[Runs] = []
    changes: list[TextChange] = []
    for text, (a_start, a_end), (b_start, b_end) in zip(_IS_TEXT, ours.parts, theirs.parts, strict=True):
        old, new = x[a_start:a_end], y[b_start:b_end]
        found = _texts(old, new, rewriter, word) if text else TextAlignment(_fixed(old, new))
        runs.append(found.runs.shifted(a_start, b_start))
        changes += [
            TextChange(c.a_at + a_start, c.a_length, c.b_at + b_start, c.b_length, c.rewrite) for c in found.changes
        ]
    return TextAlignment(joined(runs), tuple(changes))


_IS_TEXT = (False, True, False, True, False, False)


def _fixed(x: bytes, y: bytes) -> Runs:
    return identity(len(x)) if len(x) == len(y) else align_content(x, y)


def _texts(x: bytes, y: bytes, rewriter: Rewriter, word: int) -> TextAlignment:
    """Text by text. A table's size is a multiple of a word, and what follows may be aligned to more: two fills."""
    ends = [len(data.rstrip(b"\0")) + 1 for data in (x, y)]
    found = align_pool(x[: ends[0]], y[: ends[1]], rewriter)
    sizes = [-(-end // word) * word for end in ends]
    fills = [
        (ends[0], ends[1], min(sizes[0] - ends[0], sizes[1] - ends[1])),
        (sizes[0], sizes[1], min(len(x) - sizes[0], len(y) - sizes[1])),
    ]
    return TextAlignment(joined([found.runs, Runs.of(fills)]), found.changes)


def file_entries(data: bytes, table: FunctionTable, little: bool) -> Ints:
    """Offsets into the section of the entries of ``units`` that name a file."""
    entries = np.frombuffer(data[table.units : table.files], dtype="<u4" if little else ">u4")
    used = (entries != NO_FILE) & (entries < table.pcs - table.files)
    return np.asarray(table.units + 4 * np.flatnonzero(used), dtype=np.int64)


def likely_pointers(image: Image, values: Ints) -> Flags:
    """Which numbers may be addresses in a Go program: only functions begin where data point into code, and only parts
    where they point into the function table (but for the module data). All of them in other programs.
    """
    good = np.ones(len(values), dtype=bool)
    section = next((s for s in image.elf.sections if s.name.endswith(NAME) and s.compression is None), None)
    table = function_table(image.content(section), image.word, image.little) if section is not None else None
    if section is None or table is None:
        return good
    start = image.place(section)[0]
    pairs = start + table.functions + 8 * np.arange(table.count + 1, dtype=np.int64)
    # The address of code is in the header up to Go 1.25; Go's own linker begins .text with it.
    code = int(image.numbers(np.array([start + 8 + 2 * image.word], dtype=np.int64), image.word)[0])
    own = all(s.name != ".init" for s in image.elf.sections)
    for other in image.elf.sections:
        if not other.is_allocated:
            continue
        inside = (values >= other.address) & (values < other.address + other.size)
        if other.is_executable and (code or (own and other.name == ".text")):
            good &= ~inside | isin(values, image.numbers(pairs, 4) + (code or other.address))
        elif other is section:
            good &= ~inside | isin(values, section.address + np.array([cut for cut, _ in table.parts]))
    return good
