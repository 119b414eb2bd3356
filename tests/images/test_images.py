"""Pairs of images that differ in one thing: root, digests and verdict; nothing that follows is a root."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import struct
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.layouts import (
    DOCKER,
    PLAIN,
    ZSTD,
    compact,
    config_of,
    crane,
    crane_append,
    crane_digest,
    descriptor,
    go_like,
    layout,
    tar_of,
)
from elfdiff.cli.main import main
from elfdiff.errors import ElfdiffError, UsageError
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

FILES = {"app": b"#!/bin/sh\necho hello\n" * 40, "etc/app.conf": b"level = 3\n"}
LATER = "2026-03-01T12:00:00.123456789Z"


def compared(a: Path, b: Path, **options: Any) -> Tree:
    found = compare_paths(str(a), str(b), TreeOptions(**options))
    assert isinstance(found, Tree)
    return found


def roots(tree: Tree) -> set[str]:
    return {item.finding.cause for item in tree.findings if item.finding.role.value == "root"}


def unexplained(tree: Tree) -> int:
    return tree.ledger.totals.unexplained.most if tree.ledger is not None else 0


def later(info: tarfile.TarInfo) -> None:
    info.mtime = 1_772_366_400


def owned(info: tarfile.TarInfo) -> None:
    info.uid, info.uname = 1000, "builder"


def made_by(words: str, created: str) -> bytes:
    layer = tar_of(FILES)
    return compact(config_of([layer], created=created, history=[{"created": created, "created_by": words}]))


def test_equal_images_are_identical(tmp_path: Path) -> None:
    for side in "ab":
        layout(tmp_path / side, [tar_of(FILES)])
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (tree.verdict.value, tree.exit) == ("identical", 0)


@pytest.mark.parametrize(
    ("words", "face"),
    [
        ("umoci raw add-layer", "time-image-by-umoci"),
        ("buildah commit", "time-image-by-buildah"),
        ("RUN make # buildkit", "time-image-by-buildkit"),
        ("something else", "time-image-created"),
    ],
)
def test_the_time_of_an_image_is_build_time_and_its_builder_is_told(tmp_path: Path, words: str, face: str) -> None:
    layer = tar_of(FILES)
    layout(tmp_path / "a", [layer], config=made_by(words, "2026-02-01T12:00:00Z"))
    layout(tmp_path / "b", [layer], config=made_by(words, LATER))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree), tree.verdict.value) == ({"build-time"}, 0, "explained")
    (finding,) = [item.finding for item in tree.findings if item.finding.cause == "build-time"]
    assert finding.faces == (face,)
    assert tree.image is not None
    assert [layer.status for layer in tree.image.layers] == ["same"]
    assert tree.image.config_digest[0] != tree.image.config_digest[1]


@pytest.mark.parametrize(
    ("edit", "cause", "face"),
    [(later, "file-times", "time-in-image-layer"), (owned, "host-identity", "owner-in-tar")],
)
def test_metadata_in_a_layer(tmp_path: Path, edit: Callable[[tarfile.TarInfo], None], cause: str, face: str) -> None:
    layout(tmp_path / "a", [tar_of(FILES)])
    layout(tmp_path / "b", [tar_of(FILES, edit)])
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree)) == ({cause}, 0)
    (finding,) = [item.finding for item in tree.findings if item.finding.cause == cause]
    assert face in finding.faces
    assert tree.image is not None
    assert [layer.status for layer in tree.image.layers] == ["changed"]


@pytest.mark.parametrize(
    "compress",
    [lambda data: gzip.compress(data, 9, mtime=0), lambda data: gzip.compress(data, 1, mtime=0)],
    ids=["level 9", "level 1"],
)
def test_only_the_compression_of_a_layer(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    layout(tmp_path / "a", [tar_of(FILES)])
    layout(tmp_path / "b", [tar_of(FILES)], compress=compress)
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree), tree.verdict.value) == ({"archive-metadata"}, 0, "explained")
    assert tree.image is not None
    assert [layer.status for layer in tree.image.layers] == ["compression"]
    assert tree.image.config_digest[0] == tree.image.config_digest[1]


def test_go_leaves_no_time_where_it_leaves_its_zero_time(tmp_path: Path) -> None:
    def zero(data: bytes) -> bytes:
        made = bytearray(go_like(data))
        made[4:8] = (0x886E0900).to_bytes(4, "little")
        return bytes(made)

    layout(tmp_path / "a", [tar_of(FILES)])
    layout(tmp_path / "b", [tar_of(FILES)], compress=zero)
    assert roots(compared(tmp_path / "a", tmp_path / "b")) == {"archive-metadata"}


@pytest.mark.parametrize(("media", "compress"), [(PLAIN, bytes), (ZSTD, None)], ids=["plain", "zstd"])
def test_another_compressor(tmp_path: Path, media: str, compress: Callable[[bytes], bytes] | None) -> None:
    import zstandard

    layout(tmp_path / "a", [tar_of(FILES)])
    layout(tmp_path / "b", [tar_of(FILES)], media=media, compress=compress or zstandard.ZstdCompressor().compress)
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert tree.image is not None
    assert [layer.status for layer in tree.image.layers] == ["compression"]
    assert roots(tree) == {"archive-metadata"}


def test_only_media_types(tmp_path: Path) -> None:
    layout(tmp_path / "a", [tar_of(FILES)])
    layout(tmp_path / "b", [tar_of(FILES)], types=DOCKER)
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree)) == ({"archive-metadata"}, 0)
    assert tree.image is not None
    assert tree.image.config_digest[0] == tree.image.config_digest[1]
    assert tree.image.manifest_digest is not None
    assert tree.image.manifest_digest[0] != tree.image.manifest_digest[1]


def test_only_the_form_of_the_config(tmp_path: Path) -> None:
    layer = tar_of(FILES)
    layout(tmp_path / "a", [layer], config=compact(config_of([layer])))
    layout(tmp_path / "b", [layer], config=compact(config_of([layer])) + b"\n")
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree)) == ({"archive-metadata"}, 0)


def test_a_changed_file_is_an_input(tmp_path: Path) -> None:
    layout(tmp_path / "a", [tar_of(FILES)])
    layout(tmp_path / "b", [tar_of(FILES | {"etc/app.conf": b"level = 4 and more\n"})])
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert not roots(tree) or all(item.finding.confidence.value == "possible" for item in tree.findings)
    assert tree.verdict.value != "explained"


def test_a_layer_that_only_one_side_has(tmp_path: Path) -> None:
    one, two = tar_of(FILES), tar_of({"more": b"x"})
    layout(tmp_path / "a", [one])
    layout(tmp_path / "b", [one, two])
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert tree.image is not None
    assert [layer.status for layer in tree.image.layers] == ["same", "added"]
    assert tree.verdict.value == "inputs-differ"


def test_an_archive_without_manifest_says_so(tmp_path: Path) -> None:
    layer = tar_of(FILES)
    (tmp_path / "a.tar").write_bytes(crane([layer]))
    (tmp_path / "b.tar").write_bytes(crane([layer], compact(config_of([layer], created=LATER))))
    tree = compared(tmp_path / "a.tar", tmp_path / "b.tar")
    assert tree.image is not None
    assert tree.image.manifest_digest is None
    assert (roots(tree), unexplained(tree)) == ({"build-time"}, 0)
    assert any("no manifest" in note for note in tree.notes)


def test_a_blob_without_its_digest_fails_and_the_rest_is_told(tmp_path: Path) -> None:
    for side in "ab":
        layout(tmp_path / side, [tar_of(FILES)])
    (blob,) = [file for file in (tmp_path / "b" / "blobs" / "sha256").iterdir() if file.read_bytes()[:2] == b"\x1f\x8b"]
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 2
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert any("does not have its digest" in (entry.error or "") for entry in tree.entries)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("index.json", "{", "is no JSON"),
        ("index.json", '{"manifests": [{"digest": "md5:1"}]}', "without a SHA-256 digest"),
        ("index.json", '{"manifests": []}', "names no image$"),
        ("index.json", f'{{"manifests": [{{"digest": "sha256:{"0" * 64}"}}]}}', "whose manifest is there"),
        ("index.json", "[" * 100 + "]" * 100, "nested more than 64 deep"),
    ],
)
def test_damaged_layouts_end_in_a_sentence(tmp_path: Path, name: str, text: str, words: str) -> None:
    for side in "ab":
        layout(tmp_path / side, [tar_of(FILES)])
    (tmp_path / "b" / name).write_text(text)
    with pytest.raises(ElfdiffError, match=words):
        compared(tmp_path / "a", tmp_path / "b")


def several(place: Path, created: str) -> None:
    """A layout with two platforms, of which the second one's time is given."""
    layer = tar_of(FILES)
    parts = []
    for architecture, when in (("amd64", "2026-02-01T12:00:00Z"), ("arm64", created)):
        part = place.with_name(f"{place.name}-{architecture}")
        layout(part, [layer], config=compact(config_of([layer], architecture=architecture, created=when)))
        index = json.loads((part / "index.json").read_text())
        parts.append(index["manifests"][0] | {"platform": {"os": "linux", "architecture": architecture}})
        shutil.copytree(part / "blobs", place / "blobs", dirs_exist_ok=True)
        shutil.copy(part / "oci-layout", place)
    (place / "index.json").write_bytes(compact({"schemaVersion": 2, "manifests": parts}))


def test_a_platform_can_be_chosen(tmp_path: Path) -> None:
    several(tmp_path / "a", "2026-02-01T12:00:00Z")
    several(tmp_path / "b", LATER)
    both = compared(tmp_path / "a", tmp_path / "b")
    assert both.image is not None
    assert (both.image.platform, roots(both)) == ("linux/amd64", {"build-time"})
    one = compared(tmp_path / "a", tmp_path / "b", platform="linux/arm64")
    assert one.image is not None
    assert (one.image.platform, roots(one)) == ("linux/arm64", {"build-time"})
    other = compared(tmp_path / "a", tmp_path / "b", platform="linux/amd64")
    assert other.image is not None
    assert other.image.config_digest[0] == other.image.config_digest[1]
    with pytest.raises(UsageError, match="linux/riscv64"):
        compared(tmp_path / "a", tmp_path / "b", platform="linux/riscv64")


def packed(place: Path, target: Path) -> None:
    """The files of a directory as a tar."""
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(place.rglob("*")):
            archive.add(file, str(file.relative_to(place)), recursive=False)


def forms(folder: Path) -> dict[str, Path]:
    """One image of two layers: a layout, the same as an archive, crane's archive, and one as docker save wrote it."""
    layers = [tar_of(FILES), tar_of({"more": b"x" * 900})]
    layout(folder / "oci", layers)
    packed(folder / "oci", folder / "oci.tar")
    (folder / "crane.tar").write_bytes(crane(layers))
    config = compact(config_of(layers))
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    index = [{"Config": name, "RepoTags": None, "Layers": [f"l{n}/layer.tar" for n in range(len(layers))]}]
    files = {name: config, "manifest.json": compact(index), "repositories": b"{}"}
    for number, layer in enumerate(layers):
        files |= {f"l{number}/layer.tar": layer, f"l{number}/VERSION": b"1.0", f"l{number}/json": b"{}"}
    (folder / "docker.tar").write_bytes(tar_of(files))
    return {name: folder / name for name in ("oci", "oci.tar", "crane.tar", "docker.tar")}


@pytest.mark.parametrize(
    ("a", "b", "note"),
    [
        ("oci", "oci.tar", "the manifest digest, which a registry goes by, is the same"),
        ("oci", "crane.tar", "the image's ID, is the same"),
        ("docker.tar", "oci", "the image's ID, is the same"),
        ("crane.tar", "docker.tar", "the image's ID, is the same"),
    ],
)
def test_one_image_kept_in_two_ways_is_one_image(tmp_path: Path, a: str, b: str, note: str) -> None:
    made = forms(tmp_path)
    for one, other in ((a, b), (b, a)):
        tree = compared(made[one], made[other])
        assert (roots(tree), unexplained(tree), tree.verdict.value, tree.exit) == (
            {"archive-metadata"},
            0,
            "explained",
            1,
        )
        (finding,) = (item.finding for item in tree.findings)
        assert "image-packed-otherwise" in finding.faces
        assert tree.incomparable is None
        assert any(note in said for said in tree.notes)
        assert not any(entry.status.value in ("added", "removed") for entry in tree.entries)


def test_images_that_differ_are_compared_whatever_they_are_kept_in(tmp_path: Path) -> None:
    layer = tar_of(FILES)
    layout(tmp_path / "a", [layer])
    (tmp_path / "b.tar").write_bytes(crane([layer], compact(config_of([layer], created=LATER))))
    tree = compared(tmp_path / "a", tmp_path / "b.tar")
    assert roots(tree) == {"archive-metadata", "build-time"}
    assert unexplained(tree) == 0
    assert not any("one image" in said for said in tree.notes)


@pytest.mark.parametrize("compress", [go_like, bytes, None], ids=["gzip", "plain", "zstd"])
@pytest.mark.parametrize("equal", [True, False])
def test_a_wrong_diff_id_names_file_and_layer(
    tmp_path: Path, equal: bool, compress: Callable[[bytes], bytes] | None
) -> None:
    import zstandard

    one, two = tar_of(FILES), tar_of({"more": b"x"})
    other = two if equal else tar_of({"more": b"y"})
    how = compress or zstandard.ZstdCompressor().compress
    layout(tmp_path / "a", [one, two], compress=how)
    config = config_of([one, other])
    config["rootfs"]["diff_ids"][1] = f"sha256:{'0' * 64}"
    layout(tmp_path / "b", [one, other], config=compact(config), compress=how)
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert tree.exit == 2
    (failed,) = (entry for entry in tree.entries if entry.error is not None)
    assert failed.name == "layer 2"
    assert failed.error is not None
    assert failed.error.startswith(
        f"b: {tmp_path / 'b'}: layer 2 holds sha256:{hashlib.sha256(other).hexdigest()}, and"
    )
    assert f"sha256:{'0' * 64}" in failed.error
    assert any(entry.name == "config" and entry.status.value == "changed" for entry in tree.entries)


def test_a_config_that_names_more_layers_than_there_are_is_told(tmp_path: Path) -> None:
    layer = tar_of(FILES)
    layout(tmp_path / "a", [layer])
    layout(tmp_path / "b", [layer], config=compact(config_of([layer, layer])))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert "b: the config of linux/amd64 names 2 layers, and there are 1" in tree.notes


def test_layers_past_the_limit_are_not_hashed_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from elfdiff.images import diffids

    monkeypatch.setattr(diffids, "MAX_BYTES", 10)
    layer = tar_of(FILES)
    layout(tmp_path / "a", [layer])
    layout(tmp_path / "b", [layer], types=DOCKER)
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert any(note.startswith("what 2 layers hold was not hashed") for note in tree.notes)


def test_files_that_are_called_as_those_of_images_are_compared_as_files(tmp_path: Path) -> None:
    for side in "ab":
        (tmp_path / side).mkdir()
        (tmp_path / side / "manifest.json").write_text(f'[{{"Config": "{side}.json", "Layers": []}}]')
    tree = compared(tmp_path / "a" / "manifest.json", tmp_path / "b" / "manifest.json")
    assert (tree.exit, tree.image) == (1, None)


def inputs(tree: Tree) -> set[str]:
    return {item.finding.cause for item in tree.findings if item.finding.role.value == "input"}


def statuses(tree: Tree) -> list[str]:
    assert tree.image is not None
    return [layer.status for layer in tree.image.layers]


def test_a_layer_more_in_the_middle_leaves_the_others_with_their_partners(tmp_path: Path) -> None:
    one, two, new = tar_of(FILES), tar_of({"more": b"x" * 300}), tar_of({"new": b"n" * 99})
    layout(tmp_path / "a", [one, two])
    layout(tmp_path / "b", [one, new, two])
    for tree, status in (
        (compared(tmp_path / "a", tmp_path / "b"), "added"),
        (compared(tmp_path / "b", tmp_path / "a"), "removed"),
    ):
        assert statuses(tree) == ["same", status, "same"]
        assert (roots(tree), inputs(tree), unexplained(tree)) == (set(), {"file-set"}, 0)
    (added,) = (e for e in compared(tmp_path / "a", tmp_path / "b").entries if e.status.value == "added")
    assert added.name == "layer 2 (b)"


def test_layers_in_another_order_are_an_input_and_nothing_else(tmp_path: Path) -> None:
    one, two = tar_of(FILES), tar_of({"more": b"x" * 300})
    layout(tmp_path / "a", [one, two])
    layout(tmp_path / "b", [two, one])
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), inputs(tree), statuses(tree)) == (set(), {"source-change"}, ["moved", "moved"])
    (finding,) = (item.finding for item in tree.findings if item.finding.cause == "source-change")
    assert "in the order 2, 1" in finding.summary


@pytest.mark.parametrize(
    ("a", "b", "root", "given"),
    [
        ("RUN make all", "RUN make all install", set(), {"source-change"}),
        ("umoci raw add-layer", "buildah commit", {"archive-metadata"}, set()),
        ("|1 DATE=2026-02-01T12:00:00Z sh -c make", "|1 DATE=2026-03-05T01:02:03Z sh -c make", {"build-time"}, set()),
        ("RUN make -C /home/ci/b1/src", "RUN make -C /tmp/build-2/src", {"build-path"}, set()),
    ],
)
def test_a_command_of_history_is_read_as_what_it_is(
    tmp_path: Path, a: str, b: str, root: set[str], given: set[str]
) -> None:
    layout(tmp_path / "a", [tar_of(FILES)], config=made_by(a, "2026-02-01T12:00:00Z"))
    layout(tmp_path / "b", [tar_of(FILES)], config=made_by(b, "2026-02-01T12:00:00Z"))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), inputs(tree)) == (root, given)


def test_a_step_that_only_one_side_has_is_no_time(tmp_path: Path) -> None:
    layer = tar_of(FILES)
    step = {"created": "1970-01-01T00:00:00Z", "created_by": "make"}
    empty = step | {"created_by": "CMD /app", "empty_layer": True}
    layout(tmp_path / "a", [layer])
    layout(tmp_path / "b", [layer], config=compact(config_of([layer], history=[step, empty])))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), inputs(tree)) == (set(), {"source-change"})


def test_a_digest_that_is_not_of_the_image_follows_from_nothing(tmp_path: Path) -> None:
    key = "org.opencontainers.image.base.digest"
    for side, digit in (("a", "1"), ("b", "2")):
        layout(tmp_path / side, [tar_of(FILES)], manifest={"annotations": {key: f"sha256:{digit * 64}"}})
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), inputs(tree)) == (set(), {"dependency-version"})
    (finding,) = (item.finding for item in tree.findings if item.finding.cause == "dependency-version")
    assert finding.faces == ("image-base",)
    assert "by its digest" in finding.fixes[0].action.line


def test_provenance_that_buildkit_attaches_differs_in_every_build(tmp_path: Path) -> None:
    from benchmarks.images import made
    from benchmarks.more_images import attested

    attested("q3j1kd0f8wmk")(tmp_path / "a")
    attested("z9x8c7v6b5nm")(tmp_path / "b")
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), inputs(tree), unexplained(tree), statuses(tree)) == ({"build-time"}, set(), 0, ["same"])
    assert tree.image is not None
    assert tree.image.manifest_digest is not None
    assert tree.image.manifest_digest[0] == tree.image.manifest_digest[1]
    (finding,) = (item.finding for item in tree.findings if item.finding.cause == "build-time")
    assert finding.faces == ("time-image-attestation",)
    assert "--provenance=false" in finding.fixes[0].action.line
    made()(tmp_path / "c")
    alone = compared(tmp_path / "c", tmp_path / "b")
    assert (roots(alone), inputs(alone)) == (set(), {"file-set"})
    assert any(note.startswith("only b carries attestations") for note in alone.notes)


def test_a_stream_of_an_unknown_encoder_over_the_same_contents_is_a_choice(tmp_path: Path) -> None:
    """Stored blocks in odd pieces: no compressor writes them, and the contents are the same."""

    def odd(size: int) -> Callable[[bytes], bytes]:
        def compress(data: bytes) -> bytes:
            parts = [data[at : at + size] for at in range(0, len(data), size)]
            blocks = b"".join(struct.pack("<BHH", 0, len(p), len(p) ^ 0xFFFF) + p for p in parts)
            end = struct.pack("<BHHII", 1, 0, 0xFFFF, zlib.crc32(data), len(data))
            return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + blocks + end

        return compress

    layout(tmp_path / "a", [tar_of(FILES)], compress=odd(777))
    layout(tmp_path / "b", [tar_of(FILES)], compress=odd(999))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree), tree.verdict.value) == ({"archive-metadata"}, 0, "explained")


def test_streams_of_go_follow_from_their_contents(tmp_path: Path) -> None:
    for side, edit in (("a", lambda info: None), ("b", later)):
        (tmp_path / side).write_bytes(crane([tar_of(FILES | {"big": bytes(range(256)) * 700}, edit)]))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree), tree.verdict.value) == ({"file-times"}, 0, "explained")


def test_an_archive_is_assembled_as_crane_does_it() -> None:
    from benchmarks.images import CRANE_DIGEST, CRANE_FILE
    from benchmarks.images import FILES as PLAIN_FILES

    made = crane_append(tar_of(PLAIN_FILES))
    assert (hashlib.sha256(made).hexdigest(), crane_digest(made)) == (CRANE_FILE, CRANE_DIGEST)


def test_what_a_pax_header_says_more_is_no_time_and_no_owner(tmp_path: Path) -> None:
    from benchmarks.more_images import capable

    for side, edit in (("a", lambda info: None), ("b", capable)):
        layout(tmp_path / side, [tar_of({"app": b"x" * 99}, edit, format=tarfile.PAX_FORMAT)])
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), inputs(tree)) == (set(), {"file-modes"})


def test_the_process_in_names_of_pax_headers(tmp_path: Path) -> None:
    def numbered(process: bytes) -> bytes:
        plain = tar_of({"f": b"x"}, lambda info: info.pax_headers.update(comment="c"), format=tarfile.PAX_FORMAT)
        header = bytearray(plain[:512])
        header[:100] = b"./PaxHeaders.%s/f" % process + bytes(100 - len(b"./PaxHeaders.%s/f" % process))
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        return bytes(header) + plain[512:]

    layout(tmp_path / "a", [numbered(b"123")])
    layout(tmp_path / "b", [numbered(b"4567")])
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree)) == ({"archive-metadata"}, 0)
    (finding,) = (item.finding for item in tree.findings if item.finding.cause == "archive-metadata")
    assert finding.faces == ("pax-header-process",)


def test_an_index_in_the_index_is_compared_and_its_digest_computed(tmp_path: Path) -> None:
    inner = {"org.opencontainers.image.created": "2026-01-01T00:00:00Z"}
    digests = {}
    for side, notes in (("a", inner), ("b", {"org.opencontainers.image.created": LATER})):
        layout(tmp_path / side, [tar_of(FILES)])
        index = json.loads((tmp_path / side / "index.json").read_text()) | {"annotations": notes}
        body = compact(index)
        digests[side] = hashlib.sha256(body).hexdigest()
        (tmp_path / side / "blobs" / "sha256" / digests[side]).write_bytes(body)
        kind = "application/vnd.oci.image.index.v1+json"
        outer = {"schemaVersion": 2, "manifests": [descriptor(kind, body)]}
        (tmp_path / side / "index.json").write_bytes(compact(outer))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree)) == ({"build-time"}, 0)
    assert tree.image is not None
    assert tree.image.manifest_digest is not None
    assert tree.image.manifest_digest[0] == tree.image.manifest_digest[1]
    assert compared(tmp_path / "a", tmp_path / "b", platform="linux/amd64").exit == 0
    damaged = tmp_path / "b" / "blobs" / "sha256" / digests["b"]
    damaged.write_bytes(damaged.read_bytes() + b" ")
    assert compared(tmp_path / "a", tmp_path / "b").exit == 2


def test_what_indexes_name_many_times_is_read_once(tmp_path: Path) -> None:
    """Three indexes one in the other, each of which names the next one 900 times."""
    kind = "application/vnd.oci.image.index.v1+json"
    for side in "ab":
        layout(tmp_path / side, [tar_of(FILES)])
    items = json.loads((tmp_path / "b" / "index.json").read_text())["manifests"] * 900
    for _ in range(3):
        body = compact({"schemaVersion": 2, "manifests": items})
        (tmp_path / "b" / "blobs" / "sha256" / hashlib.sha256(body).hexdigest()).write_bytes(body)
        items = [descriptor(kind, body)] * 900
    (tmp_path / "b" / "index.json").write_bytes(compact({"schemaVersion": 2, "manifests": items}))
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert tree.image is not None
    assert tree.image.manifest_digest is not None
    assert tree.image.manifest_digest[0] == tree.image.manifest_digest[1]


def test_an_index_that_names_itself_ends_in_a_sentence(tmp_path: Path) -> None:
    for side in "ab":
        layout(tmp_path / side, [tar_of(FILES)])
    names = [f"{number:064x}" for number in range(9)]
    items = [{"digest": f"sha256:{name}", "size": 1} for name in names]
    for name in names:
        (tmp_path / "b" / "blobs" / "sha256" / name).write_bytes(compact({"manifests": items}))
    (tmp_path / "b" / "index.json").write_bytes(compact({"schemaVersion": 2, "manifests": items}))
    with pytest.raises(ElfdiffError, match="nests indexes more than 4 deep"):
        compared(tmp_path / "a", tmp_path / "b")


def test_more_layers_than_the_limit_are_a_sentence(tmp_path: Path) -> None:
    from elfdiff.images.layout import MAX_LAYERS

    layer = tar_of(FILES)
    for side in "ab":
        layout(tmp_path / side, [layer], config=compact(config_of([layer], created=LATER)))
    index = json.loads((tmp_path / "b" / "index.json").read_text())
    path = tmp_path / "b" / "blobs" / "sha256" / index["manifests"][0]["digest"].removeprefix("sha256:")
    manifest = json.loads(path.read_text())
    manifest["layers"] = manifest["layers"] * (MAX_LAYERS + 1)
    path.write_bytes(compact(manifest))
    with pytest.raises(ElfdiffError, match=rf"names {MAX_LAYERS + 1} layers of one image, and the limit is"):
        compared(tmp_path / "a", tmp_path / "b")


def test_a_fixed_part_of_the_damaged_images() -> None:
    pytest.importorskip("resource")
    import random

    from benchmarks.fuzz_images import fuzzed

    ends, faults = fuzzed(80, random.Random(15), lambda line: None)
    assert [fault for fault in faults if "too slow" not in fault] == []
    assert sum(ends.values()) >= 80


def test_the_compressor_of_a_layer_is_told_with_what_sets_it(tmp_path: Path) -> None:
    layout(tmp_path / "a", [tar_of(FILES)])
    layout(tmp_path / "b", [tar_of(FILES)], compress=lambda data: gzip.compress(data, 9, mtime=0))
    tree = compared(tmp_path / "a", tmp_path / "b")
    (finding,) = (item.finding for item in tree.findings if item.finding.cause == "archive-metadata")
    assert finding.faces == ("image-layer-compression",)
    assert finding.summary.startswith("level, system: ") or finding.summary.startswith("level and system: ")
    assert "compress the layers of both" in finding.fixes[0].action.line


def test_how_a_layout_lies_on_the_disk_is_no_part_of_the_image(tmp_path: Path) -> None:
    for side, mode in (("a", 0o600), ("b", 0o644)):
        layout(tmp_path / side, [tar_of(FILES)])
        for file in (tmp_path / side).rglob("*"):
            file.chmod(mode | 0o111 if file.is_dir() else mode)
    assert compared(tmp_path / "a", tmp_path / "b").exit == 0
    (tmp_path / "b" / "oci-layout").write_bytes(b'{"imageLayoutVersion": "1.0.0"}\n')
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree), tree.verdict.value) == ({"archive-metadata"}, 0, "explained")


def test_brackets_belong_to_the_member_that_came(tmp_path: Path) -> None:
    from benchmarks.images import made
    from benchmarks.more_images import tagged

    made()(tmp_path / "a")
    tagged("v2")(tmp_path / "b")
    tree = compared(tmp_path / "a", tmp_path / "b")
    assert (roots(tree), unexplained(tree), tree.verdict.value) == ({"archive-metadata"}, 0, "explained")


def test_b_against_a_mirrors(tmp_path: Path) -> None:
    layer = tar_of(FILES)
    layout(tmp_path / "a", [layer])
    layout(tmp_path / "b", [tar_of(FILES, later)], config=compact(config_of([layer], created=LATER)))
    one, other = compared(tmp_path / "a", tmp_path / "b"), compared(tmp_path / "b", tmp_path / "a")
    assert roots(one) == roots(other)
    assert one.ledger is not None
    assert other.ledger is not None
    assert [(s.a, s.b) for s in (one.ledger.totals.differing, one.ledger.totals.payload)] == [
        (s.b, s.a) for s in (other.ledger.totals.differing, other.ledger.totals.payload)
    ]


def test_real_builders(tmp_path: Path) -> None:
    if shutil.which("umoci") is None:
        pytest.skip("umoci is not installed")
    (tmp_path / "layer.tar").write_bytes(tar_of(FILES))

    def build(name: str, *options: str) -> Path:
        place = tmp_path / name
        for command in (
            ["init", "--layout", place],
            ["new", "--image", f"{place}:v1"],
            ["raw", "add-layer", "--image", f"{place}:v1", tmp_path / "layer.tar", *options],
            [
                "config",
                "--image",
                f"{place}:v1",
                "--config.cmd",
                "/app",
                *(["--created=2026-01-01T00:00:00Z"] if options else []),
                *options,
            ],
            ["gc", "--layout", place],
        ):
            subprocess.run(["umoci", *map(str, command)], check=True, capture_output=True, timeout=60)
        return place

    a = build("a")
    b = build("b")
    tree = compared(a, b)
    assert (roots(tree), unexplained(tree)) == ({"build-time"}, 0)
    fixed = [build(name, "--history.created=2026-01-01T00:00:00Z") for name in ("c", "d")]
    assert compared(*fixed).verdict.value == "identical"


@pytest.mark.parametrize("kind", ["one member", "members", "cut", "zstd frames", "zstd cut", "plain"])
def test_what_a_layer_holds_is_hashed_piece_by_piece(kind: str) -> None:
    import zstandard

    from elfdiff.images.diffids import _inflated

    data = bytes(range(256)) * 9_000
    zstd = zstandard.ZstdCompressor().compress
    streams = {
        "one member": gzip.compress(data, 1),
        "members": gzip.compress(data[:1_000]) + gzip.compress(data[1_000:]),
        "cut": gzip.compress(data, 1)[:-9],
        "zstd frames": zstd(data[:1_000]) + zstd(data[1_000:]),
        "zstd cut": zstd(data)[:20],
        "plain": data,
    }
    wanted = None if "cut" in kind else f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert _inflated(streams[kind]) == wanted
