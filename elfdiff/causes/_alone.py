"""What is left where no fact of the program was seen: constants without a name, or debug information alone."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes.model import Proof
from elfdiff.evidence.model import (
    CompressionChange,
    Evidence,
    EvidenceSet,
    LoneSectionChange,
    OrderChange,
    PathChange,
    SectionChange,
    SplitUnitIdChange,
    SymbolRenamed,
    TimeChange,
)


def unspoken(evidence: EvidenceSet) -> Iterator[tuple[tuple[Evidence, ...], Proof, str]]:
    """At most one: the facts, how surely they speak of another source, and what they are."""
    if any(evidence.has(kind) for kind in (PathChange, TimeChange, OrderChange, SymbolRenamed)):
        return
    constants = tuple(item for item in evidence.of(LoneSectionChange) if item.name.startswith((".rodata", ".data")))
    debug = tuple(item for item in evidence.of(SectionChange) if item.name.startswith((".debug_info", ".debug_line")))
    others = [item for item in evidence.of(SectionChange) if not item.name.startswith(".debug")]
    if constants:
        yield constants, Proof.CONSISTENT, f"only constants in {constants[0].name} differ"
    elif any(item.name == ".debug_info" for item in evidence.of(LoneSectionChange)) and not _is_noise(evidence):
        summary = "only .debug_info differs, and no text in it: a declaration or constant that no code needs"
        yield tuple(evidence.of(LoneSectionChange)), Proof.SHAPE, summary
    elif debug and not others:
        summary = "only debug information differs: lines that moved, or a declaration that no code needs"
        yield debug, Proof.CONSISTENT, summary


def _is_noise(evidence: EvidenceSet) -> bool:
    """True if IDs of split units or the form of compression may be all that differs in debug information."""
    return evidence.has(SplitUnitIdChange) or evidence.has(CompressionChange)
