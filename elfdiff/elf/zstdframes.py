"""What zstd frames hold (RFC 8878), those that are cut off told from those that end."""

from __future__ import annotations

from collections.abc import Iterator

WINDOW = 1 << 27
"""Bytes of a frame's window, the most that zstd itself takes without being asked."""
_STEP = 4 << 10
"""Bytes that are given to zstd at a time: a block may hold 30,000 times its own."""


def frames(data: bytes | memoryview) -> Iterator[bytes]:
    """What the frames hold, piece by piece, skippable ones passed over. ValueError for damage, its text what it is.

    zstandard's own reader takes a frame that is cut off for its end.
    """
    import zstandard

    engine = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    rest = memoryview(data)
    try:
        while rest:
            frame, at = engine.decompressobj(), 0
            while not frame.eof:
                if at >= len(rest):
                    raise ValueError("has no end")
                yield frame.decompress(rest[at : at + _STEP])
                at += _STEP
            rest = rest[min(at, len(rest)) - len(frame.unused_data) :]
    except zstandard.ZstdError as error:
        raise ValueError("is damaged") from error
