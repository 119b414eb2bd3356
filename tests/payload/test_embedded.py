"""Where files carry things, and what they are by their own bytes."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
from typing import Any

from elfdiff.elf.file import parse
from elfdiff.payload.embedded import TAIL, embedded


def zip_of(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"contents")
    return out.getvalue()


def found(data: bytes) -> list[tuple[str, str, int]]:
    return [(item.place, item.form, item.span.length) for item in embedded(parse(data, "made"))]


def test_a_zip_behind_the_file_begins_where_its_own_directory_says(make: Any) -> None:
    archive = zip_of("a")
    assert found(make(tail=b"\x90 loader \x90" * 3 + archive)) == [
        (f"{TAIL}, before the archive", "data", 30),
        (TAIL, "zip archive", len(archive)),
    ]


def test_places_may_count_from_the_start_of_the_file(make: Any) -> None:
    head, archive = b"some other bytes", zip_of("a")
    bare = make(tail=head)
    end = archive.rfind(b"PK\x05\x06")
    start = struct.unpack_from("<I", archive, end + 16)[0]
    moved = bytearray(archive)
    struct.pack_into("<I", moved, end + 16, start + len(bare))
    struct.pack_into("<I", moved, start + 42, len(bare))
    assert found(bare + bytes(moved))[1] == (TAIL, "zip archive", len(archive))


def test_sections_of_their_own(make: Any, part: Any) -> None:
    parts = [part("pydata", b"x" * 20), part("assets", zip_of("a")), part("words", b"nothing that is known")]
    assert [place for place, _, _ in found(make(parts))] == ["pydata", "assets"]


def test_debug_information_in_xz_is_looked_into(make: Any, part: Any) -> None:
    packed = lzma.compress(make([part(".text", b"x")]))
    assert found(make([part(".gnu_debugdata", packed)])) == [(".gnu_debugdata", "xz stream", len(packed))]


def test_what_compilers_write_is_no_archive(make: Any, part: Any) -> None:
    names = (".comment", ".debug_info", ".note.x", ".gnu_debuglink", ".stab", ".gdb_index", ".ctf", ".BTF")
    assert found(make([part(name, b"hsqs" + bytes(40)) for name in names])) == []
    assert found(make([part("loaded", b"hsqs" + bytes(40), flags=2)])) == []


def test_a_signature_is_no_archive(make: Any) -> None:
    assert found(make(tail=b"\x30" * 40 + b"~Module signature appended~\n")) == []


def test_a_note_that_no_section_covers(make: Any) -> None:
    """postject adds a PT_NOTE and leaves the section headers as they are."""
    blob = b"\x20\xda\x43\x01" + bytes(28)
    note = struct.pack("<III", 14, len(blob), 0) + b"NODE_SEA_BLOB\0\0\0" + blob
    bare = make(segments=[{"type": 4}])
    data = make(
        segments=[{"type": 4, "offset": len(bare), "file_size": len(note), "memory_size": len(note), "alignment": 4}],
        tail=note,
    )
    assert found(data) == [("note NODE_SEA_BLOB", "Node.js application", len(blob))]


def test_padding_of_the_last_section_is_nothing_that_is_carried(make: Any) -> None:
    assert found(make(tail=bytes(12))) == []
    assert found(make(tail=bytes(40))) == [(TAIL, "data", 40)]
