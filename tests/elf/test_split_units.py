"""The IDs of skeleton units, in units written by hand."""

from __future__ import annotations

import struct

from elfdiff.elf.dwarf import read_units

ID = bytes(range(1, 9))


def unit(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body


def units(info: bytes, abbreviations: bytes = b""):
    return read_units([info], {"abbrev": abbreviations}, "little", [])


def test_the_header_of_a_skeleton_unit_holds_its_id():
    skeleton = struct.pack("<HBBI", 5, 4, 8, 0) + ID + b"\0"
    compiled = struct.pack("<HBBI", 5, 1, 8, 0) + b"\0"
    first, second = units(unit(skeleton) + unit(compiled))
    assert (first.split_id, first.split_id_at, first.end) == (ID, 12, 4 + len(skeleton))
    assert (second.split_id, second.offset) == (None, first.end)


def test_the_gnu_extension_has_an_attribute():
    # DW_TAG_compile_unit without children: DW_AT_GNU_dwo_id (0x2131) as data8.
    abbreviations = bytes((1, 0x11, 0, 0xB1, 0x42, 0x07, 0, 0, 0))
    info = unit(struct.pack("<HIB", 4, 0, 8) + b"\1" + ID)
    (found,) = units(info, abbreviations)
    assert found.split_id == ID
    assert info[found.split_id_at :] == ID
