"""What containers say beside the contents of their entries: facts about it, and which bytes follow from the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from elfdiff.archive.ledger import Owned, Run, around
from elfdiff.containers import codecs
from elfdiff.containers.model import Container, Field, FieldKind, Layer, Piece
from elfdiff.containers.pairing import EntryPair
from elfdiff.evidence.entries import EntriesChange, EntryFieldChange, EntryOrderChange
from elfdiff.evidence.model import Evidence
from elfdiff.evidence.order import collation, differing_middle
from elfdiff.plain import PathRewrite, explain
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.tree import PairedBy
from elfdiff.values import dataclass, replace

WHOLE = "contents"
"""The key of the layer that a compressed file holds."""
MAX_NAMES = 200
MAX_ORDER = 2000


@dataclass(frozen=True)
class PiecePair:
    """Two pieces that are one thing, or one that only one side has; fields are those of pieces that differ."""

    label: str
    a: Piece | None
    b: Piece | None
    fields: tuple[tuple[Field | None, Field | None], ...] = ()


@dataclass(frozen=True)
class LayerPair:
    """Two layers of one key, the differing and the equal pieces of them."""

    a: Layer
    b: Layer
    same: tuple[PiecePair, ...]
    differ: tuple[PiecePair, ...]


@dataclass(frozen=True)
class Placed:
    """A fact, and the bytes that it is about: spans in the layers numbered ``layer`` of the two containers' pairs."""

    fact: Evidence
    layer: int | None
    spans: tuple[tuple[Span | None, Span | None], ...]
    entries: tuple[int, ...]
    """Indices of entry pairs."""
    contents: bool = False
    """The fact is about the contents of the entries, wherever these stand."""


def pair_layers(a: Container, b: Container) -> list[tuple[int | None, int | None]]:
    """Layers by key and occurrence, a's order first.

    Where one side is compressed and the other is not, what is compressed is the partner of the other side's file.
    """
    wrapped = wrapped_side(a, b)
    if wrapped is not None:
        return [(1, 0), (0, None)] if wrapped == 0 else [(0, 1), (None, 0)]
    places: dict[str, list[int]] = defaultdict(list)
    for j, layer in enumerate(b.layers):
        places[layer.key].append(j)
    pairs: list[tuple[int | None, int | None]] = []
    for i, layer in enumerate(a.layers):
        waiting = places[layer.key]
        pairs.append((i, waiting.pop(0) if waiting else None))
    return pairs + [(None, j) for waiting in places.values() for j in waiting]


def wrapped_side(a: Container, b: Container) -> int | None:
    """Which of two is compressed while the other holds the same kind of thing as it stands; None for any other two."""
    for side, (one, other) in enumerate(((a, b), (b, a))):
        if [layer.key for layer in one.layers] == ["", WHOLE] and [layer.key for layer in other.layers] == [""]:
            return side
    return None


@dataclass(frozen=True, slots=True)
class Recompressed:
    """A layer that the two hold by different codecs; ``labels`` begin the names of the pieces that hold it."""

    where: str
    words: tuple[str, str]
    labels: tuple[str, str] | None = None

    def holds(self, pair: PiecePair) -> bool:
        """True for a piece of one side's stream."""
        label = pair.label + " "
        return (
            (pair.a is None or pair.b is None)
            and self.labels is not None
            and any(label.startswith(f"{name} ") for name in self.labels)
        )


def recompressed(a: Container, b: Container) -> list[Recompressed]:
    """Layers that are compressed otherwise; one whole file where the other side holds it as it stands."""
    if wrapped_side(a, b) is not None and a.kind != b.kind:
        return [Recompressed("the file", (a.kind, b.kind))]
    found = []
    for i, j in pair_layers(a, b):
        if i is None or j is None:
            continue
        words = _codec(a, i), _codec(b, j)
        if words[0] is not None and words[1] is not None and words[0] != words[1]:
            name = a.layers[i].name
            labels = f"{name} {words[0]}".strip(), f"{name} {words[1]}".strip()
            found.append(Recompressed(name or "the file", (words[0], words[1]), labels))
    return found


def _codec(side: Container, layer: int) -> str | None:
    """What a layer is compressed by; gzip for what it makes of deflate."""
    for outer in side.layers:
        for piece in outer.pieces:
            if piece.stream is not None and piece.stream.layer == layer:
                return "gzip" if piece.stream.codec == "deflate" else piece.stream.codec
    return None


Numbers = tuple[Mapping[int, int], Mapping[int, int]]
"""Index of an entry of a, or of b → number of its pair."""


def pair_pieces(a: Layer, b: Layer, numbers: Numbers) -> LayerPair:
    """Pieces by the pair of entries that they belong to and their label; those of entries left out are left out."""
    places: dict[tuple[int, str], list[Piece]] = defaultdict(list)
    for piece in _compared(b, numbers[1]):
        places[_key(piece, numbers[1]), piece.label].append(piece)
    same: list[PiecePair] = []
    differ: list[PiecePair] = []
    for piece in _compared(a, numbers[0]):
        waiting = places[_key(piece, numbers[0]), piece.label]
        other = waiting.pop(0) if waiting else None
        if other is None:
            differ.append(PiecePair(piece.label, piece, None, tuple((item, None) for item in piece.fields())))
        elif a.data[piece.span.start : piece.span.end] == b.data[other.span.start : other.span.end]:
            same.append(PiecePair(piece.label, piece, other))
        else:
            differ.append(PiecePair(piece.label, piece, other, _fields(piece, other)))
    differ += [
        PiecePair(piece.label, None, piece, tuple((None, item) for item in piece.fields()))
        for waiting in places.values()
        for piece in waiting
    ]
    return LayerPair(a, b, tuple(same), tuple(differ))


def _compared(layer: Layer, numbers: Mapping[int, int]) -> list[Piece]:
    return [piece for piece in layer.pieces if piece.entry is None or piece.entry in numbers]


def _key(piece: Piece, numbers: Mapping[int, int]) -> int:
    return numbers[piece.entry] if piece.entry is not None else -1


def _fields(a: Piece, b: Piece) -> tuple[tuple[Field | None, Field | None], ...]:
    """Fields by name and occurrence."""
    places: dict[str, list[Field]] = defaultdict(list)
    for item in b.fields():
        places[item.name].append(item)
    found: list[tuple[Field | None, Field | None]] = []
    for item in a.fields():
        waiting = places[item.name]
        found.append((item, waiting.pop(0) if waiting else None))
    return (*found, *((None, item) for waiting in places.values() for item in waiting))


def field_facts(
    kind: str,
    number: int,
    layers: LayerPair,
    pairs: Sequence[EntryPair],
    names: Sequence[str],
    numbers: Numbers,
    spelled: Collection[int],
    links: Mapping[int, Sequence[Evidence]],
    otherwise: Sequence[Recompressed],
    rewrites: Sequence[PathRewrite],
) -> Iterator[Placed]:
    """One fact for each field that somebody decided and that differs; none of entries that only one side has.

    ``spelled`` are pairs whose names spell build IDs: nobody decided those. ``links`` are pairs of links that lead
    elsewhere, with the facts about that; none where it follows from a rename. What the stream of one side alone says
    is nothing that somebody decided ``otherwise``.
    """
    a, b = layers.a.data, layers.b.data
    where = layers.a.name or "file"
    for pair in layers.differ:
        entry = entry_of(pair, numbers)
        if entry is not None and (pairs[entry].a is None or pairs[entry].b is None):
            continue
        if entry is None and any(item.holds(pair) for item in otherwise):
            continue
        label = f"{names[entry]} {pair.label}" if entry is not None else pair.label
        if (pair.a is None or pair.b is None) and pair.label.endswith(" header"):
            # A header around what one side says more: its own time and owner are no decision about the entry.
            continue
        for x, y in pair.fields:
            some = x if x is not None else y
            chosen = some is not None and (some.kind is FieldKind.META or (some.name == "end" and _is_choice(x, y)))
            if some is None or not chosen or (entry in spelled and some.name == "name"):
                continue
            left, right = _bytes(a, x), _bytes(b, y)
            if left is not None and right is not None and left != right and some.name == "text":
                # Lines of a list end in NUL.
                facts = explain(label, left.replace(b"\0", b"\n"), right.replace(b"\0", b"\n"), rewrites).facts
                places = ((x.span if x else None, y.span if y else None),)
                yield from (Placed(replace(fact, section=label), number, places, ()) for fact in facts)
            elif left != right and entry is not None and entry in links and some.name in ("target", "type"):
                places = ((x.span if x else None, y.span if y else None),)
                yield from (Placed(fact, number, places, (entry,)) for fact in links[entry])
            elif left != right:
                change = _change(kind, names[entry] if entry is not None else "", label, where, x, y)
                if entry is not None and some.name == "name" and pairs[entry].how is PairedBy.PATH:
                    # One path, written in two ways: with ./ in front, split in two fields, in a header of its own.
                    change = replace(change, field_name="format")
                yield Placed(
                    change,
                    number,
                    ((x.span if x else None, y.span if y else None),),
                    (entry,) if entry is not None else (),
                )


def _is_choice(x: Field | None, y: Field | None) -> bool:
    """True if each side follows a rule of its own: then somebody chose it."""
    return x is not None and y is not None and None not in (x.rule, y.rule) and x.rule != y.rule


def entry_of(pair: PiecePair, numbers: Numbers) -> int | None:
    """The number of the pair of entries that the pieces belong to."""
    if pair.a is not None:
        return numbers[0][pair.a.entry] if pair.a.entry is not None else None
    return numbers[1][pair.b.entry] if pair.b is not None and pair.b.entry is not None else None


def _bytes(data: bytes, item: Field | None) -> bytes | None:
    return data[item.span.start : item.span.end] if item is not None and item.span is not None else None


def _change(kind: str, entry: str, label: str, where: str, x: Field | None, y: Field | None) -> EntryFieldChange:
    return EntryFieldChange(
        section=label,
        a=_location(x, where),
        b=_location(y, where),
        container=kind,
        entry=entry,
        field_name=x.name if x is not None else y.name if y is not None else "",
        a_value=x.value if x is not None else "",
        b_value=y.value if y is not None else "",
        a_number=x.number if x is not None else None,
        b_number=y.number if y is not None else None,
    )


def _location(item: Field | None, where: str) -> Location | None:
    if item is None:
        return None
    span = item.span or Span(0, 0)
    return Location(span.start, span.length, where, item.value)


def file_facts(
    kind: str, number: int, name: str, a: Sequence[Field], b: Sequence[Field], ignored: frozenset[str]
) -> Iterator[Placed]:
    """Fields that a file system keeps."""
    others = {item.name: item for item in b}
    for item in a:
        other = others.get(item.name)
        if item.name not in ignored and other is not None and item.value != other.value:
            yield Placed(_change(kind, name, name, "file", item, other), None, (), (number,))


def renames(
    kind: str, pairs: Sequence[EntryPair], names: Sequence[str], b_names: Sequence[str], spelled: Collection[int]
) -> Iterator[Placed]:
    """Names of partners that differ, where no bytes of the container hold them."""
    for number, pair in enumerate(pairs):
        a, b = names[number], b_names[number]
        if pair.a is not None and pair.b is not None and a != b and number not in spelled:
            left, right = (Field("name", FieldKind.META, None, name) for name in (a, b))
            yield Placed(_change(kind, a, a, "file", left, right), None, (), (number,))


def entries_fact(
    kind: str, pairs: Sequence[EntryPair], names: Sequence[str], cut: tuple[bool, bool]
) -> Iterator[tuple[EntriesChange, tuple[int, ...]]]:
    """At most one fact: what only one side has; ``cut`` says whether a's and b's end is missing."""
    lone_a = [n for n, pair in enumerate(pairs) if pair.b is None]
    lone_b = [n for n, pair in enumerate(pairs) if pair.a is None]
    if lone_a or lone_b:
        yield (
            EntriesChange(
                container=kind,
                a_only=tuple(names[n] for n in lone_a[:MAX_NAMES]),
                b_only=tuple(names[n] for n in lone_b[:MAX_NAMES]),
                a_count=len(lone_a),
                b_count=len(lone_b),
                total=len(pairs),
                a_cut=cut[0],
                b_cut=cut[1],
            ),
            (*lone_a, *lone_b),
        )


def order_fact(
    kind: str, pairs: Sequence[EntryPair], names: Sequence[str], b_names: Sequence[str]
) -> Iterator[EntryOrderChange]:
    """At most one fact: what both have stands in another order; ``b_names`` are b's own names of the pairs.

    Where each side is sorted by its own names, the names are another, not the order.
    """
    both = [(pair.b, n) for n, pair in enumerate(pairs) if pair.a is not None and pair.b is not None]
    a_order = [names[n] for _, n in both]
    b_order = [names[n] for _, n in sorted(both)]
    own = [b_names[n] for _, n in sorted(both)]
    if a_order == b_order:
        return
    head, tail = differing_middle(a_order, b_order)
    middles = a_order[head : len(a_order) - tail], own[head : len(own) - tail]
    if own != b_order and all(middle == sorted(middle) for middle in middles):
        return
    yield EntryOrderChange(
        container=kind,
        section="order of the entries",
        a=Location(0, 0, "file", _listed(a_order[head:])),
        b=Location(0, 0, "file", _listed(b_order[head:])),
        a_order=tuple(a_order[:MAX_ORDER]),
        b_order=tuple(b_order[:MAX_ORDER]),
        count=len(a_order),
        a_sorted=collation(a_order[head : len(a_order) - tail]),
        b_sorted=collation(b_order[head : len(b_order) - tail]),
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - 6
    return ", ".join(names[:6]) + (f" and {more} more" if more > 0 else "")


def partners(layers: LayerPair, pair: PiecePair) -> list[Run]:
    """Which bytes stand for which: fields of one length as they stand, everything between them from its ends."""
    if pair.a is None or pair.b is None:
        return []
    a, b = layers.a.data, layers.b.data
    x, y = pair.a.span, pair.b.span
    if x.length == y.length or not pair.fields:
        return around(a, b, x, y)
    runs: list[Run] = []
    at = Span(x.start, x.start), Span(y.start, y.start)
    ordered = [(f.span, g.span) for f, g in pair.fields if f and g and f.span and g.span]
    rising: list[tuple[Span, Span]] = []
    for left, right in sorted(ordered):
        if left.start >= at[0].end and right.start >= at[1].end:
            rising.append((left, right))
            at = left, right
    a_at, b_at = x.start, y.start
    for left, right in rising:
        runs += around(a, b, Span(a_at, left.start), Span(b_at, right.start))
        runs += around(a, b, left, right)
        a_at, b_at = left.end, right.end
    return runs + around(a, b, Span(a_at, x.end), Span(b_at, y.end))


def derived(pair: PiecePair, causes: tuple[str, ...], spelled: bool, follows: bool) -> Iterator[Owned]:
    """Fields that one rule gives on both sides: what they say follows from the rest of their own container.

    ``spelled``: the name of the entry spells the build ID of its contents. ``follows``: the entry is a link to what
    was renamed.
    """
    for x, y in pair.fields:
        if follows and x is not None and y is not None and x.name == "target":
            yield Owned(x.span, y.span, "consequence", causes, "the link leads to what was renamed")
            continue
        if spelled and x is not None and y is not None and x.name == "name":
            yield Owned(x.span, y.span, "hash", causes, "the name spells a build ID")
            continue
        if x is None or y is None:
            some = x or y
            # Padding is there or not as sizes want it.
            if some is not None and some.kind is FieldKind.DERIVED and some.name == "padding" and some.rule is not None:
                yield Owned(x.span if x else None, y.span if y else None, "consequence", causes, some.rule)
            continue
        if x.kind is FieldKind.META or x.rule is None or x.rule != y.rule:
            continue
        kind = "consequence" if x.kind is FieldKind.DERIVED else "hash"
        yield Owned(x.span, y.span, kind, causes, f"{x.name}: {x.rule}")


@dataclass(frozen=True)
class StreamVerdict:
    """What may be said of a compressed stream: it follows (``writer``), was written otherwise, or nobody knows.

    ``same`` says that both hold the same: then nothing but the encoder differs, whoever it is.
    """

    writer: str | None
    a_writers: tuple[str, ...]
    b_writers: tuple[str, ...]
    same: bool = False

    @property
    def is_choice(self) -> bool:
        """True if it is proved that the two were encoded otherwise, whatever they hold."""
        return self.same or bool(self.a_writers and self.b_writers)


def judge_stream(
    codec: str, sides: tuple[tuple[bytes, bytes], tuple[bytes, bytes]], shown: tuple[tuple[str, ...], tuple[str, ...]]
) -> StreamVerdict:
    """What two pairs of (contents, stream) are, by the first writer that each side's own bytes show.

    The stream follows if one writer makes both; both are asked alike, so that the answer is the same the other way
    round. Which writer comes first is no more than the order in which they are tried: several may make one stream.
    """
    left, right = shown
    for writer in dict.fromkeys((*left, *right)):
        if (
            left
            and right
            and all(
                writer in own or codecs.makes(codec, contents, writer, stream)
                for own, (contents, stream) in zip(shown, sides, strict=True)
            )
        ):
            return StreamVerdict(writer, left, right)
    if left and right:
        for writer in codecs.shown_by(codec, *sides[0]):
            if codecs.makes(codec, sides[1][0], writer, sides[1][1]):
                return StreamVerdict(writer, left, right)
    return StreamVerdict(None, left, right, sides[0][0] == sides[1][0])
