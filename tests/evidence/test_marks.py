"""Build attributes of ARM and RISC-V, as bytes and as facts."""

from __future__ import annotations

import struct

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.marks import attributes, extract
from elfdiff.evidence.model import AttributesChange

TEXTS = frozenset({4, 5, 67})


def section(values: bytes, vendor: bytes = b"aeabi", order: str = "<") -> bytes:
    body = vendor + b"\0" + b"\1" + struct.pack(f"{order}I", 5 + len(values)) + values
    return b"A" + struct.pack(f"{order}I", 4 + len(body)) + body


def test_numbers_and_texts_of_the_whole_file():
    values = bytes((5,)) + b"7-A\0" + bytes((6, 10, 10, 3, 0x2C, 0x81, 1))
    assert attributes(section(values), "little", TEXTS) == {5: "7-A", 6: "10", 10: "3", 44: "129"}
    assert attributes(section(values, order=">"), "big", TEXTS)[10] == "3"


def test_what_is_cut_short_or_no_attributes_yields_nothing_or_less():
    whole = section(bytes((5,)) + b"7-A\0" + bytes((10, 3)))
    for size in range(len(whole)):
        attributes(whole[:size], "little", TEXTS)
    assert attributes(b"", "little", TEXTS) == {}
    assert attributes(b"B" + whole[1:], "little", TEXTS) == {}


def test_an_attribute_that_differs(make, part):
    name = ".riscv.attributes"
    files = [make([part(name, section(bytes((4, 16, 5)) + arch + b"\0", b"riscv"))]) for arch in (b"rv64i", b"rv64gc")]
    facts = list(extract(compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True)))))
    assert [(fact.name, fact.a_value, fact.b_value) for fact in facts if isinstance(fact, AttributesChange)] == [
        ("arch", "rv64i", "rv64gc")
    ]
