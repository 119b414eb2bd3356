"""The order of names in .dynstr, in files written by hand."""

from __future__ import annotations

import shutil
import struct
import subprocess

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.dynstr import extract

NAMES = (b"puts", b"exit", b"free", b"malloc")


@pytest.fixture
def file(make, part):
    """``file(order, symbols)``: a file whose .dynstr holds the names in this order, .dynsym lists them in that one."""

    def of(order, symbols=(0, 1, 2, 3)):
        strings = b"\0" + b"".join(NAMES[i] + b"\0" for i in order)
        rows = b"".join(struct.pack("<IBBHQQ", strings.find(NAMES[i] + b"\0"), 0x12, 0, 0, 0, 0) for i in symbols)
        table = part(".dynsym", bytes(24) + rows, type=11, flags=2, link=2, info=1, entry_size=24)
        return parse(make([table, part(".dynstr", strings, type=3, flags=2)]), "f")

    return of


def test_names_in_another_order(file):
    (change,) = extract(compare(file((0, 1, 2, 3)), file((2, 3, 0, 1))))
    assert change.count >= 3
    assert not list(extract(compare(file((0, 1, 2, 3)), file((0, 1, 2, 3)))))


def test_symbols_in_another_order_too_are_no_sign(file):
    assert not list(extract(compare(file((0, 1, 2, 3)), file((2, 3, 0, 1), (2, 3, 0, 1)))))


def test_objects_in_another_order_name_their_imports_in_another_order(tmp_path):
    compiler = shutil.which("gcc") or pytest.skip("needs gcc")
    for letter, calls in (
        ("m", "puts(s); free(s); exit"),
        ("n", "perror(s); putchar(*s); abs"),
        ("o", "atoi(s); toupper"),
    ):
        body = (
            f"#include <stdlib.h>\n#include <stdio.h>\n#include <ctype.h>\nvoid {letter}(char *s) {{ {calls}(*s); }}\n"
        )
        (tmp_path / f"{letter}.c").write_text(body)
    files = []
    for order in ("mno", "onm"):
        sources = [f"{letter}.c" for letter in order]
        flags = ["-O1", "-fno-builtin", "-fPIC", "-shared", "-s"]
        subprocess.run([compiler, *flags, *sources, "-o", "x"], check=True, cwd=tmp_path)
        files.append(parse((tmp_path / "x").read_bytes(), "x"))
    tables = [elf.raw(elf.section(".dynstr")).split(b"\0") for elf in files]
    assert sorted(tables[0]) == sorted(tables[1])
    assert tables[0] != tables[1]
    assert not list(extract(compare(*files)))
