"""Compressed files: a tar in a stream of gzip, xz, bzip2 or zstd, or one file in it."""

from __future__ import annotations

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import SUFFIXES, codec_of, open_stream
from elfdiff.containers.formats import tar
from elfdiff.containers.model import WRAPPED, Container, EntryKind
from elfdiff.span import Span


def recognises(data: bytes) -> bool:
    """True if the bytes begin as a stream does."""
    return codec_of(data) is not None


def read(builder: Builder) -> Container:
    """The container that the file is. Raises MalformedContainer, LimitExceeded."""
    data = builder.data(0)
    codec = codec_of(data) or ""
    layer = open_stream(builder, 0, Span(0, len(data)), "contents", "")
    if tar.recognises(builder.data(layer)):
        tar.add(builder, layer, "")
        return builder.finish(f"tar.{SUFFIXES[codec]}")
    builder.wraps = True
    builder.entry(WRAPPED, EntryKind.FILE, layer, Span(0, len(builder.data(layer))))
    return builder.finish(codec)
