"""An edited e_shoff: the table that it leads to must not vouch for it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from elfdiff.accounting.books import Books
from elfdiff.accounting.ledger import ledger_of
from elfdiff.accounting.side import Class
from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.errors import ElfdiffError

SAMPLES = Path(__file__).parents[2] / "samples"
E_SHOFF = 40


@pytest.mark.parametrize("sample", ["build-path-go", "build-path-dwarf"])
@pytest.mark.parametrize("step", [-64, -8, -1, 1, 7, 8, 64, 4096])
def test_the_table_is_not_where_an_edited_header_says(sample: str, step: int) -> None:
    a, b = ((SAMPLES / sample / name).read_bytes() for name in "ab")
    (value,) = struct.unpack_from("<Q", b, E_SHOFF)
    edited = b[:E_SHOFF] + struct.pack("<Q", value + step) + b[E_SHOFF + 8 :]
    try:
        pair = compare(parse(a, "a"), parse(edited, "b"))
    except ElfdiffError:
        return
    books = Books(pair.alignment.forward, {}, ())
    ledger_of(books)
    side = books.a if pair.alignment.swapped else books.b
    assert not {Class.CONSEQUENCE, Class.ROOT} & set(side.kind[E_SHOFF : E_SHOFF + 8].tolist())
