"""A source named ./x.c on one side and x.c on the other."""

from __future__ import annotations

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.spelled import extract


@pytest.fixture
def facts(make, part):
    def of(a, b):
        files = [make([part(".rodata", data, flags=2)]) for data in (a, b)]
        pair = compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True)))
        return [(fact.a.value, fact.b.value) for fact in extract(pair)]

    return of


def test_a_leading_dot_is_another_spelling(facts):
    assert facts(b"f != NULL\0./src/x.c\0", b"f != NULL\0src/x.c\0") == [("./src/x.c", "src/x.c")]
    assert facts(b"f != NULL\0src/x.c\0", b"f != NULL\0./src/x.c\0") == [("src/x.c", "./src/x.c")]


def test_both_names_on_a_side_or_another_name_are_none(facts):
    assert facts(b"./src/x.c\0src/x.c\0", b"src/x.c\0") == []
    assert facts(b"./src/x.c\0", b"src/y.c\0") == []
    assert facts(b"./src/x.c\0", b"./src/x.c\0") == []
