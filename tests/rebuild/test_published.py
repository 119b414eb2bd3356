"""What --against takes: files, images and digests."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.layouts import crane, layout, tar_of
from elfdiff.errors import MalformedContainer, UsageError
from elfdiff.images.digests import image_digests
from elfdiff.rebuild.published import published
from elfdiff.rebuild.result import Equality, Rebuilt

Project = Callable[..., Path]
Experiment = Callable[..., Rebuilt]
HEX = "0" * 64
LAYER = tar_of({"app": b"hello\n"})
OTHER = tar_of({"app": b"HELLO\n"})


@pytest.mark.parametrize(
    ("words", "path", "digest", "artifact"),
    [
        ("/no/app", "/no/app", None, None),
        ("/no/app=build/app", "/no/app", None, "build/app"),
        (f"sha256:{HEX}", None, f"sha256:{HEX}", None),
        (f"sha256:{HEX}=image", None, f"sha256:{HEX}", "image"),
        (f"registry.example/app@sha256:{HEX}", None, f"sha256:{HEX}", None),
        (f"docker://registry.example/app:1@sha256:{HEX}=i", None, f"sha256:{HEX}", "i"),
    ],
)
def test_words_are_read(words: str, path: str | None, digest: str | None, artifact: str | None) -> None:
    found = published(words)
    assert (found.path, found.digest, found.artifact) == (path, digest, artifact)


def test_a_path_with_a_digest(tmp_path: Path) -> None:
    found = published(f"{tmp_path}@sha256:{HEX}=image")
    assert (found.path, found.digest, found.artifact) == (str(tmp_path), f"sha256:{HEX}", "image")


@pytest.mark.parametrize("words", ["docker://registry.example/app:1", "registry.example/app:1", "app:latest=image"])
def test_nothing_is_fetched(words: str) -> None:
    with pytest.raises(UsageError, match="nothing is fetched"):
        published(words)


@pytest.fixture
def tree(project: Project, tmp_path: Path) -> Path:
    """A tree whose build (``tar xf``) leaves an OCI layout, ``image``, and an archive of it, image.tar."""
    place = project(a="1")
    layout(tmp_path / "made" / "image", [LAYER])
    with tarfile.open(place / "all.tar", "w") as archive:
        archive.add(tmp_path / "made" / "image", "image")
    return place


def against(experiment: Experiment, tree: Path, words: str) -> tuple[int, Rebuilt]:
    found = experiment(tree, "tar", "xf", "all.tar", vary="umask", against=words, prove=False)
    assert [row.name for row in found.artifacts] == ["image"]
    assert found.against is not None
    return found.exit, found


def test_the_digest_of_a_manifest_is_what_the_source_gives(tree: Path, experiment: Experiment, tmp_path: Path) -> None:
    known = image_digests(str(tmp_path / "made" / "image"))
    assert known is not None
    (manifest,), (config,) = (digest for _, digest in known.manifests), known.configs
    assert against(experiment, tree, manifest)[0] == 0
    assert against(experiment, tree, f"registry.example/app@{manifest}=image")[0] == 0
    code, found = against(experiment, tree, config)
    assert code == 0
    assert any("the image's ID" in note for note in found.notes)
    code, found = against(experiment, tree, f"sha256:{HEX}")
    assert code == 1
    assert f"image is the image {manifest} (linux/amd64)" in found.notes


def test_an_image_is_held_against_another(tree: Path, experiment: Experiment, tmp_path: Path) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    layout(same, [LAYER])
    (same / "left-behind").write_text("no manifest names it")
    layout(other, [OTHER])
    code, found = against(experiment, tree, f"{same}=image")
    assert (code, found.against and found.against.report) == (0, None)
    code, found = against(experiment, tree, str(other))
    assert code == 1
    assert found.against is not None
    assert found.against.result is Equality.DIFFERENT
    assert found.against.report is not None


def test_an_image_must_be_the_one_that_was_named(tree: Path, experiment: Experiment, tmp_path: Path) -> None:
    layout(tmp_path / "same", [LAYER])
    with pytest.raises(MalformedContainer, match=f"is not sha256:{HEX}"):
        against(experiment, tree, f"{tmp_path / 'same'}@sha256:{HEX}")


def test_the_digest_of_a_plain_file(project: Project, experiment: Experiment) -> None:
    place = project(a="1")
    digest = hashlib.sha256(b"1").hexdigest()
    for name, code in ((digest, 0), (HEX, 1)):
        words = f"sha256:{name}=b"
        found = experiment(place, "cp", "a", "b", vary="umask", artifacts=["b"], against=words)
        assert found.exit == code


def test_an_archive_of_docker_is_an_image_of_itself(project: Project, experiment: Experiment) -> None:
    place = project(a="1")
    (place / "kept").write_bytes(crane([LAYER]))
    with tarfile.open(place / "source.tar", "w") as archive:
        archive.add(place / "a", "a")
    found = experiment(place, "sh", "-c", "cp kept image.tar; cp source.tar copy.tar", vary="umask")
    assert [row.name for row in found.artifacts] == ["image.tar"]


def test_an_image_of_an_earlier_build_is_no_source(tree: Path, experiment: Experiment) -> None:
    layout(tree / "image", [OTHER])
    _, found = against(experiment, tree, f"sha256:{HEX}")
    assert any(note.startswith("left out, as an earlier build made them: image (") for note in found.notes)
