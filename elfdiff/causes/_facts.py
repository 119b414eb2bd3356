"""Questions about an evidence set that several causes ask before they speak."""

from __future__ import annotations

import re

from elfdiff.causes.model import Proof
from elfdiff.evidence.facts import LibcChange
from elfdiff.evidence.model import (
    BuildIdKept,
    ChangedAfterLink,
    DebugLinkChange,
    DependencyDrift,
    DynamicChange,
    Evidence,
    EvidenceSet,
    FlagChange,
    FunctionTotals,
    GoSettingChange,
    HeaderChange,
    LoneSectionChange,
    ModuleInfoChange,
    NoteChange,
    OrderChange,
    SectionChange,
    SectionHole,
    SourceDigestChange,
    SourceNamesLost,
    SourcesKept,
    SymbolsAlone,
    TailChange,
    TextChange,
    TextTotals,
    ToolChange,
    WordChange,
)

_CODE = (".text", ".plt", ".init", ".fini", ".eh_frame")
_FRAME = (
    SectionChange,
    HeaderChange,
    DynamicChange,
    FunctionTotals,
    OrderChange,
    LoneSectionChange,
    BuildIdKept,
    SymbolsAlone,
    SectionHole,
    ChangedAfterLink,
    TextTotals,
    SourceNamesLost,
    SourcesKept,
)


def values(item: Evidence) -> tuple[str, str]:
    """Both values as they stand in the files, "" on a side that lacks the thing."""
    return (item.a.value if item.a else "", item.b.value if item.b else "")


def tools_differ(evidence: EvidenceSet) -> bool:
    """True if any recorded tool or version differs, or the C library: then most other differences are its fallout."""
    return evidence.has(ToolChange) or evidence.has(LibcChange)


def dependencies_differ(evidence: EvidenceSet) -> bool:
    """True if a package other than the program's own has another version."""
    return any(not drift.local for drift in evidence.of(DependencyDrift))


def two_kernels(evidence: EvidenceSet) -> bool:
    """True if two kernel modules name two kernels that they are for."""
    return any(entry.key == "vermagic" and entry.a_value and entry.b_value for entry in evidence.of(ModuleInfoChange))


def sources_differ(evidence: EvidenceSet) -> bool:
    """True if a source file's recorded digest differs: its text is proved to be another."""
    return evidence.has(SourceDigestChange)


def flags_differ(evidence: EvidenceSet) -> bool:
    """True if recorded compiler flags or Go build settings differ, version control stamps apart."""
    return evidence.has(FlagChange) or any(not s.key.startswith("vcs") for s in evidence.of(GoSettingChange))


def inputs_differ(evidence: EvidenceSet) -> bool:
    """True if a tool, a flag, a dependency or a source file is known to differ."""
    return tools_differ(evidence) or flags_differ(evidence) or dependencies_differ(evidence) or sources_differ(evidence)


def is_hash(item: Evidence) -> bool:
    """True for the facts that follow from any other difference: build IDs and debug link checksums."""
    if isinstance(item, NoteChange):
        return item.kind in ("build-id", "go-build-id")
    return isinstance(item, DebugLinkChange)


def is_code_text(item: Evidence) -> bool:
    """True for a run of machine code that happens to be printable ("AVAUATUSH"): no text of the program."""
    return isinstance(item, TextChange) and (item.section or "").startswith(_CODE)


def is_in_code(item: Evidence) -> bool:
    """True for what stands between instructions: letters of a short text that code builds, cut where it is stored."""
    return (item.section or "").startswith((".text", ".plt"))


def besides(evidence: EvidenceSet, *kinds: type[Evidence]) -> tuple[Evidence, ...]:
    """The facts that are neither of ``kinds``, nor hashes, nor only about the frame (sizes, headers, totals, order)."""
    return tuple(
        item
        for item in evidence.items
        if not isinstance(item, (*kinds, *_FRAME)) and not is_hash(item) and not is_code_text(item)
    )


def covered_differs(evidence: EvidenceSet) -> bool:
    """True if something differs in what an appended signature covers: the whole file before it."""
    inside = evidence.has(SectionChange) or evidence.has(LoneSectionChange)
    return inside or build_id_differs(evidence) or bool(besides(evidence, TailChange))


def build_id_differs(evidence: EvidenceSet) -> bool:
    """True if both files have a build ID and the two differ."""
    return any(n.kind == "build-id" and n.a_length and n.b_length for n in evidence.of(NoteChange))


def named_context(word: WordChange) -> str:
    """What a word stood in, the words of the object's own name in front: "stamp user alice" for ``stamp_user``."""
    return f"{spelled(word.symbol)} {word.context}".strip()


def spelled(symbol: str | None) -> str:
    """The words of an identifier, apart: "build host" for ``kBuildHost``."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", symbol or "")).lower()


def lower(proof: Proof, doubt: bool) -> Proof:
    """One step less sure if there is doubt."""
    if not doubt:
        return proof
    return Proof.SHAPE if proof is Proof.RECORDED else Proof.CONSISTENT


def became(a: str, b: str) -> str:
    """Both values in one phrase, shortened to what fits a line."""
    return f"{_short(a)} became {_short(b)}"


def _short(text: str) -> str:
    text = text.strip()
    if not text:
        return "nothing"
    return text if len(text) <= 60 else f"{text[:40]}…{text[-16:]}"
