"""No compression: bytes that stand in another layer as they are."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.containers.builder import Builder
from elfdiff.containers.model import Stream
from elfdiff.span import Span


def read(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """A layer of the same bytes."""
    builder.piece(layer, f"{name} stored".strip(), span, stream=Stream("stored", len(builder.layers), None))
    return builder.layer(key, name, builder.data(layer)[span.start : span.end])


def candidates(stream: bytes, size: int) -> Sequence[str]:
    """Nothing was done."""
    return ("stored",)


def known() -> str:
    """The encoders that are tried."""
    return "none"


def makes(contents: bytes, writer: str, stream: bytes) -> bool:
    """True if the bytes are the contents."""
    return contents == stream
