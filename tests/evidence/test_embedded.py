"""Times in headers of archives that are compiled in, and holes in records."""

from __future__ import annotations

import random
import struct

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.embedded import extract
from elfdiff.evidence.model import EmbeddedTimeChange, HolesChange


@pytest.fixture
def facts(make, part):
    """``facts(a, b)``: what is seen between two .rodata sections."""

    def of(a, b):
        files = [make([part(".rodata", data, flags=2)]) for data in (a, b)]
        return list(extract(compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True)))))

    return of


def gzip(seconds: int, flags: int = 8) -> bytes:
    return b"\x1f\x8b\x08" + bytes((flags,)) + struct.pack("<I", seconds) + b"\0\x03name\0"


def test_data_of_go_without_pointers_are_read_too(make, part):
    files = [make([part(".noptrdata", gzip(seconds), flags=3)]) for seconds in (1704416523, 1795414543)]
    (change,) = extract(compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True))))
    assert (change.kind, change.section) == ("gzip", ".noptrdata")


def test_the_time_in_a_gzip_header(facts):
    (change,) = facts(b"head" + gzip(1704416523), b"head" + gzip(1795414543))
    assert isinstance(change, EmbeddedTimeChange)
    assert (change.kind, change.a_value, change.b_value, change.a.length) == ("gzip", 1704416523, 1795414543, 4)
    assert facts(gzip(1), gzip(1)) == []
    assert facts(gzip(1), gzip(2, flags=0)) == []
    assert facts(gzip(1), b"no archive at all!") == []


def records(seed: int, count: int = 12) -> bytes:
    """struct { int id; short kind; /* 2 bytes of padding */ double value; }"""
    noise = random.Random(seed)
    return b"".join(
        struct.pack("<ih", n, n % 3) + bytes(noise.randrange(256) for _ in range(2)) + struct.pack("<d", n)
        for n in range(count)
    )


def test_bytes_that_no_member_holds(facts):
    (change,) = facts(records(1), records(2))
    assert isinstance(change, HolesChange)
    assert (change.period, change.holes, change.records) == (8, ((6, 8),), 12)
    assert sum(a.length for a, _ in change.spans) >= 20


def test_members_that_changed_are_no_holes(facts):
    numbers = [b"".join(struct.pack("<Q", n * k % 9973) for n in range(1, 40)) for k in (7, 11)]
    assert facts(*numbers) == []
    assert facts(records(1, count=3), records(2, count=3)) == []
    texts = [
        b"".join(b"%-7s\0" % word for word in words)
        for words in ([b"aalpha", b"abeta"] * 4, [b"agamma", b"adelta"] * 4)
    ]
    assert facts(*texts) == []


def test_numbers_that_differ_in_some_of_their_bytes_are_no_holes(facts):
    doubles = [b"".join(struct.pack("<d", 1 / (n + shift)) for n in range(12)) for shift in (3, 5)]
    assert facts(*doubles) == []
    middle = [b"".join(struct.pack("<Q", 0x40000000000000FF | (n * k) << 8) for n in range(1, 12)) for k in (977, 4099)]
    assert facts(*middle) == []


def entries(milliseconds, count=5, step=0):
    """Entries of Qt's resource tree, format 2, of 22 bytes."""
    return b"".join(struct.pack(">IHHHIQ", 24 * n, 0, 0, 1, 40 * n, milliseconds + step * n) for n in range(count))


def test_times_in_a_table_of_resources(facts):
    found = facts(entries(1_726_480_000_000), entries(1_726_481_834_517))
    assert [(item.kind, item.a_value) for item in found] == [("Qt", 1_726_480_000_000)] * 5
    assert facts(entries(1_726_480_000_000), entries(5_000)) == []
