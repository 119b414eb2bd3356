"""Instruction sets of bytes of machine code."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from elfdiff.comparison.code.functions import FunctionMatch, FunctionStatus
from elfdiff.evidence.instructions import extract, sets
from elfdiff.span import Span


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("4889e5 660f6fc1 0f58c1", set()),  # mov, movdqa, addps: the baseline
        ("c5fdfec0", {"AVX2"}),  # vpaddd ymm
        ("c4e27dbcc0", {"FMA"}),  # vfnmadd231ps
        ("f30fb8c0 c4e278f7c0", {"POPCNT", "BMI1"}),  # popcnt, bextr
        ("f30fbcc0", set()),  # tzcnt, or rep bsf to older CPUs
        ("f30f1efa 0fa2", set()),  # endbr64, cpuid
        ("", set()),
    ],
)
def test_sets(code, expected):
    assert sets(bytes.fromhex(code), 64) == expected


def test_a_function_that_changed_beyond_recognition_is_read_too():
    """-march=native rewrote it so far that it was not aligned: removed from a, added to b, under one name."""
    plain, vector = bytes.fromhex("4889e5 660f6fc1 0f58c1 c3"), bytes.fromhex("c5fdfec0 c5fdfec0 c3")

    def elf(code):
        return SimpleNamespace(header=SimpleNamespace(machine=62), data=code)

    def match(status, a, b):
        return FunctionMatch(
            name="walk",
            section=".text",
            a_span=Span(0, len(plain)) if a else None,
            b_span=Span(0, len(vector)) if b else None,
            a_address=a,
            b_address=b,
            status=status,
            how="name",
        )

    matches = (match(FunctionStatus.REMOVED, 4096, None), match(FunctionStatus.ADDED, None, 4096))
    (fact,) = extract(SimpleNamespace(a=elf(plain), b=elf(vector), function_matches=matches))
    assert (fact.a_only, fact.b_only, fact.count, fact.total) == ((), ("AVX2",), 1, 1)
