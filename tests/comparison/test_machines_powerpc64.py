"""PowerPC code of 64 bits by hand; encodings by GNU as 2.40. Code stands at 0x10000."""

from __future__ import annotations

from elfdiff.comparison.code.machines import powerpc64

PROLOGUE = "02004c3c" + "00804238"  # addis r2, r12, 2; addi r2, r2, -0x8000
GOT = 0x10000 + 0x20000 - 0x8000 - 0x8000


def test_functions_begin_with_the_address_of_the_table(piece, meant) -> None:  # type: ignore[no-untyped-def]
    assert meant(powerpc64.references(piece(PROLOGUE))) == {0: GOT, 4: GOT}


def test_halves_from_there(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # addis r3, r2, -2; addi r3, r3, 16; ld r4, 8(r3)
    found = meant(powerpc64.references(piece(PROLOGUE + "feff623c" + "10006338" + "080083e8")))
    assert found[8] == found[12] == GOT + 0x8000 - 0x20000 + 16
    # After ADDI the register holds the address: the load's number is an offset.
    assert 16 not in found


def test_loads_of_doublewords_keep_the_bits_of_their_opcode(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # ld r12, -32752(r2); lwa r3, 10(r2) is ld with 2 in the lowest bits
    assert meant(powerpc64.references(piece(PROLOGUE + "108082e9")))[8] == GOT + 16
    assert powerpc64.LOW14.mask & 3 == 0


def test_without_a_prologue_nothing_is_known_of_the_table(piece, meant) -> None:  # type: ignore[no-untyped-def]
    assert meant(powerpc64.references(piece("feff623c" + "10006338" + "01100048"))) == {8: 0x10008 + 0x1000}


def test_padding() -> None:
    assert powerpc64.is_padding(bytes.fromhex("00000060" + "00000000"), 0)
    assert not powerpc64.is_padding(bytes.fromhex("2000804e"), 0)
