"""Bytes of a kind that nobody reads: the texts in them still tell of paths, times and random words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from elfdiff.evidence.model import TextChange, TextOrderChange, WordChange, WordKind
from elfdiff.patterns import late
from elfdiff.plain.model import Edit, First, Question, Reading
from elfdiff.plain.prose import TextReader
from elfdiff.plain.rows import Line
from elfdiff.plain.unknown import first_bytes, same_head, same_tail
from elfdiff.span import Span

MAX_READ = 4 << 20
"""Bytes of a file in which texts are looked for."""
_TEXT = late(rb"[\x20-\x7e\t]{6,}")
_UNTOLD = (TextChange, TextOrderChange)
_LOOSE = frozenset({WordKind.OTHER, WordKind.RANDOM, WordKind.COUNTER, WordKind.REVISION, WordKind.LOCALE})


def read_texts(kind: str, question: Question) -> Reading:
    """Texts of six characters and more, where both sides have as many; the other bytes are told by their first only.

    Where texts have no ends of their own, only unmistakable kinds of change count: a path that begins with another
    directory, a time, a UUID, a user and host.
    """
    reader = _Reader(kind, question)
    edits = tuple(_believed(reader.reading().edits))
    told = [edit for edit in edits if edit.fact is not None]
    first = first_bytes(question.a, question.b)
    if told and told[0].fact is not None and told[0].fact.a is not None and told[0].fact.b is not None:
        first = First(None, told[0].a.start, told[0].fact.a.value, told[0].fact.b.value)
    rewrites = tuple(reader.rewrites()) if told else ()
    return Reading(kind, edits or _rest(question), (), first, rewrites)


class _Reader(TextReader):
    """A line is a run of printable characters."""

    def split(self, data: bytes) -> list[Line]:
        found = (match for match in _TEXT.finditer(data[:MAX_READ]))
        return [Line(number, match.start(), match.group()) for number, match in enumerate(found, 1)]


def _believed(edits: tuple[Edit, ...]) -> Iterator[Edit]:
    for edit in edits:
        fact = edit.fact
        loose = isinstance(fact, WordChange) and fact.kind in _LOOSE
        if fact is None or isinstance(fact, _UNTOLD) or loose:
            continue
        yield replace(edit, fact=replace(fact, section="texts"))


def _rest(question: Question) -> tuple[Edit, ...]:
    head = same_head(question.a, question.b)
    tail = same_tail(question.a, question.b, min(len(question.a), len(question.b)) - head)
    return (Edit(Span(head, len(question.a) - tail), Span(head, len(question.b) - tail)),)
