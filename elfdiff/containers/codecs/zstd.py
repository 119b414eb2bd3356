"""zstd (RFC 8878): frames as zstd, dpkg-deb and libzstd write them."""

from __future__ import annotations

from elfdiff.containers.builder import Builder
from elfdiff.containers.model import Stream
from elfdiff.span import Span

MAX_TRIED = 256 << 20
"""Bytes of contents; larger ones are not compressed again."""
WINDOW = 1 << 27
"""Bytes of a frame's window, the most that zstd itself takes without being asked."""
_STEP = 1 << 20


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
    """Writers that may have made a stream of ``size`` bytes of contents."""
    return []


def compress(contents: bytes, writer: str) -> bytes:
    """The frame of a writer."""
    raise NotImplementedError(writer)
