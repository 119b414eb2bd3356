from __future__ import annotations

from elfdiff.causes.memory_layout import detect as memory_layout
from elfdiff.evidence.model import WordKind

FACE = "aslr-pointer-order"


def test_a_printed_address_of_user_space_is_proof(seen, ask):
    text = seen.text("<Parser object at 0x7f3a5c1d2e90>", "<Parser object at 0x7f91b8406e90>")
    assert ask(memory_layout, seen.given(text)) == {FACE: "certain"}
    word = seen.word(WordKind.OTHER, "0x55d0c6f2a2a0", "0x5601aa13f2a0", "table at 0x55d0c6f2a2a0")
    assert ask(memory_layout, seen.given(word)) == {FACE: "certain"}


def test_other_numbers_are_no_addresses(seen, ask):
    assert ask(memory_layout, seen.given(seen.text("mask 0x7f00ff", "mask 0x7f01ff"))) == {}
    assert ask(memory_layout, seen.given(seen.text("at 0x7f3a5c1d2e90", "near 0x7f91b8406e90"))) == {}
    assert ask(memory_layout, seen.given(seen.text("at 0x7f3a5c1d2e90", None))) == {}
