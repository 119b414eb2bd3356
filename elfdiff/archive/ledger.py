"""The ledger of two archives: those of their members, joined, and one for everything between the members.

Offsets are those of the archive files. A row for each section of a member that differs, one for each stretch of
members that do not, and rows for member headers, the symbol index and the table of long names where these differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import unique
from elfdiff.errors import UnbalancedLedger
from elfdiff.report import Breakpoint, Classes, Ledger, OwnedRun, SectionRow, Sides, UnexplainedSpan
from elfdiff.span import Span
from elfdiff.values import dataclass, field, replace

Run = tuple[int, int, int]
"""``n`` bytes from offset ``a`` of the one file stand from offset ``b`` of the other."""

_NONE = Classes()


class _Class(IntEnum):
    SAME = 0
    PAYLOAD = 1
    INPUT = 2
    CONSEQUENCE = 3
    HASH = 4
    UNEXPLAINED = 5
    ROOT = 6


@dataclass(frozen=True, slots=True)
class Owned:
    """Bytes of either file that have an owner, should they differ. ``kind`` is root, payload, input, consequence or
    hash."""

    a: Span | None
    b: Span | None
    kind: str
    causes: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class _Row:
    """``first`` and ``last`` name the members of a stretch of equal ones; ``last`` is None for every other row."""

    first: str
    last: str | None
    row: SectionRow


@dataclass(slots=True)
class _Side:
    data: npt.NDArray[np.uint8]
    start: int
    differs: npt.NDArray[np.bool_]
    lone: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.uint8]
    owner: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, data: bytes, span: Span | None) -> _Side:
        start, size = (span.start, span.length) if span is not None else (0, 0)
        view = np.frombuffer(data, dtype=np.uint8, count=size, offset=start) if size else np.zeros(0, dtype=np.uint8)
        ones = np.ones(size, dtype=bool)
        return cls(view, start, ones, ones.copy(), np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint32))

    def own(self, span: Span, kind: int, label: int) -> None:
        """Give unowned differing bytes an owner."""
        start, end = max(span.start - self.start, 0), min(span.end - self.start, len(self.data))
        if start < end:
            free = self.differs[start:end] & (self.kind[start:end] == 0)
            self.kind[start:end][free] = kind
            self.owner[start:end][free] = label


@dataclass(slots=True)
class Book:
    """Collects the parts of a ledger; :meth:`ledger` closes it."""

    a: bytes
    b: bytes
    rows: list[_Row] = field(default_factory=list)
    runs: list[OwnedRun] = field(default_factory=list)
    breakpoints: list[Breakpoint] = field(default_factory=list)
    unexplained: list[UnexplainedSpan] = field(default_factory=list)
    elsewhere: Sides = Sides()
    """Differing bytes whose runs stand in a ledger of their own."""

    def same(self, name: str, a: Span, b: Span, starts: str | None = None) -> None:
        """Equal bytes. ``starts`` names the member whose first bytes these are, if what follows is equal too."""
        if a.length:
            moved = a.length if a.start != b.start else 0
            classes = replace(_NONE, moved=Sides(moved, moved))
            status = "moved" if moved else "same"
            row = SectionRow(name, (a.start, a.length), (b.start, b.length), status, (), classes)
            self.rows.append(_Row(starts or name, name, row))

    def member(self, label: str, ledger: Ledger, a: Span, b: Span, still: Iterable[Run]) -> None:
        """The ledger of a member, which counts from the member's start; ``still`` are runs that keep their offset."""

        def named(section: str | None) -> str:
            return f"{label}({section})" if section is not None else label

        kept = list(still)
        for row in ledger.rows:
            x = (row.a[0] + a.start, row.a[1]) if row.a is not None else None
            y = (row.b[0] + b.start, row.b[1]) if row.b is not None else None
            classes = row.classes
            if a.start != b.start and y is not None:
                moved = y[1] - classes.differing.b - self._unmoved(kept, Span(y[0], y[0] + y[1]))
                classes = replace(classes, moved=Sides(moved, moved))
            status = row.status
            if status in ("same", "moved"):
                status = "same" if x == y else "moved"
            self._add(named(row.name), x, y, status, row.causes, classes)
        for run in ledger.runs:
            base = a.start if run.side == "a" else b.start
            self.runs.append(replace(run, offset=run.offset + base, section=named(run.section)))
        for span in ledger.unexplained_spans:
            left = (span.a[0] + a.start, span.a[1]) if span.a is not None else None
            right = (span.b[0] + b.start, span.b[1]) if span.b is not None else None
            self.unexplained.append(UnexplainedSpan(named(span.section), left, right))

    def counted(self, label: str, classes: Classes, causes: tuple[str, ...], a: Span, b: Span) -> None:
        """Contents with a ledger of their own, which holds the runs: one row with its sums."""
        if a.start != b.start:
            moved = Sides(a.length - classes.differing.a, b.length - classes.differing.b)
            classes = replace(classes, moved=moved)
        self.elsewhere += classes.differing
        self._add(label, (a.start, a.length), (b.start, b.length), "changed", causes, classes)

    def _unmoved(self, still: Iterable[Run], piece: Span) -> int:
        """Equal bytes of ``piece`` in b that stand at the same offset in a."""
        total = 0
        for x, y, n in still:
            start, end = max(y, piece.start), min(y + n, piece.end)
            if start < end:
                left = np.frombuffer(self.a, dtype=np.uint8, count=end - start, offset=start - y + x)
                right = np.frombuffer(self.b, dtype=np.uint8, count=end - start, offset=start)
                total += int(np.count_nonzero(left == right))
        return total

    def piece(
        self, label: str, a: Span | None, b: Span | None, partners: Sequence[Run], owned: Iterable[Owned] = ()
    ) -> None:
        """Bytes that are no ELF member: ``partners`` say which stand for which, ``owned`` who owns what differs."""
        x, y = _Side.of(self.a, a), _Side.of(self.b, b)
        numbers: dict[tuple[tuple[str, ...], str], int] = {((), ""): 0}
        moved = 0
        for at, to, n in partners:
            left, right = at - x.start, to - y.start
            unequal = x.data[left : left + n] != y.data[right : right + n]
            x.differs[left : left + n] = unequal
            y.differs[right : right + n] = unequal
            x.lone[left : left + n] = False
            y.lone[right : right + n] = False
            if at != to:
                moved += n - int(np.count_nonzero(unequal))
        for item in owned:
            number = numbers.setdefault((item.causes, item.how), len(numbers))
            for side, span in ((x, item.a), (y, item.b)):
                if span is not None:
                    side.own(span, _Class[item.kind.upper()], number)
        labels = list(numbers)
        _share(x, y, partners)
        classes = _classes(x, y, moved)
        causes = sorted({name for side in (x, y) for i in unique(side.owner).tolist() for name in labels[i][0]})
        place_a = (a.start, a.length) if a is not None else None
        place_b = (b.start, b.length) if b is not None else None
        if place_a is None or place_b is None:
            status = "added" if place_a is None else "removed"
        elif classes.differing.most:
            status = "changed"
        else:
            status = "same" if place_a == place_b else "moved"
        self._add(label, place_a, place_b, status, tuple(causes), classes)
        for name, side in (("a", x), ("b", y)):
            for start, end, code, owner in _stretches(side.kind, side.owner):
                how = labels[owner]
                word = _Class(code).name.lower()
                self.runs.append(OwnedRun(name, side.start + start, end - start, label, word, *how))
        self._list_unexplained(label, x, y, partners)

    def _list_unexplained(self, label: str, x: _Side, y: _Side, partners: Sequence[Run]) -> None:
        for at, to, n in partners:
            right = to - y.start
            for start, end in _true(y.kind[right : right + n] == _Class.UNEXPLAINED):
                length = end - start
                self.unexplained.append(UnexplainedSpan(label, (at + start, length), (to + start, length)))
        for start, end in _true(x.lone & (x.kind == _Class.UNEXPLAINED)):
            self.unexplained.append(UnexplainedSpan(label, (x.start + start, end - start), None))
        for start, end in _true(y.lone & (y.kind == _Class.UNEXPLAINED)):
            self.unexplained.append(UnexplainedSpan(label, None, (y.start + start, end - start)))

    def _add(
        self,
        name: str,
        a: tuple[int, int] | None,
        b: tuple[int, int] | None,
        status: str,
        causes: tuple[str, ...],
        classes: Classes,
    ) -> None:
        self.rows.append(_Row(name, None, SectionRow(name, a, b, status, causes, classes)))

    def ledger(self, partial: bool = False) -> Ledger:
        """Everything in order. Raises UnbalancedLedger if the classes, the rows or the runs do not add up.

        ``partial``: some bytes of the two files were left out on purpose.
        """
        rows = _folded(sorted(self.rows, key=lambda item: _row_order(item.row)))
        total = _sum(row.classes for row in rows)
        parts = total.root + total.payload + total.input + total.consequence + total.hash + total.unexplained
        listed = (
            Sides(*(sum(run.length for run in self.runs if run.side == side) for side in ("a", "b"))) + self.elsewhere
        )
        sizes = Sides(*(sum(place[1] for row in rows if (place := getattr(row, side))) for side in ("a", "b")))
        whole = partial or sizes == Sides(len(self.a), len(self.b))
        if parts != total.differing or listed != total.differing or not whole:
            raise UnbalancedLedger(
                f"the ledger's classes add up to {parts} and its runs to {listed}, but {total.differing} bytes differ"
            )
        return Ledger(
            total,
            tuple(rows),
            tuple(sorted(self.runs, key=lambda run: (run.side, run.offset))),
            tuple(sorted(self.breakpoints, key=lambda point: (point.a, point.b))),
            tuple(sorted(self.unexplained, key=lambda s: (s.a is None, s.a or (0, 0), s.b or (0, 0)))),
        )


def around(a: bytes, b: bytes, x: Span, y: Span) -> list[Run]:
    """Which bytes stand for which, where nothing is known of them: from both ends, as far as they are equal.

    What is between is paired byte by byte from its start. Spans of equal length are paired as they stand.
    """
    if x.length == y.length:
        return [(x.start, y.start, x.length)] if x.length else []
    shorter = min(x.length, y.length)
    left = np.frombuffer(a, dtype=np.uint8, count=x.length, offset=x.start) if x.length else np.zeros(0, np.uint8)
    right = np.frombuffer(b, dtype=np.uint8, count=y.length, offset=y.start) if y.length else np.zeros(0, np.uint8)
    tail = _equal(left[::-1][:shorter], right[::-1][:shorter])
    runs = [(x.start, y.start, shorter - tail), (x.end - tail, y.end - tail, tail)]
    return [run for run in runs if run[2]]


def _equal(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> int:
    """How many bytes are equal from the start on."""
    unequal = np.flatnonzero(left != right)
    return int(unequal[0]) if len(unequal) else len(left)


def _share(x: _Side, y: _Side, partners: Sequence[Run]) -> None:
    """Partners have one owner; what has none is unexplained."""
    for at, to, n in partners:
        left, right = slice(at - x.start, at - x.start + n), slice(to - y.start, to - y.start + n)
        take = y.kind[right] != 0
        x.kind[left][take] = y.kind[right][take]
        x.owner[left][take] = y.owner[right][take]
        give = ~take & (x.kind[left] != 0)
        y.kind[right][give] = x.kind[left][give]
        y.owner[right][give] = x.owner[left][give]
    for side in (x, y):
        side.kind[side.differs & (side.kind == 0)] = _Class.UNEXPLAINED


def _classes(x: _Side, y: _Side, moved: int) -> Classes:
    left, right = (np.bincount(side.kind, minlength=len(_Class)).tolist() for side in (x, y))

    def sides(code: _Class) -> Sides:
        return Sides(left[code], right[code])

    return Classes(
        differing=Sides(int(np.count_nonzero(x.differs)), int(np.count_nonzero(y.differs))),
        root=sides(_Class.ROOT),
        payload=sides(_Class.PAYLOAD),
        input=sides(_Class.INPUT),
        consequence=sides(_Class.CONSEQUENCE),
        hash=sides(_Class.HASH),
        unexplained=sides(_Class.UNEXPLAINED),
        moved=Sides(moved, moved),
    )


def _stretches(kind: npt.NDArray[np.uint8], owner: npt.NDArray[np.uint32]) -> list[tuple[int, int, int, int]]:
    """Runs of one class and owner: start, end, class, owner; equal bytes left out."""
    if not len(kind):
        return []
    cut = np.flatnonzero((kind[1:] != kind[:-1]) | (owner[1:] != owner[:-1])) + 1
    starts = np.concatenate(([0], cut))
    ends = np.concatenate((cut, [len(kind)]))
    columns = (starts.tolist(), ends.tolist(), kind[starts].tolist(), owner[starts].tolist())
    return [item for item in zip(*columns, strict=True) if item[2]]


def _true(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of True."""
    if not flags.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _folded(rows: Iterable[_Row]) -> list[SectionRow]:
    """Neighbouring rows of equal members become one."""
    out: list[_Row] = []
    for item in rows:
        before = out[-1] if out else None
        if before is not None and before.last is not None and item.last is not None and _touch(before.row, item.row):
            row = before.row
            name = before.first if before.first == item.last else f"{before.first} to {item.last}"
            joined = replace(
                row,
                name=name,
                a=_extended(row.a, item.row.a),
                b=_extended(row.b, item.row.b),
                classes=_sum((row.classes, item.row.classes)),
            )
            out[-1] = _Row(before.first, item.last, joined)
        else:
            out.append(item)
    return [item.row for item in out]


def _touch(left: SectionRow, right: SectionRow) -> bool:
    if left.a is None or left.b is None or right.a is None or right.b is None:
        return False
    return sum(left.a) == right.a[0] and sum(left.b) == right.b[0]


def _extended(left: tuple[int, int] | None, right: tuple[int, int] | None) -> tuple[int, int] | None:
    return (left[0], left[1] + right[1]) if left is not None and right is not None else None


def _row_order(row: SectionRow) -> tuple[bool, tuple[int, int], tuple[int, int]]:
    return row.a is None, row.a or (0, 0), row.b or (0, 0)


def _sum(many: Iterable[Classes]) -> Classes:
    names = ("differing", "root", "payload", "input", "consequence", "hash", "unexplained", "moved", "contradicted")
    totals = {name: [0, 0] for name in names}
    for classes in many:
        for name, total in totals.items():
            count: Sides = getattr(classes, name)
            total[0] += count.a
            total[1] += count.b
    return Classes(*(Sides(*totals[name]) for name in names))
