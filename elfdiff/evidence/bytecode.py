"""Directories in LTO bytecode, which is compressed, so that no text of the file shows them."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.texts.rewrites import split_common_tail
from elfdiff.elf.model import Section
from elfdiff.evidence.model import Evidence, PathChange, PathPlace
from elfdiff.payload.bytecode import paths
from elfdiff.report import Location

MAX_SECTIONS = 64


def extract(pair: Pair) -> Iterator[Evidence]:
    """One fact a pair of directories: paths that only one side's bytecode holds, as many in a as in b, in order."""
    seen: set[tuple[str, str]] = set()
    looked = 0
    for item in pair.sections:
        if item.a is None or item.b is None or not item.a.name.startswith(".gnu.lto_") or looked >= MAX_SECTIONS:
            continue
        raw = pair.a.raw(item.a), pair.b.raw(item.b)
        if raw[0] == raw[1]:
            continue
        looked += 1
        left, right = paths(raw[0]), paths(raw[1])
        if left is None or right is None:
            continue
        mine = [path for path in left if path not in right]
        theirs = [path for path in right if path not in left]
        if len(mine) != len(theirs):
            continue
        for a, b in zip(mine, theirs, strict=True):
            split = split_common_tail(a.encode(), b.encode())
            old, new, tail = (part.decode() for part in split) if split else (a, b, "")
            if old and new and (old, new) not in seen:
                seen.add((old, new))
                yield PathChange(
                    section=item.a.name,
                    a=_inside(item.a, a),
                    b=_inside(item.b, b),
                    a_directory=old,
                    b_directory=new,
                    tail=tail,
                    place=PathPlace.LTO,
                    exact=True,
                )


def _inside(section: Section, path: str) -> Location:
    """The path has a place only in the inflated bytecode."""
    return Location(0, len(path), section.name, path)
