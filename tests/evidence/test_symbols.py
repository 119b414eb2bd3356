"""Symbols that changed a part of their names."""

from __future__ import annotations

import struct

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence import symbols
from elfdiff.evidence.model import SymbolRenamed

SHT_SYMTAB, SHT_STRTAB, GLOBAL_FUNCTION = 2, 3, 0x12


@pytest.fixture
def renamed(make, part):
    """``renamed(a_names, b_names)``: the two files, and what was seen of functions of these names."""

    def of(*sides):
        files = []
        for names in sides:
            strings, rows = b"\0", struct.pack("<IBBHQQ", 0, 0, 0, 0, 0, 0)
            for index, name in enumerate(names):
                rows += struct.pack("<IBBHQQ", len(strings), GLOBAL_FUNCTION, 0, 1, 0x1000 + index, 1)
                strings += name + b"\0"
            table = part(".symtab", rows, type=SHT_SYMTAB, link=3, info=1, entry_size=24)
            text = part(".text", b"\x90" * 16, flags=6, address=0x1000)
            files.append(make([text, table, part(".strtab", strings, type=SHT_STRTAB)]))
        pair = compare(*(parse(data, side) for data, side in zip(files, "ab", strict=True)))
        return files, [item for item in symbols.extract(pair) if isinstance(item, SymbolRenamed)]

    return of


def test_one_hash_of_a_module_in_several_names(renamed):
    files, (change,) = renamed([b"f.llvm.11", b"g.llvm.11", b"h"], [b"f.llvm.2345", b"g.llvm.2345", b"h"])
    assert (change.scheme, change.a_part, change.b_part, change.count) == ("llvm-suffix", ".llvm.11", ".llvm.2345", 2)
    places = [(files[0][a.start : a.end], files[1][b.start : b.end]) for a, b in change.spans]
    assert places == [(b".llvm.11", b".llvm.2345")] * 2


def test_a_hash_that_became_two_claims_nothing(renamed):
    _, changes = renamed([b"f.llvm.11", b"g.llvm.11"], [b"f.llvm.22", b"g.llvm.23"])
    assert {change.scheme for change in changes} == {"llvm-suffix"}
    assert all(change.spans == () for change in changes)


def test_two_modules_are_two_changes(renamed):
    _, changes = renamed([b"f.llvm.11", b"g.llvm.12"], [b"f.llvm.21", b"g.llvm.22"])
    assert {(change.a_part, change.b_part) for change in changes} == {
        (".llvm.11", ".llvm.21"),
        (".llvm.12", ".llvm.22"),
    }
    assert all(len(change.spans) == 1 for change in changes)


def test_modules_of_nim_are_named_by_the_way_up_to_them(renamed):
    one, two = (b"atm" + b"dotdotats" * up + b"usratslibatssystemdotnim_Init000" for up in (3, 4))
    _, (change,) = renamed([one, b"f"], [two, b"f"])
    assert (change.scheme, change.a_part, change.b_part) == ("mangled-path", "dotdotats" * 3, "dotdotats" * 4)
