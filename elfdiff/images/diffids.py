"""Whether layers hold what the config says: the digest of each, uncompressed (image-spec, config.md, "DiffID")."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import codec_of, open_stream
from elfdiff.containers.limits import Budget, Limits
from elfdiff.containers.model import Container, Entry
from elfdiff.errors import ElfdiffError
from elfdiff.images.layout import Layout, Part
from elfdiff.span import Span

MAX_BYTES = 256 << 20
"""Bytes of layers, as two images store them, that are inflated to be hashed: about a second for 100 MB."""


class DiffIds:
    """Hashes what the layers of two images hold, each of equal layers once.

    ``left`` counts layers that were not hashed: with those before them they are more than MAX_BYTES.
    """

    def __init__(self) -> None:
        self.left = 0
        self._known: dict[str, str | None] = {}
        self._bytes = 0

    def wrong(self, container: Container, layout: Layout) -> Iterator[tuple[str, str]]:
        """The path of each layer that holds something else than its config says, and a sentence.

        A layer that cannot be read is left to those who compare it.
        """
        entries = {entry.path: entry for entry in container.entries}
        hashed: dict[str, str | None] = {}
        for part in layout.parts:
            for (role, path), said in zip(part.layer_paths, part.diff_ids, strict=False):
                if path is None:
                    continue
                if path not in hashed:
                    hashed[path] = self._of(container.path, entries[path])
                found = hashed[path]
                if found is not None and found != said:
                    yield path, f"{container.path}: {role} holds {found}, and the config names the diff_id {said}"

    def _of(self, path: str, entry: Entry) -> str | None:
        """The digest of the contents; None where they cannot be read, or were not."""
        if self._bytes + entry.size > MAX_BYTES:
            self.left += 1
            return None
        try:
            data = entry.read()
            digest = hashlib.sha256(data).hexdigest()
            if digest not in self._known:
                self._bytes += len(data)
                self._known[digest] = None
                self._known[digest] = _inflated(path, data)
        except ElfdiffError:
            return None
        return self._known[digest]


def _inflated(path: str, data: bytes) -> str:
    if codec_of(data) is not None:
        builder = Builder(path, data, Budget(path, Limits()))
        data = builder.data(open_stream(builder, 0, Span(0, len(data)), "", ""))
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def uneven(part: Part) -> str | None:
    """What is to be said of a config that names more or fewer layers than there are; None for any other."""
    if not part.diff_ids or len(part.diff_ids) == len(part.layers):
        return None
    return f"the config of {part.platform} names {len(part.diff_ids)} layers, and there are {len(part.layers)}"
