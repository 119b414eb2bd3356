"""Language data of exceptions: what it says of its own lengths is not believed."""

from __future__ import annotations

import pytest

from elfdiff.comparison.image import Image
from elfdiff.comparison.references.unwinding import _types
from elfdiff.elf.file import parse

HUGE = b"\xff\xff\xff\xff\xff\xff\xff\x7f"


@pytest.mark.parametrize("table", [HUGE, b"\x7f", b"\xff\x01"], ids=["huge", "past the end", "two bytes"])
def test_call_sites_that_reach_past_the_section_are_none(make, part, table):
    """omit, types of 4 bytes, base, encoding, then the length of the call sites (Itanium C++ ABI, LSDA header)."""
    data = b"\xff\x9b\x20\x01" + table + b"\1\2\3\4"
    elf = parse(make([part(".gcc_except_table", data, flags=2, address=0x1000)]), "a")
    section = elf.section(".gcc_except_table")
    assert section is not None
    assert _types(Image(elf), section, data, 0) == []


def test_an_action_that_the_section_cuts_off_is_none(make, part):
    """One call site, whose action is the last byte: the number of the next action would stand behind the section."""
    data = b"\xff\x9b\x08\x01\x04\1\1\1\1\1"
    elf = parse(make([part(".gcc_except_table", data, flags=2, address=0x1000)]), "a")
    section = elf.section(".gcc_except_table")
    assert section is not None
    assert _types(Image(elf), section, data, 0) == []
