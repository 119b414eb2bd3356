"""Contents that are one thing under two names: by what an ELF file calls itself, and last by how much they share."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import isin, unique
from elfdiff.containers.model import Entry, EntryKind
from elfdiff.containers.opening import ELF
from elfdiff.containers.pairing import Identity, debug_id
from elfdiff.elf.file import parse
from elfdiff.errors import ElfdiffError

ALIKE = 0.4
"""The least part of words that two contents must share to be taken for one thing."""
MAX_CANDIDATES = 250_000
"""Pairs of contents that are compared."""
MAX_WORDS = 512
_WORD = 8
_LINK = re.compile(r"\.build-id/[0-9a-f]{2}/[0-9a-f]{6,126}$")
_DIRECTORY = re.compile(r"(^|/)\.build-id/[0-9a-f]{2}$")
_TOKEN = re.compile(r"[-.][0-9a-f]{7,64}(?=[.-]|$)")


def identity(data: bytes) -> Identity | None:
    """What an ELF file calls itself, surest first; None for every other."""
    if not data.startswith(ELF):
        return None
    try:
        elf = parse(data, "an entry")
        name = next((entry.text for entry in elf.dynamic if entry.tag_name == "SONAME"), None)
        units = sorted((unit.name or "").rsplit("/", 1)[-1] for unit in elf.debug_units)
    except ElfdiffError:
        return None
    return Identity(elf.build_id, _TOKEN.sub("", name) if name else None, tuple(units) or None)


def spells_build_id(entry: Entry) -> bool:
    """True for a debug file below ``.build-id`` whose path is its own build ID, for the directory above it,
    and for a link of such a name to the program.
    """
    if entry.kind is EntryKind.DIRECTORY:
        return _DIRECTORY.search(entry.path) is not None
    if entry.kind is EntryKind.SYMLINK:
        return _LINK.search(entry.path) is not None
    told = debug_id(entry.path)
    if told is None or entry.kind is not EntryKind.FILE:
        return False
    try:
        found = identity(entry.read())
    except ElfdiffError:
        return False
    return found is not None and found.build_id == told


def pairs(a: Sequence[bytes], b: Sequence[bytes]) -> list[tuple[int, int]]:
    """Indices of contents that are most alike, each used once, best first."""
    if not a or not b or len(a) * len(b) > MAX_CANDIDATES:
        return []
    left, right = [_sketch(data) for data in a], [_sketch(data) for data in b]
    scored = [
        (score, i, j)
        for i, x in enumerate(left)
        for j, y in enumerate(right)
        if a[i][:4] == b[j][:4] and (score := _shared(x, y)) >= ALIKE
    ]
    found: list[tuple[int, int]] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in sorted(scored, key=lambda item: (-item[0], item[1] + item[2], abs(item[1] - item[2]))):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            found.append((i, j))
    return found


def _sketch(data: bytes) -> npt.NDArray[np.uint64]:
    """The smallest hashes of the words of eight bytes at every offset."""
    if len(data) < _WORD:
        data = data.ljust(_WORD, b"\0")
    words = np.ndarray((len(data) - _WORD + 1,), dtype="<u8", buffer=data, strides=(1,))
    mixed = unique(words) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    return np.sort(mixed)[:MAX_WORDS]


def _shared(x: npt.NDArray[np.uint64], y: npt.NDArray[np.uint64]) -> float:
    """The part of the smallest words of both together that both have (Broder's estimate of the Jaccard index)."""
    both = unique(np.concatenate((x, y)))[:MAX_WORDS]
    common = isin(both, x) & isin(both, y)
    return float(np.count_nonzero(common)) / len(both)
