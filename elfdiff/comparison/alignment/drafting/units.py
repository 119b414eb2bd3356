"""Sections of DWARF that go with the units that they belong to."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.alignment.contributions import (
    LENGTH_PREFIXED,
    align_at,
    align_by_owner,
    align_units,
    hidden,
    masked,
    owners,
    units,
)
from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.twins import Twins, twins
from elfdiff.comparison.references import debug_fields
from elfdiff.comparison.references.fields import contents_of
from elfdiff.comparison.runs import Runs
from elfdiff.comparison.tables.records import align_by_place
from elfdiff.comparison.texts.pools import TextAlignment
from elfdiff.elf.model import Section


class DebugUnits:
    """Contributions to DWARF sections, and the units that refer to them."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @cached_property
    def hidden(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which bytes of each image belong to references of DWARF."""
        return hidden(self.draft.a, debug_fields(self.draft.code)), hidden(
            self.draft.b, debug_fields(self.draft.b_code)
        )

    @cached_property
    def in_order(self) -> bool:
        """Units of the same names stand in the same order, as far as both files have any."""
        return all(
            (x.name or "").rsplit("/", 1)[-1] == (y.name or "").rsplit("/", 1)[-1]
            for x, y in zip(self.draft.a.elf.debug_units, self.draft.b.elf.debug_units, strict=False)
        )

    def align_units(self, left: Section, right: Section) -> Runs:
        """Runs of one section that is a row of units."""
        draft = self.draft
        parts = units(draft.a.content(left), draft.a.little), units(draft.b.content(right), draft.b.little)
        data = masked(draft.a, draft.b, left, right, self.hidden)
        found = Twins()
        if left.name.endswith("debug_info"):
            found = twins(draft, (left, right), data, parts, (debug_fields(draft.code), debug_fields(draft.b_code)))
        return align_units(data, parts, draft.rewriter, found.pairs, found.disputed)

    def align(self) -> None:
        """Tables of abbreviations and address ranges go with the units that they belong to."""
        by_name = {left.name.replace(".zdebug_", ".debug_"): (left, right) for left, right in self.draft.pairs}
        if ".debug_abbrev" not in by_name or ".debug_info" not in by_name:
            return
        self._by_owners(by_name)
        left, right = by_name[".debug_abbrev"]
        info = by_name[".debug_info"]
        text = self.draft.texts.get(left.index)
        placed = self.draft.texts.get(info[0].index)
        x, y = self.draft.a.content(left), self.draft.b.content(right)
        if text is None or placed is None or self.draft.a.relocatable:
            return
        self._address_ranges(by_name, info, placed)
        ours = [f for f in debug_fields(self.draft.code) if f.what == "abbreviations of a unit"]
        if not ours:
            return
        at, whole = placed.runs.shifted(self.draft.a.place(info[0])[0], self.draft.b.place(info[1])[0]).map_fields(
            ours[0].at, ours[0].width
        )
        to = self.draft.b.numbers(at[whole], ours[0].width)
        if x == y and bool((ours[0].target[whole] == to).all()):
            return
        self.draft.texts[left.index] = TextAlignment(align_at(ours[0].target[whole], to, x, y, text.runs), text.changes)

    def _by_owners(self, by_name: dict[str, tuple[Section, Section]]) -> None:
        """Contributions that look alike go with the units that refer to them."""
        left, right = by_name[".debug_info"]
        placed = self.draft.texts.get(left.index)
        if placed is None or self.draft.a.relocatable:
            return
        entries = (
            units(self.draft.a.content(left), self.draft.a.little),
            units(self.draft.b.content(right), self.draft.b.little),
        )
        at, whole = placed.runs.map_fields(np.array([unit.start for unit in entries[0]], dtype=np.int64), 4)
        rows = {unit.start: j for j, unit in enumerate(entries[1])}
        partner = np.array(
            [rows.get(b, -1) if known else -1 for b, known in zip(at.tolist(), whole.tolist(), strict=True)],
            dtype=np.int64,
        )
        if bool((np.diff(partner[partner >= 0]) > 0).all()):
            return
        for name in LENGTH_PREFIXED - {".debug_info", ".debug_types", ".debug_aranges", ".debug_names"}:
            text = self.draft.texts.get(by_name[name][0].index) if name in by_name else None
            if text is None:
                continue
            found, owned, plain = [], [], []
            for index, (image, section) in enumerate(zip((self.draft.a, self.draft.b), by_name[name], strict=True)):
                home = image.place((left, right)[index])
                groups = [
                    f
                    for f in debug_fields((self.draft.code, self.draft.b_code)[index])
                    if f.space == contents_of(section.index)
                ]
                places = np.concatenate([np.zeros(0, dtype=np.int64), *(f.at - home[0] for f in groups)])
                targets = np.concatenate([np.zeros(0, dtype=np.int64), *(f.target for f in groups)])
                inside = (places >= 0) & (places < home[1])
                found.append(units(image.content(section), image.little))
                owned.append(owners(found[index], entries[index], places[inside], targets[inside]))
                start, size = image.place(section)
                data = image.array[start : start + size].copy()
                data[self.hidden[index][start : start + size]] = 0
                plain.append(data)
            runs = align_by_owner((found[0], found[1]), (owned[0], owned[1]), partner, plain[0], plain[1], text.runs)
            self.draft.texts[by_name[name][0].index] = TextAlignment(runs, text.changes)

    def _address_ranges(
        self, by_name: dict[str, tuple[Section, Section]], info: tuple[Section, Section], placed: TextAlignment
    ) -> None:
        """Sets of .debug_aranges look alike; each names its unit."""
        if ".debug_aranges" not in by_name or self.draft.a.relocatable:
            return
        left, right = by_name[".debug_aranges"]
        sets = [
            units(image.content(section), image.little)
            for image, section in ((self.draft.a, left), (self.draft.b, right))
        ]
        if not all(sets):
            return
        places = []
        for image, section, found in ((self.draft.a, left, sets[0]), (self.draft.b, right, sets[1])):
            at = image.place(section)[0] + 6 + np.array([f.start for f in found], dtype=np.int64)
            places.append(image.numbers(at, 4))
        mapped = placed.runs.map(places[0])
        # The first unit stands at 0, which is a place here.
        partner = align_by_place(places[0] + 1, places[1] + 1, mapped.value + 1, mapped.known)
        runs = [
            (
                sets[0][i].start,
                sets[1][j].start,
                min(sets[0][i].end - sets[0][i].start, sets[1][j].end - sets[1][j].start),
            )
            for i, j in enumerate(partner.tolist())
            if j >= 0
        ]
        self.draft.texts[left.index] = TextAlignment(Runs.of(runs))
