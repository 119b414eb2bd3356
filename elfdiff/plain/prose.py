"""The lines of two texts: paths that begin with other directories, times, words, orders, or just another text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from elfdiff.comparison.texts.rewrites import apply_prefix, infer_prefixes, paths_in
from elfdiff.evidence.files import DeclaredDependencyChange, ListOrderChange, WriterChange
from elfdiff.evidence.model import (
    Evidence,
    PathChange,
    PathPlace,
    TextChange,
    TextOrderChange,
    WordKind,
)
from elfdiff.evidence.order import collation, kept_in_order
from elfdiff.evidence.places import readable
from elfdiff.evidence.strings import word_evidence
from elfdiff.evidence.words import WordDifference, differences, kind_by_name
from elfdiff.patterns import late
from elfdiff.plain.folding import folded
from elfdiff.plain.lines import Block, blocks
from elfdiff.plain.model import Edit, First, PathRewrite, Question, Reading
from elfdiff.plain.rows import Line, lines, partners, where
from elfdiff.plain.signs import WRITER, is_value, key_before, names_files, stands_alone
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import replace

_LETTERS = late(rb"[A-Za-z]{2}|[\x80-\xff]{2}")
_URL = late(rb"file://(?P<path>/[^\s#?\"'<>]*)")
_NEEDS = late(r"(?:Pre-)?Depends: .+|(?:Recommends|Suggests|Requires|Requires-Dist): .+")
_NEEDED = late(r"(?P<package>[A-Za-z0-9][A-Za-z0-9+._:-]*) \((?P<relation>>=|<=|>>|<<|=) \Z")
"""What stands before a version in a list of what a package needs (Debian policy, 7.1)."""
MAX_WORDED = 5000
"""Lines of a file that are compared word by word."""
MAX_LINE = 1 << 14
"""Bytes of a line that is compared word by word."""
MAX_ORDER_SHOWN = 12
MAX_ORDER_KEPT = 2000
MAX_INFERRED_FROM = 20_000
MIN_MOVED = 2
MIN_WORDS = 3
"""Words of a line that changed places; who edits a sentence moves one or two."""
SHOWN = 160

Pair = tuple[bytes, bytes]


def read_text(kind: str, question: Question) -> Reading:
    """Compare two texts line by line."""
    return TextReader(kind, question).reading()


class TextReader:
    """One comparison of two texts. Kinds of text that have lines of their own meaning override ``line``."""

    def __init__(self, kind: str, question: Question) -> None:
        self.kind = kind
        self.question = question
        self.a, self.b = self.split(question.a), self.split(question.b)
        self.edits: list[Edit] = []
        self.facts: list[Evidence] = []
        self.blocks = blocks([line.text for line in self.a], [line.text for line in self.b])
        self.known = [(item.a.encode(), item.b.encode()) for item in question.rewrites]
        self.found = self._prefixes()
        self.used: dict[Pair, None] = {}
        self.worded = 0

    def split(self, data: bytes) -> list[Line]:
        """What counts as a line; bytes between two of them count for nothing, unless they differ."""
        return lines(data)

    def reading(self) -> Reading:
        """Edits in order; the first of them is what is shown."""
        order = self._whole_order()
        if order is not None:
            self.edits.append(order)
        else:
            for block in self.blocks:
                self._block(block)
        edits = tuple(folded(self.edits))
        return Reading(self.kind, edits, tuple(self.facts), self.first(order), self.rewrites())

    def rewrites(self) -> tuple[PathRewrite, ...]:
        """The directories that became others in this file."""
        return tuple(PathRewrite(*(side.decode("utf-8", "replace") for side in pair)) for pair in self.used)

    # One line

    def line(self, left: Line, right: Line) -> Iterator[Edit]:
        """How two lines that are partners differ."""
        text = left.text
        for old, new in self.found:
            changed = apply_prefix(old, new, text)
            if changed != text:
                self.used[old, new] = None
                text = changed
                if changed == right.text:
                    break
        if text == right.text:
            paths = list(self._paths(left.text, (left.span, right.span), where(left)))
            yield Edit(left.span, right.span, paths[0] if paths else None, bool(paths))
            return
        yield from self.words(left, right)

    def words(self, left: Line, right: Line) -> Iterator[Edit]:
        """The words in which two lines differ, each by itself; the whole line where no word says anything."""
        self.worded += 1
        if max(len(left.text), len(right.text)) > MAX_LINE or self.worded > MAX_WORDED:
            yield self._changed(left, right, "similarity")
            return
        sides = [line.text.decode("utf-8", "surrogateescape") for line in (left, right)]
        found = differences(*sides)
        if not found:
            yield self._changed(left, right, "similarity")
            return
        shuffled = self._shuffled(left, right)
        if shuffled is not None:
            yield shuffled
            return
        writer = self._writer(left, right)
        if writer is not None:
            yield writer
            return
        facts = [self._word(item, left, right, sides) for item in found]
        if all(fact is None for _, fact in facts):
            yield self._changed(left, right, "shape" if len(found) == 1 else "similarity")
            return
        for edit, fact in facts:
            yield edit if fact is not None else replace(edit, fact=self._changed(left, right, "shape").fact)

    def _word(
        self, item: WordDifference, left: Line, right: Line, sides: Sequence[str]
    ) -> tuple[Edit, Evidence | None]:
        spans = [
            _within(line, text, start, end)
            for line, text, (start, end) in zip(
                (left, right), sides, ((item.a_start, item.a_end), (item.b_start, item.b_end)), strict=True
            )
        ]
        pieces = [
            data[span.start : span.end] for data, span in zip((self.question.a, self.question.b), spans, strict=True)
        ]
        if pieces[0] != pieces[1] and self._rewritten(pieces[0]) == pieces[1]:
            path = next(self._paths(pieces[0], (spans[0], spans[1]), where(left)), None)
            return Edit(spans[0], spans[1], path, path is not None), path
        places = [_place(data, span) for data, span in zip((self.question.a, self.question.b), spans, strict=True)]
        needed = _NEEDED.search(sides[0][: item.a_start]) if _NEEDS.fullmatch(sides[0]) else None
        if needed is not None and needed["relation"] != "=":
            declared = DeclaredDependencyChange(
                section=where(left),
                a=places[0],
                b=places[1],
                package=needed["package"],
                relation=needed["relation"],
                a_version=places[0].value,
                b_version=places[1].value,
            )
            return Edit(spans[0], spans[1], declared), declared
        key = self.key(left, sides[0][: item.a_start])
        if item.a_stamp is None and sides[0][item.a_end : item.a_end + 1] in ("(", "["):
            item = replace(item, kind=WordKind.OTHER)  # a call, whatever the name before it says
        elif key and item.kind is WordKind.OTHER and item.a_stamp is None and is_value(item, sides[0], key):
            item = replace(item, kind=kind_by_name(key))
        fact = word_evidence(item, where(left), key, (places[0], places[1]), (), self.context(left))
        plain = item.a_stamp is None and item.kind is WordKind.OTHER
        return Edit(spans[0], spans[1], None if plain else fact), None if plain else fact

    def _writer(self, left: Line, right: Line) -> Edit | None:
        """Two programs, or versions of one, that name themselves as who wrote the file."""
        ours, theirs = WRITER.search(left.text), WRITER.search(right.text)
        if not ours or not theirs or ours["field"] != theirs["field"]:
            return None
        outside = [
            line.text[: it.start("writer")] + b"#" + line.text[it.end("writer") :]
            for line, it in ((left, ours), (right, theirs))
        ]
        if outside[0] != outside[1]:
            return None
        spans = [
            Span(line.start + it.start("writer"), line.start + it.end("writer"))
            for line, it in ((left, ours), (right, theirs))
        ]
        places = (_place(self.question.a, spans[0]), _place(self.question.b, spans[1]))
        fact = WriterChange(
            section=where(left),
            a=places[0],
            b=places[1],
            format=self.kind,
            field_name=readable(ours["field"]),
            a_value=places[0].value,
            b_value=places[1].value,
        )
        return Edit(spans[0], spans[1], fact)

    def key(self, line: Line, before: str) -> str | None:
        """The name of what a word of a line is the value of; ``before`` is the text in front of it."""
        return key_before(before)

    def context(self, line: Line) -> str:
        """What a word of a line stands in: the line."""
        return readable(line.text)

    def _paths(self, text: bytes, spans: tuple[Span, Span], place: str) -> Iterator[PathChange]:
        """The directories that became others in a text, which they turn into its partner exactly."""
        for old, new in self.used:
            for path in dict.fromkeys(paths_in(text)) or (text,):
                if path.startswith(old) and apply_prefix(old, new, path) != path:
                    yield PathChange(
                        section=place,
                        a=_place(self.question.a, spans[0]),
                        b=_place(self.question.b, spans[1]),
                        a_directory=readable(old),
                        b_directory=readable(new),
                        tail=readable(path[len(old) :].lstrip(b"/")),
                        place=PathPlace.FILE,
                        exact=True,
                    )
                    break

    def _changed(self, left: Line | None, right: Line | None, how: str) -> Edit:
        """A line that became another, or that one side lacks."""
        a = _place(self.question.a, left.span) if left else None
        b = _place(self.question.b, right.span) if right else None
        some = left or right
        fact = TextChange(section=where(some) if some else None, a=a, b=b, how=how, fragment=False)
        a_span, b_span = left.span if left else None, right.span if right else None
        return Edit(a_span or Span(0, 0), b_span or Span(0, 0), fact)

    def _shuffled(self, left: Line, right: Line) -> Edit | None:
        """The same words in another order, in one line: a list, or a set as a program printed it."""
        words = [_pieces(line.text) for line in (left, right)]
        if len(words[0]) < MIN_WORDS or words[0] == words[1] or Counter(words[0]) != Counter(words[1]):
            return None
        moved = [x for x, y in zip(*words, strict=True) if x != y]
        if sum(_LETTERS.search(word) is not None for word in moved) < MIN_WORDS:
            return None
        return Edit(left.span, right.span, self._order(left, right, words[0], words[1]), True)

    def _order(
        self, left: Line, right: Line, a: Sequence[bytes], b: Sequence[bytes]
    ) -> TextOrderChange | ListOrderChange:
        head = next(index for index in range(len(a)) if a[index] != b[index])
        tail = next(index for index in range(len(a)) if a[-1 - index] != b[-1 - index])
        names = [[readable(word) for word in side[head : len(side) - tail]] for side in (a, b)]
        shown = [", ".join(side[:MAX_ORDER_SHOWN]) for side in names]
        if names_files(names[0]):
            return ListOrderChange(
                section=where(left),
                a=Location(left.start, len(left.text), "file", shown[0]),
                b=Location(right.start, len(right.text), "file", shown[1]),
                a_order=tuple(names[0][:MAX_ORDER_KEPT]),
                b_order=tuple(names[1][:MAX_ORDER_KEPT]),
                count=len(names[0]),
                a_sorted=collation(names[0]),
                b_sorted=collation(names[1]),
            )
        return TextOrderChange(
            section=where(left),
            a=Location(left.start, len(left.text), "file", shown[0]),
            b=Location(right.start, len(right.text), "file", shown[1]),
            count=len(a),
            moved=len(names[0]),
            kept=kept_in_order(*names),
            a_sorted=collation(names[0]),
            b_sorted=collation(names[1]),
        )

    # Blocks of lines

    def _whole_order(self) -> Edit | None:
        """All that differs is where lines stand."""
        if not self.blocks:
            return None
        spans = [
            (self.blocks[0].a_start, self.blocks[-1].a_end),
            (self.blocks[0].b_start, self.blocks[-1].b_end),
        ]
        parts = [side[start:end] for side, (start, end) in zip((self.a, self.b), spans, strict=True)]
        return self._moved(parts[0], parts[1])

    def _moved(self, left: Sequence[Line], right: Sequence[Line]) -> Edit | None:
        """The same lines in another order, or those that rewritten paths give; lists sorted by path follow a path."""
        texts = [[line.text for line in side] for side in (left, right)]
        if len(left) < MIN_MOVED or len(left) != len(right):
            return None
        if Counter(texts[0]) == Counter(texts[1]):
            return Edit(_over(left), _over(right), self._order(left[0], right[0], texts[0], texts[1]), True)
        places: dict[bytes, list[Line]] = defaultdict(list)
        for line in right:
            places[line.text].append(line)
        facts: list[PathChange] = []
        rewritten: list[bytes] = []
        for line in left:
            text = self._rewritten(line.text)
            if not places.get(text):
                return None
            other = places[text].pop()
            rewritten.append(text)
            if text != line.text:
                facts += self._paths(line.text, (line.span, other.span), where(line))
        if not facts or rewritten == texts[1]:
            return None
        if not all(side == sorted(side) for side in texts):
            self.facts += facts
            return Edit(_over(left), _over(right), self._order(left[0], right[0], rewritten, texts[1]), True)
        self.facts += facts[1:]
        return Edit(_over(left), _over(right), facts[0], True)

    def _rewritten(self, text: bytes) -> bytes:
        """A line of a with every directory that became another replaced."""
        for old, new in self.found:
            changed = apply_prefix(old, new, text)
            if changed != text:
                self.used[old, new] = None
                text = changed
        return text

    def _block(self, block: Block) -> None:
        left, right = self.a[block.a_start : block.a_end], self.b[block.b_start : block.b_end]
        order = self._moved(left, right)
        if order is not None:
            self.edits.append(order)
            return
        at = block.a_start, block.b_start
        for x, y in partners(left, right):
            if x is None or y is None:
                self.edits.append(self.alone(x, y, at))
            elif x.text != y.text:
                self.edits += list(self.line(x, y))
            at = at[0] + (x is not None), at[1] + (y is not None)

    def alone(self, left: Line | None, right: Line | None, at: tuple[int, int]) -> Edit:
        """A line without partner, its end included; ``at`` are the next lines of both sides."""
        starts = [
            side[index].start if index < len(side) else len(data)
            for side, index, data in zip((self.a, self.b), at, (self.question.a, self.question.b), strict=True)
        ]
        spans = [Span(start, start) for start in starts]
        if left is not None:
            spans[0] = Span(left.start, self.a[at[0] + 1].start if at[0] + 1 < len(self.a) else len(self.question.a))
        if right is not None:
            spans[1] = Span(right.start, self.b[at[1] + 1].start if at[1] + 1 < len(self.b) else len(self.question.b))
        empty = not any(line is not None and line.text.strip() for line in (left, right))
        fact = None if empty else self._changed(left, right, "neighbours").fact
        return Edit(spans[0], spans[1], fact)

    def _prefixes(self) -> list[Pair]:
        """Directories that became others: those known, then those that the texts alone show."""
        parts = (
            (part for block in self.blocks for part in self.a[block.a_start : block.a_end]),
            (part for block in self.blocks for part in self.b[block.b_start : block.b_end]),
        )
        texts = [[line.text for line in islice(part, MAX_INFERRED_FROM)] for part in parts]
        pairs = [*self.known, *self._urls()]
        own = [(old, new) for old, new, _ in infer_prefixes(texts[0], texts[1], pairs)]
        own = [pair for pair in own if all(map(stands_alone, pair, texts))]
        return list(dict.fromkeys((*self.known, *own)))

    def _urls(self) -> Iterator[Pair]:
        """Directories in file URLs that stand at one place of two lines."""
        for block in self.blocks:
            if block.a_end - block.a_start != block.b_end - block.b_start:
                continue
            for left, right in zip(
                self.a[block.a_start : block.a_end], self.b[block.b_start : block.b_end], strict=True
            ):
                ours, theirs = (_URL.findall(line.text) for line in (left, right))
                if len(ours) == len(theirs):
                    yield from ((x, y) for x, y in zip(ours, theirs, strict=True) if x != y)

    def first(self, order: Edit | None) -> First | None:
        if not self.blocks:
            return None
        block = self.blocks[0]
        if order is not None:
            return First(block.a_start + 1, None, *_cut(self.a[block.a_start].text, self.b[block.b_start].text))
        left = self.a[block.a_start].text if block.a_start < block.a_end else b""
        right = self.b[block.b_start].text if block.b_start < block.b_end else b""
        return First(block.a_start + 1, None, *_cut(left, right))


def _over(part: Sequence[Line]) -> Span:
    return Span(part[0].start, part[-1].span.end)


def _pieces(text: bytes) -> list[bytes]:
    words = (word.strip(b" \t'\"{}[]()") for word in text.replace(b",", b" ").replace(b";", b" ").split())
    return [word for word in words if word]


def _within(line: Line, text: str, start: int, end: int) -> Span:
    head = len(text[:start].encode("utf-8", "surrogateescape"))
    body = len(text[start:end].encode("utf-8", "surrogateescape"))
    return Span(line.start + head, line.start + head + body)


def _place(data: bytes, span: Span) -> Location:
    return Location(span.start, span.length, "file", readable(data[span.start : span.end]))


def _cut(a: bytes, b: bytes) -> tuple[str, str]:
    """Both lines around their first difference."""
    if max(len(a), len(b)) <= SHOWN:
        return readable(a), readable(b)
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(head - SHOWN // 4, 0)
    return readable(a[start : start + SHOWN]), readable(b[start : start + SHOWN])
