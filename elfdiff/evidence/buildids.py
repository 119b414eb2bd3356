"""Which of two files with one build ID is the one that the linker wrote, and what was rewritten in the other."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.evidence.hashes import only_digests_differ, same_offset_differing
from elfdiff.evidence.model import ChangedAfterLink, Evidence, ForeignBuildId, SectionChange, SectionHole, SymbolsAlone
from elfdiff.payload.buildid import NT_GNU_BUILD_ID, is_as_linked
from elfdiff.payload.comment import toolchain
from elfdiff.payload.go import NT_GO_BUILD_ID, is_as_built
from elfdiff.report import Location
from elfdiff.span import Span, SpanSet

_SHA1 = 20
_LINKAGE = frozenset(
    {
        ".interp",
        ".dynamic",
        ".dynstr",
        ".dynsym",
        ".hash",
        ".gnu.hash",
        ".gnu.version",
        ".gnu.version_r",
        ".gnu.version_d",
    }
)
"""Loaded sections that tools rewrite after the link; code and data of the program are none of them."""
_WHOLE = frozenset({"lld", "mold", "gold"})
"""Linkers whose build ID is a digest of the whole file."""
_SYMBOLS = frozenset({".symtab", ".strtab", ".shstrtab", ".symtab_shndx"})


def extract(pair: Pair) -> Iterator[Evidence]:
    """Holes; the changed side, if the build ID proves that one is changed; the sections that were rewritten there."""
    yield from _holes(pair)
    yield from _foreign(pair)
    if pair.carried or not _one_id(pair.a, pair.b):
        # Bundlers keep the ID of the program that they put something into: it is the same on both sides.
        return
    a_linked, b_linked = _is_untouched(pair.a), _is_untouched(pair.b)
    if a_linked and b_linked:
        yield SymbolsAlone(section=".symtab")
    if a_linked == b_linked and (a_linked or not _same_program(pair)):
        return
    tables = ((span, None) for span in _tables(pair.a)), ((None, span) for span in _tables(pair.b))
    equal = len(pair.a.data) == len(pair.b.data)
    yield ChangedAfterLink(
        section=".note.gnu.build-id",
        spans=(*tables[0], *tables[1], *_abandoned(pair)),
        side="b" if a_linked else "a" if b_linked else "",
        differing=same_offset_differing(pair.a.data, pair.b.data) if equal else None,
    )
    for item in pair.sections:
        a, b = item.a, item.b
        if a is None or b is None or a.span is None or b.span is None or a.size != b.size:
            continue
        if (a.is_allocated and item.name not in _LINKAGE) or pair.a.raw(a) == pair.b.raw(b):
            continue
        yield SectionChange(
            section=item.name,
            a=Location(a.offset, a.size, "file", f"{a.size} bytes"),
            b=Location(b.offset, b.size, "file", f"{b.size} bytes"),
            name=item.name,
            status="rewritten",
            a_size=a.size,
            b_size=b.size,
            allocated=a.is_allocated,
        )


def _foreign(pair: Pair) -> Iterator[ForeignBuildId]:
    """An ID of sha1's length that is no digest, where the other one is; the other lengths may be of another style."""
    ids = pair.a.build_id, pair.b.build_id
    if ids[0] is None or ids[1] is None or ids[0] == ids[1] or {len(ids[0]), len(ids[1])} != {_SHA1}:
        return
    if not only_digests_differ(pair.a, pair.b):
        return
    a_linked, b_linked = is_as_linked(pair.a), is_as_linked(pair.b)
    if a_linked != b_linked:
        yield ForeignBuildId(section=".note.gnu.build-id", side="b" if a_linked else "a")


def _holes(pair: Pair) -> Iterator[SectionHole]:
    """Notes and the like that one side lacks, while every other loaded section stayed at its address.

    A linker puts loaded sections one behind the other, so it leaves no hole wider than alignment asks for.
    """
    both = [(item.a, item.b) for item in pair.sections if item.a and item.b and item.a.is_allocated]
    if any(a.address != b.address or a.size != b.size for a, b in both):
        return
    loaded = {side: _loaded(elf) for side, elf in (("a", pair.a), ("b", pair.b))}
    for item in pair.sections:
        one, side = (item.a, "b") if item.b is None else (item.b, "a") if item.a is None else (None, "")
        if one is None or not one.is_allocated or not one.size or one.span is None:
            continue
        addresses, sections = loaded[side]
        at = bisect.bisect_left(addresses, one.address)
        if not 0 < at < len(sections):
            continue
        before, behind = sections[at - 1], sections[at]
        free = behind.address - (before.address + before.size)
        if before.address + before.size <= one.address and free >= max(one.size, behind.alignment):
            spans = tuple((span, None) if side == "b" else (None, span) for span in (one.span, one.header_span))
            yield SectionHole(section=one.name, spans=spans, name=one.name, side=side)


def _loaded(elf: ElfFile) -> tuple[list[int], list[Section]]:
    """Loaded sections with contents by address, and their addresses."""
    found = sorted((s for s in elf.sections if s.is_allocated and s.span is not None), key=lambda s: s.address)
    return [section.address for section in found], found


def _same_program(pair: Pair) -> bool:
    """True if one link made both files, unless their ID was given by hand.

    Whatever both hold of the program and its debug information is equal and at its address, and something else
    differs: more than symbols, where the linker leaves them out of the ID.
    """
    seen = any(tool.kind in _WHOLE for elf in (pair.a, pair.b) for tool in toolchain(elf))
    for item in pair.sections:
        a, b = item.a, item.b
        one = a or b
        if one is None:
            continue
        if one.name in _SYMBOLS:
            # What stands in their headers is part of the digest, their contents are not.
            seen |= a is None or b is None or _described(pair.a, a) != _described(pair.b, b)
            continue
        loose = one.name in _LINKAGE or one.name.startswith((".note", ".gnu_debug")) or one.name == ".comment"
        if a is None or b is None:
            if one.is_allocated and not loose:
                return False
            seen = True
            continue
        seen |= a.offset != b.offset or _described(pair.a, a) != _described(pair.b, b)
        if a.span is None or b.span is None or pair.a.raw(a) == pair.b.raw(b):
            if not loose and a.address != b.address:
                return False
            continue
        if not loose and pair.a.contents(a) != pair.b.contents(b):
            return False
        seen = True
    return seen


def _described(elf: ElfFile, section: Section) -> bytes:
    """The header of a section without its file offset."""
    row = elf.data[section.header_span.start : section.header_span.end]
    return row[:24] + row[32:] if elf.elf_class == 64 else row[:16] + row[20:]


def _is_untouched(elf: ElfFile) -> bool:
    """True if the file is what its linker, or cmd/go, made a digest of."""
    return is_as_linked(elf) or is_as_built(elf)


def _one_id(a: ElfFile, b: ElfFile) -> bool:
    """True if both carry one ID, GNU's or Go's. Where one lost its section headers, it still stands in its place."""
    if a.build_id is not None and b.build_id is not None and a.build_id != b.build_id:
        return False
    for owner, kind in (("GNU", NT_GNU_BUILD_ID), ("Go", NT_GO_BUILD_ID)):
        left, right = (
            next((note for note in elf.notes if (note.owner, note.type) == (owner, kind)), None) for elf in (a, b)
        )
        one, other = (left, b) if left is not None else (right, a)
        if one is None:
            continue
        if left is not None and right is not None:
            return left.description == right.description
        span = one.description_span
        return other.data[span.start : span.end] == one.description
    return False


def _abandoned(pair: Pair) -> Iterator[tuple[Span | None, Span | None]]:
    """Places of the one file's loaded sections where the other, which keeps them elsewhere, has no section."""
    for left, elf, other in ((True, pair.a, pair.b), (False, pair.b, pair.a)):
        held = SpanSet.of(section.span for section in elf.sections if section.span is not None).spans
        wanted = SpanSet.of(s.span for s in other.sections if s.is_allocated and s.span is not None).spans
        at = 0
        for span in wanted:
            start = span.start
            while at < len(held) and held[at].end <= start:
                at += 1
            index = at
            while start < span.end:
                end = min(held[index].start, span.end) if index < len(held) else span.end
                if start < end:
                    gap = Span(start, end)
                    yield (gap, None) if left else (None, gap)
                if index >= len(held):
                    break
                start = max(start, held[index].end)
                index += 1


def _tables(elf: ElfFile) -> Iterator[Span]:
    """The ELF header but for the entry point, the program headers and the section headers."""
    head = elf.header.span
    entry = Span(head.start + 24, head.start + (32 if elf.elf_class == 64 else 28))
    yield Span(head.start, entry.start)
    yield Span(entry.end, head.end)
    yield from (segment.header_span for segment in elf.segments)
    yield from (section.header_span for section in elf.sections)
