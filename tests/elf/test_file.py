"""Symbols, notes, dynamic entries, relocations and addresses, with readelf as the oracle."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.elf.file import ElfFile, parse
from elfdiff.span import Span

TOOLS = (
    "gcc",
    "aarch64-linux-gnu-gcc",
    "arm-linux-gnueabihf-gcc",
    "s390x-linux-gnu-gcc",
    "powerpc-linux-gnu-gcc",
    "riscv64-linux-gnu-gcc",
    "i686-linux-gnu-gcc",
)


@pytest.fixture(params=TOOLS)
def program(request: pytest.FixtureRequest, build: Callable[..., Path]) -> Path:
    """A linked program where the C library is there for the machine."""
    return build(request.param, "-g")


@pytest.fixture(params=TOOLS)
def relocatable(request: pytest.FixtureRequest, build: Callable[..., Path]) -> Path:
    return build(request.param, "-g", "-c")


def read(path: Path) -> ElfFile:
    return parse(path.read_bytes(), str(path))


def symbol_rows(output: str) -> list[tuple[int, int, int, str, str, str]]:
    rows = []
    for line in output.splitlines():
        found = re.match(r" *(\d+): ([0-9a-f]+) +(0x[0-9a-f]+|\d+) (\S+) +(\S+) +\S+ +(?:\[.*?\] )?(\S+) ?(.*)", line)
        if found:
            index, value, size, kind, binding, section, name = found.groups()
            rows.append((int(index), int(value, 16), int(size, 0), kind.lower(), binding.lower(), section))
            assert name is not None
    return rows


def test_symbols(relocatable: Path, readelf: Callable[..., str]) -> None:
    elf = read(relocatable)
    special = {"UND": 0, "ABS": 0xFFF1, "COM": 0xFFF2}
    rows = [
        (*row[:5], special.get(row[5]) if row[5] in special else int(row[5]))
        for row in symbol_rows(readelf("-s", relocatable))
    ]
    assert rows == [(s.index, s.value, s.size, s.kind, s.binding, s.section) for s in elf.symbols]
    names = [s.name for s in elf.symbols]
    assert {"main", "thrice", "shared_value", "hidden_zero", "small.c"} <= set(names)
    assert [s.name for s in elf.file_symbols] == ["small.c"]
    assert not elf.is_stripped
    table = elf.section(".symtab")
    assert table is not None
    assert table.span is not None
    assert elf.symbols[0].span.start == table.span.start
    assert elf.symbols[-1].span.end == table.span.end


def test_symbol_at(program: Path) -> None:
    elf = read(program)
    for symbol in elf.symbols:
        if symbol.name not in ("thrice", "main", "shared_value", "hidden_zero"):
            continue
        section = elf.sections[symbol.section]
        start = (
            symbol.value & ~1 if symbol.kind == "func" and elf.header.machine == 40 else symbol.value
        ) - section.address
        for place in (start, start + symbol.size - 1):
            found = elf.symbol_at(section, place)
            assert found is not None
            assert found.name == symbol.name
        after = elf.symbol_at(section, start + symbol.size)
        assert after is None or after.name != symbol.name
        assert elf.section_at(symbol.value) == section


def test_innermost_symbol(made: Callable[..., ElfFile], part: type) -> None:
    def entry(name: int, value: int, size: int, info: int = 1) -> bytes:
        return struct.pack("<IBBHQQ", name, info, 0, 3, value, size)

    names = b"\0outer\0inner\0label\0section\0"
    entries = (
        bytes(24) + entry(1, 0x100, 0x100) + entry(7, 0x110, 0x10) + entry(13, 0x118, 0) + entry(19, 0x100, 0x200, 3)
    )
    elf = made(
        [
            part(".symtab", entries, type=2, link=2),
            part(".strtab", names, type=3),
            part(".data", bytes(0x200), address=0x100, flags=2),
        ]
    )
    data = elf.sections[3]
    found = [elf.symbol_at(data, at) for at in (0, 0x0F, 0x10, 0x1F, 0x20, 0xFF, 0x100)]
    assert [s.name if s else None for s in found] == ["outer", "outer", "inner", "inner", "outer", "outer", None]


def test_notes_and_build_id(program: Path, readelf: Callable[..., str]) -> None:
    elf = read(program)
    output = readelf("-n", program)
    printed = re.search(r"Build ID: ([0-9a-f]+)", output)
    assert (elf.build_id.hex() if elf.build_id else None) == (printed.group(1) if printed else None)
    rows = re.findall(r"^  (\S+) +0x([0-9a-f]+)\t", output, re.M)
    assert rows == [(n.owner, f"{len(n.description):08x}") for n in elf.notes]
    for note in elf.notes:
        assert elf.data[note.description_span.start : note.description_span.end] == note.description
        section = elf.section(note.section)
        assert section is not None
        assert section.span is not None
        assert section.span.start <= note.span.start < note.description_span.start <= note.span.end <= section.span.end


def test_dynamic(program: Path, readelf: Callable[..., str]) -> None:
    elf = read(program)
    rows = re.findall(r"^ 0x([0-9a-f]+) \((\w+)\)", readelf("-d", program), re.M)
    assert [(int(tag, 16), name) for tag, name in rows] == [(e.tag, e.tag_name) for e in elf.dynamic]
    needed = [e for e in elf.dynamic if e.tag_name == "NEEDED"]
    assert [e.text for e in needed] == re.findall(r"Shared library: \[(.*)\]", readelf("-d", program))
    for entry in needed:
        assert entry.text is not None
        assert entry.text_span is not None
        assert elf.data[entry.text_span.start : entry.text_span.end].decode() == entry.text


def test_without_section_table(program: Path) -> None:
    """What segments alone can tell is the same."""
    whole = read(program)
    data = bytearray(whole.data)
    small = whole.elf_class == 32
    struct.pack_into(
        ("<" if whole.byte_order == "little" else ">") + ("I" if small else "Q"), data, 32 if small else 40, 0
    )
    bare = parse(bytes(data), "bare")
    assert bare.sections == ()
    assert bare.dynamic == whole.dynamic
    assert bare.build_id == whole.build_id
    assert {(n.owner, n.type, n.description) for n in bare.notes} == {
        (n.owner, n.type, n.description) for n in whole.notes
    }
    assert bare.symbols == ()
    assert bare.comment == ()


def test_relocations(relocatable: Path, readelf: Callable[..., str]) -> None:
    elf = read(relocatable)
    output = readelf("-r", relocatable)
    rows = [(int(o, 16), int(i, 16)) for o, i in re.findall(r"^([0-9a-f]{8,16}) +([0-9a-f]{8,16}) R_", output, re.M)]
    shift = 8 if elf.elf_class == 32 else 32
    mine = [
        (int(entry["offset"]), int(entry["symbol"]) << shift | int(entry["type"]))
        for section in elf.sections
        if section.type in (4, 9)
        for entry in elf.relocation_table(section)
    ]
    assert mine == rows
    assert rows


def test_debug_units_of_a_relocatable(relocatable: Path) -> None:
    """Before relocation every string of the unit is the same one, so these values prove that it was done."""
    elf = read(relocatable)
    (unit,) = elf.debug_units
    assert unit.name == "small.c"
    assert unit.directory == str(relocatable.parent)
    assert unit.producer is not None
    assert unit.producer.startswith("GNU C17 ")
    assert any(name.endswith("small.c") for name in unit.files)
    assert any(name.endswith("include/stdio.h") for name in unit.files)
    assert elf.warnings == ()


@pytest.mark.parametrize("name", [".debug_info", ".debug_line", ".debug_aranges"])
def test_relocated_bytes(relocatable: Path, readelf: Callable[..., str], name: str) -> None:
    elf = read(relocatable)
    section = elf.section(name)
    if section is None:
        pytest.skip(f"{relocatable} has no {name}")
    dump = re.findall(r"^  0x[0-9a-f]{8} ((?:[0-9a-f]{2,8} ){1,4})", readelf(f"-R{name}", relocatable), re.M)
    assert bytes.fromhex("".join(dump).replace(" ", "")) == elf.contents(section)
    assert elf.contents(section) == elf.relocated(section)


def test_comment(build: Callable[..., Path]) -> None:
    elf = read(build("gcc", "-g"))
    assert any(text.startswith("GCC: (") for text in elf.comment)


def test_notes_by_alignment(made: Callable[..., ElfFile], part: type) -> None:
    def note(owner: bytes, kind: int, description: bytes, step: int) -> bytes:
        head = struct.pack("<III", len(owner), len(description), kind) + owner
        head += bytes(-len(head) % step)
        return head + description + bytes(-len(description) % step)

    four = note(b"GNU\0", 3, b"\x01\x02\x03", 4) + note(b"Linux\0", 257, b"", 4) + note(b"", 9, b"abcd", 4)
    eight = note(b"GNU\0", 5, b"12345", 8) + note(b"XY\0", 1, b"z" * 8, 8)
    elf = made(
        [
            part(".note.four", four, type=7, alignment=4),
            part(".note.eight", eight, type=7, alignment=8),
            part(".note.cut", four[:15], type=7, alignment=4),
        ]
    )
    assert [(n.owner, n.type, n.description) for n in elf.notes] == [
        ("GNU", 3, b"\x01\x02\x03"),
        ("Linux", 257, b""),
        ("", 9, b"abcd"),
        ("GNU", 5, b"12345"),
        ("XY", 1, b"z" * 8),
    ]
    assert elf.build_id == b"\x01\x02\x03"
    assert len(elf.warnings) == 1
    assert ".note.cut reaches past the end" in elf.warnings[0]


def test_addresses(made: Callable[..., ElfFile], part: type) -> None:
    elf = made(
        [
            part(".text", bytes(16), flags=6, address=0x1000),
            part(".tbss", type=8, size=64, flags=0x403, address=0x1010),
            part(".data", bytes(16), flags=3, address=0x1010),
            part(".comment", bytes(16), address=0),
        ],
        segments=[
            {"type": 1, "offset": 64, "address": 0x1000, "file_size": 32, "memory_size": 64},
            {"type": 1, "offset": 8, "address": 0x9000, "file_size": 8, "memory_size": 8},
        ],
    )

    def name(address: int) -> str | None:
        section = elf.section_at(address)
        return section.name if section else None

    assert [name(a) for a in (0, 0xFFF, 0x1000, 0x100F, 0x1010, 0x101F, 0x1020)] == [
        None,
        None,
        ".text",
        ".text",
        ".data",
        ".data",
        None,
    ]
    assert [elf.offset_of(a) for a in (0xFFF, 0x1000, 0x101F, 0x1020, 0x9007, 0x9008)] == [None, 64, 95, None, 15, None]
    assert elf.tail == Span(len(elf.data), len(elf.data))


def test_debug_file_keeps_what_it_can(build: Callable[..., Path], tmp_path: Path) -> None:
    import shutil
    import subprocess

    program = build("gcc", "-g")
    if shutil.which("objcopy") is None:
        pytest.skip("needs objcopy")
    separate = tmp_path / "program.debug"
    subprocess.run(["objcopy", "--only-keep-debug", program, separate], check=True)
    elf = read(separate)
    assert elf.build_id == read(program).build_id
    assert elf.debug_units == read(program).debug_units
    assert elf.dynamic == ()
    stripped = tmp_path / "stripped"
    subprocess.run(["strip", "-o", stripped, program], check=True)
    assert read(stripped).is_stripped
    assert read(stripped).debug_units == ()
