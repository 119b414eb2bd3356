"""The ledger of two containers: frame, streams and contents, each layer of bytes by itself and all of them summed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from elfdiff.archive.ledger import Book, Owned, around
from elfdiff.containers import codecs
from elfdiff.containers.model import Container, Entry, Stream
from elfdiff.containers.pairing import EntryPair
from elfdiff.errors import ElfdiffError
from elfdiff.evidence.entries import EntriesChange, EntryFieldChange
from elfdiff.evidence.model import PathChange, TextChange, WordChange
from elfdiff.judging import Match
from elfdiff.report import (
    Breakpoint,
    Classes,
    Confidence,
    Ledger,
    Location,
    OwnedRun,
    Role,
    SectionRow,
    Sides,
    UnexplainedSpan,
)
from elfdiff.span import Span
from elfdiff.trees import frame
from elfdiff.trees.frame import LayerPair, Numbers, PiecePair, Placed, StreamVerdict
from elfdiff.trees.parallel import do_all
from elfdiff.values import dataclass

CLASSES = ("differing", "root", "payload", "input", "consequence", "hash", "unexplained", "moved", "contradicted")


@dataclass(frozen=True, slots=True)
class EntryAccount:
    """What is known of the bytes of a pair of contents that differ; ``own`` None: nothing but that they do."""

    own: Classes | None
    inside: Classes
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accounted:
    """The ledger of all; the classes of the container's own bytes, and those of everything else."""

    ledger: Ledger
    own: Classes
    inside: Classes


_Both = tuple[tuple[int, int], str, str, tuple[tuple[bytes, bytes], tuple[bytes, bytes]]]
"""A pair of streams: its layer and its turn there, its label, its codec, and for both sides (contents, stream)."""
_WORTH_A_PROCESS = 1 << 20
"""Bytes of contents that take longer to be compressed again than a process to begin."""


def _writers(todo: Sequence[_Both], task: int) -> tuple[str, ...]:
    """The first writer that makes a stream, or none; task 2n is a's side of the n-th pair, 2n + 1 is b's."""
    _, _, codec, sides = todo[task // 2]
    found = next(codecs.shown_by(codec, *sides[task % 2]), None)
    return (found,) if found is not None else ()


class Accountant:
    """Works out the ledger of two containers whose entries were compared."""

    def __init__(
        self,
        sides: tuple[Container, Container],
        layers: Sequence[LayerPair],
        pairs: Sequence[EntryPair],
        names: Sequence[str],
        numbers: Numbers,
        equal: Sequence[bool | None],
        accounts: Mapping[int, EntryAccount],
        spelled: Collection[int],
        followed: Collection[int],
    ) -> None:
        self.sides, self.layers, self.pairs, self.names = sides, layers, pairs, names
        self.numbers, self.equal, self.accounts = numbers, equal, accounts
        self.spelled, self.followed = spelled, followed
        self.otherwise = frame.recompressed(*sides)
        self.notes: list[str] = []
        self.streams: dict[tuple[int, int], StreamVerdict] = {}

    def judge_streams(self, jobs: int) -> None:
        """Compress again what is compressed, to see what follows; a stream that was not reached stays unexplained.

        ``jobs`` processes share the work, the two sides of one stream among them.
        """
        todo = list(self._streams())
        sizes = [max(len(contents) for contents, _ in sides) for _, _, _, sides in todo]
        tasks = sorted(range(2 * len(todo)), key=lambda task: (-sizes[task // 2], task))
        shown: dict[int, tuple[str, ...]] = {}
        try:
            many = sum(sizes) >= _WORTH_A_PROCESS
            do_all(lambda task: _writers(todo, task), tasks, jobs if many else 1, lambda task: (), shown)
        finally:
            self._judged(todo, shown)

    def _judged(self, todo: Sequence[_Both], shown: Mapping[int, tuple[str, ...]]) -> None:
        unknown: dict[tuple[str, bool], list[str]] = defaultdict(list)
        for turn, (place, label, codec, sides) in enumerate(todo):
            if 2 * turn not in shown or 2 * turn + 1 not in shown:
                continue
            verdict = frame.judge_stream(codec, sides, (shown[2 * turn], shown[2 * turn + 1]))
            self.streams[place] = verdict
            if verdict.writer is None and not verdict.is_choice:
                tried = all(codecs.is_tried(codec, *side) for side in sides)
                unknown[codec, tried].append(label)
        for (codec, tried), labels in unknown.items():
            more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
            why = f"(tried: {codecs.known(codec)})" if tried else "(none is tried on contents so long, or so written)"
            self.notes.append(
                f"{labels[0]}{more}: no encoder that elfdiff has makes these bytes {why}, so they are unexplained; "
                "the causes inside stand"
            )

    def _streams(self) -> Iterator[_Both]:
        """Streams of both sides by one codec."""
        for index, layer in enumerate(self.layers):
            for place, pair in enumerate(layer.differ):
                if pair.a is None or pair.b is None or pair.a.stream is None or pair.b.stream is None:
                    continue
                if pair.a.stream.codec != pair.b.stream.codec:
                    continue
                left, right = self._contents(0, pair.a.stream), self._contents(1, pair.b.stream)
                if left is not None and right is not None:
                    streams = [
                        layer.a.data[pair.a.span.start : pair.a.span.end],
                        layer.b.data[pair.b.span.start : pair.b.span.end],
                    ]
                    sides = (left, streams[0]), (right, streams[1])
                    yield (index, place), self._label(layer, pair), pair.a.stream.codec, sides

    def _contents(self, side: int, stream: Stream) -> bytes | None:
        if stream.layer is not None:
            data = self.sides[side].layers[stream.layer].data
            part = stream.part
            return data if part is None or part.length == len(data) else data[part.start : part.end]
        if stream.entry is None:
            return None
        try:
            return self.sides[side].entries[stream.entry].read()
        except ElfdiffError:
            return None

    def stream_facts(self, kind: str) -> Iterator[Placed]:
        """Streams that two different writers or levels made, or one side alone."""
        for item in self.otherwise:
            places = [Location(0, side.size, "file", word) for side, word in zip(self.sides, item.words, strict=True)]
            fact = EntryFieldChange(
                section=item.where,
                a=places[0],
                b=places[1],
                container=kind,
                entry="",
                field_name="compression",
                a_value=item.words[0],
                b_value=item.words[1],
            )
            yield Placed(fact, None, (), ())
        for (index, place), verdict in self.streams.items():
            if verdict.writer is not None or not verdict.is_choice:
                continue
            layer, pair = self.layers[index], self.layers[index].differ[place]
            if pair.a is None or pair.b is None:
                continue
            number = frame.entry_of(pair, self.numbers)
            words = [
                (*writers, "an encoder that elfdiff has not")[0] for writers in (verdict.a_writers, verdict.b_writers)
            ]
            if words[0] == words[1]:
                words[1] = "another, or another level"
            fact = EntryFieldChange(
                section=self._label(layer, pair),
                a=Location(pair.a.span.start, pair.a.span.length, "file", words[0]),
                b=Location(pair.b.span.start, pair.b.span.length, "file", words[1]),
                container=kind if pair.a.stream is None or kind.startswith("layer.") else pair.a.stream.codec,
                entry=self.names[number] if number is not None else "",
                field_name="level",
                a_value=words[0],
                b_value=words[1],
            )
            yield Placed(fact, index, ((pair.a.span, pair.b.span),), (number,) if number is not None else ())

    # Sums

    def accounted(self, matches: Sequence[Match], placed: Sequence[Placed]) -> Accounted:
        """Everything once. Raises UnbalancedLedger if a layer does not add up."""
        claims = _Claims(matches, placed)
        ledgers = [self._layer(index, layer, claims) for index, layer in enumerate(self.layers)]
        ledgers += self._lone_layers(claims)
        rows = [row for ledger in ledgers for row in ledger.rows]
        parts = list(self._beside(claims))
        beside = [row for row, _ in parts]
        inside = [
            SectionRow(f"inside {self.names[number]}", None, None, "changed", account.causes, account.inside)
            for number, account in sorted(self.accounts.items())
            if account.inside != Classes()
        ]
        own = ledgers[0].totals if ledgers else total(row.classes for row in beside)
        others = [*(ledger.totals for ledger in ledgers[1:]), *(row.classes for row in inside)]
        if ledgers:
            others += [row.classes for row in beside]
        every = total((own, *others))
        runs: list[OwnedRun] = [run for _, owned in parts for run in owned]
        spans: list[UnexplainedSpan] = []
        breakpoints: list[Breakpoint] = []
        for ledger in ledgers:
            runs += ledger.runs
            spans += ledger.unexplained_spans
            breakpoints += ledger.breakpoints
        runs.sort(key=lambda run: run.side)
        ledger = Ledger(every, (*rows, *beside, *inside), tuple(runs), tuple(breakpoints), tuple(spans))
        return Accounted(ledger, own, total(others))

    def _layer(self, index: int, layer: LayerPair, claims: _Claims) -> Ledger:
        book = Book(layer.a.data, layer.b.data)
        for same in layer.same:
            if same.a is not None and same.b is not None:
                book.same(self._label(layer, same), same.a.span, same.b.span)
        for place, pair in enumerate(layer.differ):
            spans = (pair.a.span if pair.a else None), (pair.b.span if pair.b else None)
            owned = [*self._owned(index, place, pair, claims)]
            book.piece(self._label(layer, pair), spans[0], spans[1], frame.partners(layer, pair), owned)
        for number in range(len(self.pairs)):
            self._entry(book, index, layer, number, claims)
        filtered = len(self.numbers[0]) + len(self.numbers[1]) < sum(len(side.entries) for side in self.sides)
        return book.ledger(partial=filtered)

    def _owned(self, index: int, place: int, pair: PiecePair, claims: _Claims) -> Iterator[Owned]:
        number = frame.entry_of(pair, self.numbers)
        if number is not None and (self.pairs[number].a is None or self.pairs[number].b is None):
            yield from claims.lone(number, pair.a.span if pair.a else None, pair.b.span if pair.b else None)
            return
        if number is None and any(item.holds(pair) for item in self.otherwise):
            yield from claims.wrapping(None, pair.a.span if pair.a else None, pair.b.span if pair.b else None)
        if number is not None and (pair.a is None or pair.b is None) and "stream" in pair.label:
            yield from claims.wrapping(number, pair.a.span if pair.a else None, pair.b.span if pair.b else None)
        yield from claims.in_layer(index, pair)
        account = self.accounts.get(number) if number is not None else None
        causes = account.causes if account is not None else claims.roots
        verdict = self.streams.get((index, place))
        if verdict is not None and verdict.writer is not None and pair.a is not None and pair.b is not None:
            how = f"the contents, compressed again as a's were ({verdict.writer})"
            yield Owned(pair.a.span, pair.b.span, "consequence", causes, how)
        if number in self.followed:
            causes = claims.renames
        yield from frame.derived(pair, causes, number in self.spelled, number in self.followed)

    def _entry(self, book: Book, index: int, layer: LayerPair, number: int, claims: _Claims) -> None:
        """The contents of a pair of entries, as far as they stand in this layer."""
        x, y = self._side(number, 0, layer), self._side(number, 1, layer)
        if x is None and y is None:
            return
        name = self.names[number]
        owned = self._of_contents(number, x, y, claims)
        if x is None or y is None:
            both = self.pairs[number].a is not None and self.pairs[number].b is not None
            book.piece(name, x, y, [], owned or (claims.wrapping if both else claims.lone)(number, x, y))
        elif owned:
            book.piece(name, x, y, around(layer.a.data, layer.b.data, x, y), owned)
        elif self.equal[number]:
            book.same(name, x, y)
        else:
            account = self.accounts.get(number)
            if account is not None and account.own is not None:
                book.counted(name, account.own, account.causes, x, y)
            else:
                book.piece(name, x, y, around(layer.a.data, layer.b.data, x, y))

    def _of_contents(self, number: int, x: Span | None, y: Span | None, claims: _Claims) -> list[Owned]:
        """Who owns the contents as a whole: those of a link."""
        if number in self.followed:
            return [Owned(x, y, "consequence", claims.renames, "the link leads to what was renamed")]
        return claims.contents(number, x, y)

    def _side(self, number: int, side: int, layer: LayerPair) -> Span | None:
        entry = self._of(number, side)
        if entry is None or entry.layer is None or entry.span is None or not entry.span.length:
            return None
        here = layer.b if side else layer.a
        return entry.span if self.sides[side].layers[entry.layer] is here else None

    def _of(self, number: int, side: int) -> Entry | None:
        index = self.pairs[number].b if side else self.pairs[number].a
        return self.sides[side].entries[index] if index is not None else None

    def _lone_layers(self, claims: _Claims) -> Iterator[Ledger]:
        """Layers that only one side has: another part of a package, which its stream in the layer above shows too."""
        known = [{id(layer.a) for layer in self.layers}, {id(layer.b) for layer in self.layers}]
        for side, container in enumerate(self.sides):
            for layer in container.layers:
                if id(layer) not in known[side] and layer.data:
                    whole = Span(0, len(layer.data))
                    book = Book(layer.data, b"") if side == 0 else Book(b"", layer.data)
                    spans = (whole if side == 0 else None), (whole if side else None)
                    owned = claims.wrapping(None, *spans) if layer is container.layers[0] else []
                    book.piece(layer.name or "file", *spans, [], owned)
                    yield book.ledger()

    def _beside(self, claims: _Claims) -> Iterator[tuple[SectionRow, Sequence[OwnedRun]]]:
        """Contents that stand in no layer: files of a directory, and what is compressed entry by entry.

        Their runs too, but those that the entry's own report has.
        """
        for number in range(len(self.pairs)):
            x, y = self._of(number, 0), self._of(number, 1)
            placed = [entry is not None and entry.layer is not None for entry in (x, y)]
            if self.equal[number] or all(placed) or (any(placed) and (x is None or y is None)):
                continue
            sizes = Sides(x.size if x is not None else 0, y.size if y is not None else 0)
            account = self.accounts.get(number)
            name = self.names[number]
            a, b = ((0, entry.size) if entry is not None else None for entry in (x, y))
            if x is not None and y is not None and account is not None and account.own is not None:
                yield SectionRow(name, a, b, "changed", account.causes, account.own), ()
            elif sizes.most and (owned := self._of_contents(number, None, None, claims)):
                yield self._link_row(number, owned[0])
            elif sizes.most:
                if (x is None or y is None) and any(side.layers for side in self.sides):
                    # The layer counts the bytes that it is compressed to.
                    continue
                owner = claims.lone(number, None, None)
                kind = owner[0].kind if owner and (x is None or y is None) else "unexplained"
                causes, how = (owner[0].causes, owner[0].how) if kind != "unexplained" else ((), "")
                status = "removed" if y is None else "added" if x is None else "changed"
                row = SectionRow(name, a, b, status, causes, replace(Classes(differing=sizes), **{kind: sizes}))
                whole = (("a", sizes.a), ("b", sizes.b))
                yield row, [OwnedRun(side, 0, size, name, kind, causes, how) for side, size in whole if size]

    def _link_row(self, number: int, owner: Owned) -> tuple[SectionRow, Sequence[OwnedRun]]:
        """Targets of a link that stand in no layer."""
        contents = [entry.read() for side in (0, 1) if (entry := self._of(number, side)) is not None]
        a, b = contents
        book = Book(a, b)
        spans = Span(0, len(a)), Span(0, len(b))
        owned = [Owned(*spans, owner.kind, owner.causes, owner.how)]
        book.piece(self.names[number], *spans, around(a, b, *spans), owned)
        ledger = book.ledger()
        return ledger.rows[0], ledger.runs

    def _label(self, layer: LayerPair, pair: PiecePair) -> str:
        number = frame.entry_of(pair, self.numbers)
        return f"{self.names[number]} {pair.label}" if number is not None else f"{layer.a.name} {pair.label}".strip()


class _Claims:
    """Who owns which bytes, by what matches say of facts that have a place."""

    def __init__(self, matches: Sequence[Match], placed: Sequence[Placed]) -> None:
        where: dict[int, list[Placed]] = defaultdict(list)
        for item in placed:
            where[id(item.fact)].append(item)
        self._layers: dict[int, list[Owned]] = defaultdict(list)
        self._lone: tuple[str, tuple[str, ...]] | None = None
        self._wrapping: dict[int | None, tuple[str, tuple[str, ...]]] = {}
        self._contents: dict[int, tuple[str, tuple[str, ...], str]] = {}
        roots: dict[str, None] = {}
        renames: dict[str, None] = {}
        for match in matches:
            cause = match.cause
            for fact in match.because:
                if isinstance(fact, EntryFieldChange) and fact.field_name == "name" and id(fact) in where:
                    renames[cause.id] = None
            if match.confidence is Confidence.POSSIBLE:
                continue
            if cause.role is Role.CONSEQUENCE:
                self._digests(match, where)
                continue
            roots[cause.id] = None
            for fact in match.because:
                exact = isinstance(fact, PathChange) and fact.exact
                kind = "input" if cause.role is Role.INPUT else "root" if exact else "payload"
                how = "a rewrite gives b" if exact else "claimed"
                for item in where.get(id(fact), ()):
                    if isinstance(fact, EntriesChange):
                        self._lone = (kind, (cause.id,))
                    if isinstance(fact, EntryFieldChange) and fact.field_name == "compression":
                        self._wrapping |= dict.fromkeys(item.entries or (None,), (kind, (cause.id,)))
                    if item.contents:
                        for number in item.entries:
                            self._contents.setdefault(number, (kind, (cause.id,), how))
                    for a, b in item.spans if item.layer is not None else ():
                        self._layers[item.layer or 0].append(Owned(a, b, kind, (cause.id,), how))
        self.roots = tuple(sorted(roots))
        self.renames = tuple(sorted(renames))

    def _digests(self, match: Match, where: Mapping[int, Sequence[Placed]]) -> None:
        """Texts of a header that differ in digests alone."""
        for fact in match.because:
            for item in where.get(id(fact), ()) if isinstance(fact, TextChange | WordChange) else ():
                for a, b in item.spans:
                    self._layers[item.layer or 0].append(Owned(a, b, "hash", (match.cause.id,), "a digest in a text"))

    def in_layer(self, index: int, pair: PiecePair) -> Iterator[Owned]:
        """Claims that lie within the pieces."""
        for item in self._layers[index]:
            for span, piece in ((item.a, pair.a), (item.b, pair.b)):
                if (
                    span is not None
                    and piece is not None
                    and piece.span.start <= span.start
                    and span.end <= piece.span.end
                ):
                    yield item
                    break

    def contents(self, number: int, a: Span | None, b: Span | None) -> list[Owned]:
        """The contents of a pair of entries, by a fact that is about them as a whole."""
        return [Owned(a, b, *self._contents[number])] if number in self._contents else []

    def wrapping(self, number: int | None, a: Span | None, b: Span | None) -> list[Owned]:
        """The form of what the other side holds compressed otherwise, or as it stands: an entry, or all (None)."""
        owner = self._wrapping.get(number)
        return [Owned(a, b, *owner, "compressed in another way")] if owner is not None else []

    def lone(self, number: int, a: Span | None, b: Span | None) -> list[Owned]:
        """What only one side has."""
        return [Owned(a, b, *self._lone, "only on one side")] if self._lone is not None else []


def total(many: Iterator[Classes] | Sequence[Classes]) -> Classes:
    """The sum of classes."""
    sums: dict[str, Sides] = {name: Sides() for name in CLASSES}
    for classes in many:
        for name in CLASSES:
            sums[name] = sums[name] + getattr(classes, name)
    return Classes(**sums)
