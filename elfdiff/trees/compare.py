"""Two containers → Tree. The steps are methods of one piece of work, in their order."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial

from elfdiff.causes import catalogue
from elfdiff.clock import Clock, OutOfTime
from elfdiff.containers.model import DIRECTORY, LISTED, WRAPPED, Container, Entry, EntryKind
from elfdiff.containers.opening import ELF
from elfdiff.containers.pairing import EntryPair, pair_entries
from elfdiff.errors import ElfdiffError
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.model import Context, Evidence, EvidenceSet
from elfdiff.findings import findings
from elfdiff.images.layout import IMAGES
from elfdiff.judging import Match, judged
from elfdiff.merging import MAX_NAMES, merged, under
from elfdiff.outcome import DIFFERENT, SAME, TROUBLE
from elfdiff.plain import PathRewrite
from elfdiff.report import Classes, Code, Finding, Report, Verdict
from elfdiff.steps import fixable, on_side
from elfdiff.tree import (
    ContainerFacts,
    EntryFacts,
    FirstDifference,
    PairedBy,
    Plain,
    Status,
    Tree,
    TreeEntry,
    TreeFinding,
)
from elfdiff.trees import frame, likeness
from elfdiff.trees.entries import Nested, compare_entry, not_two_builds, of_tree
from elfdiff.trees.frame import LayerPair, Numbers, Placed
from elfdiff.trees.ledger import Accountant, EntryAccount
from elfdiff.trees.likeness import spells_build_id
from elfdiff.trees.links import LinkChange, Links
from elfdiff.trees.neighbours import Neighbours
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.parallel import do_all
from elfdiff.trees.result import EntryResult
from elfdiff.trees.verdict import code_of, judge_tree
from elfdiff.values import dataclass
from elfdiff.version import __version__

MAX_NOTES = 20
_FEW, _LITTLE = 8, 256 << 10
"""Entries, and bytes of them on both sides, that one process compares sooner than others begin."""
_OF_FILE_SYSTEMS = frozenset({"time", "uid", "gid"})
"""What of a directory's entries differs in every copy, and is compared on demand only."""


@dataclass(frozen=True)
class Compared:
    """A tree, and its classes apart: those of the container's own bytes, and those of what is compressed in it."""

    tree: Tree
    own: Classes
    inside: Classes


def compare_trees(
    a: Container, b: Container, options: TreeOptions, depth: int = 0, clock: Clock | None = None
) -> Compared:
    """Compare two containers that are not identical. Entries that are damaged fail by themselves.

    When the ``clock`` says that time is over, the tree holds what was found until then.
    """
    return _Work(a, b, options, depth, clock or Clock()).compared()


def nested_with(options: TreeOptions) -> Nested:
    """The pipeline for containers that stand in other things, with these options."""
    return partial(_nested, options, False)


def _nested(options: TreeOptions, of_image: bool, a: Container, b: Container, depth: int) -> EntryResult:
    if a.kind != b.kind and (a.wraps or b.wraps):
        return EntryResult(
            incomparable=not_two_builds(f"a {a.kind} file", f"a {b.kind} file"), verdict=Verdict.INPUTS_DIFFER
        )
    if of_image and not a.wraps:
        a, b = (replace(side, kind=f"layer.{side.kind}") for side in (a, b))
    done = compare_trees(a, b, replace(options, only=(), exclude=(), jobs=1), depth + 1)
    return of_tree(done.tree, done.own, done.inside)


def _of_two_kinds(a: EntryKind, b: EntryKind) -> EntryResult:
    sentence = not_two_builds(f"a {a.value}", f"a {b.value}")
    return EntryResult(incomparable=sentence, verdict=Verdict.INPUTS_DIFFER)


class _Work:
    """One comparison."""

    def __init__(self, a: Container, b: Container, options: TreeOptions, depth: int, clock: Clock) -> None:
        self.sides = (a, b)
        self.clock = clock
        self.options, self.depth = options, depth
        self.pairs = self._paired()
        self.names = [self._name(pair) for pair in self.pairs]
        self.numbers: Numbers = (
            {pair.a: number for number, pair in enumerate(self.pairs) if pair.a is not None},
            {pair.b: number for number, pair in enumerate(self.pairs) if pair.b is not None},
        )
        self.links = Links(self.sides, self.numbers)
        self.link_changes: dict[int, LinkChange] = {}
        self.relinked: dict[int, EntryFieldChange] = {}
        self.results: dict[int, EntryResult] = {}
        self.placed: list[Placed] = []
        self.matches: tuple[Match, ...] = ()

    # Pairs

    def _paired(self) -> tuple[EntryPair, ...]:
        kept = [[i for i, entry in enumerate(side.entries) if self.options.wants(entry.path)] for side in self.sides]
        chosen = [[side.entries[i] for i in indices] for side, indices in zip(self.sides, kept, strict=True)]
        return tuple(
            EntryPair(
                kept[0][pair.a] if pair.a is not None else None,
                kept[1][pair.b] if pair.b is not None else None,
                pair.how,
            )
            for pair in pair_entries(chosen[0], chosen[1], likeness.identity, likeness.pairs)
        )

    def _entry(self, pair: EntryPair, side: int) -> Entry | None:
        index = pair.b if side else pair.a
        return self.sides[side].entries[index] if index is not None else None

    def _name(self, pair: EntryPair) -> str:
        some = self._entry(pair, 0) or self._entry(pair, 1)
        return some.path if some is not None else ""

    def _names_in_b(self) -> list[str]:
        entries = ((self._entry(pair, 1) or self._entry(pair, 0)) for pair in self.pairs)
        return [entry.path if entry is not None else "" for entry in entries]

    # Contents

    @cached_property
    def equal(self) -> list[bool | None]:
        """For each pair: whether contents and kind are equal; None where one side lacks it or cannot be read."""
        return [self._equal(number) for number in range(len(self.pairs))]

    def _equal(self, number: int) -> bool | None:
        x, y = self._entry(self.pairs[number], 0), self._entry(self.pairs[number], 1)
        if x is None or y is None:
            return None
        if x.kind is not y.kind or x.size != y.size or self.links.differ(x, y):
            return False
        try:
            return on_side("a", x.read) == on_side("b", y.read)
        except ElfdiffError as error:
            self.results[number] = EntryResult(error=str(error))
            return None

    def _head(self, number: int) -> bytes:
        """The first bytes of a side that can be read."""
        for side in (0, 1):
            entry = self._entry(self.pairs[number], side)
            if entry is None or entry.kind is not EntryKind.FILE:
                continue
            if entry.layer is not None and entry.span is not None:
                return self.sides[side].layers[entry.layer].data[entry.span.start : entry.span.start + 8]
            try:
                return entry.read()[:8]
            except ElfdiffError:
                return b""
        return b""

    def _compare(self) -> None:
        """ELF files and containers first: the directories that became others in them explain texts too."""
        todo = [number for number, equal in enumerate(self.equal) if equal is False]
        linked: list[int] = []
        for number in list(todo):
            x, y = self._entry(self.pairs[number], 0), self._entry(self.pairs[number], 1)
            if x is None or y is None:
                continue
            if self.links.in_another_order(x, y):
                self.relinked[number] = self.links.order(self.sides[0].kind, self.names[number], x, y)
                self.results[number] = EntryResult()
            elif self.links.differ(x, y):
                linked.append(number)
            elif x.kind is not y.kind:
                self.results[number] = _of_two_kinds(x.kind, y.kind)
            else:
                continue
            todo.remove(number)
        first = [number for number in todo if self._head(number).startswith(ELF)]
        self._run(first, ())
        rewrites = self._learnt(first)
        rest = [number for number in todo if number not in self.results]
        self._run(rest, rewrites)
        more = self._learnt([*first, *rest])
        if len(more) > len(rewrites):
            again = [n for n in rest if self._unexplained(n)]
            self._run(again, more)
        for number in linked:
            self._link(number, self._learnt([*first, *rest]))

    def _link(self, number: int, rewrites: tuple[PathRewrite, ...]) -> None:
        x, y = self._entry(self.pairs[number], 0), self._entry(self.pairs[number], 1)
        if x is not None and y is not None:
            change = self.links.change(self.sides[0].kind, self.names[number], x, y, rewrites)
            self.link_changes[number] = change
            told = Plain(change.kind.value, FirstDifference(0, None, change.a, change.b), (), None)
            self.results[number] = EntryResult(told, rewrites=change.rewrites)

    def _run(self, numbers: Sequence[int], rewrites: tuple[PathRewrite, ...]) -> None:
        sized = sorted(numbers, key=lambda number: (-self._size(number), number))
        little = len(sized) <= _FEW and sum(map(self._size, sized)) <= _LITTLE
        do_all(partial(self._one, rewrites), sized, 1 if little else self.options.jobs, self._lost, self.results)

    def _one(self, rewrites: tuple[PathRewrite, ...], number: int) -> EntryResult:
        x, y = self._entry(self.pairs[number], 0), self._entry(self.pairs[number], 1)
        if x is None or y is None:
            return EntryResult()
        nested = partial(_nested, self.options, self.sides[0].kind in IMAGES)
        said = self.sides[0].called(x), self.sides[1].called(y)
        return compare_entry(
            self.names[number],
            said,
            (x.read, y.read),
            nested,
            self.options.limits,
            self.depth + 1,
            rewrites,
            self._neighbours.of(number),
            self.options.prove,
        )

    def _lost(self, number: int) -> EntryResult:
        return EntryResult(error=f"{self.names[number]}: the process that compared it was killed")

    def _size(self, number: int) -> int:
        return sum(entry.size for side in (0, 1) if (entry := self._entry(self.pairs[number], side)) is not None)

    def _learnt(self, numbers: Iterable[int]) -> tuple[PathRewrite, ...]:
        return tuple(dict.fromkeys(rewrite for number in sorted(numbers) for rewrite in self.results[number].rewrites))

    def _unexplained(self, number: int) -> bool:
        own = self.results[number].own
        return own is not None and bool(own.unexplained.most)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self.sides, self.pairs, self.names, self.numbers, self.equal, self.links)

    @cached_property
    def spelled(self) -> frozenset[int]:
        """Pairs of separate debug files, and their directories, whose names on both sides spell a build ID."""
        return frozenset(
            number
            for number, pair in enumerate(self.pairs)
            if pair.how in (PairedBy.IDENTITY, PairedBy.REWRITE, PairedBy.LIKENESS)
            and all(spells_build_id(entry) for side in (0, 1) if (entry := self._entry(pair, side)) is not None)
        )

    # Everything between

    def _layers(self) -> list[LayerPair]:
        a, b = self.sides
        found: list[LayerPair] = []
        for i, j in frame.pair_layers(a, b):
            if i is not None and j is not None:
                found.append(frame.pair_pieces(a.layers[i], b.layers[j], self.numbers))
        return found

    def _facts(self, layers: Sequence[LayerPair], accountant: Accountant) -> Iterator[Placed]:
        kind = self.sides[0].kind
        cut = self.sides[0].cut is not None, self.sides[1].cut is not None
        for change, numbers in frame.entries_fact(kind, self.pairs, self.names, cut):
            yield Placed(change, None, (), numbers)
        if kind in (DIRECTORY, LISTED):
            yield from frame.renames(kind, self.pairs, self.names, self._names_in_b(), self.spelled)
        elif kind not in IMAGES:
            for order in frame.order_fact(kind, self.pairs, self.names, self._names_in_b()):
                yield Placed(order, None, (), ())
        links: dict[int, Sequence[Evidence]] = {n: change.facts for n, change in self.link_changes.items()}
        links |= {n: (fact,) for n, fact in self.relinked.items()}
        for number, facts in links.items():
            yield from (Placed(fact, None, (), (number,), contents=True) for fact in facts)
        otherwise = frame.recompressed(*self.sides)
        rewrites = self._learnt(self.results)
        for index, layer in enumerate(layers):
            yield from frame.field_facts(
                kind, index, layer, self.pairs, self.names, self.numbers, self.spelled, links, otherwise, rewrites
            )
        ignored = frozenset() if self.options.metadata else _OF_FILE_SYSTEMS
        for number, pair in enumerate(self.pairs):
            x, y = self._entry(pair, 0), self._entry(pair, 1)
            if x is not None and y is not None and (x.fields or y.fields):
                yield from frame.file_facts(kind, number, self.names[number], x.fields, y.fields, ignored)
        yield from accountant.stream_facts(kind)

    # The tree

    def compared(self) -> Compared:
        """All of it, or what was found in time."""
        unfinished = None
        try:
            with self.clock.running("entries were compared"):
                self._compare()
        except OutOfTime as over:
            unfinished = str(over)
        layers = self._layers()
        accounts = {number: EntryAccount(r.own, r.inside, r.causes) for number, r in self.results.items()}
        accountant = Accountant(
            self.sides,
            layers,
            self.pairs,
            self.names,
            self.numbers,
            self.equal,
            accounts,
            self.spelled,
            frozenset(number for number, change in self.link_changes.items() if change.follows),
        )
        if unfinished is None:
            try:
                with self.clock.running("streams were compressed again"):
                    accountant.judge_streams(self.options.jobs)
            except OutOfTime as over:
                unfinished = str(over)
        self.placed = list(self._facts(layers, accountant))
        unfinished = unfinished or self._cut()
        evidence = EvidenceSet(tuple(item.fact for item in self.placed), Context(plain=True))
        self.matches = tuple(judged(catalogue(), evidence).matches)
        accounted = accountant.accounted(self.matches, self.placed)
        ledger = accounted.ledger
        found = merged(
            (
                *(self._of_frame(finding) for finding in findings(self.matches, evidence.context, ledger)),
                *(item for number in sorted(self.results) for item in self._named(number)),
            )
        )
        entries = tuple(self._tree_entry(number) for number in range(len(self.pairs)))
        failed = any(entry.status is Status.FAILED for entry in entries)
        same = not failed and self._is_same(entries)
        tree = Tree(
            tool_version=__version__,
            a=_facts_of_side(self.sides[0]),
            b=_facts_of_side(self.sides[1]),
            verdict=Verdict.IDENTICAL if same else judge_tree(found, ledger, self.results.values()),
            fixable=fixable([item.finding for item in found]),
            code=self._code(),
            findings=found,
            ledger=ledger,
            entries=entries,
            notes=tuple(dict.fromkeys((*self._notes(), *accountant.notes)))[:MAX_NOTES],
            unfinished=unfinished,
            exit=TROUBLE if failed else SAME if same else DIFFERENT,
        )
        return Compared(tree, accounted.own, accounted.inside)

    def _cut(self) -> str | None:
        """Why entries that only one side has may have been in the other one, too."""
        for word, side, lone in (("a", self.sides[0], "b"), ("b", self.sides[1], "a")):
            missing = any((pair.a if word == "a" else pair.b) is None for pair in self.pairs)
            if side.cut is not None and missing:
                return f"{word}: {side.said or side.path}: {side.cut}; what only {lone} has may have been in it"
        return None

    def _is_same(self, entries: Sequence[TreeEntry]) -> bool:
        """True if nothing that was compared differs: every entry, and of files the bytes around them."""
        a, b = self.sides
        whole = a.whole == b.whole or (self.options.only or self.options.exclude)
        return bool(whole) and not self.placed and all(entry.status is Status.SAME for entry in entries)

    def _named(self, number: int) -> tuple[TreeFinding, ...]:
        report = self.results[number].report
        return under(self.names[number], self.results[number].findings, _is_wrapped(report))

    def _of_frame(self, finding: Finding) -> TreeFinding:
        """How many entries the facts of a finding are about; the container itself counts as one.

        Those whose contents have the same cause are counted with these.
        """
        inside = {
            number
            for number, result in self.results.items()
            if any(item.finding.cause == finding.cause for item in result.findings)
        }
        numbers = self._touched_by.get(finding.cause, {})
        names = [self.names[number] for number in numbers if number not in inside]
        count = len(names) if numbers else 1
        return TreeFinding(finding, count, tuple(names[:MAX_NAMES]) or (() if numbers else (self.sides[0].kind,)))

    @cached_property
    def _touched_by(self) -> dict[str, dict[int, None]]:
        """Cause → the pairs of entries that the facts of its matches are about."""
        where = {id(item.fact): item.entries for item in self.placed}
        found: dict[str, dict[int, None]] = defaultdict(dict)
        for match in self.matches:
            for fact in match.because:
                found[match.cause.id] |= dict.fromkeys(where.get(id(fact), ()))
        return found

    @cached_property
    def _causes(self) -> dict[int, list[str]]:
        """Pair of entries → the causes of what the container says of them."""
        found: dict[int, list[str]] = defaultdict(list)
        for cause, numbers in self._touched_by.items():
            for number in numbers:
                found[number].append(cause)
        return found

    def _tree_entry(self, number: int) -> TreeEntry:
        pair = self.pairs[number]
        result = self.results.get(number, EntryResult())
        return TreeEntry(
            name=self.names[number],
            a=_facts_of_entry(self._entry(pair, 0)),
            b=_facts_of_entry(self._entry(pair, 1)),
            status=self._status(number, result),
            paired_by=pair.how,
            error=result.error or result.incomparable,
            verdict=result.verdict,
            causes=tuple(dict.fromkeys((*result.causes, *self._causes.get(number, ())))),
            report=result.report,
        )

    def _status(self, number: int, result: EntryResult) -> Status:
        pair = self.pairs[number]
        if result.error is not None:
            return Status.FAILED
        if pair.a is None:
            return Status.ADDED
        if pair.b is None:
            return Status.REMOVED
        if not self.equal[number]:
            return Status.CHANGED
        if pair.how is not PairedBy.PATH:
            return Status.RENAMED
        return Status.METADATA if number in self._touched else Status.SAME

    @cached_property
    def _touched(self) -> frozenset[int]:
        """Pairs of which something beside the contents differs."""
        return frozenset(n for item in self.placed if isinstance(item.fact, EntryFieldChange) for n in item.entries)

    def _unclaimed(self) -> Iterator[str]:
        """What the container says of entries that differs, and that no cause is known for."""
        claimed = {id(fact) for match in self.matches for fact in match.because}
        left = [item.fact for item in self.placed if isinstance(item.fact, EntryFieldChange)]
        left = [fact for fact in left if id(fact) not in claimed]
        if left:
            more = f", and {len(left) - 1} more" if len(left) > 1 else ""
            yield f"no cause is known for this: {_changed(left[0])}{more}"

    def _code(self) -> Code | None:
        code = [self._head(number).startswith(ELF) for number in range(len(self.pairs))]
        lone = any(is_code for is_code, pair in zip(code, self.pairs, strict=True) if pair.a is None or pair.b is None)
        equal = any(is_code for is_code, equal in zip(code, self.equal, strict=True) if equal)
        return code_of(self.results.values(), lone, equal)

    def _notes(self) -> Iterator[str]:
        for number in sorted(self.results):
            result = self.results[number]
            if result.incomparable is not None:
                yield f"{self.names[number]}: {result.incomparable}"
            yield from (f"{self.names[number]}: {note}" for note in result.notes)
        yield from self._unclaimed()
        for word, side in (("a", self.sides[0]), ("b", self.sides[1])):
            yield from (f"{word}: {warning}" for warning in side.warnings)
            if side.cut is not None and self._cut() is None:
                yield f"{word}: {side.cut}"


def _changed(fact: EntryFieldChange) -> str:
    of = f" of {fact.entry}" if fact.entry else ""
    return f"{fact.field_name}{of}: {fact.a_value or '(none)'} became {fact.b_value or '(none)'}"


def _facts_of_side(side: Container) -> ContainerFacts:
    digest = hashlib.sha256(side.whole).hexdigest() if side.whole is not None else None
    return ContainerFacts(side.path, side.kind, side.size, digest, len(side.entries))


def _facts_of_entry(entry: Entry | None) -> EntryFacts | None:
    return EntryFacts(entry.name, entry.kind.value, entry.size) if entry is not None else None


def _is_wrapped(report: Report | Tree | Plain | None) -> bool:
    """True for a compressed file: what it holds has no name of its own."""
    return isinstance(report, Tree) and len(report.entries) == 1 and report.entries[0].name == WRAPPED
