"""Flags of the linker, as headers, .dynamic and sections show them."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._facts import besides, lower, tools_differ
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof
from elfdiff.evidence.facts import ErasedRunPath
from elfdiff.evidence.model import (
    BuildIdKept,
    DynamicChange,
    Evidence,
    EvidenceSet,
    FunctionChange,
    FunctionTotals,
    HeaderChange,
    NoteChange,
    SectionChange,
    SymbolSetChange,
)

FACE = "tool-flags-optimisation"

_BITS = {
    "DT_FLAGS": {0x1: "-z origin", 0x2: "-Bsymbolic", 0x8: "-z now"},
    "DT_FLAGS_1": {
        0x1: "-z now", 0x2: "-z global", 0x8: "-z nodelete", 0x20: "-z initfirst", 0x40: "-z nodlopen",
        0x80: "-z origin", 0x400: "-z interpose", 0x800: "-z nodefaultlib", 0x1000: "-z nodump", 0x08000000: "-pie",
    },
}  # fmt: skip
"""Bits that an option sets (gABI, "Dynamic Section"; elf.h); of DT_FLAGS the code decides on TEXTREL and STATIC_TLS."""
_OF_START = frozenset({"_IO_stdin_used", "__data_start", "data_start"})
_TAGS = {"DT_BIND_NOW": "-z now", "DT_SYMBOLIC": "-Bsymbolic"}
MANY_NAMES, SOME_NAMES = 10, 4
_SEPARATE = {"2", "4"}
"""PT_LOADs of x86: code by itself between two of read-only data (-z separate-code), or all three in one."""


def linked(evidence: EvidenceSet) -> Iterator[Claim]:
    """One match for all properties that the linker's flags set, and one for how it cut the segments."""
    if tools_differ(evidence) or evidence.has(BuildIdKept):
        return
    found: list[Evidence] = []
    said: list[str] = []
    doubt = True
    cut = any(note.kind == "build-id" and not (note.a_length and note.b_length) for note in evidence.of(NoteChange))
    static = list(_static(evidence))
    for fact in static:
        found.append(fact)
        said.append(f"-static: only {'a' if fact.status == 'removed' else 'b'} is linked dynamically")
        doubt = False
    for change in evidence.of(HeaderChange):
        sentence = _header(change, cut, bool(static))
        if sentence:
            found.append(change)
            said.append(sentence)
            doubt = doubt and change.field_name == "PT_GNU_STACK"
    for entry in evidence.of(DynamicChange):
        options = [] if static else _options(entry)
        if options:
            found.append(entry)
            typed = any(fact.field_name == "type" for fact in evidence.of(HeaderChange))
            said += [f"{option}: only in {side}" for option, side in options if not (typed and option == "-pie")]
            doubt = False
    if not static:
        for run_path in _run_paths(evidence):
            found.append(run_path)
            side = "a" if run_path.b_value is None else "b"
            said.append(f"-rpath: only {side} has {run_path.tag}, {run_path.a_value or run_path.b_value}")
            doubt = False
    for names in _exports(evidence):
        found.append(names)
        said.append(f"--export-dynamic (-rdynamic): only {'a' if names.a_only else 'b'} exports what it defines")
        doubt = False
    hashes = [] if static else [s for s in _one_sided(evidence) if s.name in (".hash", ".gnu.hash")]
    if hashes:
        found += hashes
        side = "b" if hashes[0].status == "added" else "a"
        said.append(f"--hash-style: {hashes[0].name} only in {side}")
        doubt = False
    if found:
        stack = "an object without .note.GNU-stack does the same" if doubt else None
        summary = "; ".join(dict.fromkeys(said))
        sure = lower(Proof.RECORDED, doubt and bool(besides(evidence)))
        yield Claim(FACE, tuple(found), sure, summary, stack, explains_code=True)
    else:
        yield from _segments(evidence)


def _run_paths(evidence: EvidenceSet) -> Iterator[DynamicChange]:
    """Run paths that one side alone has; where a tool erased one, its length is left in .dynstr."""
    entries = [entry for entry in evidence.of(DynamicChange) if entry.tag in ("DT_RPATH", "DT_RUNPATH")]
    lone = len(entries) == 1 and (entries[0].a_value is None) != (entries[0].b_value is None)
    if lone and not evidence.has(ErasedRunPath):
        yield entries[0]


def _exports(evidence: EvidenceSet) -> Iterator[SymbolSetChange]:
    """Names of the start files in the dynamic symbols of one side: nobody else asks for those."""
    for change in evidence.of(SymbolSetChange):
        names = {name.split("@")[0] for name in (*change.a_only, *change.b_only)}
        lone = not change.imports and bool(change.a_only) != bool(change.b_only)
        if change.table == "dynsym" and lone and names & _OF_START:
            yield change


def exported(evidence: EvidenceSet) -> Iterator[Claim]:
    """Many names that only one side exports, though nearly all functions are in both: they are hidden in the other."""
    linker = tuple(_exports(evidence))
    for names in evidence.of(SymbolSetChange):
        if names.imports or names.table != "dynsym" or bool(names.a_count) == bool(names.b_count) or names in linker:
            continue
        lost, side = (names.a_count, "a") if names.a_count else (names.b_count, "b")
        # Where no function differs there are no totals.
        totals = list(evidence.of(FunctionTotals))
        gone = sum(item.removed if side == "a" else item.added for item in totals)
        enough = lost >= MANY_NAMES or (lost >= SOME_NAMES and not gone)
        if enough and gone * 4 < lost and all(item.compared >= lost for item in totals):
            shown = listed(names.a_only or names.b_only)
            yield Claim(
                FACE,
                (names, *evidence.of(FunctionChange)),
                lower(Proof.SHAPE, tools_differ(evidence)),
                f"{lost} names are exported by {side} only, and nearly all functions are in both: {shown}; "
                "-fvisibility=hidden, a version script, or a link without --export-dynamic hides them",
                "functions of hidden names may be inlined, so other code follows",
                explains_code=True,
            )


def is_static_on_one_side(evidence: EvidenceSet) -> bool:
    """True if one side needs no dynamic linker: then it needs no libraries either."""
    return any(True for _ in _static(evidence))


def _static(evidence: EvidenceSet) -> Iterator[SectionChange]:
    lone = {change.name: change for change in _one_sided(evidence)}
    if ".interp" in lone and ".dynsym" in lone and lone[".interp"].status == lone[".dynsym"].status:
        yield lone[".interp"]


def _segments(evidence: EvidenceSet) -> Iterator[Claim]:
    """Another number of segments, of the same sections."""
    for change in evidence.of(HeaderChange):
        values = {change.a_value, change.b_value}
        if change.field_name == "number of PT_LOAD" and values == _SEPARATE and not any(_one_sided(evidence)):
            side = "a" if change.a_value == "4" else "b"
            yield Claim(
                FACE,
                (change,),
                Proof.SHAPE,
                f"-z separate-code: only {side} has its code in a segment of its own",
                "linkers of other releases have other defaults",
                explains_code=True,
            )


def _options(entry: DynamicChange) -> list[tuple[str, str]]:
    """(option, the side that has it) for an entry that options decide on."""
    if entry.tag in _TAGS:
        return [(_TAGS[entry.tag], "a" if entry.b_value is None else "b")]
    bits = _BITS.get(entry.tag)
    if bits is None:
        return []
    a, b = (int(value, 16) if value and value.startswith("0x") else 0 for value in (entry.a_value, entry.b_value))
    return [(option, "a" if a & bit else "b") for bit, option in bits.items() if (a ^ b) & bit]


def _one_sided(evidence: EvidenceSet) -> Iterator[SectionChange]:
    return (change for change in evidence.of(SectionChange) if change.status in ("added", "removed"))


def _header(change: HeaderChange, cut: bool, static: bool) -> str:
    """What flag a field tells of. ``cut``: objcopy --remove-section may have taken the segment along with a note."""
    a, b = change.a_value, change.b_value
    if change.field_name == "type" and {_bare(a), _bare(b)} == {"EXEC", "DYN"} and not static:
        return f"-no-pie: ELF type {a} in a, {b} in b"
    if change.field_name == "PT_GNU_RELRO" and "absent" in (a, b) and not cut:
        return f"-z relro: PT_GNU_RELRO {a} in a, {b} in b"
    if change.field_name == "PT_GNU_STACK" and "absent" not in (a, b):
        return f"-z execstack: PT_GNU_STACK {a} in a, {b} in b"
    return ""


def _bare(name: str) -> str:
    return name.split("_")[-1].split(" ")[0].upper()
