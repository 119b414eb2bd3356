"""Sections found in PE and Mach-O files written by hand, and in hostile tables."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

import pytest

from elfdiff.payload.carrier import MAX_SECTIONS, BadCarrier, open_carrier
from elfdiff.payload.dependencies import State, read_dependencies

LIST = zlib.compress(
    json.dumps(
        {"packages": [{"name": "app", "version": "1.0.0", "source": "local", "root": True}], "format": 1}
    ).encode()
)
NAMES = frozenset({".dep-v0"})


def portable_executable(content: bytes) -> bytes:
    """PE/COFF, "PE Format": DOS stub, COFF header, 64-bit optional header, one section aligned to 512 bytes."""
    raw = content.ljust(512, b"\0")
    optional = struct.pack("<HBBIIIIIQII", 0x20B, 14, 0, 0, 512, 0, 0x1000, 0x1000, 0x140000000, 0x1000, 512)
    optional += struct.pack("<HHHHHHIIIIHH", 6, 0, 0, 0, 6, 0, 0, 0x2000, 1024, 0, 3, 0)
    optional += struct.pack("<QQQQII", 1 << 20, 4096, 1 << 20, 4096, 0, 16) + bytes(16 * 8)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, len(optional), 0x22)
    section = struct.pack("<8sIIIIIIHHI", b".dep-v0", len(content), 0x1000, len(raw), 1024, 0, 0, 0, 0, 0x40000040)
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return (dos + coff + optional + section).ljust(1024, b"\0") + raw


def mach_object(content: bytes, section: bytes = b".dep-v0") -> bytes:
    """Mach-O (mach-o/loader.h): header, one LC_SEGMENT_64 with one section, contents."""
    start = 32 + 72 + 80
    header = struct.pack("<IiiIIIII", 0xFEEDFACF, 0x01000007, 3, 2, 1, 72 + 80, 0, 0)
    segment = struct.pack(
        "<II16sQQQQiiII", 0x19, 72 + 80, b"__DATA", 0x1000, 0x1000, 0, start + len(content), 3, 3, 1, 0
    )
    part = struct.pack(
        "<16s16sQQIIIIIIII", section, b"__DATA", 0x1000 + start, len(content), start, 0, 0, 0, 0, 0, 0, 0
    )
    return header + segment + part + content


def fat(*images: bytes) -> bytes:
    """A universal binary; each image at a multiple of 4096."""
    table = struct.pack(">II", 0xCAFEBABE, len(images))
    body = b""
    for number, image in enumerate(images):
        offset = 4096 + len(body)
        table += struct.pack(">iiIII", (0x01000007, 0x0100000C)[number], 3, offset, len(image), 12)
        body += image.ljust((len(image) + 4095) // 4096 * 4096, b"\0")
    return table.ljust(4096, b"\0") + body


@pytest.mark.parametrize(
    ("data", "container"),
    [
        (portable_executable(LIST), "pe"),
        (mach_object(LIST), "macho"),
        (fat(mach_object(LIST), mach_object(LIST)), "macho"),
    ],
)
def test_list_in_other_containers(data: bytes, container: str) -> None:
    found = read_dependencies(data, "app")
    assert found.problem is None
    assert (found.state, found.container) == (State.PRESENT, container)
    assert [package.name for package in found.packages] == ["app"]


def test_go_program_for_windows_has_its_information_in_a_writable_section() -> None:
    head = b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x08go1.22.1"
    text = bytes(16) + b"path\texample.org/app\n" + bytes(16)
    data = portable_executable(bytes(32) + head + bytes([len(text)]) + text).replace(b".dep-v0", b".data\0\0")
    assert read_dependencies(data, "app").state is State.ABSENT
    writable = data.replace(struct.pack("<I", 0x40000040), struct.pack("<I", 0xC0000040))
    found = read_dependencies(writable, "app")
    assert [package.name for package in found.packages] == ["example.org/app", "stdlib"]


def test_architectures_that_disagree_are_refused() -> None:
    other = zlib.compress(b'{"packages":[]}')
    found = read_dependencies(fat(mach_object(LIST), mach_object(other)), "app")
    assert found.state is State.MALFORMED
    assert "2 times with different contents" in str(found.problem)


@pytest.mark.parametrize("data", [mach_object(LIST, b"__const"), portable_executable(b"")[:1024] + bytes(512)])
def test_other_containers_without_a_list(data: bytes) -> None:
    found = read_dependencies(data.replace(b".dep-v0", b".rdata\0"), "app")
    assert (found.state, found.problem) == (State.ABSENT, None)


@pytest.mark.parametrize("data", [b"MZ", b"MZ" + bytes(100), mach_object(LIST)[:40], b"\xca\xfe\xba\xbe\0\0\0\x34"])
def test_broken_containers_are_malformed(data: bytes) -> None:
    found = read_dependencies(data, "app")
    assert found.state is State.MALFORMED
    assert found.problem is not None
    assert "be parsed" in found.problem


def test_more_sections_than_the_limit(make: Any, part: Any) -> None:
    data = bytearray(make([part(".dep-v0", LIST)], extended=True))
    shoff = int.from_bytes(data[40:48], "little")
    struct.pack_into("<Q", data, shoff + 32, MAX_SECTIONS + 1)
    with pytest.raises(BadCarrier, match="claims 1048577 sections"):
        open_carrier(bytes(data), NAMES)


def test_section_counts_in_section_0(make: Any, part: Any) -> None:
    carrier = open_carrier(make([part(".dep-v0", LIST)], extended=True), NAMES)
    assert carrier is not None
    assert [section.name for section in carrier.sections] == [".dep-v0"]


def test_offsets_and_indices(make: Any, part: Any) -> None:
    data = make([part(".text", b"abc"), part(".dep-v0", LIST), part(".dep-v0", b"second")])
    carrier = open_carrier(data, NAMES)
    assert carrier is not None
    assert [section.index for section in carrier.sections] == [2, 3]
    assert [data[section.offset : section.offset + section.size] for section in carrier.sections] == [LIST, b"second"]
