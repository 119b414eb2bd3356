"""The code was made for the CPU of the machine that built it.

## What it looks like

gcc writes what it detected into DW_AT_producer. `-march=native` on one host (gcc 12, shortened):

    -march=znver3 -mmmx -mpopcnt -msse … -mavx2 -mno-fma4 … --param=l1-cache-size=48 --param=l1-cache-line-size=64
    --param=l2-cache-size=1024 -mtune=znver3 -g -O2

Nobody types the cache sizes: they are the mark of `native`. Without `-g` the only trace is the code itself: AVX, BMI
or FMA instructions on one side, SSE on the other, under the same symbols.

## Why it happens

`-march=native`, `-mtune=native` and `-mcpu=native` ask the compiler to look at its host; so do `-C target-cpu=native`
in RUSTFLAGS, Zig's default, and build systems with an option named NATIVE. Numbers computed while building have the
same root: a table of doubles differs in the last bit where one host's libm used FMA and the other's did not.

## How to be sure

Cache sizes among the recorded flags are proof. A plain `-march=haswell` is not: somebody wrote it, and that is
reported as build-flags. Programs that choose code at run time (ifunc, target_clones) hold AVX code on every host.
clang, rustc and Zig record no CPU, nor does gcc without `-g`: then elfdiff says "likely" where three or more of the
functions that changed (or both of two), and a quarter of them, use sets that no changed function of the other side
uses, and "possible" where there are fewer. Rebuild one side on the other host; if the files become equal, the CPU was
the cause.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do, Export
from elfdiff.causes._code import most_changed
from elfdiff.causes._facts import inputs_differ, lower, tools_differ
from elfdiff.causes._flags import sort_flags
from elfdiff.causes._rows import fix_for
from elfdiff.causes._tools import languages
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    Context,
    EvidenceSet,
    FlagChange,
    FunctionChange,
    FunctionTotals,
    InstructionSetChange,
)
from elfdiff.report import Effect, Fix, Role
from elfdiff.toolchains import Purpose

_SEVERAL, _PAIR = 3, 2
_SHARE = 0.25

_C = fix_for("gcc, clang", Purpose.NAME_CPU, "env-cpu-native")
_ANY = Fix(
    "any",
    Do("replace -march=native, -mcpu=native and -mtune=native by a named CPU, the same in both builds"),
    Effect.REMOVES,
    ("env-cpu-native",),
)
_RUST = fix_for("rustc", Purpose.NAME_CPU, "env-cpu-native")
_ZIG = fix_for("zig", Purpose.NAME_CPU, "env-cpu-native")
_FLOAT = Fix(
    "any",
    Export("GLIBC_TUNABLES", '"glibc.cpu.hwcaps=-FMA,-AVX2"'),
    Effect.REMOVES,
    ("env-floating-point-host",),
    note="serves tables computed while building; shipping the finished table is better",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes for the languages of this pair; the named CPU only for x86-64."""
    if "env-cpu-native" not in faces:
        return (_FLOAT,)
    found: list[Fix] = []
    intel = context.machine.replace("-", "_").casefold() in (
        "x86_64",
        "amd64",
        "em_x86_64",
        "advanced micro devices x86_64",
    )
    spoken = languages(context)
    if intel and spoken & {"c", "c++"}:
        found.append(_C)
    if "rust" in spoken and intel:
        found.append(_RUST)
    if "zig" in spoken:
        found.append(_ZIG)
    return (*found, _ANY)


@cause(
    title="the code was made for the CPU of its build machine",
    role=Role.ROOT,
    unread=True,
    faces={
        "env-cpu-native": "the compiler looked at the CPU of its host",
        "env-floating-point-host": "numbers computed while building depend on the CPU",
    },
    fixes=(_C, _RUST, _ZIG, _ANY, _FLOAT),
    references=(
        "GCC manual: x86 options, -march=native",
        "reproducible builds: compile-time-check/cpu-detection and floatingpoint (theunreproduciblepackage)",
        "ziglang/zig#22002",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    if tools_differ(evidence):
        return
    changes = [(change, sort_flags(change.a_flags), sort_flags(change.b_flags)) for change in evidence.of(FlagChange)]
    native = [(c, a, b) for c, a, b in changes if (a.native or b.native) and a.machine != b.machine]
    if native:
        _, a, b = native[0]
        yield Claim(
            "env-cpu-native",
            tuple(change for change, _, _ in native),
            Proof.RECORDED,
            f"{_cpu(a.machine)} in a, {_cpu(b.machine)} in b; the recorded cache sizes show that the "
            f"compiler detected it",
            explains_code=True,
        )
        return
    lists = [(c, a, b) for c, a, b in changes if _is_list(a.machine) or _is_list(b.machine)]
    if lists:
        _, a, b = lists[0]
        yield Claim(
            "env-cpu-native",
            tuple(change for change, _, _ in lists),
            lower(Proof.RECORDED, True),
            f"{_cpu(a.machine)} in a, {_cpu(b.machine)} in b, with a list of instruction sets as "
            f"-march=native writes it",
            explains_code=True,
        )
        return
    if not inputs_differ(evidence):
        yield from _instructions(evidence)


def _instructions(evidence: EvidenceSet) -> Iterator[Claim]:
    """Many of the functions that changed use what those of the other side never do."""
    for change in evidence.of(InstructionSetChange):
        few = change.count < (_PAIR if change.count == change.total else _SEVERAL)
        few = few or (change.count < _SHARE * change.total and not most_changed(evidence))
        if few and change.total and not _all_changed(evidence):
            continue
        sides = ((names, side) for names, side in ((change.a_only, "a"), (change.b_only, "b")) if names)
        yield Claim(
            "env-cpu-native",
            (change, *(item for item in evidence.of(FunctionChange) if item.certain)),
            Proof.CONSISTENT if few else Proof.SHAPE,
            "; ".join(f"only {side} uses {', '.join(names[:4])}" for names, side in sides)
            + (f", in {change.count} of {change.total} changed functions" if change.total else ""),
            "functions written for one CPU, which configure chose, look the same"
            if few
            else "native and a CPU that somebody wrote (-march=haswell) give the same code",
            explains_code=True,
        )


def _all_changed(evidence: EvidenceSet) -> bool:
    """True if no function stayed as it was, in a program of a few."""
    return any(totals.compared > 1 and totals.changed == totals.compared for totals in evidence.of(FunctionTotals))


def _cpu(flags: tuple[str, ...]) -> str:
    named = [flag for flag in flags if flag.startswith(("-march=", "-mcpu=", "-mtune="))]
    return " ".join(named[:2]) or "no CPU named"


def _is_list(flags: tuple[str, ...]) -> bool:
    """Both a list of instruction sets present and one of those absent: people do not write twenty -mno- flags."""
    return sum(flag.startswith("-mno-") for flag in flags) >= 5 and any(f.startswith("-march=") for f in flags)
