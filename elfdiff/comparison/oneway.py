"""OneWay: the map from a to b, every reference of a, and what each must hold in b."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from elfdiff.comparison.copies import meant, same_text
from elfdiff.comparison.fields import Base, Fields, Prediction, Space, predict
from elfdiff.comparison.functions import FunctionMatch, FunctionStatus, functions_in, masked
from elfdiff.comparison.image import Image, Piece
from elfdiff.comparison.layout import displaced_sections
from elfdiff.comparison.pools import TextChange
from elfdiff.comparison.references import all_fields, lengths
from elfdiff.comparison.references.code import CodeMap
from elfdiff.comparison.references.ranges import function_ranges
from elfdiff.comparison.rewrites import Rewrite
from elfdiff.comparison.runs import Flags, Ints, Runs
from elfdiff.span import Span


@dataclass(frozen=True, eq=False)
class OneWay:
    """Everything that the comparison of contents found, from a to b.

    ``runs`` and ``changes`` are in image offsets (file offsets, then inflated contents). ``pieces`` pairs every part of
    the files. ``matches`` is empty where no code was compared function by function because all of it is equal.
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
        for group in all_fields(self.a, self.code):
            if not len(group):
                continue
            good = (group.at >= 0) & (group.at + group.width <= len(taken))
            group = group if good.all() else group.where(good)
            if not len(group):
                continue
            free = np.ones(len(group), dtype=bool)
            for index in range(group.width):
                free &= ~taken[group.at + index]
            _, first = np.unique(group.at, return_index=True)
            if len(first) < len(free):
                once = np.zeros(len(free), dtype=bool)
                once[first] = True
                free &= once
            group = group if free.all() else group.where(free)
            for index in range(group.width):
                taken[group.at + index] = True
            if len(group):
                out.append(group)
        out += lengths.fields(self.a, self.code, self._differing_in_code(taken))
        return tuple(out)

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
        found: list[Outcome] = []
        for prediction in self.predictions:
            outcome = self._outcome(prediction)
            before = self._just_before(outcome)
            found += [outcome] if before is None else [outcome.without(before[0]), before[1]]
        return tuple(found)

    def _just_before(self, outcome: Outcome) -> tuple[Flags, Outcome] | None:
        """Code operands that disagree, but mean the word before something: loops that count up before they read.

        Which rows of the outcome these are, and what becomes of them. Only where something else begins behind that
        word.
        """
        group, space = outcome.prediction.fields, self.spaces.get(outcome.prediction.fields.space)
        if "code operand" not in group.what or group.base not in (Base.SITE, Base.NOTHING) or group.immediate:
            return None
        wrong = ~outcome.good
        if not wrong.any() or space is None:
            return None
        word = self.a.word
        wrong[wrong] = np.isin(group.target[outcome.rows[wrong]] + word, space.runs.a)
        if not wrong.any():
            return None
        chosen = np.zeros(len(group), dtype=bool)
        chosen[outcome.rows[wrong]] = True
        part = group.where(chosen)
        base = Base.SITE if group.base is Base.SITE else Base.CONSTANT
        shifted = replace(part, target=part.target + word, extra=part.extra + word, base=base)
        other = self._outcome(
            predict(shifted, self.runs, self.spaces, self._b_addresses(shifted) if base is Base.SITE else None)
        )
        kept = other.good & ~other.second & ~other.copied
        if not kept.any():
            return None
        # Rows ascend in both.
        places = np.flatnonzero(wrong)
        wrong[places[~kept]] = False
        return wrong, other.without(~kept)

    def _outcome(self, prediction: Prediction) -> Outcome:
        group = prediction.fields
        rows = np.flatnonzero(prediction.placed)
        at = prediction.b_at[rows]
        actual = self.b.numbers(at, group.width)
        known = prediction.known[rows]
        first = known & (actual == prediction.value[rows])
        second = known & ~first & prediction.ambiguous[rows] & (actual == prediction.other[rows])
        good = first | second
        failed = np.flatnonzero(~good)
        copied = np.zeros(len(rows), dtype=bool)
        if len(failed):
            copied[failed] = self._same_text(group, rows[failed], actual[failed], at[failed])
        return Outcome(prediction, rows, at, actual, good | copied, second, copied)

    def _same_text(self, group: Fields, rows: Ints, actual: Ints, at: Ints) -> Flags:
        """Fields that disagree with the map, but mean another copy of the same text."""
        chosen = np.zeros(len(group), dtype=bool)
        chosen[rows] = True
        subset = group.where(chosen)
        places = meant(subset, actual, addresses_of(self.b, at) if group.base is Base.SITE else None)
        if places is None:
            return np.zeros(len(rows), dtype=bool)
        return same_text(self.a, self.b, group, rows, places, self.section_map, {})

    @cached_property
    def matches(self) -> tuple[FunctionMatch, ...]:
        """Functions as compared; one that holds a reference to another place than before has changed, too.

        One that differs in nothing but lengths that follow from texts has not.
        """
        return tuple(self._but_for_lengths(match) for match in self._redirected())

    @cached_property
    def _predicted(self) -> Flags | None:
        """Bytes of a that belong to a reference that b holds as predicted; None without a text's length in code."""
        if not any(outcome.prediction.fields.what == lengths.WHAT and outcome.good.any() for outcome in self.outcomes):
            return None
        out = np.zeros(len(self.a.data), dtype=bool)
        for outcome in self.outcomes:
            group = outcome.prediction.fields
            at = group.at[outcome.rows[outcome.good]]
            for index in range(group.width):
                out[at + index] = True
        return out

    def _but_for_lengths(self, match: FunctionMatch) -> FunctionMatch:
        x, y = match.a_span, match.b_span
        if match.status is not FunctionStatus.CHANGED or x is None or y is None or x.length != y.length:
            return match
        if self._predicted is None:
            return match
        differs = self.a.array[x.start : x.end] != self.b.array[y.start : y.end]
        if (differs & ~self._predicted[x.start : x.end]).any():
            return match
        same = match.a_address == match.b_address
        return replace(match, status=FunctionStatus.SAME if same else FunctionStatus.MOVED)

    def _redirected(self) -> tuple[FunctionMatch, ...]:
        wrong = self._wrong_in_code()
        if not len(wrong):
            return self.found_matches
        if not self.found_matches:
            return tuple(self._around(wrong))
        starts = np.array([m.a_span.start if m.a_span else -1 for m in self.found_matches], dtype=np.int64)
        order = np.argsort(starts, kind="stable")
        of = order[np.maximum(np.searchsorted(starts[order], wrong, side="right") - 1, 0)]
        out = list(self.found_matches)
        for index, at in zip(of.tolist(), wrong.tolist(), strict=True):
            match = out[index]
            if match.a_span and at in match.a_span and match.status in (FunctionStatus.SAME, FunctionStatus.MOVED):
                out[index] = replace(match, status=FunctionStatus.REDIRECTED)
        return tuple(out)

    def _wrong_in_code(self) -> Ints:
        """Offsets in a of code operands that disagree with the map; a jump table counts where its code is."""
        if self.stands_still:
            return self._differing_code()
        wrong = [
            outcome.prediction.fields.at[outcome.rows[~outcome.good]]
            for outcome in self.outcomes
            if "code operand" in outcome.prediction.fields.what
        ]
        return np.unique(np.concatenate(wrong)) if wrong else np.zeros(0, dtype=np.int64)

    def _differing_code(self) -> Ints:
        """Offsets of differing bytes of code where everything stands where it stood."""
        found: list[Ints] = []
        for section in self.a.elf.sections:
            other = self.section_map.get(section.index)
            if not section.is_executable or section.span is None or other is None or section.compression is not None:
                continue
            place = self.b.elf.sections[other].span
            if place is None or place.length != section.span.length:
                continue
            x, y = self.a.array[section.span.start : section.span.end], self.b.array[place.start : place.end]
            found.append(np.flatnonzero(x != y) + section.span.start)
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def _around(self, wrong: Ints) -> list[FunctionMatch]:
        """The functions that hold these offsets, where code did not move within its section."""
        out: list[FunctionMatch] = []
        ranges = function_ranges(self.a)
        for section in self.a.elf.sections:
            if not section.is_executable or section.span is None or section.index not in self.section_map:
                continue
            inside = wrong[(wrong >= section.span.start) & (wrong < section.span.end)] - section.span.start
            other = self.b.elf.sections[self.section_map[section.index]]
            if not len(inside) or other.span is None:
                continue
            functions = functions_in(self.a, section, ranges)
            starts = np.array([f.start for f in functions], dtype=np.int64)
            references, little = self.code.of(section), self.a.elf.byte_order == "little"
            code = [
                masked(image.array[span.start : span.end], references, little)
                for image, span in ((self.a, section.span), (self.b, other.span))
            ]
            for index in np.unique(np.searchsorted(starts, inside, side="right") - 1).tolist():
                if index < 0:
                    continue
                f = functions[index]
                alike = references is not None and np.array_equal(code[0][f.start : f.end], code[1][f.start : f.end])
                out.append(
                    FunctionMatch(
                        f.name,
                        section.name,
                        Span(section.span.start + f.start, section.span.start + f.end),
                        Span(other.span.start + f.start, other.span.start + f.end),
                        section.address + f.start,
                        other.address + f.start,
                        FunctionStatus.REDIRECTED if alike else FunctionStatus.CHANGED,
                        "position",
                    )
                )
        return out


@dataclass(frozen=True, slots=True)
class Outcome:
    """One prediction held against b, for the fields that have a place there.

    ``rows`` index the fields, ``at`` are their offsets in b, ``actual`` what stands there. ``good``: as predicted, by
    the first candidate, by the ``second``, or because it means a copy of the same text (``copied``).
    """

    prediction: Prediction
    rows: Ints
    at: Ints
    actual: Ints
    good: Flags
    second: Flags
    copied: Flags

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
        )


def addresses_of(image: Image, at: Ints) -> Ints:
    """Virtual addresses of file offsets in allocated sections; the offset itself elsewhere."""
    out = at.copy()
    for section in image.elf.sections:
        if section.is_allocated and section.span is not None and section.compression is None:
            inside = (at >= section.span.start) & (at < section.span.end)
            out[inside] = at[inside] - section.span.start + section.address
    return out
