"""Kernel modules: what .modinfo says of the kernel they are for, and the checksums of its interface."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.evidence.model import Evidence, ModuleInfoChange, ModuleVersionsChange
from elfdiff.payload.modinfo import ModuleEntry, module_info, module_versions
from elfdiff.report import Location

MAX_ENTRIES = 200


def extract(pair: Pair) -> Iterator[Evidence]:
    """Entries of .modinfo in a's order, then the checksums; nothing for files that are no modules."""
    yield from _info(pair)
    yield from _versions(pair)


def _info(pair: Pair) -> Iterator[ModuleInfoChange]:
    left, right = module_info(pair.a), module_info(pair.b)
    a_only, b_only = _lacking(left, right), _lacking(right, left)
    keys = list(dict.fromkeys((*a_only, *b_only)))
    found = 0
    for key in keys:
        ours, theirs = a_only.get(key, []), b_only.get(key, [])
        for index in range(max(len(ours), len(theirs))):
            found += 1
            if found > MAX_ENTRIES:
                return
            a = ours[index] if index < len(ours) else None
            b = theirs[index] if index < len(theirs) else None
            yield ModuleInfoChange(
                section=".modinfo",
                a=_place(a),
                b=_place(b),
                key=key,
                a_value=a.value if a else None,
                b_value=b.value if b else None,
            )


def _lacking(entries: tuple[ModuleEntry, ...], others: tuple[ModuleEntry, ...]) -> dict[str, list[ModuleEntry]]:
    """The entries without an equal one among the others, by key."""
    left = Counter((entry.key, entry.value) for entry in others)
    found: dict[str, list[ModuleEntry]] = {}
    for entry in entries:
        if left[entry.key, entry.value]:
            left[entry.key, entry.value] -= 1
        else:
            found.setdefault(entry.key, []).append(entry)
    return found


def _place(entry: ModuleEntry | None) -> Location | None:
    if entry is None:
        return None
    return Location(entry.span.start, entry.span.length, "file", f"{entry.key}={entry.value}")


def _versions(pair: Pair) -> Iterator[ModuleVersionsChange]:
    theirs = {version.name: version for version in module_versions(pair.b)}
    both = [(a, theirs[a.name]) for a in module_versions(pair.a) if a.name in theirs]
    changed = [(a, b) for a, b in both if a.crc != b.crc]
    if changed:
        a, b = changed[0]
        yield ModuleVersionsChange(
            section="__versions",
            symbol=a.name,
            a=Location(a.span.start, a.span.length, "file", f"{a.crc:#010x}"),
            b=Location(b.span.start, b.span.length, "file", f"{b.crc:#010x}"),
            spans=tuple((a.span, b.span) for a, b in changed),
            first=a.name,
            count=len(changed),
            total=len(both),
        )
