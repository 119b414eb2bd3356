"""How alike the bytes of two functions are."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.content import align_content


def mostly_same(x: bytes, y: bytes) -> bool:
    """Equal in length, and in at least half of the bytes."""
    if x == y:
        return True
    if len(x) != len(y):
        return False
    return 2 * int(np.count_nonzero(np.frombuffer(x, np.uint8) == np.frombuffer(y, np.uint8))) >= len(x)


def begins_alike(x: bytes, y: bytes) -> bool:
    """The shorter one is what the longer begins with, but for a few bytes: only what says where it ends is another.

    Its last bytes may also end the longer one, and would then excuse the wrong length.
    """
    size = min(len(x), len(y))
    if size < 16:
        return False
    unequal = np.count_nonzero(np.frombuffer(x, np.uint8, size) != np.frombuffer(y, np.uint8, size))
    return 16 * int(unequal) <= size


def alike(x: bytes, y: bytes) -> bool:
    """Enough in common that one can have become the other by an edit."""
    if mostly_same(x, y):
        return True
    if min(len(x), len(y)) < 16:
        return False
    matched = int(align_content(x, y, rounds=0).n.sum())
    return 2 * matched >= max(len(x), len(y)) or 10 * matched >= 7 * min(len(x), len(y))
