"""Mergeable sections of texts that only b has: header, name and symbol follow from the texts that crossed over to them.

Compilers name such a section by what its texts are aligned to (`.rodata.str1.1`, `.rodata.str1.8`), and give it the
flags of the section that these texts would else stand in.
"""

from __future__ import annotations

import re
from typing import Literal

from elfdiff.values import dataclass

LONGEST = 1 << 12
"""Bytes of a section's name."""
_ALIGNMENT = re.compile(rb"[0-9]+\Z")
_LOCAL_SECTION = 3


@dataclass(frozen=True, slots=True)
class MadePool:
    """A section of b of ``size`` bytes at ``start``, with the index ``index``, made like one of a.

    ``like`` and ``like_name`` are where the header and the name of that one stand in a, ``header``, ``name`` and
    ``symbol`` where those of the new one stand in b (-1: not made), ``naming`` where b's section names begin.
    """

    like: int
    like_name: int
    header: int
    naming: int
    name: int
    symbol: int
    index: int
    start: int
    size: int
    alignment: int
    word: int
    little: bool


def pool_name(a: bytes, part: MadePool) -> bytes:
    """The name of the new section, with its NUL: that of the one it is like, with another alignment."""
    end = a.find(b"\0", part.like_name, part.like_name + LONGEST)
    name = a[part.like_name : end] if part.like_name >= 0 and end >= 0 else b""
    return _ALIGNMENT.sub(b"%d" % part.alignment, name) + b"\0"


def made_pool(a: bytes, part: MadePool) -> list[tuple[int, bytes]]:
    """What is made, and where it stands in b; none where a holds no whole header."""
    order: Literal["little", "big"] = "little" if part.little else "big"
    word, wide = part.word, part.word == 8
    size = 64 if wide else 40
    header = bytearray(a[part.like : part.like + size]) if part.like >= 0 else bytearray()
    if len(header) != size or not 0 <= part.index < 0xFF00:
        return []
    found = []
    if part.header >= 0:
        name, offset, length, alignment = (0, 24, 32, 48) if wide else (0, 16, 20, 32)
        header[name : name + 4] = (part.name - part.naming).to_bytes(4, order)
        for at, value in ((offset, part.start), (length, part.size), (alignment, part.alignment)):
            header[at : at + word] = value.to_bytes(word, order)
        found += [(part.header, bytes(header)), (part.name, pool_name(a, part))]
    if part.symbol >= 0:
        index = part.index.to_bytes(2, order)
        entry = b"\0" * 4 + bytes((_LOCAL_SECTION, 0)) + index + bytes(16)
        found.append((part.symbol, entry if wide else bytes(12) + bytes((_LOCAL_SECTION, 0)) + index))
    return found
