"""Compressed streams: inflating them within limits, and the writers that may have made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from elfdiff.containers.builder import Builder
from elfdiff.span import Span

STREAMS = {b"\x1f\x8b": "gzip", b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd"}
"""How a stream begins → the module that reads it."""
SUFFIXES = {"gzip": "gz", "xz": "xz", "bzip2": "bz2", "zstd": "zst"}


def codec_of(data: bytes, start: int = 0) -> str | None:
    """The codec of a stream that begins here, None if none does."""
    return next((name for magic, name in STREAMS.items() if data.startswith(magic, start)), None)


def open_stream(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """The layer that a stream at ``span`` holds, its pieces noted; what is no stream is taken as it stands.

    Raises MalformedContainer for a damaged one, LimitExceeded for one that holds too much.
    """
    codec = codec_of(builder.data(layer), span.start) or "stored"
    read: Callable[[Builder, int, Span, str, str], int] = import_module(f"{__name__}.{codec}").read
    return read(builder, layer, span, key, name)


def shown_by(codec: str, contents: bytes, stream: bytes) -> Iterator[str]:
    """Writers that make exactly this stream of these contents, those that are tried soonest first."""
    module = import_module(f"{__name__}.{codec}")
    return (name for name in module.candidates(stream, len(contents)) if module.makes(contents, name, stream))


def is_tried(codec: str, contents: bytes, stream: bytes) -> bool:
    """False where no writer could have made the stream, or where the contents are too long to be compressed again."""
    return bool(import_module(f"{__name__}.{codec}").candidates(stream, len(contents)))


def known(codec: str) -> str:
    """The writers of a codec that elfdiff can be, in words."""
    words: str = import_module(f"{__name__}.{codec}").known()
    return words


def makes(codec: str, contents: bytes, writer: str, stream: bytes) -> bool:
    """True if a writer that ``shown_by`` named makes this stream of other contents."""
    made: bool = import_module(f"{__name__}.{codec}").makes(contents, writer, stream)
    return made
