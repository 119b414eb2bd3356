"""Rust crates whose names are in one mangling scheme on a side and in the other scheme on the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from elfdiff.evidence.model import EvidenceSet, SymbolSetChange
from elfdiff.patterns import late
from elfdiff.values import dataclass

_LEGACY = late(r"_ZN.*17h[0-9a-f]{16}E")
_V0 = late(r"_R[A-Z]")
_LEGACY_CRATE = late(r"_ZN(?:\d+_\$LT\$)?(\d{1,4})(?=\w)")
_V0_CRATE = late(r"C(?:s[0-9A-Za-z]{0,20}_)?(\d{1,4})_?(?=\w)")
_SEVERAL = 3
_LIBRARY = frozenset({"std", "core", "alloc", "proc_macro", "test", "compiler_builtins", "panic_unwind", "__rustc"})


@dataclass(frozen=True, slots=True)
class Swap:
    """Names that changed their scheme; ``words`` says which side has which."""

    change: SymbolSetChange
    crates: tuple[str, ...]
    words: str


def swaps(evidence: EvidenceSet) -> Iterator[Swap]:
    """A crate has several names in either scheme, or all names changed sides and a crate of the program is among them.

    The compiled standard library is v0 in either case, so its crates alone say nothing where few names differ.
    """
    for change in evidence.of(SymbolSetChange):
        if change.imports:
            continue
        for left, right, words in (
            (change.a_only, change.b_only, "legacy in a, v0 in b"),
            (change.b_only, change.a_only, "v0 in a, legacy in b"),
        ):
            crates = _moved(left, right)
            if crates:
                yield Swap(change, crates, words)


def own_crate(name: str) -> str | None:
    """The first crate that a mangled name tells, if it does not come with rustc; None for other names."""
    for scheme, crate in ((_LEGACY, _LEGACY_CRATE), (_V0, _V0_CRATE)):
        if scheme.match(name):
            found = next(_crates(name, crate), None)
            return None if found in _LIBRARY else found
    return None


def is_library(name: str) -> bool:
    """True if the first crate that a mangled name tells comes with rustc."""
    mangled = any(scheme.match(name) for scheme in (_LEGACY, _V0))
    return mangled and own_crate(name) is None


def _moved(legacy: tuple[str, ...], modern: tuple[str, ...]) -> tuple[str, ...]:
    before = Counter(_first_crates(legacy, _LEGACY, _LEGACY_CRATE))
    after = Counter(_first_crates(modern, _V0, _V0_CRATE))
    several = sorted(name for name in before if min(before[name], after[name]) >= _SEVERAL)
    if several:
        return tuple(several)
    if len(legacy) != len(modern) or len(legacy) < _SEVERAL:
        return ()
    if not all(map(_LEGACY.match, legacy)) or not all(map(_V0.match, modern)):
        return ()
    mentioned = {crate for name in modern for crate in _crates(name, _V0_CRATE)}
    return tuple(sorted(name for name in before if name in mentioned and name not in _LIBRARY))


def _first_crates(names: Iterable[str], scheme: re.Pattern[str], crate: re.Pattern[str]) -> Iterator[str]:
    """The first crate of each name of a scheme: the first path component that a length announces."""
    for name in names:
        if scheme.match(name):
            yield from list(_crates(name, crate))[:1]


def _crates(name: str, crate: re.Pattern[str]) -> Iterator[str]:
    for match in crate.finditer(name):
        end = match.end() + int(match[1])
        if end <= len(name):
            yield name[match.end() : end]
