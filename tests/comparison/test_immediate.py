"""Numbers spread over an instruction's bits. Encodings by GNU as 2.40."""

from __future__ import annotations

import numpy as np
import pytest

from elfdiff.comparison.code.machines import aarch64, arm, powerpc, riscv64, s390x
from elfdiff.elf.immediate import Immediate, parsed


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


@pytest.mark.parametrize(
    ("immediate", "word", "number"),
    [
        (aarch64.BRANCH26, 0x94000400, 0x1000),  # bl .+0x1000
        (aarch64.BRANCH19, 0xB4FFFF81, -16),  # cbz x1, .-16
        (aarch64.BRANCH14, 0x361FFF62, -20),  # tbz w2, #3, .-20
        (aarch64.ADR, 0x30000743, 0x101 - 0x18),  # adr x3, .+0xe9
        (riscv64.JUMP, 0x7FF000EF, 0xFFE),  # jal .+0xffe
        (riscv64.CONDITIONAL, 0xFEB507E3, -0x12),  # beq a0, a1, .-0x12
        (riscv64.SHORT_JUMP, 0xB7ED, -0x16),  # c.j .-0x16
        (riscv64.SHORT_CONDITIONAL, 0xD565, -0x18),  # c.beqz a0, .-0x18
        (s390x.LONG, 0xFFFFFFFC, -8),  # larl %r1, .-8
        (arm.BRANCH24, 0xEB0003FE, 0x1000 - 8),  # bl .+0x1000
        (arm.EXCHANGE24, 0xFB0003FC, 0x1002 - 8 - 8),  # blx .+0xffa
        (arm.THUMB_CALL, 0xFFFEF000, 0x1000 - 4),  # bl .+0x1000, halfwords f000 fffe
        (arm.THUMB_CALL, 0xF7FCF7FF, -0x400000 - 8),  # bl .-0x400004: both J bits are inverted
        (arm.THUMB_EXCHANGE, 0xEFF8F000, 0x1000 - 16),  # blx .+0xff4
        (powerpc.BRANCH24, 0x48001001, 0x1000),  # bl .+0x1000
        (powerpc.BRANCH14, 0x4182FFFC, -4),  # beq .-4
    ],
)
def test_numbers_of_real_instructions(immediate: Immediate, word: int, number: int) -> None:
    assert immediate.take(ints(word)).tolist() == [number]
    assert immediate.put(ints(word), ints(number)).tolist() == [word]


def test_put_leaves_other_bits_alone() -> None:
    # bl +0x1000 becomes bl -4: 0x97ffffff.
    assert aarch64.BRANCH26.put(ints(0x94000400), ints(-4)).tolist() == [0x97FFFFFF]
    # lis r9 with an address whose lower half is negative is one more.
    assert powerpc.HIGH.put(ints(0x3D200000), ints(0x10018000)).tolist() == [0x3D201002]


def test_text_comes_back() -> None:
    for immediate in (aarch64.ADRP, arm.THUMB_CALL, riscv64.HIGH, powerpc.BIASED_LOW, arm.WORD):
        assert parsed(str(immediate)) == immediate


@pytest.mark.parametrize(
    "text", ["", "4", "3+0 0:0:8", "4+0 30:0:8", "4+0 0:60:8", "4+0 0:0:8 40^3", "4+0 0:0:0", "4+x 0:0:1"]
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an immediate"):
        parsed(text)
