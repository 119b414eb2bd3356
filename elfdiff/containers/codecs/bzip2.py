"""bzip2: streams as bzip2 and libbz2 write them."""

from __future__ import annotations

import bz2

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs.again import makes as made_by
from elfdiff.containers.model import Stream
from elfdiff.span import Span

MAX_TRIED = 64 << 20
"""Bytes of contents; larger ones are not compressed again."""
_STEP = 1 << 20


def read(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """The layer that the streams hold, joined; bytes behind the last are left to a gap."""
    data = builder.data(layer)
    room = builder.budget.room(span.length)
    view = memoryview(data)
    parts: list[bytes] = []
    total, at = 0, span.start
    while data.startswith(b"BZh", at) and at < span.end:
        engine = bz2.BZ2Decompressor()
        try:
            while not engine.eof:
                pending = b""
                if engine.needs_input:
                    if at >= span.end:
                        raise builder.malformed(f"the bzip2 stream at offset {span.start:#x} ends too early")
                    pending = bytes(view[at : min(at + _STEP, span.end)])
                    at += len(pending)
                part = engine.decompress(pending, room - total + 1)
                parts.append(part)
                total += len(part)
                if total > room:
                    raise builder.budget.over(span.length)
        except OSError as error:
            raise builder.malformed(f"the bzip2 stream at offset {span.start:#x} is damaged") from error
        at -= len(engine.unused_data)
    stream = Stream("bzip2", len(builder.layers), None)
    builder.piece(layer, f"{name} bzip2 stream".strip(), Span(span.start, at), stream=stream)
    return builder.layer(key, name, b"".join(parts))


def candidates(stream: bytes, size: int) -> list[str]:
    """The one level that the stream's first bytes name."""
    level = stream[3:4].decode("latin-1")
    return [f"bzip2 {level}"] if size <= MAX_TRIED and level in "123456789" else []


def known() -> str:
    """The encoders that are tried."""
    return "bzip2 at the level that the stream names"


def makes(contents: bytes, writer: str, stream: bytes) -> bool:
    """True if libbz2 makes this stream at a level."""
    return made_by(bz2.BZ2Compressor(int(writer.removeprefix("bzip2 "))), contents, stream)
