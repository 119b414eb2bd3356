"""Two containers that hold images → the same containers with their files called by role, and what to say of digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping

from elfdiff.containers.model import Container, Entry, EntryKind, Field, FieldKind, Piece
from elfdiff.errors import MalformedContainer, UsageError
from elfdiff.images.layout import DOCKER, OCI, Layout, Part, followed, layout_of
from elfdiff.tree import ImageFacts, LayerPair
from elfdiff.values import dataclass, replace


@dataclass(frozen=True)
class ImagePair:
    """Both sides with files named by their roles; ``facts`` of the platform that is compared first.

    ``skipped`` are names of files that are not compared: those that no manifest names, and those of other platforms
    where one was asked for.
    """

    a: Container
    b: Container
    facts: ImageFacts
    skipped: frozenset[str]
    notes: tuple[str, ...]


def pair_images(a: Container, b: Container, platform: str | None) -> ImagePair | None:
    """None unless both hold images. UsageError for a platform that one of them lacks."""
    layouts = layout_of(a), layout_of(b)
    if layouts[0] is None or layouts[1] is None:
        if platform is not None:
            raise UsageError("--platform is for two images, and these are none")
        return None
    left, right = _chosen(layouts[0], layouts[1], platform)
    (first, a_others, a_loose), (second, b_others, b_loose) = (
        _named(side, layout, part) for side, layout, part in ((a, layouts[0], left), (b, layouts[1], right))
    )
    others = a_others | b_others
    skipped = others if platform is not None else frozenset(name for name in others if " of " not in name)
    return ImagePair(
        first,
        second,
        ImageFacts(
            manifest_digest=(left.manifest, right.manifest)
            if left.manifest is not None and right.manifest is not None
            else None,
            config_digest=(left.config, right.config),
            platform=left.platform,
            layers=tuple(_layers(left, right)),
        ),
        skipped,
        tuple(_notes(layouts[0], layouts[1], (a_loose, b_loose))),
    )


def _chosen(a: Layout, b: Layout, platform: str | None) -> tuple[Part, Part]:
    """The part of each that has the platform asked for, or the first that both have."""
    theirs = {part.platform: part for part in reversed(b.parts)}
    if platform is not None:
        ours = {part.platform: part for part in reversed(a.parts)}
        for side, found in (("a", ours), ("b", theirs)):
            if platform not in found:
                raise UsageError(f"--platform {platform}: {side} has {', '.join(sorted(found))}")
        return ours[platform], theirs[platform]
    for part in a.parts:
        if part.platform in theirs and part.platform != "attestation":
            return part, theirs[part.platform]
    return a.parts[0], b.parts[0]


def _named(container: Container, layout: Layout, chosen: Part) -> tuple[Container, frozenset[str], int]:
    """Its files by role, the names of those of other platforms, and how many no manifest names.

    Files of the chosen part have bare roles; those of others stand behind ``of`` and their platform.
    """
    names: dict[str, str] = {}
    for part in (chosen, *(part for part in layout.parts if part is not chosen)):
        for role, path in part.paths:
            if path is not None and path not in names:
                names[path] = role if part is chosen else f"{role} of {part.platform}"
    names |= dict(_legacy(container, names))
    entries: list[Entry] = []
    others: set[str] = set()
    loose = 0
    for entry in container.entries:
        name = names.get(entry.path)
        if name is None:
            if layout.kind == OCI and entry.path.startswith("blobs/") and entry.kind is EntryKind.FILE:
                # Left behind by an earlier version of the image: no manifest names it.
                loose += 1
                others.add(entry.path)
            entries.append(entry)
            continue
        if " of " in name:
            others.add(name)
        digest = layout.digests.get(entry.path)
        read = entry.read if digest is None else _checked(container, entry, name, digest)
        # When and with which mode a directory's blobs were written is no part of the image.
        renamed = replace(entry, name=name, read=read, fields=())
        if entry.target is not None:
            where = followed(entry.path, entry.target)
            if where in names:
                role = names[where]
                renamed = replace(renamed, target=role, read=role.encode, size=len(role))
        entries.append(renamed)
    named = frozenset(index for index, entry in enumerate(container.entries) if entry.path in names)
    layers = tuple(
        replace(layer, pieces=tuple(_by_digest(piece) if piece.entry in named else piece for piece in layer.pieces))
        for layer in container.layers
    )
    done = replace(container, kind=layout.kind, entries=tuple(entries), layers=layers)
    return done, frozenset(others), loose


def _legacy(container: Container, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Directories that old versions of docker save write for each layer: by the layer in them."""
    paths = {entry.path: entry for entry in container.entries}
    for path, entry in paths.items():
        folder, _, file = path.partition("/")
        if file != "layer.tar":
            continue
        layer = names.get(followed(path, entry.target) if entry.target is not None else path)
        if layer is None:
            continue
        yield folder, f"{layer} directory"
        if path not in names:
            yield path, f"{layer} directory/layer.tar"
        for other in ("VERSION", "json"):
            if f"{folder}/{other}" in paths:
                yield f"{folder}/{other}", f"{layer} directory/{other}"


def _by_digest(piece: Piece) -> Piece:
    """A piece whose entry's name, and what it links to, is a digest: those fields follow from contents."""

    def fields() -> tuple[Field, ...]:
        return tuple(
            replace(item, kind=FieldKind.CHECK, rule="named by a digest") if item.name in ("name", "target") else item
            for item in piece.fields()
        )

    return replace(piece, fields=fields)


def _checked(container: Container, entry: Entry, name: str, digest: str) -> Callable[[], bytes]:
    """Its contents, if they have the digest that they are named by."""

    def read() -> bytes:
        data = entry.read()
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
            raise MalformedContainer(f"{container.path}: the {name} does not have its digest, {digest}")
        return data

    return read


def _layers(a: Part, b: Part) -> Iterator[LayerPair]:
    for index in range(max(len(a.layers), len(b.layers))):
        digest = tuple(side.layers[index] if index < len(side.layers) else None for side in (a, b))
        content = tuple(side.diff_ids[index] if index < len(side.diff_ids) else None for side in (a, b))
        yield LayerPair((digest[0], digest[1]), (content[0], content[1]), _status(digest, content))


def _status(digest: tuple[str | None, ...], content: tuple[str | None, ...]) -> str:
    if digest[0] is None:
        return "added"
    if digest[1] is None:
        return "removed"
    if digest[0] == digest[1]:
        return "same"
    return "compression" if content[0] is not None and content[0] == content[1] else "changed"


def _notes(a: Layout, b: Layout, loose: tuple[int, int]) -> Iterator[str]:
    sides = [side for side, layout in (("a", a), ("b", b)) if layout.kind == DOCKER]
    if sides:
        yield (
            f"{' and '.join(sides)} hold{'s' if len(sides) == 1 else ''} no manifest, as docker save and crane write "
            "archives: whether the digest in a registry is the same cannot be said from these files"
        )
    if any(loose):
        yield (
            f"{loose[0]} files in a and {loose[1]} in b, which no manifest names, are not compared (umoci gc removes "
            "what earlier versions of an image left behind)"
        )
