"""The pipeline: two paths in, one Report out."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from elfdiff import __version__
from elfdiff.accounting.ledger import Claim, ClaimKind, Owner, account
from elfdiff.accounting.verdict import code_verdict
from elfdiff.causes import Cause, Match, catalogue
from elfdiff.causes.model import matches_of
from elfdiff.compare.pair import Pair, compare
from elfdiff.elf.file import ElfFile, parse
from elfdiff.elf.reading import read_bytes
from elfdiff.errors import ElfdiffError
from elfdiff.evidence.dependencies import drift
from elfdiff.evidence.gather import gather
from elfdiff.evidence.hashes import same_offset_differing
from elfdiff.evidence.model import Context, DebugLinkChange, Evidence, EvidenceSet, NoteChange
from elfdiff.findings import findings
from elfdiff.payload.comment import toolchain
from elfdiff.payload.package import DependencyList
from elfdiff.report import (
    Code,
    Confidence,
    FileFacts,
    FileFormat,
    Finding,
    Ledger,
    Location,
    Report,
    Role,
    Verdict,
)
from elfdiff.span import Span


T = TypeVar("T")


def diagnose(a_path: str, b_path: str) -> Report:
    """Compare two files and explain the difference. Raises ElfdiffError, its sentence beginning with the side."""
    a_bytes = _on_side("a", lambda: read_bytes(a_path))
    b_bytes = _on_side("b", lambda: read_bytes(b_path))
    if a_bytes == b_bytes:
        return _identical(a_path, b_path, a_bytes)
    a = _on_side("a", lambda: parse(a_bytes, a_path))
    b = _on_side("b", lambda: parse(b_bytes, b_path))
    reason = incomparable(a, b)
    if reason:
        return _incomparable(a, b, reason)
    pair = compare(a, b)
    evidence = gather(pair)
    matches = list(matches_of(catalogue(), evidence))
    ledger = account(pair.alignment, owners(matches), claims(matches))
    found = findings(matches, evidence.context, ledger)
    code = code_verdict(pair.alignment, ledger)
    verdict = judge(found, ledger, evidence.context)
    roots = [item for item in found if item.role is Role.ROOT]
    return Report(
        tool_version=__version__,
        a=facts(a, pair.dependencies[0]),
        b=facts(b, pair.dependencies[1]),
        verdict=verdict,
        fixable=all(not item.unfixed for item in roots) if roots else None,
        code=code,
        findings=found,
        ledger=ledger,
        raw_differing=same_offset_differing(a_bytes, b_bytes),
        sbom=drift(pair),
        same=same(pair, evidence, code),
        notes=tuple(f"{side}: {text}" for side, elf in (("a", a), ("b", b)) for text in elf.warnings),
    )


def _on_side(side: str, work: Callable[[], T]) -> T:
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
    return None


def owners(matches: Iterable[tuple[Cause, Match]]) -> dict[int, tuple[Owner, ...]]:
    """Rewrite id → the causes whose evidence rests on it."""
    found: dict[int, dict[Owner, None]] = defaultdict(dict)
    for cause, match in matches:
        if cause.role is Role.CONSEQUENCE:
            continue
        for evidence in match.because:
            for rewrite in evidence.rewrites:
                found[rewrite][Owner(cause.id, cause.role)] = None
    return {rewrite: tuple(names) for rewrite, names in found.items()}


def claims(matches: Iterable[tuple[Cause, Match]]) -> list[Claim]:
    """Places in the files that evidence names, with the cause that claims them."""
    found: list[Claim] = []
    for cause, match in matches:
        for evidence in match.because:
            a, b = _span(evidence.a), _span(evidence.b)
            kind = _claim_kind(cause.role, evidence)
            if kind is not None and (a or b):
                found.append(Claim(a, b, cause.id, cause.role, kind))
    return found


def _claim_kind(role: Role, evidence: Evidence) -> ClaimKind | None:
    """A consequence claims nothing but digests: everything else of it must be computed."""
    if role is Role.CONSEQUENCE:
        return ClaimKind.HASH if isinstance(evidence, (NoteChange, DebugLinkChange)) else None
    return ClaimKind.INPUT if role is Role.INPUT else ClaimKind.PAYLOAD


def _span(place: Location | None) -> Span | None:
    if place is None or place.within != "file" or place.length == 0:
        return None
    return Span(place.offset, place.offset + place.length)


def judge(found: Sequence[Finding], ledger: Ledger, context: Context) -> Verdict:
    """CONTRACT.md, "compare, JSON": the first verdict that applies."""
    roots = [item for item in found if item.role is Role.ROOT]
    if context.only_hashes_differ and not roots:
        return Verdict.CAUSE_NOT_IN_FILES
    sure = [item for item in found if item.role is Role.INPUT and (item.confidence is not Confidence.POSSIBLE or not roots)]
    if sure:
        return Verdict.INPUTS_DIFFER
    if not roots:
        return Verdict.UNEXPLAINED
    totals = ledger.totals
    if totals.unexplained.most or totals.contradicted.most:
        return Verdict.PARTLY_EXPLAINED
    return Verdict.EXPLAINED


def facts(elf: ElfFile, dependencies: DependencyList | None) -> FileFacts:
    """What the report says of one file."""
    header = elf.header
    return FileFacts(
        path=elf.path,
        size=len(elf.data),
        sha256=hashlib.sha256(elf.data).hexdigest(),
        format=FileFormat(header.elf_class, header.byte_order, header.machine_name, header.type_name),
        build_id=elf.build_id.hex() if elf.build_id else None,
        stripped=elf.is_stripped,
        toolchain=tuple(tool.text for tool in toolchain(elf)),
        sbom=dependencies.state.value if dependencies else None,
    )


def same(pair: Pair, evidence: EvidenceSet, code: Code | None) -> tuple[str, ...]:
    """What was checked and found equal, as phrases for people."""
    phrases: list[str] = []
    if evidence.context.only_hashes_differ:
        return ("every byte outside the build ID",)
    if code is Code.SAME:
        phrases.append("machine code apart from addresses")
    a_tools, b_tools = (tuple(tool.text for tool in toolchain(elf)) for elf in (pair.a, pair.b))
    if a_tools and a_tools == b_tools:
        phrases.append("toolchain " + ", ".join(a_tools[:3]) + (f" and {len(a_tools) - 3} more" if len(a_tools) > 3 else ""))
    needed = [tuple(entry.text for entry in elf.dynamic if entry.tag_name == "NEEDED") for elf in (pair.a, pair.b)]
    if needed[0] and needed[0] == needed[1]:
        phrases.append("needed libraries")
    return tuple(phrases)


def _bare(path: str, data: bytes) -> FileFacts:
    return FileFacts(path, len(data), hashlib.sha256(data).hexdigest())


def _identical(a_path: str, b_path: str, data: bytes) -> Report:
    return Report(
        tool_version=__version__,
        a=_bare(a_path, data),
        b=_bare(b_path, data),
        verdict=Verdict.IDENTICAL,
        fixable=None,
        code=None,
        findings=(),
        ledger=None,
        raw_differing=0,
    )


def _incomparable(a: ElfFile, b: ElfFile, reason: str) -> Report:
    return Report(
        tool_version=__version__,
        a=facts(a, None),
        b=facts(b, None),
        verdict=Verdict.INPUTS_DIFFER,
        fixable=None,
        code=None,
        findings=(),
        ledger=None,
        raw_differing=same_offset_differing(a.data, b.data),
        incomparable=reason,
    )

