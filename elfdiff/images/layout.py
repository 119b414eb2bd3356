"""A container that holds an image → what each of its files is: index, manifest, config, layer.

OCI layouts (image-spec, image-layout.md, manifest.md, image-index.md), in a directory or a tar, and the archives of
``docker save`` and crane (moby, image/spec/v1.2.md), which hold no manifest of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from elfdiff.containers.model import Container, Entry, EntryKind
from elfdiff.elf.reading import shown
from elfdiff.errors import ElfdiffError, MalformedContainer
from elfdiff.jsonvalues import listed, mapping, read_value, text
from elfdiff.patterns import late
from elfdiff.values import dataclass, field

MAX_JSON = 8 << 20
"""Bytes of an index, a manifest or a config."""
MAX_MANIFESTS = 1_000
MAX_LAYERS = 1_000
"""Layers of one image."""
MAX_ALL_LAYERS = 10_000
"""Layers of all images in a layout or archive, one that several have counted for each."""
MAX_NESTED = 4
"""Indexes in indexes."""
OCI, DOCKER = "OCI image", "docker archive"
IMAGES = (OCI, DOCKER)
_DIGEST = late(r"sha256:([0-9a-f]{64})")
_INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
ATTESTED = "attestation"
"""What the platform of an attestation manifest is called here: BuildKit calls it unknown/unknown."""
_ATTESTATION = "vnd.docker.reference.type"


@dataclass(frozen=True, slots=True)
class Part:
    """One platform's image in a layout. Digests are ``sha256:…``; ``manifest`` is None in docker archives.

    ``paths`` are the names of its files in the container, in the order manifest, config, layers; None for a blob that
    is not there (a layer that a registry keeps).
    """

    platform: str
    manifest: str | None
    config: str
    layers: tuple[str, ...]
    diff_ids: tuple[str, ...]
    paths: tuple[tuple[str, str | None], ...]

    @property
    def layer_paths(self) -> tuple[tuple[str, str | None], ...]:
        """Those of the layers, in order."""
        return self.paths[-len(self.layers) :] if self.layers else ()


@dataclass(frozen=True, slots=True)
class Layout:
    """What an image is made of. ``digests`` are what the files must have: their path → ``sha256:…``.

    ``indexes`` are paths of those below index.json, in the order in which they are named.
    """

    kind: str
    parts: tuple[Part, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()


def layout_of(container: Container) -> Layout | None:
    """The layout of an image, None for a container that is none. MalformedContainer for one that contradicts itself."""
    if container.whole is not None and not container.layers:
        return None
    files = {entry.path: entry for entry in container.entries if entry.kind is not EntryKind.DIRECTORY}
    if "oci-layout" in files and "index.json" in files:
        return _Reader(container, files).oci()
    if "manifest.json" in files:
        value = _quietly(files["manifest.json"])
        if isinstance(value, list) and value and all("Layers" in mapping(item) for item in value):
            return _Reader(container, files).docker(value)
    return None


def _quietly(entry: Entry) -> object:
    try:
        return read_value(entry.read()[: MAX_JSON + 1].decode("utf-8"))
    except (ElfdiffError, ValueError):
        return None


class _Reader:
    """One layout."""

    def __init__(self, container: Container, files: Mapping[str, Entry]) -> None:
        self.container, self.files = container, files
        self.digests: dict[str, str] = {}
        self._hashed: dict[str, str] = {}
        self._read: dict[str, Mapping[str, object]] = {}
        self._seen: set[str] = set()
        self._indexes: list[str] = []
        self._layers = 0

    def oci(self) -> Layout:
        index = self._json("index.json")
        parts = list(self._manifests(index, "index.json", None, 0))
        if not parts:
            missing = " whose manifest is there" if listed(index.get("manifests")) else ""
            raise self._malformed("index.json", f"names no image{missing}")
        return Layout(OCI, tuple(parts), self.digests, tuple(self._indexes))

    def docker(self, value: list[object]) -> Layout:
        parts: list[Part] = []
        for item in value[:MAX_MANIFESTS]:
            config, layers = text(mapping(item).get("Config")), listed(mapping(item).get("Layers"))
            self._count(layers, "manifest.json")
            names = [name for layer in layers if (name := text(layer)) is not None]
            if config is None or config not in self.files or len(names) != len(layers):
                raise self._malformed("manifest.json", "names a config or a layer that is not there")
            read = self._json(config)
            paths = [("config", config), *((f"layer {n}", self._followed(name)) for n, name in enumerate(names, 1))]
            parts.append(
                Part(
                    _platform(read),
                    None,
                    self._digest_of(config),
                    tuple(self._digest_of(path) for _, path in paths[1:]),
                    _diff_ids(read),
                    tuple(paths),
                )
            )
        return Layout(DOCKER, tuple(parts), self.digests)

    def _manifests(self, index: Mapping[str, object], where: str, platform: str | None, depth: int) -> Iterator[Part]:
        if depth > MAX_NESTED:
            raise self._malformed(where, f"nests indexes more than {MAX_NESTED} deep")
        for item in listed(index.get("manifests"))[:MAX_MANIFESTS]:
            descriptor = mapping(item)
            digest = self._digest(descriptor, where)
            path = _blob(digest)
            if path not in self.files or path in self._seen:
                # What is named twice is one image; an index that names itself ends here, too.
                continue
            self._seen.add(path)
            named = _named_platform(mapping(descriptor.get("platform"))) or platform
            if _ATTESTATION in mapping(descriptor.get("annotations")):
                named = ATTESTED
            self.digests[path] = digest
            value = self._json(path)
            if descriptor.get("mediaType") in _INDEX_TYPES or "manifests" in value:
                self._indexes.append(path)
                yield from self._manifests(value, path, named, depth + 1)
            elif "layers" in value:
                yield self._part(value, path, digest, named)

    def _part(self, manifest: Mapping[str, object], path: str, digest: str, platform: str | None) -> Part:
        config = self._digest(mapping(manifest.get("config")), path)
        self._count(listed(manifest.get("layers")), path)
        layers = [self._digest(mapping(item), path) for item in listed(manifest.get("layers"))]
        paths: list[tuple[str, str | None]] = [("manifest", path)]
        for role, name in [("config", config), *((f"layer {n}", layer) for n, layer in enumerate(layers, 1))]:
            place = _blob(name)
            if place in self.files:
                self.digests[place] = name
            paths.append((role, place if place in self.files else None))
        read = self._json(_blob(config)) if _blob(config) in self.files else {}
        return Part(platform or _platform(read), digest, config, tuple(layers), _diff_ids(read), tuple(paths))

    def _count(self, layers: list[object], where: str) -> None:
        self._layers += len(layers)
        if len(layers) > MAX_LAYERS:
            raise self._malformed(where, f"names {len(layers)} layers of one image, and the limit is {MAX_LAYERS}")
        if self._layers > MAX_ALL_LAYERS:
            raise self._malformed(where, f"is one of several images with more than {MAX_ALL_LAYERS} layers, the limit")

    def _json(self, path: str) -> Mapping[str, object]:
        if path not in self._read:
            self._read[path] = self._parsed(path)
        return self._read[path]

    def _parsed(self, path: str) -> Mapping[str, object]:
        entry = self.files[path]
        if entry.size > MAX_JSON:
            raise self._malformed(path, f"has {entry.size} bytes, and the limit is {MAX_JSON}")
        try:
            value = read_value(entry.read().decode("utf-8"))
        except UnicodeDecodeError as error:
            raise self._malformed(path, "is no UTF-8 text") from error
        except ValueError as error:
            raise self._malformed(path, str(error)) from error
        return mapping(value)

    def _digest(self, descriptor: Mapping[str, object], where: str) -> str:
        digest = text(descriptor.get("digest")) or ""
        if not _DIGEST.fullmatch(digest):
            raise self._malformed(where, "holds a descriptor without a SHA-256 digest")
        return digest

    def _followed(self, path: str) -> str | None:
        """docker save of old names a layer twice, the second time by a link; what is not there is None."""
        for _ in range(MAX_NESTED):
            entry = self.files.get(path)
            if entry is None or entry.target is None:
                break
            path = followed(path, entry.target)
        return path if path in self.files else None

    def _digest_of(self, path: str | None) -> str:
        if path is None:
            return ""
        if path not in self._hashed:
            self._hashed[path] = f"sha256:{hashlib.sha256(self.files[path].read()).hexdigest()}"
        return self._hashed[path]

    def _malformed(self, path: str, sentence: str) -> MalformedContainer:
        return MalformedContainer(f"{self.container.path}: {shown(path)} {sentence}")


def followed(path: str, target: str) -> str:
    """Where a symbolic link at ``path`` leads, as a path in the container."""
    steps = path.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps = [*steps, step]
    return "/".join(steps)


def _blob(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def _named_platform(value: Mapping[str, object]) -> str | None:
    parts = [text(value.get(name)) for name in ("os", "architecture", "variant")]
    return "/".join(part for part in parts if part) if all(parts[:2]) else None


def _platform(config: Mapping[str, object]) -> str:
    return _named_platform(config) or "unknown"


def _diff_ids(config: Mapping[str, object]) -> tuple[str, ...]:
    found = listed(mapping(config.get("rootfs")).get("diff_ids"))[:MAX_LAYERS]
    return tuple(item for item in found if isinstance(item, str))
