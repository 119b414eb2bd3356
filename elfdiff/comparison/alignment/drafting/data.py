"""Data of a draft: what points there, and what it points to, tell what it is."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.operands import Operands
from elfdiff.comparison.alignment.drafting.tables import is_table
from elfdiff.comparison.content import align_content
from elfdiff.comparison.data.leftovers import with_leftovers
from elfdiff.comparison.data.memory import objects_in
from elfdiff.comparison.data.pointers import overwritten
from elfdiff.comparison.data.things import align_initialisers, language_votes, snapped, with_objects, with_words
from elfdiff.comparison.data.votes import Votes, anchored, denied
from elfdiff.comparison.image import signed
from elfdiff.comparison.references.unwinding import exception_types, without_types
from elfdiff.comparison.runs import Ints, Runs, identity, unique, without
from elfdiff.comparison.texts.pools import TextAlignment, TextChange
from elfdiff.elf.model import Section

SHT_PROGBITS = 1
SHT_INIT_ARRAY = 14
SHT_FINI_ARRAY = 15


class Data:
    """Data of loaded sections, aligned anew with what the address map knows by then."""

    def __init__(self, draft: Draft, operands: Operands) -> None:
        self.draft, self.operands = draft, operands

    def align(self) -> None:
        """Align data: pointers through the map so far, then what matched operands point to, where the data agree."""
        if all(
            self.draft.equal(left, right)
            for left, right in self.draft.pairs
            if left.type == SHT_PROGBITS and left.is_allocated
        ):
            return
        used = self.operands.memory
        a_to, b_to = [used[0]], [used[1]]
        if not self.draft.a.relocatable:
            ours, theirs = self.draft.pointers
            place = self.draft.address.map(ours.at, False)
            row = np.minimum(np.searchsorted(theirs.at, place.value), max(len(theirs.at) - 1, 0))
            if len(theirs.at) and len(ours.at):
                both = place.known & (theirs.at[row] == place.value) & (ours.mark == 0) & (theirs.mark[row] == 0)
                a_to.append(ours.to[both])
                b_to.append(theirs.to[row][both])
        for frames in self.draft.frames.values():
            begins = np.array([f.begin.target for f in frames[0].fdes], dtype=np.int64)
            parts = language_votes(*frames, *self.draft.map_addresses(begins))
            a_to.append(parts[0])
            b_to.append(parts[1])
        for left, right in self.draft.pairs:
            if left.name == ".gcc_except_table" and left.index in self.draft.texts and self.draft.frames:
                meant = self._exception_types(left, right)
                a_to.append(meant[0])
                b_to.append(meant[1])
        votes = Votes.counted(np.concatenate(a_to), np.concatenate(b_to))
        bases, goals, width = self.draft.jump_tables
        begins = unique(np.concatenate((self.draft.pointers[0].to, *a_to)))
        for left, right in self.draft.pairs:
            text = self.draft.texts.get(left.index)
            data = (
                left.is_allocated and not left.is_executable and left.type == SHT_PROGBITS and left.compression is None
            )
            if not data or text is None or left.span is None or right.span is None or is_table(left):
                continue
            if left.index in self.draft.settled:
                continue
            x, y = self._filled_in(left, right)
            if len(x) == len(y) and bool((x == y).all()):
                self.draft.texts[left.index] = TextAlignment(identity(len(x)))
                continue
            runs = text.runs
            if self.draft.pointers[0].count(left) and not text.changes:
                # One pointer that seems to have moved is an edited relocation.
                runs = align_content(x.tobytes(), y.tobytes(), 3 * self.draft.a.word)
            here = votes.within(left.address, left.size, right.address, right.size)
            inside = bases[(bases >= left.address) & (bases < left.address + left.size)] - left.address
            starts, counts = np.unique(inside, return_counts=True)
            sizes = dict(zip(starts.tolist(), (4 * counts).tolist(), strict=True))

            def tables(a: int, b: int, left: Section = left, right: Section = right) -> int:
                return self._same_table(left, right, a, b, bases, goals, width)

            runs, changes = self._confirmed(anchored(runs, x, y, here, tables, sizes), text.changes, here, left, right)
            if self.draft.pointers[0].count(left):
                here_too = (begins >= left.address) & (begins < left.address + left.size)
                held = self.draft.pointers[0].within(left)[0]
                runs = with_words(runs, x, y, self.draft.a.word, held, begins[here_too] - left.address)
                rewritten = sorted((change.a_at, change.a_at + change.a_length) for change in changes)
                runs = snapped(runs, x, y, self.draft.a.word, rewritten)
            runs = with_leftovers(runs, x, y)
            tables_of = [image.elf.symtab or image.elf.dynsym for image in (self.draft.a, self.draft.b)]
            if tables_of[0] is not None and tables_of[1] is not None:
                names = objects_in(self.draft.a, left, tables_of[0]), objects_in(self.draft.b, right, tables_of[1])
                runs = with_objects(runs, x, y, *names)
            self.draft.texts[left.index] = TextAlignment(runs, changes)

    def _confirmed(
        self, runs: Runs, changes: tuple[TextChange, ...], votes: Votes, left: Section, right: Section
    ) -> tuple[Runs, tuple[TextChange, ...]]:
        """Runs and changes without the changed texts of which code says that they stand elsewhere."""
        words = [(change.a_at, change.a_at + change.a_length) for change in changes]
        x, y = self.draft.a.content(left), self.draft.b.content(right)
        wrong = sorted(set(denied(runs, x, y, votes, words)))
        if not wrong:
            return runs, changes
        kept = tuple(c for c in changes if not any(begin <= c.a_at < end for begin, end in wrong))
        return Runs.of(without(runs.triples(), wrong, 0)), kept

    def _exception_types(self, left: Section, right: Section) -> tuple[Ints, Ints]:
        """What language data that are partners refer to, in a and in b."""
        frames = list(self.draft.frames.values())
        at, to = exception_types(self.draft.a, [ours for ours, _ in frames])
        there, other = exception_types(self.draft.b, [theirs for _, theirs in frames])
        starts = self.draft.a.place(left)[0], self.draft.b.place(right)[0]
        place, whole = self.draft.texts[left.index].runs.shifted(*starts).map_fields(at, 4)
        row = np.minimum(np.searchsorted(there, place), max(len(there) - 1, 0))
        if not len(there):
            return at[:0], at[:0]
        hit = whole & (there[row] == place)
        return to[hit], other[row[hit]]

    def _same_table(self, left: Section, right: Section, a: int, b: int, bases: Ints, goals: Ints, width: int) -> int:
        """Bytes of the jump table at ``a`` if the one at ``b`` leads to the same places, else 0."""
        first = int(np.searchsorted(bases, a + left.address))
        last = int(np.searchsorted(bases, a + left.address, side="right"))
        size = width * (last - first)
        if last - first < 2 or b + size > right.size or right.span is None:
            return 0
        found = self.draft.address.map(goals[first:last], False)
        at = right.span.start + b + width * np.arange(last - first, dtype=np.int64)
        there = signed(self.draft.b.numbers(at, width), width) + (
            right.address + b if self._table_origin is None else self._table_origin
        )
        good = found.known & ((found.value == there) | (found.ambiguous & (found.other == there)))
        return size if bool(good.all()) else 0

    @cached_property
    def _table_origin(self) -> int | None:
        """What distances in b's jump tables count from, if it is not the table."""
        found = [
            self.draft.b_code.of(section)
            for section in self.draft.b.elf.sections
            if section.is_executable and section.span
        ]
        return next((part.table_origin for part in found if part is not None and part.table_origin is not None), None)

    def _filled_in(self, left: Section, right: Section) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Contents with a's pointers put through the map as it is so far, and b's as they are."""
        x = self.draft.a.array[self.draft.a.place(left)[0] :][: left.size]
        y = self.draft.b.array[self.draft.b.place(right)[0] :][: right.size]
        if left.name == ".gcc_except_table":
            frames = list(self.draft.frames.values())
            return (
                without_types(self.draft.a, left, x, [ours for ours, _ in frames]),
                without_types(self.draft.b, right, y, [theirs for _, theirs in frames]),
            )
        a_at, a_to, a_mark = self.draft.pointers[0].within(left)
        b_at, b_to, b_mark = self.draft.pointers[1].within(right)
        if not len(a_at) or not len(b_at):
            return x, y
        found = self.draft.address.map(a_to, False)
        there = np.where(found.known, found.value, np.int64(-1))
        return (
            overwritten(x, a_at, np.where(a_mark != 0, a_mark, there), self.draft.a.word),
            overwritten(y, b_at, np.where(b_mark != 0, b_mark, b_to), self.draft.b.word),
        )

    def initialisers(self) -> None:
        """Rows of functions that run before and after main."""
        for left, right in self.draft.pairs:
            rows = left.type in (SHT_INIT_ARRAY, SHT_FINI_ARRAY) or left.name in (".ctors", ".dtors")
            if not rows or left.size != right.size or self.draft.a.relocatable or left.index not in self.draft.texts:
                continue
            at, targets, mark = self.draft.pointers[0].within(left)
            if mark.any() or len(at) != left.size // self.draft.a.word:
                continue
            found = align_initialisers(targets, *self.draft.map_addresses(targets), self.draft.a.word)
            if found is not None:
                self.draft.texts[left.index] = TextAlignment(found)
