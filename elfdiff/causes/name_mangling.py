"""The compiler named the same things in another way.

## What it looks like

Rust's two schemes, for one function:

    a  _ZN5rcore4rule5apply17h3b1c9d0e5f7a2846E        legacy: ends in 17h, sixteen hexadecimal digits, E
    b  _RNvNtCs4fqI2P2rA04_5rcore4rule5apply          v0: begins with _R

clang's `-funique-internal-linkage-names`: `helper.__uniq.231467985013…`; numbers of clones (`.constprop.3`,
`.lto_priv.0`); GHC's local names (`s8Xy_info`); old gcc's `_GLOBAL__N_main.cpp_00000000_5f1c2d3e`. Renaming also
reorders `.symtab`, `.dynsym` and `.gnu.hash`, and where the compiler sorts by name, functions.

## Why it happens

`-C symbol-mangling-version` or rustc's default changed; clang hashes the source name as it was given on the command
line (absolute or relative); GHC numbers names as parallel jobs reach them; clone numbers count clones, so they follow
from the code.

## How to be sure

Names are equal once the variable part is masked. Both of Rust's schemes in one file are normal (the standard library
has its own), so only a crate that changes sides counts, and only if rustc is the same. Numbers of clones are called
"possible" and only when nothing else differs. Hashes of crates that differ are rust-metadata; numbers behind `.llvm.`
are content hashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.causes._facts import besides, inputs_differ, tools_differ
from elfdiff.causes._tools import compiler_changed
from elfdiff.causes.model import Match, cause
from elfdiff.evidence.model import Context, EvidenceSet, PathChange, SymbolRenamed, SymbolSetChange
from elfdiff.report import Confidence, Effect, Fix, Role

_LEGACY = re.compile(r"_ZN.*17h[0-9a-f]{16}E")
_V0 = re.compile(r"_R[A-Z]")
_LEGACY_CRATE = re.compile(r"_ZN(?:\d+_\$LT\$)?(\d+)(\w+)")
_V0_CRATE = re.compile(r"C(?:s[0-9A-Za-z]*_)?(\d+)_?(\w+)")
_SEVERAL = 3

_RUST = Fix(
    "rustc",
    "add to RUSTFLAGS:  -C symbol-mangling-version=v0",
    Effect.REMOVES,
    ("rust-mangling-version",),
    since="rustc 1.59",
)
_RELATIVE = Fix(
    "clang",
    "compile by relative source names, or without -funique-internal-linkage-names",
    Effect.REMOVES,
    ("cxx-module-or-unique-internal-name",),
)
_SEED = Fix(
    "gcc",
    "add to CXXFLAGS:  '-frandom-seed=$@'",
    Effect.REMOVES,
    ("gcc-anon-namespace-and-static-init-names",),
    note="make puts the object's name for $@; numbers of clones follow from the code and need no fix",
)
_GHC = Fix(
    "ghc",
    "build with ghc -j1, or with -fobject-determinism where GHC knows it",
    Effect.REMOVES,
    ("haskell-uniques",),
)
_ALL = (_RUST, _RELATIVE, _SEED, _GHC)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces))


@cause(
    title="the compiler named symbols in another way",
    role=Role.ROOT,
    faces={
        "rust-mangling-version": "Rust's other mangling scheme is in use",
        "gcc-anon-namespace-and-static-init-names": "gcc's names for local entities carry a number or hash",
        "cxx-module-or-unique-internal-name": "clang's names for internal functions hash the source's name",
        "go-generic-or-closure-names": "Go numbered generic or nested functions in another way",
        "haskell-uniques": "GHC gave local names other uniques",
    },
    fixes=_ALL,
    references=(
        "Rust RFC 2603 (v0 mangling); rust-lang/rust PR 90128",
        "reviews.llvm.org/D73307 (unique internal linkage names)",
        "GHC issues 12262 and 25397",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    if compiler_changed(evidence) or tools_differ(evidence):
        return
    yield from _schemes(evidence)
    unique = [change for change in evidence.of(SymbolRenamed) if change.scheme == "uniq"]
    if unique:
        yield Match(
            "cxx-module-or-unique-internal-name",
            tuple(unique),
            Confidence.CERTAIN,
            f"{unique[0].a_part} became {unique[0].b_part}",
            "the number is a hash of the source's name as the compiler was given it",
        )
    anonymous = [change for change in evidence.of(SymbolRenamed) if change.scheme == "gcc-anon"]
    if anonymous:
        yield Match(
            "gcc-anon-namespace-and-static-init-names",
            tuple(anonymous),
            Confidence.LIKELY,
            f"{anonymous[0].a_part} became {anonymous[0].b_part}",
        )
    clones = [change for change in evidence.of(SymbolRenamed) if change.scheme in ("gcc-clone", "lto-priv")]
    if clones and not inputs_differ(evidence) and not besides(evidence, SymbolRenamed):
        yield Match(
            "gcc-anon-namespace-and-static-init-names",
            tuple(clones),
            Confidence.POSSIBLE,
            f"{clones[0].a_part} became {clones[0].b_part}; nothing else differs",
        )
    haskell = [change for change in evidence.of(SymbolRenamed) if change.scheme == "ghc-unique"]
    if haskell and not inputs_differ(evidence):
        yield Match(
            "haskell-uniques",
            tuple(haskell),
            Confidence.LIKELY,
            f"{haskell[0].a_part} became {haskell[0].b_part}",
        )


def _schemes(evidence: EvidenceSet) -> Iterator[Match]:
    """A crate whose names are legacy on one side and v0 on the other."""
    if any(isinstance(item, PathChange) and "/rustc/" in item.a_directory for item in evidence.items):
        return
    for change in evidence.of(SymbolSetChange):
        if change.imports:
            continue
        legacy = [_crates(names, _LEGACY, _LEGACY_CRATE) for names in (change.a_only, change.b_only)]
        modern = [_crates(names, _V0, _V0_CRATE) for names in (change.a_only, change.b_only)]
        for a_names, b_names, words in (
            (legacy[0], modern[1], "legacy in a, v0 in b"),
            (modern[0], legacy[1], "v0 in a, legacy in b"),
        ):
            moved = [name for name in a_names if name in b_names and min(a_names[name], b_names[name]) >= _SEVERAL]
            if moved:
                yield Match(
                    "rust-mangling-version",
                    (change,),
                    Confidence.CERTAIN,
                    f"the names of {', '.join(sorted(moved)[:3])} are {words}",
                )
                return


def _crates(names: tuple[str, ...], scheme: re.Pattern[str], crate: re.Pattern[str]) -> dict[str, int]:
    """How many names of a scheme each crate has; the crate is the first path component that a length announces."""
    found: dict[str, int] = {}
    for name in names:
        if not scheme.match(name):
            continue
        match = crate.search(name)
        if match and int(match[1]) <= len(match[2]):
            key = match[2][: int(match[1])]
            found[key] = found.get(key, 0) + 1
    return found
