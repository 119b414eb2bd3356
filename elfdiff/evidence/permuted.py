"""The same items in another order: named data, records of tables, constants of a function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from elfdiff.comparison.code.disassembly import instructions
from elfdiff.comparison.code.functions import FunctionMatch, FunctionStatus
from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import SHT_REL, SHT_RELA, ElfFile
from elfdiff.elf.model import Section, Symbol
from elfdiff.evidence.facts import ItemOrderChange
from elfdiff.evidence.model import Evidence
from elfdiff.evidence.places import readable
from elfdiff.patterns import late
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass

FEWEST = 3
EM_X86_64, DISTANCE = 62, 4
SHOWN = 8
MAX_SYMBOLS = 20_000
MAX_FUNCTIONS, MAX_TABLES = 40, 16
MAX_SECTION = 1 << 24
MAX_WORDS = 1 << 14
"""Words of one table, from the first that differs to the last."""
LONGEST_RECORD = 16
SMALLEST_PIECE = 8
"""Bytes: what is shorter is aligned by chance."""
APART = 64
"""So many equal words between two that differ part two tables."""
MAX_TEXT, BYTES = 256, 16
_DATA = (".rodata", ".data", ".sdata", ".srodata", ".lrodata", ".init.data", ".init.rodata")
_NUMBER = late(r"-?0x[0-9a-f]+|-?\b\d+\b")

_Token = tuple[str, bytes]


def extract(pair: Pair) -> Iterator[Evidence]:
    """Objects by section, then tables by section, then functions."""
    if any(elf.section(".go.buildinfo") for elf in (pair.a, pair.b)):
        return  # Go's tables are made of offsets into one another
    sides = _Side(pair.a), _Side(pair.b)
    tables: list[ItemOrderChange] = []
    for item in pair.sections:
        left, right = item.a, item.b
        if left is None or right is None or not item.name.startswith(_DATA) or left.is_executable:
            continue
        if not left.is_allocated or left.span is None or right.span is None or left.size > MAX_SECTION:
            continue
        if pair.a.raw(left) == pair.b.raw(right):
            continue
        found = _objects(sides, left, right)
        changes = [found] if found else list(_tables(sides, left, right))[:MAX_TABLES]
        changes = changes or list(_pieces(pair, left, right))
        tables += changes
        yield from changes
    yield from _functions(pair, tables)


@dataclass(frozen=True)
class _Side:
    """One file, its named data, and where its loader writes addresses."""

    elf: ElfFile

    @cached_property
    def named(self) -> dict[int, list[Symbol]]:
        """Section index to the symbols in it that name data, by address."""
        found: dict[int, list[Symbol]] = {}
        for symbol in self.elf.symbols:
            if symbol.name and symbol.kind in ("notype", "object") and not symbol.name.startswith("$"):
                found.setdefault(symbol.section, []).append(symbol)
        for symbols in found.values():
            symbols.sort(key=lambda symbol: symbol.value)
        return found

    @cached_property
    def pointers(self) -> dict[int, tuple[int, Span]]:
        """Address of each word that the loader makes an address, with that address and the bytes that say which.

        Those are the addend of its entry, or the word itself: another symbol or type in an entry is no other order.
        """
        found: dict[int, tuple[int, Span]] = {}
        width = self.elf.elf_class // 8
        if self.elf.header.type_name.endswith("REL"):
            return found
        for section in self.elf.sections:
            if section.type not in (SHT_REL, SHT_RELA) or section.span is None or not section.is_allocated:
                continue
            table = self.elf.relocation_table(section)
            explicit = section.type == SHT_RELA
            names = table.dtype.names or ()
            for index, at in enumerate(table["offset"].tolist()):
                end = section.span.start + (index + 1) * section.entry_size
                said = Span(end - width, end)
                addend = int(table["addend"][index]) if explicit and "addend" in names else None
                place = self.elf.offset_of(int(at))
                if addend is None and place is not None:
                    addend = int.from_bytes(self.elf.data[place : place + width], self.elf.byte_order)
                    said = Span(place, place + width)
                if addend is not None:
                    found[int(at)] = addend, said
        return found

    def tokens(self, section: Section, unit: int, counted: bool) -> list[_Token]:
        """What each word of a section holds; a pointer is what it points to.

        ``counted`` says that the word behind a pointer is the length of what it points to, as in Rust.
        """
        start = section.span.start if section.span else 0
        out: list[_Token] = []
        data = self.elf.data
        for at in range(0, section.size - unit + 1, unit):
            word = data[start + at : start + at + unit]
            target = self.pointers.get(section.address + at)
            if target is None:
                out.append(("n", word))
                continue
            after = (
                int.from_bytes(data[start + at + unit : start + at + 2 * unit], self.elf.byte_order) if counted else 0
            )
            place = self.elf.offset_of(target[0])
            out.append(("p", self._held(place, after)))
        return out

    def _held(self, place: int | None, after: int) -> bytes:
        span = self.reach(place, after)
        return self.elf.data[span.start : span.end] if span else b""

    def reach(self, place: int | None, after: int) -> Span | None:
        """What a pointer reaches: as many bytes as the number behind it says, or up to a NUL, or some."""
        if place is None:
            return None
        if 0 < after <= MAX_TEXT:
            return Span(place, place + after)
        end = self.elf.data.find(b"\0", place, place + MAX_TEXT)
        return Span(place, end + 1 if end > place else place + BYTES)


def _objects(sides: tuple[_Side, _Side], left: Section, right: Section) -> ItemOrderChange | None:
    """The named data of one section: the same names with the same bytes, and another order of them."""
    if left.size != right.size:
        return None
    ours, theirs = _held(sides[0], left), _held(sides[1], right)
    if ours.keys() != theirs.keys() or any(ours[name][1] != theirs[name][1] for name in ours):
        return None
    orders = list(ours), list(theirs)
    if len(orders[0]) < FEWEST or orders[0] == orders[1]:
        return None
    head = next(i for i, (x, y) in enumerate(zip(*orders, strict=True)) if x != y)
    tail = next(i for i in range(len(orders[0])) if orders[0][-1 - i] != orders[1][-1 - i])
    middle = [order[head : len(order) - tail] for order in orders]
    a, b = (Span(held[m[0]][0].start, held[m[-1]][0].end) for held, m in zip((ours, theirs), middle, strict=True))
    return _change("objects", left, middle, (a, b), ((a, b),))


def _held(side: _Side, section: Section) -> dict[str, tuple[Span, bytes]]:
    """What each symbol of a section names, up to the next one; nothing if a name or a place is there twice."""
    symbols = side.named.get(section.index, [])
    start = section.span.start if section.span else 0
    if not FEWEST <= len(symbols) <= MAX_SYMBOLS:
        return {}
    base = 0 if side.elf.header.type_name.endswith("REL") else section.address
    found: dict[str, tuple[Span, bytes]] = {}
    for symbol, following in pairwise((*symbols, None)):
        begin = symbol.value - base if symbol else 0
        end = following.value - base if following else section.size
        if symbol is None or symbol.name in found or not 0 <= begin < end <= section.size:
            return {}
        found[symbol.name] = Span(start + begin, start + end), side.elf.data[start + begin : start + end]
    return found


def _tables(sides: tuple[_Side, _Side], left: Section, right: Section) -> Iterator[ItemOrderChange]:
    """Stretches of words that are the same records in another order."""
    if left.size != right.size:
        return
    width = sides[0].elf.elf_class // 8
    for unit, counted in dict.fromkeys(((width, False), (width, True), (4, False))):
        words = [side.tokens(part, unit, counted) for side, part in zip(sides, (left, right), strict=True)]
        found = [
            change
            for first, last in _stretches(*words)
            if (change := _records(sides, left, right, words, unit, counted, first, last)) is not None
        ]
        if found:
            yield from found
            return


def _stretches(a: Sequence[_Token], b: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """First and last place that differ, in each stretch that holds no long row of equal words."""
    places = [index for index, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if not places:
        return
    first = places[0]
    for left, right in pairwise((*places, places[-1] + 2 * APART)):
        if right - left > APART:
            yield first, left
            first = right


def _records(
    sides: tuple[_Side, _Side],
    left: Section,
    right: Section,
    words: Sequence[Sequence[_Token]],
    unit: int,
    counted: bool,
    first: int,
    last: int,
) -> ItemOrderChange | None:
    if last - first > MAX_WORDS:
        return None
    for length in (*range(2, LONGEST_RECORD + 1), 1):
        for start in range(first, max(first - length, -1), -1):
            count = -(-(last + 1 - start) // length)
            if count < FEWEST or start + count * length > len(words[0]):
                continue
            records = [
                [tuple(side[at : at + length]) for at in range(start, start + count * length, length)] for side in words
            ]
            changed = sum(x != y for x, y in zip(*records, strict=True))
            if changed < FEWEST or Counter(records[0]) != Counter(records[1]):
                continue
            if length == 1 and len(set(records[0])) < FEWEST:
                continue
            begin, end = start * unit, (start + count * length) * unit
            spans = _at(left, begin, end), _at(right, begin, end)
            more = _reached(sides, (left, right), begin, end, unit, counted)
            shown = [[_shown(record) for record in side[:SHOWN]] for side in records]
            return _change("records", left, shown, spans, (spans, *more), changed)
    return None


def _at(section: Section, begin: int, end: int) -> Span:
    start = section.span.start if section.span else 0
    return Span(start + begin, start + end)


def _reached(
    sides: tuple[_Side, _Side], sections: tuple[Section, Section], begin: int, end: int, unit: int, counted: bool
) -> list[tuple[Span | None, Span | None]]:
    """The entries of the loader for these words, and what the words point to."""
    found: list[tuple[Span | None, Span | None]] = []
    for index, (side, section) in enumerate(zip(sides, sections, strict=True)):
        start = section.span.start if section.span else 0
        for at in range(begin, end, unit):
            pointer = side.pointers.get(section.address + at)
            if pointer is None:
                continue
            after = 0
            if counted:
                after = int.from_bytes(side.elf.data[start + at + unit : start + at + 2 * unit], side.elf.byte_order)
            for span in (pointer[1], side.reach(side.elf.offset_of(pointer[0]), after)):
                if span is not None:
                    found.append((span, None) if index == 0 else (None, span))
    return found


def _shown(record: Sequence[_Token]) -> str:
    texts = [readable(held.rstrip(b"\0")) for kind, held in record if kind == "p"]
    return texts[0] if texts else b"".join(held for _, held in record).hex()


def _pieces(pair: Pair, left: Section, right: Section) -> Iterator[ItemOrderChange]:
    """A section whose contents are the same pieces in another order, as the alignment found them."""
    if left.size != right.size or left.span is None or right.span is None:
        return
    runs = pair.alignment.forward.runs.triples()
    placed = [(b, a, n) if pair.alignment.swapped else (a, b, n) for a, b, n in runs]
    inside = sorted(
        (max(a, left.span.start), b + max(a, left.span.start) - a, min(a + n, left.span.end))
        for a, b, n in placed
        if a < left.span.end and left.span.start < a + n
    )
    whole = sum(end - a for a, _, end in inside) == left.size
    if not whole or not all(right.span.start <= b and b + end - a <= right.span.end for a, b, end in inside):
        return
    pieces: list[list[int]] = []
    for a, b, end in inside:
        if pieces and pieces[-1][1] + pieces[-1][2] - pieces[-1][0] == b:
            pieces[-1][2] = end
        else:
            pieces.append([a, b, end])
    moved = [piece for piece in pieces if piece[0] - left.span.start != piece[1] - right.span.start]
    if len(moved) < 2 or min(end - a for a, _, end in moved) < SMALLEST_PIECE:
        return
    spans = [(Span(a, end), Span(b, b + end - a)) for a, b, end in moved]
    orders = [
        [f"{span.length} bytes at {span.start:#x}" for span in side]
        for side in ([a for a, _ in spans], [a for a, _ in sorted(spans, key=lambda both: both[1].start)])
    ]
    first, second = (Span(min(s.start for s in side), max(s.end for s in side)) for side in zip(*spans, strict=True))
    # The pieces are equal but for references, which follow: nothing of them is claimed.
    yield _change("pieces", left, orders, (first, second), ())


def _functions(pair: Pair, tables: Sequence[ItemOrderChange]) -> Iterator[ItemOrderChange]:
    """Functions whose instructions are the same but for numbers that changed places among them."""
    changed = [
        match
        for match in pair.function_matches
        if match.status is FunctionStatus.CHANGED
        and match.a_span
        and match.b_span
        and match.a_span.length == match.b_span.length
    ]
    for match in changed[:MAX_FUNCTIONS]:
        found = _numbers(pair, match, tables)
        if found is not None:
            yield found


def _numbers(pair: Pair, match: FunctionMatch, tables: Sequence[ItemOrderChange]) -> ItemOrderChange | None:
    if match.a_span is None or match.b_span is None:
        return None
    left, right = instructions(pair.a, match.a_span), instructions(pair.b, match.b_span)
    if len(left) != len(right) or not left:
        return None
    numbers: tuple[list[str], list[str]] = ([], [])
    spans: list[tuple[Span | None, Span | None]] = []
    for (a_span, one), (b_span, other) in zip(left, right, strict=True):
        if one == other:
            if one.startswith("lea ") and _lead_into((pair.a, pair.b), (a_span, b_span), tables):
                spans.append((a_span, b_span))
            continue
        spans.append((a_span, b_span))
        if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
            return None
        for x, y in zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True):
            if x != y:
                numbers[0].append(x)
                numbers[1].append(y)
    if len(numbers[0]) < FEWEST or Counter(numbers[0]) != Counter(numbers[1]):
        return None
    return ItemOrderChange(
        section=match.section,
        symbol=match.name or None,
        # No more of the function is claimed than the instructions that differ: a call may lead elsewhere.
        a=Location(match.a_span.start, 0, "file", ", ".join(numbers[0][:SHOWN])),
        b=Location(match.b_span.start, 0, "file", ", ".join(numbers[1][:SHOWN])),
        spans=tuple(spans),
        what="numbers",
        count=len(numbers[0]),
        a_order=tuple(numbers[0][:SHOWN]),
        b_order=tuple(numbers[1][:SHOWN]),
    )


def _lead_into(elves: tuple[ElfFile, ElfFile], spans: tuple[Span, Span], tables: Sequence[ItemOrderChange]) -> bool:
    """True if lea of x86-64 leads into one of the tables on both sides: its last four bytes are the distance."""
    places: list[int] = []
    for elf, span in zip(elves, spans, strict=True):
        section = next((s for s in elf.sections if s.is_executable and s.span and span.start in s.span), None)
        if section is None or section.span is None or elf.header.machine != EM_X86_64 or span.length < DISTANCE:
            return False
        distance = int.from_bytes(elf.data[span.end - DISTANCE : span.end], "little", signed=True)
        place = elf.offset_of(section.address + span.end - section.span.start + distance)
        if place is None:
            return False
        places.append(place)
    return any(
        table.a is not None
        and table.b is not None
        and table.a.offset <= places[0] <= table.a.offset + table.a.length
        and table.b.offset <= places[1] <= table.b.offset + table.b.length
        for table in tables
    )


def _change(
    what: str,
    section: Section,
    orders: Sequence[Sequence[str]],
    spans: tuple[Span, Span],
    all_spans: tuple[tuple[Span | None, Span | None], ...],
    count: int | None = None,
) -> ItemOrderChange:
    shown = [tuple(order[:SHOWN]) for order in orders]
    return ItemOrderChange(
        section=section.name,
        a=Location(spans[0].start, spans[0].length, "file", ", ".join(shown[0])),
        b=Location(spans[1].start, spans[1].length, "file", ", ".join(shown[1])),
        spans=all_spans,
        what=what,
        count=count if count is not None else len(orders[0]),
        a_order=shown[0],
        b_order=shown[1],
    )
