"""The ledger that claims nothing: for the pair that the accountant could not work out."""

from __future__ import annotations

import numpy as np

from elfdiff.report import Classes, Ledger, OwnedRun, SectionRow, Sides, UnexplainedSpan

MAX_SPANS = 1000


def plain_ledger(a: bytes, b: bytes) -> Ledger:
    """Bytes compared at equal offsets; all that differ are unexplained, and what one file has behind the other's
    end."""
    length = min(len(a), len(b))
    differs = np.frombuffer(a, np.uint8, length) != np.frombuffer(b, np.uint8, length)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], differs.astype(np.int8), [0]))))
    spans = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    counts: list[int] = []
    runs: list[OwnedRun] = []
    for side, size in (("a", len(a)), ("b", len(b))):
        own = [*spans, *([(length, size)] if size > length else [])]
        counts.append(sum(end - start for start, end in own))
        runs += [OwnedRun(side, start, end - start, None, "unexplained", (), "not worked out") for start, end in own]
    total = Classes(differing=Sides(*counts), unexplained=Sides(*counts))
    row = SectionRow("the whole file", (0, len(a)), (0, len(b)), "changed", (), total)
    shown = [UnexplainedSpan(None, (start, end - start), (start, end - start)) for start, end in spans[:MAX_SPANS]]
    return Ledger(total, (row,), tuple(runs), (), tuple(shown))
