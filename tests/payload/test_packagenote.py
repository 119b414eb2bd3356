"""The package note, written by hand and by the linker."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elfdiff.payload.dependencies import Package, Source, State, read_dependencies

NOTE = b'{"type":"deb","os":"debian","name":"fsverity-utils","version":"1.3-1","architecture":"amd64","extra":1}'


def note(content: bytes, owner: bytes = b"FDO\0", kind: int = 0xCAFE1A7E, order: str = "<") -> bytes:
    head = struct.pack(order + "3I", len(owner), len(content), kind)
    return head + owner.ljust((len(owner) + 3) // 4 * 4, b"\0") + content.ljust((len(content) + 3) // 4 * 4, b"\0")


def test_note_of_a_distribution_package(make: Any, part: Any) -> None:
    others = note(b"\1" * 20, b"GNU\0", 3) + note(b"[]", b"FDO\0", 0x407C0C0A)
    found = read_dependencies(make([part(".note.any", others + note(NOTE + b"\0\0"), type=7)]), "app")
    assert (found.state, found.source) == (State.PRESENT, Source.PACKAGE_NOTE)
    assert found.packages == (Package("fsverity-utils", "1.3-1", "deb", "runtime", True),)
    assert found.details == (("os", "debian"), ("architecture", "amd64"))


def test_big_endian_note(make: Any, part: Any) -> None:
    found = read_dependencies(make([part(".note.package", note(NOTE, order=">"), type=7)], order="big"), "app")
    assert [item.name for item in found.packages] == ["fsverity-utils"]


def test_note_without_section_headers(make: Any, part: Any) -> None:
    content = note(NOTE)
    segment = {"type": 4, "offset": 64 + 56, "address": 0, "file_size": len(content), "memory_size": len(content)}
    found = read_dependencies(make([part(".note.package", content, type=7)], segments=[segment], table=False), "app")
    assert [item.name for item in found.packages] == ["fsverity-utils"]
    assert found.warnings == ("it has no section names, so a .dep-v0 section would not be found",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (note(b"{"), "not JSON"),
        (note(b"[1]"), "not a JSON object"),
        (note(b'{"name":1}'), "a name that is no text"),
        (note(b'{"name":"\xff"}'), "not UTF-8"),
        (note(b'{"name":"a","x":"\\udead"}'), "surrogate"),
        (note(NOTE)[:-20], "cut off"),
        (note(NOTE) + note(b'{"name":"other"}'), "2 times with different contents"),
    ],
)
def test_malformed(make: Any, part: Any, content: bytes, words: str) -> None:
    found = read_dependencies(make([part(".note.package", content, type=7)]), "app")
    assert (found.state, found.source) == (State.MALFORMED, Source.PACKAGE_NOTE)
    assert words in str(found.problem)


def test_notes_that_end_early_or_overlap_nothing(make: Any, part: Any) -> None:
    for content in (b"", b"\1\2\3", b"\xff" * 64, struct.pack("<3I", 0xFFFFFFFF, 0xFFFFFFFF, 1)):
        assert read_dependencies(make([part(".note.x", content, type=7)]), "app").state is State.ABSENT


def test_note_without_a_name(make: Any, part: Any) -> None:
    found = read_dependencies(make([part(".note.package", note(b'{"type":"rpm"}') * 2, type=7)]), "app")
    assert (found.state, found.packages) == (State.PRESENT, ())
    assert found.warnings == (
        "the package note stands 2 times; the contents are equal",
        "the package note names no package",
    )


def test_note_that_the_linker_writes(build: Callable[..., Path]) -> None:
    flag = '--package-metadata={"type":"rpm","os":"fedora","name":"coreutils","version":"9.4-1.fc40"}'
    path = build("gcc", "-Xlinker", flag)
    subprocess.run(["strip", "-s", str(path)], check=True)
    found = read_dependencies(path.read_bytes(), "app")
    assert found.packages == (Package("coreutils", "9.4-1.fc40", "rpm", "runtime", True),)
