"""Which layer of one image is which of the other: by what they hold, else by their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from elfdiff.images.layout import Part
from elfdiff.values import dataclass

Places = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Matching:
    """Indices of layers, a's order first where both have one; ``moved`` says that both hold the same in another order.

    ``names`` is what each layer of b is called: as its partner in a, or by a number of its own.
    """

    pairs: tuple[Places, ...]
    moved: bool
    names: tuple[str, ...]


def matching(a: Part, b: Part) -> Matching:
    """Layers that hold the same are partners; those between them are, one by one; the rest has none."""
    left, right = _contents(a), _contents(b)
    moved = left != right and sorted(left) == sorted(right)
    pairs = _by_contents(left, right) if moved else _by_place(left, right)
    names = [f"layer {number}" for number in range(1, len(right) + 1)]
    taken = {f"layer {i + 1}" for i in range(len(left))}
    for i, j in pairs:
        if j is not None:
            own = f"layer {j + 1}"
            names[j] = f"layer {i + 1}" if i is not None else own if own not in taken else f"{own} (b)"
    return Matching(tuple(pairs), moved, tuple(names))


def _contents(part: Part) -> Sequence[str]:
    """What each layer holds, by its diff_id, or by its digest where the config names none."""
    return part.diff_ids if len(part.diff_ids) == len(part.layers) else part.layers


def _by_contents(left: Sequence[str], right: Sequence[str]) -> list[Places]:
    places: dict[str, list[int]] = defaultdict(list)
    for j, key in enumerate(right):
        places[key].append(j)
    return [(i, places[key].pop(0)) for i, key in enumerate(left)]


def _by_place(left: Sequence[str], right: Sequence[str]) -> list[Places]:
    found: list[Places] = []
    for _, i, i_end, j, j_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        both = min(i_end - i, j_end - j)
        found += [(i + step, j + step) for step in range(both)]
        found += [(step, None) for step in range(i + both, i_end)]
        found += [(None, step) for step in range(j + both, j_end)]
    return found
