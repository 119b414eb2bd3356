"""Which tables of b can be made anew from what the replay gives: those whose like in a comes out to the byte.

That a's own table is what the rule makes of a's own symbols is the test that the rule is the linker's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from elfdiff.accounting import fips
from elfdiff.accounting.fips import CheckedSum
from elfdiff.accounting.hashing import HashTable, rebuilt
from elfdiff.accounting.pools import MadePool, pool_name
from elfdiff.accounting.relative import PackedTable, packed, unpacked
from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.crossings import section_symbol
from elfdiff.elf.model import Section
from elfdiff.span import Span
from elfdiff.values import replace

SHT_HASH, SHT_DYNSYM, SHT_RELR, SHT_GNU_HASH = 5, 11, 19, 0x6FFFFFF6


def hash_tables(alignment: OneWay) -> tuple[HashTable, ...]:
    """.hash and .gnu.hash of b, over as many symbols as in a, in parts of a's sizes."""
    out: list[HashTable] = []
    for index, other in sorted(alignment.section_map.items()):
        section = alignment.a.elf.sections[index]
        if section.type not in (SHT_HASH, SHT_GNU_HASH):
            continue
        ours = _table(alignment.a, section)
        theirs = _table(alignment.b, alignment.b.elf.sections[other])
        if ours is None or theirs is None or (ours.count, ours.length) != (theirs.count, theirs.length):
            continue
        if rebuilt(alignment.a.array, ours) == alignment.a.content(section):
            out.append(replace(theirs, head=ours.head))
    return tuple(out)


def packed_tables(alignment: OneWay) -> tuple[PackedTable, ...]:
    """.relr.dyn of b."""
    a, b = alignment.a, alignment.b
    out: list[PackedTable] = []
    for index, other in sorted(alignment.section_map.items()):
        left, right = a.elf.sections[index], b.elf.sections[other]
        if left.type != SHT_RELR or right.type != SHT_RELR or left.span is None or right.span is None:
            continue
        content = a.content(left)
        addresses = unpacked(content, a.word, a.little, len(a.elf.data) // a.word)
        edges = np.array([s.address for s in a.elf.sections if s.is_allocated and s.span], dtype=np.int64)
        for parted in (False, True):
            made = None
            if addresses is not None:
                made = packed(addresses, a.word, a.little, len(content), edges if parted else None)
            if made == content:
                out.append(
                    PackedTable(
                        left.span.start, left.span.length, right.span.start, right.span.length, a.word, parted, a.little
                    )
                )
                break
    return tuple(out)


def checksums(alignment: OneWay) -> tuple[CheckedSum, ...]:
    """The checksum of Go's FIPS code in b, where a's own can be computed from a."""
    a, b = alignment.a, alignment.b
    left, right = a.elf.section(fips.SECTION), b.elf.section(fips.SECTION)
    if left is None or right is None or left.span is None or right.span is None:
        return ()
    places = [
        (s.span.start, s.span.length, s.address)
        for s in a.elf.sections
        if s.is_allocated and s.span is not None and s.compression is None
    ]
    ours, theirs = (CheckedSum(span.start + len(fips.MAGIC), a.word) for span in (left.span, right.span))
    stands = a.elf.data[ours.at : ours.at + ours.length]
    return (theirs,) if fips.computed(a.array, ours, a.little, places) == stands else ()


def pools(alignment: OneWay) -> tuple[MadePool, ...]:
    """Sections of texts that b has and a lacks, and sections' symbols of which the same is true."""
    a, b = alignment.a, alignment.b
    out: list[MadePool] = []
    for right in sorted({crossing.right for crossing in alignment.crossings}):
        crossed = [crossing for crossing in alignment.crossings if crossing.right == right]
        like, section = a.elf.sections[crossed[0].left], b.elf.sections[right]
        old, new = (image.elf.sections[image.elf.header.shstrndx] for image in (a, b))
        if section.span is None or old.span is None or new.span is None:
            continue
        symbol = section_symbol(b, right)
        at = b.elf.sections[symbol[0]].offset + symbol[1] * (24 if b.word == 8 else 16) if symbol is not None else -1
        start = min(crossing.runs.b.min() for crossing in crossed)
        end = max((crossing.runs.b + crossing.runs.n).max() for crossing in crossed)
        lone = right not in alignment.section_map.values()
        part = MadePool(
            like.header_span.start,
            old.span.start + int(a.numbers(np.array([like.header_span.start], dtype=np.int64), 4)[0]),
            section.header_span.start if lone else -1,
            new.span.start,
            0,
            at,
            right,
            section.span.start + int(start),
            int(end - start),
            section.alignment,
            a.word,
            a.little,
        )
        place = (b"\0" + b.content(new)).find(b"\0" + pool_name(a.elf.data, part))
        out.append(replace(part, name=new.span.start + place) if place >= 0 else replace(part, header=-1))
    return tuple(out)


def emptied(alignment: OneWay) -> Iterator[Span]:
    """What a has of sections of texts that b lacks, because all of their texts crossed over to others: headers, names
    and symbols; and the symbols of those whose texts alone were spoken of by it."""
    a, b = alignment.a, alignment.b
    for left in sorted({crossing.left for crossing in alignment.crossings}):
        section, names = a.elf.sections[left], a.elf.sections[a.elf.header.shstrndx]
        partner = alignment.section_map.get(left)
        symbol = section_symbol(a, left)
        if symbol is not None and (partner is None or section_symbol(b, partner) is None):
            size = 24 if a.word == 8 else 16
            start = a.elf.sections[symbol[0]].offset + symbol[1] * size
            yield Span(start, start + size)
        crossed = sum(len(crossing.texts) for crossing in alignment.crossings if crossing.left == left)
        texts = sum(bool(text) for text in a.content(section).split(b"\0"))
        if partner is None and names.span is not None and crossed == texts:
            yield section.header_span
            start = names.span.start + int(a.numbers(np.array([section.header_span.start], dtype=np.int64), 4)[0])
            yield Span(start, start + len(section.name) + 1)


def _table(image: Image, section: Section) -> HashTable | None:
    sections = image.elf.sections
    if section.span is None or section.compression is not None or not 0 < section.link < len(sections):
        return None
    symbols = sections[section.link]
    if symbols.type != SHT_DYNSYM or symbols.span is None or not 0 < symbols.link < len(sections):
        return None
    names = sections[symbols.link]
    entry = 24 if image.word == 8 else 16
    if names.span is None:
        return None
    gnu = section.type == SHT_GNU_HASH
    width = image.word if gnu else section.entry_size if section.entry_size in (4, 8) else 4
    size = 4 if gnu else width
    count = 4 if gnu else 2
    if section.span.length < size * count:
        return None
    head = image.numbers(section.span.start + size * np.arange(count, dtype=np.int64), size)
    return HashTable(
        "gnu" if gnu else "sysv",
        section.span.start,
        section.span.length,
        symbols.span.start,
        symbols.span.length // entry,
        entry,
        names.span.start,
        names.span.length,
        width,
        image.little,
        tuple(head.tolist()),
    )
