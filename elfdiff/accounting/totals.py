"""Totals of finished books: rows of sections, runs of owned bytes, and what is left over."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.books import Books
from elfdiff.accounting.breakpoints import breakpoints
from elfdiff.accounting.left import LeftSpans, placed
from elfdiff.accounting.owned import Label, OwnedRuns, SideRuns
from elfdiff.accounting.side import Class, Side
from elfdiff.comparison.image import Piece
from elfdiff.comparison.runs import Ints, unique
from elfdiff.errors import UnbalancedLedger
from elfdiff.report import Classes, Ledger, Role, SectionRow, Sides

_NAMES = [c.name.lower() for c in Class]


def totals(books: Books) -> Ledger:
    """The ledger that finished books add up to. Raises UnbalancedLedger if they do not."""
    rows: list[SectionRow] = []
    moved = _moved_by_piece(books)
    roots = tuple(sorted({o.cause for own in books.owners.values() for o in own if o.role is Role.ROOT}))
    a_counts = _counts(books.a, [x for x, _ in books.alignment.pieces])
    b_counts = _counts(books.b, [y for _, y in books.alignment.pieces])
    total = Classes()
    for index, (x, y) in enumerate(books.alignment.pieces):
        classes = _classes(a_counts[index], b_counts[index], moved[index], _contradicted(books, y))
        rows.append(_row(x, y, classes, _causes(books, x, y)))
        total = _plus(total, classes)
    _check(books, total)
    a_size, b_size = len(books.alignment.a.elf.data), len(books.alignment.b.elf.data)
    runs = OwnedRuns(_runs(books, "a", books.a, a_size, 0, roots), _runs(books, "b", books.b, b_size, 1, roots))
    return Ledger(total, tuple(rows), runs, breakpoints(books.alignment), _unexplained(books, runs))


def _counts(side: Side, pieces: Sequence[Piece | None]) -> list[list[int]]:
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


def _moved_by_piece(books: Books) -> list[int]:
    """Equal bytes at another offset, counted where they stand in b."""
    pieces = [y for _, y in books.alignment.pieces]
    order = sorted((y.start, index) for index, y in enumerate(pieces) if y is not None)
    starts = [start for start, _ in order]
    out = [0] * len(pieces)
    for a, b, n in books.alignment.runs.triples():
        if a == b:
            continue
        at = bisect.bisect_right(starts, b) - 1
        while at >= 0 and at < len(order) and starts[at] < b + n:
            piece = pieces[order[at][1]]
            if piece is not None:
                low, high = max(b, piece.start), min(b + n, piece.end)
                if high > low:
                    out[order[at][1]] += high - low - int(np.count_nonzero(books.b.differs[low:high]))
            at += 1
    return out


def _contradicted(books: Books, piece: Piece | None) -> int:
    return int(np.count_nonzero(books.contradicted[piece.start : piece.end])) if piece is not None else 0


def _causes(books: Books, x: Piece | None, y: Piece | None) -> tuple[str, ...]:
    used = np.zeros(len(books.labels), dtype=bool)
    for side, piece in ((books.a, x), (books.b, y)):
        if piece is not None:
            for part in side.blocks(piece.start, piece.end):
                used[side.owner[part][side.differs[part]]] = True
    return tuple(sorted({name for label in np.flatnonzero(used).tolist() for name in books.labels[label][0]}))


def _check(books: Books, total: Classes) -> None:
    parts = total.root + total.payload + total.input + total.consequence + total.hash + total.unexplained
    a_size, b_size = len(books.alignment.a.elf.data), len(books.alignment.b.elf.data)
    counted = Sides(int(np.count_nonzero(books.a.differs[:a_size])), int(np.count_nonzero(books.b.differs[:b_size])))
    if parts != total.differing or counted != total.differing:
        raise UnbalancedLedger(f"the ledger's classes add up to {parts}, but {counted} bytes differ")


def _runs(books: Books, name: str, side: Side, size: int, index: int, roots: tuple[str, ...]) -> SideRuns:
    start, length, state = _stretches(side, size)
    pieces = sorted(
        (p[index] for p in books.alignment.pieces if p[index] is not None), key=lambda p: p.start if p else 0
    )
    begins = np.array([p.start for p in pieces if p is not None], dtype=np.int64)
    # A label is shared by classes: what a's and b's runs are called depends on both.
    both, label = np.unique(state, return_inverse=True)
    labels: list[Label] = []
    for number in both.tolist():
        causes, how = books.labels[number // len(Class)]
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


def _left(left: tuple[Ints, Ints], piece: Piece, edges: Ints) -> tuple[Ints, Ints]:
    """Starts and ends of runs of unexplained bytes in one piece, cut at ``edges``."""
    low, high = np.searchsorted(left[1], piece.start, side="right"), np.searchsorted(left[0], piece.end)
    starts, ends = np.maximum(left[0][low:high], piece.start), np.minimum(left[1][low:high], piece.end)
    if not len(starts):
        return starts, ends
    edges = edges[np.searchsorted(edges, starts[0]) : np.searchsorted(edges, ends[-1])]
    row = np.searchsorted(starts, edges, side="right") - 1
    inside = edges[(edges > starts[row]) & (edges < ends[row])]
    return np.sort(np.concatenate((starts, inside))), np.sort(np.concatenate((ends, inside)))


def _unexplained(books: Books, runs: OwnedRuns) -> LeftSpans:
    """Each span has all of its partners in one row, or none at all: lengths add up on either side."""
    parts: list[tuple[str | None, Ints, Ints, Ints]] = []
    a_left, b_left = _unexplained_in(runs.a), _unexplained_in(runs.b)
    forward, back = books.alignment.runs, books.alignment.runs.inverse()
    a_edges, b_edges = (unique(np.concatenate((runs.a, runs.a + runs.n))) for runs in (forward, back))
    for _, y in books.alignment.pieces:
        if y is None:
            continue
        name = y.section.name if y.section else None
        starts, ends = _left(b_left, y, b_edges)
        parts.append((name, placed(*back.map_fields(starts, 1)), starts, ends - starts))
    for x, _ in books.alignment.pieces:
        if x is None:
            continue
        name = x.section.name if x.section else None
        starts, ends = _left(a_left, x, a_edges)
        lone = ~forward.map_fields(starts, 1)[1]
        starts, ends = starts[lone], ends[lone]
        parts.append((name, starts, np.full(len(starts), -1, dtype=np.int64), ends - starts))
    return LeftSpans.of(parts)


def _stretches(side: Side, size: int) -> tuple[Ints, Ints, Ints]:
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
