"""How many texts two files share."""

from __future__ import annotations

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.shared import extract


@pytest.fixture
def totals(make, part):
    def of(a, b):
        files = [make([part(".rodata", b"\0".join(side) + b"\0", flags=2)]) for side in (a, b)]
        return [
            (item.common, item.a_only, item.b_only)
            for item in extract(compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True))))
        ]

    return of


def test_texts_of_two_programs(totals):
    ours = [b"message number %d of ls" % n for n in range(9)]
    theirs = [b"message number %d of cp" % n for n in range(5)]
    assert totals([*ours, b"memory exhausted"], [*theirs, b"memory exhausted"]) == [(1, 9, 5)]


def test_nothing_is_said_of_what_is_mostly_alike(totals):
    same = [b"message number %d" % n for n in range(9)]
    assert totals([*same, b"usage: a FILE"], [*same, b"usage: b FILE"]) == []
    assert totals([b"ab\x01c"], [b"de\x01f"]) == []
