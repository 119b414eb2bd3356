"""Fields that containers keep beside contents, by what wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from elfdiff.causes._wording import became, listed
from elfdiff.evidence.entries import EntriesChange, EntryFieldChange
from elfdiff.evidence.model import EvidenceSet
from elfdiff.patterns import late


def changes_of(evidence: EvidenceSet, *names: str) -> list[EntryFieldChange]:
    """The changes of these fields, in order."""
    return [c for c in evidence.of(EntryFieldChange) if c.field_name in names and not _is_no_time(c)]


def written_otherwise(evidence: EvidenceSet, *names: str) -> tuple[EntryFieldChange, ...]:
    """The changes of these fields, and of times that are none on both sides, by two writers' ways to say so."""
    return tuple(
        c for c in evidence.of(EntryFieldChange) if c.field_name in names or _is_no_time(c) or _is_plain_file(c)
    )


def _is_plain_file(change: EntryFieldChange) -> bool:
    """True for the letters by which writers of tar mark one kind: a regular file (V7: none)."""
    return change.field_name == "type" and {change.a_value, change.b_value} <= {"", "0", "7"}


def _is_no_time(change: EntryFieldChange) -> bool:
    return change.field_name == "time" and all(not v or v.startswith("none") for v in (change.a_value, change.b_value))


def by_face(
    changes: Iterable[EntryFieldChange], faces: Mapping[str, str], other: str | None = None
) -> Iterator[tuple[str, tuple[EntryFieldChange, ...]]]:
    """The changes by the face of the format that holds them; what has none goes to ``other``, or is left out."""
    found: dict[str, list[EntryFieldChange]] = {}
    for change in changes:
        face = faces.get(writer(change), other)
        if face is not None:
            found.setdefault(face, []).append(change)
    yield from ((face, tuple(items)) for face, items in found.items())


_GZIP = late(r"(?:^| )gzip(?: member \d+)? header$")


def writer(change: EntryFieldChange) -> str:
    """The format that holds the field: gzip for the header around a tar, else the container's, without a suffix."""
    if _GZIP.search(change.section or ""):
        return "gzip"
    return change.container.partition(".")[0]


_BUILD_ID = late(r"(?<=\.build-id/)[0-9a-f]{2}(?:/[0-9a-f]{6,})?")
_HASHED = late(r"(?<![0-9A-Za-z])[0-9a-f]{8,64}(?![0-9A-Za-z])")


def named_by_hash(change: EntriesChange) -> bool:
    """True if both sides have the same names but for build IDs and hashes in them."""
    if change.a_count > len(change.a_only) or change.b_count > len(change.b_only):
        return False
    sides = [sorted(map(_masked, names)) for names in (change.a_only, change.b_only)]
    return sides[0] == sides[1]


def renamed_by_hash(change: EntryFieldChange) -> bool:
    """True if two names are the same but for build IDs and hashes in them."""
    a, b = change.a_value, change.b_value
    return a != b and bool(a and b) and _masked(a) == _masked(b)


def _masked(name: str) -> str:
    return _HASHED.sub("#", _BUILD_ID.sub("#", name))


def is_masked(change: EntryFieldChange) -> bool:
    """True if only bits of group and others differ, and each side has none of them that the owner lacks."""
    a, b = change.a_number, change.b_number
    if a is None or b is None or (a ^ b) & ~0o077 or a == b:
        return False
    return all(
        not (mode & 0o070) & ~((mode & 0o700) >> 3) and not (mode & 0o007) & ~((mode & 0o700) >> 6) for mode in (a, b)
    )


def told(changes: tuple[EntryFieldChange, ...]) -> str:
    """``mtime of usr/bin/app: X became Y``, and how many more."""
    first = changes[0]
    names = list(dict.fromkeys(change.field_name for change in changes))
    of = f" of {first.entry}" if first.entry else ""
    more = len({change.entry for change in changes}) - 1
    rest = f", and {more} more {'entry' if more == 1 else 'entries'}" if more > 0 else ""
    return f"{listed(names, 4)}{of}: {became(first.a_value or 'none', first.b_value or 'none')}{rest}"
