"""Config, manifest and index of a container image (OCI image-spec; moby, image/spec/v1.2.md): JSON with digests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from elfdiff.evidence.entries import EntriesChange
from elfdiff.evidence.files import ImageFieldChange, ListedDigestChange
from elfdiff.evidence.model import Evidence
from elfdiff.evidence.places import readable
from elfdiff.patterns import late
from elfdiff.plain.kinds import jsontext
from elfdiff.plain.ledger import complete
from elfdiff.plain.model import Edit, Kind, Question, Reading
from elfdiff.plain.rows import Line, where
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import replace

NAME = "image manifest"
_MARKS = (b'"diff_ids"', b'"manifests"', b'"layers"', b'"Layers"')
_SCHEMA = late(rb'"schemaVersion"\s*:\s*2\b|"rootfs"\s*:|"Config"\s*:')
_LISTED = late(
    rb'(?:"(?P<key>[^"\\]*)"\s*:\s*)?"(?:blobs/)?(?:sha256[:/])?(?P<value>[0-9a-f]{64})(?:\.json|\.tar|\.tar\.gz|/layer\.tar)?"'
    rb'|"(?P<size>size)"\s*:\s*(?P<count>\d+)'
)
_FIELD = late(
    rb'"(?P<key>created|created_by|comment|mediaType|org\.opencontainers\.image\.[\w.]+|io\.buildah\.version'
    rb')"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*)"'
)
_OF_THE_IMAGE = frozenset({b"", b"digest", b"Config", b"id", b"parent", b"vnd.docker.reference.digest"})
"""Keys of digests of what the image holds; "" stands in lists. Others are somebody's: of a base image, of a source."""
_BETWEEN = late(rb'(?:[\s{}\[\],:]|"[^"\\]*"\s*:\s*(?=[{\[]|\Z))*')
_BUILDERS = (
    ("buildah", late(rb"io\.buildah\.|buildah")),
    ("umoci", late(rb'"created_by"\s*:\s*"umoci|umoci ')),
    ("buildkit", late(rb"buildkit|moby\.buildkit")),
    ("kaniko", late(rb"kaniko")),
)


def recognise(name: str, data: bytes) -> bool:
    """True for JSON with the members that a manifest, an index, or a config must have; small ones by name, too."""
    if len(data) > jsontext.MAX_SIZE:
        return False
    small = name in ("repositories", "oci-layout") or name.endswith(" directory/json")
    if not small and not (any(mark in data for mark in _MARKS) and _SCHEMA.search(data)):
        return False
    return jsontext.recognise(name, data)


class _Reader(jsontext.JsonReader):
    """Digests and sizes of what the image holds follow from it; other fields say what they are."""

    def __init__(self, kind: str, question: Question) -> None:
        super().__init__(kind, question)
        self.builder = next(
            (name for name, pattern in _BUILDERS if all(pattern.search(side) for side in (question.a, question.b))), ""
        )

        self.times = [Counter(line.text for line in side) for side in (self.a, self.b)]
        """How often each value, with its key in front, stands on each side."""
        self.any_key = question.name == "repositories"
        """docker save's file of tags, which has them for keys."""
        digests = [len(_LISTED.findall(side)) for side in (question.a, question.b)]
        self.as_many = digests[0] == digests[1]
        """True if neither side has a layer more, whose fields would be its own."""

    def line(self, left: Line, right: Line) -> Iterator[Edit]:
        ours, theirs = self._listed(left), self._listed(right)
        if ours and theirs:
            group = "value" if ours["value"] is not None else "count"
            if theirs[group] is not None and ours["key"] == theirs["key"]:
                yield self._digest(left, right, ours, theirs, group)
                return
        ours, theirs = _FIELD.fullmatch(left.text), _FIELD.fullmatch(right.text)
        if ours and theirs and ours["key"] == theirs["key"] and not _is_text(ours, theirs):
            yield self._field(left, right, ours, theirs)
            return
        yield from super().line(left, right)

    def alone(self, left: Line | None, right: Line | None, at: tuple[int, int]) -> Edit:
        """A digest that only one side lists follows, and what stands beside it; a type or label is told as one."""
        edit = super().alone(left, right, at)
        some = left if left is not None else right
        if some is None or edit.fact is None:
            return edit
        shown = [readable(line.text) if line is not None else "" for line in (left, right)]
        field, listed = _FIELD.fullmatch(some.text), self._listed(some)
        fact: Evidence
        if not self.as_many:
            # What is said of the layer or manifest that only this side has.
            lone = tuple(tuple(filter(None, (text,))) for text in shown)
            fact = EntriesChange(
                section=edit.fact.section,
                a=edit.fact.a,
                b=edit.fact.b,
                container=NAME,
                a_only=lone[0],
                b_only=lone[1],
                a_count=len(lone[0]),
                b_count=len(lone[1]),
                total=1,
            )
        elif listed:
            fact = ListedDigestChange(
                section=edit.fact.section,
                a=edit.fact.a,
                b=edit.fact.b,
                listed="a file of the image",
                algorithm="size" if listed["count"] else "sha256",
                a_value=shown[0],
                b_value=shown[1],
                covered=True,
            )
        elif self._is_key(left, right) or self.times[0][some.text] == self.times[1][some.text]:
            # The key of an object or a list, whose members say what differs; or it only stands elsewhere.
            return replace(edit, fact=None)
        elif field and (b"." in field["key"] or field["key"] == b"mediaType"):
            fact = self._told(readable(field["key"]), edit.fact.section, (edit.fact.a, edit.fact.b), shown)
        else:
            return edit
        return replace(edit, fact=fact)

    def _is_key(self, left: Line | None, right: Line | None) -> bool:
        """True for the key of an object or a list: all other values have their keys in front."""
        line, data = (left, self.question.a) if left is not None else (right, self.question.b)
        return line is not None and data[line.span.end : line.span.end + 64].lstrip()[:1] == b":"

    def _listed(self, line: Line) -> re.Match[bytes] | None:
        """A digest or size of something that the image holds."""
        found = _LISTED.fullmatch(line.text)
        if found is None or self.any_key or found["size"] or (found["key"] or b"") in _OF_THE_IMAGE:
            return found
        return None

    def _told(
        self, key: str, section: str | None, places: tuple[Location | None, Location | None], values: Sequence[str]
    ) -> ImageFieldChange:
        label = "." in key
        return ImageFieldChange(
            section=section,
            a=places[0],
            b=places[1],
            field_name="created" if key.endswith(".created") else "label" if label else key,
            key=key if label else "",
            builder=self.builder,
            a_value=values[0],
            b_value=values[1],
        )

    def _digest(self, left: Line, right: Line, ours: re.Match[bytes], theirs: re.Match[bytes], group: str) -> Edit:
        spans, places, values = _sides(left, right, ours, theirs, group)
        fact = ListedDigestChange(
            section=where(left),
            a=places[0],
            b=places[1],
            listed="a file of the image",
            algorithm="size" if group == "count" else "sha256",
            a_value=values[0],
            b_value=values[1],
            # Another digest is of other contents: images are read with every digest computed again.
            covered=True,
        )
        return Edit(*spans, fact)

    def _field(self, left: Line, right: Line, ours: re.Match[bytes], theirs: re.Match[bytes]) -> Edit:
        spans, places, values = _sides(left, right, ours, theirs, "value")
        fact = self._told(readable(ours["key"]), where(left), places, values)
        return Edit(*spans, fact)


def _is_text(ours: re.Match[bytes], theirs: re.Match[bytes]) -> bool:
    """True for a command or comment of history by one builder: what differs in it are the words of a build step."""
    if ours["key"] not in (b"created_by", b"comment"):
        return False
    left, right = ([name for name, pattern in _BUILDERS if pattern.search(match.group())] for match in (ours, theirs))
    return left == right


def _sides(
    left: Line, right: Line, ours: re.Match[bytes], theirs: re.Match[bytes], group: str
) -> tuple[tuple[Span, Span], tuple[Location, Location], tuple[str, str]]:
    spans = tuple(
        Span(line.start + match.start(group), line.start + match.end(group))
        for line, match in ((left, ours), (right, theirs))
    )
    values = tuple(readable(match[group]) for match in (ours, theirs))
    places = tuple(Location(span.start, span.length, "file", value) for span, value in zip(spans, values, strict=True))
    return (spans[0], spans[1]), (places[0], places[1]), (values[0], values[1])


def _read(question: Question) -> Reading | None:
    same = jsontext.equal_values(question, NAME)
    if same is None:
        reading = _Reader(NAME, question).reading()
        reading = replace(reading, edits=tuple(_joined(question, complete(question.a, question.b, reading.edits))))
        ends = [len(side.rstrip()) for side in (question.a, question.b)]
        tails = Span(ends[0], len(question.a)), Span(ends[1], len(question.b))
        if question.a[ends[0] :] == question.b[ends[1] :]:
            return reading
        return replace(reading, edits=(*reading.edits, _form(*tails)))
    if same.edits and same.edits[0].fact is None:
        return replace(same, edits=(_form(same.edits[0].a, same.edits[0].b),))
    return same


def _joined(question: Question, edits: Sequence[Edit]) -> Iterator[Edit]:
    """Brackets, commas and keys of objects belong to the member behind them that came or went, or before them."""
    facts = [edit.fact for edit in edits]
    for index, edit in enumerate(edits):
        sides = _middles(question.a[edit.a.start : edit.a.end], question.b[edit.b.start : edit.b.end])
        if edit.fact is None and any(sides) and all(map(_BETWEEN.fullmatch, sides)):
            near = (*facts[index + 1 :], *reversed(facts[:index]))
            edit = replace(edit, fact=next(filter(None, near), None))
        yield edit


def _middles(a: bytes, b: bytes) -> tuple[bytes, bytes]:
    """Both without what they begin and end with alike."""
    room = min(len(a), len(b))
    head = next((i for i in range(room) if a[i] != b[i]), room)
    tail = next((i for i in range(room - head) if a[-1 - i] != b[-1 - i]), room - head)
    return a[head : len(a) - tail], b[head : len(b) - tail]


def _form(a: Span, b: Span) -> Edit:
    """Blanks and line ends: the same values, written by another program."""
    values = [f"{span.length} bytes" for span in (a, b)]
    fact = ImageFieldChange(
        section="blanks and line ends",
        a=Location(a.start, a.length, "file", values[0]),
        b=Location(b.start, b.length, "file", values[1]),
        field_name="format",
        key="",
        builder="",
        a_value=values[0],
        b_value=values[1],
    )
    return Edit(a, b, fact)


KIND = Kind(NAME, 0, recognise, _read)
