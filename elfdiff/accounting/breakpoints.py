"""Where the map from a to b changes its shift, and why."""

from __future__ import annotations

import bisect

from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.report import Breakpoint


def breakpoints(alignment: OneWay) -> tuple[Breakpoint, ...]:
    """One for each run of the file that stands at another distance than the run before it in b.

    The reason never comes from a reference: it is what lies between the two runs.
    """
    size = len(alignment.b.elf.data)
    runs = sorted((run for run in alignment.runs.triples() if run[1] < size), key=lambda run: run[1])
    starts = sorted((y.start, y.name) for _, y in alignment.pieces if y is not None)
    begins = [start for start, _ in starts]
    changes = [(change.b_at, change.a_at) for change in alignment.changes]
    out: list[Breakpoint] = []
    a_end = b_end = shift = 0
    for a, b, n in runs:
        if b - a != shift:
            out.append(Breakpoint(a, b, b - a, _reason(alignment, a_end, b_end, a, b, begins, starts, changes)))
            shift = b - a
        a_end, b_end = a + n, b + n
    return tuple(sorted(out, key=lambda point: (point.a, point.b)))


def _reason(
    alignment: OneWay,
    a_end: int,
    b_end: int,
    a: int,
    b: int,
    begins: list[int],
    starts: list[tuple[int, str]],
    changes: list[tuple[int, int]],
) -> str:
    index = bisect.bisect_right(begins, b) - 1
    if index >= 0 and starts[index][0] == b and b_end <= b:
        return f"{starts[index][1]} begins, aligned behind what stands before it"
    between = bisect.bisect_left(changes, (b_end - 4096, 0))
    for b_at, a_at in changes[between : between + 64]:
        if b_at > b:
            break
        if b_end <= b_at + 4096 and (a_end <= a_at + 4096) and b_at <= b and a_at <= a and a >= a_end:
            return "a rewrite changed the length of a text"
    if a < a_end:
        return "moved: stands further back in b's order"
    inserted, removed = b - b_end, a - a_end
    fill = alignment.b.data[b_end:b]
    gone = alignment.a.data[a_end:a]
    if removed <= 64 and inserted <= 64 and not any(fill) and not any(gone):
        return "alignment: other padding before what follows"
    if removed and inserted:
        return "moved or replaced: other contents stand before it"
    if inserted:
        return "contents that only b has stand before it" if removed == 0 else "moved"
    return "contents that only a has stood before it"
