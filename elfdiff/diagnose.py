"""The pipeline: two paths in, one Report out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence

from elfdiff.accounting.claims import Claim, ClaimKind
from elfdiff.accounting.explanation import dump
from elfdiff.accounting.ledger import account
from elfdiff.accounting.owned import bytes_by_cause
from elfdiff.accounting.plain import plain_ledger
from elfdiff.accounting.proof import prove
from elfdiff.accounting.verdict import code_verdict, unread
from elfdiff.archive.reading import is_archive
from elfdiff.causes import catalogue
from elfdiff.clock import Clock, OutOfTime
from elfdiff.comparison.pair import CarriedPair, Pair, compare
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile, parse
from elfdiff.elf.reading import read_bytes
from elfdiff.elf.sameness import same_raw
from elfdiff.errors import ElfdiffError, LimitExceeded, MalformedElf
from elfdiff.evidence.carried import Insight
from elfdiff.evidence.dependencies import drift
from elfdiff.evidence.gather import gather
from elfdiff.evidence.hashes import same_offset_differing
from elfdiff.evidence.model import EvidenceSet, TailChange
from elfdiff.findings import findings, observed
from elfdiff.heap import give_back
from elfdiff.interface import interface
from elfdiff.judging import Match, judged
from elfdiff.merging import merged, under
from elfdiff.outcome import DIFFERENT, TROUBLE, settled
from elfdiff.payload.comment import toolchain
from elfdiff.payload.package import DependencyList
from elfdiff.report import Code, Confidence, FileFacts, FileFormat, Finding, Ledger, Report, Role, Sides, Verdict
from elfdiff.steps import claims, fixable, incomparable, judge, on_side, owners, same_tools
from elfdiff.tree import TreeFinding
from elfdiff.values import dataclass, replace
from elfdiff.version import __version__

_ALIGNING = 0.6
"""The share of the time that aligning may take: the rest is for facts and the ledger."""
_SECTIONS_NAMED = 12
_ONE_LESS = {Confidence.CERTAIN: Confidence.LIKELY, Confidence.LIKELY: Confidence.POSSIBLE}
"""How sure a cause is where no code was aligned: facts about functions may speak against it."""


@dataclass(frozen=True)
class Looked:
    """What was seen in two things that differ and that ELF files carry.

    ``findings`` name entries inside; ``inside`` are names of what differs. ``whole`` is True if every byte that differs
    has an owner.
    """

    findings: tuple[TreeFinding, ...]
    inside: tuple[str, ...]
    whole: bool


Look = Callable[[str, bytes, bytes], Looked | None]
"""Looks into two things of a name; None where nothing of their kind is known."""


def diagnose(a_path: str, b_path: str, with_proof: bool = False, clock: Clock | None = None) -> Report:
    """Compare two files and explain the difference. Raises ElfdiffError, its sentence beginning with the side.

    ``with_proof`` adds the explanation that replays the one file into the other. When the ``clock`` says that time is
    over, the report holds what was found until then; OutOfTime if the files were not even read.
    """
    return settled(_diagnosed(a_path, b_path, with_proof, clock or Clock()))


def _diagnosed(a_path: str, b_path: str, with_proof: bool, clock: Clock) -> Report:
    with clock.running("the files were read"):
        a_bytes = on_side("a", lambda: read_bytes(a_path))
        b_bytes = on_side("b", lambda: read_bytes(b_path))
    return diagnose_bytes(a_path, a_bytes, b_path, b_bytes, with_proof, clock)


def diagnose_bytes(
    a_path: str,
    a_bytes: bytes,
    b_path: str,
    b_bytes: bytes,
    with_proof: bool,
    clock: Clock,
    look: Look = lambda name, a, b: None,
) -> Report:
    """The same for what was read already, from a file or out of a package; paths are only for sentences.

    ``look`` is asked about archives and the like that the files carry.
    """
    if a_bytes == b_bytes:
        return _identical(a_path, b_path, a_bytes)
    archives = is_archive(a_bytes), is_archive(b_bytes)
    if all(archives):
        from elfdiff.archives import diagnose_archives

        try:
            with clock.running("the archives were compared"):
                return diagnose_archives(a_path, a_bytes, b_path, b_bytes)
        except OutOfTime as over:
            return _unfinished(_bare(a_path, a_bytes), _bare(b_path, b_bytes), a_bytes, b_bytes, over)
    if any(archives):
        return _file_and_archive(a_path, a_bytes, b_path, b_bytes)
    a = _parsed("a", a_path, a_bytes)
    b = _parsed("b", b_path, b_bytes)
    reason = incomparable(a, b)
    if reason:
        return _not_compared(facts(a, None), facts(b, None), a_bytes, b_bytes, reason)
    try:
        return _explained(a, b, with_proof, clock, look)
    except ElfdiffError as error:
        # What is read late names its file; here the side is known too.
        side = next((side for side, elf in (("a", a), ("b", b)) if str(error).startswith(f"{elf.path}: ")), None)
        if side is not None:
            error.args = (f"{side}: {error}", *error.args[1:])
        raise


def _explained(a: ElfFile, b: ElfFile, with_proof: bool, clock: Clock, look: Look) -> Report:
    try:
        with clock.running("texts were compared"):
            pair = compare(a, b)
    except OutOfTime as over:
        return _unfinished(facts(a, None), facts(b, None), a.data, b.data, over)
    pair, left_out = _aligned(pair, clock)
    looked = _look(pair, look)
    evidence = gather(pair, clock, tuple(Insight(item, seen.inside, bool(seen.findings)) for item, seen in looked))
    give_back()
    unfinished = evidence.unfinished or left_out
    judgement = judged(catalogue(), evidence)
    matches = judgement.matches
    proof: bytes | None = None
    fault: tuple[str, ...] = ()
    if unfinished is not None:
        # A fact that is missing may be the one that speaks against a cause.
        doubt = _ONE_LESS if evidence.unfinished is None else {}
        matches = tuple(
            replace(match, confidence=doubt.get(match.confidence, Confidence.POSSIBLE)) for match in matches
        )
        ledger, code = plain_ledger(a.data, b.data), None
    else:
        try:
            with clock.running("bytes were accounted for"):
                ledger, code, fault = _accounted(pair, matches, _inside(looked))
                proof = dump(prove(pair.alignment)) if with_proof and not fault else None
        except OutOfTime as over:
            unfinished, ledger, code, proof = str(over), plain_ledger(a.data, b.data), None, None
    found = _with_inside(findings(matches, evidence.context, ledger), looked, ledger)
    verdict = judge(found, ledger, evidence.context)
    return Report(
        tool_version=__version__,
        a=facts(a, pair.dependencies[0]),
        b=facts(b, pair.dependencies[1]),
        verdict=verdict,
        fixable=fixable(found),
        code=code,
        findings=found,
        ledger=ledger,
        raw_differing=same_offset_differing(a.data, b.data),
        sbom=drift(pair),
        equal_parts=same(pair, evidence, code),
        notes=(
            *fault,
            *(unread(pair.alignment, ledger) if unfinished is None and not fault else ()),
            *(_equal_sections(pair) if unfinished is not None else ()),
            *pair.skipped,
            *(f"{side}: {text}" for side, elf in (("a", a), ("b", b)) for text in elf.warnings),
            *judgement.notes,
        ),
        proof=proof,
        observed=observed(evidence.items, matches, ledger, a.data, b.data),
        unfinished=unfinished,
        symbols=interface(a, b),
        exit=TROUBLE if fault else DIFFERENT,
        directories=_directories(pair),
    )


def _look(pair: Pair, look: Look) -> list[tuple[CarriedPair, Looked]]:
    """What is in what both files carry; what nobody can read has no findings."""
    found: list[tuple[CarriedPair, Looked]] = []
    for item in pair.carried:
        pieces = (elf.data[one.span.start : one.span.end] for elf, one in ((pair.a, item.a), (pair.b, item.b)))
        found.append((item, look(item.a.place, *pieces) or Looked((), (), False)))
    return found


def _inside(looked: Sequence[tuple[CarriedPair, Looked]]) -> list[Claim]:
    """What is carried belongs to the causes inside it, if they account for all of it."""
    claimed: list[Claim] = []
    for item, seen in looked:
        if not seen.whole:
            continue
        for one in merged(seen.findings):
            role = one.finding.role
            if role is not Role.CONSEQUENCE and one.finding.confidence is not Confidence.POSSIBLE:
                kind = ClaimKind.INPUT if role is Role.INPUT else ClaimKind.PAYLOAD
                claimed.append(Claim(item.a.span, item.b.span, one.finding.cause, role, kind))
    return claimed


def _with_inside(
    found: tuple[Finding, ...], looked: Sequence[tuple[CarriedPair, Looked]], ledger: Ledger
) -> tuple[Finding, ...]:
    """The findings, and beside them those of what is carried; bytes are those of the ELF file."""
    if not any(seen.findings for _, seen in looked):
        return found
    inside = [one for item, seen in looked for one in under(item.a.place, seen.findings)]
    owned = bytes_by_cause(ledger.runs)
    joined = merged((*(TreeFinding(finding, 1, ("",)) for finding in found), *inside))
    return tuple(replace(one.finding, bytes=owned.get(one.finding.cause, Sides())) for one in joined)


def _aligned(pair: Pair, clock: Clock) -> tuple[Pair, str | None]:
    """The pair with its code and data aligned, or without if there is no time or memory for it, and a sentence then.

    Without, most facts are still found in what is kept back, and so are the causes that stand on them.
    """
    if not clock.is_bounded:
        return pair, None
    try:
        with clock.running("code and data were aligned", _ALIGNING):
            _ = pair.function_matches
    except OutOfTime as over:
        return replace(pair, aligned=False), f"{over}; both files are compared without that, byte by byte"
    return pair, None


def _equal_sections(pair: Pair) -> tuple[str, ...]:
    """One sentence: sections of one name whose bytes are equal, wherever they stand. Nothing where there are none."""
    names = [
        item.name
        for item in pair.sections
        if item.a and item.b and item.a.size and same_raw(pair.a, item.a, pair.b, item.b)
    ]
    if not names:
        return ()
    more = f" and {len(names) - _SECTIONS_NAMED} more" if len(names) > _SECTIONS_NAMED else ""
    return (f"sections with equal bytes: {', '.join(names[:_SECTIONS_NAMED])}{more}",)


def _directories(pair: Pair) -> tuple[tuple[str, str], ...]:
    """Directories that became others, as text."""
    found = (item for item in pair.rewrites if item.kind is RewriteKind.PREFIX)
    return tuple((item.a.decode("utf-8", "replace"), item.b.decode("utf-8", "replace")) for item in found)


def _unfinished(a: FileFacts, b: FileFacts, a_bytes: bytes, b_bytes: bytes, over: OutOfTime) -> Report:
    """The time was over before anything but the bytes was compared."""
    return Report(
        tool_version=__version__,
        a=a,
        b=b,
        verdict=Verdict.UNEXPLAINED,
        fixable=None,
        code=None,
        findings=(),
        ledger=plain_ledger(a_bytes, b_bytes),
        raw_differing=same_offset_differing(a_bytes, b_bytes),
        unfinished=str(over),
    )


def _accounted(
    pair: Pair, matches: Sequence[Match], carried: Sequence[Claim]
) -> tuple[Ledger, Code | None, tuple[str, ...]]:
    """The ledger, what it says of the code, and a note if a fault of ours kept it from being worked out.

    Causes stand on facts, not on the ledger: a fault in it leaves them true, and every byte unexplained.
    """
    try:
        ledger = account(pair.alignment, owners(matches), [*claims(pair, matches), *carried])
        return ledger, code_verdict(pair.alignment, ledger), ()
    except (MalformedElf, LimitExceeded, MemoryError):
        raise
    except Exception as error:
        if os.environ.get("ELFDIFF_DEBUG"):
            raise
        note = f"the bytes were not accounted for, by a fault of elfdiff ({type(error).__name__}); please report it"
        return plain_ledger(pair.a.data, pair.b.data), None, (note,)


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
    if evidence.context.only_hashes_differ:
        link = pair.a.build_id == pair.b.build_id
        signed = " and the signature" if evidence.has(TailChange) else ""
        return (f"every byte outside the {'checksum of the debug file' if link else 'build ID'}{signed}",)
    phrases = same_tools(code, *([tool.text for tool in toolchain(elf)] for elf in (pair.a, pair.b)))
    needed = [tuple(entry.text for entry in elf.dynamic if entry.tag_name == "NEEDED") for elf in (pair.a, pair.b)]
    if needed[0] and needed[0] == needed[1]:
        phrases.append("needed libraries")
    return tuple(phrases)


def _bare(path: str, data: bytes) -> FileFacts:
    return FileFacts(path, len(data), hashlib.sha256(data).hexdigest())


def _identical(a_path: str, b_path: str, data: bytes) -> Report:
    a = _bare(a_path, data)
    return Report(
        tool_version=__version__,
        a=a,
        b=replace(a, path=b_path),
        verdict=Verdict.IDENTICAL,
        fixable=None,
        code=None,
        findings=(),
        ledger=None,
        raw_differing=0,
    )


def _parsed(side: str, path: str, data: bytes) -> ElfFile:
    return on_side(side, lambda: parse(data, path))


def _file_and_archive(a_path: str, a_bytes: bytes, b_path: str, b_bytes: bytes) -> Report:
    """One of the two is an archive; the other must be ELF, or it is trouble."""
    first = is_archive(a_bytes)
    a = _bare(a_path, a_bytes) if first else facts(_parsed("a", a_path, a_bytes), None)
    b = facts(_parsed("b", b_path, b_bytes), None) if first else _bare(b_path, b_bytes)
    kinds = ("a static archive", "an ELF file") if first else ("an ELF file", "a static archive")
    reason = f"a is {kinds[0]}, b is {kinds[1]}: these are not two builds of one thing"
    return _not_compared(a, b, a_bytes, b_bytes, reason)


def _not_compared(a: FileFacts, b: FileFacts, a_bytes: bytes, b_bytes: bytes, reason: str) -> Report:
    return Report(
        tool_version=__version__,
        a=a,
        b=b,
        verdict=Verdict.INPUTS_DIFFER,
        fixable=None,
        code=None,
        findings=(),
        ledger=None,
        raw_differing=same_offset_differing(a_bytes, b_bytes),
        incomparable=reason,
    )
