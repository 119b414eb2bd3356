from __future__ import annotations

from elfdiff.causes.source_change import detect as source_change
from elfdiff.causes.uninitialised_memory import detect as uninitialised_memory
from elfdiff.evidence.model import DataChange, HolesChange, LoneSectionChange


def test_bytes_cannot_tell_it_so_nothing_is_claimed_and_the_page_says_so(seen, ask):
    assert ask(uninitialised_memory, seen.given(DataChange(symbol="table", size=64))) == {}
    assert "cannot tell" in uninitialised_memory.doc


def holes(records):
    return HolesChange(section=".rodata", period=16, holes=((10, 16),), records=records)


def test_holes_of_many_records_are_likely_padding(seen, ask):
    face = "uninitialized-memory-in-data"
    assert ask(uninitialised_memory, seen.given(holes(12))) == {face: "likely"}
    assert ask(source_change, seen.given(holes(12), LoneSectionChange(name=".rodata"))) == {}
    assert ask(uninitialised_memory, seen.given(holes(5))) == {face: "possible"}
    assert ask(uninitialised_memory, seen.given(holes(12), seen.text("one text", "two texts"))) == {}
    assert ask(uninitialised_memory, seen.given(holes(12), seen.function("main"))) == {}
