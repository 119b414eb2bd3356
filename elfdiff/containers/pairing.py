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
_FIRST_BYTE = re.compile(r"(^|/)\.build-id/[0-9a-f]{2}$")
_LINK = re.compile(r"\.build-id/[0-9a-f]{2}/[0-9a-f]{6,126}$")
_DEBUG = re.compile(r"\.build-id/([0-9a-f]{2})/([0-9a-f]{6,126})\.debug$")


@dataclass(frozen=True, slots=True)
class EntryPair:
    """Indices of two entries that are one thing, or of one that only one side has (``how`` is None then)."""

    a: int | None
    b: int | None
    how: PairedBy | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What an ELF file calls itself: its build ID, its SONAME without a token, the sources of its debug information."""

    build_id: bytes | None
    soname: str | None
    units: tuple[str, ...] | None


def pair_entries(
    a: Sequence[Entry],
    b: Sequence[Entry],
    identity: Callable[[bytes], Identity | None],
    likeness: Callable[[Sequence[bytes], Sequence[bytes]], Sequence[tuple[int, int]]],
) -> tuple[EntryPair, ...]:
    """In a's order, then what only b has, in its order.

    By path and occurrence; by the path behind versions and tokens; by what ``identity`` finds in the contents; by
    equal contents; and last by ``likeness``, which answers with pairs of indices. Only what is left over goes on, and
    files only with files.
    """
    work = _Work(a, b)
    work.match(PairedBy.PATH, lambda entry: (entry.path,), repeated=True)
    work.match(PairedBy.REWRITE, _unversioned)
    if work.left[0] and work.left[1]:
        work.match(PairedBy.IDENTITY, _build_id_link)
        work.match_debug_files(identity)
    if work.left[0] and work.left[1]:
        contents = [_contents(side, left) for side, left in zip((a, b), work.left, strict=True)]
        known = [{i: found for i, data in side.items() if (found := identity(data))} for side in contents]
        for part in ("build_id", "soname", "units"):
            keys = [{i: getattr(found, part) for i, found in side.items()} for side in known]
            work.match_by(PairedBy.IDENTITY, keys)
        digests = [{i: hashlib.blake2b(data).digest() for i, data in side.items() if data} for side in contents]
        work.match_by(PairedBy.CONTENT, digests, repeated=True)
        rest = [
            [i for i in left if i in side and contents[n][i]]
            for n, (left, side) in enumerate(zip(work.left, contents, strict=True))
        ]
        for x, y in likeness([contents[0][i] for i in rest[0]], [contents[1][i] for i in rest[1]]):
            work.pair(rest[0][x], rest[1][y], PairedBy.LIKENESS)
    work.match_directories()
    return work.done()


class _Work:
    def __init__(self, a: Sequence[Entry], b: Sequence[Entry]) -> None:
        self.sides = (a, b)
        self.left: tuple[list[int], list[int]] = (list(range(len(a))), list(range(len(b))))
        self.partner: dict[int, tuple[int, PairedBy]] = {}

    def match(self, how: PairedBy, key: Callable[[Entry], Hashable | None], repeated: bool = False) -> None:
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

    def match_debug_files(self, identity: Callable[[bytes], Identity | None]) -> None:
        """Files below ``.build-id``, by the IDs of the stripped files that are partners."""
        named = [
            {ids: i for i in left if (ids := debug_id(side[i].path)) is not None}
            for side, left in zip(self.sides, self.left, strict=True)
        ]
        if not named[0] or not named[1]:
            return
        became: dict[Hashable, Hashable] = {}
        for x, (y, _) in self.partner.items():
            first, second = (_identity(side[i], identity) for side, i in zip(self.sides, (x, y), strict=True))
            if first is not None and second is not None:
                became[first] = second
        for before, x in named[0].items():
            other = named[1].get(_same(became, before))
            if other is not None:
                self.partner[x] = (other, PairedBy.IDENTITY)
        self._forget()

    def match_directories(self) -> None:
        """A directory is the one that holds the partners of all that it holds; the deepest first."""
        places = [
            {side[i].path: i for i in left if side[i].kind is EntryKind.DIRECTORY}
            for side, left in zip(self.sides, self.left, strict=True)
        ]
        found: dict[str, set[str]] = defaultdict(set)
        for x, (y, _) in self.partner.items():
            found[_parent(self.sides[0][x].path)].add(_parent(self.sides[1][y].path))
        for path in sorted(places[0], key=lambda path: (-path.count("/"), path)):
            there = found.get(path, set())
            other = places[1].get(next(iter(there))) if len(there) == 1 else None
            if other is not None:
                self.partner[places[0][path]] = (other, PairedBy.REWRITE)
                found[_parent(path)].add(_parent(self.sides[1][other].path))
                del places[1][self.sides[1][other].path]
        self._forget()
        # What begins with the first byte of a build ID is a directory, whichever files are in it.
        rest = [
            [i for i in left if side[i].kind is EntryKind.DIRECTORY and _FIRST_BYTE.search(side[i].path)]
            for side, left in zip(self.sides, self.left, strict=True)
        ]
        for x, y in zip(*rest, strict=False):
            self.partner[x] = (y, PairedBy.REWRITE)
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


def _unversioned(entry: Entry) -> Hashable | None:
    """Kind and path without versions and tokens; None for a debug file, whose name tells nothing of its owner."""
    return None if debug_id(entry.path) or _LINK.search(entry.path) else (entry.kind, _TOKEN.sub("*", entry.path))


def _build_id_link(entry: Entry) -> Hashable | None:
    """What a link below ``.build-id`` leads to, whose build ID its name is (as RPM packages have them)."""
    if entry.kind is not EntryKind.SYMLINK or not _LINK.search(entry.path):
        return None
    return entry.target or None


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def debug_id(path: str) -> bytes | None:
    """The build ID that a path of a separate debug file spells: ``.build-id/ab/cdef….debug``."""
    match = _DEBUG.search(path)
    return bytes.fromhex(match[1] + match[2]) if match is not None and len(match[2]) % 2 == 0 else None


def _identity(entry: Entry, identity: Callable[[bytes], Identity | None]) -> bytes | None:
    if entry.kind is not EntryKind.FILE:
        return None
    try:
        found = identity(entry.read())
    except ElfdiffError:
        return None
    return found.build_id if found is not None else None


def _same(became: Mapping[Hashable, Hashable], before: bytes) -> bytes:
    after = became.get(before)
    return after if isinstance(after, bytes) else before
