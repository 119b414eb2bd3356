"""account: every differing byte gets one class (CONTRACT.md, "The ledger")."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.breakpoints import breakpoints
from elfdiff.accounting.explanation import Explanation
from elfdiff.accounting.fips import CheckedSum
from elfdiff.accounting.hashing import HashTable
from elfdiff.accounting.left import LeftSpans, placed
from elfdiff.accounting.mirror import mirrored
from elfdiff.accounting.owned import Label, OwnedRuns, SideRuns
from elfdiff.accounting.padding import paddings
from elfdiff.accounting.proof import explain
from elfdiff.accounting.relative import PackedTable
from elfdiff.accounting.replay import replay
from elfdiff.comparison.alignment import Alignment
from elfdiff.comparison.image import Image, Piece
from elfdiff.comparison.machines import machine
from elfdiff.comparison.oneway import OneWay
from elfdiff.comparison.rewrites import RewriteKind
from elfdiff.comparison.runs import Ints, Runs
from elfdiff.errors import UnbalancedLedger
from elfdiff.report import Classes, Ledger, Role, SectionRow, Sides
from elfdiff.span import Span, SpanSet

SHT_PROGBITS = 1
BLOCK = 1 << 20
"""Bytes looked at together: what is worked out on the way takes a multiple of them, not of the file."""
MAX_ALIGNMENT = 64
"""Bytes that things inside a section are aligned to at most."""

Bytes = npt.NDArray[np.uint8]


class Class(IntEnum):
    """Codes of the classes in arrays; SAME is no class."""

    SAME = 0
    ROOT = 1
    PAYLOAD = 2
    INPUT = 3
    CONSEQUENCE = 4
    HASH = 5
    UNEXPLAINED = 6


_NAMES = [c.name.lower() for c in Class]


class ClaimKind(StrEnum):
    """What a claimed byte is when nothing derives it."""

    PAYLOAD = "payload"
    INPUT = "input"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Owner:
    """A cause that owns a rewrite."""

    cause: str
    role: Role


@dataclass(frozen=True, slots=True)
class Claim:
    """File offsets that a cause's evidence covers. Only bytes that nothing derives become its own."""

    a_span: Span | None
    b_span: Span | None
    cause: str
    role: Role
    kind: ClaimKind


@dataclass(slots=True)
class _Side:
    """One file: which bytes differ, the class and owner of each, and the ranges of bytes without partner
    (``lone``: starts and ends, ascending).

    All begin as zeros, and only what is not zero is ever written: memory that nobody wrote to costs nothing.
    """

    data: Bytes
    differs: npt.NDArray[np.bool_]
    kind: Bytes
    owner: npt.NDArray[np.uint16]
    lone: tuple[Ints, Ints]

    def blocks(self, start: int, end: int) -> Iterator[slice]:
        """The range in parts that hold a byte with a class, or one that differs."""
        for at in range(start, end, BLOCK):
            part = slice(at, min(at + BLOCK, end))
            if self.kind[part].any() or self.differs[part].any():
                yield part

    def lone_within(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Ranges of bytes without partner, cut at these bounds."""
        starts, ends = self.lone
        first = int(np.searchsorted(ends, start, side="right"))
        last = int(np.searchsorted(starts, end))
        for low, high in zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True):
            yield max(low, start), min(high, end)


def account(alignment: Alignment, owners: Mapping[int, tuple[Owner, ...]], claims: Sequence[Claim]) -> Ledger:
    """The ledger of an alignment.

    ``owners`` maps rewrite ids to the causes that own them; a rewrite without owner leaves its bytes unexplained.
    Raises UnbalancedLedger if the classes do not add up.
    """
    if not alignment.swapped:
        return Accountant(alignment.forward, owners, claims).ledger()
    turned = [replace(claim, a_span=claim.b_span, b_span=claim.a_span) for claim in claims]
    return mirrored(Accountant(alignment.forward, owners, turned).ledger())


class Accountant:
    """Works out the ledger of one direction; the arrays stay readable afterwards, byte by byte."""

    def __init__(self, alignment: OneWay, owners: Mapping[int, tuple[Owner, ...]], claims: Sequence[Claim]) -> None:
        self.alignment = alignment
        self.owners = owners
        self.rewrites = {rewrite.id: rewrite for rewrite in alignment.rewrites}
        self.claims = claims
        self.labels: list[tuple[tuple[str, ...], str]] = [((), "")]
        self.known_labels: dict[tuple[tuple[str, ...], str], int] = {self.labels[0]: 0}
        self.a = self._side(alignment.a.data, alignment.runs)
        self.b = self._side(alignment.b.data, alignment.runs.inverse())
        self.contradicted = np.zeros(len(self.b.data), dtype=bool)
        self.moved = Sides()

    def _side(self, data: bytes, runs: Runs) -> _Side:
        size = len(data)
        starts, ends = np.append(0, runs.a + runs.n), np.append(runs.a, size)
        some = ends > starts
        return _Side(
            np.frombuffer(data, dtype=np.uint8),
            np.zeros(size, dtype=bool),
            np.zeros(size, dtype=np.uint8),
            np.zeros(size, dtype=np.uint16),
            (starts[some], ends[some]),
        )

    def _label(self, causes: tuple[str, ...], how: str) -> int:
        key = (causes, how)
        if key not in self.known_labels:
            if len(self.labels) >= 0xFFFF:
                return 0
            self.known_labels[key] = len(self.labels)
            self.labels.append(key)
        return self.known_labels[key]

    def ledger(self) -> Ledger:
        """All steps, in the order in which they may own a byte."""
        self._compare()
        self._padding()
        self._predicted()
        self._rewritten()
        self._replayed()
        self._claimed()
        self._digests()
        self._partners()
        return self._totals()

    def _compare(self) -> None:
        moved = 0
        for a, b, n in self.alignment.runs.triples():
            unequal = 0
            for at in range(0, n, BLOCK):
                low, high = at, min(at + BLOCK, n)
                differs = self.a.data[a + low : a + high] != self.b.data[b + low : b + high]
                count = int(np.count_nonzero(differs))
                if count:
                    self.a.differs[a + low : a + high] = differs
                    self.b.differs[b + low : b + high] = differs
                    unequal += count
            if a != b and b < len(self.alignment.b.elf.data):
                moved += n - unequal
        self.moved = Sides(moved, moved)
        for side in (self.a, self.b):
            for start, end in zip(side.lone[0].tolist(), side.lone[1].tolist(), strict=True):
                side.differs[start:end] = True

    def _own(self, side: _Side, start: int, end: int, kind: Class, label: int) -> None:
        """Give unowned differing bytes an owner."""
        free = side.differs[start:end] & (side.kind[start:end] == 0)
        side.kind[start:end][free] = kind
        side.owner[start:end][free] = label

    def _predicted(self) -> None:
        """Fields: the whole field must agree with b."""
        image = self.alignment.b
        for outcome in self.alignment.outcomes:
            group = outcome.prediction.fields
            label = self._label((), group.what)
            places = outcome.at[outcome.good]
            for index in range(group.width):
                self.b.kind[places + index] = Class.CONSEQUENCE
                self.b.owner[places + index] = label
            wrong = np.flatnonzero(~outcome.good & outcome.prediction.known[outcome.rows])
            if len(wrong):
                value = outcome.prediction.value[outcome.rows[wrong]]
                low = np.arange(group.width, dtype=np.int64)
                shift = 8 * (low if image.little else low[::-1])
                expected = (value[:, None] >> shift[None, :]) & 0xFF
                where = outcome.at[wrong][:, None] + low[None, :]
                agree = self.b.data[where] == expected
                self.contradicted[where] |= ~agree & ~self.b.differs[where]
            for index in range(group.width):
                self.contradicted[outcome.at[outcome.denied] + index] = True

    def _rewritten(self) -> None:
        """Words that a rewrite changed. A rewrite that was seen once derives nothing: it is as good as a copy."""
        uses = Counter(change.rewrite for change in self.alignment.changes)
        for change in self.alignment.changes:
            owners = self.owners.get(change.rewrite, ())
            if not owners and self.rewrites[change.rewrite].kind is RewriteKind.OPAQUE:
                # A copied text excuses nothing: its place may still be claimed.
                continue
            if not owners:
                kind, label = Class.UNEXPLAINED, self._label((), "a rewrite that no cause owns")
            else:
                opaque = self.rewrites[change.rewrite].kind is RewriteKind.OPAQUE or uses[change.rewrite] < 2
                role = owners[0].role
                kind = Class.INPUT if role is Role.INPUT else Class.PAYLOAD if opaque else Class.ROOT
                causes = tuple(dict.fromkeys(owner.cause for owner in owners))
                label = self._label(causes, f"rewrite {change.rewrite}")
            for side, start, length in (
                (self.a, change.a_at, change.a_length),
                (self.b, change.b_at, change.b_length),
            ):
                self._own(side, start, start + length, kind, label)

    def _padding(self) -> None:
        """Fill between pieces, where a's fill is zeros: more or fewer zeros follow from where things stand."""
        label = self._label((), "padding")
        for x, y in self.alignment.pieces:
            name = x.name if x is not None else y.name if y is not None else ""
            if not name.startswith("gap before"):
                continue
            if x is not None and self.a.data[x.start : x.end].any():
                continue
            for piece, side in ((x, self.a), (y, self.b)):
                if piece is not None and not side.data[piece.start : piece.end].any():
                    for begin, stop in side.lone_within(piece.start, piece.end):
                        side.kind[begin:stop] = Class.CONSEQUENCE
                        side.owner[begin:stop] = label
        changes = self.alignment.changes
        changed = SpanSet.of(Span(change.a_at, change.a_at + change.a_length) for change in changes)
        self._aligned(self.a, self.alignment.a, changed, label)
        changed = SpanSet.of(Span(change.b_at, change.b_at + change.b_length) for change in changes)
        self._aligned(self.b, self.alignment.b, changed, label)

    def _aligned(self, side: _Side, image: Image, changed: SpanSet, label: int) -> None:
        """Zeros (in code: NOP) without partner before something aligned: fewer than its alignment.

        ``changed``: where rewritten words stand; they are no padding.
        """
        for section in image.elf.sections:
            if section.span is None or section.type != SHT_PROGBITS or not section.is_allocated:
                continue
            lone = SpanSet(tuple(Span(*found) for found in side.lone_within(section.span.start, section.span.end)))
            if not lone:
                continue
            reader = machine(image.elf.header) if section.is_executable else None
            if section.is_executable and reader is None:
                continue
            end = section.span.end
            for begin, stop in ((span.start, span.end) for span in lone.minus(changed)):
                zeros = stop - begin
                if zeros >= MAX_ALIGNMENT:
                    continue
                if reader is not None:
                    if not reader.is_padding(side.data[begin:stop].tobytes(), begin):
                        continue
                elif side.data[begin:stop].any():
                    continue
                unit = 1 << zeros.bit_length()
                rest = side.data[stop : min(end, stop + MAX_ALIGNMENT)] != 0
                # Growth may have given the last of the padding to what follows.
                more = (int(rest.argmax()) if rest.any() else len(rest)) if reader is None else 0
                if stop == end or (stop + more) // unit * unit >= stop:
                    self._own(side, begin, stop, Class.CONSEQUENCE, label)

    def _recompressed(self, got: Bytes, explanation: Explanation) -> None:
        """Compressed sections follow from their contents if compressing what the replay gives makes b's bytes.

        Only where every changed word of the contents has an owner.
        """
        label = self._label((), "compressed from its contents")
        for part in explanation.deflated:
            end = part.image_at + part.size
            changes = [c for c in self.alignment.changes if part.image_at <= c.b_at < end]
            if not all(self.owners.get(change.rewrite) for change in changes):
                continue
            low, high = min(part.size_at, part.at), part.at + part.length
            if not bool((got[low:high] == self.b.data[low:high]).all()):
                continue
            self.b.kind[low:high] = Class.CONSEQUENCE
            self.b.owner[low:high] = label
            for x, y in self.alignment.pieces:
                if x is not None and y is not None and y.start <= low < y.end:
                    self._own(self.a, x.start, x.end, Class.CONSEQUENCE, label)

    def _made(self, got: Bytes, explanation: Explanation) -> None:
        """Padding of code, and tables that the replay makes anew, word by word."""
        label = self._label((), "padding")
        found = paddings(self.alignment)
        understood = np.array([(span.start, span.end) for span in SpanSet.of(found.known)], dtype=np.int64)
        starts, ends = understood.reshape(-1, 2).T
        back = self.alignment.runs.inverse()
        for gap in found.made:
            low, high = gap.at, min(gap.at + gap.length, len(got))
            equal = got[low:high] == self.b.data[low:high]
            if equal.all():
                self.b.kind[low:high] = Class.CONSEQUENCE
                self.b.owner[low:high] = label
            self.contradicted[low:high] |= ~equal & ~self.b.differs[low:high]
            # What a has in the place of padding must be padding, too.
            theirs = low + np.flatnonzero(self.b.differs[low:high]).astype(np.int64)
            ours, paired = back.map_fields(theirs, 1)
            row = np.searchsorted(starts, ours, side="right") - 1
            held = row >= 0
            held[held] = ours[held] < ends[row[held]]
            self.b.kind[theirs[paired & ~held]] = 0
        for span in found.known:
            for begin, stop in self.a.lone_within(span.start, span.end):
                self.a.kind[begin:stop] = Class.CONSEQUENCE
                self.a.owner[begin:stop] = label
        made: list[tuple[HashTable | PackedTable | CheckedSum, str, int]] = [
            *((checked, "checksum of Go's FIPS code", checked.length) for checked in explanation.sums),
            *((table, "hash table of symbols", 4) for table in explanation.hash_tables),
            *((table, "packed relocations", table.word) for table in explanation.packed),
        ]
        for table, how, word in made:
            label = self._label((), how)
            low, high = table.at, table.at + table.length
            equal = got[low:high] == self.b.data[low:high]
            words = np.arange(high - low) // word
            whole = np.bincount(words[~equal], minlength=len(words) // word + 1)[words] == 0
            self.b.kind[low:high][whole] = Class.CONSEQUENCE
            self.b.owner[low:high][whole] = label
            self.contradicted[low:high] |= ~equal & ~self.b.differs[low:high]
            if isinstance(table, PackedTable) and equal.all():
                # A shorter table leaves something over.
                for begin, stop in self.a.lone_within(table.a_at, table.a_at + table.a_length):
                    self.a.kind[begin:stop] = Class.CONSEQUENCE
                    self.a.owner[begin:stop] = label

    def _claimed(self) -> None:
        for claim in self.claims:
            label = self._label((claim.cause,), "claimed")
            kind = {ClaimKind.PAYLOAD: Class.PAYLOAD, ClaimKind.INPUT: Class.INPUT, ClaimKind.HASH: Class.HASH}[
                claim.kind
            ]
            for side, span in ((self.a, claim.a_span), (self.b, claim.b_span)):
                if span is not None:
                    self._own(side, span.start, min(span.end, len(side.data)), kind, label)

    def _digests(self) -> None:
        """Build IDs and the debug link's CRC, where nobody claims them."""
        label = self._label((), "digest")
        for image, side in ((self.alignment.a, self.a), (self.alignment.b, self.b)):
            for note in image.elf.notes:
                known = (note.owner, note.type) in (("GNU", 3), ("Go", 4))
                if known and 8 <= note.description_span.length <= 128:
                    self._own(side, note.description_span.start, note.description_span.end, Class.HASH, label)
            link = image.elf.section(".gnu_debuglink")
            if link is not None and link.span is not None and link.span.length >= 8:
                self._own(side, link.span.end - 4, link.span.end, Class.HASH, label)

    def _replayed(self) -> None:
        """DESIGN.md, law 2: only bytes where the replay, which cannot open b, equals b are owned by what derives
        them."""
        if not self.alignment.outcomes and not self.alignment.changes:
            return
        size = len(self.alignment.b.elf.data)
        source = self.alignment.a.elf.data
        explanation = explain(self.alignment, False)
        got = np.frombuffer(replay(source, explanation, False), dtype=np.uint8)
        self._recompressed(got, explanation)
        self._made(got, explanation)
        label = self._label((), "not what the replay gives")
        for part in self.b.blocks(0, size):
            kind = self.b.kind[part]
            derived = (kind == Class.CONSEQUENCE) | (kind == Class.ROOT)
            wrong = derived & self.b.differs[part] & (got[part] != self.b.data[part])
            kind[wrong] = Class.UNEXPLAINED
            self.b.owner[part][wrong] = label

    def _partners(self) -> None:
        """A byte of a has the class of its partner; what has none keeps its own."""
        back = self.alignment.runs.inverse()
        for part in self.b.blocks(0, len(self.b.data)):
            theirs = part.start + np.flatnonzero(self.b.differs[part]).astype(np.int64)
            ours, known = back.map_fields(theirs, 1)
            theirs, ours = theirs[known], ours[known]
            take = self.b.kind[theirs] != 0
            self.a.kind[ours[take]] = self.b.kind[theirs[take]]
            self.a.owner[ours[take]] = self.b.owner[theirs[take]]
            give = ~take & (self.a.kind[ours] != 0)
            self.b.kind[theirs[give]] = self.a.kind[ours[give]]
            self.b.owner[theirs[give]] = self.a.owner[ours[give]]
        for side in (self.a, self.b):
            for part in side.blocks(0, len(side.data)):
                kind, differs = side.kind[part], side.differs[part]
                kind *= differs
                kind[differs & (kind == 0)] = Class.UNEXPLAINED

    def _totals(self) -> Ledger:
        rows: list[SectionRow] = []
        moved = self._moved_by_piece()
        roots = tuple(sorted({o.cause for own in self.owners.values() for o in own if o.role is Role.ROOT}))
        a_counts = self._counts(self.a, [x for x, _ in self.alignment.pieces])
        b_counts = self._counts(self.b, [y for _, y in self.alignment.pieces])
        total = Classes()
        for index, (x, y) in enumerate(self.alignment.pieces):
            classes = _classes(a_counts[index], b_counts[index], moved[index], self._contradicted(y))
            rows.append(_row(x, y, classes, self._causes(x, y)))
            total = _plus(total, classes)
        self._check(total)
        a_size, b_size = len(self.alignment.a.elf.data), len(self.alignment.b.elf.data)
        runs = OwnedRuns(self._runs("a", self.a, a_size, 0, roots), self._runs("b", self.b, b_size, 1, roots))
        return Ledger(total, tuple(rows), runs, breakpoints(self.alignment), self._unexplained(runs))

    def _counts(self, side: _Side, pieces: Sequence[Piece | None]) -> list[list[int]]:
        out = []
        for piece in pieces:
            if piece is None:
                out.append([0] * 7)
            else:
                counts = np.zeros(len(Class), dtype=np.int64)
                for part in side.blocks(piece.start, piece.end):
                    counts += np.bincount(side.kind[part], minlength=len(Class))
                out.append(counts.tolist())
        return out

    def _moved_by_piece(self) -> list[int]:
        """Equal bytes at another offset, counted where they stand in b."""
        pieces = [y for _, y in self.alignment.pieces]
        order = sorted((y.start, index) for index, y in enumerate(pieces) if y is not None)
        starts = [start for start, _ in order]
        out = [0] * len(pieces)
        for a, b, n in self.alignment.runs.triples():
            if a == b:
                continue
            at = bisect.bisect_right(starts, b) - 1
            while at >= 0 and at < len(order) and starts[at] < b + n:
                piece = pieces[order[at][1]]
                if piece is not None:
                    low, high = max(b, piece.start), min(b + n, piece.end)
                    if high > low:
                        out[order[at][1]] += high - low - int(np.count_nonzero(self.b.differs[low:high]))
                at += 1
        return out

    def _contradicted(self, piece: Piece | None) -> int:
        return int(np.count_nonzero(self.contradicted[piece.start : piece.end])) if piece is not None else 0

    def contradicted_in_a(self) -> npt.NDArray[np.bool_]:
        """The contradicted bytes, where they stand in a."""
        out = np.zeros(len(self.a.data), dtype=bool)
        for a, b, n in self.alignment.runs.triples():
            out[a : a + n] = self.contradicted[b : b + n]
        return out

    def _causes(self, x: Piece | None, y: Piece | None) -> tuple[str, ...]:
        used = np.zeros(len(self.labels), dtype=bool)
        for side, piece in ((self.a, x), (self.b, y)):
            if piece is not None:
                for part in side.blocks(piece.start, piece.end):
                    used[side.owner[part][side.differs[part]]] = True
        return tuple(sorted({name for label in np.flatnonzero(used).tolist() for name in self.labels[label][0]}))

    def _check(self, total: Classes) -> None:
        parts = total.root + total.payload + total.input + total.consequence + total.hash + total.unexplained
        a_size, b_size = len(self.alignment.a.elf.data), len(self.alignment.b.elf.data)
        counted = Sides(int(np.count_nonzero(self.a.differs[:a_size])), int(np.count_nonzero(self.b.differs[:b_size])))
        if parts != total.differing or counted != total.differing:
            raise UnbalancedLedger(f"the ledger's classes add up to {parts}, but {counted} bytes differ")

    def _runs(self, name: str, side: _Side, size: int, index: int, roots: tuple[str, ...]) -> SideRuns:
        start, length, state = _stretches(side, size)
        pieces = sorted(
            (p[index] for p in self.alignment.pieces if p[index] is not None), key=lambda p: p.start if p else 0
        )
        begins = np.array([p.start for p in pieces if p is not None], dtype=np.int64)
        # A label is shared by classes: what a's and b's runs are called depends on both.
        both, label = np.unique(state, return_inverse=True)
        labels: list[Label] = []
        for number in both.tolist():
            causes, how = self.labels[number // len(Class)]
            code = number % len(Class)
            labels.append((_NAMES[code], roots if code == Class.CONSEQUENCE else causes, how))
        return SideRuns(
            name,
            start,
            length,
            (np.searchsorted(begins, start, side="right") - 1).astype(np.int32),
            label.astype(np.int32),
            tuple(p.section.name if p is not None and p.section is not None else None for p in pieces),
            tuple(labels),
        )

    def _left(self, left: tuple[Ints, Ints], piece: Piece, edges: Ints) -> tuple[Ints, Ints]:
        """Starts and ends of runs of unexplained bytes in one piece, cut at ``edges``."""
        low, high = np.searchsorted(left[1], piece.start, side="right"), np.searchsorted(left[0], piece.end)
        starts, ends = np.maximum(left[0][low:high], piece.start), np.minimum(left[1][low:high], piece.end)
        if not len(starts):
            return starts, ends
        edges = edges[np.searchsorted(edges, starts[0]) : np.searchsorted(edges, ends[-1])]
        row = np.searchsorted(starts, edges, side="right") - 1
        inside = edges[(edges > starts[row]) & (edges < ends[row])]
        return np.sort(np.concatenate((starts, inside))), np.sort(np.concatenate((ends, inside)))

    def _unexplained(self, runs: OwnedRuns) -> LeftSpans:
        """Each span has all of its partners in one row, or none at all: lengths add up on either side."""
        parts: list[tuple[str | None, Ints, Ints, Ints]] = []
        a_left, b_left = _unexplained_in(runs.a), _unexplained_in(runs.b)
        forward, back = self.alignment.runs, self.alignment.runs.inverse()
        a_edges, b_edges = (np.unique(np.concatenate((runs.a, runs.a + runs.n))) for runs in (forward, back))
        for _, y in self.alignment.pieces:
            if y is None:
                continue
            name = y.section.name if y.section else None
            starts, ends = self._left(b_left, y, b_edges)
            parts.append((name, placed(*back.map_fields(starts, 1)), starts, ends - starts))
        for x, _ in self.alignment.pieces:
            if x is None:
                continue
            name = x.section.name if x.section else None
            starts, ends = self._left(a_left, x, a_edges)
            lone = ~forward.map_fields(starts, 1)[1]
            starts, ends = starts[lone], ends[lone]
            parts.append((name, starts, np.full(len(starts), -1, dtype=np.int64), ends - starts))
        return LeftSpans.of(parts)


def _stretches(side: _Side, size: int) -> tuple[Ints, Ints, Ints]:
    """Start, length and owner * len(Class) + class of every run of differing bytes before ``size``."""
    none = np.zeros(0, dtype=np.int64)
    edges: list[Ints] = [none]
    states: list[npt.NDArray[np.int32]] = [none.astype(np.int32)]
    before, end = 0, 0
    for part in side.blocks(0, size):
        if part.start > end and before:
            edges.append(np.array([end], dtype=np.int64))
            states.append(np.zeros(1, dtype=np.int32))
            before = 0
        state = side.owner[part].astype(np.int32) * len(Class) + side.kind[part]
        state *= side.differs[part]
        places = np.flatnonzero(np.diff(state, prepend=np.int32(before)))
        edges.append(places.astype(np.int64) + part.start)
        states.append(state[places])
        before, end = int(state[-1]), part.stop
    if before:
        edges.append(np.array([end], dtype=np.int64))
        states.append(np.zeros(1, dtype=np.int32))
    at, state = np.concatenate(edges), np.concatenate(states)
    rows = np.flatnonzero(state)
    return at[rows], at[np.minimum(rows + 1, len(at) - 1)] - at[rows], state[rows].astype(np.int64)


def _unexplained_in(runs: SideRuns) -> tuple[Ints, Ints]:
    """Starts and ends of ranges of unexplained bytes, whatever the reason."""
    chosen = np.array([owner == "unexplained" for owner, _, _ in runs.labels], dtype=bool)[runs.label]
    starts, ends = runs.start[chosen], (runs.start + runs.length)[chosen]
    apart = starts[1:] != ends[:-1]
    return starts[np.append(True, apart)[: len(starts)]], ends[np.append(apart, True)[: len(ends)]]


def _classes(a: list[int], b: list[int], moved: int, contradicted: int) -> Classes:
    def sides(code: Class) -> Sides:
        return Sides(a[code], b[code])

    return Classes(
        differing=Sides(sum(a[1:]), sum(b[1:])),
        root=sides(Class.ROOT),
        payload=sides(Class.PAYLOAD),
        input=sides(Class.INPUT),
        consequence=sides(Class.CONSEQUENCE),
        hash=sides(Class.HASH),
        unexplained=sides(Class.UNEXPLAINED),
        moved=Sides(moved, moved),
        contradicted=Sides(contradicted, contradicted),
    )


def _plus(x: Classes, y: Classes) -> Classes:
    return Classes(
        x.differing + y.differing,
        x.root + y.root,
        x.payload + y.payload,
        x.input + y.input,
        x.consequence + y.consequence,
        x.hash + y.hash,
        x.unexplained + y.unexplained,
        x.moved + y.moved,
        x.contradicted + y.contradicted,
    )


def _row(x: Piece | None, y: Piece | None, classes: Classes, causes: tuple[str, ...]) -> SectionRow:
    a = (x.start, x.end - x.start) if x else None
    b = (y.start, y.end - y.start) if y else None
    if a is None:
        status = "added"
    elif b is None:
        status = "removed"
    elif classes.differing.a or classes.differing.b:
        status = "changed"
    else:
        status = "same" if a == b else "moved"
    name = x.name if x else y.name if y else ""
    return SectionRow(name, a, b, status, causes, classes)
