"""The digests by which an image is known, computed from what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.layouts import compact, config_of, crane, layout, tar_of
from elfdiff.errors import MalformedContainer
from elfdiff.images.digests import image_digests

LAYER = tar_of({"app": b"hello\n"})


def test_a_layout_is_known_by_manifest_and_config(tmp_path: Path) -> None:
    layout(tmp_path / "image", [LAYER])
    found = image_digests(str(tmp_path / "image"))
    assert found is not None
    (named,) = json.loads((tmp_path / "image" / "index.json").read_text())["manifests"]
    assert found.manifests == (("linux/amd64", named["digest"]),)
    assert len(found.configs) == 1
    assert found.names == {named["digest"], *found.configs}


def test_an_archive_without_a_manifest_is_known_by_its_id(tmp_path: Path) -> None:
    archive = tmp_path / "image.tar"
    archive.write_bytes(crane([LAYER]))
    found = image_digests(str(archive))
    assert found is not None
    assert found.manifests == found.indexes == ()
    layout(tmp_path / "image", [LAYER])
    other = image_digests(str(tmp_path / "image"))
    assert other is not None
    assert found.same(other) == (found.configs == other.configs)


def test_what_is_no_image_has_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text\n")
    assert image_digests(str(tmp_path / "file")) is None
    assert image_digests(str(tmp_path)) is None


@pytest.mark.parametrize("which", ["config", "layer", "manifest"])
def test_a_blob_without_its_digest_is_no_image_to_go_by(tmp_path: Path, which: str) -> None:
    """Nobody may keep the digest and change what it names."""
    layout(tmp_path / "image", [LAYER])
    found = image_digests(str(tmp_path / "image"))
    assert found is not None
    blobs = tmp_path / "image" / "blobs" / "sha256"
    known = {"manifest": found.manifests[0][1], "config": found.configs[0]}
    rest = {path.name for path in blobs.iterdir()} - {digest.removeprefix("sha256:") for digest in known.values()}
    name = known[which].removeprefix("sha256:") if which in known else rest.pop()
    content = (blobs / name).read_bytes()
    (blobs / name).write_bytes(content.replace(b"linux", b"LINUX") if which != "layer" else content[:-1] + b"!")
    if (blobs / name).read_bytes() == content:
        (blobs / name).write_bytes(content + b" ")
    with pytest.raises(MalformedContainer, match="does not have the digest"):
        image_digests(str(tmp_path / "image"))


def test_a_layer_that_the_config_does_not_name_is_told(tmp_path: Path) -> None:
    """An archive names no digest of a layer but by the config's diff_id."""
    archive = tmp_path / "image.tar"
    archive.write_bytes(crane([tar_of({"app": b"HELLO\n"})], compact(config_of([LAYER]))))
    with pytest.raises(MalformedContainer, match="the config names the diff_id"):
        image_digests(str(archive))
