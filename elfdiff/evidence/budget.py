"""What to read when there is too much: a choice that does not depend on which file is a."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shortest(items: Sequence[T], size: Callable[[T], int], most: int) -> list[T]:
    """The shortest items, in their order, whose sizes add up to ``most`` or less; of equal sizes all or none."""
    sizes = [size(item) for item in items]
    longest = spent = 0
    for length in sorted(sizes):
        spent += length
        if spent > most:
            longest = min(longest, length - 1)
            break
        longest = length
    return [item for item, length in zip(items, sizes, strict=True) if length <= longest]
