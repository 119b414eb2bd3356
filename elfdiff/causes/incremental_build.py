r"""One build was not made from scratch.

## What it looks like

The codegen units of the program's own crates are named in two ways (STT_FILE symbols of `.symtab`):

```
a  1a61fd7se3iinylttbfjm38k7        25 digits of base 36, many of them: incremental
b  rlite.77ef1fead4e2fc0b-cgu.0     crate, hash, number: not incremental
```

An incremental build cuts a crate into up to 256 units, so code, unwind tables and debug information differ
almost everywhere: 3,996,498 of 4.4 MB in one dev build.

## Why it happens

cargo's dev profile is incremental by default, the release profile is not; `CARGO_INCREMENTAL=1` or `incremental
= true` sets it for both. CI systems usually set it to 0. In other languages the same trouble is an output
directory that was not clean: objects of an earlier state, or from a compiler cache that kept another
directory's paths.

## How to be sure

The unit names decide, in one file already. A single name of 25 digits is normal (the allocator shim); several
per crate are not. A clean build of either kind is repeatable: two incremental builds from an empty target
directory were equal.

A stale object shows by its directory: of all units in the debug information, one was compiled elsewhere on one
side, and on the other side where the rest was:

```
a  main.c, list.c, utf8.c   in /w/new          b  main.c, list.c in /w/new, utf8.c in /w/old
```

What the bytes cannot tell: after strip no unit name is left, and an object that was compiled in the same directory
from an older source looks like a changed source.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do, Export
from elfdiff.causes._paths import stray_paths
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Context, EvidenceSet, StrayUnit, UnitNaming
from elfdiff.report import Effect, Fix, Role

RUST, STALE, THINLTO = "rust-incremental", "stale-or-mixed-objects", "thinlto-cache-or-distributed"

OFF = Fix(
    toolchain="cargo",
    action=Export("CARGO_INCREMENTAL", "0"),
    effect=Effect.REMOVES,
    reaches=(RUST,),
    note="build once with an empty target directory (cargo clean); compare the profiles too: dev is "
    "incremental by default, release is not",
)
CLEAN = Fix(
    toolchain="any",
    action=Do("build both from an empty output directory, without a compiler cache that is shared between directories"),
    effect=Effect.REMOVES,
    reaches=(STALE,),
)
NO_CACHE = Fix(
    toolchain="lld",
    action=Do("link without --thinlto-cache-dir"),
    effect=Effect.REMOVES,
    reaches=(THINLTO,),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """Only what the faces call for."""
    return tuple(fix for fix in (OFF, CLEAN, NO_CACHE) if set(fix.reaches) & set(faces))


@cause(
    title="one build was not made from scratch",
    role=Role.ROOT,
    unread=True,
    faces={
        RUST: "rustc's incremental codegen units on one side only",
        STALE: "objects of an earlier state in the output",
        THINLTO: "ThinLTO took units from a cache",
    },
    fixes=(OFF, CLEAN, NO_CACHE),
    references=(
        "cargo, profiles, incremental: https://doc.rust-lang.org/cargo/reference/profiles.html#incremental",
        "rustc development guide, incremental compilation: "
        "https://rustc-dev-guide.rust-lang.org/queries/incremental-compilation.html",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Codegen units named in the incremental way on exactly one side; units that strayed from the rest."""
    for naming in evidence.of(UnitNaming):
        a, b = naming.a_incremental > 1, naming.b_incremental > 1
        if a == b or not (naming.b_plain if a else naming.a_plain):
            continue
        side, count = ("a", naming.a_incremental) if a else ("b", naming.b_incremental)
        summary = f"{side} has {count} incremental codegen units, {'b' if a else 'a'} has none"
        yield Claim(RUST, (naming,), Proof.RECORDED, summary, explains_code=True)
    stray = tuple(evidence.of(StrayUnit))
    if stray:
        first = stray[0]
        yield Claim(
            STALE,
            (*stray, *stray_paths(evidence)),
            Proof.SHAPE,
            f"{listed(unit.name for unit in stray)} was compiled in {first.elsewhere} in {first.side}, and in "
            f"{first.directory} like other units on both sides",
            "an object of an earlier build, or out of a compiler cache",
        )
