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

from collections.abc import Iterator

from elfdiff.actions import AddWords, Do
from elfdiff.causes._facts import besides, inputs_differ, tools_differ
from elfdiff.causes._mangling import swaps
from elfdiff.causes._tools import compiler_changed
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Context, EvidenceSet, PathChange, SymbolRenamed
from elfdiff.report import Effect, Fix, Role

_RUST = Fix(
    "rustc",
    AddWords(("RUSTFLAGS",), ("-Csymbol-mangling-version=v0",)),
    Effect.REMOVES,
    ("rust-mangling-version",),
    since="rustc 1.59",
)
_RELATIVE = Fix(
    "clang",
    Do("compile by relative source names, or without -funique-internal-linkage-names"),
    Effect.REMOVES,
    ("cxx-module-or-unique-internal-name",),
)
_SEED = Fix(
    "gcc",
    AddWords(("CXXFLAGS",), ("-frandom-seed=\\$@",)),
    Effect.REMOVES,
    ("gcc-anon-namespace-and-static-init-names",),
    note="make puts the object's name for $@; numbers of clones follow from the code and need no fix",
)
_GHC = Fix(
    "ghc",
    Do("build with ghc -j1, or with -fobject-determinism where GHC knows it"),
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
    unread=True,
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
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    if compiler_changed(evidence) or tools_differ(evidence):
        return
    yield from _schemes(evidence)
    unique = [change for change in evidence.of(SymbolRenamed) if change.scheme == "uniq"]
    if unique:
        yield Claim(
            "cxx-module-or-unique-internal-name",
            tuple(unique),
            Proof.RECORDED,
            f"{unique[0].a_part} became {unique[0].b_part}",
            "the number is a hash of the source's name as the compiler was given it",
        )
    anonymous = [change for change in evidence.of(SymbolRenamed) if change.scheme == "gcc-anon"]
    if anonymous:
        yield Claim(
            "gcc-anon-namespace-and-static-init-names",
            tuple(anonymous),
            Proof.SHAPE,
            f"{anonymous[0].a_part} became {anonymous[0].b_part}",
        )
    clones = [change for change in evidence.of(SymbolRenamed) if change.scheme in ("gcc-clone", "lto-priv")]
    if clones and not inputs_differ(evidence) and not besides(evidence, SymbolRenamed):
        yield Claim(
            "gcc-anon-namespace-and-static-init-names",
            tuple(clones),
            Proof.CONSISTENT,
            f"{clones[0].a_part} became {clones[0].b_part}; nothing else differs",
        )
    haskell = [change for change in evidence.of(SymbolRenamed) if change.scheme == "ghc-unique"]
    if haskell and not inputs_differ(evidence):
        yield Claim(
            "haskell-uniques",
            tuple(haskell),
            Proof.SHAPE,
            f"{haskell[0].a_part} became {haskell[0].b_part}",
        )


def _schemes(evidence: EvidenceSet) -> Iterator[Claim]:
    """A crate whose names are legacy on one side and v0 on the other."""
    if any("/rustc/" in item.a_directory for item in evidence.of(PathChange)):
        return
    for swap in swaps(evidence):
        yield Claim(
            "rust-mangling-version",
            (swap.change,),
            Proof.RECORDED,
            f"the names of {listed(swap.crates)} are {swap.words}",
        )
        return
