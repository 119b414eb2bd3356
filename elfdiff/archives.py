"""The pipeline for static archives: members are explained like files, and the rest of the archive with them."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from elfdiff.accounting.ledger import Claim, account
from elfdiff.accounting.verdict import code_verdict
from elfdiff.archive.derived import Prediction, header_owned, index_owned, index_partners, names_partners
from elfdiff.archive.facts import header_changes, lone_members, member_order
from elfdiff.archive.index import SymbolIndex, defined_names, read_index
from elfdiff.archive.ledger import Book, Owned, Run, around
from elfdiff.archive.model import Archive, Member, MemberKind
from elfdiff.archive.pairing import MemberPair, pair_members
from elfdiff.archive.reading import parse_archive
from elfdiff.causes import Cause, Match, catalogue
from elfdiff.causes.model import matches_of
from elfdiff.compare.pair import Pair, compare
from elfdiff.compare.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import LimitExceeded, MalformedElf, NotElf
from elfdiff.evidence.gather import gather
from elfdiff.evidence.hashes import same_offset_differing
from elfdiff.evidence.model import (
    ArchiveFieldChange,
    BuildIdKept,
    Context,
    Evidence,
    EvidenceSet,
    FunctionTotals,
    LoneSectionChange,
    OrderChange,
)
from elfdiff.findings import findings
from elfdiff.payload.comment import toolchain
from elfdiff.report import Breakpoint, Code, FileFacts, Ledger, Location, Report, Role, Verdict
from elfdiff.span import Span
from elfdiff.steps import claims, fixable, incomparable, judge, on_side, owners, same_tools
from elfdiff.version import __version__

MAX_COMPARED = 2000
"""Members that are compared as ELF files; further ones are compared byte by byte."""
MAX_NOTES = 20
_ELF = b"\x7fELF"

Matches = Sequence[tuple[Cause, Match]]


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
        self._known_rewrites: dict[tuple[RewriteKind, bytes, bytes], int] = {}
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
            evidence = gather(pair)
        except (MalformedElf, NotElf, LimitExceeded) as error:
            self.notes.append(f"{item.label} was compared byte by byte: {error}")
            return
        self.notes += [
            f"{side}: {text}" for side, elf in (("a", left), ("b", right)) for text in elf.warnings
        ]
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
        whole = [*header_changes(self.a, self.b, self.pairs), *member_order(self.pairs), *self._lone()]
        if len(self.compared) > 1 or whole:
            facts = [fact for fact in facts if not isinstance(fact, (LoneSectionChange, BuildIdKept))]
        totals = [fact for fact in facts if isinstance(fact, FunctionTotals)]
        if totals:
            facts = [fact for fact in facts if not isinstance(fact, FunctionTotals)]
            facts.append(
                FunctionTotals(
                    compared=sum(total.compared for total in totals),
                    changed=sum(total.changed for total in totals),
                    added=sum(total.added for total in totals),
                    removed=sum(total.removed for total in totals),
                )
            )
        return EvidenceSet((*facts, *whole), self._context(bool(whole)))

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
        for side, archive, other in (("a", self.a, self.b), ("b", self.b, self.a)):
            alone = [item for item in self.pairs if (item.b if side == "a" else item.a) is None]
            members = list(self._parsed(archive, side, alone))
            if members:
                index = read_index(other)
                yield from lone_members(side, members, frozenset(index.names if index is not None else ()))

    def _parsed(
        self, archive: Archive, side: str, alone: Iterable[MemberPair]
    ) -> Iterator[tuple[str, Member, ElfFile]]:
        """At most ``MAX_COMPARED`` ELF members of one side that can be read."""
        left = MAX_COMPARED
        for item in alone:
            member = item.a if side == "a" else item.b
            if member is None or not left or not archive.content(member).startswith(_ELF):
                continue
            left -= 1
            try:
                yield item.label, member, parse(archive.content(member), f"{archive.path}({item.label})")
            except (MalformedElf, NotElf, LimitExceeded) as error:
                self.notes.append(f"{side}: {item.label} was not read: {error}")

    # Who owns which byte

    def ledgers(self, matches: Matches) -> tuple[Ledger, dict[str, Ledger]]:
        """The archive's ledger, and that of each compared member by itself."""
        by_member, whole = self._shared(matches)
        places = _Claims(claims(None, whole))
        book = Book(self.a.data, self.b.data)
        grown: set[str] = {
            cause.id
            for cause, match in whole
            if cause.role is Role.ROOT and any(_moves_members(fact) for fact in match.because)
        }
        roots: dict[str, tuple[str, ...]] = {}
        ledgers: dict[str, Ledger] = {}
        for label, member in self.compared.items():
            own = by_member.get(label, [])
            ledgers[label] = part = account(member.pair.alignment, owners(own), claims(member.pair, own))
            found = {name for run in part.runs if run.owner in ("root", "payload") for name in run.causes}
            roots[label] = tuple(sorted(found))
            if member.a_span.length != member.b_span.length:
                grown |= found
        every = tuple(sorted(grown))
        self._frame(book, places, every)
        for item in self.pairs:
            if item.a is None or item.b is None:
                self._alone(book, item, places)
            else:
                self._both(book, item, item.a, item.b, places, roots.get(item.label, ()), every)
                if item.label in ledgers:
                    member = self.compared[item.label]
                    still = _still(member) if member.a_span.start != member.b_span.start else []
                    book.member(item.label, ledgers[item.label], member.a_span, member.b_span, still)
        book.breakpoints += self._breakpoints()
        return book.ledger(), ledgers

    def _shared(self, matches: Matches) -> tuple[dict[str, list[tuple[Cause, Match]]], list[tuple[Cause, Match]]]:
        """Each claim cut into what of it rests on the own facts of a member, and what rests on the archive's."""
        owner = {
            id(fact): (member.label, own)
            for member in self.compared.values()
            for own, fact in zip(member.own, member.facts, strict=True)
        }
        by_member: dict[str, list[tuple[Cause, Match]]] = defaultdict(list)
        whole: list[tuple[Cause, Match]] = []
        for cause, match in matches:
            parts: dict[str | None, list[Evidence]] = defaultdict(list)
            for fact in match.because:
                label, own = owner.get(id(fact), (None, fact))
                parts[label].append(own)
            for label, facts in parts.items():
                piece = (cause, replace(match, because=tuple(facts)))
                (whole if label is None else by_member[label]).append(piece)
        return by_member, whole

    def _frame(self, book: Book, places: _Claims, causes: tuple[str, ...]) -> None:
        """The magic number, the symbol index, the table of names, and what follows the last member."""
        book.piece("archive header", Span(0, 8), Span(0, 8), [(0, 0, 8)])
        for kind in (MemberKind.INDEX, MemberKind.NAMES):
            left, right = ([e for e in archive.entries if e.kind is kind] for archive in (self.a, self.b))
            for number in range(max(len(left), len(right))):
                x = left[number] if number < len(left) else None
                y = right[number] if number < len(right) else None
                if x is None or y is None:
                    book.piece(kind.value, _whole(x), _whole(y), [])
                    continue
                self._header(book, kind.value, x, y, places, causes)
                self._special(book, kind, x, y, places, causes, number == 0)
        tails = (self.a.tail, self.b.tail)
        if any(tail.length for tail in tails):
            partners = around(self.a.data, self.b.data, *tails)
            book.piece("after the last member", _some(tails[0]), _some(tails[1]), partners)

    def _header(
        self, book: Book, label: str, x: Member, y: Member, places: _Claims, causes: tuple[str, ...]
    ) -> None:
        if self.a.data[x.header.start : x.header.end] == self.b.data[y.header.start : y.header.end]:
            book.same(f"{label} header", x.header, y.header, label)
            return
        owned = [*places.owned(x.header, y.header), *header_owned(self.a, self.b, x, y, causes)]
        book.piece(f"{label} header", x.header, y.header, [(x.header.start, y.header.start, 60)], owned)

    def _special(
        self, book: Book, kind: MemberKind, x: Member, y: Member, places: _Claims, causes: tuple[str, ...], first: bool
    ) -> None:
        if self.a.data[x.body.start : x.body.end] == self.b.data[y.body.start : y.body.end]:
            book.same(kind.value, x.body, y.body)
            return
        partners = around(self.a.data, self.b.data, x.body, y.body)
        owned = places.owned(x.body, y.body)
        if first and kind is MemberKind.NAMES:
            partners = names_partners(self.a, self.b, x.body, y.body, self.pairs)
        elif first:
            indices = read_index(self.a), read_index(self.b)
            if indices[0] is not None and indices[1] is not None:
                partners, owned = self._index(indices[0], indices[1], causes)
                rest = Span(indices[0].span.end, x.end), Span(indices[1].span.end, y.end)
                partners += around(self.a.data, self.b.data, *rest)
                owned.append(Owned(*rest, "consequence", causes, "padding"))
        book.piece(kind.value, _some(x.body), _some(y.body), partners, owned)

    def _index(self, a: SymbolIndex, b: SymbolIndex, causes: tuple[str, ...]) -> tuple[list[Run], list[Owned]]:
        """What members define comes from the other side's index if their contents are equal, else from themselves."""
        partner: dict[int, int] = {}
        expected: tuple[dict[int, Sequence[bytes]], dict[int, Sequence[bytes]]] = ({}, {})
        for item in self.pairs:
            if item.a is not None and item.b is not None:
                x, y = item.a.header.start, item.b.header.start
                partner[x] = y
                member = self.compared.get(item.label)
                if member is not None:
                    expected[0][x], expected[1][y] = defined_names(member.pair.a), defined_names(member.pair.b)
                elif item.same_contents:
                    expected[0][x], expected[1][y] = b.by_member.get(y, ()), a.by_member.get(x, ())
        for side, archive in (("a", self.a), ("b", self.b)):
            alone = [item for item in self.pairs if (item.b if side == "a" else item.a) is None]
            for _, one, elf in self._parsed(archive, side, alone):
                expected[side == "b"][one.header.start] = defined_names(elf)
        predictions = Prediction(expected[0]), Prediction(expected[1])
        return index_partners(a, b, partner), index_owned(self.a.data, self.b.data, a, b, predictions, causes)

    def _alone(self, book: Book, item: MemberPair, places: _Claims) -> None:
        spans = _whole(item.a), _whole(item.b)
        book.piece(item.label, *spans, [], places.owned(*spans))

    def _both(
        self,
        book: Book,
        item: MemberPair,
        x: Member,
        y: Member,
        places: _Claims,
        roots: tuple[str, ...],
        every: tuple[str, ...],
    ) -> None:
        """Header and everything else of a member but the contents of one that was compared as ELF."""
        self._header(book, item.label, x, y, places, roots or every)
        if self.a.data[x.body.start : x.body.end] == self.b.data[y.body.start : y.body.end]:
            book.same(item.label, x.body, y.body)
            return
        contents = (x.data or Span(x.end, x.end), y.data or Span(y.end, y.end))
        before = Span(x.body.start, contents[0].start), Span(y.body.start, contents[1].start)
        behind = Span(contents[0].end, x.end), Span(contents[1].end, y.end)
        self._bytes(book, f"{item.label} name", *before, places.owned(*before))
        if item.label not in self.compared:
            self._bytes(book, item.label, *contents, places.owned(*contents))
        owned = [Owned(*behind, "consequence", roots, "padding")] if self._is_padding(*behind) else []
        self._bytes(book, f"{item.label} padding", *behind, owned)

    def _is_padding(self, x: Span, y: Span) -> bool:
        """ar pads with a newline."""
        return all(
            archive.data[span.start : span.end] in (b"", b"\n") for archive, span in ((self.a, x), (self.b, y))
        )

    def _bytes(self, book: Book, label: str, x: Span, y: Span, owned: Sequence[Owned]) -> None:
        if not x.length and not y.length:
            return
        if self.a.data[x.start : x.end] == self.b.data[y.start : y.end]:
            book.same(label, x, y)
            return
        book.piece(label, _some(x), _some(y), around(self.a.data, self.b.data, x, y), owned)

    def _breakpoints(self) -> Iterator[Breakpoint]:
        """One for each member that stands further on, or less far, than the member before it."""
        both = [(item.a, item.b, item.label) for item in self.pairs if item.a is not None and item.b is not None]
        a_before, b_before = (
            {right.header.start: left.header.start for left, right in pairwise(archive.members)}
            | {member.header.start: 0 for member in archive.members[:1]}
            for archive in (self.a, self.b)
        )
        partner = {0: 0} | {x.header.start: y.header.start for x, y, _ in both}
        for x, y, label in both:
            at, to = x.header.start, y.header.start
            previous = a_before[at]
            if partner.get(previous) != b_before[to]:
                if at != to:
                    yield Breakpoint(at, to, to - at, f"other members stand before {label}")
            elif to - at != b_before[to] - previous:
                yield Breakpoint(at, to, to - at, f"what stands before {label} has another size")

    # The report

    def report(self) -> Report:
        evidence = self.evidence()
        matches = list(matches_of(catalogue(), evidence))
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
            same=(*same_tools(code, a_facts.toolchain, b_facts.toolchain), *self._equal_members()),
            notes=tuple(dict.fromkeys(self.notes))[:MAX_NOTES],
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

        return [(cause, replace(match, because=tuple(map(named, match.because)))) for cause, match in matches]

    def _code(self, ledgers: Mapping[str, Ledger]) -> Code | None:
        """The worst of all members; REORDERED too if the members are."""
        if any(item.a is None or item.b is None for item in self.pairs):
            return Code.DIFFERS
        if any(not item.same_contents and item.label not in self.compared for item in self.pairs) or self.a.thin:
            return None
        order = [item.b.header.start for item in self.pairs if item.b is not None]
        found: set[Code | None] = {Code.SAME if order == sorted(order) else Code.REORDERED}
        for member in self.compared.values():
            if _holds_code(member.pair.a) or _holds_code(member.pair.b):
                found.add(code_verdict(member.pair.alignment, ledgers[member.label]))
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


class _Claims:
    """Claims by the place they cover in either archive."""

    def __init__(self, found: Iterable[Claim]) -> None:
        self._claims = list(found)
        self._by_side = []
        for spans in ([claim.a_span for claim in self._claims], [claim.b_span for claim in self._claims]):
            self._by_side.append(sorted((span.start, span.end, i) for i, span in enumerate(spans) if span is not None))

    def _inside(self, side: int, span: Span | None) -> list[tuple[Span, int]]:
        """Claims that lie within a span, in file order."""
        if span is None:
            return []
        table = self._by_side[side]
        out = []
        for at in range(bisect_left(table, (span.start, 0, 0)), bisect_left(table, (span.end, 0, 0))):
            start, end, index = table[at]
            if end <= span.end:
                out.append((Span(start, end), index))
        return out

    def owned(self, a: Span | None, b: Span | None) -> list[Owned]:
        """For bytes that are no ELF member."""
        out = []
        for place, index in self._inside(0, a):
            claim = self._claims[index]
            out.append(Owned(place, None, claim.kind.value, (claim.cause,), "claimed"))
        for place, index in self._inside(1, b):
            claim = self._claims[index]
            out.append(Owned(None, place, claim.kind.value, (claim.cause,), "claimed"))
        return out


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


def _some(span: Span) -> Span | None:
    return span if span.length else None


def _whole(member: Member | None) -> Span | None:
    return Span(member.header.start, member.end) if member is not None else None


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

