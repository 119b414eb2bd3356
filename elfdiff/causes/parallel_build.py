"""How the work was split among jobs or threads shows in the result.

## What it looks like

Rust names each codegen unit in a file symbol. One crate, cut into sixteen units and into one:

    a  rtool.77ef1fead4e2fc0b-cgu.00 … rtool.77ef1fead4e2fc0b-cgu.15
    b  rtool.77ef1fead4e2fc0b-cgu.0

Other cuts inline other functions, so `.text` differs under the same sources. Kernels: only `.BTF` differs, the same
types under other numbers. Linkers with a bug in their threads: only `.gdb_index` differs (mold 2.41.0). A race in a
makefile leaves an object out or an old one in. Zig's own code generator (Debug builds) numbers what has no name as its
threads meet it: `__anon_9477` on one side is `__anon_9478` on the other, and most things stand elsewhere.

## Why it happens

`-C codegen-units` (or `codegen-units` in Cargo.toml) follows the profile, and some packagers set it to the number of
CPUs; pahole -j numbers types as its threads meet them; GHC's parallel make numbers names likewise; make -j runs a
rule before what it needs is there.

## How to be sure

Other numbers of codegen units per crate are proof of another cut. A lone difference in `.BTF` or `.gdb_index` is
proof that only the tool which wrote that section disagreed with itself. Everything else of this family looks like a
change of code, and two files cannot tell it: build twice with -j1; if those two are equal and the parallel ones are
not, it was this.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import AddWords, Do, Run
from elfdiff.causes._facts import dependencies_differ, sources_differ, tools_differ
from elfdiff.causes._profiles import units_set
from elfdiff.causes._rows import fix_for
from elfdiff.causes.model import Claim, Fallout, Proof, cause
from elfdiff.evidence.model import (
    CodegenUnitChange,
    Context,
    EvidenceSet,
    FunctionTotals,
    LoneSectionChange,
    SymbolRenamed,
    SymbolSetChange,
    UnitNaming,
)
from elfdiff.report import Effect, Fix, Role
from elfdiff.toolchains import Purpose

ZIG = "zig-parallel-codegen"

_CARGO = Fix(
    "cargo",
    Run("export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_DEV_CODEGEN_UNITS=1"),
    Effect.REMOVES,
    ("rust-codegen-units-or-parallel-frontend",),
    note="one fixed number as codegen-units in Cargo.toml does as well; never the number of CPUs",
)
_UNITS = Fix(
    "rustc",
    AddWords(("RUSTFLAGS",), ("-Ccodegen-units=1",)),
    Effect.REMOVES,
    ("rust-codegen-units-or-parallel-frontend",),
    note="reaches rustc called without cargo; cargo's own setting is hashed into symbol names",
)
_THREADS = Fix(
    "lld, mold",
    AddWords(("LDFLAGS",), ("-Wl,--threads=1",)),
    Effect.REMOVES,
    ("linker-thread-nondeterminism",),
    note="linkers are deterministic by design: look for a newer release too",
)
_BTF = Fix(
    "pahole",
    Do(
        "build the kernel with KBUILD_BUILD_TIMESTAMP set (it then leaves out pahole -j), or give pahole "
        "--btf_features=reproducible_build"
    ),
    Effect.REMOVES,
    ("btf-type-id-order",),
    since="pahole 1.27",
)
_GHC = fix_for("ghc", Purpose.ONE_THREAD, "ghc-parallel-make")
_MAKE = Fix(
    "make",
    Do("declare the missing dependency (make --shuffle finds it); make -j1 until then"),
    Effect.REMOVES,
    ("make-race-missing-dependency",),
    since="make 4.4 for --shuffle",
)
_ZIG = fix_for("zig", Purpose.ONE_THREAD, ZIG)
_ALL = (_CARGO, _UNITS, _THREADS, _BTF, _GHC, _MAKE, _ZIG)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces))


@cause(
    title="how the build was split among jobs shows in the result",
    role=Role.ROOT,
    unread=True,
    faces={
        "linker-thread-nondeterminism": "the linker's threads wrote one section in another order",
        "rust-codegen-units-or-parallel-frontend": "a crate was cut into another number of codegen units",
        "btf-type-id-order": "pahole's threads numbered the types of .BTF in another way",
        ZIG: "the threads of Zig's own code generator numbered and placed things as they came",
        "ghc-parallel-make": "GHC's parallel make gave other names",
        "make-race-missing-dependency": "a make rule ran before what it needs was there",
    },
    fixes=_ALL,
    references=(
        "NixOS/nixpkgs PR 170981 (codegen-units); rust-lang/rust#128675",
        "rui314/mold#1566; llvm/llvm-project#105958",
        "lkml 2403.2/06078 (pahole and BTF)",
        "theunreproduciblepackage: race",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    for change in evidence.of(LoneSectionChange):
        if change.name == ".gdb_index":
            yield Claim(
                "linker-thread-nondeterminism",
                (change,),
                Proof.RECORDED,
                "only .gdb_index differs, which the linker made",
            )
        elif change.name in (".BTF", ".BTF.base", ".BTF_ids"):
            yield Claim(
                "btf-type-id-order", (change,), Proof.RECORDED, f"only {change.name} differs, which pahole made"
            )
    yield from _zig(evidence)
    units = tuple(evidence.of(CodegenUnitChange))
    if not units or tools_differ(evidence) or dependencies_differ(evidence) or any(evidence.of(UnitNaming)):
        return
    first = units[0]
    yield Claim(
        "rust-codegen-units-or-parallel-frontend",
        units,
        _proof(evidence),
        f"{first.crate} has {first.a_count} codegen units in a and {first.b_count} in b",
        None if units_set(evidence) else "a unit shows only if the link kept a part of it: other code does that too",
        explains_code=units_set(evidence),
        # A profile has its own number of units.
        unless=(Fallout.PROFILE, Fallout.HASHES),
    )


def _zig(evidence: EvidenceSet) -> Iterator[Claim]:
    """Names that count are other ones in a program whose functions are equal; LLVM's output is linked by LLD."""
    names = tuple(change for change in evidence.of(SymbolRenamed) if change.scheme == "zig-anon")
    context = evidence.context
    if not names or not context.has_tool("zig") or context.has_tool("lld") or tools_differ(evidence):
        return
    if evidence.has(SymbolSetChange) or any(t.changed or t.added or t.removed for t in evidence.of(FunctionTotals)):
        return
    yield Claim(
        ZIG,
        names,
        Proof.SHAPE,
        f"all functions are equal, and {names[0].a_part} became {names[0].b_part}",
    )


def _proof(evidence: EvidenceSet) -> Proof:
    if not units_set(evidence):
        return Proof.CONSISTENT
    several = len(list(evidence.of(CodegenUnitChange))) > 1
    return Proof.RECORDED if several and not sources_differ(evidence) else Proof.SHAPE
