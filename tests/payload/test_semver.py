"""Versions and their order, by the words of SemVer 2.0.0."""

from __future__ import annotations

import itertools

import pytest

from elfdiff.payload.semver import Version, is_version, parse_version

# SemVer 2.0.0, items 9 and 11, in ascending order.
ASCENDING = (
    "0.0.0-0",
    "0.0.0",
    "1.0.0-0",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-11",
    "1.0.0--",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.9.0",
    "1.10.0",
    "2.0.0-0",
    "2.0.0",
    "18446744073709551615.0.0",
)


def key(text: str) -> object:
    version = parse_version(text)
    assert version is not None
    return version.key


def test_precedence() -> None:
    shuffled = [*ASCENDING[1::2], *ASCENDING[::2]]
    assert sorted(shuffled, key=key) == list(ASCENDING)  # type: ignore[arg-type]
    for low, high in itertools.combinations(ASCENDING, 2):
        assert key(low) != key(high)


def test_build_metadata_plays_no_part() -> None:
    assert key("1.0.0+a") == key("1.0.0+b") == key("1.0.0")


@pytest.mark.parametrize("text", [text for text in ASCENDING if text != ASCENDING[-1]])
def test_next_is_above_and_nothing_known_lies_between(text: str) -> None:
    version = parse_version(text)
    assert version is not None
    assert version.key < version.next.key
    between = [other for other in ASCENDING if version.key < key(other) < version.next.key]  # type: ignore[operator]
    assert between == []


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0-", "1.0.0+", "1.0.0-a..b", "01.0.0", "1.0.0-01", "1.0.0-a_b", " 1.0.0",
     "1.0.0\n", "-1.0.0", "18446744073709551616.0.0", "1.0.0-" + "a" * 300, "٣.0.0"],
)  # fmt: skip
def test_no_versions(text: str) -> None:
    assert parse_version(text) is None
    assert not is_version(text)


@pytest.mark.parametrize("text", ["1.0.0-0a", "1.0.0-00a", "1.0.0-a.0.-", "1.0.0+001.x", "0.0.0-x+y"])
def test_odd_versions(text: str) -> None:
    assert is_version(text)


def test_text_of_a_version() -> None:
    assert str(parse_version("1.2.3-rc.1+b")) == "1.2.3-rc.1"
    assert str(Version(1, 2, 3).next) == "1.2.4-0"
    assert str(Version(1, 2, 3, "a").next) == "1.2.3-a.0"
