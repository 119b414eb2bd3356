"""Which C library two files were linked with, by the versions of what they import."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.libc import extract
from elfdiff.payload.symbolversions import imported

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")

SOURCE = """
#include <string.h>
#include <sys/stat.h>
{}
int f(char *a, const char *b, unsigned long n) {{ memcpy(a, b, n); return a[0]; }}
"""
OLD = '__asm__(".symver memcpy, memcpy@GLIBC_2.2.5");'
NEW = '__asm__(".symver memcpy, memcpy@GLIBC_2.14");'


@pytest.fixture
def built(tmp_path: Path):
    """``built(first, extra)``: a library whose source has this line first, and these flags."""

    def of(first: str, *extra: str):
        (tmp_path / "f.c").write_text(SOURCE.format(first))
        command = ["gcc", "-O2", "-fno-builtin", "-U_FORTIFY_SOURCE", "-shared", "-fPIC", "-nostartfiles", "-o"]
        done = subprocess.run(
            [*command, "f.so", "f.c", *extra], cwd=tmp_path, check=False, capture_output=True, timeout=60
        )
        if done.returncode:
            pytest.skip("this C library has no memcpy@GLIBC_2.14")
        return parse((tmp_path / "f.so").read_bytes(), "f.so")

    return of


def test_the_version_of_each_import(built):
    version = imported(built(OLD))["memcpy"]
    assert (version.library, version.name) == ("libc.so.6", "GLIBC_2.2.5")


def test_a_version_that_moved_bounds_both(built):
    (change,) = extract(compare(built(OLD), built(NEW)))
    assert (change.a_from, change.a_before, change.b_from, change.b_before) == ("2.2.5", "2.14", "2.14", None)
    assert change.proven
    assert change.signs == ("memcpy@GLIBC_2.2.5 in a, @GLIBC_2.14 in b",)
    (mirrored,) = extract(compare(built(NEW), built(OLD)))
    assert (mirrored.b_before, mirrored.a_from) == ("2.14", "2.14")


def test_an_old_version_that_the_source_asks_for_bounds_nothing(built):
    newer = NEW + "\nextern int getrandom(void *, unsigned long, unsigned);\nint g(void) { return getrandom(0, 0, 0); }"
    older = newer.replace(NEW, OLD)
    assert not list(extract(compare(built(older), built(newer))))


def test_one_library_is_no_change(built):
    assert not list(extract(compare(built(NEW), built(NEW, "-O1"))))


def test_another_loader_is_another_library(built):
    musl = built(NEW, "-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1", "-Wl,-e,f")
    kinds = [(change.a_kind, change.b_kind) for change in extract(compare(built(NEW), musl))]
    assert kinds in ([("glibc", "musl")], [])
