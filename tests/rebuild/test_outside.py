"""What a build writes beside its tree: seen and undone, or said not to be seen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.rebuild.outside import kept, places, written
from elfdiff.rebuild.result import Rebuilt
from elfdiff.rebuild.run import Request, rebuild
from elfdiff.rebuild.workshop import Order
from elfdiff.render.wording import best_fixes

Project = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with a toolchain in it."""
    place = tmp_path / "home"
    (place / ".cargo").mkdir(parents=True)
    (place / "mine").write_text("1")
    (place / "old").write_text("1")
    return place


def built(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path, script: str) -> Rebuilt:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    order = Order(("sh", "-c", f"{script}; cp a b"), ("b",), 60, 0)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    found = rebuild(Request(order, project(a="1"), frozenset({"umask"})), best_fixes, environment=environment)
    assert list(scratch.iterdir()) == []
    return found


def test_what_a_build_writes_into_home_is_seen_and_undone(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    script = "test ! -e ~/trace; mkdir -p ~/trace/below; echo 2 >> ~/trace/below/x; echo 2 > ~/mine; rm -f ~/old"
    script += "; echo kept > ~/.cargo/kept"
    found = built(project, tmp_path, monkeypatch, home, script)
    if any(f"builds write into {home} is not seen" in note for note in found.notes):
        pytest.skip("needs overlayfs in a mount namespace")
    names = ", ".join(str(home / name) for name in ("mine", "old", "trace"))
    assert f"builds wrote outside of their tree: {names}; no other build saw that, and it is gone" in found.notes
    assert (home / "mine").read_text() == "1"
    assert (home / "old").exists()
    assert not (home / "trace").exists()
    assert (home / ".cargo" / "kept").exists()
    assert found.exit == 0


def test_a_build_that_writes_nothing_there_gets_no_note(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    found = built(project, tmp_path, monkeypatch, home, "cat ~/mine")
    assert not any("wrote outside" in note for note in found.notes)


def test_where_it_cannot_be_seen_that_is_said(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    refused = dict.fromkeys(("mounts", "hostname", "network", "user"), "not permitted")
    monkeypatch.setattr("elfdiff.rebuild.host._allowed", lambda scratch: (True, refused))
    found = built(project, tmp_path, monkeypatch, home, "true")
    sentence = f"what builds write into {home} is not seen: no mount namespace is allowed (not permitted)"
    assert sentence in found.notes


def test_a_home_that_holds_the_scratch_directory_has_no_layer(tmp_path: Path) -> None:
    found, refused = places({"HOME": str(tmp_path)}, tmp_path / "scratch")
    assert str(tmp_path) not in found
    assert refused[str(tmp_path)] == f"the scratch directory is below it: TMPDIR={tmp_path / 'scratch'}"


def test_a_mount_below_would_be_hidden(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elfdiff.rebuild.outside._mounted", lambda: ("/", str(home), f"{home}/disk"))
    found, refused = places({"HOME": str(home)}, tmp_path / "scratch")
    assert str(home) not in found
    assert refused[str(home)] == f"{home}/disk is mounted below it"


def test_a_name_that_a_mount_cannot_take(tmp_path: Path) -> None:
    odd = tmp_path / "a:b"
    odd.mkdir()
    assert "a character" in places({"HOME": str(odd)}, tmp_path / "scratch")[1][str(odd)]


def test_toolchains_below_a_layer_are_kept(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "go"
    elsewhere.mkdir()
    environment = {"HOME": str(home), "GOPATH": str(elsewhere)}
    assert kept(environment, [str(home)]) == (str(home / ".cargo"),)
    assert kept(environment, []) == ()


def test_a_new_directory_is_told_as_one(home: Path, tmp_path: Path) -> None:
    upper = tmp_path / "upper"
    for name in ("new/deep/x", ".cargo/y"):
        (upper / name).parent.mkdir(parents=True)
        (upper / name).write_text("")
    assert sorted(written(upper, str(home))) == [str(home / ".cargo" / "y"), str(home / "new")]
