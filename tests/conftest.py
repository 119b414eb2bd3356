"""ELF files written by hand, files built by real compilers, and readelf's word on them."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from elfdiff.elf.file import ElfFile, parse


@dataclass(frozen=True)
class Part:
    """A section to be written; ``offset`` and ``size`` override what its header says."""

    name: str
    content: bytes = b""
    type: int = 1
    flags: int = 0
    address: int = 0
    link: int = 0
    info: int = 0
    alignment: int = 1
    entry_size: int = 0
    offset: int | None = None
    size: int | None = None


def write_elf(
    parts: Sequence[Part] = (),
    *,
    elf_class: int = 64,
    order: str = "little",
    file_type: int = 3,
    machine: int = 62,
    segments: Sequence[dict[str, int]] = (),
    tail: bytes = b"",
    extended: bool = False,
    table: bool = True,
) -> bytes:
    """The bytes of an ELF file: header, segments, contents in order, section table, tail.

    Section 0 and .shstrtab are added. ``extended`` writes the counts into section 0, as more than 0xff00 sections need.
    """
    mark = "<" if order == "little" else ">"
    head = struct.Struct(mark + ("HHIIIIIHHHHHH" if elf_class == 32 else "HHIQQQIHHHHHH"))
    row = struct.Struct(mark + ("IIIIIIIIII" if elf_class == 32 else "IIQQQQIIQQ"))
    program = struct.Struct(mark + ("IIIIIIII" if elf_class == 32 else "IIQQQQQQ"))
    strings = bytearray(b"\0")
    names: list[int] = []
    for part in (*parts, Part(".shstrtab")):
        names.append(len(strings))
        strings += part.name.encode() + b"\0"
    every = (*parts, Part(".shstrtab", bytes(strings), type=3))
    body = bytearray()
    start = 16 + head.size + program.size * len(segments)
    rows: list[tuple[int, ...]] = []
    for part, name in zip(every, names, strict=True):
        offset = start + len(body) if part.offset is None else part.offset
        size = len(part.content) if part.size is None else part.size
        body += part.content
        rows.append(
            (
                name,
                part.type,
                part.flags,
                part.address,
                offset,
                size,
                part.link,
                part.info,
                part.alignment,
                part.entry_size,
            )
        )
    count = len(rows) + 1
    zero = (0, 0, 0, 0, 0, count, count - 1, len(segments), 0, 0) if extended else (0,) * 10
    shoff = start + len(body)
    identification = b"\x7fELF" + bytes([1 if elf_class == 32 else 2, 1 if order == "little" else 2, 1]) + bytes(9)
    header = head.pack(
        file_type,
        machine,
        1,
        0,
        16 + head.size if segments else 0,
        shoff if table else 0,
        0,
        16 + head.size,
        program.size,
        0xFFFF if extended and segments else len(segments),
        row.size,
        0 if extended or not table else count,
        0xFFFF if extended else (count - 1 if table else 0),
    )
    packed = b""
    for segment in segments:
        keys32 = ("type", "offset", "address", "address", "file_size", "memory_size", "flags", "alignment")
        keys64 = ("type", "flags", "offset", "address", "address", "file_size", "memory_size", "alignment")
        packed += program.pack(*(segment.get(key, 0) for key in (keys32 if elf_class == 32 else keys64)))
    rest = b"".join(row.pack(*values) for values in (zero, *rows)) if table else b""
    return identification + header + packed + bytes(body) + rest + tail


@pytest.fixture(scope="session")
def part() -> type[Part]:
    return Part


@pytest.fixture(scope="session")
def make() -> Callable[..., bytes]:
    return write_elf


@pytest.fixture(scope="session")
def made() -> Callable[..., ElfFile]:
    def build(*args: Any, **kwargs: Any) -> ElfFile:
        return parse(write_elf(*args, **kwargs), "made")

    return build


SOURCE = r"""
#include <stdio.h>
static int thrice(int x) { return x * 3; }
int shared_value = 7;
static int hidden_zero[100];
int main(int count, char **words)
{ printf("%d %s\n", thrice(count) + hidden_zero[count], words[0]); return shared_value; }
"""


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles the small C program above: build("gcc", "-g", …) gives the path of the output. Or skips."""
    home = tmp_path_factory.mktemp("built")
    (home / "small.c").write_text(SOURCE)
    done: dict[tuple[str, ...], Path] = {}

    def run(tool: str, *flags: str) -> Path:
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
        key = (tool, *flags)
        if key not in done:
            output = home / f"out{len(done)}"
            result = subprocess.run(
                [tool, *flags, "small.c", "-o", output.name], cwd=home, capture_output=True, text=True, check=False
            )
            if result.returncode:
                pytest.skip(f"{tool} {' '.join(flags)} does not work here: {result.stderr.strip()[:200]}")
            done[key] = output
        return done[key]

    return run


@pytest.fixture(scope="session")
def readelf() -> Callable[..., str]:
    """readelf's output. Skips without binutils."""

    def run(*words: str | Path) -> str:
        if shutil.which("readelf") is None:
            pytest.skip("needs readelf")
        result = subprocess.run(
            ["readelf", "-W", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        )
        return result.stdout

    return run


def _exercise(elf: ElfFile) -> None:
    for section in elf.sections:
        elf.contents(section)
        elf.symbol_at(section, 4)
        elf.section_at(section.address)
        elf.offset_of(section.address)
        if section.type in (4, 9):
            elf.relocation_table(section)
    assert elf.symbols is not None
    assert elf.dynamic_symbols is not None
    assert elf.file_symbols is not None
    assert elf.notes is not None
    assert elf.dynamic is not None
    assert elf.comment is not None
    assert elf.debug_units is not None
    assert elf.warnings is not None
    assert elf.build_id is None or elf.build_id
    assert elf.tail.end == len(elf.data)


@pytest.fixture(scope="session")
def exercise() -> Callable[[ElfFile], None]:
    """Asks a file for everything it can tell."""
    return _exercise
