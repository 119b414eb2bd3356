"""zstd (RFC 8878): frames as zstd, dpkg-deb and libzstd write them."""

from __future__ import annotations

from types import ModuleType

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs.again import makes as made_by
from elfdiff.containers.model import Stream
from elfdiff.elf.zstdframes import frames
from elfdiff.span import Span

MAX_TRIED = 256 << 20
"""Bytes of contents; larger ones are not compressed again."""
_LEVELS = (3, 19, 1, 2, *range(4, 19), 20, 21, 22)
_THREADED = (3, 19, 1)
"""Levels that are tried with workers too, which differ on large contents: those of zstd, dpkg-deb and fast writers."""


def read(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """The layer that the frames hold, joined."""
    room = builder.budget.room(span.length)
    parts: list[bytes] = []
    total = 0
    try:
        for part in frames(memoryview(builder.data(layer))[span.start : span.end]):
            parts.append(part)
            total += len(part)
            if total > room:
                raise builder.budget.over(span.length)
    except ValueError as error:
        raise builder.malformed(f"the zstd stream at offset {span.start:#x} {error}") from error
    builder.piece(layer, f"{name} zstd stream".strip(), span, stream=Stream("zstd", len(builder.layers), None))
    return builder.layer(key, name, b"".join(parts))


def candidates(stream: bytes, size: int) -> list[str]:
    """``zstd LEVEL``, with ``, length unknown`` where the frame does not tell its length (a writer that was piped), and
    ``, threads`` for the encoder with workers (dpkg-deb).
    """
    if size > MAX_TRIED or len(stream) < 6:
        return []
    import zstandard

    single = stream[4] & 0x20
    told = stream[4] >> 6 or single
    known = "" if told else ", length unknown"
    levels = [
        level for level in _LEVELS if single or _window(stream) == _window_of(zstandard, level, size if told else 0)
    ]
    names = [f"zstd {level}{known}" for level in levels]
    return names + [f"zstd {level}{known}, threads" for level in _THREADED if level in levels]


def _window(stream: bytes) -> int:
    """Bits of the window that a frame asks for (RFC 8878, 3.1.1.1.2); 0 if they are no power of two."""
    return 10 + (stream[5] >> 3) if not stream[5] & 7 else 0


def _window_of(zstandard: ModuleType, level: int, size: int) -> int:
    """Bits of the window that a level takes for contents of a known size, 0 for others."""
    bits: int = zstandard.ZstdCompressionParameters.from_level(level, source_size=size).window_log
    return bits


def known() -> str:
    """The encoders that are tried."""
    import zstandard

    version = ".".join(map(str, zstandard.ZSTD_VERSION))
    return f"zstd {version} at its levels; another version of zstd writes other bytes"


def makes(contents: bytes, writer: str, stream: bytes) -> bool:
    """True if libzstd, as elfdiff has it, makes this stream."""
    import zstandard

    level, *more = writer.removeprefix("zstd ").split(", ")
    engine = zstandard.ZstdCompressor(
        level=int(level),
        write_checksum=bool(stream[4] & 4),
        write_content_size="length unknown" not in more,
        threads=1 if "threads" in more else 0,
    )
    known = "length unknown" not in more
    return made_by(engine.compressobj(size=len(contents)) if known else engine.compressobj(), contents, stream)
