"""Go build settings that differ, and the stamps inside -ldflags."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.evidence.model import WordKind
from elfdiff.evidence.words import WordDifference, differences


def changed_settings(pair: Pair) -> Iterator[tuple[str, str | None, str | None]]:
    """(key, value in a, value in b) of every setting that differs; a value is None where the key is absent."""
    a, b = pair.dependencies
    if a.source is None or a.source != b.source or a.source.value != "go-buildinfo":
        return
    left, right = dict(a.details), dict(b.details)
    for key in dict.fromkeys([*left, *right]):
        if left.get(key) != right.get(key):
            yield key, left.get(key), right.get(key)


def go_setting_words(pair: Pair) -> Iterator[tuple[str, WordDifference]]:
    """(key, word) for settings in which only stamps differ: times, hosts, users, revisions given with -X."""
    for key, a_value, b_value in changed_settings(pair):
        for item in stamps_of(key, a_value, b_value):
            yield key, item


def stamps_of(key: str, a_value: str | None, b_value: str | None) -> list[WordDifference]:
    """The differing words of a setting if all of them are stamps, else none."""
    if key.startswith("vcs") or not a_value or not b_value:
        return []
    found = differences(a_value, b_value)
    known = all((item.a_stamp is not None and item.b_stamp is not None) or item.kind in _STAMPS for item in found)
    return found if known else []


_STAMPS = frozenset(
    {
        WordKind.UUID,
        WordKind.REVISION,
        WordKind.DESCRIBE,
        WordKind.USER_HOST,
        WordKind.HOST,
        WordKind.KERNEL,
        WordKind.COUNTER,
    }
)
