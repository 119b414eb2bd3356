"""What -trimpath takes off the names of source files."""

from __future__ import annotations

import pytest

from elfdiff.comparison.tables import gopaths
from elfdiff.comparison.tables.gopaths import trimmed_heads

PLAIN = [
    b"/usr/lib/go/src/fmt/print.go",
    b"/home/ci/app/main.go",
    b"/usr/lib/go/src/os/file.go",
    b"/home/ci/app/u/u.go",
]
TRIMMED = [b"fmt/print.go", b"example.com/app/main.go", b"os/file.go", b"example.com/app/u/u.go"]


@pytest.fixture
def heads(monkeypatch):
    def found(a, b):
        monkeypatch.setattr(gopaths, "_files", lambda elf: elf)
        return trimmed_heads(a, b)

    return found


def test_roots_and_modules(heads):
    assert sorted(heads(PLAIN, TRIMMED)) == [(b"/home/ci", b"example.com"), (b"/usr/lib/go/src/", b"")]
    assert sorted(heads(TRIMMED, PLAIN)) == [(b"", b"/usr/lib/go/src/"), (b"example.com", b"/home/ci")]


def test_other_directories_are_no_trimming(heads):
    assert heads(PLAIN, [name.replace(b"/home/ci", b"/tmp/x") for name in PLAIN]) == []
    assert heads(PLAIN, PLAIN) == []


def test_other_files_say_nothing(heads):
    assert heads(PLAIN, TRIMMED[1:]) == []
    assert heads([], []) == []


def test_a_head_of_one_file_comes_last(heads):
    found = heads([*PLAIN, b"/odd/place.go"], [*TRIMMED, b"x.org/place.go"])
    assert found[-1] == (b"/odd", b"x.org")
    assert sorted(found[:-1]) == sorted(heads(PLAIN, TRIMMED))
