"""Many things that look alike: time must grow with their number, not with its square."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from elfdiff.comparison.image import Image
from elfdiff.comparison.references import all_fields
from elfdiff.comparison.references.code import CodeMap
from elfdiff.elf.file import parse

SMALL = b"\xf3\x0f\x1e\xfa\xc3" + b"\x90" * 11


def test_thousands_of_functions_of_one_name(trial: Any, make: Callable[..., bytes], part: type) -> None:
    def program(count: int) -> bytes:
        entry = b"".join(struct.pack("<IBBHQQ", 1, 0x12, 0, 1, 0x1000 + 16 * at, 16) for at in range(count))
        return make(
            [
                part(".text", SMALL * count, flags=6, address=0x1000, alignment=16),
                part(".symtab", bytes(24) + entry, type=2, link=3, entry_size=24),
                part(".strtab", b"\0same\0", type=3),
            ]
        )

    assert trial(program(12_000), program(12_003), seconds=20) is not None


def test_noise_in_read_only_data(trial: Any, make: Callable[..., bytes], part: type) -> None:
    import random

    chance = random.Random(11)
    files = [make([part(".rodata", chance.randbytes(1 << 20), flags=2, address=0x1000)]) for _ in range(2)]
    assert trial(*files, seconds=20) is not None


def test_thousands_of_texts_under_another_prefix(trial: Any, make: Callable[..., bytes], part: type) -> None:
    files = [
        make([part(".rodata", b"".join(b"/home/%s/src/f%06x.c\0" % (name, i) for i in range(8000)), flags=2)])
        for name in (b"alice", b"bob")
    ]
    assert trial(*files, seconds=20) is not None


def test_texts_past_the_limit_are_named_as_left_out(
    trial: Any, make: Callable[..., bytes], part: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elfdiff.comparison.texts.find.MAX_UNMATCHED", 50)
    files = [
        make([part(".rodata", b"".join(b"%s number %06x\0" % (name, i) for i in range(count)), flags=2)])
        for name, count in ((b"alpha", 60), (b"gamma", 50))
    ]
    notes = [note for note in trial(*files).notes if "changed texts" in note]
    assert [note.partition(": ")[0] for note in notes] == ["a"]
    assert notes[0].endswith("/a: .rodata: only the first 50 changed texts of this file were looked at")


def test_strings_of_debug_information_that_all_changed(trial: Any, make: Callable[..., bytes], part: type) -> None:
    files = [
        make([part(".debug_str", b"".join(b"%s%030d\0" % (name, i * 7919) for i in range(20_000)), entry_size=1)])
        for name in (b"p", b"q")
    ]
    assert trial(*files, seconds=20) is not None


def test_a_section_may_inflate_as_debug_information_does(trial: Any, make: Callable[..., bytes], part: type) -> None:
    """Up to a room of its own it is compared; just past it, it is refused before anything is inflated."""

    def program(first: int, size: int) -> bytes:
        content = bytes([first]) + bytes(size)
        head = struct.pack("<IIQQ", 1, 0, len(content), 1)
        return make([part(".debug_info", head + zlib.compress(content, 9), flags=0x800)])

    within, beyond = 3_900_000, 4_700_000
    tracemalloc.start()
    try:
        assert trial(program(1, within), program(2, within), seconds=60) is not None
        # Both contents, twice each, and a few bytes of notes on every byte; pages never written cost nothing.
        assert tracemalloc.get_traced_memory()[1] < 20 * within
    finally:
        tracemalloc.stop()
    files = program(1, beyond), program(2, beyond)
    tracemalloc.start()
    try:
        assert trial(*files) is None
        assert tracemalloc.get_traced_memory()[1] < beyond
    finally:
        tracemalloc.stop()


def test_relocations_against_an_empty_symbol_table(make: Callable[..., bytes], part: type) -> None:
    row = (8).to_bytes(8, "little") + (1 << 32 | 1).to_bytes(8, "little") + bytes(8)
    data = make(
        [
            part(".data", bytes(32), flags=3),
            part(".symtab", b"", type=2, entry_size=24),
            part(".rela.data", row, type=4, link=2, info=1, entry_size=24),
        ],
        file_type=1,
    )
    image = Image(parse(data, "file"))
    assert [fields.what for fields in all_fields(image, CodeMap(image)) if "addend" in fields.what] == []
