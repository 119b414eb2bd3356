"""Which files are built, and that the user's tree is only read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.rebuild import source
from tests.rebuild.conftest import git, needs

ELF = b"\x7fELF" + bytes(60)


def names(found: source.Source) -> list[str]:
    return [name for name, _ in found.files if not name.startswith(".git/")]


def test_without_git_everything_but_programs_is_copied(project: Callable[..., Path]) -> None:
    tree = project(main_c="int x;", sub__data_txt="1")
    (tree / "app").write_bytes(ELF)
    (tree / "empty").mkdir()
    found = source.listed(tree, False, ())
    assert names(found) == ["empty", "main.c", "sub/data.txt"]
    assert found.left_out == ("app",)
    assert not found.git


def test_a_glob_of_artifacts_is_left_out_too(project: Callable[..., Path]) -> None:
    tree = project(main_c="int x;")
    (tree / "pkg.zip").write_bytes(b"old")
    assert names(source.listed(tree, False, ["*.zip"])) == ["main.c"]


@needs("git")
def test_git_says_what_is_copied(project: Callable[..., Path]) -> None:
    tree = project(commit=True, main_c="int x;", _gitignore="*.o\n")
    (tree / "main.o").write_text("ignored")
    (tree / "new.c").write_text("untracked")
    (tree / "app").write_bytes(ELF)
    found = source.listed(tree, False, ())
    assert names(found) == [".gitignore", "main.c", "new.c"]
    assert ".git/HEAD" in dict(found.files)
    assert found.left_out == ("app",)
    assert found.commits
    assert "main.o" in names(source.listed(tree, True, ()))


@needs("git")
def test_a_tracked_program_is_source(project: Callable[..., Path]) -> None:
    tree = project(main_c="int x;")
    (tree / "blob").write_bytes(ELF)
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "all")
    assert names(source.listed(tree, False, ())) == ["blob", "main.c"]


@needs("git")
def test_a_worktree_becomes_a_repository_of_its_own(project: Callable[..., Path], tmp_path: Path) -> None:
    tree = project(commit=True, main_c="int x;")
    other = tmp_path / "other"
    git(tree, "worktree", "add", "-q", str(other))
    copied = tmp_path / "copied"
    source.copy(source.listed(other, False, ()).files, copied)
    source.settle(copied)
    before = (tree / ".git" / "worktrees" / "other" / "index").stat().st_mtime_ns
    assert git(copied, "log", "--format=%s").strip() == "all"
    assert git(copied, "status", "--short") == ""
    assert git(copied, "rev-parse", "--show-toplevel").strip() == str(copied)
    assert (tree / ".git" / "worktrees" / "other" / "index").stat().st_mtime_ns == before


@needs("git")
def test_files_of_a_submodule_are_copied(project: Callable[..., Path], tmp_path: Path) -> None:
    tree = project(commit=True, main_c="int x;")
    top = tmp_path / "top"
    top.mkdir()
    git(top, "init", "-q")
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tree), "sub")
    git(top, "commit", "-qm", "sub")
    assert names(source.listed(top, False, ())) == [".gitmodules", "sub/main.c"]


@needs("git")
def test_a_part_of_a_repository_is_told(project: Callable[..., Path]) -> None:
    tree = project(commit=True, part__main_c="int x;", other_c="int y;")
    found = source.listed(tree / "part", False, ())
    assert [name for name, _ in found.files] == ["main.c"]
    assert "part of a larger repository" in found.notes[0]


@needs("git")
def test_a_copy_is_clean_for_git(project: Callable[..., Path], tmp_path: Path) -> None:
    """``git describe --dirty`` in a build must not say otherwise than in the user's tree."""
    tree = project(commit=True, main_c="int x;")
    copied = tmp_path / "copied"
    source.copy(source.listed(tree, False, ()).files, copied)
    source.settle(copied)
    shutil.copytree(copied, tmp_path / "again", symlinks=True)
    assert git(tmp_path / "again", "describe", "--always", "--dirty").strip().endswith("-dirty") is False


def test_links_and_modes_are_kept(project: Callable[..., Path], tmp_path: Path) -> None:
    tree = project(run_sh="true")
    (tree / "run.sh").chmod(0o755)
    (tree / "link").symlink_to("run.sh")
    (tree / "dangling").symlink_to("nowhere")
    copied = tmp_path / "copied"
    source.copy(source.listed(tree, False, ()).files, copied)
    assert (copied / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (copied / "link").readlink() == Path("run.sh")
    assert (copied / "dangling").is_symlink()


def test_no_such_tree_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(source.UnreadableSource, match="nowhere: no such directory"):
        source.listed(tmp_path / "nowhere", False, ())
