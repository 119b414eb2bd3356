"""Unrelated edits of one file: bytes, records, headers and code; those of references are in edits_of_references.

Nothing here knows how elfdiff judges an edit. A *maker* draws one edit, or none where the file has no place for it.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.code.functions import Function, functions_in
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.ranges import frames_of, function_ranges
from elfdiff.comparison.runs import Runs
from elfdiff.elf.file import ElfFile
from elfdiff.elf.frames import Frames
from elfdiff.elf.model import Section

SHT_NULL, SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_HASH, SHT_DYNAMIC, SHT_REL, SHT_DYNSYM = 0, 2, 3, 4, 5, 6, 9, 11
SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_RELR = 14, 15, 19
SHT_GNU_HASH, SHT_GNU_VERSYM = 0x6FFFFFF6, 0x6FFFFFFF
STEPS = (1, -1, 2, 4, 7, 8, -8, 16, -16, 32, 64, 4096, -4096)
"""What a shift of the layout would add."""
_WORDS = frozenset({".got", ".got.plt", ".debug_addr", ".debug_str_offsets", ".debug_aranges", ".data.rel.ro"})


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes put at offsets of a file; ``kind`` names how they were chosen."""

    kind: str
    writes: tuple[tuple[int, bytes], ...]


Maker = Callable[[random.Random], Edit | None]


@dataclass(frozen=True, eq=False)
class Subject:
    """The file to edit. ``runs`` lead from it to its partner, whose bytes are ``partner``.

    ``owned``: offsets of bytes that a ledger of the unedited pair owns as root or consequence, by what it says of them.
    """

    elf: ElfFile
    runs: Runs
    partner: bytes
    owned: dict[str, npt.NDArray[np.int64]]

    @cached_property
    def image(self) -> Image:
        """The file as arrays."""
        return Image(self.elf)

    @property
    def data(self) -> bytes:
        """The bytes to edit."""
        return self.elf.data

    @cached_property
    def shifts(self) -> list[int]:
        """How far things moved, on the way from the partner to here."""
        return sorted({int(x) for x in np.unique(self.runs.a - self.runs.b) if x}) or [16]

    @cached_property
    def functions(self) -> list[tuple[int, int]]:
        """File ranges of functions, ascending."""
        return sorted((s.span.start + f.start, s.span.start + f.end) for s, f in self._functions if s.span is not None)

    @cached_property
    def _functions(self) -> list[tuple[Section, Function]]:
        ranges = function_ranges(self.image)
        return [
            (section, function)
            for section in self.elf.sections
            if section.is_executable and section.span is not None
            for function in functions_in(self.image, section, ranges)
        ]

    @cached_property
    def frames(self) -> tuple[Section, Frames] | None:
        """.eh_frame as entries."""
        section = self.elf.section(".eh_frame")
        if section is None or section.span is None or self.image.relocatable:
            return None
        return section, frames_of(self.image, section)

    def number(self, at: int, width: int) -> int:
        """The number that stands at an offset."""
        return int.from_bytes(self.data[at : at + width], self.elf.byte_order)

    def write(self, at: int, width: int, value: int) -> tuple[int, bytes]:
        """The bytes of a number."""
        return at, (value % (1 << 8 * width)).to_bytes(width, self.elf.byte_order)

    def of_partner(self, at: int, width: int) -> bytes | None:
        """What the partner holds in the place of these bytes."""
        place, whole = self.runs.map_fields(np.array([at], dtype=np.int64), width)
        return self.partner[int(place[0]) : int(place[0]) + width] if whole[0] else None


def flipped(subject: Subject, at: int, kind: str, rng: random.Random) -> Edit:
    """One byte with another value."""
    return Edit(kind, ((at, bytes([subject.data[at] ^ rng.randrange(1, 256)])),))


def coverage(subject: Subject, rng: random.Random) -> Iterator[Edit]:
    """For every kind of run that is owned: a byte of it with another value, and a run of consequences set back."""
    for name, places in sorted(subject.owned.items()):
        yield flipped(subject, int(rng.choice(places)), f"owned byte: {name}", rng)
        if "consequence" in name:
            edit = set_back(subject, places, name, rng)
            if edit is not None:
                yield edit


def set_back(subject: Subject, places: npt.NDArray[np.int64], name: str, rng: random.Random) -> Edit | None:
    """A run of owned bytes takes the values that the partner has: what should have changed did not."""
    index = rng.randrange(len(places))
    low = high = index
    while low and places[low - 1] == places[low] - 1 and index - low < 7:
        low -= 1
    while high + 1 < len(places) and places[high + 1] == places[high] + 1 and high - index < 7:
        high += 1
    at, width = int(places[low]), high - low + 1
    old = subject.of_partner(at, width)
    return Edit(f"set back: {name}", ((at, old),)) if old is not None else None


def families(subject: Subject) -> dict[str, list[Maker]]:
    """Makers of edits that need no reference, by what they touch."""
    out = {
        "bytes": [_anywhere(subject)],
        "sections": [maker for s in subject.elf.sections for maker in _section(subject, s)],
        "owned": [_owned(subject, name, places) for name, places in sorted(subject.owned.items())],
        "records": [maker for s in subject.elf.sections for maker in _records(subject, s)],
        "symbols": [maker for s in subject.elf.sections for maker in _symbols(subject, s)],
        "strings": [maker for s in subject.elf.sections for maker in _strings(subject, s)],
        "headers": _headers(subject),
        "frames": _frames(subject),
        "code": _code(subject),
        "padding": _padding(subject),
    }
    return {name: makers for name, makers in out.items() if makers}


def _anywhere(subject: Subject) -> Maker:
    return lambda rng: flipped(subject, rng.randrange(len(subject.data)), "byte anywhere", rng)


def _section(subject: Subject, section: Section) -> Iterator[Maker]:
    if section.span is None or section.span.length < 8 or section.type == SHT_NULL:
        return
    start, end = section.span.start, section.span.end
    name = section.name or "a nameless section"
    yield lambda rng: flipped(subject, rng.randrange(start, end), f"byte in {name}", rng)

    def bit(rng: random.Random) -> Edit:
        at = rng.randrange(start, end)
        return Edit(f"bit in {name}", ((at, bytes([subject.data[at] ^ 1 << rng.randrange(8)])),))

    def word(rng: random.Random) -> Edit:
        at = rng.randrange(start, end - 3)
        return Edit(f"word in {name}", ((at, rng.choice((rng.randbytes(4), b"\0\0\0\0", b"\xff\xff\xff\xff"))),))

    def moved(rng: random.Random) -> Edit:
        at = rng.randrange(start, end - 3)
        step = rng.choice((*subject.shifts, *STEPS))
        return Edit(f"word in {name} moved", (subject.write(at, 4, subject.number(at, 4) + step),))

    yield bit
    yield word
    yield moved


def _owned(subject: Subject, name: str, places: npt.NDArray[np.int64]) -> Maker:
    def make(rng: random.Random) -> Edit | None:
        if "consequence" in name and rng.random() < 0.5:
            return set_back(subject, places, name, rng)
        return flipped(subject, int(rng.choice(places)), f"owned byte: {name}", rng)

    return make


def _record_size(subject: Subject, section: Section) -> int:
    """Bytes of one record; 0 for what is no table."""
    word = subject.image.word
    sizes = {
        SHT_SYMTAB: 3 * word if word == 8 else 16, SHT_DYNSYM: 3 * word if word == 8 else 16, SHT_RELA: 3 * word,
        SHT_REL: 2 * word, SHT_DYNAMIC: 2 * word, SHT_HASH: 4, SHT_GNU_HASH: 4, SHT_GNU_VERSYM: 2, SHT_RELR: word,
        SHT_INIT_ARRAY: word, SHT_FINI_ARRAY: word,
    }  # fmt: skip
    if section.name == ".eh_frame_hdr":
        return 4
    return word if section.name in _WORDS else sizes.get(section.type, 0)


def _records(subject: Subject, section: Section) -> Iterator[Maker]:
    size = _record_size(subject, section)
    if section.span is None or not size or section.span.length < 2 * size:
        return
    start, count = section.span.start, section.span.length // size

    def record(index: int) -> tuple[int, bytes]:
        at = start + index * size
        return at, subject.data[at : at + size]

    def swapped(rng: random.Random) -> Edit:
        (p, x), (q, y) = record(rng.randrange(count)), record(rng.randrange(count))
        return Edit(f"records of {section.name} swapped", ((p, y), (q, x)))

    def neighbours(rng: random.Random) -> Edit:
        index = rng.randrange(count - 1)
        (p, x), (q, y) = record(index), record(index + 1)
        return Edit(f"neighbours in {section.name} swapped", ((p, y), (q, x)))

    def repeated(rng: random.Random) -> Edit:
        return Edit(
            f"record of {section.name} repeated", ((record(rng.randrange(count))[0], record(rng.randrange(count))[1]),)
        )

    yield swapped
    yield neighbours
    yield repeated


def _symbols(subject: Subject, section: Section) -> Iterator[Maker]:
    if section.type not in (SHT_SYMTAB, SHT_DYNSYM) or section.span is None:
        return
    wide = subject.image.word == 8
    size = 24 if wide else 16
    info, other, index = (4, 5, 6) if wide else (12, 13, 14)
    start, count = section.span.start, section.span.length // size
    if count < 2:
        return

    def field(kind: str, place: int, values: Callable[[random.Random], bytes]) -> Maker:
        def make(rng: random.Random) -> Edit:
            at = start + rng.randrange(1, count) * size + place
            return Edit(f"{kind} in {section.name}", ((at, values(rng)),))

        return make

    yield field("binding and type", info, lambda rng: bytes([rng.choice((0, 1, 2)) << 4 | rng.randrange(4)]))
    yield field("visibility", other, lambda rng: bytes([rng.randrange(4)]))
    yield field(
        "section index",
        index,
        lambda rng: rng.randrange(len(subject.elf.sections)).to_bytes(2, subject.elf.byte_order),
    )


def _strings(subject: Subject, section: Section) -> Iterator[Maker]:
    """Texts of one section: two of one length swapped, one written over another, a letter changed."""
    pool = section.type == SHT_STRTAB or section.flags & 0x20 or section.name in (".rodata", ".debug_str")
    if not pool or section.span is None or section.compression is not None:
        return
    start, end = section.span.start, section.span.end
    ends = [at for at in range(start, end) if subject.data[at] == 0] if end - start < 1 << 20 else []
    by_length: dict[int, list[int]] = defaultdict(list)
    for one, other in itertools.pairwise(ends):
        text = subject.data[one + 1 : other]
        if len(text) > 1 and all(32 <= c < 127 for c in text):
            by_length[len(text)].append(one + 1)
    lengths = [n for n, many in by_length.items() if len(many) > 1]
    if not lengths:
        return

    def two(rng: random.Random) -> tuple[int, int, int]:
        n = rng.choice(lengths)
        p, q = rng.sample(by_length[n], 2)
        return n, p, q

    def swapped(rng: random.Random) -> Edit:
        n, p, q = two(rng)
        return Edit(f"texts of {section.name} swapped", ((p, subject.data[q : q + n]), (q, subject.data[p : p + n])))

    def repeated(rng: random.Random) -> Edit:
        n, p, q = two(rng)
        return Edit(f"text of {section.name} repeated", ((p, subject.data[q : q + n]),))

    def letter(rng: random.Random) -> Edit:
        n, p, _ = two(rng)
        return Edit(f"letter in {section.name}", ((p + rng.randrange(n), bytes([rng.randrange(97, 123)])),))

    yield swapped
    yield repeated
    yield letter


def _headers(subject: Subject) -> list[Maker]:
    """Fields of the ELF header, section headers and program headers: a step, or the value of another header."""
    elf, word = subject.elf, subject.image.word
    wide = word == 8
    section_fields = (
        {"name": (0, 4), "type": (4, 4), "flags": (8, 8), "address": (16, 8), "offset": (24, 8), "size": (32, 8),
         "link": (40, 4), "info": (44, 4), "alignment": (48, 8), "entry size": (56, 8)}
        if wide else
        {"name": (0, 4), "type": (4, 4), "flags": (8, 4), "address": (12, 4), "offset": (16, 4), "size": (20, 4),
         "link": (24, 4), "info": (28, 4), "alignment": (32, 4), "entry size": (36, 4)}
    )  # fmt: skip
    segment_fields = (
        {"type": (0, 4), "flags": (4, 4), "offset": (8, 8), "address": (16, 8), "physical address": (24, 8),
         "size": (32, 8), "memory size": (40, 8), "alignment": (48, 8)}
        if wide else
        {"type": (0, 4), "offset": (4, 4), "address": (8, 4), "physical address": (12, 4), "size": (16, 4),
         "memory size": (20, 4), "flags": (24, 4), "alignment": (28, 4)}
    )  # fmt: skip
    tables = [
        ("section", section_fields, [s.header_span.start for s in elf.sections[1:]]),
        ("segment", segment_fields, [s.header_span.start for s in elf.segments]),
    ]
    out: list[Maker] = []

    def field(name: str, place: int, width: int, begins: list[int]) -> Maker:
        def make(rng: random.Random) -> Edit:
            at = rng.choice(begins) + place
            step = rng.choice((*STEPS, *subject.shifts))
            value = rng.choice((subject.number(at, width) + step, subject.number(rng.choice(begins) + place, width)))
            return Edit(name, (subject.write(at, width, value),))

        return make

    def together(name: str, places: tuple[int, int], width: int, begins: list[int]) -> Maker:
        def make(rng: random.Random) -> Edit:
            begin = rng.choice(begins)
            step = rng.choice((*STEPS, *subject.shifts))
            return Edit(
                name, tuple(subject.write(begin + p, width, subject.number(begin + p, width) + step) for p in places)
            )

        return make

    for what, fields, begins in tables:
        if not begins:
            continue
        out += [field(f"{what} header: {name}", *where, begins) for name, where in fields.items()]
        out.append(
            together(f"{what} header: address and offset", (fields["address"][0], fields["offset"][0]), word, begins)
        )
    if elf.segments:
        begins = [s.header_span.start for s in elf.segments]
        for pair in (("size", "memory size"), ("address", "physical address")):
            places = (segment_fields[pair[0]][0], segment_fields[pair[1]][0])
            out.append(together(f"segment header: {pair[0]} and {pair[1]}", places, word, begins))
    header = elf.header.span
    out.append(lambda rng: flipped(subject, rng.randrange(header.start + 7, header.end), "ELF header", rng))

    def entry(rng: random.Random) -> Edit:
        at = header.start + 24
        step = rng.choice((*STEPS, *subject.shifts))
        return Edit("entry point", (subject.write(at, word, subject.number(at, word) + step),))

    out.append(entry)
    return out


def _frames(subject: Subject) -> list[Maker]:
    """Call frames: two functions' entries exchanged with their rows in the search table, lengths, common entries."""
    if subject.frames is None or len(subject.frames[1].fdes) < 4 or subject.frames[0].span is None:
        return []
    start, fdes = subject.frames[0].span.start, subject.frames[1].fdes

    def exchanged(rng: random.Random) -> Edit | None:
        f, g = rng.sample(fdes, 2)
        if f.size != g.size:
            return None
        p, q = start + f.at + 4, start + g.at + 4
        n = f.size - 4
        return Edit("frames exchanged", ((p, subject.data[q : q + n]), (q, subject.data[p : p + n])))

    def length(rng: random.Random) -> Edit:
        f, g = rng.sample(fdes, 2)
        width = f.begin.width
        value = rng.choice((g.length, f.length + rng.choice(STEPS)))
        return Edit("length in a frame", (subject.write(start + f.range_at, width, value),))

    def instructions(rng: random.Random) -> Edit | None:
        f = rng.choice(fdes)
        low, high = f.range_at + f.begin.width, f.at + f.size
        return flipped(subject, start + rng.randrange(low, high), "call frame instruction", rng) if high > low else None

    def common(rng: random.Random) -> Edit:
        cie = rng.choice(subject.frames[1].cies if subject.frames else ())
        return flipped(subject, start + cie.at + rng.randrange(8, cie.size), "common entry of frames", rng)

    return [exchanged, length, instructions, common]


def _code(subject: Subject) -> list[Maker]:
    """Functions of one length swapped or written over each other; numbers in code moved as the layout moved."""
    functions = [(p, q) for p, q in subject.functions if q - p > 8]
    if len(functions) < 2:
        return []
    by_size: dict[int, list[int]] = defaultdict(list)
    for p, q in functions:
        by_size[q - p].append(p)
    sizes = [n for n, many in by_size.items() if len(many) > 1]

    def inside(rng: random.Random) -> Edit:
        p, q = rng.choice(functions)
        return flipped(subject, rng.randrange(p, q), "byte of a function", rng)

    def shifted(rng: random.Random) -> Edit:
        p, q = rng.choice(functions)
        at = rng.randrange(p, q - 3)
        return Edit(
            "number in code moved by a layout shift",
            (subject.write(at, 4, subject.number(at, 4) + rng.choice(subject.shifts)),),
        )

    def two(rng: random.Random) -> tuple[int, int, int]:
        n = rng.choice(sizes)
        p, q = rng.sample(by_size[n], 2)
        return n, p, q

    def swapped(rng: random.Random) -> Edit:
        n, p, q = two(rng)
        return Edit("functions swapped", ((p, subject.data[q : q + n]), (q, subject.data[p : p + n])))

    def repeated(rng: random.Random) -> Edit:
        n, p, q = two(rng)
        return Edit("function repeated", ((p, subject.data[q : q + n]),))

    return [inside, shifted, *((swapped, repeated) if sizes else ())]


def _padding(subject: Subject) -> list[Maker]:
    """Bytes between things: gaps between sections, fill between functions, zeros at the end of sections."""
    places: list[int] = []
    for piece in subject.image.pieces:
        if piece.section is None and piece.name.startswith(("gap", "after")):
            places += range(piece.start, min(piece.end, piece.start + 4096))
    between: list[int] = []
    for (_, end), (begin, _) in itertools.pairwise(subject.functions):
        if 0 < begin - end < 64:
            between += range(end, begin)
    out: list[Maker] = []
    if places:
        out.append(lambda rng: flipped(subject, rng.choice(places), "byte of a gap", rng))
    if between:
        out.append(lambda rng: flipped(subject, rng.choice(between), "fill between functions", rng))
    return out
