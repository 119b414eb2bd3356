"""Functions that hold the same constants and call as often, though they have other instructions."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from elfdiff.evidence.functions import _substance
from elfdiff.span import Span

MOV_7_ADD_40 = "b807000000 83c040 c3"
ADD_40_MOV_7_FRAME = "55 4889e5 83c040 b807000000 488945f8 5d c3"
MOV_9_ADD_40 = "b809000000 83c040 c3"
MOV_7_LEA_44 = "b807000000 8d4744 83c040 c3"
WITH_XOR = "b807000000 83c040 31d8 c3"
WITH_CALL = "b807000000 e800000000 83c040 c3"


def substance(code: str):
    data = bytes.fromhex(code)
    elf = SimpleNamespace(
        header=SimpleNamespace(machine=62), data=data, byte_order="little", elf_class=64, sections=(), symbols=()
    )
    return _substance(elf, Span(0, len(data)))


def test_registers_frames_and_order_do_not_count():
    assert substance(MOV_7_ADD_40) == substance(ADD_40_MOV_7_FRAME)


@pytest.mark.parametrize("other", [MOV_9_ADD_40, WITH_CALL, MOV_7_LEA_44, WITH_XOR])
def test_another_constant_or_a_call_does(other):
    assert substance(MOV_7_ADD_40) != substance(other)
