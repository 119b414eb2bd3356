"""Images written by hand: OCI layouts, and archives as crane and docker save write them, of layers given as tar."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from elfdiff.accounting import goflate

GZIP, PLAIN, ZSTD = (f"application/vnd.oci.image.layer.v1.tar{end}" for end in ("+gzip", "", "+zstd"))
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER = {
    MANIFEST: "application/vnd.docker.distribution.manifest.v2+json",
    CONFIG: "application/vnd.docker.container.image.v1+json",
    GZIP: "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
EPOCH = "1970-01-01T00:00:00Z"


def compact(value: object) -> bytes:
    """JSON as Go writes it."""
    return json.dumps(value, separators=(",", ":")).encode()


def go_like(data: bytes) -> bytes:
    """gzip with the header that Go's writer leaves: no time, level 0, system unknown."""
    made = bytearray(gzip.compress(data, 6, mtime=0))
    made[8:10] = b"\0\xff"
    return bytes(made)


def tar_of(
    files: Mapping[str, bytes], edit: Callable[[tarfile.TarInfo], None] = lambda info: None, **options: Any
) -> bytes:
    """A tar with these regular files, all at time 0 and of root; ``edit`` changes an entry's header."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=options.pop("format", tarfile.USTAR_FORMAT), **options) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(content), 0o644, 0
            edit(info)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def config_of(layers: Sequence[bytes], **changes: Any) -> dict[str, Any]:
    """An image config for these layers (uncompressed)."""
    value: dict[str, Any] = {
        "created": EPOCH,
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["/app"]},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
        "history": [{"created": EPOCH, "created_by": "make"} for _ in layers],
    }
    return value | changes


def layout(
    place: Path,
    layers: Sequence[bytes],
    *,
    config: bytes | None = None,
    compress: Callable[[bytes], bytes] = go_like,
    media: str = GZIP,
    types: Mapping[str, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> str:
    """An OCI layout with one image; the digest of its manifest. ``types`` replaces media types."""
    named = (lambda kind: kind) if types is None else (lambda kind: types.get(kind, kind))
    config = config if config is not None else compact(config_of(layers))
    blobs = [compress(layer) for layer in layers]
    value: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": named(MANIFEST),
        "config": descriptor(named(CONFIG), config),
        "layers": [descriptor(named(media), blob) for blob in blobs],
    }
    value = {key: item for key, item in (value | dict(manifest or {})).items() if item is not None}
    body = compact(value)
    folder = place / "blobs" / "sha256"
    folder.mkdir(parents=True)
    for blob in (*blobs, config, body):
        (folder / _digest(blob)).write_bytes(blob)
    index = {"schemaVersion": 2, "manifests": [descriptor(named(MANIFEST), body)]}
    (place / "index.json").write_bytes(compact(index))
    (place / "oci-layout").write_bytes(compact({"imageLayoutVersion": "1.0.0"}))
    return digest_of(body)


def go_fastest(data: bytes) -> bytes:
    """gzip to the bit as Go writes it at BestSpeed, which crane asks for (Go 1.27)."""
    end = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\0\0\0\0\0\x04\xff" + goflate.deflate(data, goflate.GO_1_27) + end


def crane(
    layers: Sequence[bytes], config: bytes | None = None, compress: Callable[[bytes], bytes] = go_fastest
) -> bytes:
    """An archive as crane writes it: config, layers, manifest.json; every time 0 (go-containerregistry, tarball)."""
    config = config if config is not None else compact(config_of(layers))
    blobs = [compress(layer) for layer in layers]
    names = [f"{_digest(blob)}.tar.gz" for blob in blobs]
    name = digest_of(config)
    index = [{"Config": name, "RepoTags": ["example.com/app:v1"], "Layers": names}]
    return go_tar({name: config, **dict(zip(names, blobs, strict=True)), "manifest.json": compact(index)})


def go_tar(files: Mapping[str, bytes]) -> bytes:
    """A tar as Go's archive/tar writes it: numbers of devices in every header, and two empty blocks at the end."""
    out: list[bytes] = []
    for name, content in files.items():
        header = bytearray(tar_of({name: content})[:512])
        header[329:345] = b"0000000\0" * 2
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        out += [bytes(header), content, bytes(-len(content) % 512)]
    return b"".join(out) + bytes(1024)


def crane_append(layer: bytes) -> bytes:
    """What ``crane append -f layer.tar -t example.com/app:v1 -o image.tar`` writes, byte for byte."""
    never = "0001-01-01T00:00:00Z"
    config = {
        "architecture": "",
        "created": never,
        "history": [{"created": never}],
        "os": "",
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
        "config": {},
    }
    return crane([layer], compact(config))


def crane_digest(archive: bytes) -> str:
    """What ``crane digest --tarball`` says: the digest of the manifest with Docker's media types that it would push."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as read:
        files = {item.name: file.read() for item in read if (file := read.extractfile(item)) is not None}
    (image,) = json.loads(files["manifest.json"])
    manifest = {
        "schemaVersion": 2,
        "mediaType": DOCKER[MANIFEST],
        "config": {"mediaType": DOCKER[CONFIG]} | _sized(files[image["Config"]]),
        "layers": [{"mediaType": DOCKER[GZIP]} | _sized(files[name]) for name in image["Layers"]],
    }
    return digest_of(compact(manifest))


def _sized(blob: bytes) -> dict[str, Any]:
    """Size and digest, in the order of Go's Descriptor."""
    return {"size": len(blob), "digest": digest_of(blob)}


def descriptor(kind: str, blob: bytes) -> dict[str, Any]:
    """What names a blob in a manifest or an index."""
    return {"mediaType": kind, "digest": digest_of(blob), "size": len(blob)}


def digest_of(data: bytes) -> str:
    """As descriptors and configs name it."""
    return f"sha256:{_digest(data)}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
