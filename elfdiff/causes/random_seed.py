"""A compiler drew an identifier at random.

## What it looks like

Section names of LTO objects, from two runs of `gcc-12 -O2 -flto -c l.c` in one directory:

    a  .gnu.lto_.profile.76de1b0e9314c036
    b  .gnu.lto_.profile.42c625ac425e8cd7

Four bytes in `.data` for each unit built with `--coverage` (the stamp that ties `.gcda` to `.gcno`); CUDA's
`tmpxft_00001a2b_00000000-6_kernel.cudafe1.cpp`; OpenMP offloading's `__omp_offloading_fd01_2a61f3_main_l12`, which
holds the device and inode number of the source; lfortran's `_lcompilers_…` suffixes.

## Why it happens

gcc takes a random seed for names and stamps that must differ between files, unless `-frandom-seed` gives one. nvcc
and clang's offloading make theirs from process and file system numbers.

## How to be sure

The names are equal once the identifier is masked, and the identifier has that tool's form. With gcc 12 the seed does
*not* matter for anonymous namespaces, static initialisers or linked LTO programs: those are the same in every run.
LTO objects also hold the working directory, compressed, which no seed changes (build-path).
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._facts import became, tools_differ
from elfdiff.causes._rows import fix_for
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.model import Context, CoverageStampChange, Evidence, EvidenceSet, SectionChange, SymbolRenamed
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role
from elfdiff.toolchains import Purpose

_SCHEMES = {
    "lto-section": "gcc-lto-section-id",
    "cuda": "cuda-module-id",
    "omp-offload": "openmp-offload-inode",
    "lfortran": "lfortran-random-id",
}
_SECTION_ID = late(r"(\.gnu\.(?:lto|debuglto)_\S*?\.)([0-9a-f]{8,16})\Z")

_SEED = fix_for("gcc", Purpose.FIX_SEED, "gcc-lto-section-id", "random-gcov-stamp")
_SHIP = Fix(
    "gcc",
    Do(
        "strip the LTO sections from objects that are shipped: "
        "strip --strip-unneeded -R '.gnu.lto_*' -R '.gnu.debuglto_*'"
    ),
    Effect.REMOVES,
    ("gcc-lto-section-id",),
    note="reaches fat objects only (-ffat-lto-objects)",
)
_COVERAGE = Fix(
    "gcc",
    Do("do not ship a build made with --coverage or -fprofile-generate"),
    Effect.REMOVES,
    ("random-gcov-stamp",),
)
V8 = "v8-hash-seed"
_CUDA = fix_for("nvcc", Purpose.FIX_SEED, "cuda-module-id")
_OFFLOAD = Fix(
    "clang",
    Do("build both in one file system image: the name holds the source's device and inode number"),
    Effect.REMOVES,
    ("openmp-offload-inode",),
    note="no flag fixes this in clang 14",
)
_LFORTRAN = Fix("lfortran", Do("build without --separate-compilation"), Effect.REMOVES, ("lfortran-random-id",))
_V8 = Fix(
    "node",
    Do(
        'write "useCodeCache": false into the configuration of the application, or give V8 its seed: '
        "node --hash-seed=1 --experimental-sea-config CONFIG"
    ),
    Effect.REMOVES,
    (V8,),
    since="Node 20",
)
_ALL = (_SEED, _SHIP, _COVERAGE, _CUDA, _OFFLOAD, _LFORTRAN, _V8)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces))


@cause(
    title="a compiler drew a random identifier",
    role=Role.ROOT,
    faces={
        "lfortran-random-id": "lfortran put a random suffix on symbols",
        "cuda-module-id": "nvcc's module identifier is compiled in",
        "openmp-offload-inode": "OpenMP offloading names hold the source's inode number",
        "gcc-lto-section-id": "gcc drew identifiers for LTO sections",
        "random-gcov-stamp": "gcc drew stamps for coverage data",
        V8: "V8 drew a seed for the hashes in a Node.js application's code cache",
    },
    fixes=_ALL,
    references=(
        "GCC manual: -frandom-seed; GCC bug 66305",
        "Debian reproducible notes: randomness_in_fat_lto_objects",
        "bazel-contrib/rules_cuda#494",
        "reviews.llvm.org/D136601; lfortran/lfortran#11428",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    if tools_differ(evidence):
        return
    found: dict[str, list[Evidence]] = {}
    shown: dict[str, str] = {}
    for change in evidence.of(SymbolRenamed):
        face = _SCHEMES.get(change.scheme)
        if face:
            found.setdefault(face, []).append(change)
            shown.setdefault(face, became(f"{change.a_part} in {change.group}", change.b_part))
    sections = _sections(evidence)
    if sections:
        found.setdefault("gcc-lto-section-id", []).extend(sections)
        shown.setdefault("gcc-lto-section-id", "the identifiers at the end of .gnu.lto_ section names differ")
    for stamp in evidence.of(CoverageStampChange):
        found.setdefault("random-gcov-stamp", []).append(stamp)
        shown.setdefault("random-gcov-stamp", f"{stamp.count} of {stamp.total} coverage records have another stamp")
    for cache in evidence.of(EntryFieldChange):
        # The cache is made of the script: of one script it is another only by the seed.
        if cache.field_name == "cache" and cache.a_value == cache.b_value:
            found.setdefault(V8, []).append(cache)
            shown.setdefault(V8, "the code cache differs, the script that it is made of does not")
    for face, facts in found.items():
        yield Claim(face, tuple(facts), Proof.RECORDED, shown[face])


def _sections(evidence: EvidenceSet) -> list[Evidence]:
    """LTO sections that came and went under one name, the identifier apart; empty unless each has a partner."""
    sides: dict[str, dict[str, SectionChange]] = {"added": {}, "removed": {}}
    for change in evidence.of(SectionChange):
        match = _SECTION_ID.match(change.name)
        if match and change.status in sides:
            sides[change.status][match[1]] = change
    shared = sides["added"].keys() & sides["removed"].keys()
    return [change for side in sides.values() for name, change in side.items() if name in shared]
