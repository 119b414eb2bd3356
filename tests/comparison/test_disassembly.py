"""The first instructions that differ, as people are shown them."""

from __future__ import annotations

import pytest

from elfdiff.comparison.code import disassembly


@pytest.fixture
def parted(monkeypatch):
    monkeypatch.setattr(disassembly, "_lines", lambda elf, span, names: elf)
    return lambda a, b: disassembly.first_differences(a, None, b, None)


def test_where_only_operands_differ_each_instruction_meets_its_own(parted):
    """The number of a's second line is that of b's first: three assertions, two lines further down."""
    a = ["push rbx", "mov edx, 0x24", "call …", "mov edx, 0x26", "call …", "ret"]
    b = ["push rbx", "mov edx, 0x26", "call …", "mov edx, 0x28", "call …", "ret"]
    assert parted(a, b) == (("mov edx, 0x24", "mov edx, 0x26"), ("mov edx, 0x26", "mov edx, 0x28"))


def test_an_instruction_that_is_new_is_shown_alone(parted):
    assert parted(["push rbx", "ret"], ["push rbx", "nop", "ret"]) == ((), ("nop",))
    assert parted(["ret"], ["ret"]) == parted([], ["ret"]) == ((), ())
