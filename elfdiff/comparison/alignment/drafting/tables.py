"""Tables of a draft: symbols, relocations, frames, versions, the dynamic section."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.content import align_content
from elfdiff.comparison.data.things import with_names
from elfdiff.comparison.runs import Runs, identity, joined
from elfdiff.comparison.tables.named import hashed
from elfdiff.comparison.tables.records import (
    align_by_place,
    align_dynamic,
    align_frames,
    align_symbols,
    misplaced,
    records,
    relocation_orders,
)
from elfdiff.comparison.tables.versions import SHT_GNU_VERNEED, align_needs, needs, number_map, numbers_of
from elfdiff.comparison.texts.pools import TextAlignment
from elfdiff.elf.model import Section

SHT_SYMTAB = 2
SHT_RELA = 4
SHT_HASH = 5
SHT_DYNAMIC = 6
SHT_REL = 9
SHT_DYNSYM = 11
SHT_RELR = 19
SHT_GNU_HASH = 0x6FFFFFF6
SHT_GNU_VERSYM = 0x6FFFFFFF


def is_table(section: Section) -> bool:
    """A section of records that describe places; it is aligned when those are known."""
    if section.compression is not None:
        return False
    return section.type in (
        SHT_SYMTAB, SHT_DYNSYM, SHT_RELA, SHT_REL, SHT_DYNAMIC, SHT_GNU_VERSYM, SHT_GNU_VERNEED, SHT_HASH,
        SHT_GNU_HASH, SHT_RELR,
    ) or section.name in (".eh_frame", ".eh_frame_hdr", ".debug_frame")  # fmt: skip


def table(draft: Draft, left: Section, right: Section) -> Runs:
    """Records of one section, by the places that they describe."""
    word = draft.a.word
    if bool((draft.address.runs.a == draft.address.runs.b).all()) and draft.equal(left, right):
        return identity(draft.a.place(left)[1])
    x, y = draft.a.content(left), draft.b.content(right)
    if left.type in (SHT_SYMTAB, SHT_DYNSYM):
        tables = [draft.symbol_table(image, section) for image, section in ((draft.a, left), (draft.b, right))]
        if tables[0] is not None and tables[1] is not None:
            place = None if draft.a.relocatable else draft.map_addresses
            dynamic = left.type == SHT_DYNSYM
            listed = (hashed(draft.a, left), hashed(draft.b, right)) if dynamic else (None, None)
            partner = align_symbols(tables[0], tables[1], draft.index_map, draft.rewriter, place, listed)
            return records(partner, tables[0].entry_size)
    elif left.type in (SHT_RELA, SHT_REL) and not draft.a.relocatable:
        size = word * (3 if left.type == SHT_RELA else 2)
        p, q = draft.a.elf.relocation_table(left), draft.b.elf.relocation_table(right)
        places = p["offset"].astype(np.int64), q["offset"].astype(np.int64)
        mapped, known = draft.map_addresses(places[0])
        keys = relocation_orders(p, q, draft.a.elf.header.machine)
        return records(align_by_place(*places, mapped, known, keys), size)
    elif left.type == SHT_RELR:
        return identity(min(len(x), len(y)))
    elif left.type == SHT_DYNAMIC:
        return align_dynamic(draft.a, draft.b, left, right)
    elif left.index in draft.frames and not draft.a.relocatable:
        frames = draft.frames[left.index]
        mapped, known = draft.map_addresses(np.array([f.begin.target for f in frames[0].fdes], dtype=np.int64))
        sizes = (
            {m.a_address: m.a_span.length for m in draft.matches if m.a_span is not None},
            {m.b_address: m.b_span.length for m in draft.matches if m.b_span is not None},
        )
        known = known & ~misplaced(*frames, mapped, known, draft.address.runs, draft.address.ends_a, sizes)
        return align_frames(*frames, x, y, mapped, known)
    elif left.name == ".eh_frame_hdr":
        return _frame_header(draft, left, right, x, y)
    elif left.type == SHT_GNU_VERNEED:
        return align_needs(needs(draft.a, left), needs(draft.b, right), draft.rewriter, len(x), len(y))
    elif left.type == SHT_GNU_VERSYM:
        symbols = draft.texts.get(left.link)
        if symbols is not None:
            size = 24 if word == 8 else 16
            partner = np.full(len(x) // 2, -1, dtype=np.int64)
            at, whole = symbols.runs.map_fields(size * np.arange(len(partner), dtype=np.int64), size)
            partner[whole] = at[whole] // size
            return records(np.where(partner < len(y) // 2, partner, -1), 2)
    return identity(len(x)) if len(x) == len(y) else align_content(x, y)


def _frame_header(draft: Draft, left: Section, right: Section, x: bytes, y: bytes) -> Runs:
    if len(x) < 12 or len(y) < 12 or x[3] != 0x3B or y[3] != 0x3B:
        return identity(min(len(x), len(y)))
    columns = []
    for image, section, data in ((draft.a, left, x), (draft.b, right, y)):
        at = 12 + image.place(section)[0] + 8 * np.arange((len(data) - 12) // 8, dtype=np.int64)
        values = image.numbers(at, 4)
        columns.append(np.where(values >= 1 << 31, values - (1 << 32), values) + section.address)
    mapped, known = draft.map_addresses(columns[0])
    partner = align_by_place(columns[0], columns[1], mapped, known)
    return joined([identity(12), records(partner, 8).shifted(12, 12)])


def place_names(draft: Draft, left: Section, right: Section) -> None:
    """Names that a string table holds more than once go with their symbols."""
    text = draft.texts.get(left.link)
    tables = [draft.symbol_table(image, section) for image, section in ((draft.a, left), (draft.b, right))]
    if text is None or tables[0] is None or tables[1] is None or draft.index_map.get(left.link) != right.link:
        return
    size = tables[0].entry_size
    at, whole = draft.texts[left.index].runs.map_fields(size * np.arange(len(tables[0]), dtype=np.int64), size)
    names = [table.table["name"].astype(np.int64) for table in (tables[0], tables[1])]
    strings = draft.a.content(draft.a.elf.sections[left.link]), draft.b.content(draft.b.elf.sections[right.link])
    runs = with_names(text.runs, *strings, names[0], names[1], np.where(whole, at // size, -1))
    draft.texts[left.link] = TextAlignment(runs, text.changes)


def version_numbers(draft: Draft) -> Runs | None:
    """Numbers of needed versions."""
    left = next((x for x, _ in draft.pairs if x.type == SHT_GNU_VERNEED and x.index in draft.texts), None)
    dynamic = next((x for x, _ in draft.pairs if x.type == SHT_DYNSYM and x.index in draft.texts), None)
    if left is None:
        return None
    symbols = None
    if dynamic is not None:
        size = 24 if draft.a.word == 8 else 16
        runs = draft.texts[dynamic.index].runs
        symbols = Runs(runs.a // size, runs.b // size, runs.n // size)
    return number_map(draft.a, needs(draft.a, left), draft.texts[left.index].runs, numbers_of(draft.a), symbols)
