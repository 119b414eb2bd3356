"""Only regular files, only up to the limit, and never a wait."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import LimitExceeded, UnreadableFile


def test_reads_all(tmp_path: Path) -> None:
    content = bytes(range(256)) * 300
    (tmp_path / "f").write_bytes(content)
    assert read_bytes(tmp_path / "f") == content
    assert read_bytes(tmp_path / "f", limit=len(content)) == content


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    assert read_bytes(tmp_path / "f") == b""


def test_limit(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(bytes(101))
    with pytest.raises(LimitExceeded, match="has 101 bytes, and the limit is 100"):
        read_bytes(tmp_path / "f", limit=100)


def test_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path, "is a directory"),
        (tmp_path / "pipe", "is a FIFO"),
        (Path("/dev/null"), "is a character device"),
        (tmp_path / "absent", "no such file or directory"),
        (tmp_path / "a\0b", "NUL byte"),
    ):
        with pytest.raises(UnreadableFile, match=words):
            read_bytes(path)


def test_a_size_that_is_only_a_hint() -> None:
    if not os.path.exists("/proc/self/maps"):
        pytest.skip("needs /proc, whose files say they have 0 bytes")
    assert len(read_bytes("/proc/self/maps")) > 100
    with pytest.raises(LimitExceeded, match="grew past the limit"):
        read_bytes("/proc/self/maps", limit=50)


def test_shown_never_holds_control_characters() -> None:
    assert shown("a b/ü.so") == "a b/ü.so"
    assert shown("a\x1b[31m\n") == "a\\x1b[31m\\n"
    assert shown(b"\xff.so") == "\\udcff.so"
