"""What a finished draft says: runs of the whole files, and every space that references count in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from elfdiff.comparison.alignment.drafting.addresses import AddressMap
from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.tables import version_numbers
from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.image import SHF_TLS, SHT_NOBITS, Image, Piece
from elfdiff.comparison.references.crossings import crossing_spaces
from elfdiff.comparison.references.fields import (
    ADDRESS,
    FILE,
    LAYOUT,
    SECTION_INDEX,
    THREAD_LOCAL,
    VERSION,
    Space,
    contents_of,
    frames_in,
    records_of,
    size_of,
    symbols_of,
)
from elfdiff.comparison.references.layout import aligned, trusted_tables
from elfdiff.comparison.references.unwinding import frame_space
from elfdiff.comparison.runs import Runs, joined, one_to_one
from elfdiff.comparison.texts.pools import TextChange

SHT_SYMTAB = 2
SHT_RELA = 4
SHT_REL = 9
SHT_DYNSYM = 11
PT_TLS = 7
PT_GNU_RELRO = 0x6474E552
PAGE = 0x1000


class Spaces:
    """Spaces of one draft; what only an untrusted header says confirms nothing."""

    def __init__(self, draft: Draft, addresses: AddressMap) -> None:
        self.draft, self.addresses = draft, addresses

    def one_way(self) -> OneWay:
        """The alignment from a to b."""
        pieces = self.draft.pieces
        many: list[Runs] = []
        changes: list[TextChange] = []
        spaces: dict[str, Space] = {}
        none = np.zeros(0, dtype=np.int64)
        ends: dict[int, int] = {}
        whole: list[tuple[int, int, int]] = []
        loaded: list[tuple[int, int, int]] = []
        loaded_ends: dict[int, int] = {}
        for left, right in self.draft.pairs:
            text = self.draft.texts.get(left.index)
            trusted = left.index in self.draft.trusted[0] and right.index in self.draft.trusted[1]
            if left.span is not None and right.span is not None and trusted:
                if left.compression is None:
                    ends[left.span.end] = right.span.start + self.addresses.extent(left, right)
                else:
                    ends[left.span.end] = right.span.end
                whole.append((left.span.start, right.span.start, min(left.span.length, right.span.length)))
            if trusted and left.type == SHT_NOBITS and self.draft.a.relocatable:
                spaces[size_of(left.index)] = _space([], {left.size: self.addresses.extent(left, right)})
            elif trusted and left.is_allocated and not (left.type == SHT_NOBITS and left.flags & SHF_TLS):
                loaded.append((left.address, right.address, min(left.size, right.size)))
                loaded_ends[left.address + left.size] = right.address + self.addresses.extent(left, right)
            if text is None:
                if left.type == SHT_NOBITS or not left.size:
                    spaces[contents_of(left.index)] = _space(
                        [(0, 0, min(left.size, right.size))], {left.size: right.size}
                    )
                continue
            a_at, b_at = self.draft.a.place(left)[0], self.draft.b.place(right)[0]
            many.append(text.runs.shifted(a_at, b_at))
            changes += [
                TextChange(c.a_at + a_at, c.a_length, c.b_at + b_at, c.b_length, c.rewrite) for c in text.changes
            ]
            sizes = self.draft.a.place(left)[1], self.draft.b.place(right)[1]
            spaces[contents_of(left.index)] = Space(
                text.runs, np.array([sizes[0]], dtype=np.int64), np.array([sizes[1]], dtype=np.int64)
            )
            if left.name == ".eh_frame" and not self.draft.a.relocatable:
                spaces[frames_in(left.index)] = frame_space(self.draft.a, left, text.runs, sizes[1])
            if left.type in (SHT_SYMTAB, SHT_DYNSYM):
                size = 24 if self.draft.a.word == 8 else 16
                runs = Runs(text.runs.a // size, text.runs.b // size, text.runs.n // size)
                spaces[symbols_of(left.index)] = Space(runs, none, none, discrete=True)
            elif left.type in (SHT_RELA, SHT_REL) and left.is_allocated:
                size = self.draft.a.word * (3 if left.type == SHT_RELA else 2)
                runs = Runs(text.runs.a // size, text.runs.b // size, text.runs.n // size)
                spaces[records_of(left.index)] = Space(runs, none, none, discrete=True)
        for crossing in self.draft.crossings:
            a_at, b_at = (
                image.place(image.elf.sections[index])[0]
                for image, index in ((self.draft.a, crossing.left), (self.draft.b, crossing.right))
            )
            many.append(crossing.runs.shifted(a_at, b_at))
            changes += [
                TextChange(c.a_at + a_at, c.a_length, c.b_at + b_at, c.b_length, c.rewrite) for c in crossing.changes
            ]
            spaces |= crossing_spaces(self.draft.a, self.draft.b, crossing)
        for x, y in pieces:
            if x is None or y is None:
                continue
            if x.section is None:
                many.append(self._unsectioned(x, y))
                size = min(x.end - x.start, y.end - y.start)
                # A gap begins where a header says that a section ends: it must not confirm that header.
                skip = (x.end - x.start - size, y.end - y.start - size) if x.name.startswith("gap before") else (0, 0)
                if any(
                    edges & {piece.start, piece.end} for edges, piece in zip(self._doubtful_edges, (x, y), strict=True)
                ):
                    continue
                if x.name == "section headers" and not all(
                    _begins_empty(image, piece) for image, piece in ((self.draft.a, x), (self.draft.b, y))
                ):
                    continue
                whole.append((x.start + skip[0], y.start + skip[1], size))
                p, q = self.addresses.loaded_at(self.draft.a, x), self.addresses.loaded_at(self.draft.b, y)
                if p is not None and q is not None:
                    loaded.append((p + skip[0], q + skip[1], size))
            elif x.section.compression is not None:
                many.append(Runs.of([(x.start, y.start, min(x.end - x.start, y.end - y.start))]))
        runs = one_to_one(joined(many), len(self.draft.a.data), len(self.draft.b.data))
        self._page_ends(loaded_ends)
        spaces[FILE] = _space(whole, ends)
        spaces[LAYOUT] = _space(loaded, loaded_ends)
        spaces[ADDRESS] = self.draft.address
        spaces[SECTION_INDEX] = Space(
            Runs.of([(0, 0, 1), *((i, j, 1) for i, j in self.draft.index_map.items())]),
            np.array([len(self.draft.a.elf.sections)] if self._counted else [], dtype=np.int64),
            np.array([len(self.draft.b.elf.sections)] if self._counted else [], dtype=np.int64),
        )
        versions = version_numbers(self.draft)
        if versions is not None:
            spaces[VERSION] = Space(versions, none, none, discrete=True)
        spaces[THREAD_LOCAL] = Space(self._thread_local(), none, none)
        return OneWay(
            self.draft.a,
            self.draft.b,
            tuple(pieces),
            runs,
            tuple(sorted(changes, key=lambda change: change.b_at)),
            self.draft.rewrites,
            spaces,
            tuple(self.draft.matches),
            self.draft.code,
            self.draft.index_map,
            self.draft.crossings,
        )

    @cached_property
    def _doubtful_edges(self) -> tuple[set[int], set[int]]:
        """File offsets where only a header that is not trusted says that a section begins or ends."""
        a, b = (
            {
                edge
                for section in image.elf.sections[1:]
                if section.index not in trusted
                for edge in (section.offset, section.offset + section.size)
            }
            | {
                edge
                for piece in image.pieces
                if piece.name in ("program headers", "section headers") and piece.name not in tables
                for edge in (piece.start, piece.end)
            }
            for image, trusted, tables in zip(
                (self.draft.a, self.draft.b), self.draft.trusted, self._trusted_tables, strict=True
            )
        )
        return a, b

    @cached_property
    def _trusted_tables(self) -> tuple[set[str], set[str]]:
        return trusted_tables(self.draft.a), trusted_tables(self.draft.b)

    @property
    def _counted(self) -> bool:
        """In both files something else than the ELF header says how many sections there are."""
        return all("number of sections" in tables for tables in self._trusted_tables)

    def _page_ends(self, ends: dict[int, int]) -> None:
        """Segments that are filled up to a page (RELRO of LLD and mold): the page behind what stands last in them."""
        page = PAGE
        for segment in self.draft.a.elf.segments:
            end = segment.virtual_address + segment.memory_size
            if segment.type != PT_GNU_RELRO or end % page:
                continue
            inside = [value for value in ends if segment.virtual_address < value <= end and value != end]
            if inside and end - max(inside) < page:
                ends[end] = aligned(ends[max(inside)], page)

    def _unsectioned(self, x: Piece, y: Piece) -> Runs:
        """Headers by entry, gaps from their start."""
        if x.name == "section headers":
            size = self.draft.a.elf.header.shentsize
            pairs = [(0, 0), *self.draft.index_map.items()]
            return Runs.of([(x.start + i * size, y.start + j * size, size) for i, j in pairs])
        if x.name == "program headers":
            size = self.draft.a.elf.header.phentsize
            seen: dict[tuple[int, int, int], list[int]] = {}
            for segment in reversed(self.draft.b.elf.segments):
                seen.setdefault((segment.type, segment.flags, 0), []).append(segment.index)
            runs = []
            for segment in self.draft.a.elf.segments:
                queue = seen.get((segment.type, segment.flags, 0))
                if queue:
                    runs.append((x.start + segment.index * size, y.start + queue.pop() * size, size))
            return Runs.of(runs)
        return Runs.of([(x.start, y.start, min(x.end - x.start, y.end - y.start))])

    def _thread_local(self) -> Runs:
        starts = []
        for image in (self.draft.a, self.draft.b):
            found = [s.virtual_address for s in image.elf.segments if s.type == PT_TLS]
            starts.append(found[0] if found else 0)
        many = []
        for left, right in self.draft.pairs:
            if left.flags & SHF_TLS:
                text = self.draft.texts.get(left.index)
                runs = text.runs if text is not None else self.addresses.unfilled.of(left, right)
                many.append(runs.shifted(left.address - starts[0], right.address - starts[1]))
        return joined(many)


def _space(runs: list[tuple[int, int, int]], ends: Mapping[int, int]) -> Space:
    at = sorted(ends)
    return Space(
        Runs.of(runs), np.array(at, dtype=np.int64), np.array([ends[value] for value in at], dtype=np.int64), True
    )


def _begins_empty(image: Image, headers: Piece) -> bool:
    """The table of section headers is where it is said to be: its first entry is reserved (gABI, "Sections")."""
    return not image.array[headers.start : headers.start + 8 + 3 * image.word].any()
