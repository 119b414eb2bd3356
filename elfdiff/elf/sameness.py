"""Whether bytes of two files are equal, found block by block: nothing is copied whole."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.span import Span

BLOCK = 1 << 16
"""Bytes compared at a time; small enough for the processor's cache."""


def same(a: bytes, a_span: Span, b: bytes, b_span: Span) -> bool:
    """True if two ranges, each inside its file, are equally long and hold the same bytes."""
    if a_span.length != b_span.length:
        return False
    shift = b_span.start - a_span.start
    return all(
        a[at : min(at + BLOCK, a_span.end)] == b[at + shift : min(at + BLOCK, a_span.end) + shift]
        for at in range(a_span.start, a_span.end, BLOCK)
    )


def same_raw(a: ElfFile, left: Section, b: ElfFile, right: Section) -> bool:
    """True if two sections have the same bytes in their files."""
    if left.span is None or right.span is None:
        return left.span is right.span or a.raw(left) == b.raw(right)
    return same(a.data, left.span, b.data, right.span)


def differing_blocks(a: bytes, b: bytes, length: int) -> Iterator[Span]:
    """The blocks, in order, in which the first ``length`` bytes of two rows differ; neither may be shorter."""
    for at in range(0, length, BLOCK):
        end = min(at + BLOCK, length)
        if a[at:end] != b[at:end]:
            yield Span(at, end)
