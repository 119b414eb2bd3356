"""What an image is kept in, beside what it is: a directory or an archive, an OCI layout or docker's form."""

from __future__ import annotations

from collections.abc import Collection

from elfdiff.containers.model import Container, Entry, EntryKind, Field, FieldKind
from elfdiff.images.layout import OCI, Layout
from elfdiff.values import replace

NAME = "packing"


def packing_of(container: Container, layout: Layout) -> str:
    """In words; two images with the same words are compared to the last byte of what they are kept in."""
    files = {entry.path for entry in container.entries}
    place = "directory" if container.whole is None else "archive"
    if layout.kind == OCI:
        also = ", with docker's manifest.json" if "manifest.json" in files else ""
        return f"OCI layout, {place}{also}"
    folders = any(path.endswith("/layer.tar") for path in files)
    also = ", with a directory for each layer" if folders else ""
    return f"docker save's form, {place}{also}"


def unpacked(container: Container, roles: Collection[str], packing: str) -> Container:
    """The image alone: the files with these roles, and an entry that says what they were kept in."""
    kept = tuple(replace(entry, layer=None, span=None) for entry in container.entries if entry.name in roles)
    said = Entry(NAME, EntryKind.OTHER, 0, bytes, fields=(Field(NAME, FieldKind.META, None, packing),))
    return replace(container, entries=(*kept, said), layers=())
