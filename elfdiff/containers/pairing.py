"""Which entry of a is which entry of b. The same answer, mirrored, when the two are exchanged."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from elfdiff.containers.model import Entry, EntryKind
from elfdiff.errors import ElfdiffError
from elfdiff.tree import PairedBy
from elfdiff.values import dataclass

MAX_READ = 4000
"""Entries without a partner of one side whose contents are read to find one."""
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])v?\d+(?:\.\d+)+[A-Za-z0-9+~.]*?(?=[-_/]|\.[A-Za-z]|$)"
    r"|(?<![A-Za-z0-9])(?=[0-9a-f]*\d)[0-9a-f]{7,64}(?![A-Za-z0-9])"
)
"""A version, or a hexadecimal word as repaired wheels and bundlers put it into names."""


@dataclass(frozen=True, slots=True)
class EntryPair:
    """Indices of two entries that are one thing, or of one that only one side has (``how`` is None then)."""

    a: int | None
    b: int | None
    how: PairedBy | None


def pair_entries(
    a: Sequence[Entry],
    b: Sequence[Entry],
    identity: Callable[[bytes], Hashable | None],
    likeness: Callable[[Sequence[bytes], Sequence[bytes]], Sequence[tuple[int, int]]],
) -> tuple[EntryPair, ...]:
    """In a's order, then what only b has, in its order.

    By path and occurrence; by the path behind versions and tokens; by what ``identity`` finds in the contents (a build
    ID, a SONAME); by equal contents; and last by ``likeness``, which answers with pairs of indices. Only what is left
    over goes on, and files only with files.
    """
    work = _Work(a, b)
    work.match(PairedBy.PATH, lambda entry: (entry.path,), repeated=True)
    work.match(PairedBy.REWRITE, lambda entry: (entry.kind, _TOKEN.sub("*", entry.path)))
    if work.left[0] and work.left[1]:
        contents = [_contents(side, left) for side, left in zip((a, b), work.left, strict=True)]
        work.match_by(PairedBy.IDENTITY, [{i: identity(data) for i, data in side.items()} for side in contents])
        digests = [{i: hashlib.blake2b(data).digest() for i, data in side.items() if data} for side in contents]
        work.match_by(PairedBy.CONTENT, digests, repeated=True)
        rest = [
            [i for i in left if i in side and contents[n][i]]
            for n, (left, side) in enumerate(zip(work.left, contents, strict=True))
        ]
        for x, y in likeness([contents[0][i] for i in rest[0]], [contents[1][i] for i in rest[1]]):
            work.pair(rest[0][x], rest[1][y], PairedBy.LIKENESS)
    return work.done()


class _Work:
    def __init__(self, a: Sequence[Entry], b: Sequence[Entry]) -> None:
        self.sides = (a, b)
        self.left: tuple[list[int], list[int]] = (list(range(len(a))), list(range(len(b))))
        self.partner: dict[int, tuple[int, PairedBy]] = {}

    def match(self, how: PairedBy, key: Callable[[Entry], Hashable], repeated: bool = False) -> None:
        keys = [{i: key(side[i]) for i in left} for side, left in zip(self.sides, self.left, strict=True)]
        self.match_by(how, keys, repeated)

    def match_by(self, how: PairedBy, keys: Sequence[Mapping[int, Hashable]], repeated: bool = False) -> None:
        """Those of equal keys that stand once on each side; the k-th with the k-th if they may be ``repeated``."""
        places: list[dict[Hashable, list[int]]] = [defaultdict(list), defaultdict(list)]
        for side, left, found in zip(places, self.left, keys, strict=True):
            for i in left:
                if found.get(i) is not None:
                    side[found[i]].append(i)
        for value, here in places[0].items():
            there = places[1].get(value, [])
            if repeated or len(here) == len(there) == 1:
                for x, y in zip(here, there, strict=False):
                    self.partner[x] = (y, how)
        self._forget()

    def pair(self, x: int, y: int, how: PairedBy) -> None:
        self.partner[x] = (y, how)
        self._forget()

    def _forget(self) -> None:
        taken = {y for y, _ in self.partner.values()}
        self.left = ([i for i in self.left[0] if i not in self.partner], [j for j in self.left[1] if j not in taken])

    def done(self) -> tuple[EntryPair, ...]:
        pairs = []
        for i in range(len(self.sides[0])):
            y, how = self.partner.get(i, (None, None))
            pairs.append(EntryPair(i, y, how))
        return (*pairs, *(EntryPair(None, j, None) for j in self.left[1]))


def _contents(entries: Sequence[Entry], left: Iterable[int]) -> dict[int, bytes]:
    """Contents of files, as far as they can be read; a damaged one has no partner but by its name."""
    found: dict[int, bytes] = {}
    for i in left:
        if entries[i].kind is EntryKind.FILE and len(found) < MAX_READ:
            try:
                found[i] = entries[i].read()
            except ElfdiffError:
                continue
    return found
