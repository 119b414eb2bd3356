r"""Cargo gave a crate another metadata hash.

## What it looks like

Every mangled name of one crate has another hash, while what the names say is the same:

```
legacy   a  _ZN5rcore3run17h3c1f0e9a7b52d846E      b  _ZN5rcore3run17h90aa41cc63e8f7d1E
v0       a  _RNvCs4fqI2P2rA4_5rcore3run            b  _RNvCs9ltgdHTiPiY_5rcore3run
unit     a  rcore.7ef4865f2e60628e-cgu.3           b  rcore.1d2f66b0a94c8e57-cgu.3
```

Often the code is the same and only `.symtab` and `.strtab` differ (77,628 bytes of 451 KB in one pair). Where
rustc orders functions by the hash of their names, they change places as well.

## Why it happens

cargo hands rustc `-C metadata=<hash>`, made from the package's id, rustc's version, profile, features, target,
LTO and the hashes of its dependencies. The id of a path dependency *outside* the workspace contains its
absolute path; inside the workspace the path counts from the workspace's root. `--remap-path-prefix` does not
enter into it. Building with another profile, with other features, with `--target` named or not, or on a host of
another kind changes the hash too.

## How to be sure

rustc is the same on both sides, all names of the crate changed, and those of the standard library did not. If
std's hashes differ as well, it is another rustc (`toolchain-version`); a single generic function is not the
crate. If a dependency's version moved, its own hash and those of its dependents follow: `dependency-version`.
Without the embedded list (cargo auditable) a new version with the same code looks just like this, so elfdiff
says likely, unless the crate's source directory shows that it moved.

`-C metadata=''` in RUSTFLAGS does nothing under cargo: rustc takes the union of all values, and cargo passes
its own. Outputs with and without it were byte for byte the same. It matters only where rustc is called by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from elfdiff.actions import AddWords, Do
from elfdiff.causes._code import code_changed
from elfdiff.causes._paths import build_paths, joined
from elfdiff.causes._profiles import units_set
from elfdiff.causes._tools import compiler_changed
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Fallout, Proof, cause
from elfdiff.evidence.model import (
    ArchiveFieldChange,
    Context,
    DependencyDrift,
    EvidenceSet,
    FlagChange,
    FunctionTotals,
    Mapped,
    PathPlace,
    SymbolRenamed,
    TextChange,
    UnitNaming,
    WordChange,
    WordKind,
)
from elfdiff.report import Effect, Fix, Role
from elfdiff.values import replace

PATH_DEPENDENCY, PROFILE, HOST = "rust-metadata-path-dep", "rust-metadata-profile-features", "rust-metadata-host-os"

_SCHEMES = frozenset({"rust-legacy", "rust-v0", "rust-unit"})
_STANDARD = frozenset({"std", "core", "alloc", "compiler_builtins", "panic_unwind"})
MOST = 0.9
SEVERAL = 20

WORKSPACE = Fix(
    toolchain="cargo",
    action=Do(
        "with cargo: put path dependencies inside the workspace (their paths then count from its root), or "
        "build both in one directory; with rustc alone: give both the same -C metadata"
    ),
    effect=Effect.REMOVES,
    reaches=(PATH_DEPENDENCY,),
    note="neither --remap-path-prefix nor -C metadata='' changes cargo's hash",
)
SAME_PROFILE = Fix(
    toolchain="cargo",
    action=Do(
        "build both from one Cargo.lock (cargo build --locked) with the same cargo command: --profile, --features, "
        "--target named or not, RUSTFLAGS, and [profile] in Cargo.toml"
    ),
    effect=Effect.REMOVES,
    reaches=(PROFILE,),
)
SAME_HOST = Fix(
    toolchain="cargo",
    action=Do(
        "build both on a host of the same kind: cargo hashes the host of crates with build "
        "scripts and of procedural macros"
    ),
    effect=Effect.REMOVES,
    reaches=(HOST,),
)
STRIP = Fix(
    toolchain="rustc",
    action=AddWords(("RUSTFLAGS",), ("-Cstrip=symbols", "-Clink-arg=-Wl,--build-id=none")),
    effect=Effect.MASKS,
    reaches=(PATH_DEPENDENCY, PROFILE, HOST),
    note="hides the names; the files are equal only if the code is equal and stands in the same order",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """What fits the faces; a stripped file has no names left to hide, and one without a build ID needs no flag for
    it."""
    strip = STRIP
    if Mapped.NO_BUILD_ID in context.mapped:
        strip = replace(STRIP, action=AddWords(("RUSTFLAGS",), ("-Cstrip=symbols",)))
    fixes = (WORKSPACE, SAME_PROFILE, SAME_HOST) if context.stripped else (WORKSPACE, SAME_PROFILE, SAME_HOST, strip)
    return tuple(fix for fix in fixes if set(fix.reaches) & set(faces))


@cause(
    title="cargo gave a crate another metadata hash",
    role=Role.ROOT,
    unread=True,
    faces={
        PATH_DEPENDENCY: "a path dependency outside the workspace moved",
        PROFILE: "profile, features or target differ",
        HOST: "the builds ran on hosts of two kinds",
    },
    fixes=(WORKSPACE, SAME_PROFILE, SAME_HOST, STRIP),
    references=(
        "cargo, absolute paths of path dependencies in the hash: https://github.com/rust-lang/cargo/issues/13586",
        "cargo, -C metadata and what goes into it: "
        "https://doc.rust-lang.org/nightly/nightly-rustc/cargo/core/compiler/fingerprint/index.html",
        "cargo, the hash depends on the host: https://github.com/rust-lang/cargo/issues/8140",
        "rustc book, -C metadata: https://doc.rust-lang.org/rustc/codegen-options/index.html#metadata",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Crates of which (nearly) all names changed their hash, where no tool, dependency or unit naming explains it."""
    if compiler_changed(evidence) or evidence.has(UnitNaming) or units_set(evidence) or evidence.has(FlagChange):
        return
    groups: dict[str, list[SymbolRenamed]] = defaultdict(list)
    for item in evidence.of(SymbolRenamed):
        if item.scheme in _SCHEMES and item.group:
            groups[item.group].append(item)
    if any(_is_other_rustc(groups[crate]) for crate in _STANDARD & set(groups)):
        return
    drifted = {drift.name.replace("-", "_") for drift in evidence.of(DependencyDrift) if drift.change != "format"}
    if drifted:
        return
    crates = sorted(crate for crate, items in groups.items() if crate not in _STANDARD and _whole(items))
    if not crates:
        return
    # Implementations for types without a crate ("<&T as Display>::fmt") are compiled into the crates that use them.
    nameless = [item for item in evidence.of(SymbolRenamed) if item.scheme in _SCHEMES and not item.group]
    members = [
        change
        for change in evidence.of(ArchiveFieldChange)
        if change.field_name == "name" and change.a_value.endswith(".rcgu.o")
    ]
    facts = (*(item for items in groups.values() for item in items), *nameless, *members)
    names = listed(crates)
    summary = f"the hashes in all names of {names} differ; rustc is the same"
    if code_changed(evidence):
        yield Claim(
            PROFILE,
            facts,
            Proof.CONSISTENT,
            summary,
            "code differs too: profile, features or a dependency may have changed",
            unless=(Fallout.PROFILE,),
        )
        return
    moved = any(_is_own_source(joined(change.a_directory, change.tail)) for change in build_paths(evidence))
    quiet = not evidence.has(TextChange) and not _recompiled(evidence)
    note = (
        None
        if moved and quiet
        else "a dependency of another version with equal code would look the same; compare Cargo.lock"
    )
    if not moved and any(word.kind is WordKind.VERSION for word in evidence.of(WordChange)):
        return  # cargo hashes a package's version: source-change speaks of both
    if not moved and not any(change.place is PathPlace.DEBUG_DIRECTORY for change in build_paths(evidence)):
        yield Claim(PROFILE, facts, Proof.CONSISTENT, summary, note, unless=(Fallout.PROFILE,))
    proof = Proof.RECORDED if moved and quiet else Proof.SHAPE
    yield Claim(PATH_DEPENDENCY, facts, proof, summary, note, unless=(Fallout.PROFILE,))


def _whole(items: list[SymbolRenamed]) -> bool:
    """True if the crate as such changed: nearly all of its names, and more than one, or a unit of its own."""
    count, total = sum(item.count for item in items), max(item.total for item in items)
    units = any(item.scheme == "rust-unit" for item in items)
    return count >= MOST * total and (count >= 3 or units)


def _is_other_rustc(items: list[SymbolRenamed]) -> bool:
    """True if the names of a crate that comes with rustc changed as a whole.

    Its generic functions are compiled into the crates that use them, and carry those crates' hashes.
    """
    count, total = sum(item.count for item in items), max(item.total for item in items)
    return total >= SEVERAL and count >= MOST * total


def _recompiled(evidence: EvidenceSet) -> bool:
    return any(totals.changed or totals.added or totals.removed for totals in evidence.of(FunctionTotals))


def _is_own_source(path: str) -> bool:
    """A Rust source that is not one of cargo's copies of a registry."""
    return path.endswith(".rs") and "/registry/src/" not in path and "/vendor/" not in path
