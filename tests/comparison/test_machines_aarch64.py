"""AArch64 code by hand; encodings by GNU as 2.40."""

from __future__ import annotations

from elfdiff.comparison.code.machines import aarch64

ADRP_X0 = "00000090"  # adrp x0, this page
ADD_123 = "008c0491"  # add x0, x0, #0x123
LDR_48 = "012440f9"  # ldr x1, [x0, #0x48]


def test_two_halves_make_one_address(piece, meant) -> None:  # type: ignore[no-untyped-def]
    found = meant(aarch64.references(piece(ADRP_X0 + ADD_123, 0x12340)))
    assert found == {0: 0x12123, 4: 0x12123}


def test_scaled_load(piece, meant) -> None:  # type: ignore[no-untyped-def]
    assert meant(aarch64.references(piece(ADRP_X0 + LDR_48, 0x12340)))[4] == 0x12048


def test_an_overwritten_register_is_forgotten(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # After add x0, x0, #… the register holds the whole address: what follows is an offset into an object.
    assert 8 not in meant(aarch64.references(piece(ADRP_X0 + ADD_123 + LDR_48)))
    # mov x26, x0 overwrites x26: adrp x26; mov x26, x0; add x19, x26, #2.
    assert 8 not in meant(aarch64.references(piece("1a000090" + "fa0300aa" + "530b0091")))
    # blr x3 may overwrite x0.
    assert 8 not in meant(aarch64.references(piece(ADRP_X0 + "60003fd6" + ADD_123)))


def test_branches(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # bl .+0x1000; cbz x1, .-16; tbz w2, #3, .-20; adr x3, .+0xe9
    found = meant(aarch64.references(piece("00040094" + "81ffffb4" + "62ff1f36" + "43070030")))
    assert found == {0: 0x11000, 4: 0x10004 - 16, 8: 0x10008 - 20, 12: 0x1000C + 0xE9}


def test_halves_meet_across_a_branch(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # adrp x0; b over ret; ret; add x0, x0, #0x123
    found = meant(aarch64.references(piece(ADRP_X0 + "02000014" + "c0035fd6" + ADD_123)))
    assert found[12] == 0x10123


def test_padding() -> None:
    assert aarch64.is_padding(bytes.fromhex("1f2003d5"), 0)
    assert not aarch64.is_padding(bytes.fromhex("c0035fd6"), 0)
