"""Proofs of the ELF entries of two trees, and what is said of the rest."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from elfdiff.accounting.explanation import MalformedProof
from elfdiff.containers.limits import Limits
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths
from elfdiff.trees.proof import proofs_of, verify_tree

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def sides(tmp_path: Path, made: Any) -> list[str]:
    """A program below a package in a tar, another beside it, and a text."""
    paths = []
    for side in "ab":
        programs = [(SAMPLES / name / side).read_bytes() for name in ("build-path-file-macro", "build-path-dwarf")]
        package = made.deb({"usr/bin/one": programs[0]})
        path = tmp_path / side
        path.write_bytes(made.tar({"x.deb": package, "two": programs[1], "text": side.encode()}))
        paths.append(str(path))
    return paths


def compared(sides: list[str], jobs: int = 1) -> Tree:
    found = compare_paths(*sides, TreeOptions(jobs=jobs), with_proof=True)
    assert isinstance(found, Tree)
    return found


def test_every_elf_entry_has_a_proof_and_the_rest_is_told(sides: list[str]) -> None:
    proofs = proofs_of(compared(sides))
    assert [(item.a, item.b) for item in proofs.proved] == [
        (("x.deb", "./usr/bin/one"), ("x.deb", "./usr/bin/one")),
        (("two",), ("two",)),
    ]
    assert proofs.without == (("text", "no ELF file"),)
    assert "2 ELF entries that differ have one, 1 others do not (text: no ELF file)" in proofs.sentence
    assert proofs.archive() == proofs_of(compared(sides, 2)).archive()
    for one, other in (sides, sides[::-1]):
        good, sentence = verify_tree(one, other, proofs.archive(), Limits())
        assert (good, sentence[:6]) == (True, "2 of 2")


def test_a_proof_of_other_entries_does_not_hold(sides: list[str], tmp_path: Path, made: Any) -> None:
    archive = proofs_of(compared(sides)).archive()
    good, sentence = verify_tree(sides[0], sides[0], archive, Limits())
    assert not good
    assert sentence.startswith("2 of 2 proofs do not hold; x.deb: ./usr/bin/one: the proof is about other files")
    (tmp_path / "c").write_bytes(made.tar({"text": b"a"}))
    good, sentence = verify_tree(sides[0], str(tmp_path / "c"), archive, Limits())
    assert not good
    assert "there is no such entry" in sentence


@pytest.mark.parametrize(
    "index", [None, "[", "{}", json.dumps({"schema": "elfdiff/proofs/1", "entries": [{"a": "x"}]})]
)
def test_what_is_no_archive_of_proofs_is_a_sentence(sides: list[str], tmp_path: Path, index: str | None) -> None:
    with zipfile.ZipFile(tmp_path / "proof", "w") as archive:
        if index is not None:
            archive.writestr("index.json", index)
    with pytest.raises(MalformedProof):
        verify_tree(*sides, (tmp_path / "proof").read_bytes(), Limits())
    with pytest.raises(MalformedProof):
        verify_tree(*sides, b"PK no archive", Limits())
