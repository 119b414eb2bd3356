"""Digests at their defined places, and whether anything else differs at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfdiff.elf.file import ElfFile
from elfdiff.elf.sameness import differing_blocks
from elfdiff.payload.debuglink import alternate_link, debug_link
from elfdiff.payload.modinfo import module_signature
from elfdiff.span import Span, SpanSet


def digest_spans(elf: ElfFile) -> SpanSet:
    """File ranges of build IDs (NT_GNU_BUILD_ID), Go build IDs, and what .gnu_debuglink and .gnu_debugaltlink check."""
    spans = [note.description_span for note in elf.notes if (note.owner, note.type) in (("GNU", 3), ("Go", 4))]
    link, alternate = debug_link(elf), alternate_link(elf)
    if link is not None:
        spans.append(link.crc_span)
        if names_build_id(elf, elf.data[link.name_span.start : link.name_span.end]):
            spans.append(link.name_span)
    if alternate is not None:
        spans.append(alternate.build_id_span)
    return SpanSet.of(spans)


def names_build_id(elf: ElfFile, name: bytes) -> bool:
    """True if a debug file is named by this file's build ID: dh_strip(1) leaves out the first byte, a directory."""
    digits = elf.build_id.hex().encode() if elf.build_id else b""
    return bool(digits) and name.removesuffix(b".debug") in (digits, digits[2:])


def only_digests_differ(a: ElfFile, b: ElfFile, names: Sequence[Span] = ()) -> bool:
    """True if the files are equally long and every byte outside the digests of both is equal.

    ``names`` are more places of digests, inside names of symbols.

    An appended signature covers the build ID: where that differs, the signature must.
    """
    spans = digest_spans(a)
    if not spans or spans != digest_spans(b):
        return False
    signatures = module_signature(a), module_signature(b)
    if signatures[0] is not None and signatures[1] is not None and a.build_id != b.build_id:
        spans = SpanSet.of((*spans, *(signature.span for signature in signatures if signature is not None)))
    if names:
        spans = SpanSet.of((*spans, *names))
    return same_but_for(a, b, spans)


def same_but_for(a: ElfFile, b: ElfFile, spans: SpanSet) -> bool:
    """True if the files are equally long and every byte outside these file ranges is equal."""
    return len(a.data) == len(b.data) and next(_differing(a, b, spans), None) is None


def _differing(a: ElfFile, b: ElfFile, but: SpanSet) -> Iterator[tuple[int, int]]:
    """First and last offset that differs, outside these file ranges, in each block of two equally long files."""
    import numpy as np

    for block in differing_blocks(a.data, b.data, len(a.data)):
        left, right = (np.frombuffer(elf.data, np.uint8, block.length, block.start) for elf in (a, b))
        unequal = left != right
        for span in but:
            if span.overlaps(block):
                unequal[max(span.start - block.start, 0) : span.end - block.start] = False
        if unequal.any():
            places = np.flatnonzero(unequal)
            yield block.start + int(places[0]), block.start + int(places[-1])


def lone_section(a: ElfFile, b: ElfFile) -> str | None:
    """The one section whose contents hold every byte that differs outside the digests; None if there is no such."""
    if len(a.data) != len(b.data):
        return None
    places = list(_differing(a, b, SpanSet.of((*digest_spans(a), *digest_spans(b)))))
    if not places:
        return None
    first, last = places[0][0], places[-1][1]
    for section in a.sections:
        if section.span is not None and section.span.start <= first and last < section.span.end:
            return section.name
    return None


def same_offset_differing(a: bytes, b: bytes) -> int:
    """What ``cmp -l | wc -l`` counts, plus the difference in length."""
    import numpy as np

    length = min(len(a), len(b))
    total = abs(len(a) - len(b))
    step = 1 << 24
    for start in range(0, length, step):
        end = min(start + step, length)
        left = np.frombuffer(a, np.uint8, end - start, start)
        right = np.frombuffer(b, np.uint8, end - start, start)
        total += int(np.count_nonzero(left != right))
    return total
