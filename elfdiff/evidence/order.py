"""The same items in another order: objects of the link, units, needed libraries."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.model import Evidence, OrderChange
from elfdiff.report import Location
from elfdiff.span import Span

MAX_SHOWN = 2000
MAX_LISTED = 12
MAX_REARRANGED = 4096
MIN_PIECE = 3
_CRT = frozenset({"crtstuff.c", "crt1.o", "crti.o", "crtn.o", "Scrt1.o", ""})


def extract(pair: Pair) -> Iterator[Evidence]:
    """Order facts from STT_FILE symbols, DWARF units and DT_NEEDED."""
    a_files = [symbol.name for symbol in pair.a.file_symbols if symbol.name not in _CRT]
    b_files = [symbol.name for symbol in pair.b.file_symbols if symbol.name not in _CRT]
    files = list(order_change("file-symbols", ".symtab", a_files, b_files, _span(pair.a), _span(pair.b)))
    yield from files
    if not files:
        # GNU ld writes the symbol of a file where its first local symbol stands, so their order may hide the link's.
        a_units = [(unit.name or "").rsplit("/", 1)[-1] for unit in pair.a.debug_units]
        b_units = [(unit.name or "").rsplit("/", 1)[-1] for unit in pair.b.debug_units]
        yield from order_change("units", ".debug_info", a_units, b_units)
    a_needed = [entry.text or "" for entry in pair.a.dynamic if entry.tag_name == "NEEDED"]
    b_needed = [entry.text or "" for entry in pair.b.dynamic if entry.tag_name == "NEEDED"]
    yield from order_change("needed", ".dynamic", a_needed, b_needed)


def order_change(
    what: str, section: str, a: Sequence[str], b: Sequence[str], a_span: Span | None = None, b_span: Span | None = None
) -> Iterator[OrderChange]:
    """One fact if the two hold the same items (repetitions included) in another order; the spans say where they stand.

    Collations are judged between the names that both begin and end with: main.c may be listed first by hand.
    """
    if len(a) < 2 or list(a) == list(b) or sorted(a) != sorted(b):
        return
    head, tail = differing_middle(a, b)
    yield OrderChange(
        section=section,
        a=_place(a, a_span),
        b=_place(b, b_span),
        what=what,
        a_order=tuple(a[:MAX_SHOWN]),
        b_order=tuple(b[:MAX_SHOWN]),
        count=len(a),
        a_sorted=collation(a[head : len(a) - tail]),
        b_sorted=collation(b[head : len(b) - tail]),
    )


def differing_middle(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many items two different orders of the same items share at the beginning and at the end."""
    head = next(i for i in range(len(a)) if a[i] != b[i])
    tail = next(i for i in range(len(a)) if a[-1 - i] != b[-1 - i])
    return head, tail


def kept_in_order(a: Sequence[str], b: Sequence[str]) -> int:
    """How many of the items of both stand in the same order on both sides: the longest such choice."""
    places = {name: index for index, name in enumerate(a)}
    ends: list[int] = []
    for place in (places[name] for name in b if name in places):
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _place(names: Sequence[str], span: Span | None) -> Location:
    shown = ", ".join(names[:MAX_LISTED]) + (f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else "")
    return Location(span.start if span else 0, 0, "file", shown)


def _span(elf: ElfFile) -> Span | None:
    section = elf.section(".symtab")
    return section.span if section else None


def collation(names: Sequence[str]) -> str | None:
    """ "C" if sorted by bytes, "locale" if sorted as dictionaries do (case and punctuation count last), else None.

    Names that both collations order alike are called "C".
    """
    if _follows(names, lambda name: (name,)):
        return "C"
    if _follows(names, _dictionary_key):
        return "locale"
    return None


def _follows(names: Sequence[str], key: Callable[[str], tuple[str, ...]]) -> bool:
    keys = [key(name) for name in names]
    return all(left <= right for left, right in pairwise(keys))


def _dictionary_key(name: str) -> tuple[str, ...]:
    """glibc's en_US and its like: letters and digits first, punctuation ignored; lower case before upper on a tie."""
    letters = "".join(c for c in name if c.isalnum())
    return letters.casefold(), letters.swapcase()


def rearranged(a: bytes, b: bytes) -> tuple[list[bytes], list[bytes]] | None:
    """The pieces of two texts, each side in its own order, if they are one set of pieces in two orders; else None.

    Where texts have no ends, a table of words that stands in another order reads as another text.
    """
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    tail = next((i for i in range(min(len(a), len(b)) - head) if a[-1 - i] != b[-1 - i]), 0)
    left, right = a[head : len(a) - tail], b[head : len(b) - tail]
    if len(left) != len(right) or len(left) > MAX_REARRANGED or sorted(left) != sorted(right):
        return None
    pieces: list[tuple[int, bytes]] = []
    free = bytearray(left)
    at = 0
    while at < len(right):
        size = MIN_PIECE
        if free.find(right[at : at + size]) < 0 or at + size > len(right):
            return None
        while at + size < len(right) and free.find(right[at : at + size + 1]) >= 0:
            size += 1
        place = free.find(right[at : at + size])
        pieces.append((place, right[at : at + size]))
        free[place : place + size] = bytes(size)
        at += size
    return [piece for _, piece in sorted(pieces)], [piece for _, piece in pieces]
