"""Many things that look alike: time must grow with their number, not with its square."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

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
