"""Headers and tables: every class and byte order, counts in section 0, and what is refused."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import MalformedElf, NotElf
from elfdiff.span import Span

FORMS = [(elf_class, order) for elf_class in (32, 64) for order in ("little", "big")]


@pytest.mark.parametrize(("elf_class", "order"), FORMS)
def test_every_class_and_order(made: Callable[..., ElfFile], part: type, elf_class: int, order: str) -> None:
    elf = made(
        [part(".one", b"abc", flags=2, address=0x1000), part(".bss", type=8, size=1 << 20)],
        elf_class=elf_class,
        order=order,
        segments=[{"type": 1, "flags": 5, "offset": 0, "address": 0x400000, "file_size": 64, "memory_size": 128}],
        tail=b"more",
    )
    assert (elf.elf_class, elf.byte_order, elf.header.type_name) == (elf_class, order, "DYN")
    assert [s.name for s in elf.sections] == ["", ".one", ".bss", ".shstrtab"]
    assert [s.type_name for s in elf.sections] == ["NULL", "PROGBITS", "NOBITS", "STRTAB"]
    assert elf.raw(elf.sections[1]) == b"abc"
    assert elf.sections[2].span is None
    assert elf.raw(elf.sections[2]) == b""
    (segment,) = elf.segments
    assert (segment.type_name, segment.flags, segment.virtual_address) == ("LOAD", 5, 0x400000)
    assert (segment.span, segment.memory_size) == (Span(0, 64), 128)
    assert elf.data[elf.tail.start : elf.tail.end] == b"more"
    last = elf.sections[-1].header_span
    assert last.end == elf.tail.start


def test_no_elf() -> None:
    for data, words in ((b"", "is empty"), (b"MZ\x90", "magic"), (b"\x7fEL", "magic")):
        with pytest.raises(NotElf, match=words):
            parse(data, "f")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x7fELF\x02\x01", "identification needs 16"),
        (b"\x7fELF\x03\x01" + bytes(60), "class is 3"),
        (b"\x7fELF\x02\x09" + bytes(60), "encoding is 9"),
        (b"\x7fELF\x02\x01" + bytes(40), "header needs 64 bytes, but the file has only 46"),
    ],
)
def test_bad_identification(data: bytes, words: str) -> None:
    with pytest.raises(MalformedElf, match=words):
        parse(data, "f")


def test_header_alone_is_a_file(make: Callable[..., bytes]) -> None:
    elf = parse(make([], table=False)[:64], "f")
    assert elf.sections == ()
    assert elf.segments == ()
    assert elf.is_stripped


def test_truncated_section_names_path_section_and_offset(make: Callable[..., bytes], part: type) -> None:
    data = make([part(".a", b"x"), part(".debug_info", b"abc", offset=100, size=1 << 33)])
    with pytest.raises(MalformedElf) as caught:
        parse(data, "dir/app")
    assert str(caught.value) == (
        f"dir/app: section 2 (.debug_info) reaches byte {100 + (1 << 33)}, "
        f"but the file has only {len(data)}: it is truncated"
    )
    assert caught.value.offset == len(data) - 2 * 64


def test_truncated_tables(make: Callable[..., bytes]) -> None:
    data = make([], segments=[{"type": 1}])
    with pytest.raises(MalformedElf, match=f"section header table reaches byte {len(data)}, but"):
        parse(data[:-1], "f")
    broken = bytearray(data)
    struct.pack_into("<Q", broken, 32, len(data) - 10)
    with pytest.raises(MalformedElf, match="program header table reaches byte"):
        parse(bytes(broken), "f")


def test_entry_size_too_small(make: Callable[..., bytes]) -> None:
    data = bytearray(make([]))
    struct.pack_into("<H", data, 58, 8)
    with pytest.raises(MalformedElf, match="has 8 bytes, but needs 64"):
        parse(bytes(data), "f")


def test_counts_in_section_zero(made: Callable[..., ElfFile], part: type) -> None:
    elf = made([part(".one", b"1")], extended=True, segments=[{"type": 6}])
    assert [s.name for s in elf.sections] == ["", ".one", ".shstrtab"]
    assert (elf.header.shnum, elf.header.phnum, elf.header.shstrndx) == (3, 1, 2)
    assert elf.segments[0].type_name == "PHDR"


def test_more_sections_than_16_bits_hold(made: Callable[..., ElfFile], part: type) -> None:
    count = 0xFF00 + 300
    indices = struct.pack("<II", 0, count)
    entries = struct.pack("<IBBHQQ", 0, 0, 0, 0, 0, 0) + struct.pack("<IBBHQQ", 1, 0x12, 0, 0xFFFF, 0, 4)
    parts = [
        part(".symtab", entries, type=2, link=2),
        part(".strtab", b"\0far\0", type=3),
        part(".symtab_shndx", indices, type=18, link=1),
        *(part(f".text.{i}", b"abcd") for i in range(4, count + 1)),
    ]
    elf = made(parts, extended=True, file_type=1)
    assert len(elf.sections) == count + 2
    assert elf.symbols[1].section == count
    far = elf.symbol_at(elf.sections[count], 3)
    assert far is not None
    assert far.name == "far"
    assert elf.symbol_at(elf.sections[count], 4) is None


def test_odd_but_survivable(make: Callable[..., bytes], part: type) -> None:
    elf = parse(
        make(
            [
                part(".zero", size=0, offset=1 << 40),
                part(".one", b"abcd"),
                part(".two", size=3, offset=65),
                part(".one", b"again"),
                part(".nothing", type=8, offset=1 << 50, size=1 << 50),
            ]
        ),
        "f",
    )
    zero = elf.section(".zero")
    assert zero is not None
    assert elf.raw(zero) == b""
    assert [elf.raw(s) for s in elf.sections_named(".one")] == [b"abcd", b"again"]
    two = elf.section(".two")
    assert two is not None
    assert elf.raw(two) == b"bcd"
    assert elf.section(".absent") is None


def test_names_out_of_reach(make: Callable[..., bytes]) -> None:
    data = bytearray(make([]))
    struct.pack_into("<H", data, 62, 77)
    elf = parse(bytes(data), "f")
    assert [s.name for s in elf.sections] == ["", ""]
    assert elf.warnings == ("the section name table would be section 77, but there are only 2",)


def test_segments_past_the_end(make: Callable[..., bytes]) -> None:
    far = [{"type": 1, "offset": 0, "file_size": 1 << 20}]
    with pytest.raises(MalformedElf, match=r"segment 0 \(LOAD\) reaches byte 1048576"):
        parse(make([], table=False, segments=far), "f")
    core = parse(make([], table=False, segments=far, file_type=4), "f")
    assert core.segments[0].span == Span(0, len(core.data))
    assert core.warnings == ("1 of 1 segments reach past the end of the file",)


def test_sections_as_readelf_sees_them(build: Callable[..., Path], readelf: Callable[..., str]) -> None:
    path = build("gcc", "-g")
    elf = parse(path.read_bytes(), str(path))
    rows = []
    for line in readelf("-S", path).splitlines():
        head, bracket, rest = line.partition("]")
        words = rest.split()
        if bracket and head.strip().lstrip("[").strip().isdigit() and "NULL" not in words[:1]:
            rows.append((words[0], words[1], int(words[2], 16), int(words[3], 16), int(words[4], 16)))
    # readelf writes GNU's own types in capitals.
    mine = [(s.name, s.type_name.upper(), s.address, s.offset, s.size) for s in elf.sections[1:]]
    assert [row[0] for row in rows] == [row[0] for row in mine]
    assert [row[2:] for row in rows] == [row[2:] for row in mine]
    plain = ("PROGBITS", "SYMTAB", "STRTAB", "RELA", "DYNAMIC", "NOTE", "NOBITS", "DYNSYM", "GNU_HASH", "INIT_ARRAY")
    assert [row for row in rows if row[1] in plain] == [row for row in mine if row[1] in plain]
    assert f"Machine:                           {elf.header.machine_name}\n" in readelf("-h", path)
