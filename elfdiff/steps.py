"""What the pipeline for files and the pipeline for archives do alike: ownership of bytes, and the verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from elfdiff.accounting.claims import Claim, ClaimKind, Owner
from elfdiff.comparison.pair import Pair
from elfdiff.comparison.texts.find import Spot
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.errors import ElfdiffError
from elfdiff.evidence.model import (
    Context,
    DebugLinkChange,
    Evidence,
    ModuleInfoChange,
    NoteChange,
    SplitUnitIdChange,
    SymbolRenamed,
    TailChange,
    TextChange,
    WordChange,
)
from elfdiff.judging import Match
from elfdiff.report import Code, Confidence, Finding, Ledger, Location, Role, Verdict
from elfdiff.span import Span

T = TypeVar("T")

_LENGTHS = {8: 31, 16: 16, 32: 32, 64: 64}
"""From how many bytes on, its NUL included, GCC for x86 aligns a text to 8, and a named array to 16, 32 or 64 bytes."""
_DIGESTS = (
    NoteChange,
    DebugLinkChange,
    SplitUnitIdChange,
    SymbolRenamed,
    ModuleInfoChange,
    TailChange,
    TextChange,
    WordChange,
)
"""Facts of which a consequence claims bytes: digests of the linker, the compiler, the debug file and of kbuild, and
texts that say of themselves that they are digests."""
_TOOLS_NAMED = 3


def on_side(side: str, work: Callable[[], T]) -> T:
    """Do the work; the sentence of an ElfdiffError begins with the side."""
    try:
        return work()
    except ElfdiffError as error:
        error.args = (f"{side}: {error}", *error.args[1:])
        raise


def incomparable(a: ElfFile, b: ElfFile) -> str | None:
    """One sentence if the two are for different machines, classes or byte orders; None if they can be compared."""
    left, right = a.header, b.header
    for what, one, other in (
        ("machine", left.machine_name, right.machine_name),
        ("class", f"{left.elf_class}-bit", f"{right.elf_class}-bit"),
        ("byte order", f"{left.byte_order}-endian", f"{right.byte_order}-endian"),
    ):
        if one != other:
            return f"a is for {what} {one}, b for {other}: these are not two builds of one program for one machine"
    if "CORE" in (left.type_name, right.type_name):
        return "core files are memory images of two runs: compare the programs that ran, which the builds made"
    return None


def owners(matches: Iterable[Match]) -> dict[int, tuple[Owner, ...]]:
    """Rewrite id → the causes whose evidence rests on it; one that is only possible owns nothing."""
    found: dict[int, dict[Owner, None]] = defaultdict(dict)
    for match in matches:
        cause = match.cause
        if cause.role is Role.CONSEQUENCE or match.confidence is Confidence.POSSIBLE:
            continue
        for evidence in match.because:
            for rewrite in evidence.rewrites:
                found[rewrite][Owner(cause.id, cause.role)] = None
    return {rewrite: tuple(names) for rewrite, names in found.items()}


def claims(pair: Pair | None, matches: Sequence[Match]) -> list[Claim]:
    """Places in the files that evidence names, with the cause that claims them; a possible cause claims nothing.

    What differs in a text beside the words that causes name goes to the first of them. ``pair`` is None for facts that
    rest on no rewrite, as those about an archive as a whole.
    """
    found: list[Claim] = []
    whole: list[Claim] = []
    for match in matches:
        cause = match.cause
        if match.confidence is Confidence.POSSIBLE:
            continue
        for evidence in match.because:
            kind = _claim_kind(cause.role, evidence)
            if kind is None:
                continue
            # The record of a symbol is no digest; the end of its name is.
            named = kind is ClaimKind.HASH and isinstance(evidence, SymbolRenamed)
            first = () if named else ((_span(evidence.a), _span(evidence.b)),)
            for a, b in (*first, *evidence.spans):
                if a or b:
                    found.append(Claim(a, b, cause.id, cause.role, kind))
            if pair is None:
                continue
            for string in pair.opaque_texts(evidence.rewrites):
                whole.append(Claim(_text_span(string.a), _text_span(string.b), cause.id, cause.role, kind, beside=True))
                a, b = _size_field(pair.a, string.a), _size_field(pair.b, string.b)
                if a and b:
                    whole.append(Claim(a, b, cause.id, cause.role, kind))
    return found + whole + list(_alignments(pair, matches))


def _alignments(pair: Pair | None, matches: Sequence[Match]) -> Iterator[Claim]:
    """sh_addralign of a section whose text grew past the length from which GCC aligns texts to words, or shrank below
    it.

    GCC for x86 aligns a string literal of 31 bytes or more, its NUL included, to a word, and a named array of 16, 32
    or 64 to as many (gcc/config/i386/i386.cc, ix86_constant_alignment and ix86_data_alignment), and a section is
    aligned as the strictest of its parts.
    """
    if pair is None:
        return
    changed = [
        (item.a, item.b)
        for item in pair.sections
        if item.a
        and item.b
        and item.a.alignment != item.b.alignment
        and max(item.a.alignment, item.b.alignment) in _LENGTHS
    ]
    if not changed:
        return
    for match in matches:
        cause = match.cause
        kind = ClaimKind.INPUT if cause.role is Role.INPUT else ClaimKind.PAYLOAD
        if match.confidence is Confidence.POSSIBLE or cause.role is Role.CONSEQUENCE:
            continue
        owned = {rewrite for evidence in match.because for rewrite in evidence.rewrites}
        for string in pair.strings:
            if string.a is None or string.b is None or not owned & set(string.rewrites):
                continue
            for left, right in changed:
                strict = max(left.alignment, right.alignment)
                length = _LENGTHS[strict]
                longer = (len(string.a.text) + 1 >= length, len(string.b.text) + 1 >= length)
                grown = (left.alignment == strict, right.alignment == strict)
                if string.a.section is left and string.b.section is right and longer == grown:
                    a, b = (_alignment_field(elf, part) for elf, part in ((pair.a, left), (pair.b, right)))
                    yield Claim(a, b, cause.id, cause.role, kind)


def _alignment_field(elf: ElfFile, section: Section) -> Span:
    offset, width = (48, 8) if elf.elf_class == 64 else (32, 4)
    return Span(section.header_span.start + offset, section.header_span.start + offset + width)


def _text_span(spot: Spot | None) -> Span | None:
    """A text with the NUL behind it; None inside compressed sections."""
    start = spot.file_offset() if spot else None
    if spot is None or start is None or spot.section.span is None:
        return None
    return Span(start, min(start + len(spot.text) + 1, spot.section.span.end))


def _size_field(elf: ElfFile, spot: Spot | None) -> Span | None:
    """st_size of the object that is this text and nothing else (gABI, "Symbol Table"); None if there is none."""
    symbol = elf.symbol_at(spot.section, spot.offset) if spot else None
    if spot is None or symbol is None or symbol.kind != "object" or symbol.size != len(spot.text) + 1:
        return None
    offset, width = (16, 8) if elf.elf_class == 64 else (8, 4)
    return Span(symbol.span.start + offset, symbol.span.start + offset + width)


def _claim_kind(role: Role, evidence: Evidence) -> ClaimKind | None:
    """A consequence claims nothing but digests: everything else of it must be computed."""
    if role is Role.CONSEQUENCE:
        return ClaimKind.HASH if isinstance(evidence, _DIGESTS) else None
    return ClaimKind.INPUT if role is Role.INPUT else ClaimKind.PAYLOAD


def _span(place: Location | None) -> Span | None:
    if place is None or place.within != "file" or place.length == 0:
        return None
    return Span(place.offset, place.offset + place.length)


def judge(found: Sequence[Finding], ledger: Ledger, context: Context) -> Verdict:
    """CONTRACT.md, "compare, JSON": the first verdict that applies."""
    roots = [item for item in found if item.role is Role.ROOT]
    if context.only_hashes_differ and _all_possible(roots):
        return Verdict.CAUSE_NOT_IN_FILES
    inputs = [item for item in found if item.role is Role.INPUT]
    if any(item.confidence is not Confidence.POSSIBLE or not roots for item in inputs):
        return Verdict.INPUTS_DIFFER
    if not roots:
        return Verdict.UNEXPLAINED
    totals = ledger.totals
    if totals.unexplained.most or totals.contradicted.most or _all_possible(roots):
        return Verdict.PARTLY_EXPLAINED
    return Verdict.EXPLAINED


def fixable(found: Sequence[Finding]) -> bool | None:
    """True if every root has a fix that removes it in all its faces; None if there is no root, or none that is more
    than possible."""
    roots = [item for item in found if item.role is Role.ROOT]
    return None if _all_possible(roots) else all(not item.unfixed for item in roots)


def _all_possible(roots: Sequence[Finding]) -> bool:
    return all(item.confidence is Confidence.POSSIBLE for item in roots)


def same_tools(code: Code | None, a_tools: Sequence[str], b_tools: Sequence[str]) -> list[str]:
    """Machine code and toolchain, if they were checked and found equal, as phrases for people."""
    phrases = ["machine code apart from addresses"] if code is Code.SAME else []
    if a_tools and tuple(a_tools) == tuple(b_tools):
        more = len(a_tools) - _TOOLS_NAMED
        phrases.append(f"toolchain {', '.join(a_tools[:_TOOLS_NAMED])}" + (f" and {more} more" if more > 0 else ""))
    return phrases
