"""Pair: two ElfFiles, who is whom in them, and the neutral rewrites between them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property

from elfdiff.comparison.alignment.alignment import Alignment, align
from elfdiff.comparison.code.functions import FunctionMatch
from elfdiff.comparison.sections import SectionPair, pair_sections
from elfdiff.comparison.tables.gopaths import trimmed_heads
from elfdiff.comparison.tables.units import UnitPair, pair_units
from elfdiff.comparison.texts.find import Spot, Unmatched, holds_text, unmatched
from elfdiff.comparison.texts.pairing import Contents, StringPair, only_moved, pair_texts, short_partner
from elfdiff.comparison.texts.parts import Part, joined
from elfdiff.comparison.texts.rewrites import Rewrite, RewriteKind, infer_prefixes
from elfdiff.elf.file import ElfFile
from elfdiff.errors import ElfdiffError
from elfdiff.payload.dependencies import read_dependencies
from elfdiff.payload.embedded import Embedded, embedded
from elfdiff.payload.package import DependencyList
from elfdiff.values import dataclass

MAX_NAMED = 2000
"""Texts of one section whose objects are looked up by name."""


@dataclass(frozen=True, slots=True)
class CarriedPair:
    """What both files carry at one place, and what differs."""

    a: Embedded
    b: Embedded


@dataclass(frozen=True)
class Pair:
    """Everything that the comparison found, none of it explained yet.

    ``rewrites[i].id == i``. ``strings`` holds each text that one side lacks, once, in a's section order. ``skipped``
    says what was left out because there is too much of it. ``carried`` are archives and the like that both carry, and
    that differ; no text is looked for in them. Without ``aligned`` no code is: no function has a match.
    """

    a: ElfFile
    b: ElfFile
    sections: tuple[SectionPair, ...]
    rewrites: tuple[Rewrite, ...]
    strings: tuple[StringPair, ...]
    units: tuple[UnitPair, ...]
    skipped: tuple[str, ...] = ()
    carried: tuple[CarriedPair, ...] = ()
    aligned: bool = True

    @cached_property
    def alignment(self) -> Alignment:
        """Who stands where: the address map and the matched functions; computed on first use."""
        return align(self.a, self.b, self.sections, self.rewrites)

    @cached_property
    def function_matches(self) -> tuple[FunctionMatch, ...]:
        """What became of functions; none where the alignment failed by a fault of ours (ELFDIFF_DEBUG=1 shows it)."""
        if not self.aligned:
            return ()
        try:
            return self.alignment.matches
        except (ElfdiffError, MemoryError):
            raise
        except Exception:
            if os.environ.get("ELFDIFF_DEBUG"):
                raise
            return ()

    @cached_property
    def dependencies(self) -> tuple[DependencyList, DependencyList]:
        """The dependency lists embedded in a and in b; their state says whether there is one."""
        return read_dependencies(self.a.data, self.a.path), read_dependencies(self.b.data, self.b.path)

    @cached_property
    def common_names(self) -> frozenset[str]:
        """Names of symbols that both files define or import."""
        left, right = ({symbol.name for symbol in (*elf.symbols, *elf.dynamic_symbols)} for elf in (self.a, self.b))
        return frozenset(left & right)

    @cached_property
    def _opaque(self) -> dict[int, list[StringPair]]:
        found: dict[int, list[StringPair]] = {}
        for item in self.strings:
            for rewrite in item.rewrites:
                if self.rewrites[rewrite].kind is RewriteKind.OPAQUE:
                    found.setdefault(rewrite, []).append(item)
        return found

    def opaque_texts(self, rewrites: Iterable[int]) -> Iterator[StringPair]:
        """The texts that the opaque ones among these rewrites changed."""
        for rewrite in rewrites:
            yield from self._opaque.get(rewrite, ())

    @cached_property
    def _rewrites_of_texts(self) -> dict[tuple[bytes, bytes], tuple[int, ...]]:
        return {(item.a.text, item.b.text): item.rewrites for item in self.strings if item.a and item.b}

    def text_rewrites(self, a_text: str | None, b_text: str | None) -> tuple[int, ...]:
        """Ids of the rewrites of the changed text that reads ``a_text`` in a and ``b_text`` in b; empty if there is
        none."""
        if a_text is None or b_text is None:
            return ()
        key = (a_text.encode("utf-8", "surrogateescape"), b_text.encode("utf-8", "surrogateescape"))
        return self._rewrites_of_texts.get(key, ())

    def path_rewrites(self, a_text: str | None, b_text: str | None) -> tuple[int, ...]:
        """Ids of the PREFIX rewrites that turn one text into the other exactly; empty if they do not."""
        if a_text is None or b_text is None or a_text == b_text:
            return ()
        return self.rewritten(a_text).get(b_text, ())

    def rewritten(self, text: str) -> dict[str, tuple[int, ...]]:
        """What a text becomes by one PREFIX rewrite after the other, each with the ids of those that made it."""
        now = text.encode("utf-8", "surrogateescape")
        used: list[int] = []
        found: dict[str, tuple[int, ...]] = {}
        for rewrite in self._prefixes:
            changed = rewrite.apply(now)
            if changed != now:
                now = changed
                used.append(rewrite.id)
                found.setdefault(now.decode("utf-8", "surrogateescape"), tuple(used))
        return found

    @cached_property
    def _prefixes(self) -> tuple[Rewrite, ...]:
        return tuple(rewrite for rewrite in self.rewrites if rewrite.kind is RewriteKind.PREFIX)


class _Rewrites:
    """Gives each distinct (kind, a, b) one id."""

    def __init__(self) -> None:
        self.known: dict[tuple[RewriteKind, bytes, bytes], Rewrite] = {}

    def add(self, kind: RewriteKind, a: bytes, b: bytes) -> Rewrite:
        key = (kind, a, b)
        if key not in self.known:
            self.known[key] = Rewrite(len(self.known), kind, a, b)
        return self.known[key]


def compare(a: ElfFile, b: ElfFile) -> Pair:
    """Pair sections, texts and DWARF units of two files of one machine, class and byte order."""
    sections = pair_sections(a, b)
    units = pair_units(a.debug_units, b.debug_units)
    carried = tuple(_carried(a, b))
    hidden = {item.a.place for item in carried}
    found: list[Part] = []
    room = Unmatched(len(a.data)), Unmatched(len(b.data))
    for pair in sections:
        if pair.name in hidden or all(part is None or not holds_text(part) for part in (pair.a, pair.b)):
            continue
        lists = unmatched(a, b, pair.a, pair.b, room)
        if lists[0] or lists[1]:
            found.append(Part((pair,), lists))
    rewrites = _Rewrites()
    trimmed = trimmed_heads(a, b)
    tops = [head.rstrip(b"/") for heads in trimmed for head in heads if head.startswith(b"/")]
    directories = [
        (unit.a.directory.encode("utf-8", "surrogateescape"), unit.b.directory.encode("utf-8", "surrogateescape"))
        for unit in units
        if unit.a and unit.b and unit.a.directory and unit.b.directory
    ]
    prefixes = [
        rewrites.add(RewriteKind.PREFIX, old, new)
        for old, new, _ in infer_prefixes(
            _texts(part.lists[0] for part in found) + _dynamic_texts(a),
            _texts(part.lists[1] for part in found) + _dynamic_texts(b),
            directories,
        )
        # A relative path that took the place of an absolute one has no directory of its own.
        if not any(side.startswith(top) for side in (old, new) for top in tops)
    ]
    for old, new in trimmed:
        rewrites.add(RewriteKind.TOKEN, old, new)
    told = _unit_names(units)
    strings: list[StringPair] = []
    for part in joined(found, a, b):
        _, _, a_before, b_before = part.lists
        rewritten = {spot.offset: _apply(prefixes, spot.text) for spot in part.lists[0]}
        a_contents, b_contents = Contents(part.contents(a, 0)), Contents(part.contents(b, 1))
        found_pairs = pair_texts(*part.lists, bool(prefixes), rewritten, told)
        sections_of = part.pairs[0]
        for left, right, how in _by_symbol(found_pairs, a, b) if part.alone else found_pairs:
            if right is None and left and sections_of.b and part.alone:
                right = short_partner(left, a_before[left.offset], a_contents.bytes, b_contents, sections_of.b)
            elif left is None and right and sections_of.a and part.alone:
                left = short_partner(right, b_before[right.offset], b_contents.bytes, a_contents, sections_of.a)
            if left and right and how == "alone":
                how = "neighbour"
                rewritten.setdefault(left.offset, left.text)
            if how in ("rewrite", "shape") or not only_moved(
                rewritten[left.offset] if left else None, right.text if right else None, a_contents, b_contents
            ):
                strings.append(_string_pair(part.own(left, 0), part.own(right, 1), how, prefixes, rewrites))
    skipped = tuple(
        f"{side}: {elf.path}: {texts.cut}: only the first {texts.most} changed texts of this file were looked at"
        for side, elf, texts in (("a", a, room[0]), ("b", b, room[1]))
        if texts.cut is not None
    )
    return Pair(a, b, sections, tuple(rewrites.known.values()), tuple(strings), units, skipped, carried)


def _carried(a: ElfFile, b: ElfFile) -> Iterator[CarriedPair]:
    """By place and occurrence."""
    places: dict[str, list[Embedded]] = {}
    for item in embedded(b):
        places.setdefault(item.place, []).append(item)
    for item in embedded(a):
        waiting = places.get(item.place)
        if waiting:
            other = waiting.pop(0)
            if a.data[item.span.start : item.span.end] != b.data[other.span.start : other.span.end]:
                yield CarriedPair(item, other)


def _unit_names(units: Iterable[UnitPair]) -> dict[bytes, bytes]:
    """What the names of units became, whole and without their directories; a name that became two is left out."""
    found: dict[bytes, set[bytes]] = {}
    for unit in units:
        if not unit.a or not unit.b or not unit.a.name or not unit.b.name or unit.a.name == unit.b.name:
            continue
        a, b = (name.encode("utf-8", "surrogateescape") for name in (unit.a.name, unit.b.name))
        for old, new in ((a, b), (a.rpartition(b"/")[2], b.rpartition(b"/")[2])):
            if old != new:
                found.setdefault(old, set()).add(new)
    return {old: new for old, (new, *more) in found.items() if not more}


def _by_symbol(
    found: list[tuple[Spot | None, Spot | None, str]], a: ElfFile, b: ElfFile
) -> list[tuple[Spot | None, Spot | None, str]]:
    """Texts left over that are the contents of objects of one name belong together, however they read."""
    named: list[dict[str, list[Spot]]] = []
    for elf, spots in (
        (a, [left for left, right, _ in found if left and right is None]),
        (b, [right for left, right, _ in found if right and left is None]),
    ):
        names: dict[str, list[Spot]] = {}
        for spot in spots[:MAX_NAMED]:
            symbol = elf.symbol_at(spot.section, spot.offset)
            if symbol is not None and symbol.kind == "object" and symbol.size == len(spot.text) + 1:
                names.setdefault(symbol.name, []).append(spot)
        named.append(names)
    joined = {
        spots[0].offset: named[1][name][0]
        for name, spots in named[0].items()
        if len(spots) == 1 and len(named[1].get(name, ())) == 1
    }
    if not joined:
        return found
    taken = {spot.offset for spot in joined.values()}
    out: list[tuple[Spot | None, Spot | None, str]] = []
    for left, right, how in found:
        if left and right is None and left.offset in joined:
            out.append((left, joined[left.offset], "symbol"))
        elif not (right and left is None and right.offset in taken):
            out.append((left, right, how))
    return out


def _texts(lists: Iterable[list[Spot]]) -> list[bytes]:
    return [spot.text for spots in lists for spot in spots]


def _dynamic_texts(elf: ElfFile) -> list[bytes]:
    return [entry.text.encode("utf-8", "surrogateescape") for entry in elf.dynamic if entry.text and "/" in entry.text]


def _apply(prefixes: list[Rewrite], text: bytes) -> bytes:
    for rewrite in prefixes:
        text = rewrite.apply(text)
    return text


def _string_pair(
    left: Spot | None, right: Spot | None, how: str, prefixes: list[Rewrite], rewrites: _Rewrites
) -> StringPair:
    if left is None or right is None:
        return StringPair(left, right, (), False, how)
    text = left.text
    used: list[int] = []
    for rewrite in prefixes:
        changed = rewrite.apply(text)
        if changed != text:
            text = changed
            used.append(rewrite.id)
    if text == right.text:
        return StringPair(left, right, tuple(used), True, how)
    used.append(rewrites.add(RewriteKind.OPAQUE, left.text, right.text).id)
    return StringPair(left, right, tuple(used), False, how)
