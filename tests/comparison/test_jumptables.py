"""What is no jump table: a vector of equal parts that happens to lead into code."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.references.code import _Tables


def numbers(*values):
    return np.array(values, dtype=np.int64)


def test_a_table_leads_to_several_places():
    """Adler-32's 65521, four times over, 16 bytes that miniz_oxide loads at once, behind a switch of three cases."""
    switch, vector = (900, 940, 900), (65521, 65521, 65521, 65521)
    tables = _Tables(
        at=np.arange(7, dtype=np.int64) * 4, goal=numbers(*switch, *vector), base=np.zeros(7, dtype=np.int64),
        first=numbers(0, 3), count=numbers(3, 4),
    )  # fmt: skip
    assert tables.several().tolist() == [3, 0]
    assert tables.cut(tables.several()).goal.tolist() == list(switch)
    assert tables.cut(numbers(0, 0)).several().tolist() == []
