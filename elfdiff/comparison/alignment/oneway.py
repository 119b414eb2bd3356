"""OneWay: the map from a to b, every reference of a, and what each must hold in b."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.code.functions import FunctionMatch
from elfdiff.comparison.image import Image, Piece, signed
from elfdiff.comparison.references import all_fields, lengths, unwinding
from elfdiff.comparison.references.code import CodeMap
from elfdiff.comparison.references.copies import meant, same_text, text_at
from elfdiff.comparison.references.crossings import redirected
from elfdiff.comparison.references.fields import ADDRESS, BOUND, COUNT, Fields, Prediction, Space, predict
from elfdiff.comparison.references.layout import displaced_sections
from elfdiff.comparison.runs import Flags, Ints, Runs, ascending, isin
from elfdiff.comparison.texts.mergeable import Crossing
from elfdiff.comparison.texts.pools import TextChange
from elfdiff.comparison.texts.rewrites import Rewrite
from elfdiff.comparison.texts.tails import Tails, is_pool
from elfdiff.values import dataclass, replace

MAX_SITES = 20_000
"""Operands that are looked at one by one."""
NEARBY = 48
"""Bytes of code in which an operand is repeated."""


@dataclass(frozen=True, eq=False)
class OneWay:
    """Everything that the comparison of contents found, from a to b.

    ``runs`` and ``changes`` are in image offsets (file offsets, then inflated contents). ``pieces`` pairs every part of
    the files. ``found_matches`` is empty where no code was compared function by function because all of it is equal.
    """

    a: Image
    b: Image
    pieces: tuple[tuple[Piece | None, Piece | None], ...]
    runs: Runs
    changes: tuple[TextChange, ...]
    rewrites: tuple[Rewrite, ...]
    spaces: Mapping[str, Space]
    found_matches: tuple[FunctionMatch, ...]
    code: CodeMap
    section_map: Mapping[int, int]
    crossings: tuple[Crossing, ...] = ()

    @cached_property
    def stands_still(self) -> bool:
        """Nothing has moved: every reference must hold what it held."""
        return all(
            bool((space.runs.a == space.runs.b).all()) and bool((space.ends_a == space.ends_b).all())
            for space in self.spaces.values()
        )

    @cached_property
    def fields(self) -> tuple[Fields, ...]:
        """Every reference of a, none of them overlapping another; none at all where nothing has moved.

        Where nothing has moved no reference can follow from anything, and every byte of one that differs is
        unexplained.
        """
        if self.stands_still:
            return ()
        taken = np.zeros(len(self.a.data), dtype=bool)
        displaced = displaced_sections(self.a), displaced_sections(self.b)
        for index, other in self.section_map.items():
            # What a header that contradicts its segment holds follows from nothing.
            if index in displaced[0] or other in displaced[1]:
                span = self.a.elf.sections[index].header_span
                taken[span.start : span.end] = True
        out: list[Fields] = []
        for group in redirected(self.a, all_fields(self.a, self.code), self.crossings):
            if not len(group):
                continue
            good = (group.at >= 0) & (group.at + group.width <= len(taken))
            group = group if good.all() else group.where(good)
            if not len(group):
                continue
            used = taken[group.at]
            for index in range(1, group.width):
                used |= taken[group.at + index]
            if not ascending(group.at):
                _, first = np.unique(group.at, return_index=True)
                again = np.ones(len(used), dtype=bool)
                again[first] = False
                used |= again
            group = group.where(~used) if used.any() else group
            for index in range(group.width):
                taken[group.at + index] = True
            if len(group):
                out.append(group)
        asked = lengths.Lengths(self._differing_in_code(taken), self._resized, self._length_in_b)
        for group in lengths.fields(self.a, self.code, asked):
            out.append(group.where(~taken[group.at]))
        bounds = [group for group in out if group.what in (BOUND, COUNT)]
        out = [group for group in out if group.what not in (BOUND, COUNT)]
        for group in bounds:
            at, placed = self.runs.map_fields(group.at, group.width)
            differs = self.a.numbers(group.at, group.width) != self.b.numbers(np.where(placed, at, 0), group.width)
            out += lengths.bounds(self.a, group.where(placed), differs[placed], self._length_in_b)
        for section in self.a.elf.sections:
            if section.name == ".eh_frame" and section.index in self.section_map and not self.a.relocatable:
                out += unwinding.frame_lengths(self.a, section, self._differs)
        return tuple(out)

    @property
    def _differs(self) -> Flags:
        """Which words of a, by where they begin, differ from those of b at their places."""
        out = np.zeros(len(self.a.data), dtype=bool)
        for a, b, n in self.runs.triples():
            out[a : a + n] = self.a.array[a : a + n] != self.b.array[b : b + n]
        for step in (1, 2):
            out[:-step] |= out[step:]
        return out

    def _length_in_b(self, address: int, length: int) -> int | None:
        """How long what stands at these addresses of a is in b, by the map; None where it has no place."""
        space = self.spaces.get(ADDRESS)
        if space is None:
            return None
        start = space.map(np.array([address], dtype=np.int64), False)
        end = space.map(np.array([address + length], dtype=np.int64), True)
        return int(end.value[0] - start.value[0]) if start.known[0] and end.known[0] else None

    @property
    def _resized(self) -> tuple[Ints, Ints]:
        """Where words begin and end in a, as addresses, that a rewrite made longer or shorter; ascending."""
        found: list[tuple[int, int]] = []
        changes = sorted((c.a_at, c.a_length) for c in self.changes if c.a_length != c.b_length)
        for section in self.a.elf.sections:
            if section.is_allocated and section.span is not None and section.compression is None:
                base = section.address - section.span.start
                found += [
                    (at + base, at + base + n) for at, n in changes if section.span.start <= at < section.span.end
                ]
        words = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
        return np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])

    def _differing_in_code(self, taken: Flags) -> Ints:
        """Offsets in a of code bytes that differ and belong to no reference."""
        found: list[Ints] = []
        for section in self.a.elf.sections:
            if not section.is_executable or section.span is None or section.compression is not None:
                continue
            low = int(np.searchsorted(self.runs.a + self.runs.n, section.span.start, side="right"))
            high = int(np.searchsorted(self.runs.a, section.span.end))
            for a, b, n in zip(
                *(column[low:high].tolist() for column in (self.runs.a, self.runs.b, self.runs.n)), strict=True
            ):
                found.append(
                    np.flatnonzero((self.a.array[a : a + n] != self.b.array[b : b + n]) & ~taken[a : a + n]) + a
                )
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    @cached_property
    def predictions(self) -> tuple[Prediction, ...]:
        """What each field must hold in b."""
        return tuple(
            predict(
                group,
                self.runs,
                self.spaces,
                self._b_addresses(group) if group.base in (Base.SITE, Base.PAGE) else None,
            )
            for group in self.fields
        )

    def _b_addresses(self, group: Fields) -> Ints:
        at, _ = self.runs.map_fields(group.at, group.width)
        return addresses_of(self.b, at)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every prediction held against b."""
        return tuple(out for prediction in self.predictions for out in self._otherwise(self._outcome(prediction)))

    def _otherwise(self, outcome: Outcome) -> list[Outcome]:
        """The outcome, and what becomes of code operands that disagree, but mean something beside the place itself.

        The word before something, in loops that count up before they read; the end of a section where nothing else
        begins, which need not be the end of what stands last in it; or the end of something that the same function
        refers to by another operand.
        """
        group, space = outcome.prediction.fields, self.spaces.get(outcome.prediction.fields.space)
        if "code operand" not in group.what or space is None or group.end:
            return [outcome]
        word = self.a.word
        found = [outcome]
        for before in (True, False):
            wrong = ~outcome.good
            targets = group.target[outcome.rows[wrong]]
            if before:
                wrong[wrong] = isin(targets + word, space.runs.a)
            else:
                sites = group.at[outcome.rows[wrong]]
                ends = isin(targets, space.ends_a) & ~isin(targets, space.runs.a)
                wrong[wrong] = ends | self._ends_of_known(sites, targets, space)
            if not wrong.any() or (before and (group.base not in (Base.SITE, Base.NOTHING) or group.immediate)):
                continue
            chosen = np.zeros(len(group), dtype=bool)
            chosen[outcome.rows[wrong]] = True
            part = group.where(chosen)
            if before:
                base = Base.SITE if group.base is Base.SITE else Base.CONSTANT
                part = replace(part, target=part.target + word, extra=part.extra + word, base=base)
            else:
                part = replace(part, end=True)
            counts = part.base in (Base.SITE, Base.PAGE)
            other = self._outcome(predict(part, self.runs, self.spaces, self._b_addresses(part) if counts else None))
            kept = other.good & ~other.copied & (~other.second | (not before))
            # Rows ascend in both.
            wrong[np.flatnonzero(wrong)[~kept]] = False
            found.append(other.without(~kept))
            outcome = found[0] = outcome.without(wrong)
        return found

    @cached_property
    def _code_operands(self) -> tuple[Ints, Ints]:
        """Where operands of code stand in a (ascending), and what they mean."""
        groups = [g for g in self.fields if "code operand" in g.what and g.space == ADDRESS]
        none = np.zeros(0, dtype=np.int64)
        at = np.concatenate([none, *(g.at for g in groups)])
        order = np.argsort(at, kind="stable")
        return at[order], np.concatenate([none, *(g.target for g in groups)])[order]

    def _ends_of_known(self, sites: Ints, targets: Ints, space: Space) -> Flags:
        """Which operands mean the end of a run into which another operand of the same function points."""
        out = np.zeros(len(sites), dtype=bool)
        runs = space.runs
        spans = sorted((m.a_span.start, m.a_span.end) for m in self.found_matches if m.a_span is not None)
        if not spans or not len(runs) or len(sites) > MAX_SITES:
            return out
        starts = np.array([start for start, _ in spans], dtype=np.int64)
        home = np.searchsorted(starts, sites, side="right") - 1
        back = np.maximum(np.searchsorted(runs.a, targets, side="left") - 1, 0)
        ends = (runs.a[back] + runs.n[back] == targets) & (home >= 0)
        at, meant_there = self._code_operands
        for index in np.flatnonzero(ends).tolist():
            low, high = np.searchsorted(at, spans[int(home[index])])
            near = meant_there[low:high]
            out[index] = bool(((near >= runs.a[back[index]]) & (near < targets[index])).any())
        return out

    def _said_twice(self, sites: Ints, targets: Ints) -> Flags:
        """Which of these operands stand close to another one of them that means the same, and to none that does not
        agree: the start files hold the end of .data twice in a row, to compare it with itself."""
        at, meant = self._code_operands
        agreeing = set(sites.tolist())
        out = np.zeros(len(sites), dtype=bool)
        for index, (site, target) in enumerate(zip(sites[:MAX_SITES].tolist(), targets.tolist(), strict=False)):
            low, high = np.searchsorted(at, (site - NEARBY, site + NEARBY))
            near = at[low:high][meant[low:high] == target].tolist()
            out[index] = len(near) > 1 and agreeing.issuperset(near)
        return out

    def _outcome(self, prediction: Prediction) -> Outcome:
        group = prediction.fields
        rows = np.flatnonzero(prediction.placed)
        at = prediction.b_at[rows]
        actual = self.b.numbers(at, group.width)
        known = prediction.known[rows]
        first = known & (actual == prediction.value[rows])
        second = known & ~first & prediction.ambiguous[rows] & (actual == prediction.other[rows])
        if "code operand" in group.what and second.any():
            # What begins where a section ends is what is meant, unless the function refers to what ends there, too, or
            # says the same twice.
            at_end = np.flatnonzero(second)
            sites, targets = group.at[rows[at_end]], group.target[rows[at_end]]
            known_end = self._ends_of_known(sites, targets, self.spaces[group.space])
            second[at_end] = known_end | self._said_twice(sites, targets)
        good = first | second
        failed = np.flatnonzero(~good)
        copied = np.zeros(len(rows), dtype=bool)
        if len(failed):
            copied[failed] = self._same_text(group, rows[failed], actual[failed], at[failed])
        good |= copied
        return Outcome(prediction, rows, at, actual, good, second, copied, self._denied(group, rows, at, actual, known))

    def _denied(self, group: Fields, rows: Ints, at: Ints, actual: Ints, known: Flags) -> Flags:
        """Fields that kept their number, of which the map does not know what they must hold, but that mean another
        place in b than in a: what they mean there has a partner elsewhere."""
        out = np.zeros(len(rows), dtype=bool)
        space = self._backwards.get(group.space)
        kept = np.flatnonzero(~known & (self.a.numbers(group.at[rows], group.width) == actual))
        measures = group.base is Base.PLACE and group.end
        if space is None or not len(kept) or group.negate or (group.immediate is not None and not measures):
            return out
        extra = np.broadcast_to(np.asarray(group.extra, dtype=np.int64), (len(group),))[rows[kept]]
        if group.base is Base.NOTHING:
            place = actual[kept]
        elif group.base is Base.SITE:
            place = signed(actual[kept], group.width) + addresses_of(self.b, at[kept]) + extra
        elif measures:
            start = self.spaces[group.space].map(np.ascontiguousarray(extra), False)
            length = actual[kept] if group.immediate is None else group.immediate.take(actual[kept])
            kept, place = kept[start.known], (length + start.value)[start.known]
        else:
            return out
        found = space.map(place, group.end)
        target = group.target[rows[kept]]
        out[kept] = found.known & (found.value != target) & ~(found.ambiguous & (found.other == target))
        return out

    @cached_property
    def _backwards(self) -> dict[str, Space]:
        """The maps from b to a."""
        out: dict[str, Space] = {}
        for name, space in self.spaces.items():
            order = np.argsort(space.ends_b, kind="stable")
            out[name] = replace(
                space, runs=space.runs.inverse(), ends_a=space.ends_b[order], ends_b=space.ends_a[order]
            )
        return out

    def _same_text(self, group: Fields, rows: Ints, actual: Ints, at: Ints) -> Flags:
        """Fields that disagree with the map, but mean another copy of the same text.

        Only where the map leads to no such text: a linker that still has the copy it meant has no reason for another.
        """
        chosen = np.zeros(len(group), dtype=bool)
        chosen[rows] = True
        subset = group.where(chosen)
        places = meant(subset, actual, addresses_of(self.b, at) if group.base is Base.SITE else None)
        if places is None or group.space not in self.spaces:
            return np.zeros(len(rows), dtype=bool)
        there = self.spaces[group.space].map(subset.target, False)
        kept = there.known & same_text(self.a, self.b, group, rows, there.value, self.section_map, {})
        return (~kept & same_text(self.a, self.b, group, rows, places, self.section_map, {})) | self._ends(
            group, rows, places
        )

    def _ends(self, group: Fields, rows: Ints, places: Ints) -> Flags:
        """Fields that mean the end of a text, or a text by itself, where in both files the rule of its pool puts it."""
        out = np.zeros(len(rows), dtype=bool)
        kind, _, number = group.space.partition(" ")
        index = int(number) if kind == "contents" and number.isdigit() else -1
        tails = self.tails.get(index)
        if tails is None:
            return out
        for row, (target, place) in enumerate(zip(group.target[rows].tolist(), places.tolist(), strict=True)):
            text = text_at(self.a, group.space, target, index)
            out[row] = text is not None and tails[0].place(text) == target and tails[1].place(text) == place
        return out

    @cached_property
    def tails(self) -> Mapping[int, tuple[Tails, Tails]]:
        """Pools that differ, of a and of b, by a's section index."""
        out: dict[int, tuple[Tails, Tails]] = {}
        for index, other in self.section_map.items():
            left, right = self.a.elf.sections[index], self.b.elf.sections[other]
            if is_pool(left) and is_pool(right):
                x, y = self.a.content(left), self.b.content(right)
                if x != y:
                    out[index] = Tails(x), Tails(y)
        return out


@dataclass(frozen=True, slots=True)
class Outcome:
    """One prediction held against b, for the fields that have a place there.

    ``rows`` index the fields, ``at`` are their offsets in b, ``actual`` what stands there. ``good``: as predicted, by
    the first candidate, by the ``second``, or because it means a copy of the same text (``copied``). ``denied``: equal
    numbers of which the map knows only that they mean different places.
    """

    prediction: Prediction
    rows: Ints
    at: Ints
    actual: Ints
    good: Flags
    second: Flags
    copied: Flags
    denied: Flags

    def without(self, left_out: Flags) -> Outcome:
        """The same without some of the rows."""
        keep = ~left_out
        return Outcome(
            self.prediction,
            self.rows[keep],
            self.at[keep],
            self.actual[keep],
            self.good[keep],
            self.second[keep],
            self.copied[keep],
            self.denied[keep],
        )


def addresses_of(image: Image, at: Ints) -> Ints:
    """Virtual addresses of file offsets in allocated sections; the offset itself elsewhere."""
    out = at.copy()
    for section in image.elf.sections:
        if section.is_allocated and section.span is not None and section.compression is None:
            inside = (at >= section.span.start) & (at < section.span.end)
            out[inside] = at[inside] - section.span.start + section.address
    return out
