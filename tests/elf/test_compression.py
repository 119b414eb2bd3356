"""Compressed sections: every form, and streams that lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
import zstandard

from elfdiff.elf import compression
from elfdiff.elf.file import ElfFile
from elfdiff.errors import LimitExceeded, MalformedElf

TEXT = b"the quick brown fox " * 5000
SUMMED = zstandard.ZstdCompressor(write_checksum=True).compress(TEXT)
"""A frame whose last four bytes are a checksum."""


def chdr(kind: int, size: int, elf_class: int = 64, order: str = "little") -> bytes:
    mark = "<" if order == "little" else ">"
    return struct.pack(mark + "III", kind, size, 1) if elf_class == 32 else struct.pack(mark + "IIQQ", kind, 0, size, 1)


def only(elf: ElfFile) -> bytes:
    return elf.contents(elf.sections[1])


@pytest.mark.parametrize("elf_class", [32, 64])
@pytest.mark.parametrize("order", ["little", "big"])
def test_zlib_and_zstd(made: Callable[..., ElfFile], part: type, elf_class: int, order: str) -> None:
    for kind, name, packed in ((1, "zlib", zlib.compress(TEXT)), (2, "zstd", zstandard.compress(TEXT))):
        elf = made(
            [part(".debug_str", chdr(kind, len(TEXT), elf_class, order) + packed, flags=0x800)],
            elf_class=elf_class,
            order=order,
        )
        assert elf.sections[1].compression == name
        assert only(elf) == TEXT
        assert only(elf) is only(elf)


def test_old_gnu_form(made: Callable[..., ElfFile], part: type) -> None:
    elf = made([part(".zdebug_str", b"ZLIB" + struct.pack(">Q", len(TEXT)) + zlib.compress(TEXT))], order="little")
    assert elf.sections[1].compression == "zlib-gnu"
    assert only(elf) == TEXT


def test_several_streams(made: Callable[..., ElfFile], part: type) -> None:
    half = len(TEXT) // 2
    for kind, pack in ((1, zlib.compress), (2, zstandard.compress)):
        stream = pack(TEXT[:half]) + pack(TEXT[half:])
        assert only(made([part(".debug_str", chdr(kind, len(TEXT)) + stream, flags=0x800)])) == TEXT


def test_empty(made: Callable[..., ElfFile], part: type) -> None:
    assert only(made([part(".debug_str", chdr(1, 0) + zlib.compress(b""), flags=0x800)])) == b""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (chdr(1, len(TEXT) + 1) + zlib.compress(TEXT), "does not hold so many"),
        (chdr(1, len(TEXT) - 1) + zlib.compress(TEXT), "holds more"),
        (chdr(1, len(TEXT)) + zlib.compress(TEXT)[:-50], "does not hold so many"),
        (chdr(1, len(TEXT)) + b"no stream" * 1000, "cannot be inflated"),
        (chdr(1, 1 << 21) + zlib.compress(TEXT), "more than .* bytes can hold"),
        (chdr(2, len(TEXT) + 1) + zstandard.compress(TEXT), "does not hold so many"),
        (chdr(2, len(TEXT) - 1) + zstandard.compress(TEXT), "holds more"),
        (chdr(2, len(TEXT)) + b"no stream", "cannot be inflated"),
        (chdr(2, len(TEXT)) + SUMMED[:-1], r"cannot be inflated \(its zstd stream has no end\)"),
        (chdr(2, len(TEXT)) + zstandard.compress(TEXT) + SUMMED[:9], r"zstd stream has no end\)"),
        (chdr(1, 5)[:10], "too few for its compression header"),
    ],
)
def test_streams_that_lie(made: Callable[..., ElfFile], part: type, content: bytes, words: str) -> None:
    elf = made([part(".debug_str", content, flags=0x800)])
    with pytest.raises(MalformedElf, match=words) as caught:
        only(elf)
    assert str(caught.value).startswith("made: section 1 (.debug_str) ")


def test_unknown_form_is_left_alone(made: Callable[..., ElfFile], part: type) -> None:
    content = chdr(9, 5) + b"what"
    elf = made([part(".debug_str", content, flags=0x800)])
    assert elf.sections[1].compression is None
    assert only(elf) == content
    assert elf.warnings == ("section 1 (.debug_str) is marked as compressed, but in no known way",)


def test_limit_is_checked_before_anything_is_inflated(
    made: Callable[..., ElfFile], part: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    elf = made([part(".debug_str", chdr(2, 1 << 40) + zstandard.compress(TEXT), flags=0x800)])
    with pytest.raises(LimitExceeded, match=r"would inflate to 1099511627776 bytes"):
        only(elf)
    monkeypatch.setattr(compression, "MAX_INFLATED", 150_000)
    packed = chdr(1, len(TEXT)) + zlib.compress(TEXT)
    both = made([part(f".debug_{n}", packed, flags=0x800) for n in ("a", "b")])
    assert only(both) == TEXT
    with pytest.raises(LimitExceeded, match="50000 are left of the limit of 150000"):
        both.contents(both.sections[2])
