from __future__ import annotations

from elfdiff.causes.memory_layout import detect as memory_layout
from elfdiff.evidence.model import PathPlace, SplitUnitIdChange, WordKind

FACE = "aslr-pointer-order"


def test_a_printed_address_of_user_space_is_proof(seen, ask):
    text = seen.text("<Parser object at 0x7f3a5c1d2e90>", "<Parser object at 0x7f91b8406e90>")
    assert ask(memory_layout, seen.given(text)) == {FACE: "certain"}
    word = seen.word(WordKind.OTHER, "0x55d0c6f2a2a0", "0x5601aa13f2a0", "table at 0x55d0c6f2a2a0")
    assert ask(memory_layout, seen.given(word)) == {FACE: "certain"}


def test_gccs_addresses_may_be_left_where_the_directory_is_hashed_too(seen, ask):
    split = SplitUnitIdChange(count=4, total=4, alone=False)
    moved = seen.path("/w/a", "/w/b", where=PathPlace.DEBUG_DIRECTORY)
    gcc = {"a_tools": (("gcc", "12.2.0"),), "b_tools": (("gcc", "12.2.0"),)}
    assert ask(memory_layout, seen.given(split, moved, **gcc)) == {FACE: "possible"}
    assert ask(memory_layout, seen.given(split, moved, seen.function("main"), **gcc)) == {}
    assert ask(memory_layout, seen.given(split, moved, a_tools=(("clang", "14.0.6"),))) == {}


def test_other_numbers_are_no_addresses(seen, ask):
    assert ask(memory_layout, seen.given(seen.text("mask 0x7f00ff", "mask 0x7f01ff"))) == {}
    assert ask(memory_layout, seen.given(seen.text("at 0x7f3a5c1d2e90", "near 0x7f91b8406e90"))) == {}
    assert ask(memory_layout, seen.given(seen.text("at 0x7f3a5c1d2e90", None))) == {}


def test_ids_of_split_units_alone_are_gccs_addresses(seen, ask):
    def split(count, alone=True):
        return SplitUnitIdChange(count=count, total=6, alone=alone)

    gcc = {"a_tools": (("gcc", "12.2.0"),), "b_tools": (("gcc", "12.2.0"),)}
    assert ask(memory_layout, seen.given(split(3), **gcc)) == {FACE: "likely"}
    assert ask(memory_layout, seen.given(split(6), **gcc)) == {FACE: "possible"}
    assert ask(memory_layout, seen.given(split(3, alone=False), **gcc)) == {}
    assert ask(memory_layout, seen.given(split(3), a_tools=(("clang", "14.0.6"), ("gcc", "12.2.0")))) == {}
