"""RISC-V code by hand; encodings by GNU as 2.40."""

from __future__ import annotations

from elfdiff.comparison.code.machines import riscv64

AUIPC = "17250100"  # auipc a0, 0x12
LOAD = "83350580"  # ld a1, -2048(a0)
STORE = "233ab500"  # sd a1, 20(a0)


def test_the_lower_part_counts_from_auipc(piece, meant) -> None:  # type: ignore[no-untyped-def]
    found = riscv64.references(piece(AUIPC + LOAD + STORE))
    assert meant(found) == {0: 0x10000 + 0x12000 - 2048, 4: 0x10000 + 0x12000 - 2048, 8: 0x10000 + 0x12000 + 20}
    lower = [s for s in found.spread if s.base == "place"]
    bases = {at: extra for s in lower for at, extra in zip(s.at.tolist(), s.extra.tolist(), strict=True)}
    assert bases == {4: 0x10000, 8: 0x10000}


def test_compressed_instructions_keep_step(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # nop (2 bytes); auipc; mv a0, a1 (2 bytes) overwrites it; ld
    assert not meant(riscv64.references(piece("0100" + AUIPC + "2e85" + LOAD)))
    # c.j .-0x16; c.beqz a0, .-0x18
    assert meant(riscv64.references(piece("edb7" + "65d5"))) == {0: 0x10000 - 0x16, 2: 0x10002 - 0x18}


def test_branches(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # jal .+0xffe; beq a0, a1, .-0x12
    assert meant(riscv64.references(piece("ef00f07f" + "e307b5fe"))) == {0: 0x10FFE, 4: 0x10004 - 0x12}


def test_cut_short(piece) -> None:  # type: ignore[no-untyped-def]
    assert riscv64.references(piece("1725")).spread == ()
