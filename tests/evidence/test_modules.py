"""Facts about kernel modules written by hand."""

from __future__ import annotations

import struct

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.hashes import only_digests_differ
from elfdiff.evidence.model import ModuleInfoChange, ModuleVersionsChange
from elfdiff.evidence.modules import extract

ENTRIES = b"license=GPL\0alias=pci:1\0alias=pci:2\0vermagic=6.1.0-47 SMP \0"
END = b"~Module signature appended~\n"


def versions(*entries: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<Q56s", crc, name) for crc, name in entries)


def module(make, part, info=ENTRIES, sums=b"", tail=b"", build_id=b""):
    parts = [part(".modinfo", info, flags=2), part("__versions", sums, flags=2)]
    if build_id:
        note = struct.pack("<III", 4, len(build_id), 3) + b"GNU\0" + build_id
        parts.append(part(".note.gnu.build-id", note, type=7, flags=2, alignment=4))
    return parse(make(parts, file_type=1, tail=tail), "module")


def test_each_entry_that_differs_is_a_fact(make, part):
    other = b"license=GPL\0vermagic=6.1.0-50 SMP \0alias=pci:2\0alias=pci:3\0intree=Y\0"
    a, b = module(make, part), module(make, part, other)
    found = [item for item in extract(compare(a, b)) if isinstance(item, ModuleInfoChange)]
    assert [(item.key, item.a_value, item.b_value) for item in found] == [
        ("alias", "pci:1", "pci:3"),
        ("vermagic", "6.1.0-47 SMP ", "6.1.0-50 SMP "),
        ("intree", None, "Y"),
    ]
    for item in found:
        for elf, place in ((a, item.a), (b, item.b)):
            assert place is None or elf.data[place.offset : place.offset + place.length].decode() == place.value


def test_the_order_of_entries_is_no_difference(make, part):
    turned = b"vermagic=6.1.0-47 SMP \0alias=pci:2\0alias=pci:1\0license=GPL\0"
    assert list(extract(compare(module(make, part), module(make, part, turned)))) == []


def test_checksums_are_compared_by_name(make, part):
    a = module(make, part, sums=versions((1, b"printk"), (2, b"kfree"), (3, b"only_a")))
    b = module(make, part, sums=versions((9, b"only_b"), (7, b"kfree"), (1, b"printk")))
    (change,) = extract(compare(a, b))
    assert isinstance(change, ModuleVersionsChange)
    assert (change.first, change.count, change.total) == ("kfree", 1, 2)
    ((left, right),) = change.spans
    assert (a.data[left.start], b.data[right.start]) == (2, 7)


def test_a_table_cut_short_holds_whole_entries_only(make, part):
    a = module(make, part, sums=versions((1, b"printk"), (2, b"kfree")))
    b = module(make, part, sums=versions((1, b"printk"), (3, b"kfree"))[:-1])
    assert list(extract(compare(a, b))) == []


@pytest.mark.parametrize(("id_differs", "expected"), [(True, True), (False, False)])
def test_a_signature_is_a_digest_where_the_build_id_differs(make, part, id_differs, expected):
    def signed(build_id: bytes, letter: bytes) -> object:
        appended = letter * 40 + struct.pack(">BBBBB3xI", 0, 0, 2, 0, 0, 40) + END
        return module(make, part, tail=appended, build_id=build_id)

    other = b"y" * 20 if id_differs else b"x" * 20
    assert only_digests_differ(signed(b"x" * 20, b"S"), signed(other, b"T")) is expected
