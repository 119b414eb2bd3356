"""Which member of a is which member of b. The same answer, mirrored, when the two are exchanged."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from elfdiff.archive.index import read_index
from elfdiff.archive.model import Archive, Member
from elfdiff.evidence.places import readable
from elfdiff.patterns import late
from elfdiff.values import dataclass

_VARIABLE = late(rb"(?<=cc)[A-Za-z0-9]{6}(?=\.o)|[0-9a-f]{16,}|(?<=_x)\d+(?=\.o)|(?<=[.-])[a-z0-9]{13,32}(?=[.-])")


@dataclass(frozen=True, slots=True)
class MemberPair:
    """Two members that are one, or a member that only one side has.

    ``label`` names it for people, the same on both sides; a second member of one name is ``name#2``.
    """

    a: Member | None
    b: Member | None
    label: str
    same_contents: bool


def pair_members(a: Archive, b: Archive) -> tuple[MemberPair, ...]:
    """Pairs by name and contents, by name and occurrence, by contents, and by what of a name does not vary.

    In a's order, then the members that only b has. Names of many members are unlike only in parts that tools draw
    (``ccXXXXXX.o``, hashes of codegen units) or, in thin archives, in their directories. Last, members that define
    the same symbols, by the archives' indices, are one.
    """
    left, right = dict.fromkeys(a.members), dict.fromkeys(b.members)
    partner: dict[Member, Member] = {}

    def match(key_a: Callable[[Member], object], key_b: Callable[[Member], object]) -> None:
        for one, other in _by_key(left, right, key_a, key_b):
            partner[one] = other
            del left[one], right[other]

    if not a.thin and not b.thin:
        match(lambda m: (m.name, _digest(a, m)), lambda m: (m.name, _digest(b, m)))
    match(lambda m: m.name, lambda m: m.name)
    if not a.thin and not b.thin:
        match(lambda m: _digest(a, m), lambda m: _digest(b, m))
    match(lambda m: _VARIABLE.sub(b"*", m.name), lambda m: _VARIABLE.sub(b"*", m.name))
    if a.thin and b.thin:
        match(lambda m: m.name.rsplit(b"/", 1)[-1], lambda m: m.name.rsplit(b"/", 1)[-1])
    indices = read_index(a), read_index(b)
    if left and right and indices[0] is not None and indices[1] is not None:
        names = indices[0].by_member, indices[1].by_member
        # A member that defines nothing is like no other: the two keys differ.
        match(lambda m: tuple(names[0].get(m.header.start, "a")), lambda m: tuple(names[1].get(m.header.start, "b")))
    pairs = [(member, partner.get(member)) for member in a.members]
    return _labelled(a, b, [*pairs, *((None, member) for member in right)])


def _digest(archive: Archive, member: Member) -> bytes:
    data = archive.content(member)
    return data if len(data) <= 32 else hashlib.blake2b(data, digest_size=32).digest()


def _by_key(
    left: Iterable[Member],
    right: Iterable[Member],
    key_a: Callable[[Member], object],
    key_b: Callable[[Member], object],
) -> list[tuple[Member, Member]]:
    """The k-th of a key with the k-th of the same key."""
    waiting: dict[object, list[Member]] = defaultdict(list)
    for member in right:
        waiting[key_b(member)].append(member)
    found = []
    taken: dict[object, int] = defaultdict(int)
    for member in left:
        key = key_a(member)
        queue = waiting.get(key, [])
        if taken[key] < len(queue):
            found.append((member, queue[taken[key]]))
            taken[key] += 1
    return found


def _labelled(a: Archive, b: Archive, pairs: Sequence[tuple[Member | None, Member | None]]) -> tuple[MemberPair, ...]:
    """Labels are unlike, and do not depend on which archive is a.

    A renamed member has the name that sorts first; numbers follow the archive whose bytes sort first.
    """
    first = 0 if a.data <= b.data else 1
    places: list[tuple[bool, int, int]] = []
    for i, pair in enumerate(pairs):
        chosen = pair[first] or pair[1 - first]
        places.append((pair[first] is None, chosen.header.start if chosen is not None else 0, i))
    labels = [""] * len(pairs)
    used: set[str] = set()
    counts: dict[str, int] = defaultdict(int)
    for _, _, i in sorted(places):
        base = readable(min(member.name for member in pairs[i] if member is not None))
        counts[base] += 1
        label = base if counts[base] == 1 else f"{base}#{counts[base]}"
        while label in used:
            counts[base] += 1
            label = f"{base}#{counts[base]}"
        used.add(label)
        labels[i] = label
    return tuple(
        MemberPair(one, other, label, one is not None and other is not None and a.content(one) == b.content(other))
        for (one, other), label in zip(pairs, labels, strict=True)
    )
