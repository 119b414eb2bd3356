"""Digests at their defined places, and whether anything else differs at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elfdiff.elf.file import ElfFile
from elfdiff.payload.debuglink import alternate_link, debug_link
from elfdiff.span import SpanSet

if TYPE_CHECKING:
    from numpy.typing import NDArray


def digest_spans(elf: ElfFile) -> SpanSet:
    """File ranges of build IDs (NT_GNU_BUILD_ID), Go build IDs, and what .gnu_debuglink and .gnu_debugaltlink check."""
    spans = [note.description_span for note in elf.notes if (note.owner, note.type) in (("GNU", 3), ("Go", 4))]
    link, alternate = debug_link(elf), alternate_link(elf)
    if link is not None:
        spans.append(link.crc_span)
    if alternate is not None:
        spans.append(alternate.build_id_span)
    return SpanSet.of(spans)


def only_digests_differ(a: ElfFile, b: ElfFile) -> bool:
    """True if the files are equally long and every byte outside the digests of both is equal."""
    spans = digest_spans(a)
    return bool(spans) and spans == digest_spans(b) and same_but_for(a, b, spans)


def same_but_for(a: ElfFile, b: ElfFile, spans: SpanSet) -> bool:
    """True if the files are equally long and every byte outside these file ranges is equal."""
    import numpy as np

    if len(a.data) != len(b.data):
        return False
    differing: NDArray[np.bool_] = np.frombuffer(a.data, np.uint8) != np.frombuffer(b.data, np.uint8)
    for span in spans:
        differing[span.start : span.end] = False
    return not bool(differing.any())


def lone_section(a: ElfFile, b: ElfFile) -> str | None:
    """The one section whose contents hold every byte that differs outside the digests; None if there is no such."""
    import numpy as np

    if len(a.data) != len(b.data):
        return None
    differing: NDArray[np.bool_] = np.frombuffer(a.data, np.uint8) != np.frombuffer(b.data, np.uint8)
    for span in SpanSet.of((*digest_spans(a), *digest_spans(b))):
        differing[span.start : span.end] = False
    places = np.flatnonzero(differing)
    if not places.size:
        return None
    first, last = int(places[0]), int(places[-1])
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
