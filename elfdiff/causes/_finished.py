"""What a step after the link did to a file, where the build ID proves that there was one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfdiff.causes._facts import is_hash
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof
from elfdiff.evidence.model import (
    BuildIdKept,
    ChangedAfterLink,
    CompressionChange,
    DataChange,
    DynamicChange,
    Evidence,
    EvidenceSet,
    FunctionChange,
    FunctionTotals,
    HeaderChange,
    IntegerChange,
    PathChange,
    PathPlace,
    SectionChange,
    TailChange,
    TextChange,
    TimeChange,
    WordChange,
)
from elfdiff.values import replace

STRIP, PATCH, EDITED = "strip-or-objcopy-step", "postlink-patching", "edited-after-link"
DEBUG, OPTIMIZER = "debug-rewritten-by-debugedit-dwz", "post-link-optimizer"
BOLT = frozenset({".bolt.org.text", ".bolt.org.rodata", ".bolt.org.eh_frame", ".note.bolt_info"})
PRELINK = frozenset({".gnu.prelink_undo", ".gnu.liblist", ".gnu.conflict"})

_APART = (BuildIdKept, ChangedAfterLink, FunctionTotals, TailChange)
_LINKAGE = (".interp", ".dynamic", ".dynstr", ".dynsym", ".hash", ".gnu.hash", ".gnu.version")
_DEBUG = (".debug_", ".zdebug_")
_INDICES = (".gdb_index", ".debug_names", ".debug_sup", ".gnu_debugaltlink")
_STRIPPED = (".symtab", ".strtab", ".debug_", ".zdebug_")
_NAME_TABLES = (".symtab", ".strtab", ".shstrtab")
_PROGRAM = (".text", ".rodata", ".data", ".tdata", ".init", ".fini", ".ctors", ".dtors")
_CONTENTS = (TextChange, WordChange, TimeChange, PathChange, IntegerChange, DataChange)
_PLACES = (PathPlace.RUNPATH, PathPlace.INTERPRETER, PathPlace.NEEDED)


FEW = 16
"""Bytes of a file that damage or a hand changes; tools that rewrite debug information or symbols change more."""
NAMED = 3
"""Sections that a summary names; where a damaged header made all sections differ, their names say nothing."""


def proved(evidence: EvidenceSet, side: str) -> Iterator[Claim]:
    """One match for each kind of step that shows in the changed file; at least one.

    Certain where the build ID proves that there was a step. Where it only says so (``side`` is empty), it is likely
    if nothing shows but other contents of .comment or another layout.

    Contents of the program that differ are named and left without owner: no tool is known to have written them.
    """
    named = side or "one side"
    proof = (*evidence.of(ChangedAfterLink), *evidence.of(BuildIdKept))
    optimized = [section.name for section in evidence.of(SectionChange) if section.name in BOLT]
    whole = _whole(named, evidence, optimized)
    touched = [] if whole else [fact for fact in evidence.items if _is_program(fact)]
    facts = [fact for fact in evidence.items if not _is_apart(fact) and not _is_program(fact)]
    few = next((change.differing for change in evidence.of(ChangedAfterLink)), None)
    relinked = any(isinstance(fact, SectionChange) and _is_linkage(fact) for fact in facts)
    if side and few is not None and few <= FEW and not relinked:
        sections = dict.fromkeys(fact.section for fact in evidence.items if fact.section and not _is_apart(fact))
        where = f", in {listed(sections)}" if 0 < len(sections) <= NAMED else ""
        amount = "1 byte" if few == 1 else f"{few} bytes"
        summary = f"{amount} of {side} changed after the link, by hand or by damage{where}"
        yield Claim(EDITED, (replace(proof[0], spans=()),), Proof.RECORDED, summary)
        return
    gone = any(s.name == ".text" and s.status in ("added", "removed") for s in evidence.of(SectionChange))
    if gone and whole is None:
        summary = f"the section headers of {named} no longer describe its contents, by an edit or by damage"
        yield Claim(EDITED, (replace(proof[0], spans=()),), Proof.RECORDED, summary)
        return
    steps: list[tuple[str, list[Evidence], str]] = []
    if whole is not None:
        steps.append((whole[0], facts, whole[1]))
        facts = []
    for face, belongs, summary in (
        (PATCH, _is_prelink, f"{named} was prelinked"),
        (PATCH, _is_linkage, f"the dynamic section or the interpreter of {named} was changed after the link"),
        (DEBUG, _is_debug, f"the debug information of {named} was rewritten after the link (dwz, debugedit)"),
    ):
        own = [fact for fact in facts if belongs(fact)]
        if own and not (face == DEBUG and _is_compressed(evidence)):
            steps.append((face, own, summary))
            facts = [fact for fact in facts if not belongs(fact)]
    if touched:
        steps.append((EDITED, [], _touched(side, touched)))
    stripped = _stripping(side, facts, evidence)
    said = stripped or ([] if steps else _rewritten(named, facts))
    if said or not steps:
        summary = "; ".join(said) or f"{named} was written anew (objcopy), the same contents at other places"
        steps.append((STRIP, facts, summary))
        facts = []
    sure = side or stripped or any(face != STRIP for face, _, _ in steps)
    level = Proof.RECORDED if sure else Proof.SHAPE
    for face, own, summary in steps:
        yield Claim(face, (*own, *facts, *proof), level, summary, explains_code=bool(optimized))
        facts = []


def _whole(named: str, evidence: EvidenceSet, optimized: Sequence[str]) -> tuple[str, str] | None:
    """A step after which hardly a byte of the file is where it was."""
    if optimized:
        return OPTIMIZER, f"{named} went through BOLT: {listed(optimized)}"
    if any(section.name == ".text" and section.status == "retyped" for section in evidence.of(SectionChange)):
        # The sections of the program stay as headers without contents.
        return STRIP, f"{named} holds the debug information alone (objcopy --only-keep-debug)"
    if any(change.field_name == "section headers" for change in evidence.of(HeaderChange)):
        return STRIP, f"{named} has no section headers (sstrip, llvm-strip --strip-sections)"
    return None


def _is_apart(fact: Evidence) -> bool:
    return isinstance(fact, _APART) or is_hash(fact)


def _is_program(fact: Evidence) -> bool:
    """A difference in the program itself, which neither strip nor patchelf makes."""
    if isinstance(fact, FunctionChange):
        return fact.certain
    return isinstance(fact, _CONTENTS) and (fact.section or "").startswith(_PROGRAM)


def _is_prelink(fact: Evidence) -> bool:
    return isinstance(fact, SectionChange) and fact.name in PRELINK


def _is_linkage(fact: Evidence) -> bool:
    if isinstance(fact, DynamicChange) or (isinstance(fact, PathChange) and fact.place in _PLACES):
        return True
    moved = isinstance(fact, SectionChange) and fact.status in ("resized", "rewritten") and fact.name in _LINKAGE
    return moved or (isinstance(fact, (TextChange, WordChange)) and fact.section in _LINKAGE)


def _is_debug(fact: Evidence) -> bool:
    """Debug information that stands on both sides with other contents, or tables made from it later."""
    name = fact.section or ""
    if isinstance(fact, SectionChange):
        both = fact.status in ("resized", "rewritten") and fact.name.startswith(_DEBUG)
        return both or fact.name in _INDICES
    return name.startswith(_DEBUG) and not isinstance(fact, CompressionChange)


def _stripping(side: str, facts: Sequence[Evidence], evidence: EvidenceSet) -> list[str]:
    """Phrases for what strip and objcopy do."""
    sections = [fact for fact in facts if isinstance(fact, SectionChange)]
    retyped = [section.name for section in sections if section.status == "retyped"]
    compressed = _is_compressed(evidence)
    said = []
    for lacking, status in (("a", "added"), ("b", "removed")):
        names = [section.name for section in sections if section.status == status]
        if ".symtab" in names:
            said.append(f"{lacking} was stripped of its symbols")
        elif any(name.startswith(".debug_") for name in names) and not compressed:
            said.append(f"{lacking} was stripped of its debug information")
        other = [name for name in names if not name.startswith(_STRIPPED)]
        if other and lacking == side:
            said.append(f"{side} lost {listed(other)}")
        elif other:
            said.append(f"only {'b' if lacking == 'a' else 'a'} has {listed(other)}")
    if compressed:
        said.append("debug sections were compressed, or inflated, after the link")
    if retyped:
        said.append(f"{listed(retyped)} got another type or other flags")
    return said


def _rewritten(side: str, facts: Sequence[Evidence]) -> list[str]:
    """Phrases for sections and headers that stand on both sides."""
    said = [
        f"{change.field_name} {change.a_value} became {change.b_value}"
        for change in facts
        if isinstance(change, HeaderChange)
    ]
    names = [fact.name for fact in facts if isinstance(fact, SectionChange) and fact.status in ("resized", "rewritten")]
    if any(name in (".symtab", ".strtab") for name in names):
        said.append(f"the symbol table of {side} was rewritten")
    other = [name for name in names if name not in _NAME_TABLES]
    if other:
        said.append(f"other contents in {listed(other)}")
    return said


def _is_compressed(evidence: EvidenceSet) -> bool:
    """True if debug sections are stored in another way; old GNU tools give compressed ones a name of their own."""
    named = any(s.name.startswith(".zdebug_") and s.status in ("added", "removed") for s in evidence.of(SectionChange))
    return named or any(change.a_method != change.b_method for change in evidence.of(CompressionChange))


def _touched(side: str, facts: Sequence[Evidence]) -> str:
    functions = [fact.name for fact in facts if isinstance(fact, FunctionChange)]
    if functions:
        return f"machine code of {side} was changed in the finished file: {listed(functions)}"
    return f"contents of {side} were changed in the finished file: {listed(fact.section or '' for fact in facts)}"
