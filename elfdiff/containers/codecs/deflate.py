"""Raw deflate (RFC 1951), as gzip and zip hold it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from elfdiff.accounting import goflate
from elfdiff.containers.codecs import gnu, pigz
from elfdiff.containers.codecs.again import makes as made_by
from elfdiff.containers.limits import Budget
from elfdiff.errors import MalformedContainer

_STEP = 1 << 20
_LEVELS = (6, 9, 1, 5, 4, 3, 2, 7, 8)
_GNU_LEVELS = (6, 9, 1, 5, 4, 3, 2, 7, 8)
MAX_TRIED = 256 << 20
"""Bytes of contents; larger ones are not compressed again."""

MAX_GO = 4 << 20
"""Bytes of contents that are compressed as Go does it: a second takes one million."""


def inflate(data: bytes, start: int, end: int, budget: Budget) -> tuple[bytes, int]:
    """The contents of the stream that begins at ``start``, and where it ends.

    Raises MalformedContainer if it is damaged or does not end before ``end``, LimitExceeded.
    """
    engine = zlib.decompressobj(-15)
    room = budget.room(end - start)
    parts: list[bytes] = []
    total, at = 0, start
    view = memoryview(data)
    pending = b""
    try:
        while not engine.eof:
            if not pending:
                if at >= end:
                    raise MalformedContainer(f"{budget.path}: a deflate stream at offset {start:#x} has no end")
                pending = bytes(view[at : min(at + _STEP, end)])
                at += len(pending)
            part = engine.decompress(pending, room - total + 1)
            pending = engine.unconsumed_tail
            parts.append(part)
            total += len(part)
            if total > room:
                raise budget.over(end - start)
    except zlib.error as error:
        raise MalformedContainer(f"{budget.path}: the deflate stream at offset {start:#x} is damaged") from error
    return b"".join(parts), at - len(engine.unused_data)


def candidates(stream: bytes, size: int) -> Sequence[str]:
    """Writers that may have made a stream of ``size`` bytes of contents."""
    if size > MAX_TRIED:
        return ()
    go = goflate.VERSIONS if size <= MAX_GO else ()
    names = [f"zlib {level} {memory}" for memory in (8, 9) for level in _LEVELS]
    if size > pigz.BLOCK:
        names += [f"pigz {level}{alone}" for level in _LEVELS for alone in ("", " -i")]
    return names + ([f"gzip {level}" for level in _GNU_LEVELS] if size <= gnu.MAX_TRIED else []) + [*go]


def known() -> str:
    """The encoders that are tried."""
    return "zlib at its levels, pigz, and up to 4 MB GNU gzip, Info-ZIP and Go at its fastest"


def makes(contents: bytes, writer: str, stream: bytes) -> bool:
    """True if the writer makes this stream: ``zlib LEVEL MEMORY``, ``pigz LEVEL [-i]``, ``gzip LEVEL`` for GNU's,
    or Go at BestSpeed.
    """
    if writer in goflate.VERSIONS:
        return goflate.begins(contents, writer, stream) and goflate.deflate(contents, writer) == stream
    if writer.startswith("gzip "):
        return gnu.makes(contents, int(writer.removeprefix("gzip ")), stream)
    if writer.startswith("pigz "):
        level, *alone = writer.removeprefix("pigz ").split()
        return pigz.makes(contents, int(level), bool(alone), stream)
    _, level, memory = writer.split()
    return made_by(zlib.compressobj(int(level), zlib.DEFLATED, -15, int(memory)), contents, stream)
