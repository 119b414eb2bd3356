"""ARM and Thumb-2 code by hand; encodings by GNU as 2.40."""

from __future__ import annotations

from elfdiff.comparison.code.machines import arm

FILL = "0000a0e1" * 4  # mov r0, r0


def test_literal_with_the_program_counter(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # ldr r1, [pc, #4]; add r1, pc, r1; bx lr; .word 0x1000
    found = meant(arm.references(piece("04109fe5" + "01108fe0" + "1eff2fe1" + "00100000")))
    assert found == {12: 0x10004 + 8 + 0x1000}


def test_thumb_literal(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # ldr r1, [pc, #4]; add r1, pc; bx lr; nop; .word 0x1000
    found = meant(arm.references(piece("0149" + "7944" + "7047" + "00bf" + "00100000")))
    assert found == {8: 0x10002 + 4 + 0x1000}


def test_branches_of_either_kind(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # bl .+0x1000; blx .+0xffa
    assert meant(arm.references(piece("fe0300eb" + "fc0300fb" + FILL))) == {0: 0x11000, 4: 0x10004 + 0xFFA}
    # bl .+0x1000; blx .+0xff4, from where 4 divides the address
    assert meant(arm.references(piece("00f0feff" + "00f0f8ef"))) == {0: 0x11000, 4: 0x10004 + 4 + 0xFF0}


def test_halves_only_in_fixed_code(piece, meant) -> None:  # type: ignore[no-untyped-def]
    halves = "4af6cd30" + "c5f27860"  # movw r0, #0xabcd; movt r0, #0x5678
    assert meant(arm.references(piece(halves, absolute=True))) == {0: 0x5678ABCD, 4: 0x5678ABCD}
    assert meant(arm.references(piece(halves))) == {}
