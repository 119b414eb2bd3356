"""A draft: what is known of an alignment in the making, and what every step of it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from elfdiff.comparison.alignment.drafting.jumptables import jump_tables
from elfdiff.comparison.code.functions import FunctionMatch
from elfdiff.comparison.data.pointers import Pointers, pointers_of
from elfdiff.comparison.image import Image, Piece
from elfdiff.comparison.references.code import CodeMap
from elfdiff.comparison.references.fields import Space
from elfdiff.comparison.references.layout import displaced_sections, trusted_sections
from elfdiff.comparison.references.ranges import frames_of, indexed_ranges
from elfdiff.comparison.runs import Flags, Ints, Runs
from elfdiff.comparison.sections import SectionPair
from elfdiff.comparison.texts.mergeable import crossings
from elfdiff.comparison.texts.pools import Rewriter, TextAlignment
from elfdiff.comparison.texts.rewrites import Rewrite
from elfdiff.elf.frames import Frames
from elfdiff.elf.model import Section
from elfdiff.elf.sameness import same
from elfdiff.elf.symbols import SymbolTable
from elfdiff.span import Span

SHT_SYMTAB = 2


class Draft:
    """Two files, their sections in pairs, and one table of runs per pair, filled in as each can be known."""

    def __init__(self, a: Image, b: Image, sections: Sequence[SectionPair], rewrites: Sequence[Rewrite]) -> None:
        self.a, self.b = a, b
        self.rewrites = tuple(rewrites)
        self.rewriter = Rewriter(rewrites)
        self.pairs = [(p.a, p.b) for p in sections if p.a is not None and p.b is not None]
        self.index_map = {left.index: right.index for left, right in self.pairs}
        self.crossings = crossings(a, b, self.index_map, self.rewriter)
        self.texts: dict[int, TextAlignment] = {}
        """Where the bytes of each section stand, by index in a."""
        self.matches: list[FunctionMatch] = []
        self.code, self.b_code = CodeMap(a), CodeMap(b)
        self.trusted = (trusted_sections(a), trusted_sections(b))
        self.displaced = (displaced_sections(a), displaced_sections(b))
        self.address = Space(Runs.of(()), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        """The address map so far."""
        self.settled: set[int] = set()
        """Indices of sections of a whose slots or tables were paired one by one."""
        self._equal: dict[int, bool] = {}

    def equal(self, left: Section, right: Section) -> bool:
        """Two sections have the same (inflated) contents."""
        if left.index not in self._equal:
            spans = [
                Span(at, at + size) for at, size in (image.place(s) for image, s in ((self.a, left), (self.b, right)))
            ]
            self._equal[left.index] = same(self.a.data, spans[0], self.b.data, spans[1])
        return self._equal[left.index]

    def is_displaced(self, left: Section, right: Section) -> bool:
        """A section that is not where its header says, in either file."""
        return left.index in self.displaced[0] or right.index in self.displaced[1]

    def map_addresses(self, values: Ints) -> tuple[Ints, Flags]:
        """Addresses of b that a's are so far, and which of them are known."""
        found = self.address.map(values, False)
        return found.value, found.known

    def symbol_table(self, image: Image, section: Section) -> SymbolTable | None:
        """The symbol table that a section holds, where it is the one that was read."""
        table = image.elf.symtab if section.type == SHT_SYMTAB else image.elf.dynsym
        return table if table is not None and section.span is not None and table.start == section.span.start else None

    @cached_property
    def pieces(self) -> list[tuple[Piece | None, Piece | None]]:
        """Pieces of a with their partners, then what only b has."""

        def key(piece: Piece) -> tuple[str, int]:
            kind, number = piece.key
            return (
                (kind, self.index_map.get(number, -1 - number))
                if kind in ("section", "gap before section")
                else piece.key
            )

        others = {piece.key: piece for piece in self.b.pieces}
        out: list[tuple[Piece | None, Piece | None]] = []
        for piece in self.a.pieces:
            out.append((piece, others.pop(key(piece), None)))
        out += [(None, piece) for piece in others.values()]
        return out

    @cached_property
    def frames(self) -> dict[int, tuple[Frames, Frames]]:
        """Unwinding tables of a section and of its partner, by index in a."""
        out: dict[int, tuple[Frames, Frames]] = {}
        for left, right in self.pairs:
            if left.name in (".eh_frame", ".debug_frame") and left.span is not None and right.span is not None:
                out[left.index] = (frames_of(self.a, left), frames_of(self.b, right))
        return out

    @cached_property
    def frame_ranges(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Functions that unwinding tables name, as start and length, of a and of b."""
        if self.a.relocatable:
            return [], []
        found = (indexed_ranges(self.a), indexed_ranges(self.b))
        for left, right in self.frames.values():
            for side, frames in zip(found, (left, right), strict=True):
                side.extend((fde.begin.target, fde.length) for fde in frames.fdes)
        return found

    @cached_property
    def pointers(self) -> tuple[Pointers, Pointers]:
        """Words that the loader or the linker filled in, of a and of b."""
        return pointers_of(self.a, self.rewriter), pointers_of(self.b, None)

    @cached_property
    def jump_tables(self) -> tuple[Ints, Ints, int]:
        """Jump tables of a."""
        return jump_tables(self.a, self.code)

    @cached_property
    def b_jump_tables(self) -> tuple[Ints, Ints, int]:
        """Jump tables of b."""
        return jump_tables(self.b, self.b_code)
