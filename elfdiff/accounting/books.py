"""The books of one direction: both sides, and what is known of each byte so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.claims import Claim, Owner
from elfdiff.accounting.side import Side
from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.runs import Runs


class Books:
    """What every step of the ledger reads and writes; the arrays stay readable afterwards, byte by byte.

    ``contradicted``: equal bytes of b that were predicted to differ.
    """

    def __init__(self, alignment: OneWay, owners: Mapping[int, tuple[Owner, ...]], claims: Sequence[Claim]) -> None:
        self.alignment = alignment
        self.owners = owners
        self.rewrites = {rewrite.id: rewrite for rewrite in alignment.rewrites}
        self.claims = claims
        self.labels: list[tuple[tuple[str, ...], str]] = [((), "")]
        self.known_labels: dict[tuple[tuple[str, ...], str], int] = {self.labels[0]: 0}
        self.a = _side(alignment.a.data, alignment.runs)
        self.b = _side(alignment.b.data, alignment.runs.inverse())
        self.contradicted = np.zeros(len(self.b.data), dtype=bool)

    def label(self, causes: tuple[str, ...], how: str) -> int:
        """The number of a label; 0, which says nothing, once there are too many."""
        key = (causes, how)
        if key not in self.known_labels:
            if len(self.labels) >= 0xFFFF:
                return 0
            self.known_labels[key] = len(self.labels)
            self.labels.append(key)
        return self.known_labels[key]

    def contradicted_in_a(self) -> npt.NDArray[np.bool_]:
        """The contradicted bytes, where they stand in a."""
        out = np.zeros(len(self.a.data), dtype=bool)
        for a, b, n in self.alignment.runs.triples():
            out[a : a + n] = self.contradicted[b : b + n]
        return out


def _side(data: bytes, runs: Runs) -> Side:
    size = len(data)
    starts, ends = np.append(0, runs.a + runs.n), np.append(runs.a, size)
    some = ends > starts
    return Side(
        np.frombuffer(data, dtype=np.uint8),
        np.zeros(size, dtype=bool),
        np.zeros(size, dtype=np.uint8),
        np.zeros(size, dtype=np.uint16),
        (starts[some], ends[some]),
    )
