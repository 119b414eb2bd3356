"""zstd (RFC 8878): frames as zstd, dpkg-deb and libzstd write them."""

from __future__ import annotations

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs.again import makes as made_by
from elfdiff.containers.model import Stream
from elfdiff.span import Span

MAX_TRIED = 256 << 20
"""Bytes of contents; larger ones are not compressed again."""
WINDOW = 1 << 27
"""Bytes of a frame's window, the most that zstd itself takes without being asked."""
_STEP = 1 << 20
_LEVELS = (3, 19, 1, 2, *range(4, 19), 20, 21, 22)


def read(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """The layer that the frames hold, joined."""
    import zstandard

    data = builder.data(layer)
    room = builder.budget.room(span.length)
    parts: list[bytes] = []
    total = 0
    engine = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    view = memoryview(data)[span.start : span.end]
    try:
        with engine.stream_reader(view, read_across_frames=True) as reader:
            while part := reader.read(min(_STEP, room - total + 1)):
                parts.append(part)
                total += len(part)
                if total > room:
                    raise builder.budget.over(span.length)
    except zstandard.ZstdError as error:
        raise builder.malformed(f"the zstd stream at offset {span.start:#x} is damaged") from error
    builder.piece(layer, f"{name} zstd stream".strip(), span, stream=Stream("zstd", len(builder.layers), None))
    return builder.layer(key, name, b"".join(parts))


def candidates(stream: bytes, size: int) -> list[str]:
    """``zstd LEVEL``, with ``, length unknown`` where the frame does not tell its length (a writer that was piped), and
    ``, threads`` for the encoder with workers (dpkg-deb).
    """
    if size > MAX_TRIED or len(stream) < 6:
        return []
    told = stream[4] >> 6 or stream[4] & 0x20
    known = "" if told else ", length unknown"
    return [f"zstd {level}{known}{threads}" for level in _LEVELS for threads in ("", ", threads")]


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
