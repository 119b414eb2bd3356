"""Fields that containers keep beside contents, by what wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from elfdiff.causes._wording import became, listed
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.model import EvidenceSet


def changes_of(evidence: EvidenceSet, *names: str) -> list[EntryFieldChange]:
    """The changes of these fields, in order."""
    return [change for change in evidence.of(EntryFieldChange) if change.field_name in names]


def by_face(
    changes: Iterable[EntryFieldChange], faces: Mapping[str, str], other: str | None = None
) -> Iterator[tuple[str, tuple[EntryFieldChange, ...]]]:
    """The changes by the face of the format that holds them; what has none goes to ``other``, or is left out."""
    found: dict[str, list[EntryFieldChange]] = {}
    for change in changes:
        face = faces.get(change.container.partition(".")[0], other)
        if face is not None:
            found.setdefault(face, []).append(change)
    yield from ((face, tuple(items)) for face, items in found.items())


def told(changes: tuple[EntryFieldChange, ...]) -> str:
    """``mtime of usr/bin/app: X became Y``, and how many more."""
    first = changes[0]
    names = list(dict.fromkeys(change.field_name for change in changes))
    of = f" of {first.entry}" if first.entry else ""
    more = len({change.entry for change in changes}) - 1
    rest = f", and {more} more {'entry' if more == 1 else 'entries'}" if more > 0 else ""
    return f"{listed(names, 4)}{of}: {became(first.a_value or 'none', first.b_value or 'none')}{rest}"
