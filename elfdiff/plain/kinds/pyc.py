"""Python bytecode: the header of PEP 552, and the marshalled code behind it."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.texts.rewrites import apply_prefix, infer_prefixes
from elfdiff.evidence.files import BytecodeChange
from elfdiff.evidence.model import Evidence, PathChange, PathPlace
from elfdiff.evidence.places import readable
from elfdiff.payload.marshal import Bytecode, NotMarshal, bytecode, replayed
from elfdiff.plain.model import Edit, First, Kind, PathRewrite, Question, Reading
from elfdiff.plain.unknown import first_bytes, same_head, same_tail, shown
from elfdiff.report import Location
from elfdiff.span import Span

NAME = "Python bytecode"
HEADER = 16
HASHED, CHECKED = 1, 2
_WORDS = {0: "by the source's time", 1: "by a hash, not checked", 3: "by a hash, checked"}


def recognise(name: str, data: bytes) -> bool:
    """True for CR LF behind a magic number of Python 3.7 and later, and known flags."""
    return len(data) > HEADER and data[2:4] == b"\r\n" and 3390 <= _word(data, 0, 2) < 3800 and _word(data, 4) in _WORDS


def _read(question: Question) -> Reading | None:
    a, b = question.a, question.b
    if a[:2] != b[:2]:
        fact = _change(a, b, Span(0, 2), "magic", *(str(_word(side, 0, 2)) for side in (a, b)))
        return Reading(NAME, (Edit(Span(0, len(a)), Span(0, len(b)), fact),), (), _first(fact))
    edits = list(_header(a, b))
    rewrites: tuple[PathRewrite, ...] = ()
    if a[HEADER:] != b[HEADER:]:
        found, rewrites = read_code(question, HEADER, _word(a, 0, 2))
        edits += found
    first = next((_first(edit.fact) for edit in edits if edit.fact is not None), None)
    return Reading(NAME, tuple(edits), (), first or first_bytes(a, b), rewrites)


def _header(a: bytes, b: bytes) -> Iterator[Edit]:
    """The flags, then what they say that follows: a time and a size, or a hash."""
    modes = [_word(side, 4) for side in (a, b)]
    if modes[0] != modes[1]:
        span = Span(4, HEADER)
        yield Edit(span, span, _change(a, b, span, "check-mode", *(_WORDS[mode] for mode in modes)))
    elif modes[0] & HASHED:
        yield from _field(a, b, Span(8, 16), "source-hash")
    else:
        yield from _field(a, b, Span(8, 12), "source-mtime")
        yield from _field(a, b, Span(12, 16), "source-size")


def _field(a: bytes, b: bytes, span: Span, what: str) -> Iterator[Edit]:
    pieces = [side[span.start : span.end] for side in (a, b)]
    if pieces[0] == pieces[1]:
        return
    if what == "source-hash":
        values = [piece.hex() for piece in pieces]
    else:
        values = [str(int.from_bytes(piece, "little")) for piece in pieces]
    yield Edit(span, span, _change(a, b, span, what, *values))


def _change(a: bytes, b: bytes, span: Span, what: str, a_value: str, b_value: str) -> BytecodeChange:
    places = _place(a, span), _place(b, span)
    return BytecodeChange(section="header", what=what, a_value=a_value, b_value=b_value, a=places[0], b=places[1])


def read_code(question: Question, header: int, magic: int) -> tuple[list[Edit], tuple[PathRewrite, ...]]:
    """What differs in the code behind ``header`` bytes: how it was written, the path of the source, or what it does."""
    a, b = question.a, question.b
    head = max(same_head(a, b), header)
    tail = same_tail(a, b, min(len(a), len(b)) - head)
    spans = Span(head, len(a) - tail), Span(head, len(b) - tail)
    try:
        left, right = (bytecode(side, header, magic) for side in (a, b))
    except (NotMarshal, RecursionError):
        return [Edit(*spans)], ()
    written = _written(left, right)
    if written is not None:
        fact = BytecodeChange(
            section="code",
            what=written,
            a_value="",
            b_value="",
            a=_place(a, spans[0]),
            b=_place(b, spans[1]),
        )
        return [Edit(spans[0], spans[1], fact)], ()
    known = [(item.a.encode(), item.b.encode()) for item in question.rewrites]
    texts = [sorted({side.text(node) for node in side.strings()}) for side in (left, right)]
    alone = [[text for text in texts[i] if text not in set(texts[1 - i])] for i in (0, 1)]
    for old, new in (*known, *((old, new) for old, new, _ in infer_prefixes(alone[0], alone[1], known))):
        fact_of_path = _path(left, right, old, new, spans)
        if fact_of_path is not None:
            pair = PathRewrite(readable(old), readable(new))
            return [Edit(spans[0], spans[1], *fact_of_path)], (pair,)
    return [Edit(*spans)], ()


def _written(left: Bytecode, right: Bytecode) -> str | None:
    """How one value was written in two ways; None if they are two values."""
    if left.digest() == right.digest():
        return "references"
    return "set-order" if left.digest(ordered=False) == right.digest(ordered=False) else None


def _path(
    left: Bytecode, right: Bytecode, old: bytes, new: bytes, spans: tuple[Span, Span]
) -> tuple[Evidence, bool] | None:
    """The path change that turns the one value into the other, and whether it does so byte by byte."""

    def rewrite(text: bytes) -> bytes:
        return apply_prefix(old, new, text)

    changed = next((node for node in left.strings() if rewrite(left.text(node)) != left.text(node)), None)
    if changed is None or left.digest(rewrite, ordered=False) != right.digest(ordered=False):
        return None
    path = left.text(changed)
    tail = path[len(old) :].lstrip(b"/") if path.startswith(old) else b""
    fact = PathChange(
        section="code",
        a=_place(left.data, changed.payload),
        b=Location(spans[1].start, spans[1].length, "file", readable(rewrite(path))),
        a_directory=readable(old),
        b_directory=readable(new),
        tail=readable(tail),
        place=PathPlace.FILE,
        exact=True,
    )
    return fact, b"".join(replayed(left, rewrite)) == right.data[right.root.span.start :]


def _word(data: bytes, start: int, size: int = 4) -> int:
    return int.from_bytes(data[start : start + size], "little")


def _place(data: bytes, span: Span) -> Location:
    return Location(span.start, span.length, "file", shown(data[span.start : min(span.end, span.start + 256)]))


def _first(fact: Evidence) -> First | None:
    if fact.a is None or fact.b is None:
        return None
    if isinstance(fact, BytecodeChange) and fact.a_value:
        return First(None, fact.a.offset, f"{fact.what} {fact.a_value}", f"{fact.what} {fact.b_value}")
    return First(None, fact.a.offset, fact.a.value, fact.b.value)


KIND = Kind(NAME, 0, recognise, _read)
