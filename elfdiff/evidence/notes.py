"""Notes and the debug link: what identifies a build, and what only checks it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Note
from elfdiff.evidence.hashes import names_build_id
from elfdiff.evidence.model import BuildIdKept, DebugLinkChange, Evidence, NoteChange
from elfdiff.evidence.places import readable, section_name, size_field
from elfdiff.payload.buildid import is_as_linked
from elfdiff.payload.debuglink import alternate_link, debug_link
from elfdiff.report import Location
from elfdiff.span import Span

PT_NOTE = 4

MD5_LENGTH = 16
_KINDS = {
    ("GNU", 3): "build-id",
    ("GNU", 1): "abi-tag",
    ("GNU", 4): "gold-version",
    ("GNU", 5): "property",
    ("Go", 4): "go-build-id",
    ("FDO", 0xCAFE1A7E): "package",
    ("Linux", 0x100): "build-salt",
}


def extract(pair: Pair) -> Iterator[Evidence]:
    """A fact for each note whose descriptor differs, and one for .gnu_debuglink and .gnu_debugaltlink."""
    a_notes, b_notes = _by_key(pair.a), _by_key(pair.b)
    for key in dict.fromkeys([*a_notes, *b_notes]):
        left, right = a_notes.get(key, []), b_notes.get(key, [])
        for index in range(max(len(left), len(right))):
            a = left[index] if index < len(left) else None
            b = right[index] if index < len(right) else None
            if a and b and a.description == b.description:
                continue
            kind = _KINDS.get(key[:2], "other")
            one = a or b
            yield NoteChange(
                section=one.section if one else None,
                a=_location(a, kind) if a else None,
                b=_location(b, kind) if b else None,
                kind=kind,
                a_length=len(a.description) if a else 0,
                b_length=len(b.description) if b else 0,
                spans=_sizes(pair, a, b),
                versioned_uuid=bool(a and b and _is_version_4(a.description) and _is_version_4(b.description)),
                digest=bool(a and b and kind == "build-id" and _is_md5(pair, a) and _is_md5(pair, b)),
            )
    if pair.a.build_id is not None and pair.a.build_id == pair.b.build_id:
        yield BuildIdKept(section=".note.gnu.build-id", length=len(pair.a.build_id))
    for name in (".gnu_debuglink", ".gnu_debugaltlink"):
        yield from _debug_link(pair, name)


def _is_md5(pair: Pair, note: Note) -> bool:
    """True if a build ID as long as an md5 is that of its file; asked for both sides, each with its own note."""
    return len(note.description) == MD5_LENGTH and any(
        elf.build_id == note.description and is_as_linked(elf) for elf in (pair.a, pair.b)
    )


def _by_key(elf: ElfFile) -> dict[tuple[str, int, str], list[Note]]:
    notes: dict[tuple[str, int, str], list[Note]] = defaultdict(list)
    for note in elf.notes:
        notes[note.owner, note.type, note.section].append(note)
    return notes


def _location(note: Note, kind: str) -> Location:
    text_kinds = ("go-build-id", "package", "gold-version", "build-salt")
    value = readable(note.description.rstrip(b"\0")) if kind in text_kinds else note.description[:2048].hex()
    return Location(note.description_span.start, note.description_span.length, "file", value)


def _sizes(pair: Pair, a: Note | None, b: Note | None) -> tuple[tuple[Span | None, Span | None], ...]:
    """What else says that a note is there, or how long it is: nothing where both are equally long.

    A note that only one side has is a section with a header and a name; else n_descsz, sh_size and the segment's sizes
    differ (gABI, "Note Section", "Section Header", "Program Header").
    """
    if a and b and len(a.description) == len(b.description):
        return ()
    if a is None or b is None:
        elf, note = (pair.a, a) if a else (pair.b, b)
        spans = [*_section_of(elf, note), *_segment_sizes(elf, note)] if note else []
        return tuple((span, None) if a else (None, span) for span in spans)
    pairs: list[tuple[Span | None, Span | None]] = [(_word(a.span.start + 4, 4), _word(b.span.start + 4, 4))]
    fields = [
        [size_field(elf, section) for section in elf.sections_named(note.section) if section.span == note.span]
        for elf, note in ((pair.a, a), (pair.b, b))
    ]
    pairs += zip(*fields, strict=False)
    pairs += zip(_segment_sizes(pair.a, a), _segment_sizes(pair.b, b), strict=False)
    return tuple(pairs)


def _word(start: int, size: int) -> Span:
    return Span(start, start + size)


def _section_of(elf: ElfFile, note: Note) -> Iterator[Span]:
    """A section that is this note and nothing else: its contents, its header, and its name."""
    for section in elf.sections_named(note.section):
        if section.span == note.span:
            yield section.span
            yield section.header_span
            name = section_name(elf, section)
            if name:
                yield Span(name.start, name.end + 1)


def _segment_sizes(elf: ElfFile, note: Note) -> list[Span]:
    """p_filesz and p_memsz of the smallest PT_NOTE segment that holds the note and ends with it."""
    found = [
        segment
        for segment in elf.segments
        if segment.type == PT_NOTE and segment.span.start <= note.span.start <= note.span.end <= segment.span.end
    ]
    if not found:
        return []
    segment = min(found, key=lambda item: item.file_size)
    at, width = (segment.header_span.start + 32, 8) if elf.elf_class == 64 else (segment.header_span.start + 16, 4)
    return [_word(at, width), _word(at + width, width)]


def _is_version_4(description: bytes) -> bool:
    """RFC 4122, section 4.1: version nibble 4, variant bits 10."""
    return len(description) == 16 and description[6] >> 4 == 4 and description[8] >> 6 == 2


def _debug_link(pair: Pair, name: str) -> Iterator[DebugLinkChange]:
    left, right = _link_spans(pair.a, name), _link_spans(pair.b, name)
    if left is None or right is None:
        return
    a_name, a_check = (pair.a.data[span.start : span.end] for span in left)
    b_name, b_check = (pair.b.data[span.start : span.end] for span in right)
    if (a_name, a_check) == (b_name, b_check):
        return
    yield DebugLinkChange(
        section=name,
        a=Location(left[1].start, left[1].length, "file", f"{readable(a_name)} {a_check.hex()}"),
        b=Location(right[1].start, right[1].length, "file", f"{readable(b_name)} {b_check.hex()}"),
        spans=((left[0], right[0]),) if names_build_id(pair.a, a_name) and names_build_id(pair.b, b_name) else (),
        name_differs=a_name != b_name,
        crc_differs=a_check != b_check,
    )


def _link_spans(elf: ElfFile, name: str) -> tuple[Span, Span] | None:
    """The file ranges of the name and of what checks it (a CRC, or a build ID); None if there is no whole link."""
    if name == ".gnu_debuglink":
        link = debug_link(elf)
        return (link.name_span, link.crc_span) if link else None
    alternate = alternate_link(elf)
    return (alternate.name_span, alternate.build_id_span) if alternate else None
