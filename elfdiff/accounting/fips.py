"""Go's checksum of its FIPS 140 code: HMAC-SHA256 over four stretches of the file (cmd/link, fips140.go).

Go's linker computes it when all else is written, and so it can be computed again from what a replay gives.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np
import numpy.typing as npt

from elfdiff.values import dataclass

SECTION = ".go.fipsinfo"
MAGIC = b"\xff Go fipsinfo \xff\x00"
_TITLE = b"go fips object v1\n"
_PARTS = 4


@dataclass(frozen=True, slots=True)
class CheckedSum:
    """Where the sum's ``length`` bytes stand: behind the magic, and before its own address and those of the stretches.

    ``word``: bytes of an address.
    """

    at: int
    word: int
    length: int = 32


def computed(
    data: npt.NDArray[np.uint8], sum_at: CheckedSum, little: bool, sections: list[tuple[int, int, int]]
) -> bytes | None:
    """The sum of the stretches that ``data`` names; None if they are not inside sections (offset, size, address)."""
    order: Literal["little", "big"] = "little" if little else "big"
    begin = sum_at.at - len(MAGIC)
    first = sum_at.at + sum_at.length + sum_at.word
    end = first + 2 * _PARTS * sum_at.word
    if begin < 0 or sum_at.word not in (4, 8) or end > len(data) or data[begin : sum_at.at].tobytes() != MAGIC:
        return None
    table = data[first:end].tobytes()
    addresses = [int.from_bytes(table[at : at + sum_at.word], order) for at in range(0, len(table), sum_at.word)]
    import hmac

    found = hmac.new(bytes(32), _TITLE, hashlib.sha256)
    for low, high in zip(addresses[::2], addresses[1::2], strict=True):
        home = next(((o, s, a) for o, s, a in sections if a <= low <= high <= a + s), None)
        if home is None or home[0] + high - home[2] > len(data):
            return None
        found.update((high - low).to_bytes(8, "big"))
        found.update(data[home[0] + low - home[2] : home[0] + high - home[2]].tobytes())
    return found.digest()
