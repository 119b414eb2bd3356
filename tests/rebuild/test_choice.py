"""Which variations are wanted, and the catalogue of them."""

from __future__ import annotations

import pytest

from elfdiff.causes import catalogue
from elfdiff.errors import UsageError
from elfdiff.rebuild.choice import wanted
from elfdiff.rebuild.variations import known

NAMES = frozenset(variation.name for variation in known())


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], NAMES),
        (["-network,-clock"], NAMES - {"network", "clock"}),
        (["umask,home"], {"umask", "home"}),
        (["umask", "+home"], {"umask", "home"}),
        (["none,+clock"], {"clock"}),
        (["-all"], set()),
        (["all,-clock"], NAMES - {"clock"}),
        (["umask", "-umask"], set()),
    ],
)
def test_names_are_added_and_taken_away(words: list[str], chosen: set[str]) -> None:
    assert wanted(words) == chosen


def test_an_unknown_name_gets_a_hint() -> None:
    with pytest.raises(UsageError, match=r"no variation is called hostnam; did you mean hostname\?"):
        wanted(["-hostnam"])


def test_every_variation_names_causes_of_the_catalogue() -> None:
    ids = {cause.id for cause in catalogue()}
    for variation in known():
        assert set(variation.causes) <= ids, variation.name
        assert variation.witness
        assert variation.what


def test_the_names_are_those_of_the_modules() -> None:
    assert {name.replace("-", "_") for name in NAMES} == {
        *("aslr", "build_path", "clock", "cpu_count", "environment", "file_order", "home", "hostname", "kernel"),
        *("locale", "network", "parallelism", "path", "time_zone", "umask", "user"),
    }
