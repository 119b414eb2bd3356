"""Instruction sets of bytes of machine code."""

from __future__ import annotations

import pytest

from elfdiff.evidence.instructions import sets


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
