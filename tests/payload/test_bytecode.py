"""Paths in LTO bytecode: whole ones, and none from what is no frame or holds too much."""

from __future__ import annotations

import zstandard

from elfdiff.payload import bytecode


def test_paths_of_a_frame() -> None:
    stream = zstandard.ZstdCompressor(level=3).compress(
        b"\3\x14/home/ci/one\0m.c\0/x\0/home/ci/one\0/usr/include/stdio.h"
    )
    assert bytecode.paths(stream) == ("/home/ci/one", "/usr/include/stdio.h")


def test_what_is_no_frame_or_too_large_has_none() -> None:
    assert bytecode.paths(b"fill\0\0\0") is None
    assert bytecode.paths(b"\x28\xb5\x2f\xfd") is None
    whole = zstandard.ZstdCompressor().compress(b"/home/ci/one")
    assert bytecode.paths(whole[:-2]) is None
    assert bytecode.paths(zstandard.ZstdCompressor().compress(bytes(bytecode.MAX_INFLATED + 1))) is None
