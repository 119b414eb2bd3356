"""Find the texts of a section, and those that the other file's section lacks."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator

from elfdiff.elf.file import ET_REL, ElfFile
from elfdiff.elf.model import Section
from elfdiff.elf.sameness import same_raw
from elfdiff.patterns import late
from elfdiff.values import dataclass

STT_OBJECT = 1
SHT_PROGBITS, SHT_STRTAB, SHT_NOTE, SHT_NOBITS = 1, 3, 7, 8
MIN_RUN = 5
MAX_TEXT = 1 << 16
LONG_RUN = 2048
SHORTEST_PIECE = 16
ENDED = 8
"""So many printable bytes in front of a NUL are a text: bytes drawn at random give them once in 3,000 places."""
AROUND = 48
"""Bytes on each side that say what a short run stands in."""
SHF_STRINGS = 0x20
MAX_UNMATCHED = 200_000
FEWEST_UNMATCHED, UNMATCHED_APART = 10_000, 32
"""Of every file so many changed texts are looked at, and one more for so many bytes of it: two releases of a compiler
of 150 MB have fewer than 4,000."""

_RUN = late(rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){%d,}" % MIN_RUN)
_PRINTABLE = late(rb"[\0\t\n\r -~]+")
CODE_RUN = 8
DOUBLE, EXPONENT = 8, 2
HEAD = 4
"""Bytes that two texts begin with alike, if one was made from the other."""
_PROSE = late(rb"[a-z]{4}.*[a-z]{4}|/[a-z]{3}", re.DOTALL)
_WORDY = bytes(byte for byte in range(256) if byte >= 0x80 or chr(byte).isalnum() or chr(byte) in " /_.:-")

_NUL_TABLES = frozenset({".debug_str", ".debug_line_str", ".comment", ".modinfo", ".interp", ".GCC.command.line"})
_NO_TEXT = frozenset(
    {".debug_info", ".debug_abbrev", ".debug_loc", ".debug_loclists", ".debug_ranges", ".debug_rnglists",
     ".debug_aranges",
     ".debug_addr", ".debug_str_offsets", ".debug_frame", ".debug_types", ".debug_names", ".debug_pubnames",
     ".debug_pubtypes", ".debug_gnu_pubnames", ".debug_gnu_pubtypes", ".eh_frame", ".eh_frame_hdr", ".gnu.hash",
     ".hash",
     ".gnu.version", ".gnu_debuglink", ".dep-v0", ".gcc_except_table", ".symtab", ".strtab", ".shstrtab", ".dynstr",
     ".dynsym", ".plt", ".plt.got", ".plt.sec", ".got", ".got.plt", ".dynamic", ".rustc"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A text and where it stands: ``offset`` in bytes of the section's inflated contents."""

    section: Section
    offset: int
    text: bytes

    def file_offset(self) -> int | None:
        """Offset in the file; None inside a compressed section."""
        if self.section.span is None or self.section.compression is not None:
            return None
        return self.section.span.start + self.offset


def holds_text(section: Section) -> bool:
    """True if a section's bytes may hold texts that a person could read.

    Symbol names, section names, dynamic strings and machine code have evidence of their own.
    """
    if section.type in (0, SHT_NOBITS) or section.span is None or section.name in _NO_TEXT:
        return False
    if section.type == SHT_NOTE or section.name.startswith((".note", ".rel", ".gnu.version")):
        return False
    return section.type in (SHT_PROGBITS, 14, 15, 16) or section.name in _NUL_TABLES or section.type >= 0x60000000


def texts(section: Section, contents: bytes) -> Iterator[tuple[int, bytes]]:
    """(offset, text) of each text in ascending order.

    In string tables every entry counts. Elsewhere a text is a run of at least five printable characters (ASCII, or
    UTF-8 of two or three bytes), whatever ends it: Rust and Go put no NUL behind a text, and Rust puts a length in
    front.
    In machine code runs of eight ASCII characters are looked for, as Go and some linkers keep texts there.
    """
    if section.name in _NUL_TABLES:
        offset = 0
        for text in contents.split(b"\0"):
            if text:
                yield offset, text[:MAX_TEXT]
            offset += len(text) + 1
        return
    runs = _code_runs(contents) if section.is_executable else (match.span() for match in _RUN.finditer(contents))
    for start, end in runs:
        for at in range(start, end, MAX_TEXT):
            yield at, contents[at : min(at + MAX_TEXT, end)]


def _code_runs(contents: bytes) -> Iterator[tuple[int, int]]:
    """Where eight ASCII characters or more stand in a row."""
    import numpy as np

    printable = np.zeros(256, dtype=bool)
    printable[[9, 10, 13, *range(0x20, 0x7F)]] = True
    found = printable[np.frombuffer(contents, np.uint8)]
    # Where eight in a row begin: machine code is full of shorter runs.
    step = 1
    while step < CODE_RUN:
        found = found[:-step] & found[step:]
        step *= 2
    begins = np.flatnonzero(found)
    if not len(begins):
        return
    apart = np.flatnonzero(np.diff(begins) > 1)
    starts = begins[np.concatenate(([0], apart + 1))]
    ends = begins[np.append(apart, len(begins) - 1)] + CODE_RUN
    yield from zip(starts.tolist(), ends.tolist(), strict=True)


def _pieces(all_texts: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Long runs cut where their own bytes say so, so that one change leaves the other pieces as they are.

    Go keeps all its texts in one run. A cut stands where a mix of four bytes ends in six zero bits: every 64 bytes on
    average.
    """
    import numpy as np

    for offset, text in all_texts:
        if len(text) < LONG_RUN:
            yield offset, text
            continue
        window = np.frombuffer(text, np.uint8).astype(np.uint32)
        mixed = (window[:-3] * 31 + window[1:-2] * 17 + window[2:-1] * 7 + window[3:]) & 63
        start = 0
        for cut in [*(np.flatnonzero(mixed == 0) + 4).tolist(), len(text)]:
            if cut - start >= SHORTEST_PIECE or (cut == len(text) and cut > start):
                yield offset + start, text[start:cut]
                start = cut


class Unmatched:
    """How many changed texts of a file of ``size`` bytes may still be looked at.

    ``cut`` names the first section that has more.
    """

    def __init__(self, size: int) -> None:
        self.most = self.left = min(MAX_UNMATCHED, FEWEST_UNMATCHED + size // UNMATCHED_APART)
        self.cut: str | None = None


def unmatched(
    a: ElfFile,
    b: ElfFile,
    a_section: Section | None,
    b_section: Section | None,
    room: tuple[Unmatched, Unmatched],
) -> tuple[list[Spot], list[Spot], dict[int, bytes], dict[int, bytes]]:
    """Texts of either section that the other lacks, by count; and for each of them the text that stands before it.

    The two dictionaries map an unmatched text's offset to its left neighbour (b"" at the start). Empty when
    the contents are equal. ``room`` is that of a and of b.
    """
    if a_section and b_section and _unchanged(a, a_section, b, b_section):
        return [], [], {}, {}
    a_contents = a.contents(a_section) if a_section else b""
    b_contents = b.contents(b_section) if b_section else b""
    if a_contents == b_contents:
        return [], [], {}, {}
    a_begins, b_begins = _objects(a, a_section), _objects(b, b_section)
    a_all = list(_pieces(_cut(texts(a_section, a_contents), a_begins))) if a_section else []
    b_all = list(_pieces(_cut(texts(b_section, b_contents), b_begins))) if b_section else []
    a_spots, a_before = _lacking(a_section, a_contents, a_all, b_all, room[0], frozenset(a_begins))
    b_spots, b_before = _lacking(b_section, b_contents, b_all, a_all, room[1], frozenset(b_begins))
    return a_spots, b_spots, a_before, b_before


def _cut(found: Iterator[tuple[int, bytes]], begins: list[int]) -> Iterator[tuple[int, bytes]]:
    """Texts cut where an object begins: numbers in front of it may be printable, too."""
    row = 0
    for start, text in found:
        row = bisect.bisect_right(begins, start, lo=row)
        at = start
        while row < len(begins) and begins[row] < start + len(text):
            if begins[row] - at >= MIN_RUN:
                yield at, text[at - start : begins[row] - start]
            at = begins[row]
            row += 1
        if at == start or start + len(text) - at >= MIN_RUN:
            yield at, text[at - start :]


def _objects(elf: ElfFile, section: Section | None) -> list[int]:
    """Where objects of data begin, in bytes of the section, ascending; none in tables of texts, and after strip."""
    if section is None or elf.symtab is None or section.is_executable or section.name in _NUL_TABLES:
        return []
    if section.flags & SHF_STRINGS:
        return []
    table = elf.symtab.table
    chosen = ((table["info"] & 15) == STT_OBJECT) & (elf.symtab.section_of == section.index)
    base = 0 if elf.header.type == ET_REL else section.address
    return sorted({int(value) - base for value in table["value"][chosen].tolist()})


def _unchanged(a: ElfFile, a_section: Section, b: ElfFile, b_section: Section) -> bool:
    """True where equal bytes in the files say that the contents are equal."""
    plain = a_section.compression is None and b_section.compression is None
    return plain and ET_REL not in (a.header.type, b.header.type) and same_raw(a, a_section, b, b_section)


def _lacking(
    section: Section | None,
    contents: bytes,
    here: list[tuple[int, bytes]],
    there: list[tuple[int, bytes]],
    room: Unmatched,
    begins: frozenset[int] = frozenset(),
) -> tuple[list[Spot], dict[int, bytes]]:
    spots: list[Spot] = []
    before: dict[int, bytes] = {}
    if section is None:
        return spots, before
    left = Counter(text for _, text in there)
    code = section.is_executable
    lacking: list[bool] = []
    for _, text in here:
        lacking.append(left[text] <= 0)
        left[text] -= 1
    index = 0
    while index < len(here):
        if not lacking[index]:
            index += 1
            continue
        first, last = index, index
        while last + 1 < len(here) and lacking[last] and _touch(here, last, begins):
            last += 1
        if first and _touch(here, first - 1, begins):
            first -= 1
        text = b"".join(piece for _, piece in here[first : last + 1])
        if (
            _is_wordy(text)
            and (not code or _PROSE.search(text))
            and (
                code
                or section.name in _NUL_TABLES
                or section.flags & SHF_STRINGS
                or not _in_numbers(contents, here[first][0], text)
            )
        ):
            if not room.left:
                room.cut = room.cut or section.name
                break
            room.left -= 1
            # Format templates of Rust and strings of Pascal have their length in front, and it may be a letter.
            may_be = not code and section.name not in _NUL_TABLES and is_counted(text)
            shift = int(may_be and not _as_letter(text, there))
            if not code and not section.flags & SHF_STRINGS and section.name not in _NUL_TABLES:
                shift = shift or _of_double(section, contents, here[first][0])
            at = here[first][0] + shift
            spots.append(Spot(section, at, text[shift:]))
            before[at] = here[first - 1][1] if first else b""
        index = last + 1
    return spots, before


def _in_numbers(contents: bytes, offset: int, text: bytes) -> bool:
    """True if a short run that no NULs enclose stands among bytes that are mostly neither printable nor NUL.

    Tables of random words look so: a few bytes in a row are printable by chance.
    """
    end = offset + len(text)
    ended = len(text) >= ENDED and not any(contents[end : end + 1])
    if (
        len(text) >= SHORTEST_PIECE
        or ended
        or (not any(contents[max(offset - 1, 0) : offset]) and not any(contents[end : end + 1]))
    ):
        return False
    around = contents[max(offset - AROUND, 0) : offset] + contents[end : end + AROUND]
    return len(_PRINTABLE.sub(b"", around)) * 5 > len(around) * 2


def is_counted(text: bytes) -> bool:
    """True if the first byte of a text says how many follow; a path of 48 bytes begins with its own slash, and one of
    47 with its own dot.
    """
    path = text.startswith(b"/") and not text.startswith(b"//") and b"/" in text[1:]
    if path or text.startswith((b"./", b"../")):
        return False
    return len(text) > MIN_RUN and text[0] == len(text) - 1


def _of_double(section: Section, contents: bytes, at: int) -> int:
    """How many bytes of a run belong to a floating point number in front of the text: 2.5 and 100.0 end in @.

    The sign and exponent stand in the last two bytes of eight (IEEE 754), least significant byte first; more of a run
    is no number's.
    """
    begin = at - (section.address + at) % DOUBLE
    end = begin + DOUBLE
    head = contents[begin:at] if begin >= 0 else b""
    if not head or end - at > EXPONENT or contents[end - 1 : end] not in (b"?", b"@"):
        return 0
    return end - at if head[-1] or not any(head) else 0


def _as_letter(text: bytes, there: list[tuple[int, bytes]]) -> bool:
    """True if the first byte of a text that may be a length is a part of the text.

    The other side tells: a text there begins in the same way and is of another length.
    """
    head = text[:HEAD]
    return any(other.startswith(head) and not is_counted(other) for _, other in there)


def _touch(here: list[tuple[int, bytes]], index: int, begins: frozenset[int]) -> bool:
    """True if this piece and the next one belong to one run, and no object begins between them."""
    end = here[index][0] + len(here[index][1])
    return end == here[index + 1][0] and end not in begins


def _is_wordy(text: bytes) -> bool:
    """Mostly letters of any script, digits and path characters: not a row of numbers that happens to be printable."""
    head = text[:200]
    return (len(head) - len(head.translate(None, _WORDY))) * 4 >= len(head) * 3
