"""zlib streams (RFC 1950): two bytes, a deflate stream, Adler-32."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from elfdiff.containers.codecs.again import makes as made_by
from elfdiff.containers.limits import Budget
from elfdiff.errors import MalformedContainer

MAX_TRIED = 64 << 20
"""Bytes of contents; larger ones are not compressed again."""
_LEVELS = {0: (1, 0), 1: (5, 4, 3, 2), 2: (6,), 3: (9, 8, 7)}
"""FLEVEL, the two highest bits of the second byte → the levels for which zlib writes it."""


def inflate(data: bytes, start: int, end: int, budget: Budget) -> bytes:
    """The contents of the stream that reaches from ``start`` to ``end``.

    Raises MalformedContainer if it is damaged, or if it is shorter or longer; LimitExceeded.
    """
    engine = zlib.decompressobj()
    room = budget.room(end - start)
    try:
        contents = engine.decompress(memoryview(data)[start:end], room + 1)
    except zlib.error as error:
        raise MalformedContainer(f"{budget.path}: the zlib stream at offset {start:#x} is damaged") from error
    if len(contents) > room:
        raise budget.over(end - start)
    if not engine.eof or engine.unused_data:
        raise MalformedContainer(f"{budget.path}: the zlib stream at offset {start:#x} does not end where it should")
    return contents


def candidates(stream: bytes, size: int) -> Iterator[str]:
    """Levels that may have made a stream of ``size`` bytes of contents."""
    if len(stream) > 2 and size <= MAX_TRIED:
        yield from (f"zlib {level}" for level in _LEVELS[stream[1] >> 6])


def makes(contents: bytes, writer: str, stream: bytes) -> bool:
    """True if ``zlib LEVEL`` makes this stream."""
    return made_by(zlib.compressobj(int(writer.removeprefix("zlib "))), contents, stream)
