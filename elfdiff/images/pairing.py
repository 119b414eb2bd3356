"""Two containers that hold images → the same containers with their files called by role, and what to say of digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from elfdiff.containers.model import Container, Entry, EntryKind, Field, FieldKind, Piece
from elfdiff.errors import MalformedContainer, UsageError
from elfdiff.images.diffids import MAX_BYTES, DiffIds, uneven
from elfdiff.images.layout import ATTESTED, DOCKER, OCI, Layout, Part, followed, layout_of
from elfdiff.images.matching import Matching, matching
from elfdiff.images.packing import packing_of, unpacked
from elfdiff.tree import ImageFacts, LayerPair
from elfdiff.values import dataclass, replace

ORDER = "layer-order"
"""The entry, and its field, that say in which order the layers stand; it is there where two images differ in that."""


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
    matched = matching(left, right)
    called = dict(zip((role for role, _ in right.layer_paths), matched.names, strict=True))
    hashed = DiffIds()
    (first, a_others, a_loose), (second, b_others, b_loose) = (
        _named(side, layout, _roles(layout, part, names), dict(hashed.wrong(side, layout)))
        for side, layout, part, names in ((a, layouts[0], left, {}), (b, layouts[1], right, called))
    )
    if matched.moved:
        first, second = (_ordered(side, order) for side, order in zip((first, second), _orders(matched), strict=True))
    packings = packing_of(a, layouts[0]), packing_of(b, layouts[1])
    if packings[0] != packings[1]:
        roles = _shared_roles(layouts[0], layouts[1], _roles(layouts[0], left, {}), _roles(layouts[1], right, called))
        first, second = (unpacked(side, roles, how) for side, how in zip((first, second), packings, strict=True))
    facts = ImageFacts(
        manifest_digest=(left.manifest, right.manifest)
        if left.manifest is not None and right.manifest is not None
        else None,
        config_digest=(left.config, right.config),
        platform=left.platform,
        layers=tuple(_layers(left, right, matched)),
    )
    others = a_others | b_others
    # Where one platform was asked for, the index speaks of others.
    skipped = (
        others | {"index.json"} if platform is not None else frozenset(name for name in others if " of " not in name)
    )
    return ImagePair(
        first,
        second,
        facts,
        skipped,
        (
            *(_kept_in_two_ways(facts) if packings[0] != packings[1] else ()),
            *_notes(layouts[0], layouts[1], (a_loose, b_loose), hashed.left),
        ),
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
        if part.platform in theirs and part.platform != ATTESTED:
            return part, theirs[part.platform]
    return a.parts[0], b.parts[0]


def _roles(layout: Layout, chosen: Part, called: Mapping[str, str]) -> dict[str, str]:
    """Path → role. Files of the chosen part have bare roles, as ``called`` or their own; those of others stand behind
    ``of`` and their platform, and indexes are of them all.
    """
    names = {path: f"index {number} of all" for number, path in enumerate(layout.indexes, 1)}
    for part in (chosen, *(part for part in layout.parts if part is not chosen)):
        for role, path in part.paths:
            if path is not None and path not in names:
                names[path] = called.get(role, role) if part is chosen else f"{role} of {part.platform}"
    return names


def _shared_roles(a: Layout, b: Layout, a_roles: Mapping[str, str], b_roles: Mapping[str, str]) -> frozenset[str]:
    """What two images can be compared by, however each is packed: without manifests where one side has none."""
    roles = frozenset((ORDER, *a_roles.values(), *b_roles.values()))
    if a.kind == b.kind:
        return roles
    return frozenset(role for role in roles if role != "manifest" and " of " not in role)


def _orders(matched: Matching) -> tuple[str, str]:
    """The layers of each side, by a's numbers."""
    ours = [f"{i + 1}" for i, _ in matched.pairs if i is not None]
    theirs = [name.removeprefix("layer ") for name in matched.names]
    return ", ".join(ours), ", ".join(theirs)


def _ordered(container: Container, order: str) -> Container:
    """The same with an entry that says in which order its layers stand."""
    said = Entry(ORDER, EntryKind.OTHER, 0, bytes, fields=(Field(ORDER, FieldKind.META, None, order),))
    return replace(container, entries=(*container.entries, said))


def _named(
    container: Container, layout: Layout, names: dict[str, str], wrong: Mapping[str, str]
) -> tuple[Container, frozenset[str], int]:
    """Its files by role, the names of those of other platforms, and how many no manifest names.

    ``names`` is path → role; ``wrong`` are layers that cannot be compared: path → the sentence that says why.
    """
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
            # When and with which mode a layout's files were written is no part of the image.
            entries.append(replace(entry, fields=()))
            continue
        if " of " in name:
            others.add(name)
        digest = layout.digests.get(entry.path)
        read = entry.read if digest is None else _checked(container, entry, name, digest)
        if entry.path in wrong:
            read = _failing(wrong[entry.path])
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


def _failing(sentence: str) -> Callable[[], bytes]:
    def read() -> bytes:
        raise MalformedContainer(sentence)

    return read


def _layers(a: Part, b: Part, matched: Matching) -> Iterator[LayerPair]:
    for i, j in matched.pairs:
        digest = a.layers[i] if i is not None else None, b.layers[j] if j is not None else None
        content = _at(a.diff_ids, i), _at(b.diff_ids, j)
        status = _status(digest, content)
        yield LayerPair(digest, content, "moved" if status == "same" and matched.moved and i != j else status)


def _at(items: Sequence[str], index: int | None) -> str | None:
    return items[index] if index is not None and index < len(items) else None


def _status(digest: tuple[str | None, ...], content: tuple[str | None, ...]) -> str:
    if digest[0] is None:
        return "added"
    if digest[1] is None:
        return "removed"
    if digest[0] == digest[1]:
        return "same"
    return "compression" if content[0] is not None and content[0] == content[1] else "changed"


def _kept_in_two_ways(facts: ImageFacts) -> Iterator[str]:
    """That it is one image, where it is: by its manifest, or as far as can be told without one."""
    digests = facts.manifest_digest
    if digests is not None and digests[0] == digests[1]:
        yield "it is one image, kept in two ways: the manifest digest, which a registry goes by, is the same"
    elif (
        digests is None
        and facts.config_digest[0] == facts.config_digest[1]
        and all(layer.status in ("same", "compression") for layer in facts.layers)
    ):
        yield (
            "it is one image, kept in two ways, as far as config and layers say: the config digest, which is the "
            "image's ID, is the same, and the layers hold the same"
        )


def _notes(a: Layout, b: Layout, loose: tuple[int, int], left: int) -> Iterator[str]:
    for side, layout in (("a", a), ("b", b)):
        yield from (f"{side}: {sentence}" for part in layout.parts if (sentence := uneven(part)) is not None)
    if left:
        yield (
            f"what {left} layers hold was not hashed, since all of them are more than {MAX_BYTES >> 20} MiB: their "
            "diff_ids are what the configs say"
        )
    attested = [
        side for side, layout in (("a", a), ("b", b)) if any(part.platform == ATTESTED for part in layout.parts)
    ]
    if len(attested) == 1:
        yield (
            f"only {attested[0]} carries attestations: BuildKit attaches provenance by itself from 0.11 on, and docker "
            "buildx build --provenance=false --sbom=false leaves it out"
        )
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
