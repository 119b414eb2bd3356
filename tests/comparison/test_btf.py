"""BTF that contradicts itself."""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest

from elfdiff.comparison.image import Image
from elfdiff.comparison.references.btf import fields

NAMES = b"\0int\0point\0x\0"
TYPES = struct.pack("<IIII", 1, 1 << 24, 4, 32) + struct.pack("<IIIIII", 5, 4 << 24 | 1, 4, 11, 1, 0)
BTF = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(TYPES), len(TYPES), len(NAMES)) + TYPES + NAMES


def test_names_of_types_and_members(made: Any, part: Any) -> None:
    found = list(fields(Image(made([part(".BTF", BTF)], file_type=1))))
    names = next(item for item in found if item.what == "name in .BTF")
    assert [int(value) - 24 - len(TYPES) for value in names.target] == [1, 5, 11]


@pytest.mark.parametrize("seed", range(200))
def test_whatever_stands_there_nothing_is_raised(seed: int, made: Any, part: Any) -> None:
    draw = random.Random(seed)
    data = bytearray(BTF)
    for _ in range(draw.randrange(1, 6)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    cut = bytes(data[: draw.randrange(len(data) + 1)])
    list(fields(Image(made([part(".BTF", cut), part(".BTF.ext", bytes(data))], file_type=1))))
