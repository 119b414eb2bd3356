"""Orders of the link: which of them a collation explains, and which something else than the link explains."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from elfdiff.evidence.model import EvidenceSet, OrderChange

CERTAIN_FROM = 5
"""So many names are sorted under a given collation by chance once in 120 times at most."""
LIKELY_FROM = 3

_CODEGEN_UNIT = re.compile(r"-cgu\.\d+$|^[0-9a-z]{24,26}$")


def by_collation(evidence: EvidenceSet) -> list[OrderChange]:
    """Orders that are sorted by bytes on one side and as a dictionary sorts on the other."""
    return [
        order
        for order in evidence.of(OrderChange)
        if {order.a_sorted, order.b_sorted} == {"C", "locale"} and order.count >= LIKELY_FROM and order.what != "needed"
    ]


def same_items(order: OrderChange) -> bool:
    """True if both sides name the same things, as far as the two lists are long enough to tell."""
    return order.count > len(order.a_order) or Counter(order.a_order) == Counter(order.b_order)


def of_compiler(order: OrderChange) -> bool:
    """True if most of the things are codegen units: rustc orders them, nobody lists them for the link."""
    units = sum(bool(_CODEGEN_UNIT.search(name)) for name in order.a_order)
    return 2 * units > len(order.a_order)


def runs(a_order: tuple[str, ...], b_order: tuple[str, ...]) -> int:
    """Of how many stretches of a, each kept in order, b is made."""
    position = {name: index for index, name in enumerate(a_order)}
    places = [position[name] for name in b_order if name in position]
    return 1 + sum(right != left + 1 for left, right in pairwise(places)) if places else 0
