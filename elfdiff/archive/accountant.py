"""Accounts of two archives: the ledgers of members joined, and everything between the members accounted for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from elfdiff.accounting.claims import BESIDE, Claim
from elfdiff.archive.derived import Prediction, header_owned, index_owned, index_partners, names_partners
from elfdiff.archive.facts import LoneMember
from elfdiff.archive.index import SymbolIndex, defined_names, read_index
from elfdiff.archive.ledger import Book, Owned, Run, around
from elfdiff.archive.model import Archive, Member, MemberKind
from elfdiff.archive.pairing import MemberPair
from elfdiff.elf.file import ElfFile
from elfdiff.report import Breakpoint, Ledger
from elfdiff.span import Span
from elfdiff.values import dataclass, field


@dataclass(frozen=True, eq=False)
class MemberLedger:
    """The ledger of a pair of ELF members, in offsets from their starts, and where the two stand in the archives.

    ``still`` are runs that have the same offset in both archives although the members have not. ``roots`` are the
    causes that changed the member.
    """

    ledger: Ledger
    a_span: Span
    b_span: Span
    files: tuple[ElfFile, ElfFile] = field(repr=False)
    still: tuple[Run, ...]
    roots: tuple[str, ...]


class ArchiveAccountant:
    """Works out the ledger of two archives, in offsets of the archive files.

    ``parts`` are the members that were compared as ELF files, by label; ``alone`` those of one side, under "a" and "b";
    ``claims`` cover places outside compared members; ``causes`` are those that may move members or change their sizes.
    """

    def __init__(
        self,
        a: Archive,
        b: Archive,
        pairs: Sequence[MemberPair],
        parts: Mapping[str, MemberLedger],
        alone: Mapping[str, Sequence[LoneMember]],
        claims: Iterable[Claim],
        causes: tuple[str, ...],
    ) -> None:
        self.a = a
        self.b = b
        self.pairs = pairs
        self.parts = parts
        self.alone = alone
        self.places = _Claims(claims)
        self.causes = causes
        self.book = Book(a.data, b.data)

    def ledger(self) -> Ledger:
        """Everything once. Raises UnbalancedLedger if it does not add up."""
        self._frame()
        for item in self.pairs:
            if item.a is not None and item.b is not None:
                self._member(item, item.a, item.b)
            else:
                spans = _whole(item.a), _whole(item.b)
                self.book.piece(item.label, *spans, [], self.places.owned(*spans))
        self.book.breakpoints += self._breakpoints()
        return self.book.ledger()

    def _frame(self) -> None:
        """The magic number, the symbol index, the table of names, and what follows the last member."""
        magic = Span(0, 8)
        self.book.piece("archive header", magic, magic, [(0, 0, 8)], self.places.owned(magic, magic))
        for kind in (MemberKind.INDEX, MemberKind.NAMES):
            left, right = ([e for e in archive.entries if e.kind is kind] for archive in (self.a, self.b))
            for number in range(max(len(left), len(right))):
                x = left[number] if number < len(left) else None
                y = right[number] if number < len(right) else None
                if x is None or y is None:
                    self.book.piece(kind.value, _whole(x), _whole(y), [], self.places.owned(_whole(x), _whole(y)))
                    continue
                self._header(kind.value, x, y, self.causes)
                self._special(kind, x, y, number == 0)
        tails = (self.a.tail, self.b.tail)
        if any(tail.length for tail in tails):
            partners = around(self.a.data, self.b.data, *tails)
            self.book.piece("after the last member", _some(tails[0]), _some(tails[1]), partners)

    def _header(self, label: str, x: Member, y: Member, causes: tuple[str, ...]) -> None:
        if self.a.data[x.header.start : x.header.end] == self.b.data[y.header.start : y.header.end]:
            self.book.same(f"{label} header", x.header, y.header, label)
            return
        owned = [*self.places.owned(x.header, y.header), *header_owned(self.a, self.b, x, y, causes)]
        self.book.piece(f"{label} header", x.header, y.header, [(x.header.start, y.header.start, 60)], owned)

    def _special(self, kind: MemberKind, x: Member, y: Member, first: bool) -> None:
        if self.a.data[x.body.start : x.body.end] == self.b.data[y.body.start : y.body.end]:
            self.book.same(kind.value, x.body, y.body)
            return
        partners = around(self.a.data, self.b.data, x.body, y.body)
        owned = self.places.owned(x.body, y.body)
        if first and kind is MemberKind.NAMES:
            partners = names_partners(self.a, self.b, x.body, y.body, self.pairs)
        elif first:
            indices = read_index(self.a), read_index(self.b)
            if indices[0] is not None and indices[1] is not None:
                partners, owned = self._index(indices[0], indices[1])
                rest = Span(indices[0].span.end, x.end), Span(indices[1].span.end, y.end)
                partners += around(self.a.data, self.b.data, *rest)
                owned += self._padding(*rest, self.causes)
        self.book.piece(kind.value, _some(x.body), _some(y.body), partners, owned)

    def _index(self, a: SymbolIndex, b: SymbolIndex) -> tuple[list[Run], list[Owned]]:
        """What members define comes from themselves where ar read them alike on the other side, else from its index.

        Of members that are equal or no ELF files, and of those that a compiler's plugin read for ar, only the other
        side's index can tell.
        """
        partner: dict[int, int] = {}
        expected: tuple[dict[int, Sequence[bytes]], dict[int, Sequence[bytes]]] = ({}, {})
        for item in self.pairs:
            if item.a is not None and item.b is not None:
                x, y = item.a.header.start, item.b.header.start
                partner[x] = y
                listed = a.by_member.get(x, []), b.by_member.get(y, [])
                expected[0][x], expected[1][y] = listed[1], listed[0]
                if item.label in self.parts:
                    defined = [defined_names(elf) for elf in self.parts[item.label].files]
                    if defined[1] == listed[1]:
                        expected[0][x] = defined[0]
                    if defined[0] == listed[0]:
                        expected[1][y] = defined[1]
        for side, found in zip(("a", "b"), expected, strict=True):
            found.update({lone.member.header.start: lone.defined for lone in self.alone[side]})
        predictions = Prediction(expected[0]), Prediction(expected[1])
        return index_partners(a, b, partner), index_owned(self.a.data, self.b.data, a, b, predictions, self.causes)

    def _member(self, item: MemberPair, x: Member, y: Member) -> None:
        """A member that both have: header, BSD name, contents, padding."""
        part = self.parts.get(item.label)
        roots = part.roots if part is not None else ()
        self._header(item.label, x, y, roots or self.causes)
        if self.a.data[x.body.start : x.body.end] == self.b.data[y.body.start : y.body.end]:
            self.book.same(item.label, x.body, y.body)
            return
        contents = (x.data or Span(x.end, x.end), y.data or Span(y.end, y.end))
        before = Span(x.body.start, contents[0].start), Span(y.body.start, contents[1].start)
        behind = Span(contents[0].end, x.end), Span(contents[1].end, y.end)
        self._bytes(f"{item.label} name", *before, self.places.owned(*before))
        if part is not None:
            self.book.member(item.label, part.ledger, part.a_span, part.b_span, part.still)
        else:
            self._bytes(item.label, *contents, self.places.owned(*contents))
        self._bytes(f"{item.label} padding", *behind, self._padding(*behind, roots))

    def _padding(self, x: Span, y: Span, causes: tuple[str, ...]) -> list[Owned]:
        """ar pads with a newline, which is there or not as the size is odd or even."""
        sides = (self.a.data[x.start : x.end], self.b.data[y.start : y.end])
        return [Owned(x, y, "consequence", causes, "padding")] if set(sides) <= {b"", b"\n"} else []

    def _bytes(self, label: str, x: Span, y: Span, owned: Sequence[Owned]) -> None:
        if not x.length and not y.length:
            return
        if self.a.data[x.start : x.end] == self.b.data[y.start : y.end]:
            self.book.same(label, x, y)
            return
        self.book.piece(label, _some(x), _some(y), around(self.a.data, self.b.data, x, y), owned)

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
            out.append(Owned(place, None, claim.kind.value, (claim.cause,), BESIDE if claim.beside else "claimed"))
        for place, index in self._inside(1, b):
            claim = self._claims[index]
            out.append(Owned(None, place, claim.kind.value, (claim.cause,), BESIDE if claim.beside else "claimed"))
        return out


def _some(span: Span) -> Span | None:
    return span if span.length else None


def _whole(member: Member | None) -> Span | None:
    return Span(member.header.start, member.end) if member is not None else None
