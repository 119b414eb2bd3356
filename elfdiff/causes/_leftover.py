"""What of the program differs and no cause has claimed: functions, names, texts and data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elfdiff.causes._code import differs_in_numbers, edited, numbers_of
from elfdiff.causes._facts import values
from elfdiff.causes._mangling import swaps
from elfdiff.causes._paths import joined, lone_directories
from elfdiff.causes._tools import compiler_changed
from elfdiff.causes._wording import listed, quoted
from elfdiff.causes.model import Others
from elfdiff.evidence.facts import ItemOrderChange, LibcChange
from elfdiff.evidence.model import (
    DataChange,
    EmbeddedTimeChange,
    Evidence,
    EvidenceSet,
    FunctionChange,
    FunctionTotals,
    IntegerChange,
    MembersChange,
    OrderChange,
    PathChange,
    PathPlace,
    SymbolSetChange,
    TextChange,
    TextOrderChange,
    TimeChange,
    WordChange,
    WordKind,
)
from elfdiff.report import Location
from elfdiff.values import dataclass

BLOCK = 16
MOST_REPLACED, ENOUGH_KEPT = 80, 12
FIRST_TIME = 1_100_000_000
FIRST_LETTERS = 1 << 15
MARGIN = 4
SPREAD = 160
SHORTEST_DRAWN = 16
"""From so many bytes on, data that look drawn at random are not taken for somebody's constants."""

_NOT_PROGRAM = (
    ".debug",
    ".zdebug",
    ".comment",
    ".note",
    ".GCC.command.line",
    ".gnu",
    ".go.buildinfo",
    ".modinfo",
    "__versions",
    ".interp",
    ".symtab",
    ".dyn",
    ".llvm",
    ".rmeta",
)
_IN_CODE = (PathChange, TimeChange, WordChange, TextChange, IntegerChange, DataChange)
"""Facts whose lengths or values compilers write into instructions."""
_TYPED = (TimeChange, WordChange, TextChange, PathChange, TextOrderChange)

Text = TextChange | WordChange | PathChange
Data = DataChange | IntegerChange


@dataclass(frozen=True, slots=True)
class Leftover:
    """Facts about the program that nobody claimed; ``typed`` are those that a root calls possible."""

    functions: tuple[FunctionChange, ...]
    names: tuple[SymbolSetChange, ...]
    texts: tuple[Text, ...]
    data: tuple[Data, ...]
    members: tuple[MembersChange, ...]
    typed: tuple[Evidence, ...]

    @property
    def summary(self) -> str:
        """What differs, in one phrase; texts stand beside functions, data only where there is neither."""
        parts = []
        if self.functions:
            verb = "functions differ" if len(self.functions) > 1 else "a function differs"
            parts.append(f"{verb}: {listed(change.name for change in self.functions)}")
        for side, only in (
            ("a", [n for change in self.names for n in change.a_only]),
            ("b", [n for change in self.names for n in change.b_only]),
        ):
            if only and not self.functions:
                parts.append(f"only {side} has {listed(only)}")
        if self.texts:
            parts.append(_text_summary(self.texts[0], len(self.texts)))
        if self.data and not parts:
            parts.append(f"data differs: {listed(map(_data_name, self.data))}")
        return "; ".join(parts)

    @property
    def typed_summary(self) -> str:
        """The first of the facts that a root calls possible."""
        first = self.typed[0]
        if first.a is None or first.b is None:
            return "a text differs"
        if isinstance(first, OrderChange):
            return f"the same {first.what} stand in another order"
        if isinstance(first, TextOrderChange):
            return f"{first.section or 'a section'} holds its texts in another order"
        if isinstance(first, IntegerChange):
            return f"a number differs: {first.a_value} became {first.b_value}"
        return f"texts differ: {quoted(first.a.value)} became {quoted(first.b.value)}"


def leftover(evidence: EvidenceSet, others: Others) -> Leftover:
    """Sort out what others claimed, what follows from it, and that in which two builds of equal inputs can differ.

    The last are orders and random numbers: data and constants that look drawn are no sign of another source.
    """
    taken = others.owned | others.followed
    order = () if evidence.context.stripped else (OrderChange,)
    doubted = [fact for fact in others.doubted if isinstance(fact, (*_TYPED, *order)) or is_folded_time(fact)]
    typed = [fact for fact in doubted if id(fact) not in taken and is_program(fact)]
    mangled = {swap.change for swap in swaps(evidence)}
    names = [
        change
        for change in evidence.of(SymbolSetChange)
        if not change.imports and change not in mangled and id(change) not in taken
    ]
    known = set(typed)
    texts = [text for text in _texts(evidence) if id(text) not in taken and text not in known]
    named = [fact.a for fact in evidence.items if isinstance(fact, _TYPED) and id(fact) in taken and fact.a]
    data = [
        item for item in _data(evidence) if id(item) not in taken and not _is_drawn(item) and not _is_text(item, named)
    ]
    functions = [change for change in edited(evidence) if id(change) not in taken and not _is_drawn_in_code(change)]
    permuted = {
        order.symbol for order in evidence.of(ItemOrderChange) if order.what == "numbers" and id(order) in taken
    }
    functions = [change for change in functions if not (change.symbol and change.symbol in permuted)]
    if evidence.has(LibcChange):
        functions = []  # the compiler beside another C library is another
    folded = [
        fact
        for fact in evidence.items
        if isinstance(fact, _IN_CODE) and id(fact) in taken and not (fact.section or "").startswith(".debug")
    ] + [fact for fact in doubted if is_folded_time(fact)]
    if folded:
        functions = [change for change in functions if not _is_folded(change, folded)]
    if any(id(table) in taken for table in evidence.of(TextOrderChange)) and not (names or texts or data):
        # What the compiler computed from a table that stands in another order.
        functions = [change for change in functions if not differs_in_numbers(change)]
    members = tuple(evidence.of(MembersChange))
    return Leftover(tuple(functions), tuple(names), tuple(texts), tuple(data), members, tuple(typed))


def _is_text(item: Data, named: Sequence[Location]) -> bool:
    """True if an object holds a text that somebody claimed: Go's linker gives each text of -X a symbol."""
    at = item.a
    return at is not None and any(
        at.within == text.within and at.offset <= text.offset < at.offset + at.length for text in named
    )


def _is_drawn(item: Data) -> bool:
    """True for bytes that look drawn at random on both sides: keys, salts, digests."""
    if isinstance(item, IntegerChange):
        return item.width == 8 and _looks_drawn(item.a_value) and _looks_drawn(item.b_value)
    if item.doubles or item.a is None or item.b is None or item.size < SHORTEST_DRAWN:
        return False
    try:
        a, b = bytes.fromhex(item.a.value), bytes.fromhex(item.b.value)
    except ValueError:
        return False
    if min(len(a), len(b)) < SHORTEST_DRAWN or sum(x == y for x, y in zip(a, b, strict=False)) > 2:
        return False
    # Few bytes twice, and from all over the range: neither a text nor a table that counts.
    return all(len(set(side)) >= len(side) - len(side) // 8 and max(side) - min(side) > SPREAD for side in (a, b))


def _is_drawn_in_code(change: FunctionChange) -> bool:
    """True if a function differs in nothing but words of eight bytes that look drawn at random."""
    pairs = numbers_of(change) if differs_in_numbers(change) else []
    return bool(pairs) and all(_looks_drawn(x) and _looks_drawn(y) for x, y in pairs)


def _looks_drawn(number: int) -> bool:
    """True for a number that fills eight bytes, hardly one of them twice."""
    return number >> 56 != 0 and len(set((number & (1 << 64) - 1).to_bytes(8, "little"))) >= 7


def _is_folded(change: FunctionChange, texts: Sequence[Evidence]) -> bool:
    """True if every constant that differs comes from a text that changed: its length, its letters, or a time.

    The length may stand there once, or twice as Rust writes it.
    """
    if not differs_in_numbers(change):
        return False
    places = [(text.a, text.b) for text in texts if text.a is not None and text.b is not None]
    years = {(a.value, b.value) for a, b in places}
    lengths = {b.length - a.length for a, b in places} - {0}
    return all(
        y - x in lengths
        or ((y - x) % 2 == 0 and (y - x) // 2 in lengths)
        or min(x, y) >= FIRST_TIME
        or (str(x), str(y)) in years
        or any(_spells(x, a.value) and _spells(y, b.value) for a, b in places)
        for x, y in numbers_of(change)
    )


def is_folded_time(fact: Evidence) -> bool:
    """True for a number in an instruction that reads as a time on both sides."""
    return isinstance(fact, IntegerChange) and fact.seconds and (fact.section or "").startswith(".text")


def _spells(number: int, text: str) -> bool:
    """True if the bytes of a number, lowest first, stand in the text: short texts become immediates."""
    if number < FIRST_LETTERS:
        return False
    letters = number.to_bytes((number.bit_length() + 7) // 8, "little")
    return letters.isascii() and letters.decode() in text


def _texts(evidence: EvidenceSet) -> list[Text]:
    """Texts of the program that changed for no reason that was seen; a path that nobody claims is a text too."""
    directories = {item.fact for item in lone_directories(evidence)}
    reordered = evidence.has(OrderChange)
    pools = _pools(evidence) if evidence.has(LibcChange) or compiler_changed(evidence) else None
    # A path that stands in a longer text on one side and alone on the other: linkers merge the tails of texts.
    paths = {
        joined(head, path.tail) for path in evidence.of(PathChange) for head in (path.a_directory, path.b_directory)
    }
    placed = {(path.a.within, path.a.offset): path for path in evidence.of(PathChange) if path.a is not None}
    found: list[Text] = [
        change
        for change in evidence.of(TextChange)
        if (not change.fragment or _is_replaced(change, evidence))
        and change not in directories
        and is_program(change)
        and not (bool(change.a) != bool(change.b) and values(change)[0 if change.a else 1] in paths)
        and not _is_cut_from(change, placed)
        and not (reordered and _is_cut_otherwise(change))
        and not (pools and _is_of_blocks(change, pools))
    ]
    found += [
        word
        for word in evidence.of(WordChange)
        if word.kind in (WordKind.OTHER, WordKind.VERSION) and word not in directories and is_program(word)
    ]
    found += [path for path in evidence.of(PathChange) if path.place is PathPlace.TEXT and is_program(path)]
    return found


def _is_cut_from(change: TextChange, placed: Mapping[tuple[str, int], PathChange]) -> bool:
    """True if a text is a path that changed there, or the end of it: Go's texts begin where others stop.

    Where a's text is the one that is cut, what its directory begins with belongs to none.
    """
    path = placed.get((change.a.within, change.a.offset)) if change.a is not None else None
    if path is None or change.b is None:
        return False
    whole = joined(path.a_directory, path.tail), joined(path.b_directory, path.tail)
    return all(
        path.tail in text and (all_of.endswith(text) or text.endswith(all_of))
        for text, all_of in zip(values(change), whole, strict=True)
    )


def _is_replaced(change: TextChange, evidence: EvidenceSet) -> bool:
    """True if words in the middle of a text without ends became others, and nothing moved: no function changed, was
    added or was removed. Else it may only have met new neighbours."""
    if change.a is None or change.b is None or evidence.has(TextOrderChange) or evidence.has(OrderChange):
        return False
    if any(totals.changed or totals.added or totals.removed for totals in evidence.of(FunctionTotals)):
        return False
    a, b = change.a.value, change.b.value
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    room = min(len(a), len(b)) - head
    tail = next((i for i in range(room) if a[-1 - i] != b[-1 - i]), room)
    middles = a[head : len(a) - tail], b[head : len(b) - tail]
    if min(head, tail) < MARGIN:
        return False  # numbers before or behind a text look like a letter or two of it
    return all(0 < len(middle) <= MOST_REPLACED for middle in middles) and head + tail >= ENOUGH_KEPT


def _pools(evidence: EvidenceSet) -> tuple[str, str]:
    """All changed texts of each side."""
    sides = [[part for change in evidence.of(TextChange) if (part := values(change)[i])] for i in (0, 1)]
    return "\0".join(sides[0]), "\0".join(sides[1])


def _is_of_blocks(change: TextChange, pools: tuple[str, str]) -> bool:
    """True if a text is made of blocks of 16 bytes of which the other side has most: compilers copy texts by blocks."""
    blocks = [
        (text[at : at + BLOCK], pool)
        for text, pool in zip(values(change), (pools[1], pools[0]), strict=True)
        for at in range(0, len(text) - BLOCK + 1, BLOCK)
    ]
    return len(blocks) > 1 and 2 * sum(block in pool for block, pool in blocks) >= len(blocks)


def _is_cut_otherwise(change: TextChange) -> bool:
    """True if one text is a part of the other: where constants stand in another order, runs of characters join.

    So do blocks of 16 bytes, by which code copies texts: the texts then part at the end of a block.
    """
    if change.a is None or change.b is None:
        return True
    pairs = enumerate(zip(change.a.value, change.b.value, strict=False))
    parted = next((index for index, (x, y) in pairs if x != y), 0)
    if parted and parted % BLOCK == 0:
        return True
    return change.a.value in change.b.value or change.b.value in change.a.value


def is_program(change: Evidence) -> bool:
    """False for what toolchains and not the source write: debug information, notes, symbols."""
    return not (change.section or "").startswith(_NOT_PROGRAM)


def _is_stamped(item: DataChange, stamps: Sequence[EmbeddedTimeChange]) -> bool:
    """True if each word that differs holds the time of an archive that is compiled in."""
    times = [stamp.a for stamp in stamps if stamp.a is not None]
    spans = [span for span, _ in item.spans if span is not None]
    return bool(spans) and all(
        any(span.start < at.offset + at.length and at.offset < span.end for at in times) for span in spans
    )


def _data(evidence: EvidenceSet) -> list[Data]:
    numbers = [n for n in evidence.of(IntegerChange) if not is_folded_time(n)]
    tables = [
        change
        for change in evidence.of(DataChange)
        if "qt_resource" not in (change.symbol or "") and "gcov" not in (change.symbol or "")
    ]
    stamps = list(evidence.of(EmbeddedTimeChange))
    return [*(table for table in tables if not _is_stamped(table, stamps)), *numbers]


def _text_summary(text: Text, count: int) -> str:
    more = f" and {count - 1} more" if count > 1 else ""
    if text.a is not None and text.b is not None:
        return f"texts differ: {quoted(text.a.value)} became {quoted(text.b.value)}{more}"
    only = text.a or text.b
    return f"only {'a' if text.a else 'b'} has the text {quoted(only.value if only else '')}{more}"


def _data_name(item: Data) -> str:
    if isinstance(item, DataChange) and item.doubles:
        a, b = item.doubles[0]
        return f"a constant in {item.section}, {a} became {b}"
    return item.symbol or item.section or "an object"
