"""Truncated and corrupted files: only ElfdiffError may leave the package, and soon."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import ElfdiffError

Exercise = Callable[[ElfFile], None]


def survive(data: bytes, exercise: Exercise) -> bool:
    """True if the file could be read. Anything but ElfdiffError fails the test, and so does a second of work."""
    begun = time.perf_counter()
    trouble = ""
    try:
        exercise(parse(data, "hostile"))
    except ElfdiffError as error:
        trouble = str(error)
    assert time.perf_counter() - begun < 1
    assert not trouble or trouble.startswith("hostile: ")
    assert "\n" not in trouble
    return not trouble


@pytest.fixture(scope="module", params=[("-g",), ("-g", "-c"), ("-g", "-gz"), ("-g", "-c", "-gdwarf-4")], ids=" ".join)
def program(request: pytest.FixtureRequest, build: Callable[..., Path]) -> bytes:
    return build("gcc", *request.param).read_bytes()


def test_truncated_anywhere(program: bytes, exercise: Exercise) -> None:
    assert survive(program, exercise)
    step = max(1, len(program) // 150)
    for length in [*range(80), *range(80, len(program), step), len(program) - 1]:
        # The section table of gcc's output stands at the end, so no shorter file is whole.
        assert not survive(program[:length], exercise)


def test_flipped_bytes_in_headers(program: bytes, exercise: Exercise) -> None:
    elf = parse(program, "whole")
    spans = [elf.header.span, *(s.header_span for s in elf.sections), *(s.header_span for s in elf.segments)]
    places = [offset for span in spans for offset in range(span.start, span.end)]
    chance = random.Random(20261123)
    for _ in range(300):
        data = bytearray(program)
        for _ in range(chance.choice((1, 1, 1, 3))):
            data[chance.choice(places)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        survive(bytes(data), exercise)


def test_flipped_bytes_in_tables(program: bytes, exercise: Exercise) -> None:
    elf = parse(program, "whole")
    spans = [
        s.span
        for s in elf.sections
        if s.size
        and s.span is not None
        and (s.name.startswith((".debug", ".note", ".rela", ".sym", ".str")) or s.name == ".dynamic")
    ]
    chance = random.Random(20261124)
    for _ in range(300):
        data = bytearray(program)
        for _ in range(8):
            span = chance.choice(spans)
            data[chance.randrange(span.start, span.end)] = chance.choice((0, 0x7F, 0xFF, chance.randrange(256)))
        survive(bytes(data), exercise)


def test_zeros_and_noise(exercise: Exercise) -> None:
    chance = random.Random(7)
    for _ in range(200):
        head = b"\x7fELF" + bytes([chance.choice((1, 2)), chance.choice((1, 2)), 1])
        survive(head + chance.randbytes(chance.randrange(300)), exercise)


def test_names_that_share_their_ends_are_bounded(make: Callable[..., bytes], part: type, exercise: Exercise) -> None:
    """n names of n bytes each out of n bytes: quadratic, if each were made."""
    import struct

    strings = b"a" * 300_000
    entries = b"".join(struct.pack("<IBBHQQ", at, 0x12, 0, 1, 0, 1) for at in range(0, 300_000, 10))
    data = make([part(".strtab", strings, type=3), part(".symtab", entries, type=2, link=1)])
    begun = time.perf_counter()
    with pytest.raises(ElfdiffError, match="share so many bytes"):
        assert parse(data, "hostile").symbols
    assert time.perf_counter() - begun < 1


def test_padding_in_debug_info_ends(made: Callable[..., ElfFile], part: type) -> None:
    elf = made([part(".debug_info", bytes(4_000_000))])
    begun = time.perf_counter()
    assert elf.debug_units == ()
    assert any("padding" in warning for warning in elf.warnings)
    assert time.perf_counter() - begun < 1
