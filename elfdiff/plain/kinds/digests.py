"""Lists of digests and sizes: RECORD of wheels, md5sums, SHA256SUMS, Checksums fields, Installed-Size, .PKGINFO."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from elfdiff.evidence.files import ListedDigestChange
from elfdiff.evidence.places import readable
from elfdiff.patterns import late
from elfdiff.plain.model import Edit, Kind, Question, Reading
from elfdiff.plain.prose import TextReader
from elfdiff.plain.rows import Line, where
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass

HEAD = 1 << 16
LENGTHS = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_RECORD = late(rb"(?P<name>[^\r\n]+),(?P<algorithm>[a-z0-9]+)=(?P<digest>[A-Za-z0-9_+/-]+=*),(?P<size>\d+)\r?")
"""The format of RECORD (PEP 376, and "Recording installed projects" of packaging.python.org)."""
_SUM = late(rb"(?P<digest>[0-9a-f]{32,128}) [ *](?P<name>[^\r\n]+?)\r?")
"""What md5sum(1) and its like print."""
_FIELD = late(rb" (?P<digest>[0-9a-f]{32,128}) (?P<size>\d+) (?:[\w/-]+ [\w-]+ )?(?P<name>[^\s]+)")
"""A line of Checksums-Sha256 or Files (Debian policy, 5.6.21 and 5.6.24)."""
_SIZE = late(rb"(?P<name>Installed-Size|Package-Size|Size): (?P<size>\d+)\r?")
_PKGINFO = late(rb"(?P<name>datahash) = (?P<digest>[0-9a-f]{64})|(?P<size_name>size) = (?P<size>\d+)")
"""What .PKGINFO of an Alpine package says of its files (abuild)."""
_OF_ALPINE = late(rb"(?m)^pkgname = ")
_MANIFEST = late(rb"(?P<algorithm>SHA-?\d+|MD5)-Digest: (?P<digest>[A-Za-z0-9+/]+=*)\r?")
"""Digests of a signed jar (JAR File Specification, "Name-Digest Attributes")."""
_BUILD_IDS = late(rb"(?P<name>Build-Ids):(?: [0-9a-f]{16,64})+\r?")
"""The build IDs of a package with debug files, as dh_strip writes them."""
_BUILD_ID = late(rb"(?<=[ /])[0-9a-f]{16,64}\b|(?<=\.build-id/)[0-9a-f]{2}(?=/)|(?<=\.build-id/[0-9a-f]{2}/)[0-9a-f]+")
_ANY = (_RECORD, _SUM, _FIELD, _SIZE, _MANIFEST)


@dataclass(frozen=True, slots=True)
class Part:
    """One digest or size of a line: what it is of, the algorithm, and its place in the line."""

    listed: str
    algorithm: str
    start: int
    end: int


def recognise(name: str, data: bytes) -> bool:
    """True for a text with a line that lists a digest or a size."""
    head = data[:HEAD]
    if _OF_ALPINE.search(head):
        return True
    return b"\0" not in head and any(any(map(parts, (line,))) for line in head.split(b"\n"))


def parts(line: bytes) -> tuple[Part, ...]:
    """The digests, sizes and build IDs of a line; nothing if it is none of a list."""
    ids = [Part("", "build-id", *match.span()) for match in _BUILD_ID.finditer(line)] if b".build-id/" in line else []
    if _BUILD_IDS.fullmatch(line):
        return tuple(Part("Build-Ids", "build-id", *match.span()) for match in _BUILD_ID.finditer(line))
    for pattern in _ANY:
        match = pattern.fullmatch(line)
        if match is not None:
            found = list(_parts(match))
            more = [part for part in ids if all(part.end <= x.start or x.end <= part.start for x in found)]
            # A name that holds a build ID is another one on each side.
            found = [replace(part, listed="") if more else part for part in found]
            return tuple(sorted([*found, *more], key=lambda part: part.start))
    return ()


def _parts(match: re.Match[bytes]) -> Iterator[Part]:
    groups = match.groupdict()
    listed = readable(groups.get("name") or b"")
    if groups.get("digest") is not None:
        named = groups.get("algorithm")
        digest = groups["digest"]
        algorithm = readable(named).lower() if named else LENGTHS.get(len(digest), "")
        if algorithm:
            yield Part(listed, algorithm, *match.span("digest"))
    if groups.get("size") is not None:
        yield Part(listed, "size", *match.span("size"))


class _Reader(TextReader):
    """A text in which digests and sizes of the same file may differ."""

    def __init__(self, kind: str, question: Question) -> None:
        super().__init__(kind, question)
        self.of_alpine = bool(_OF_ALPINE.search(question.a) and _OF_ALPINE.search(question.b))

    def _parts(self, line: bytes) -> tuple[Part, ...]:
        match = _PKGINFO.fullmatch(line) if self.of_alpine else None
        return tuple(_parts(match)) if match is not None else parts(line)

    def line(self, left: Line, right: Line) -> Iterator[Edit]:
        ours, theirs = self._parts(left.text), self._parts(right.text)
        same = [(x.listed, x.algorithm) for x in ours] == [(y.listed, y.algorithm) for y in theirs]
        if not ours or not same or _outside(left.text, ours) != _outside(right.text, theirs):
            yield from super().line(left, right)
            return
        for x, y in zip(ours, theirs, strict=True):
            a, b = left.text[x.start : x.end], right.text[y.start : y.end]
            if a == b:
                continue
            spans = Span(left.start + x.start, left.start + x.end), Span(right.start + y.start, right.start + y.end)
            covered = self._covered(x, a, b)
            fact = ListedDigestChange(
                section=where(left),
                a=Location(spans[0].start, spans[0].length, "file", readable(a)),
                b=Location(spans[1].start, spans[1].length, "file", readable(b)),
                listed=x.listed,
                algorithm=x.algorithm,
                a_value=readable(a),
                b_value=readable(b),
                covered=covered,
            )
            yield Edit(*spans, fact)

    def alone(self, left: Line | None, right: Line | None, at: tuple[int, int]) -> Edit:
        edit = super().alone(left, right, at)
        some = left or right
        found = parts(some.text) if some is not None else ()
        if not found or edit.fact is None:
            return edit
        fact = ListedDigestChange(
            section=edit.fact.section,
            a=edit.fact.a,
            b=edit.fact.b,
            listed=found[0].listed,
            algorithm=found[0].algorithm,
            a_value=edit.fact.a.value if edit.fact.a else "",
            b_value=edit.fact.b.value if edit.fact.b else "",
            covered=self._covered(found[0], None, None),
        )
        return replace(edit, fact=fact)

    def _covered(self, part: Part, left: bytes | None, right: bytes | None) -> bool | None:
        """Whether what a digest or size is of differs, None if that is not known; False too for one that is wrong on
        one side alone.
        """
        beside = self.question.beside
        right_ones = [
            _is_right(part.algorithm, said, beside.read(side, part.listed))
            for side, said in enumerate((left, right))
            if said is not None
        ]
        if True in right_ones and False in right_ones:
            return False
        if part.listed.endswith("Size") or part.listed in ("", "datahash"):
            others = beside.others() if part.algorithm != "build-id" else None
            return None if others is None else others[part.algorithm == "size"]
        return beside.changed(part.listed)


def _is_right(algorithm: str, said: bytes, contents: bytes | None) -> bool | None:
    """Whether contents have this digest or size; None where that cannot be worked out."""
    if contents is None:
        return None
    if algorithm == "size":
        return said == b"%d" % len(contents)
    name = algorithm.replace("-", "").lower()
    if name not in LENGTHS.values():
        return None
    digest = hashlib.new(name, contents, usedforsecurity=False).digest()
    if len(said) == 2 * len(digest):
        return said == digest.hex().encode()
    # RECORD leaves the padding out (PEP 427), and takes other letters than jars do.
    coded = base64.b64encode(digest).rstrip(b"=")
    return said.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/")) == coded


def _outside(text: bytes, found: tuple[Part, ...]) -> bytes:
    """The line with its digests and sizes taken out."""
    kept = []
    at = 0
    for part in found:
        kept.append(text[at : part.start])
        at = part.end
    return b"#".join((*kept, text[at:]))


def _read(question: Question) -> Reading | None:
    return _Reader("list of digests", question).reading()


KIND = Kind("list of digests", 1, recognise, _read)
