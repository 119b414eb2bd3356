"""PowerPC code by hand; encodings by GNU as 2.40."""

from __future__ import annotations

from elfdiff.comparison.code.machines import powerpc

LIS = "3d201001"  # lis r9, 0x1001
ADDI = "39298000"  # addi r9, r9, -0x8000
LOAD = "80690010"  # lwz r3, 16(r9)


def test_halves_in_fixed_code(piece, meant) -> None:  # type: ignore[no-untyped-def]
    assert meant(powerpc.references(piece(LIS + ADDI, absolute=True))) == {0: 0x10008000, 4: 0x10008000}
    # After ADDI the register holds the address: the load's number is an offset.
    assert 8 not in meant(powerpc.references(piece(LIS + ADDI + LOAD, absolute=True)))
    assert meant(powerpc.references(piece(LIS + LOAD, absolute=True)))[4] == 0x10010010


def test_where_got2_is(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # bcl 20, 31, .+4; mflr r30; addis r30, r30, 7; addi r30, r30, 22308: the label, 0x75724 on, less the bias
    found = meant(powerpc.references(piece("429f0005" + "7fc802a6" + "3fde0007" + "3bde5724")))
    assert found == {8: 0x10004 + 0x75724 - 0x8000, 12: 0x10004 + 0x75724 - 0x8000}


def test_branches(piece, meant) -> None:  # type: ignore[no-untyped-def]
    assert meant(powerpc.references(piece("48001001" + "4182fffc"))) == {0: 0x11000, 4: 0x10000}
