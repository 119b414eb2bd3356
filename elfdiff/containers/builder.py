"""Builder: what a format's reader fills; its end is a Container whose layers are covered to the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import partial

from elfdiff.containers.limits import Budget
from elfdiff.containers.model import Container, Entry, EntryKind, Field, Layer, Piece, Stream
from elfdiff.errors import MalformedContainer
from elfdiff.span import Span
from elfdiff.values import dataclass


@dataclass(slots=True)
class _Layer:
    key: str
    name: str
    data: bytes
    pieces: list[Piece] = field(default_factory=list)
    contents: list[Span] = field(default_factory=list)


class Builder:
    """Collects layers, pieces and entries of one container. ``data`` is layer 0."""

    def __init__(self, path: str, data: bytes, budget: Budget, depth: int = 0) -> None:
        self.path = path
        self.budget = budget
        self.depth = depth
        self.layers = [_Layer("", "", data)]
        self.entries: list[Entry] = []
        self.warnings: list[str] = []
        self.wraps = False
        self.cut: str | None = None

    def data(self, layer: int) -> bytes:
        """The bytes of a layer."""
        return self.layers[layer].data

    def layer(self, key: str, name: str, data: bytes) -> int:
        """A new layer, its bytes inflated within the budget."""
        self.budget.spend(len(data))
        self.layers.append(_Layer(key, name, data))
        return len(self.layers) - 1

    def piece(
        self,
        layer: int,
        label: str,
        span: Span,
        entry: int | None = None,
        fields: Callable[[], tuple[Field, ...]] | None = None,
        stream: Stream | None = None,
    ) -> None:
        """Bytes that are no contents; empty ones are dropped."""
        if span.length:
            piece = (
                Piece(label, span, entry, stream=stream)
                if fields is None
                else Piece(label, span, entry, fields, stream)
            )
            self.layers[layer].pieces.append(piece)

    def entry(
        self,
        name: bytes | str,
        kind: EntryKind,
        layer: int | None = None,
        span: Span | None = None,
        size: int = 0,
        read: Callable[[], bytes] | None = None,
        target: str | None = None,
        fields: tuple[Field, ...] = (),
    ) -> int:
        """An entry; its index. Its contents stand at ``span`` of ``layer``; ``read`` gives them, checked or inflated.

        One over the limit of bytes raises when it is read, so that the others are compared.
        """
        raw = name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")
        self.budget.name(raw)
        self.budget.entries(len(self.entries) + 1)
        if span is not None and layer is not None:
            size = span.length
            self.layers[layer].contents.append(span)
            read = read or _slice(self.layers[layer].data, span)
        if size > self.budget.limits.entry_bytes:
            read = partial(self.budget.refuse, raw, size)
        self.entries.append(
            Entry(raw.decode("utf-8", "surrogateescape"), kind, size, read or bytes, layer, span, target, fields)
        )
        return len(self.entries) - 1

    def malformed(self, sentence: str) -> MalformedContainer:
        """An error that names the file."""
        return MalformedContainer(f"{self.budget.path}: {sentence}")

    def finish(self, kind: str) -> Container:
        """The container. Raises MalformedContainer if two things claim the same bytes; what nothing claims is a gap."""
        layers = tuple(Layer(layer.key, layer.name, layer.data, self._covered(layer)) for layer in self.layers)
        data = self.layers[0].data
        return Container(
            self.path,
            kind,
            len(data),
            data,
            tuple(self.entries),
            layers,
            self.wraps,
            tuple(self.warnings),
            self.cut,
            self.budget.path,
        )

    def _covered(self, layer: _Layer) -> tuple[Piece, ...]:
        taken = sorted(
            [(piece.span.start, piece.span.end) for piece in layer.pieces]
            + [(span.start, span.end) for span in layer.contents if span.length]
        )
        gaps: list[Piece] = []
        at = 0
        for start, end in [*taken, (len(layer.data), len(layer.data))]:
            if start < at or end > len(layer.data):
                raise self.malformed(f"two parts of it claim the bytes at offset {start:#x}")
            if start > at:
                gaps.append(Piece(f"gap {len(gaps) + 1}", Span(at, start)))
            at = end
        return tuple(sorted([*layer.pieces, *gaps], key=lambda piece: piece.span.start))


def _slice(data: bytes, span: Span) -> Callable[[], bytes]:
    return lambda: data[span.start : span.end]
