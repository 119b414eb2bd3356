"""Fill between functions: every style makes what assemblers and linkers were seen to make."""

from __future__ import annotations

import pytest
from iced_x86 import Decoder, Mnemonic

from elfdiff.accounting.fillers import LONGEST, fill, styles_of


@pytest.mark.parametrize(
    ("style", "length", "made"),
    [
        ("nop:11", 15, "66662e0f1f8400000000000f1f4000"),
        ("nop:10", 15, "662e0f1f8400000000000f1f440000"),
        ("nop:15", 15, "6666666666662e0f1f840000000000"),
        ("nop:2", 5, "6690669090"),
        ("nop:11", 12, "66662e0f1f84000000000090"),
        ("repeat:cc", 3, "cccccc"),
        ("repeat:1f2003d5", 8, "1f2003d51f2003d5"),
    ],
)
def test_seen_in_real_files(style, length, made):
    """GNU as, GNU ld (also for i386), gold, all of binutils 2.40; LLD 14; GNU as for AArch64."""
    assert fill(style, length) == bytes.fromhex(made)


@pytest.mark.parametrize("most", LONGEST["nop"])
@pytest.mark.parametrize("length", range(1, 33))
def test_nothing_but_nops_of_the_whole_length(most, length):
    made = fill(f"nop:{most}", length)
    assert made is not None
    found = list(Decoder(64, made))
    assert sum(len(made[i.ip : i.next_ip]) for i in found) == len(made) == length
    assert {i.mnemonic for i in found} == {Mnemonic.NOP}


def test_a_style_is_known_by_what_it_makes():
    assert "nop:11" in styles_of(bytes.fromhex("66662e0f1f84000000000090"))
    assert "nop:10" not in styles_of(bytes.fromhex("66662e0f1f84000000000090"))
    assert styles_of(bytes(5)) == {"repeat:00"}
    assert styles_of(bytes.fromhex("554889e5")) == {"repeat:554889e5"}


@pytest.mark.parametrize("style", ["", "nop:12", "nop:x", "repeat:", "repeat:zz", "other:1"])
def test_no_style(style):
    assert fill(style, 4) is None


def test_a_unit_does_not_fill_what_it_does_not_divide():
    assert fill("repeat:1f2003d5", 6) is None
