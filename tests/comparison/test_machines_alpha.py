"""Alpha code by hand; encodings by GNU as 2.40. Code stands at 0x10000."""

from __future__ import annotations

from elfdiff.comparison.code.machines import alpha

PROLOGUE = "0200bb27" + "807bbd23"  # ldah gp, 2(t12); lda gp, 31616(gp)
GOT = 0x10000 + 0x20000 + 31616 - 0x8000


def test_the_global_pointer_of_a_function(piece, meant) -> None:  # type: ignore[no-untyped-def]
    assert meant(alpha.references(piece(PROLOGUE))) == {0: GOT, 4: GOT}


def test_the_global_pointer_of_a_return(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # ldah gp, 2(ra) 8 bytes on, clr v0, lda gp, 31608(gp)
    found = meant(alpha.references(piece(PROLOGUE + "0200ba27" + "0004ff47" + "787bbd23")))
    assert found == {0: GOT, 4: GOT, 8: GOT, 16: GOT}


def test_halves_and_slots_from_there(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # ldq t12, -32760(gp); ldah a0, -2(gp); lda a0, -30915(a0)
    found = meant(alpha.references(piece(PROLOGUE + "08807da7" + "feff1d26" + "3d871022")))
    assert found[8] == GOT + 8
    assert found[12] == found[16] == GOT + 0x8000 - 0x20000 - 30915


def test_branches_count_from_the_next_instruction(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # beq t0, .+0x30; bsr ra, .+0x19c
    assert meant(alpha.references(piece("0b0020e4" + "660040d3"))) == {0: 0x10030, 4: 0x101A0}


def test_padding() -> None:
    assert alpha.is_padding(bytes.fromhex("0000fe2f" + "1f04ff47" + "00000000"), 0)
    assert not alpha.is_padding(bytes.fromhex("0180fa6b"), 0)
