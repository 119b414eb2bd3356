"""The ledger of two plain files: each differing byte goes to who owns the fact about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from elfdiff.accounting.left import LeftSpans
from elfdiff.accounting.owned import Label, OwnedRuns, SideRuns
from elfdiff.evidence.files import ListedDigestChange
from elfdiff.judging import Match
from elfdiff.plain.model import Edit
from elfdiff.report import Classes, Confidence, Ledger, Role, SectionRow, Sides
from elfdiff.span import Span

UNEXPLAINED: Label = ("unexplained", (), "nothing explains it")
WHOLE = "the whole file"
_ROLES = (Role.ROOT, Role.INPUT, Role.CONSEQUENCE)


def account(a: bytes, b: bytes, edits: Sequence[Edit], matches: Iterable[Match]) -> Ledger:
    """Every differing byte in one class. Causes that are only possible own nothing.

    The alignment is what the edits say: bytes between two of them are equal, and those inside one are paired from its
    start if both sides are equally long, else from both ends.
    """
    edits = complete(a, b, edits)
    labels = _labels(edits, matches)
    known = {label: index for index, label in enumerate(dict.fromkeys((UNEXPLAINED, *labels)))}
    columns: dict[str, list[tuple[int, int, int]]] = {"a": [], "b": []}
    left: list[tuple[int, int, int]] = []
    counted: dict[str, list[int]] = {}
    moved = [0, 0]
    a_at = b_at = 0
    for edit, label in zip(edits, labels, strict=True):
        if edit.a.start != edit.b.start:
            moved[0] += edit.a.start - a_at
            moved[1] += edit.b.start - b_at
        a_at, b_at = edit.a.end, edit.b.end
        for x, y in _differing(a, b, edit):
            for side, span, index in (("a", x, 0), ("b", y, 1)):
                if span.length:
                    columns[side].append((span.start, span.length, known[label]))
                    counted.setdefault(label[0], [0, 0])[index] += span.length
            if label is UNEXPLAINED:
                left += _left(x, y)
    if a_at != b_at:
        moved[0] += len(a) - a_at
        moved[1] += len(b) - b_at
    sides = Sides(*(sum(count[index] for count in counted.values()) for index in (0, 1)))
    classes = Classes(differing=sides, moved=Sides(*moved), **{name: Sides(*count) for name, count in counted.items()})
    causes = tuple(dict.fromkeys(name for _, names, _ in known for name in names))
    row = SectionRow(WHOLE, (0, len(a)), (0, len(b)), "changed", causes, classes)
    runs = OwnedRuns(*(_runs(side, columns[side], tuple(known)) for side in ("a", "b")))
    return Ledger(classes, (row,), runs, (), _spans(left))


def complete(a: bytes, b: bytes, edits: Sequence[Edit]) -> list[Edit]:
    """The edits, and others without a fact where bytes between two of them are not equal after all."""
    found: list[Edit] = []
    a_at = b_at = 0
    for edit in (*edits, Edit(Span(len(a), len(a)), Span(len(b), len(b)))):
        if edit.a.start < a_at or edit.b.start < b_at:
            continue
        if a[a_at : edit.a.start] != b[b_at : edit.b.start]:
            found.append(Edit(Span(a_at, edit.a.start), Span(b_at, edit.b.start)))
        found.append(edit)
        a_at, b_at = edit.a.end, edit.b.end
    return found


def _labels(edits: Sequence[Edit], matches: Iterable[Match]) -> list[Label]:
    owners: dict[int, dict[str, Role]] = {}
    for match in matches:
        cause = match.cause
        if match.confidence is not Confidence.POSSIBLE:
            for fact in match.because:
                owners.setdefault(id(fact), {})[cause.id] = cause.role
    return [_label(edit, owners.get(id(edit.fact), {})) for edit in edits]


def _label(edit: Edit, owners: dict[str, Role]) -> Label:
    """Roots before inputs before consequences: what a root owns is not the source's."""
    if edit.fact is None or not owners:
        return UNEXPLAINED
    role = min(owners.values(), key=_ROLES.index)
    causes = tuple(sorted(name for name, other in owners.items() if other is role))
    if role is Role.INPUT:
        return ("input", causes, "the inputs differ")
    if role is Role.CONSEQUENCE:
        if isinstance(edit.fact, ListedDigestChange) and edit.fact.algorithm == "size":
            return ("payload", causes, "a size that follows from contents that differ")
        return ("hash", causes, "a digest of contents that differ")
    return ("root", causes, "a rewrite gives b") if edit.exact else ("payload", causes, "its value was copied from b")


def _differing(a: bytes, b: bytes, edit: Edit) -> Iterator[tuple[Span, Span]]:
    """The runs inside an edit that differ: position by position if it keeps its length, else all between equal ends."""
    x, y = a[edit.a.start : edit.a.end], b[edit.b.start : edit.b.end]
    if len(x) == len(y):
        unequal = np.concatenate(([False], np.frombuffer(x, np.uint8) != np.frombuffer(y, np.uint8), [False]))
        at = np.flatnonzero(unequal[1:] != unequal[:-1]).tolist()
        for start, end in zip(at[::2], at[1::2], strict=True):
            yield Span(edit.a.start + start, edit.a.start + end), Span(edit.b.start + start, edit.b.start + end)
        return
    room = min(len(x), len(y))
    head = next((i for i in range(room) if x[i] != y[i]), room)
    tail = next((i for i in range(room - head) if x[-1 - i] != y[-1 - i]), room - head)
    yield Span(edit.a.start + head, edit.a.end - tail), Span(edit.b.start + head, edit.b.end - tail)


def _left(x: Span, y: Span) -> list[tuple[int, int, int]]:
    if x.length == y.length:
        return [(x.start, y.start, x.length)]
    return [item for item in ((x.start, -1, x.length), (-1, y.start, y.length)) if item[2]]


def _runs(side: str, rows: list[tuple[int, int, int]], labels: tuple[Label, ...]) -> SideRuns:
    table = np.array(sorted(rows), dtype=np.int64).reshape(len(rows), 3)
    nothing = np.zeros(len(rows), dtype=np.int32)
    return SideRuns(side, table[:, 0], table[:, 1], nothing, table[:, 2].astype(np.int32), (None,), labels)


def _spans(rows: list[tuple[int, int, int]]) -> LeftSpans:
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
    return LeftSpans.of([(None, table[:, 0], table[:, 1], table[:, 2])])
