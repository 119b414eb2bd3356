"""Named objects, and constants without a name, whose bytes changed by no text, no address and no time."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.runs import unique
from elfdiff.elf.file import SHT_REL, SHT_RELA, ElfFile
from elfdiff.elf.model import Section, Symbol
from elfdiff.elf.sameness import same_raw
from elfdiff.evidence.model import DataChange, Evidence
from elfdiff.evidence.times import EPOCH_FIRST, EPOCH_LAST
from elfdiff.patterns import late
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_OBJECTS = 200
MAX_SIZE = 1 << 26
MAX_CHECKED = 1000
"""Differing words of one object that are looked at."""
MAX_WORDS = 32
"""Constants that one changed number can draw with it; more of them are a table, or things in another order."""
MAX_LENGTH, MAX_NUMBER = 0xFFFF, 0xFFFFFFFF
USUAL = 1e-12, 1e12
"""Between these a floating point constant of a program lies; other bytes seldom read so."""

_DATA = (".rodata", ".data", ".tdata", ".sdata", ".srodata", ".lrodata", ".ldata")
MADE = late(r"\.\d+\Z|^__(?:PRETTY_FUNCTION|FUNCTION|func)__|reltable|switch\.table|gcov|__llvm_prof|^anon\.|__anon_\d")
"""Names that compilers give, often with a running number: equal ones need not be one object."""
_TEXT = frozenset(range(0x20, 0x7F)) | {0, 9, 10, 13}


def extract(pair: Pair) -> Iterator[Evidence]:
    """At most 200 objects, then the constants of each section of a program whose code is equal."""
    # Go's objects are tables of offsets into one another.
    if any(elf.section(".go.buildinfo") for elf in (pair.a, pair.b)):
        return
    # A text of another length has its length beside it in Rust, Ada, D and Zig.
    lengths = any(item.a is None or item.b is None or len(item.a.text) != len(item.b.text) for item in pair.strings)
    sides = _Side(pair.a, _spots(pair, "a"), lengths), _Side(pair.b, _spots(pair, "b"), lengths)
    yield from _objects(*sides)
    covered = any(symbol.name == "__gcov_init" for symbol in pair.a.symbols)
    if not lengths and not covered and _same_code(pair):
        for item in pair.sections:
            if item.a and item.b and item.name.startswith(_DATA) and item.a.is_allocated:
                yield from _constants(sides, item.a, item.b)


@dataclass(frozen=True)
class _Side:
    """One file, and where it holds texts that changed: file offsets of their starts, and their ends.

    ``lengths`` says that a text has another length, so that small numbers may be lengths.
    """

    elf: ElfFile
    texts: list[tuple[int, int]]
    lengths: bool

    @cached_property
    def objects(self) -> dict[str, Symbol]:
        """Objects of a name of their own that the source gave them; integers are read elsewhere."""
        found = [symbol for symbol in self.elf.symbols if symbol.kind == "object" and symbol.name]
        counts = Counter(symbol.name for symbol in found)
        return {
            symbol.name: symbol
            for symbol in found
            if counts[symbol.name] == 1
            and symbol.size not in (4, 8)
            and 0 < symbol.size <= MAX_SIZE
            and not MADE.search(symbol.name)
        }

    @cached_property
    def relocated(self) -> NDArray[np.int64]:
        """File offsets of the fields that the dynamic linker, or in an object file the linker, writes."""
        import numpy as np

        elf = self.elf
        parts = [s for s in elf.sections if s.is_allocated and s.span is not None and s.name.startswith(_DATA)]
        found: list[NDArray[np.int64]] = []
        for section in elf.sections:
            if section.type not in (SHT_REL, SHT_RELA):
                continue
            offsets = elf.relocation_table(section)["offset"].astype(np.int64)
            if elf.header.type_name.endswith("REL"):
                target = elf.sections[section.info] if 0 < section.info < len(elf.sections) else None
                if target is not None and target.span is not None:
                    found.append(offsets + target.span.start)
                continue
            offsets.sort()
            for part in parts:
                first, last = np.searchsorted(offsets, (part.address, part.address + part.size))
                if part.span is not None and first < last:
                    found.append(offsets[first:last] - part.address + part.span.start)
        return unique(np.concatenate(found)) if found else np.zeros(0, np.int64)

    def place(self, symbol: Symbol) -> tuple[Section, int] | None:
        """The section and the file offset of an object in initialised data."""
        if not 0 < symbol.section < len(self.elf.sections):
            return None
        section = self.elf.sections[symbol.section]
        if section.span is None or section.compression is not None or not section.name.startswith(_DATA):
            return None
        offset = symbol.value - (0 if self.elf.header.type_name.endswith("REL") else section.address)
        if not 0 <= offset <= section.span.length - symbol.size:
            return None
        return section, section.span.start + offset

    def holds_text(self, start: int, end: int) -> bool:
        """True if a text that changed lies in this file range, or reaches into it."""
        at = bisect_right(self.texts, (end, 0)) - 1
        return at >= 0 and self.texts[at][1] > start

    def masked(self, start: int, size: int) -> bytes:
        """The bytes of a file range with relocated fields zeroed."""
        import numpy as np

        data = bytearray(self.elf.data[start : start + size])
        width = self.elf.elf_class // 8
        first, last = np.searchsorted(self.relocated, (start - width + 1, start + size))
        for at in self.relocated[first:last].tolist():
            for index in range(max(at - start, 0), min(at - start + width, size)):
                data[index] = 0
        return bytes(data)

    def is_address(self, value: int) -> bool:
        return value != 0 and self.elf.section_at(value) is not None


def _spots(pair: Pair, side: str) -> list[tuple[int, int]]:
    found = []
    for item in pair.strings:
        spot = item.a if side == "a" else item.b
        at = spot.file_offset() if spot is not None else None
        if spot is not None and at is not None:
            found.append((at, at + len(spot.text)))
    return sorted(found)


def _objects(a: _Side, b: _Side) -> Iterator[DataChange]:
    count = 0
    for name, left in a.objects.items():
        right = b.objects.get(name)
        ours, theirs = a.place(left), b.place(right) if right is not None else None
        if right is None or ours is None or theirs is None:
            continue
        x, y = ours[1], theirs[1]
        if a.elf.data[x : x + left.size] == b.elf.data[y : y + right.size]:
            continue
        if a.holds_text(x, x + left.size) or b.holds_text(y, y + right.size):
            continue
        if not _differ(a, b, a.masked(x, left.size), b.masked(y, right.size)):
            continue
        count += 1
        if count > MAX_OBJECTS:
            return
        yield DataChange(
            section=ours[0].name,
            symbol=name,
            a=Location(x, left.size, "file", a.elf.data[x : x + min(left.size, 32)].hex()),
            b=Location(y, right.size, "file", b.elf.data[y : y + min(right.size, 32)].hex()),
            size=max(left.size, right.size),
        )


def _differ(a: _Side, b: _Side, left: bytes, right: bytes) -> bool:
    """True if two objects differ by more than addresses, and neither by a time nor as texts."""
    if _is_text(left) and _is_text(right):
        return False
    import numpy as np

    width = a.elf.elf_class // 8
    changed = len(left) != len(right)
    size = min(len(left), len(right))
    left, right = (data[:size].ljust(-(-size // width) * width, b"\0") for data in (left, right))
    words = [np.frombuffer(data, f"u{width}") for data in (left, right)]
    if not changed and np.array_equal(np.sort(words[0]), np.sort(words[1])):
        return False  # the same records in another order: an order decides on it
    for at in (np.flatnonzero(words[0] != words[1])[:MAX_CHECKED] * width).tolist():
        x, y = left[at : at + width], right[at : at + width]
        if _is_time(a, x, y, MAX_NUMBER):
            return False
        values = _number(a, x), _number(b, y)
        if not (a.is_address(values[0]) and b.is_address(values[1])) and not (a.lengths and max(values) <= MAX_LENGTH):
            changed = True
    return changed


def _same_code(pair: Pair) -> bool:
    return all(
        item.a is not None and item.b is not None and same_raw(pair.a, item.a, pair.b, item.b)
        for item in pair.sections
        if (item.a or item.b) and any(section and section.is_executable for section in (item.a, item.b))
    )


def _constants(sides: tuple[_Side, _Side], left: Section, right: Section) -> Iterator[DataChange]:
    """Words of two sections of equal size that differ and that no symbol names."""
    import numpy as np

    a, b = sides
    if left.span is None or right.span is None or left.span.length != right.span.length or left.compression:
        return
    width = a.elf.elf_class // 8
    size = left.span.length // width * width
    words = [
        np.frombuffer(side.elf.data, f"u{width}", size // width, span.start)
        for side, span in ((a, left.span), (b, right.span))
    ]
    places = np.flatnonzero(words[0] != words[1])
    if not 0 < places.size <= MAX_WORDS or sorted(words[0][places].tolist()) == sorted(words[1][places].tolist()):
        return
    found: list[tuple[Span, Span]] = []
    for at in (places * width).tolist():
        starts = left.span.start + at, right.span.start + at
        spans = Span(starts[0], starts[0] + width), Span(starts[1], starts[1] + width)
        x, y = a.elf.data[spans[0].start : spans[0].end], b.elf.data[spans[1].start : spans[1].end]
        if _is_time(a, x, y, MAX_LENGTH):
            return
        named = a.elf.symbol_at(left, at)
        if named is not None and named.kind in ("object", "tls"):
            continue
        if any(side.holds_text(span.start, span.end) for side, span in zip(sides, spans, strict=True)):
            continue
        if (_is_text(x) and _is_text(y)) or a.masked(spans[0].start, width) != x:
            continue
        if a.is_address(_number(a, x)) and b.is_address(_number(b, y)):
            continue
        found.append(spans)
    if found:
        one, other = found[0]
        numbers = tuple((_double(a, x), _double(b, y)) for x, y in found)
        doubles = tuple((x, y) for x, y in numbers if x is not None and y is not None)
        whole = len(doubles) == len(numbers)
        yield DataChange(
            section=left.name,
            a=Location(
                one.start, width, "file", str(doubles[0][0]) if whole else a.elf.data[one.start : one.end].hex()
            ),
            b=Location(
                other.start, width, "file", str(doubles[0][1]) if whole else b.elf.data[other.start : other.end].hex()
            ),
            spans=tuple(found),
            size=width * len(found),
            doubles=doubles if whole else (),
        )


def _double(side: _Side, span: Span) -> float | None:
    """The number that eight bytes are as a double; None if it is zero or of no usual size: then they are none."""
    if span.length != 8:
        return None
    (value,) = struct.unpack("<d" if side.elf.byte_order == "little" else ">d", side.elf.data[span.start : span.end])
    return float(value) if USUAL[0] < abs(value) < USUAL[1] else None


def _is_text(data: bytes) -> bool:
    return _TEXT.issuperset(data) and any(byte >= 0x20 for byte in data)


def _is_time(side: _Side, x: bytes, y: bytes, beside: int) -> bool:
    """True if two words read as times between 2005 and 2038 and differ, or half of them, beside at most ``beside``.

    Beside a large number it may be part of it: half of pi as a double reads as a day of 2014.
    """
    choices = [((x, y), (b"", b""))]
    if len(x) == 8:
        choices += [((x[:4], y[:4]), (x[4:], y[4:])), ((x[4:], y[4:]), (x[:4], y[:4]))]
    return any(
        part[0] != part[1]
        and all(EPOCH_FIRST <= _number(side, value) < min(EPOCH_LAST, 1 << 31) for value in part)
        and all(_number(side, value) <= beside for value in rest)
        for part, rest in choices
    )


def _number(side: _Side, word: bytes) -> int:
    return int.from_bytes(word, side.elf.byte_order)
