"""The IDs that tie skeleton units to their .dwo files (DWARF 5, section 3.1.2; DW_AT_GNU_dwo_id before it)."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit
from elfdiff.evidence.hashes import digest_spans, same_but_for
from elfdiff.evidence.model import Evidence, SplitUnitIdChange
from elfdiff.report import Location
from elfdiff.span import Span, SpanSet


def extract(pair: Pair) -> Iterator[Evidence]:
    """One fact, with the places of all IDs that differ; nothing where .debug_info is compressed."""
    both = [(item.a, item.b) for item in pair.units if item.a and item.b and item.a.split_id and item.b.split_id]
    places = [(a, b, _span(pair.a, a), _span(pair.b, b)) for a, b in both if a.split_id != b.split_id]
    spans = tuple((left, right) for _, _, left, right in places if left and right)
    if not spans or len(spans) != len(places):
        return
    a, b, _, _ = places[0]
    ids = (span for sides in spans for span in sides)
    allowed = SpanSet.of((*digest_spans(pair.a), *digest_spans(pair.b), *ids))
    yield SplitUnitIdChange(
        section=".debug_info",
        a=Location(spans[0][0].start, spans[0][0].length, "file", (a.split_id or b"").hex()),
        b=Location(spans[0][1].start, spans[0][1].length, "file", (b.split_id or b"").hex()),
        spans=spans,
        count=len(spans),
        total=len(both),
        alone=same_but_for(pair.a, pair.b, allowed),
    )


def _span(elf: ElfFile, unit: DebugUnit) -> Span | None:
    sections = elf.sections_named(".debug_info")
    if len(sections) != 1 or sections[0].span is None or sections[0].compression is not None or not unit.split_id:
        return None
    at = sections[0].span.start + unit.split_id_at
    return Span(at, at + len(unit.split_id))
