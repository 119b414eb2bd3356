"""xz (the .xz file format, 1.1.0): streams of blocks, as xz, dpkg-deb and liblzma write them."""

from __future__ import annotations

import lzma

from elfdiff.containers.builder import Builder
from elfdiff.containers.model import Stream
from elfdiff.span import Span

MEMORY = 1 << 30
"""Bytes that a stream may ask of its reader; xz -9 asks for 65 MiB."""
_STEP = 1 << 20


def read(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """The layer that the streams hold, joined; padding of zeros between and behind them belongs to them."""
    data = builder.data(layer)
    room = builder.budget.room(span.length)
    view = memoryview(data)
    parts: list[bytes] = []
    total, at = 0, span.start
    while at < span.end and data.startswith(b"\xfd7zXZ\x00", at):
        engine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)
        pending = b""
        try:
            while not engine.eof:
                if engine.needs_input:
                    if at >= span.end:
                        raise builder.malformed(f"the xz stream at offset {span.start:#x} ends too early")
                    pending = bytes(view[at : min(at + _STEP, span.end)])
                    at += len(pending)
                part = engine.decompress(pending, room - total + 1)
                pending = b""
                parts.append(part)
                total += len(part)
                if total > room:
                    raise builder.budget.over(span.length)
        except lzma.LZMAError as error:
            raise builder.malformed(f"the xz stream at offset {span.start:#x} is damaged") from error
        at -= len(engine.unused_data)
        while at < span.end and data[at] == 0:
            at += 1
    builder.piece(
        layer, f"{name} xz stream".strip(), Span(span.start, at), stream=Stream("xz", len(builder.layers), None)
    )
    return builder.layer(key, name, b"".join(parts))


def candidates(stream: bytes, size: int) -> list[str]:
    """Writers that may have made a stream of ``size`` bytes of contents."""
    return []


def compress(contents: bytes, writer: str) -> bytes:
    """The streams of a writer."""
    raise NotImplementedError(writer)
