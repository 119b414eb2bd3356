"""The pipeline for static archives: members are explained like files, and the rest of the archive with them."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from elfdiff.accounting.ledger import account
from elfdiff.accounting.verdict import code_verdict
from elfdiff.archive.accountant import ArchiveAccountant, MemberLedger
from elfdiff.archive.facts import (
    LoneMember,
    format_changes,
    header_changes,
    lone_members,
    member_order,
    members_change,
    unit_counts,
)
from elfdiff.archive.index import defined_names, read_index
from elfdiff.archive.ledger import Run
from elfdiff.archive.model import Archive, Member
from elfdiff.archive.pairing import MemberPair, pair_members
from elfdiff.archive.reading import parse_archive
from elfdiff.causes import catalogue
from elfdiff.clock import Clock
from elfdiff.comparison.pair import Pair, compare
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import ElfdiffError, LimitExceeded, MalformedElf, NotElf
from elfdiff.evidence.gather import gather
from elfdiff.evidence.hashes import same_offset_differing
from elfdiff.evidence.model import (
    ArchiveFieldChange,
    BuildIdKept,
    ChangedAfterLink,
    Context,
    Evidence,
    EvidenceSet,
    FunctionTotals,
    LoneSectionChange,
    OrderChange,
)
from elfdiff.findings import findings
from elfdiff.judging import Match, judged
from elfdiff.outcome import DIFFERENT, TROUBLE
from elfdiff.payload.comment import toolchain
from elfdiff.report import Code, FileFacts, Ledger, Location, Report, Role, Verdict
from elfdiff.span import Span
from elfdiff.steps import claims, fixable, incomparable, judge, on_side, owners, same_tools
from elfdiff.values import dataclass, replace
from elfdiff.version import __version__

MAX_COMPARED = 1000
"""Members that are compared as ELF files; further ones are compared byte by byte."""
MAX_NOTES = 20
_ELF = b"\x7fELF"

_OF_ONE_FILE = (LoneSectionChange, BuildIdKept, ChangedAfterLink)
"""Facts about a whole file, which say nothing of an archive of several."""

Matches = Sequence[Match]


@dataclass(frozen=True, eq=False)
class ComparedMember:
    """A pair of ELF members with the facts of its comparison.

    ``own`` are the facts as the pair has them; ``facts`` are the same, one for one, with offsets of the archives and
    with rewrites numbered through all members.
    """

    label: str
    a_span: Span
    b_span: Span
    pair: Pair
    own: tuple[Evidence, ...]
    facts: tuple[Evidence, ...]
    context: Context


def diagnose_archives(a_path: str, a_bytes: bytes, b_path: str, b_bytes: bytes) -> Report:
    """Compare two archives that are not identical. Raises ElfdiffError, its sentence beginning with the side."""
    a = on_side("a", lambda: parse_archive(a_bytes, a_path))
    b = on_side("b", lambda: parse_archive(b_bytes, b_path))
    work = _Work(a, b)
    work.compare()
    if work.reasons and not work.compared:
        return work.incomparable(work.reasons[0])
    return work.report()


class _Work:
    """One comparison; the steps are methods in their order."""

    def __init__(self, a: Archive, b: Archive) -> None:
        self.a = a
        self.b = b
        self.pairs = pair_members(a, b)
        self.compared: dict[str, ComparedMember] = {}
        self.reasons: list[str] = []
        self.notes: list[str] = []
        self.faulty = False
        self._known_rewrites: dict[tuple[RewriteKind, bytes, bytes], int] = {}
        self.alone = {"a": self._read_alone("a", a), "b": self._read_alone("b", b)}
        if a.thin or b.thin:
            self.notes.append("the contents of a thin archive's members are in other files, which were not read")

    # Members

    def compare(self) -> None:
        """Compare every pair of ELF members that differ."""
        left = MAX_COMPARED
        for item in self.pairs:
            if item.same_contents or item.a is None or item.b is None:
                continue
            x, y = self.a.content(item.a), self.b.content(item.b)
            if not x.startswith(_ELF) or not y.startswith(_ELF):
                continue
            if not left:
                self.notes.append(f"only the first {MAX_COMPARED} members that differ were compared as ELF files")
                return
            left -= 1
            self._compare_member(item, item.a, item.b, x, y)

    def _compare_member(self, item: MemberPair, one: Member, other: Member, x: bytes, y: bytes) -> None:
        try:
            left, right = parse(x, f"{self.a.path}({item.label})"), parse(y, f"{self.b.path}({item.label})")
            reason = incomparable(left, right)
            if reason is not None:
                self.reasons.append(reason)
                return
            pair = compare(left, right)
            evidence = gather(pair, Clock())
        except (MalformedElf, NotElf, LimitExceeded) as error:
            self.notes.append(f"{item.label} was compared byte by byte: {error}")
            return
        self.notes += [f"{side}: {text}" for side, elf in (("a", left), ("b", right)) for text in elf.warnings]
        ids = tuple(
            self._known_rewrites.setdefault((rewrite.kind, rewrite.a, rewrite.b), len(self._known_rewrites))
            for rewrite in pair.rewrites
        )
        a_span, b_span = one.data or one.body, other.data or other.body
        facts = tuple(
            replace(
                fact,
                a=_placed(fact.a, a_span.start, item.label),
                b=_placed(fact.b, b_span.start, item.label),
                rewrites=tuple(ids[rewrite] for rewrite in fact.rewrites),
            )
            for fact in evidence.items
        )
        self.compared[item.label] = ComparedMember(
            item.label, a_span, b_span, pair, evidence.items, facts, evidence.context
        )

    # Facts, and what they mean

    def evidence(self) -> EvidenceSet:
        """The facts of all members as if they were one program, then those of the archive itself."""
        facts = [fact for member in self.compared.values() for fact in member.facts]
        whole: list[Evidence] = [
            *format_changes(self.a, self.b),
            *header_changes(self.a, self.b, self.pairs),
            *member_order(self.pairs),
            *members_change(self.pairs, (self.a, self.b)),
            *unit_counts(self.a, self.b),
            *self._lone(),
        ]
        if len(self.compared) > 1 or whole:
            facts = [fact for fact in facts if not isinstance(fact, _OF_ONE_FILE)]
        totals = [fact for fact in facts if isinstance(fact, FunctionTotals)]
        if totals:
            facts = [fact for fact in facts if not isinstance(fact, FunctionTotals)]
            facts.append(
                FunctionTotals(
                    compared=sum(total.compared for total in totals) + self._equal_names(),
                    changed=sum(total.changed for total in totals),
                    added=sum(total.added for total in totals),
                    removed=sum(total.removed for total in totals),
                )
            )
        return EvidenceSet((*facts, *whole), self._context(bool(whole)))

    def _equal_names(self) -> int:
        """How many names members of equal contents define, by the symbol index: about so many functions are equal."""
        index = read_index(self.a)
        if index is None:
            return 0
        equal = (item.a for item in self.pairs if item.a is not None and item.same_contents)
        return sum(len(index.by_member.get(member.header.start, ())) for member in equal)

    def _context(self, more: bool) -> Context:
        contexts = [member.context for member in self.compared.values()]
        # A member that no tool signed, such as Rust's lib.rmeta, counts as C for want of anything better.
        signed = [context for context in contexts if context.a_tools or context.b_tools] or contexts
        untouched = all(item.same_contents or item.label in self.compared for item in self.pairs)
        return Context(
            a_tools=tuple(dict.fromkeys(tool for context in contexts for tool in context.a_tools)),
            b_tools=tuple(dict.fromkeys(tool for context in contexts for tool in context.b_tools)),
            languages=tuple(dict.fromkeys(word for context in signed for word in context.languages)),
            machine=contexts[0].machine if contexts else "",
            stripped=bool(contexts) and all(context.stripped for context in contexts),
            has_debug=any(context.has_debug for context in contexts),
            only_hashes_differ=bool(contexts)
            and untouched
            and not more
            and all(context.only_hashes_differ for context in contexts),
            relocatable=True,
            archive=True,
        )

    def _lone(self) -> Iterator[Evidence]:
        for side, other in (("a", self.b), ("b", self.a)):
            index = read_index(other)
            elsewhere = frozenset(index.names if index is not None else ())
            yield from lone_members(side, self.alone[side], elsewhere)

    def _read_alone(self, side: str, archive: Archive) -> list[LoneMember]:
        """The ELF members that only one side has, at most ``MAX_COMPARED``."""
        found: list[LoneMember] = []
        for item in self.pairs:
            member, other = (item.a, item.b) if side == "a" else (item.b, item.a)
            if member is None or other is not None or not archive.content(member).startswith(_ELF):
                continue
            if len(found) == MAX_COMPARED:
                self.notes.append(f"{side}: only the first {MAX_COMPARED} members without partner were read")
                break
            try:
                elf = parse(archive.content(member), f"{archive.path}({item.label})")
                found.append(LoneMember(item.label, member, elf, tuple(defined_names(elf))))
            except (MalformedElf, NotElf, LimitExceeded) as error:
                self.notes.append(f"{side}: {item.label} was not read: {error}")
        return found

    # Who owns which byte

    def ledgers(self, matches: Matches) -> tuple[Ledger, dict[str, Ledger]]:
        """The archive's ledger, and that of each compared member by itself."""
        by_member, whole = self._shared(matches)
        moving: set[str] = {
            match.cause.id
            for match in whole
            if match.cause.role is Role.ROOT and any(_moves_members(fact) for fact in match.because)
        }
        parts: dict[str, MemberLedger] = {}
        for label, member in self.compared.items():
            own = by_member.get(label, [])
            try:
                part = account(member.pair.alignment, owners(own), claims(member.pair, own))
            except MemoryError:
                raise
            except Exception as error:
                # Causes stand on facts, not on the ledger: a fault in one member's leaves everything else true.
                if os.environ.get("ELFDIFF_DEBUG"):
                    raise
                ours = not isinstance(error, ElfdiffError)
                self.faulty |= ours
                why = f"a fault of elfdiff, {type(error).__name__}; please report it" if ours else str(error)
                self.notes.append(f"{label} was accounted for byte by byte: {why}")
                continue
            found = {name for run in part.runs if run.owner in ("root", "payload") for name in run.causes}
            still = _still(member) if member.a_span.start != member.b_span.start else ()
            roots = tuple(sorted(found))
            files = (member.pair.a, member.pair.b)
            parts[label] = MemberLedger(part, member.a_span, member.b_span, files, tuple(still), roots)
            if member.a_span.length != member.b_span.length:
                moving |= found
        accountant = ArchiveAccountant(
            self.a, self.b, self.pairs, parts, self.alone, claims(None, whole), tuple(sorted(moving))
        )
        return accountant.ledger(), {label: part.ledger for label, part in parts.items()}

    def _shared(self, matches: Matches) -> tuple[dict[str, list[Match]], list[Match]]:
        """Each claim cut into what of it rests on the own facts of a member, and what rests on the archive's."""
        owner = {
            id(fact): (member.label, own)
            for member in self.compared.values()
            for own, fact in zip(member.own, member.facts, strict=True)
        }
        by_member: dict[str, list[Match]] = defaultdict(list)
        whole: list[Match] = []
        for match in matches:
            parts: dict[str | None, list[Evidence]] = defaultdict(list)
            for fact in match.because:
                label, own = owner.get(id(fact), (None, fact))
                parts[label].append(own)
            for label, facts in parts.items():
                piece = replace(match, because=tuple(facts))
                (whole if label is None else by_member[label]).append(piece)
        return by_member, whole

    # The report

    def report(self) -> Report:
        evidence = self.evidence()
        judgement = judged(catalogue(), evidence)
        matches = judgement.matches
        ledger, parts = self.ledgers(matches)
        shown = self._named(matches)
        found = findings(shown, evidence.context, ledger)
        code = self._code(parts)
        a_facts, b_facts = self._facts(0), self._facts(1)
        return Report(
            tool_version=__version__,
            a=a_facts,
            b=b_facts,
            verdict=judge(found, ledger, evidence.context),
            fixable=fixable(found),
            code=code,
            findings=found,
            ledger=ledger,
            raw_differing=same_offset_differing(self.a.data, self.b.data),
            equal_parts=(*same_tools(code, a_facts.toolchain, b_facts.toolchain), *self._equal_members()),
            notes=tuple(dict.fromkeys((*self.notes, *judgement.notes)))[:MAX_NOTES],
            exit=TROUBLE if self.faulty else DIFFERENT,
        )

    def _named(self, matches: Matches) -> Matches:
        """The same claims, their sections named with the member: ``hash.o(.text)``."""
        label_of = {id(fact): member.label for member in self.compared.values() for fact in member.facts}
        done: dict[int, Evidence] = {}

        def named(fact: Evidence) -> Evidence:
            label = label_of.get(id(fact))
            if label is None:
                return fact
            if id(fact) not in done:
                done[id(fact)] = replace(fact, section=f"{label}({fact.section})" if fact.section else label)
            return done[id(fact)]

        return [replace(match, because=tuple(map(named, match.because))) for match in matches]

    def _code(self, ledgers: Mapping[str, Ledger]) -> Code | None:
        """The worst of all members; REORDERED too if the members are."""
        if self.alone["a"] or self.alone["b"]:
            return Code.DIFFERS
        if any(not item.same_contents and item.label not in ledgers for item in self.pairs) or self.a.thin:
            return None
        order = [item.b.header.start for item in self.pairs if item.b is not None]
        found: set[Code | None] = {Code.SAME if order == sorted(order) else Code.REORDERED}
        for member in self.compared.values():
            if _holds_code(member.pair.a) or _holds_code(member.pair.b):
                found.add(code_verdict(member.pair.alignment, ledgers[member.label]))
            elif any(section.name.startswith(".gnu.lto_") for section in member.pair.a.sections):
                # The compiler's own language, which becomes machine code in the final link.
                found.add(None)
        return next((code for code in (Code.DIFFERS, None, Code.REORDERED) if code in found), Code.SAME)

    def _equal_members(self) -> tuple[str, ...]:
        equal = sum(item.same_contents for item in self.pairs)
        return (f"the contents of {equal} of {len(self.pairs)} members",) if equal and not self.a.thin else ()

    def _elf_files(self, side: int) -> Sequence[ElfFile]:
        """The ELF members that were compared; else the first that can be read, if any."""
        files = [member.pair.b if side else member.pair.a for member in self.compared.values()]
        archive = self.b if side else self.a
        for member in archive.members[:MAX_NOTES] if not files else ():
            try:
                return [parse(archive.content(member), archive.path)]
            except (MalformedElf, NotElf, LimitExceeded):
                continue
        return files

    def _facts(self, side: int) -> FileFacts:
        archive = self.b if side else self.a
        files = self._elf_files(side)
        return FileFacts(
            path=archive.path,
            size=len(archive.data),
            sha256=hashlib.sha256(archive.data).hexdigest(),
            stripped=all(elf.is_stripped for elf in files) if files else None,
            toolchain=tuple(dict.fromkeys(tool.text for elf in files for tool in toolchain(elf))),
        )

    def incomparable(self, reason: str) -> Report:
        """The report of two archives whose members are for different machines."""
        return Report(
            tool_version=__version__,
            a=self._facts(0),
            b=self._facts(1),
            verdict=Verdict.INPUTS_DIFFER,
            fixable=None,
            code=None,
            findings=(),
            ledger=None,
            raw_differing=same_offset_differing(self.a.data, self.b.data),
            incomparable=reason,
        )


def _placed(place: Location | None, start: int, label: str) -> Location | None:
    """A location of a member as one of the archive."""
    if place is None:
        return None
    if place.within == "file":
        return replace(place, offset=place.offset + start)
    section = place.within.removesuffix(" inflated")
    return replace(place, within=f"{label}({section}){place.within[len(section) :]}")


def _holds_code(elf: ElfFile) -> bool:
    return any(section.is_executable and section.size for section in elf.sections)


def _moves_members(fact: Evidence) -> bool:
    """True for what changes where members or names stand, contents apart."""
    if isinstance(fact, ArchiveFieldChange):
        return fact.field_name == "name"
    return isinstance(fact, OrderChange) and fact.what == "members"


def _still(member: ComparedMember) -> list[Run]:
    """Runs of a compared member that have the same offset in both archives although the member has not."""
    alignment = member.pair.alignment
    runs = alignment.forward.runs.inverse() if alignment.swapped else alignment.forward.runs
    sizes = member.a_span.length, member.b_span.length
    kept: list[Run] = []
    for x, y, n in runs.triples():
        if x + member.a_span.start == y + member.b_span.start and x < sizes[0] and y < sizes[1]:
            n = min(n, sizes[0] - x, sizes[1] - y)
            kept.append((x + member.a_span.start, y + member.b_span.start, n))
    return kept
