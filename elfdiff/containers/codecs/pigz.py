"""pigz's deflate (pigz 2.3 to 2.8, pigz.c): blocks that threads compress with zlib, joined at bytes' bounds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

BLOCK = 1 << 17
"""Bytes of a block (-b 128)."""
_WINDOW = 1 << 15
_EMPTY = 2, 10
"""An empty block of the fixed code, as a number and its bits: Z_PARTIAL_FLUSH writes it, and so does pigz itself."""


def makes(contents: bytes, level: int, independent: bool, stream: bytes) -> bool:
    """True if pigz with several threads makes this stream of more than one block; ``independent`` is its -i."""
    at = 0
    for part in _parts(contents, level, independent):
        if not stream.startswith(part, at):
            return False
        at += len(part)
    return at == len(stream)


def _parts(contents: bytes, level: int, independent: bool) -> Iterator[bytes]:
    for start in range(0, len(contents), BLOCK):
        before = contents[max(0, start - _WINDOW) : start] if not independent else b""
        engine = (
            zlib.compressobj(level, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, before)
            if before
            else zlib.compressobj(level, zlib.DEFLATED, -15, 8)
        )
        part = engine.compress(contents[start : start + BLOCK])
        if start + BLOCK >= len(contents):
            yield part + engine.flush()
            return
        part += engine.flush(zlib.Z_BLOCK)
        yield part + _joint(engine, independent)


def _joint(engine: zlib._Compress, independent: bool) -> bytes:
    """What pigz writes behind the last bits of a block, to end it with a byte.

    Nothing where they fill one; empty blocks of the fixed code until they do; an empty stored block where no number
    of these would, and where blocks are to be independent, followed by another.
    """
    stored = engine.copy().flush(zlib.Z_SYNC_FLUSH)
    bits = _pending(stored, engine.copy().flush(zlib.Z_PARTIAL_FLUSH))
    if bits % 2 or independent:
        return stored + (b"\0\0\0\xff\xff" if independent else b"")
    value, count = stored[0] & ((1 << bits) - 1) if bits else 0, bits
    while count % 8:
        value |= _EMPTY[0] << count
        count += _EMPTY[1]
    return value.to_bytes(count // 8, "little")


def _pending(stored: bytes, fixed: bytes) -> int:
    """How many bits wait in the encoder: behind them an empty stored block has 000 and an empty fixed one 010."""
    unequal = int.from_bytes(stored[:2], "little") ^ int.from_bytes(fixed[:2], "little")
    return (unequal & -unequal).bit_length() - 2
