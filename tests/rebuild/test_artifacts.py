"""What counts as made by a build."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elfdiff.rebuild.artifacts import keep, made, stamps


def elf(kind: int, order: str = "little") -> bytes:
    head = b"\x7fELF" + bytes([2, 1 if order == "little" else 2]) + bytes(10)
    return head + kind.to_bytes(2, "little" if order == "little" else "big") + bytes(40)


def names(tree: Path, *globs: str) -> list[str]:
    return [name for name, _ in made(tree.parent, tree, {}, globs).artifacts]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    place = tmp_path / "area" / "tree"
    place.mkdir(parents=True)
    return place


@pytest.mark.parametrize(
    ("name", "content", "counts"),
    [
        ("app", elf(2), True),
        ("lib.so", elf(3), True),
        ("big", elf(3, "big"), True),
        ("main.o", elf(1), False),
        ("big.o", elf(1, "big"), False),
        ("driver.ko", elf(1), True),
        ("lib.a", b"!<arch>\n", True),
        ("pkg.deb", b"!<arch>\ndebian-binary", True),
        ("pkg.whl", b"PK\x03\x04", True),
        ("notes.whl", b"not a zip", False),
        ("notes.txt", b"text", False),
        ("CMakeFiles/test", elf(2), False),
        ("short", b"\x7fELF", True),
        ("empty", b"", False),
    ],
)
def test_files_are_told_by_content(tree: Path, name: str, content: bytes, counts: bool) -> None:
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_bytes(content)
    assert names(tree) == ([name] if counts else [])


def test_of_hard_links_the_nearest_counts(tree: Path) -> None:
    (tree / "target" / "deps").mkdir(parents=True)
    (tree / "target" / ".fingerprint").mkdir()
    (tree / "target" / "app").write_bytes(elf(3))
    os.link(tree / "target" / "app", tree / "target" / "copy-of-app")
    (tree / "target" / "deps" / "other-1234").write_bytes(elf(3))
    assert names(tree) == ["target/app"]


def test_what_stands_beside_the_tree_counts(tree: Path) -> None:
    (tree.parent / "pkg_1.deb").write_bytes(b"!<arch>\n")
    assert names(tree) == ["../pkg_1.deb"]
    assert names(tree, "../*.deb") == ["../pkg_1.deb"]


def test_what_was_there_before_is_stale(tree: Path) -> None:
    for name in ("old", "touched"):
        (tree / name).write_bytes(elf(3))
    before = stamps(tree)
    os.utime(tree / "touched", ns=(1, 1))
    found = made(tree.parent, tree, before, ())
    assert [name for name, _ in found.artifacts] == ["touched"]
    assert found.stale == ("old",)


def test_links_and_devices_are_passed_over(tree: Path) -> None:
    (tree / "link").symlink_to("/bin/sh")
    os.mkfifo(tree / "pipe")
    assert names(tree) == []
    assert names(tree, "*") == []


def test_content_is_kept_once(tree: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    for name in ("one", "two"):
        (tree / name).write_bytes(elf(3))
    assert keep(tree / "one", store) == keep(tree / "two", store)
    assert len(list(store.iterdir())) == 1
