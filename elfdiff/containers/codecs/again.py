"""Compressing again: whether a writer makes a stream of its contents, told as soon as the first byte is another."""

from __future__ import annotations

from typing import Protocol

STEP = 1 << 18


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
    at = 0
    for start in range(0, len(contents), STEP):
        part = engine.compress(contents[start : start + STEP])
        if not stream.startswith(part, at):
            return False
        at += len(part)
    part = engine.flush()
    return stream.startswith(part, at) and at + len(part) == len(stream)
