"""``.note.package``: the distribution package that a file belongs to (UAPI.8, "ELF Package Metadata")."""

from __future__ import annotations

import struct

from elfdiff.payload.auditable import BadPayload, load_strict_json
from elfdiff.payload.carrier import Carrier
from elfdiff.values import dataclass

SECTION = ".note.package"
NOTE_TYPE = 0xCAFE1A7E
OWNER = b"FDO\0"
MAX_NOTE = 1 << 20
"""Bytes of notes that are walked in one section or segment."""

_NAMED = ("type", "name", "version")


@dataclass(frozen=True, slots=True)
class PackageNote:
    """The JSON object of the note; ``fields`` are its texts other than type, name and version, in its order."""

    type: str
    name: str
    version: str
    fields: tuple[tuple[str, str], ...]

    def field(self, key: str) -> str | None:
        """One of the other fields, such as ``os`` or ``architecture``; None if it is not there."""
        return next((value for name, value in self.fields if name == key), None)


def read_package_notes(data: bytes, carrier: Carrier) -> list[PackageNote]:
    """Every package note of the file in its order. Raises BadPayload if one is no JSON object of texts."""
    order: list[bytes] = []
    for start, size in carrier.notes:
        order.extend(_descriptors(data[start : start + min(size, MAX_NOTE)], carrier.byte_order))
    return [_parse(content) for content in order]


def _descriptors(notes: bytes, byte_order: str) -> list[bytes]:
    """Descriptors of type NOTE_TYPE and owner FDO; name and descriptor are padded to 4 bytes (gABI, "Note Section")."""
    header = struct.Struct(byte_order + "3I")
    found = []
    position = 0
    while position + 12 <= len(notes):
        name_size, size, kind = header.unpack_from(notes, position)
        name_at = position + 12
        content_at = name_at + (name_size + 3) // 4 * 4
        if kind == NOTE_TYPE and notes[name_at : name_at + name_size] == OWNER:
            if content_at + size > len(notes):
                raise BadPayload("is cut off")
            found.append(notes[content_at : content_at + size])
        position = content_at + (size + 3) // 4 * 4
    return found


def _parse(content: bytes) -> PackageNote:
    document = load_strict_json(content.rstrip(b"\0"))
    if not isinstance(document, dict):
        raise BadPayload("is not a JSON object")
    texts = {key: value for key, value in document.items() if isinstance(value, str)}
    for key, value in (*((key, key) for key in document), *texts.items()):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadPayload(f"holds half of a surrogate pair in {key[:60]!r}") from error
    for key in _NAMED:
        if key in document and key not in texts:
            raise BadPayload(f"has a {key} that is no text")
    others = tuple((key, value) for key, value in texts.items() if key not in _NAMED)
    return PackageNote(texts.get("type", ""), texts.get("name", ""), texts.get("version", ""), others)
