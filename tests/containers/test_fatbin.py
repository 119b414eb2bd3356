"""CUDA's fat binaries: parts made by hand as nvcc 13 lays them out, and those of nvcc where there is one."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
import zstandard

from elfdiff import compare
from elfdiff.containers.limits import Limits
from elfdiff.containers.opening import open_bytes
from elfdiff.errors import MalformedContainer
from elfdiff.report import Report, Verdict
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

SOURCE = "__global__ void scale(int *data) { data[threadIdx.x] *= 2; }\nvoid go(int *d) { scale<<<1, 32>>>(d); }\n"


def up(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def part(directory: str, text: bytes, packed: bool) -> bytes:
    """One part of PTX with its source's name and, where it is packed, options."""
    source, options = f"{directory}/p.cu".encode(), b" --generate-line-info "
    stream = zstandard.ZstdCompressor(level=3).compress(text) if packed else b""
    names = up(source + b"\0")
    place = 64 + len(names)
    head = names + (up(struct.pack("<II", place + 8, len(options)) + options) if packed else b"")
    body = up(stream) if packed else up(text)
    numbers = struct.pack(
        "<HHIQIIHHIIIIIQQ", 1, 0x101, 64 + len(head), len(body), len(stream), place if packed else 0, 0, 9, 90, 64,
        len(source), 0x8011 if packed else 0x11, 0, 0, len(text) if packed else 0,
    )  # fmt: skip
    return numbers + head + body


def fatbin(directory: str, packed: bool = True) -> bytes:
    text = f'.version 9.0\n.target sm_90\n.file 1 "{directory}/p.cu"\n'.encode() * 3
    parts = part(directory, text, packed) + part(directory, text * 2, packed)
    return b"\x50\xed\x55\xba" + struct.pack("<HHQ", 1, 16, len(parts)) + parts


@pytest.mark.parametrize("packed", [True, False])
def test_parts_and_every_byte(packed: bool) -> None:
    data = fatbin("/srv/one", packed) + fatbin("/srv/one", packed)
    found = open_bytes(data, "x", Limits())
    assert found is not None
    assert found.kind == "fat binary"
    names = [entry.path for entry in found.entries]
    assert "compute_90.ptx" in names
    assert len(names) == len(set(names)) == (12 if packed else 8)
    assert b'"/srv/one/p.cu"' in next(e.read() for e in found.entries if e.path == "compute_90.ptx")
    for layer in found.layers:
        assert sum(piece.span.length for piece in layer.pieces) + sum(
            e.span.length for e in found.entries if e.span and e.layer is not None and found.layers[e.layer] is layer
        ) == len(layer.data)


@pytest.mark.parametrize("packed", [True, False])
def test_another_directory_is_explained_to_the_byte(packed: bool, tmp_path: Path) -> None:
    for name, place in (("a", "/srv/one"), ("b", "/srv/another-directory")):
        (tmp_path / name).write_bytes(fatbin(place, packed))
    for pair in (("a", "b"), ("b", "a")):
        tree = compare_paths(*(str(tmp_path / name) for name in pair), TreeOptions())
        assert isinstance(tree, Tree)
        assert [found.finding.cause for found in tree.findings] == ["build-path"]
        assert tree.verdict is Verdict.EXPLAINED


@pytest.mark.parametrize("cut", [17, 90, 200])
def test_a_part_that_reaches_past_the_end_has_a_sentence(cut: int) -> None:
    with pytest.raises(MalformedContainer, match="reaches past its end"):
        open_bytes(fatbin("/srv/one")[:-cut], "x", Limits())


def test_nvcc_in_another_directory(tmp_path: Path) -> None:
    if shutil.which("nvcc") is None:
        pytest.skip("needs nvcc")
    made = []
    for place in ("one", "another-directory"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "p.cu").write_text(SOURCE)
        # The line table of device code holds the time of the source.
        os.utime(tmp_path / place / "p.cu", (1_700_000_000, 1_700_000_000))
        words = ["nvcc", "-arch=sm_90", "-lineinfo", "-c", str(tmp_path / place / "p.cu"), "-o", "p.o"]
        done = subprocess.run(words, cwd=tmp_path / place, capture_output=True, timeout=120)
        if done.returncode:
            pytest.skip("nvcc cannot compile here")
        made.append(str(tmp_path / place / "p.o"))
    report = compare(*made)
    assert isinstance(report, Report)
    assert report.ledger is not None
    causes = {found.cause: found.confidence.value for found in report.findings if found.role.value != "consequence"}
    assert causes["build-path"] == "certain"
    assert report.ledger.totals.unexplained.most == 0
    row = next(row for row in report.ledger.rows if row.name == ".nv_fatbin")
    assert row.classes.unexplained.most == 0
