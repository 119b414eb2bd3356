"""Whether layers hold what the config says: the digest of each, uncompressed (image-spec, config.md, "DiffID")."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

from elfdiff.containers.codecs import codec_of
from elfdiff.containers.model import Container, Entry
from elfdiff.elf.zstdframes import frames
from elfdiff.errors import ElfdiffError
from elfdiff.images.layout import Layout, Part

MAX_BYTES = 256 << 20
"""Bytes of layers, as two images store them, that are inflated to be hashed: about a second for 100 MB."""
MAX_INFLATED = 4 << 30
"""Bytes that one layer may hold to be hashed."""
_STEP = 1 << 20


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
                    hashed[path] = self._of(entries[path])
                found = hashed[path]
                if found is not None and found != said:
                    yield path, f"{container.path}: {role} holds {found}, and the config names the diff_id {said}"

    def _of(self, entry: Entry) -> str | None:
        """The digest of the contents; None where they cannot be read, or were not."""
        if self._bytes + entry.size > MAX_BYTES:
            self.left += 1
            return None
        try:
            data = entry.read()
        except ElfdiffError:
            return None
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._known:
            self._bytes += len(data)
            self._known[digest] = _inflated(data)
        return self._known[digest]


def _inflated(data: bytes) -> str | None:
    """The digest of what a stream holds, piece by piece; None for a damaged one, or one that holds too much."""
    codec = codec_of(data)
    if codec not in (None, "gzip", "zstd"):
        return None
    whole = memoryview(data)
    parts = {"gzip": _of_gzip, "zstd": frames}[codec](whole) if codec is not None else iter((data,))
    digest, total = hashlib.sha256(), 0
    try:
        for part in parts:
            digest.update(part)
            total += len(part)
            if total > MAX_INFLATED:
                return None
    except (zlib.error, ValueError):
        return None
    return f"sha256:{digest.hexdigest()}"


def _of_gzip(left: memoryview) -> Iterator[bytes]:
    """The members, joined (RFC 1952); zlib.error for damage, ValueError for one that ends too early."""
    while bytes(left[:2]) == b"\x1f\x8b":
        engine = zlib.decompressobj(31)
        at = 0
        while not engine.eof:
            if at >= len(left) and not engine.unconsumed_tail:
                raise ValueError("no end")
            given = engine.unconsumed_tail or left[at : at + _STEP]
            at += 0 if engine.unconsumed_tail else len(given)
            yield engine.decompress(given, _STEP)
        left = left[at - len(engine.unused_data) :]


def uneven(part: Part) -> str | None:
    """What is to be said of a config that names more or fewer layers than there are; None for any other."""
    if not part.diff_ids or len(part.diff_ids) == len(part.layers):
        return None
    return f"the config of {part.platform} names {len(part.diff_ids)} layers, and there are {len(part.layers)}"
