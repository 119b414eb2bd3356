"""Orders of the link: which of them a collation explains, and which something else than the link explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from elfdiff.evidence.facts import ItemOrderChange
from elfdiff.evidence.model import EvidenceSet, OrderChange
from elfdiff.patterns import late
from elfdiff.values import dataclass, replace

CERTAIN_FROM = 5
"""So many names are sorted under a given collation by chance once in 120 times at most."""
LIKELY_FROM = 3

_CODEGEN_UNIT = late(r"-cgu\.\d+$|^[0-9a-z]{24,26}$")

_Key = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Collated:
    """An order that two collations explain.

    ``in_bytes`` is the side ("a" or "b") that sorts by bytes, ``names`` what it sorts, ``moved`` how many of them stand
    between the names that both sides begin and end with.
    """

    order: OrderChange
    in_bytes: str
    names: tuple[str, ...]
    moved: int

    @property
    def decisive(self) -> bool:
        """False where chance gives such orders now and then."""
        return len(self.names) >= CERTAIN_FROM and self.moved >= LIKELY_FROM


def by_collation(evidence: EvidenceSet) -> list[Collated]:
    """Orders that are sorted by bytes on one side and as a dictionary sorts on the other.

    What both sides begin and end with may be listed by hand (main.c first), so the longest stretch between counts.
    """
    found = []
    for order in evidence.of(OrderChange):
        if order.what not in ("needed", "functions") and order.count <= len(order.a_order):
            item = _collated(order)
            if item is not None and len(item.names) >= LIKELY_FROM:
                found.append(item)
    return found


def collated_records(evidence: EvidenceSet) -> list[tuple[ItemOrderChange, str]]:
    """Tables whose records are sorted by what they begin with: by bytes on the named side, as a dictionary on the
    other.

    Of each side the first records are known; both lists are long enough not to be sorted by chance.
    """
    found = []
    for order in evidence.of(ItemOrderChange):
        sides = {"a": order.a_order, "b": order.b_order}
        if order.what != "records" or min(map(len, sides.values())) < CERTAIN_FROM:
            continue
        for side, other in (("a", "b"), ("b", "a")):
            plain = _follows(sides[side], _bytes_key) and not _follows(sides[side], _dictionary_key)
            said = _follows(sides[other], _dictionary_key) and not _follows(sides[other], _bytes_key)
            if plain and said:
                found.append((order, side))
    return found


def _collated(order: OrderChange) -> Collated | None:
    head, tail = same_ends(order.a_order, order.b_order)
    size = len(order.a_order)
    left, right = order.a_order[head : size - tail], order.b_order[head : size - tail]
    if _follows(left, _bytes_key) and _follows(right, _dictionary_key):
        side, in_bytes, other = "a", order.a_order, order.b_order
    elif _follows(left, _dictionary_key) and _follows(right, _bytes_key):
        side, in_bytes, other = "b", order.b_order, order.a_order
    else:
        return None
    start, end = head, size - tail
    while start > 0 and _fits(in_bytes, other, start - 1, end):
        start -= 1
    while end < size and _fits(in_bytes, other, start, end + 1):
        end += 1
    return Collated(order, side, in_bytes[start:end], size - tail - head)


def _fits(in_bytes: Sequence[str], other: Sequence[str], start: int, end: int) -> bool:
    """True if the pairs at either end of a stretch are in order too."""
    edges = [slice(start, start + 2), slice(end - 2, end)]
    return all(_follows(in_bytes[edge], _bytes_key) and _follows(other[edge], _dictionary_key) for edge in edges)


def same_ends(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many names two orders of equal length share at their beginning and at their end."""
    size = min(len(a), len(b))
    head = next((i for i in range(size) if a[i] != b[i]), size)
    tail = next((i for i in range(size - head) if a[-1 - i] != b[-1 - i]), size - head)
    return head, tail


def _follows(names: Sequence[str], key: _Key) -> bool:
    return all(key(left) <= key(right) for left, right in pairwise(names))


def _bytes_key(name: str) -> tuple[str, ...]:
    return (name,)


def _dictionary_key(name: str) -> tuple[str, ...]:
    """As glibc's en_US: letters and digits, punctuation ignored; lower case before upper on a tie."""
    letters = "".join(c for c in name if c.isalnum())
    return letters.casefold(), letters.swapcase()


def same_items(order: OrderChange) -> bool:
    """True if both sides name the same things, as far as the two lists are long enough to tell."""
    return order.count > len(order.a_order) or Counter(order.a_order) == Counter(order.b_order)


def without_units(order: OrderChange) -> OrderChange | None:
    """The order of what is no codegen unit, such as C linked into Rust; None if that stands alike, or is no one set."""
    sides = [tuple(name for name in side if not _CODEGEN_UNIT.search(name)) for side in (order.a_order, order.b_order)]
    known = order.count <= len(order.a_order) and len(sides[0]) >= 2
    if not known or sides[0] == sides[1] or Counter(sides[0]) != Counter(sides[1]):
        return None
    return replace(order, a_order=sides[0], b_order=sides[1], count=len(sides[0]), a_sorted=None, b_sorted=None)


def of_compiler(order: OrderChange) -> bool:
    """True if most of the things are codegen units: rustc orders them, nobody lists them for the link."""
    units = sum(bool(_CODEGEN_UNIT.search(name)) for name in order.a_order)
    return 2 * units > len(order.a_order)


def in_blocks(order: OrderChange) -> bool:
    """True if few long stretches moved, as whole objects do: two, or stretches of two names and more on average."""
    head, tail = same_ends(order.a_order, order.b_order)
    size = len(order.a_order)
    position = {name: index for index, name in enumerate(order.a_order)}
    places = [position[name] for name in order.b_order[head : size - tail] if name in position]
    stretches = 1 + sum(right != left + 1 for left, right in pairwise(places))
    return len(places) >= LIKELY_FROM and (stretches == 2 or 2 * stretches <= len(places))
