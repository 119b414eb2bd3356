"""Notes and the debug link: what identifies a build, and what only checks it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Note
from elfdiff.evidence.model import BuildIdKept, DebugLinkChange, Evidence, NoteChange
from elfdiff.evidence.places import readable
from elfdiff.payload.debuglink import alternate_link, debug_link
from elfdiff.report import Location
from elfdiff.span import Span

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
                versioned_uuid=bool(a and b and _is_version_4(a.description) and _is_version_4(b.description)),
            )
    if pair.a.build_id is not None and pair.a.build_id == pair.b.build_id:
        yield BuildIdKept(section=".note.gnu.build-id", length=len(pair.a.build_id))
    for name in (".gnu_debuglink", ".gnu_debugaltlink"):
        yield from _debug_link(pair, name)


def _by_key(elf: ElfFile) -> dict[tuple[str, int, str], list[Note]]:
    notes: dict[tuple[str, int, str], list[Note]] = defaultdict(list)
    for note in elf.notes:
        notes[note.owner, note.type, note.section].append(note)
    return notes


def _location(note: Note, kind: str) -> Location:
    text_kinds = ("go-build-id", "package", "gold-version", "build-salt")
    value = readable(note.description.rstrip(b"\0")) if kind in text_kinds else note.description[:2048].hex()
    return Location(note.description_span.start, note.description_span.length, "file", value)


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
