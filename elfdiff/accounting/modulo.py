"""One number for each of two files that is equal only if they are identical but for what is allowed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.explanation import load
from elfdiff.report import Ledger

MASKED = ("root", "payload", "input")
FOLLOWING = ("consequence", "hash")

Flags = npt.NDArray[np.bool_]
Pieces = list[tuple[int, int, int]]


def masked_digests(
    a: bytes, b: bytes, ledger: Ledger, allowed: Collection[str], proof: bytes | None, nothing_left: bool
) -> tuple[str, str]:
    """SHA-256 of each file without the bytes that the allowed causes own and what follows, b's in the order of a.

    The order is that of the map in the proof, the file's own without one. What is not in the map comes last. Where
    something is left that is not allowed, the digests differ, whatever the bytes are: nothing is masked then that
    only follows, and each digest begins with its side.
    """
    pieces = _pieces(proof, hashlib.sha256(a).hexdigest()) if proof is not None else []
    owners = (*MASKED, *FOLLOWING) if nothing_left else MASKED
    digests = []
    for side, data, places in (
        ("a", a, [(start, n) for start, _, n in pieces]),
        ("b", b, [(start, n) for _, start, n in pieces]),
    ):
        kept = np.ones(len(data), dtype=np.bool_)
        for run in ledger.runs:
            if run.side == side and run.owner in owners and _is_allowed(run.owner, run.causes, allowed):
                kept[run.offset : run.offset + run.length] = False
        begin = " ".join(["elfdiff modulo", *sorted(allowed), *([] if nothing_left else ["left in", side])])
        digests.append(_digest(begin.encode(), data, kept, places))
    return digests[0], digests[1]


def _is_allowed(owner: str, causes: Collection[str], allowed: Collection[str]) -> bool:
    """What follows belongs to the roots, of which no other is left when this is asked."""
    return owner in FOLLOWING or (bool(causes) and set(causes) <= set(allowed))


def _digest(begin: bytes, data: bytes, kept: Flags, places: Iterable[tuple[int, int]]) -> str:
    found = hashlib.sha256(begin + b"\0")
    view = np.frombuffer(data, dtype=np.uint8)
    for start, length in places:
        part = slice(start, start + length)
        found.update(view[part][kept[part]].tobytes())
        kept[part] = False
    found.update(view[kept].tobytes())
    return found.hexdigest()


def _pieces(proof: bytes, a_digest: str) -> Pieces:
    """The runs of the map as (in a, in b, bytes) in the order of a; a proof may start from either file."""
    explanation = load(proof)
    x, y, n = explanation.runs
    sizes = (explanation.a_size, explanation.b_size)
    # Contents of compressed sections stand behind the files.
    length = np.minimum(n, np.minimum(sizes[0] - x, sizes[1] - y))
    inside = length > 0
    columns = (x[inside], y[inside], length[inside])
    if explanation.a_digest != a_digest:
        columns = (columns[1], columns[0], columns[2])
    order = np.argsort(columns[0], kind="stable")
    return list(zip(*(column[order].tolist() for column in columns), strict=True))
