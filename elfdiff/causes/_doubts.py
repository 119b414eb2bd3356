"""How surely facts that no cause claimed speak of another source: what else makes the same picture."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._code import (
    all_changed,
    differs_in_numbers,
    differs_in_registers,
    may_be_address,
    most_changed,
    widely_changed,
)
from elfdiff.causes._codegen import is_clean
from elfdiff.causes._leftover import Data, Leftover, Text
from elfdiff.causes._profiles import units_set
from elfdiff.causes._tools import compiler_changed, languages
from elfdiff.causes.model import Proof
from elfdiff.evidence.facts import ImportOrderChange, LibcChange
from elfdiff.evidence.model import (
    DataChange,
    DependencyDrift,
    EvidenceSet,
    FlagChange,
    FunctionTotals,
    GoSettingChange,
    OrderChange,
    PathChange,
    SymbolRenamed,
    TextOrderChange,
    TimeChange,
    ToolChange,
    UnitNaming,
    WordChange,
    WordKind,
)

FEW = 10
FOLDED = 16
_ROUNDING = 1e-9
_RANDOM_WORDS = frozenset({WordKind.RANDOM, WordKind.UUID, WordKind.TEMPORARY})


def explained(evidence: EvidenceSet) -> bool:
    """True if a tool, flags, incremental units or dependencies may have changed code and texts."""
    settings = any(not change.key.startswith("vcs") for change in evidence.of(GoSettingChange))
    foreign = any(not drift.local and drift.change != "format" for drift in evidence.of(DependencyDrift))
    return (
        settings
        or foreign
        or compiler_changed(evidence)
        or evidence.has(ToolChange)
        or evidence.has(FlagChange)
        or evidence.has(UnitNaming)
        or units_set(evidence)
    )


def weighed(evidence: EvidenceSet, left: Leftover) -> tuple[Proof, str]:
    """The proof, and the note that says what would look the same."""
    for doubt in _doubts(evidence, left):
        return Proof.CONSISTENT, doubt
    if is_other_version(left) and any(item.scheme.startswith("rust") for item in evidence.of(SymbolRenamed)):
        return Proof.SHAPE, "another version of the program, which cargo hashes into names"
    if left.texts or left.names or _shaped(left):
        return (
            Proof.SHAPE,
            "a -D option or what configure found can look the same; in each case the builds were "
            "given different things",
        )
    if left.functions:
        return Proof.SHAPE, "only constants in the code differ; a value that the build script passed can look the same"
    if any(map(_is_other_number, left.data)):
        return Proof.SHAPE, "a -D option, or a table that a script computed, can look the same"
    return Proof.CONSISTENT, "only data differs; a generated table can look the same"


def is_other_version(left: Leftover) -> bool:
    """True if no code changed, and a text that tells a version did: cargo hashes that into names."""
    words = (text for text in left.texts if isinstance(text, WordChange))
    return not left.functions and any(word.kind is WordKind.VERSION for word in words)


def _doubts(evidence: EvidenceSet, left: Leftover) -> Iterator[str]:
    """What else there is to see that makes the same picture; the first is told."""
    hashed = any(item.scheme.startswith("rust") for item in evidence.of(SymbolRenamed))
    if hashed and is_other_version(left):
        return
    if hashed:
        yield "hashes of crates differ too: profile, features or a dependency may be the reason"
    if evidence.has(ImportOrderChange) and not (left.texts or left.names or left.data):
        yield "the libraries were other builds, and so may the compiler be"
    if evidence.has(LibcChange):
        yield "what configure found in another C library can be the reason"
    # Options choose other instructions; other numbers in the same ones are given.
    only_code = left.functions and not (left.texts or left.data or left.names)
    if only_code and not all(map(differs_in_numbers, left.functions)) and is_clean(evidence) and _is_tiny(evidence):
        yield "in so few functions, another option or profile and an edit look the same"
    many = widely_changed(evidence)
    bare = left.functions and not (left.data or left.names) and all(map(_may_be_folded, left.texts))
    if bare and many and not all(map(differs_in_numbers, left.functions)):
        yield "so many functions, and no text, name or data: options or another revision of the compiler look the same"
    if only_code and all(change.rearranged and not differs_in_numbers(change) for change in left.functions):
        yield "the same constants and calls stand in another arrangement: options, or a generated file, look the same"
    alike = sum(map(differs_in_registers, left.functions))
    if only_code and alike > 1 and 2 * alike > len(left.functions):
        yield "the functions part where other registers hold the same values: options of the compiler do that"
    if most_changed(evidence) or all_changed(evidence):
        yield "most functions differ: optimisation flags or a compiler without a mark may be the reason"
    random = any(word.kind in _RANDOM_WORDS for word in evidence.of(WordChange))
    reordered = evidence.has(OrderChange) and not left.functions and not left.names
    if random or reordered or evidence.has(TextOrderChange):
        yield "constants in another order, or a generated file that came out otherwise, look the same"
    if not left.texts and not left.names and "go" in languages(evidence.context) and _moved(evidence):
        yield "texts of another length move constants in Go's code"
    shown = left.texts or left.names or _shaped(left)
    moved = left.functions and not shown and _moved(evidence)
    if moved and all(may_be_address(change, evidence) for change in left.functions):
        yield "addresses that are put together from several instructions look the same"


def _may_be_folded(text: Text) -> bool:
    """True for a short text that one side lacks: compilers write it into instructions, or join it to another."""
    shown = [place.value for place in (text.a, text.b) if place is not None]
    return len(shown) == 1 and len(shown[0]) < FOLDED


def _shaped(left: Leftover) -> bool:
    """True if a function has other instructions, not only other numbers in the same ones."""
    return any(
        not differs_in_numbers(change) and (change.status != "changed" or change.a_lines or change.b_lines)
        for change in left.functions
    )


def _moved(evidence: EvidenceSet) -> bool:
    """True if directories, times or words changed: lengths of texts may then stand in the code, and what
    follows longer texts has moved."""
    return any(evidence.has(kind) for kind in (PathChange, TimeChange, WordChange))


def _is_tiny(evidence: EvidenceSet) -> bool:
    return any(totals.compared < FEW for totals in evidence.of(FunctionTotals))


def _is_other_number(item: Data) -> bool:
    """A floating point constant that differs by more than two CPUs' arithmetic would."""
    return isinstance(item, DataChange) and any(abs(a - b) > _ROUNDING * abs(a) for a, b in item.doubles)
