"""Links whose targets differ: by a rewrite, by a rename, by the order of hard links, or by an input."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence

from elfdiff.containers.fields import readable
from elfdiff.containers.model import Container, Entry, EntryKind
from elfdiff.errors import ElfdiffError
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.model import Evidence
from elfdiff.plain import PathRewrite, explain
from elfdiff.report import Confidence, Location, Role
from elfdiff.trees.frame import Numbers
from elfdiff.values import dataclass, replace

LINKS = frozenset({EntryKind.SYMLINK, EntryKind.HARDLINK})
_FILES = frozenset({EntryKind.FILE, EntryKind.HARDLINK})


@dataclass(frozen=True)
class LinkChange:
    """What became of a link: facts about its target, or none where it follows from the rename of what it leads to."""

    kind: EntryKind
    a: str
    b: str
    facts: tuple[Evidence, ...]
    rewrites: tuple[PathRewrite, ...] = ()

    @property
    def follows(self) -> bool:
        """True if both lead to one thing, whose name became another."""
        return not self.facts


class Links:
    """The links of two containers."""

    def __init__(self, sides: tuple[Container, Container], numbers: Numbers) -> None:
        self.sides, self.numbers = sides, numbers
        self.places = [{entry.path: i for i, entry in enumerate(side.entries)} for side in sides]
        self.groups = [_groups(side.entries) for side in sides]

    def differ(self, x: Entry, y: Entry) -> bool:
        """True for two links of one kind that say other things."""
        if x.kind is not y.kind or x.kind not in LINKS:
            return False
        if x.kind is EntryKind.HARDLINK:
            return _target_path(x) != _target_path(y)
        return _target(x) != _target(y)

    def in_another_order(self, x: Entry, y: Entry) -> bool:
        """True if both are names of one file with the same names and contents, of which another came first."""
        if x.kind not in _FILES or y.kind not in _FILES or EntryKind.HARDLINK not in (x.kind, y.kind):
            return False
        names = [groups.get(entry.path) for groups, entry in zip(self.groups, (x, y), strict=True)]
        if names[0] is None or names[0] != names[1]:
            return False
        contents = [self._contents(side, names) for side, names in enumerate(names) if names is not None]
        return contents[0] is not None and contents[0] == contents[1]

    def _contents(self, side: int, names: frozenset[str]) -> bytes | None:
        """Those of the one file that some names mean."""
        entries = [self.sides[side].entries[self.places[side][name]] for name in names if name in self.places[side]]
        files = [entry for entry in entries if entry.kind is EntryKind.FILE]
        try:
            return files[0].read() if len(files) == 1 else None
        except ElfdiffError:
            return None

    def order(self, kind: str, name: str, x: Entry, y: Entry) -> EntryFieldChange:
        """The fact that hard links stand in another order."""
        words = [
            f"a link to {readable(_raw(_target_path(entry)))}" if entry.kind is EntryKind.HARDLINK else "the file"
            for entry in (x, y)
        ]
        return _fact(kind, name, "links", words[0], words[1])

    def change(self, kind: str, name: str, x: Entry, y: Entry, rewrites: Sequence[PathRewrite]) -> LinkChange:
        """Why a link leads elsewhere."""
        a, b = _target(x), _target(y)
        shown = readable(a), readable(b)
        if self._same_thing(x, y):
            return LinkChange(x.kind, *shown, ())
        found = explain(name, a, b, rewrites)
        totals = found.ledger.totals
        sure = [item for item in found.findings if item.confidence is not Confidence.POSSIBLE]
        if sure and all(item.role is Role.ROOT for item in sure) and totals.root == totals.differing:
            facts = tuple(replace(fact, section=name) for fact in found.facts)
            return LinkChange(x.kind, *shown, facts, found.rewrites)
        return LinkChange(x.kind, *shown, (_fact(kind, name, "target", *shown),))

    def _same_thing(self, x: Entry, y: Entry) -> bool:
        """True if the two lead to entries that are partners under two names."""
        a, b = self._end(0, x), self._end(1, y)
        if a is None or b is None:
            return False
        pair = self.numbers[0].get(a)
        return pair is not None and pair == self.numbers[1].get(b) and _is_absolute(x) == _is_absolute(y)

    def file_of(self, side: int, entry: Entry) -> int | None:
        """The index of the entry that a hard link is a name of; None for all else, and if it leads nowhere."""
        return self.places[side].get(_target_path(entry)) if entry.kind is EntryKind.HARDLINK else None

    def _end(self, side: int, entry: Entry) -> int | None:
        """The entry of the same container that a link leads to; links on the way are not followed."""
        if entry.kind is EntryKind.HARDLINK:
            return self.places[side].get(_target_path(entry))
        target = _target(entry).decode("utf-8", "surrogateescape")
        base = "" if target.startswith("/") else posixpath.dirname(entry.path)
        return self.places[side].get(posixpath.normpath(posixpath.join(base, target.lstrip("/"))))


def _groups(entries: Sequence[Entry]) -> Mapping[str, frozenset[str]]:
    """Path → all paths that are hard links to one file; those of files without links are left out."""
    names: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.kind is EntryKind.HARDLINK:
            names[_target_path(entry)] |= {_target_path(entry), entry.path}
    return {name: frozenset(group) for group in names.values() for name in group}


def _target(entry: Entry) -> bytes:
    """What a link says; formats that keep it as contents say it there."""
    if entry.target is not None:
        return entry.target.encode("utf-8", "surrogateescape")
    try:
        return entry.read()
    except ElfdiffError:
        return b""


def _target_path(entry: Entry) -> str:
    """The path of what a hard link is a name of."""
    return Entry(entry.target or "", entry.kind, 0, bytes).path


def _is_absolute(entry: Entry) -> bool:
    return _target(entry).startswith(b"/")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _fact(kind: str, name: str, field_name: str, a: str, b: str) -> EntryFieldChange:
    return EntryFieldChange(
        section=name,
        a=Location(0, len(a), "link", a),
        b=Location(0, len(b), "link", b),
        container=kind,
        entry=name,
        field_name=field_name,
        a_value=a,
        b_value=b,
    )
