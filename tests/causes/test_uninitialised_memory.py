from __future__ import annotations

from elfdiff.causes.uninitialised_memory import detect as uninitialised_memory
from elfdiff.evidence.model import DataChange


def test_bytes_cannot_tell_it_so_nothing_is_claimed_and_the_page_says_so(seen, ask):
    assert ask(uninitialised_memory, seen.given(DataChange(symbol="table", size=64))) == {}
    assert "cannot tell" in uninitialised_memory.doc
