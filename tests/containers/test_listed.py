"""Lists of Debian's files and what they list."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from elfdiff.containers.limits import Budget, Limits
from elfdiff.containers.listed import read_listed
from elfdiff.containers.model import LISTED
from elfdiff.tree import Status, Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths


def upload(folder: Path, files: dict[str, bytes], suffix: str = ".changes", more: str = "") -> Path:
    folder.mkdir()
    rows = ""
    for name, data in files.items():
        (folder / name).write_bytes(data)
        rows += f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n"
    path = folder / f"x_1_amd64{suffix}"
    path.write_text(f"Format: 1.8\nSource: x\n{more}Checksums-Sha256:\n{rows}Distribution: sid\n")
    return path


@pytest.mark.parametrize("suffix", [".changes", ".dsc", ".buildinfo"])
def test_what_is_listed_is_compared_with_the_list(tmp_path: Path, made: Any, suffix: str) -> None:
    sides = [
        upload(
            tmp_path / side,
            {"x_1_amd64.deb": made.deb({"f": b"built in %s/x\n" % place}), "same.tar": made.tar({})},
            suffix,
        )
        for side, place in (("a", b"/home/ci/build-1"), ("b", b"/srv/b2"))
    ]
    tree = compare_paths(str(sides[0]), str(sides[1]), TreeOptions())
    assert isinstance(tree, Tree)
    assert tree.a.kind == LISTED
    assert {item.finding.cause for item in tree.findings} == {"build-path", "content-hash"}
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
    assert [entry.status for entry in tree.entries if entry.name == "same.tar"] == [Status.SAME]


def test_a_list_alone_is_a_text_and_names_lead_nowhere_else(tmp_path: Path) -> None:
    path = upload(tmp_path / "a", {})
    budget = Budget("x", Limits())
    assert read_listed(str(path), path.read_bytes(), budget) is None
    rows = "".join(f" {'0' * 64} 1 {name}\n" for name in ("../secret", "/etc/passwd", "..", "link", "gone", "here"))
    path.write_text(f"Checksums-Sha256:\n{rows}Files:\n")
    (tmp_path / "secret").write_text("x")
    (tmp_path / "a" / "here").write_text("x")
    os.symlink("../secret", tmp_path / "a" / "link")
    found = read_listed(str(path), path.read_bytes(), budget)
    assert found is not None
    assert [entry.name for entry in found.entries] == ["here", "x_1_amd64.changes"]
    assert found.warnings == ("gone is listed and does not lie beside it", "link is listed and does not lie beside it")


def test_the_date_in_a_record_of_a_build_is_no_scripts(tmp_path: Path) -> None:
    sides = [
        upload(tmp_path / side, {"x.tar": b""}, ".buildinfo", f"Build-Date: Mon, 30 Nov 2026 21:4{n}:34 +0000\n")
        for n, side in enumerate("ab")
    ]
    tree = compare_paths(str(sides[0]), str(sides[1]), TreeOptions())
    assert isinstance(tree, Tree)
    (finding,) = (item.finding for item in tree.findings)
    assert (finding.cause, finding.faces) == ("build-time", ("time-in-build-record",))
    assert [fix.effect.value for fix in finding.fixes] == ["masks"]
