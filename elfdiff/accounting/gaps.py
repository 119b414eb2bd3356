"""Fill: zeros between pieces, and what stands before something aligned."""

from __future__ import annotations

from elfdiff.accounting.books import Books
from elfdiff.accounting.side import Class, Side
from elfdiff.comparison.code.machines import machine
from elfdiff.comparison.image import Image
from elfdiff.span import Span, SpanSet

SHT_PROGBITS = 1
MAX_ALIGNMENT = 64
"""Bytes that things inside a section are aligned to at most."""


def fill_gaps(books: Books) -> None:
    """Fill between pieces, where a's fill is zeros: more or fewer zeros follow from where things stand."""
    label = books.label((), "padding")
    for x, y in books.alignment.pieces:
        name = x.name if x is not None else y.name if y is not None else ""
        if not name.startswith("gap before"):
            continue
        if x is not None and books.a.data[x.start : x.end].any():
            continue
        for piece, side in ((x, books.a), (y, books.b)):
            if piece is not None and not side.data[piece.start : piece.end].any():
                for begin, stop in side.lone_within(piece.start, piece.end):
                    side.kind[begin:stop] = Class.CONSEQUENCE
                    side.owner[begin:stop] = label
    changes = books.alignment.changes
    changed = SpanSet.of(Span(change.a_at, change.a_at + change.a_length) for change in changes)
    _aligned(books.a, books.alignment.a, changed, label)
    changed = SpanSet.of(Span(change.b_at, change.b_at + change.b_length) for change in changes)
    _aligned(books.b, books.alignment.b, changed, label)


def _aligned(side: Side, image: Image, changed: SpanSet, label: int) -> None:
    """Zeros (in code: NOP) without partner before something aligned: fewer than its alignment.

    ``changed``: where rewritten words stand; they are no padding.
    """
    for section in image.elf.sections:
        if section.span is None or section.type != SHT_PROGBITS or not section.is_allocated:
            continue
        if section.alignment <= 1:
            continue  # nothing in it is aligned (gABI, sh_addralign)
        lone = SpanSet(tuple(Span(*found) for found in side.lone_within(section.span.start, section.span.end)))
        if not lone:
            continue
        reader = machine(image.elf.header) if section.is_executable else None
        if section.is_executable and reader is None:
            continue
        end = section.span.end
        for begin, stop in ((span.start, span.end) for span in lone.minus(changed)):
            zeros = stop - begin
            if zeros >= MAX_ALIGNMENT:
                continue
            if reader is not None:
                if not reader.is_padding(side.data[begin:stop].tobytes(), begin):
                    continue
            elif side.data[begin:stop].any():
                continue
            unit = 1 << zeros.bit_length()
            rest = side.data[stop : min(end, stop + MAX_ALIGNMENT)] != 0
            # Growth may have given the last of the padding to what follows.
            more = (int(rest.argmax()) if rest.any() else len(rest)) if reader is None else 0
            if stop == end or (stop + more) // unit * unit >= stop:
                side.own(begin, stop, Class.CONSEQUENCE, label)
