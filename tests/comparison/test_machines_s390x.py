"""z/Architecture code by hand; encodings by GNU as 2.40."""

from __future__ import annotations

from elfdiff.comparison.code.machines import s390x


def test_relative_long(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # brasl %r14, .+0x1000; larl %r1, .-8; lgrl %r1, .-12
    found = meant(s390x.references(piece("c0e500000800" + "c010fffffffc" + "c418fffffffa")))
    assert found == {2: 0x11000, 8: 0x10006 - 8, 14: 0x1000C - 12}


def test_short_branches(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # nopr; j .-0x12; cgrje %r1, %r2, .-0x16
    found = meant(s390x.references(piece("0700" + "a7f4fff7" + "ec12fff58064")))
    assert found == {4: 0x10002 - 0x12, 8: 0x10006 - 0x16}


def test_cut_short(piece) -> None:  # type: ignore[no-untyped-def]
    assert s390x.references(piece("c0e50000")).spread == ()


def test_padding() -> None:
    assert s390x.is_padding(bytes.fromhex("070707004700000007"[:16]), 0)
    assert not s390x.is_padding(bytes.fromhex("07fe"), 0)  # br %r14
