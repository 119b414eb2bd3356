"""The address map of a draft: where what stood at an address of a stands in b."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.unfilled import Unfilled
from elfdiff.comparison.image import SHF_TLS, SHT_NOBITS, Image, Piece
from elfdiff.comparison.references.fields import Space
from elfdiff.comparison.references.layout import aligned, trusted_segments
from elfdiff.comparison.runs import Runs, joined
from elfdiff.comparison.texts.mergeable import family
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.comparison.texts.tails import Tails, is_pool
from elfdiff.elf.model import Section
from elfdiff.payload.embedded import told_length

PT_LOAD = 1
PAGE = 0x1000


class AddressMap:
    """Makes the map from what the sections' tables of runs say so far."""

    def __init__(self, draft: Draft, unfilled: Unfilled) -> None:
        self.draft, self.unfilled = draft, unfilled
        self._segments = (trusted_segments(draft.a), trusted_segments(draft.b))

    def space(self) -> Space:
        """The address map: contents of allocated sections, .bss, and headers that are loaded."""
        many: list[Runs] = []
        ends: dict[int, int] = {}
        for left, right in self.draft.pairs:
            if not left.is_allocated or self.draft.a.relocatable or self.draft.is_displaced(left, right):
                continue
            if left.type == SHT_NOBITS and left.flags & SHF_TLS:
                continue
            text = self.draft.texts.get(left.index)
            if text is not None:
                many.append(text.runs.shifted(left.address, right.address))
            elif left.type == SHT_NOBITS:
                many.append(self.unfilled.of(left, right).shifted(left.address, right.address))
            elif left.span is not None and right.span is not None:
                # A table not aligned yet: its own start and end are all that others refer to.
                many.append(Runs.of([(left.address, right.address, min(left.size, right.size))]))
            if left.size:
                ends[left.address + left.size] = right.address + self.extent(left, right)
            elif not right.size and left.index in self.draft.trusted[0] and right.index in self.draft.trusted[1]:
                # An empty section holds nothing, but symbols begin and end there.
                ends.setdefault(left.address, right.address)
        for x, y in self.draft.pieces:
            if x is None or y is None or x.section is not None:
                continue
            p, q = self.loaded_at(self.draft.a, x), self.loaded_at(self.draft.b, y)
            if p is not None and q is not None and x.name in ("ELF header", "program headers"):
                many.append(Runs.of([(p, q, min(x.end - x.start, y.end - y.start))]))
        at = sorted(ends)
        return Space(
            joined(many),
            np.array(at, dtype=np.int64),
            np.array([ends[value] for value in at], dtype=np.int64),
            bodies=tuple((s.address, s.address + s.size) for s, _ in self.draft.pairs if s.is_executable),
        )

    def extent(self, left: Section, right: Section) -> int:
        """Size of a section of b as its contents tell it: up to the last byte that has a partner, if a's last has one.

        Or up to the NUL of a text that stands last in both. a's size where neither holds: then nothing says how long
        the section must be.
        """
        text = self.draft.texts.get(left.index)
        if text is None:
            if left.type == SHT_NOBITS and left.size != right.size:
                runs = self.unfilled.of(left, right)
                # What stands last in both tells, not how much room there is.
                last = len(runs) and int(runs.a[-1]) and int(runs.b[-1]) == int(runs.b.max())
                return int(runs.b[-1]) + left.size - int(runs.a[-1]) if last else left.size
            if left.name == ".relro_padding":
                return aligned(right.address, PAGE) - right.address
            return left.size if left.type == SHT_NOBITS else right.size
        told = told_length(right.name, partial(self.draft.b.content, right))
        if told is not None and told_length(left.name, partial(self.draft.a.content, left)) == left.size:
            return told
        away = [crossing.runs for crossing in self.draft.crossings if crossing.left == left.index]
        hither = [crossing.runs for crossing in self.draft.crossings if crossing.right == right.index]
        if away or hither:
            a_end = max((int((runs.a + runs.n).max()) for runs in (text.runs, *away) if len(runs)), default=0)
            b_end = max((int((runs.b + runs.n).max()) for runs in (text.runs, *hither) if len(runs)), default=0)
            return b_end if a_end == self.draft.a.place(left)[1] else left.size
        size = self._filled(left, text.runs)
        size = self._merged(left, right, text.runs) if size is None else size
        if size is not None:
            return size
        if not len(text.runs) or int(text.runs.a[-1] + text.runs.n[-1]) < self.draft.a.place(left)[1]:
            x, y = self.draft.a.content(left), self.draft.b.content(right)
            ends = any(x.endswith(old) and y.endswith(new) for old, new in self._last_texts)
            return len(y) if ends else left.size
        return int((text.runs.b + text.runs.n).max())

    def _filled(self, left: Section, runs: Runs) -> int | None:
        """How long a section of texts is in b that its assembler fills up; None where a shows no fill."""
        size = self.draft.a.place(left)[1]
        end = len(self.draft.a.content(left).rstrip(b"\0")) + 1 if family(left) is not None else size
        if end >= size or size != aligned(end, left.alignment):
            return None
        last, whole = runs.map_fields(np.array([end - 1], dtype=np.int64), 1)
        return aligned(int(last[0]) + 1, left.alignment) if whole[0] else None

    def _merged(self, left: Section, right: Section, runs: Runs) -> int | None:
        """How long a pool is in b at whose end a text stands alone in one file, and is the end of another text in the
        other."""
        x, y = self.draft.a.content(left), self.draft.b.content(right)
        a_end, b_end = (int((at + runs.n).max()) if len(runs) else 0 for at in (runs.a, runs.b))
        if not is_pool(left) or not is_pool(right) or (a_end, b_end) == (len(x), len(y)):
            return None
        ours, theirs = Tails(x), Tails(y)
        gone = x[a_end:].split(b"\0")[:-1]
        if not all(text and text not in theirs.texts and theirs.place(text) is not None for text in gone):
            return None
        for text in y[b_end:].split(b"\0")[:-1]:
            if not text or text in ours.texts or ours.place(text) is None:
                break
            b_end += len(text) + 1
        return b_end

    @cached_property
    def _last_texts(self) -> list[tuple[bytes, bytes]]:
        """Texts that became others as a whole, with what ends them."""
        return [(r.a + b"\0", r.b + b"\0") for r in self.draft.rewrites if r.kind is RewriteKind.OPAQUE and r.a and r.b]

    def loaded_at(self, image: Image, piece: Piece) -> int | None:
        """The address at which a trusted segment loads a piece."""
        for segment in image.elf.segments:
            if segment.index not in self._segments[0 if image is self.draft.a else 1]:
                continue
            if (
                segment.type == PT_LOAD
                and segment.offset <= piece.start
                and piece.end <= segment.offset + segment.file_size
            ):
                return segment.virtual_address + piece.start - segment.offset
        return None
