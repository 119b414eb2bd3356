"""Numbers that count builds: in words, in whole texts, in objects of their own."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._facts import became, named_context, spelled
from elfdiff.causes.model import Proof
from elfdiff.evidence.model import EvidenceSet, IntegerChange, TextChange, WordChange, WordKind
from elfdiff.patterns import late
from elfdiff.values import dataclass, replace

_COUNTS = late(
    r"(?i)\bbuild[ _-]?(?:number|no\b|num|nr|id|count(?:er)?|#)|\bbuild\W{0,2}#?\d|\b(?:run|job|"
    r"pipeline)[ _-]?(?:id|number|no\.?)?\W{0,2}#?\d|\bbuild\b.*\bcounter\W{0,2}#?\d|"
    r"github_run|ci_(?:pipeline|job)|#\d+ (?:SMP|PREEMPT)|\brevision counter"
)
_SERVICE = late(
    r"(?i)\b(?:run|job|pipeline)[ _-]?(?:id|number|no\.?)\b|github_run|ci_(?:pipeline|job)|build[ _-]?counter|"
    r"#\d+ (?:SMP|PREEMPT)|\bbuild\W{0,2}#\d|\bbuild\b.*\bcounter\W{0,2}#?\d"
)
_NUMBERED = late(r"(?i)\bbuild\W{0,2}#\d")
_VERSION = late(r"\d+\.\d+")
_COUNTER = late(r"(?i)\bcounter\b")
_UNAME = late(r"(?i)\blinux \S+ \d+\.\d+")
_SYMBOL = late(r"(?i)build_?(?:number|num|no|nr|count(?:er)?|id)\b|(?:run|pipeline|job)_?(?:id|number)\b")
_NUMBER = late(r"(?<![\d.])\d{1,12}(?![\d.]*\d)")


@dataclass(frozen=True, slots=True)
class Counted:
    """A number that changed, how sure it is that it counts builds, both values in one phrase, and each alone."""

    fact: WordChange | TextChange | IntegerChange
    proof: Proof
    shown: str
    a: str
    b: str


def counters(evidence: EvidenceSet) -> Iterator[Counted]:
    """Words, then texts that changed by one number, then objects; what nothing calls a counter is left out.

    A number that a text and an object hold is certain: who edits a text does not edit an object along with it. Where
    a version changes in the same text, somebody may have written both.
    """
    found = list(_seen(evidence))
    moves = {(isinstance(item.fact, IntegerChange), item.a, item.b) for item in found}
    bumped = {word.context for word in evidence.of(WordChange) if word.kind is WordKind.VERSION}
    for item in found:
        repeated = {kind for kind, a, b in moves if (a, b) == (item.a, item.b)} == {True, False}
        if item.proof is Proof.SHAPE and repeated:
            yield replace(item, proof=Proof.RECORDED)
        elif isinstance(item.fact, WordChange) and item.fact.context in bumped:
            yield replace(item, proof=Proof.CONSISTENT)
        else:
            yield item


def _seen(evidence: EvidenceSet) -> Iterator[Counted]:
    for word in evidence.of(WordChange):
        if word.kind is WordKind.COUNTER and not _UNAME.search(word.context):
            sure = _COUNTS.search(named_context(word))
            level = _level(named_context(word)) if sure else Proof.CONSISTENT
            yield Counted(
                word, level, became(word.a_word, word.b_word), word.a_word.lstrip("#"), word.b_word.lstrip("#")
            )
    for text in evidence.of(TextChange):
        numbers = one_number(text)
        if numbers is None or text.a is None or _UNAME.search(text.a.value):
            continue
        context = f"{spelled(text.symbol)} {text.a.value}"
        if _COUNTS.search(context):
            yield Counted(text, _level(context), became(*numbers), *numbers)
        elif _COUNTER.search(context):
            yield Counted(text, Proof.SHAPE, became(*numbers), *numbers)
    for number in evidence.of(IntegerChange):
        if not number.seconds and number.symbol and _SYMBOL.search(number.symbol):
            shown = f"{number.symbol}: {number.a_value} became {number.b_value}"
            yield Counted(number, Proof.SHAPE, shown, str(number.a_value), str(number.b_value))


def _level(context: str) -> Proof:
    """Certain where a service or kbuild counts: the word "build" before a number may be a part of a typed version."""
    typed = _NUMBERED.search(context) and _VERSION.search(context)
    return Proof.RECORDED if _SERVICE.search(context) and not typed else Proof.SHAPE


def one_number(text: TextChange) -> tuple[str, str] | None:
    """Both values of the one whole number by which a text changed; None if it changed otherwise. Versions are none."""
    if text.fragment or text.a is None or text.b is None:
        return None
    a, b = text.a.value, text.b.value
    if a == b or _NUMBER.split(a) != _NUMBER.split(b):
        return None
    pairs = [(x, y) for x, y in zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True) if x != y]
    return pairs[0] if len(pairs) == 1 else None
