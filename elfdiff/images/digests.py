"""The digests by which an image is known: what a registry, a release note or a signature names."""

from __future__ import annotations

import hashlib

from elfdiff.containers.limits import Limits
from elfdiff.containers.opening import open_path
from elfdiff.errors import MalformedContainer
from elfdiff.images.diffids import DiffIds
from elfdiff.images.layout import ATTESTED, layout_of
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class ImageDigests:
    """``sha256:…`` of each index below index.json, of each platform's manifest (with the platform), and of each config,
    which is the image's ID.

    Indexes and manifests are empty for archives of ``docker save`` and crane, which hold none.
    """

    indexes: tuple[str, ...]
    manifests: tuple[tuple[str, str], ...]
    configs: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """Everything that the image may be called by."""
        return frozenset((*self.indexes, *(digest for _, digest in self.manifests), *self.configs))

    def same(self, other: ImageDigests) -> bool:
        """True for the same manifests, or, where one side holds none, the same configs."""
        if self.manifests and other.manifests:
            return set(self.manifests) == set(other.manifests)
        return set(self.configs) == set(other.configs)


def image_digests(path: str) -> ImageDigests | None:
    """Those of the image at a path, each computed again from what is there; None where there is no image.

    MalformedContainer for one that contradicts itself: then no digest says what it holds.
    """
    container = open_path(path, Limits())
    layout = None if isinstance(container, bytes) else layout_of(container)
    if isinstance(container, bytes) or layout is None:
        return None
    entries = {entry.path: entry for entry in container.entries}
    for name, said in layout.digests.items():
        if f"sha256:{hashlib.sha256(entries[name].read()).hexdigest()}" != said:
            raise MalformedContainer(f"{path}: {name} does not have the digest that names it")
    for _, sentence in DiffIds().wrong(container, layout):
        raise MalformedContainer(sentence)
    parts = [part for part in layout.parts if part.platform != ATTESTED]
    return ImageDigests(
        tuple(f"sha256:{name.rpartition('/')[2]}" for name in layout.indexes),
        tuple((part.platform, part.manifest) for part in parts if part.manifest is not None),
        tuple(part.config for part in parts),
    )
