"""DWARF units of several compilers and versions, against pyelftools' slower reader."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.elf.bytestream import ByteStream, OutOfBytes
from elfdiff.elf.file import ElfFile, parse


def units_of_pyelftools(path: Path) -> list[tuple[int, int, str | None, str | None, list[str]]]:
    from elftools.elf.elffile import ELFFile

    info = ELFFile(io.BytesIO(path.read_bytes())).get_dwarf_info()
    found = []
    for unit in info.iter_CUs():
        top = unit.get_top_DIE()
        texts = [
            top.attributes[name].value.decode() if name in top.attributes else None
            for name in ("DW_AT_name", "DW_AT_comp_dir")
        ]
        program = info.line_program_for_CU(unit)
        names = [os.path.basename(entry.name.decode()) for entry in program["file_entry"]] if program else []
        found.append((unit.cu_offset, unit["version"], *texts, names))
    return found


FLAGS = [
    ("gcc", "-g"),
    ("gcc", "-gdwarf-2", "-gstrict-dwarf"),
    ("gcc", "-gdwarf-3"),
    ("gcc", "-gdwarf-4"),
    ("gcc", "-g", "-gz"),
    ("gcc", "-g", "-fdebug-types-section"),
    ("clang-14", "-g"),
    ("clang-14", "-gdwarf-4"),
    ("clang-14", "-gdwarf-2"),
]


@pytest.mark.parametrize("words", FLAGS, ids=" ".join)
def test_units(build: Callable[..., Path], words: tuple[str, ...]) -> None:
    path = build(*words)
    elf = parse(path.read_bytes(), str(path))
    mine = [(u.offset, u.version, u.name, u.directory, [os.path.basename(f) for f in u.files]) for u in elf.debug_units]
    assert mine == units_of_pyelftools(path)
    assert elf.warnings == ()
    (unit,) = elf.debug_units
    assert unit.name == "small.c"
    assert unit.language is not None
    assert len(unit.md5s) in (0, len(unit.files))
    assert all(len(digest) == 32 for digest in unit.md5s)


def test_64_bit_units(build: Callable[..., Path]) -> None:
    """pyelftools 0.33 takes the line program for a 64-bit one because the unit is; the assembler writes 32 bits."""
    path = build("gcc", "-g", "-gdwarf64")
    (unit,) = parse(path.read_bytes(), str(path)).debug_units
    (plain,) = parse(build("gcc", "-g").read_bytes(), "plain").debug_units
    assert (unit.name, unit.directory, unit.files) == (plain.name, plain.directory, plain.files)


def test_clang_writes_digests(build: Callable[..., Path]) -> None:
    import hashlib

    path = build("clang-14", "-g")
    (unit,) = parse(path.read_bytes(), str(path)).debug_units
    source = hashlib.md5((path.parent / "small.c").read_bytes(), usedforsecurity=False).hexdigest()
    assert unit.md5s[0] == source
    assert unit.files[0] == str(path.parent / "small.c")


def test_split_units(build: Callable[..., Path]) -> None:
    path = build("gcc", "-g", "-gsplit-dwarf", "-c")
    (skeleton,) = parse(path.read_bytes(), str(path)).debug_units
    assert skeleton.directory == str(path.parent)
    assert any(name.endswith("small.c") for name in skeleton.files)
    (split,) = parse(path.with_suffix(".dwo").read_bytes(), "dwo").debug_units
    assert split.name == "small.c"
    assert split.producer is not None
    assert "-gsplit-dwarf" in split.producer


def test_broken_units_leave_a_warning(build: Callable[..., Path]) -> None:
    path = build("gcc", "-g")
    elf = parse(path.read_bytes(), str(path))
    info = elf.section(".debug_info")
    assert info is not None
    assert info.span is not None
    data = bytearray(elf.data)
    data[info.span.start + 4] = 9
    broken = parse(bytes(data), "broken")
    assert broken.debug_units == ()
    assert broken.warnings == (".debug_info: the unit at 0x0 has DWARF version 9, which is unknown",)


def test_no_abbreviations(made: Callable[..., ElfFile], part: type) -> None:
    unit = b"\x08\0\0\0" + b"\x04\0" + b"\0\0\0\0" + b"\x08" + b"\x01"
    elf = made([part(".debug_info", unit)])
    (only,) = elf.debug_units
    assert (only.version, only.name, only.files) == (4, None, ())
    assert len(elf.warnings) == 1


def test_numbers() -> None:
    # The examples of DWARF 5, tables 7.7 and 7.8.
    for encoded, value in ((b"\x02", 2), (b"\x7f", 127), (b"\x80\x01", 128), (b"\x81\x01", 129), (b"\xb9\x64", 12857)):
        assert ByteStream(encoded, "little").uleb() == value
    for encoded, value in ((b"\x02", 2), (b"\x7e", -2), (b"\xff\0", 127), (b"\x81\x7f", -127), (b"\x80\x7f", -128)):
        assert ByteStream(encoded, "big").sleb() == value
    for data, read in ((b"\x80", ByteStream.uleb), (b"\xff" * 40, ByteStream.uleb), (b"\x01", ByteStream.u2)):
        with pytest.raises(OutOfBytes):
            read(ByteStream(data, "little"))
