"""Compressing again: whether a writer makes a stream of its contents, told as soon as the first byte is another."""

from __future__ import annotations

from typing import Protocol

_FIRST, STEP = 1 << 15, 1 << 18
"""Bytes that an encoder is given at first, and at most: what is wrong is mostly wrong at once."""


class Engine(Protocol):
    """What the standard library's compressors have in common."""

    def compress(self, data: bytes, /) -> bytes:
        """Some of the stream, or nothing yet."""
        ...

    def flush(self) -> bytes:
        """The rest."""
        ...


def makes(engine: Engine, contents: bytes, stream: bytes) -> bool:
    """True if the engine makes exactly this stream."""
    at = start = 0
    step = _FIRST
    while start < len(contents):
        part = engine.compress(contents[start : start + step])
        if not stream.startswith(part, at):
            return False
        at += len(part)
        start += step
        step = min(step * 2, STEP)
    part = engine.flush()
    return stream.startswith(part, at) and at + len(part) == len(stream)
