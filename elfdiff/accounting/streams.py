"""Compressed sections: inflate a's, and compress again as a's own bytes show that it was done."""

from __future__ import annotations

import zlib

LEVELS = {"zlib": (6, 9, 1, 5, 7, 8, 4, 3, 2), "zstd": (3, 1, 19, 9)}
"""Levels in the order of how often tools use them (zlib 6: gcc and binutils -gz)."""


def inflate(data: bytes, size: int, method: str) -> bytes | None:
    """The contents of a stream if they are exactly ``size`` bytes, else None. Never allocates more than that."""
    try:
        if method == "zlib":
            unpacker = zlib.decompressobj()
            out = unpacker.decompress(data, size + 1)
            return out if len(out) == size and unpacker.eof else None
        import zstandard
    except zlib.error:
        return None
    try:
        with zstandard.ZstdDecompressor().stream_reader(data) as reader:
            out = reader.read(size + 1)
    except zstandard.ZstdError:
        return None
    return out if len(out) == size else None


def deflate(data: bytes, method: str, level: int) -> bytes:
    """The stream that zlib or zstd makes of ``data`` at a level."""
    if method == "zlib":
        return zlib.compress(data, level)
    import zstandard

    return zstandard.ZstdCompressor(level=level).compress(data)


def level_of(data: bytes, stream: bytes, method: str) -> int | None:
    """The level at which ``data`` gives exactly ``stream``, or None."""
    for level in LEVELS.get(method, ()):
        if deflate(data, method, level) == stream:
            return level
    return None
