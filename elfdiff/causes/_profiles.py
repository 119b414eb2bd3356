"""Settings of cargo and rustc, as far as names, imports and code show them: nothing records them."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._cargo import other_commands
from elfdiff.causes._code import code_changed
from elfdiff.causes._facts import flags_differ, inputs_differ, tools_differ, values
from elfdiff.causes._mangling import is_library, own_crate, swaps
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Fallout, Proof
from elfdiff.evidence.facts import ImportOrderChange
from elfdiff.evidence.model import (
    CodegenUnitChange,
    Evidence,
    EvidenceSet,
    FunctionChange,
    InstructionSetChange,
    PathChange,
    SectionChange,
    SymbolRenamed,
    SymbolSetChange,
    TextChange,
    UnitNaming,
)
from elfdiff.patterns import late

ASSERTIONS, FLAGS, DEBUG = "tool-rust-profile-debug-assertions", "tool-flags-optimisation", "debug-presence-or-level"

_OVERFLOW = late(
    r"panic_const_(?:add|sub|mul|neg|shl|shr)_overflow|"
    r"attempt to (?:add|subtract|multiply|negate|shift left|shift right) with overflow"
)
_UNWINDER = frozenset({"_Unwind_RaiseException", "_Unwind_DeleteException"})
_ABORT = late(r"___rust_abort(?![A-Za-z])|(?:^|[^A-Za-z_])__rust_abort\Z|/panic_abort/src/")
_MANY_UNITS = 3
_LOCATIONS = (".debug_loc", ".debug_loclists")


def settings(evidence: EvidenceSet) -> Iterator[Claim]:
    """What shows of a Rust program's profile, features and flags; each kind at most once."""
    yield from _assertions(evidence)
    panics = [*_panics(evidence), *_commands(evidence)]
    yield from panics
    if not panics:
        yield from list(_hashed(evidence)) or _generated(evidence)


def units_set(evidence: EvidenceSet) -> bool:
    """True if the number of codegen units was set otherwise: a source that grew does not show in such numbers.

    On one side no crate has more than one unit, and on the other several crates have more, or one has many.
    """
    units = list(evidence.of(CodegenUnitChange))
    if not units:
        return False
    most = [max(unit.a_count for unit in units), max(unit.b_count for unit in units)]
    return min(most) == 1 and (len(units) > 1 or max(most) >= _MANY_UNITS)


def _assertions(evidence: EvidenceSet) -> Iterator[Claim]:
    """Overflow checks on one side only."""
    if tools_differ(evidence):
        return
    kinds: tuple[set[str], set[str]] = (set(), set())
    found: list[Evidence] = []
    for change in evidence.of(SymbolSetChange):
        hits = [{m[0] for name in names for m in _OVERFLOW.finditer(name)} for names in (change.a_only, change.b_only)]
        if hits[0] or hits[1]:
            found.append(change)
        for index in (0, 1):
            kinds[index].update(hits[index])
    for text in evidence.of(TextChange):
        hits = [{m[0] for m in _OVERFLOW.finditer(value)} for value in values(text)]
        if hits[0] != hits[1]:
            found.append(text)
        for index in (0, 1):
            kinds[index].update(hits[index])
    only = [kinds[0] - kinds[1], kinds[1] - kinds[0]]
    if bool(only[0]) == bool(only[1]) or kinds[0] & kinds[1]:
        return
    names = only[0] or only[1]
    if len(names) < 2:
        return
    yield Claim(
        ASSERTIONS,
        tuple(found),
        Proof.RECORDED if len(names) >= 3 else Proof.SHAPE,
        f"only {'a' if only[0] else 'b'} checks arithmetic for overflow: {', '.join(sorted(names)[:3])}",
        "the dev profile does, release does not unless overflow-checks = true",
        explains_code=True,
        explains=(Fallout.PROFILE, Fallout.HASHES),
    )


def _panics(evidence: EvidenceSet) -> Iterator[Claim]:
    """One side unwinds its stack on a panic, the other aborts: another runtime is linked in."""
    if tools_differ(evidence):
        return
    unwinds: list[set[str]] = [set(), set()]
    aborts: list[list[Evidence]] = [[], []]
    found: list[Evidence] = []
    for change in evidence.of(SymbolSetChange):
        for index, names in enumerate((change.a_only, change.b_only)):
            if change.imports:
                unwinds[index] |= _UNWINDER & {name.split("@")[0] for name in names}
            elif any(_ABORT.search(name) for name in names):
                aborts[index].append(change)
        if change.imports and _UNWINDER & {name.split("@")[0] for name in (*change.a_only, *change.b_only)}:
            found.append(change)
    for text in evidence.of(TextChange):
        sides = [bool(_ABORT.search(value)) for value in values(text)]
        if sides[0] != sides[1]:
            aborts[sides.index(True)].append(text)
    for index, side in enumerate("ab"):
        other = 1 - index
        if aborts[index] and unwinds[other] and not aborts[other] and not unwinds[index]:
            yield Claim(
                FLAGS,
                tuple(dict.fromkeys((*found, *aborts[index]))),
                Proof.RECORDED,
                f'only {side} was built with panic = "abort": the other needs {listed(sorted(unwinds[other]))}',
                explains_code=True,
                explains=(Fallout.PROFILE, Fallout.HASHES),
            )


def _commands(evidence: EvidenceSet) -> Iterator[Claim]:
    """Build scripts wrote below another target or profile: cargo was called otherwise."""
    found = list(other_commands(evidence))
    if not found:
        return
    _, a, b = found[0]
    if a.target != b.target:
        sides = [f"--target {side.target}" if side.target else "no --target" for side in (a, b)]
    else:
        sides = [f"profile {side.profile}" for side in (a, b)]
    hashes = (change for change in evidence.of(SymbolRenamed) if change.scheme.startswith("rust-"))
    yield Claim(
        FLAGS,
        (*(change for change, _, _ in found), *hashes),
        Proof.RECORDED,
        f"cargo was called with {sides[0]} in a and {sides[1]} in b, as the directories of its build scripts say",
        explains_code=True,
        explains=(Fallout.PROFILE, Fallout.HASHES),
    )


def several_crates(evidence: EvidenceSet) -> list[str]:
    """Crates of the program whose functions changed under names that did not, where there are two or more of them."""
    changed = [change for change in evidence.of(FunctionChange) if change.certain and change.status == "changed"]
    crates = sorted({crate for change in changed if (crate := own_crate(change.name))})
    return crates if len(crates) > 1 else []


def only_library(evidence: EvidenceSet) -> bool:
    """True if all functions that changed are those of Rust's own library, which nobody edits: rustc is the same."""
    changed = [change for change in evidence.of(FunctionChange) if change.certain]
    return bool(changed) and all(is_library(change.name) for change in changed)


def _generated(evidence: EvidenceSet) -> Iterator[Claim]:
    """Crates that nobody edits together changed their code and not their hashes: codegen-units, LTO and their like."""
    crates = several_crates(evidence)
    spoken_of = (UnitNaming, InstructionSetChange)
    if only_library(evidence) and not inputs_differ(evidence) and not any(map(evidence.has, spoken_of)):
        changed = tuple(change for change in evidence.of(FunctionChange) if change.certain)
        yield Claim(
            FLAGS,
            changed,
            Proof.CONSISTENT,
            f"only functions of Rust's library differ: {listed(change.name for change in changed)}; codegen-units, LTO "
            "or another setting",
            "they are compiled into the program, and another use of them may shape them too",
            explains_code=True,
        )
        return
    if crates and not inputs_differ(evidence) and not any(map(evidence.has, spoken_of)) and not units_set(evidence):
        yield Claim(
            FLAGS,
            tuple(change for change in evidence.of(FunctionChange) if own_crate(change.name) in crates),
            Proof.CONSISTENT,
            f"functions of {listed(crates)} differ, their hashes do not: codegen-units, LTO or another setting "
            "that is not hashed",
            "sources of several crates that were changed at once look the same",
            explains_code=True,
        )


def _hashed(evidence: EvidenceSet) -> Iterator[Claim]:
    """Crates have other hashes and other code: cargo hashes features, profile and flags, never the source.

    A directory outside the workspace, a dependency or incremental units give a crate another hash as well.
    """
    if inputs_differ(evidence) or evidence.has(UnitNaming) or units_set(evidence):
        return
    if evidence.has(PathChange) or any(swaps(evidence)) or not code_changed(evidence):
        return
    if evidence.has(InstructionSetChange) or evidence.has(ImportOrderChange):
        return
    units = [change for change in evidence.of(SymbolRenamed) if change.scheme == "rust-unit"]
    crates = list(dict.fromkeys(change.group for change in units))
    if not crates:
        return
    has = "has another hash" if len(crates) == 1 else "have other hashes"
    yield Claim(
        FLAGS,
        tuple(units),
        Proof.SHAPE if len(crates) == 1 else Proof.CONSISTENT,
        f"{listed(crates)} {has} and other code: features, profile, RUSTFLAGS or its own version differ",
        "cargo's hash does not cover the source; a dependency of another version looks the same: compare Cargo.lock",
        explains_code=True,
        explains=(Fallout.HASHES,),
    )


def variables(evidence: EvidenceSet) -> Iterator[Claim]:
    """Both sides have debug information, and only one says where variables are: debug = 1 against 2, or -g1."""
    if tools_differ(evidence) or flags_differ(evidence) or code_changed(evidence):
        return  # code without optimisation needs no lists of places
    changes = [change for change in evidence.of(SectionChange) if change.status in ("added", "removed")]
    if any(change.name in (".debug_info", ".debug_line") for change in changes):
        return
    if {change.name for change in changes} >= set(_LOCATIONS):
        return  # one is DWARF 4's, the other DWARF 5's
    for change in changes:
        if change.name in _LOCATIONS:
            side = "b" if change.status == "added" else "a"
            yield Claim(
                DEBUG,
                (change,),
                Proof.SHAPE,
                f"only {side} says where variables are ({change.name}): another level of debug information",
                explains=(Fallout.PROFILE,),
            )
