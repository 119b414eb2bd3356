"""What many lines of a file say alike rests on few facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from elfdiff.evidence.model import Evidence, PathChange, TimeChange, WordChange
from elfdiff.plain.model import Edit
from elfdiff.values import replace

MAX_FACTS = 200
MAX_ALIKE = 20


def folded(edits: Sequence[Edit]) -> Iterator[Edit]:
    """The edits in order. What many of them say alike rests on one fact; beyond a limit others have none."""
    first: dict[object, Evidence] = {}
    times: Counter[object] = Counter()
    told = 0
    for edit in edits:
        if edit.fact is None:
            yield edit
            continue
        saying = _saying(edit.fact)
        if times[saying] < MAX_ALIKE and told < MAX_FACTS:
            first.setdefault(saying, edit.fact)
            times[saying] += 1
            told += 1
            yield edit
        else:
            yield replace(edit, fact=first.get(saying))


def _saying(fact: Evidence) -> object:
    """What a fact says apart from its place; all lines that became others say one thing."""
    if isinstance(fact, PathChange):
        return fact.a_directory, fact.b_directory, fact.exact
    if isinstance(fact, WordChange):
        return fact.kind, fact.a_word, fact.b_word
    if isinstance(fact, TimeChange):
        return fact.a_time, fact.b_time
    return type(fact)
