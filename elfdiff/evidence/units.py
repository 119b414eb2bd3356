"""Where units were compiled: sources below another relative directory, and how the changed directories lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.model import Evidence, Layout, PathChange, PathPlace
from elfdiff.payload.languages import language_of
from elfdiff.report import Location

MAX_UNITS = 200
_PROFILE = re.compile(r"-f(?:profile-use|profile-instr-use|profile-sample-use|auto-profile|branch-probabilities)\b")
_SYSTEM = ("/usr/", "/build/", "/rustc/", "/checkout", "/rust/", "/opt/", "/lib")
_FETCHED = ("/registry/src/", "/git/checkouts/", "/pkg/mod/")
_DEBUG = frozenset({PathPlace.DEBUG_DIRECTORY, PathPlace.DEBUG_NAME, PathPlace.DEBUG_OTHER})


def extract(pair: Pair) -> Iterator[Evidence]:
    """A path change for each unit whose source has the same name below another relative directory (at most 200)."""
    found = 0
    for item in pair.units:
        a, b = (unit.name or "" if unit else "" for unit in (item.a, item.b))
        if item.a is None or item.b is None or a == b or a.startswith("/") or b.startswith("/"):
            continue
        left, right, tail = _common_tail(a, b)
        if not tail or not left or not right:
            continue
        found += 1
        if found > MAX_UNITS:
            return
        yield PathChange(
            section=".debug_info",
            symbol=None,
            a=Location(item.a.offset, 0, ".debug_info", a),
            b=Location(item.b.offset, 0, ".debug_info", b),
            rewrites=pair.text_rewrites(a, b),
            a_directory=left,
            b_directory=right,
            tail=tail,
            place=PathPlace.DEBUG_NAME,
            exact=True,
        )


def _common_tail(a: str, b: str) -> tuple[str, str, str]:
    """What differs in front, on each side, and the components that both paths end in."""
    left, right = a.split("/"), b.split("/")
    shared = 0
    while shared < min(len(left), len(right)) and left[-1 - shared] == right[-1 - shared]:
        shared += 1
    return (
        "/".join(left[: len(left) - shared]),
        "/".join(right[: len(right) - shared]),
        "/".join(left[len(left) - shared :]),
    )


def layout(pair: Pair, items: Sequence[Evidence]) -> Layout:
    """How the directory that changed lies to where compilers ran and to where sources were, as debug information says.

    The build is beside the source if below the changed directory the one is not the other, nor inside it; and it may
    be where sources are named upwards (../src/main.c).
    """
    changes = [item for item in items if isinstance(item, PathChange) and item.place in _DEBUG]
    if changes and not any(change.a_directory.startswith("/") for change in changes):
        return Layout.RELATIVE
    for change in changes:
        if change.place is not PathPlace.DEBUG_DIRECTORY or not change.tail:
            continue
        ran = change.tail.split("/")[0]
        sources = {
            other.tail.split("/")[0]
            for other in changes
            if other.place is PathPlace.DEBUG_NAME
            and other.a_directory == change.a_directory
            and other.b_directory == change.b_directory
        }
        if sources and ran not in sources:
            return Layout.BESIDE
    upwards = any((unit.name or "").startswith("../") for unit in pair.a.debug_units)
    return Layout.BESIDE if changes and upwards else Layout.INSIDE


def outside(pair: Pair, items: Sequence[Evidence]) -> tuple[tuple[str, str], ...]:
    """Pairs of directories of sources and headers that changed, and that a map of the build's own does not reach.

    Where debug information says in which directories units were compiled, these are all that hold none of them. Else
    it is all but one of several, that with the most sources; a single one is outside if only headers are named in it.
    """
    groups: dict[tuple[str, str], list[PathChange]] = {}
    for item in items:
        if not isinstance(item, PathChange) or not (item.a_directory[:1] == item.b_directory[:1] == "/"):
            continue
        if item.place in _DEBUG or (item.place is PathPlace.TEXT and _is_named(item.tail)):
            groups.setdefault((item.a_directory, item.b_directory), []).append(item)
    compiled = {
        (item.a.directory, item.b.directory)
        for item in pair.units
        if item.a and item.b and item.a.directory and item.b.directory
    }
    if compiled:
        return tuple(
            heads
            for heads in groups
            if not any(f"{a}/".startswith(f"{heads[0]}/") and f"{b}/".startswith(f"{heads[1]}/") for a, b in compiled)
        )
    sources = {heads: sum(not _is_header(item.tail) for item in changes) for heads, changes in groups.items()}
    own = max(sources, key=lambda heads: sources[heads], default=None)
    return tuple(heads for heads in groups if heads != own or not sources[heads])


def _is_named(tail: str) -> bool:
    """True for a source that compilers name in texts."""
    return language_of(tail) is not None


def _is_header(tail: str) -> bool:
    return tail.endswith((".h", ".hh", ".hpp", ".hxx"))


def is_recorded(pair: Pair, items: Sequence[Evidence]) -> bool:
    """True if DW_AT_producer, where compilers keep their command line, names a directory that changed."""
    heads = {item.a_directory for item in items if isinstance(item, PathChange) and item.a_directory.startswith("/")}
    return any(
        any(f"{head}/" in item.a.producer for head in heads)
        for item in pair.units
        if item.a and item.b and item.a.producer and item.a.producer != item.b.producer
    )


def is_partial(pair: Pair) -> bool:
    """True if some units were compiled in the same directory on both sides, and others were not.

    Units of the compiler's and the system's own libraries do not count: they were compiled elsewhere once and for all.
    Nor do those of fetched crates and modules: one command compiles them where they were put, and the program's own.
    """
    same = {
        item.a.directory == item.b.directory
        for item in pair.units
        if item.a
        and item.b
        and all((unit.directory or "").startswith("/") for unit in (item.a, item.b))
        and not any((unit.directory or "").startswith(_SYSTEM) for unit in (item.a, item.b))
        and not any(home in (unit.directory or "") for unit in (item.a, item.b) for home in _FETCHED)
    }
    return same == {True, False}


def is_profiled(elf: ElfFile) -> bool:
    """True if a unit's recorded flags name a profile that it was optimised by."""
    return any(_PROFILE.search(unit.producer or "") for unit in elf.debug_units)
