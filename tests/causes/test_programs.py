"""Two programs are no two builds of one."""

from __future__ import annotations

import pytest

from elfdiff.causes import catalogue
from elfdiff.causes._programs import two_programs
from elfdiff.evidence.model import GoSettingChange, PathPlace, SymbolSetChange
from elfdiff.judging import judged


def package(a, b):
    return GoSettingChange(section=".go.buildinfo", key="Path", a_value=a, b_value=b)


def names(a, b):
    return SymbolSetChange(table="symtab", imports=False, a_only=a, b_only=b, a_count=len(a), b_count=len(b), total=9)


def claims(evidence):
    return {match.cause.id: match.confidence.value for match in judged(catalogue(), evidence).matches}


def test_main_packages_of_other_names(seen):
    other = (seen.drift("example.org/dep", None, "1.0.0"), seen.path("/w/a", "/w/b", "main.go", PathPlace.GO_TABLE))
    evidence = seen.given(package("example.org/weigh", "example.org/app"), *other, languages=("go",))
    assert claims(evidence) == {"source-change": "certain"}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("example.org/weigh", "example.org/weigh/v2"),
        ("github.com/ada/weigh", "github.com/fork/weigh"),
        ("command-line-arguments", "example.org/weigh"),
    ],
)
def test_a_package_that_moved_is_the_same_program(seen, a, b):
    assert two_programs(seen.given(package(a, b))) is None


def test_a_package_that_moved_is_no_flag(seen):
    assert "build-flags" not in claims(seen.given(package("github.com/ada/weigh", "github.com/fork/weigh")))
    assert claims(seen.given(package("command-line-arguments", "a.org/weigh")))["build-flags"] == "certain"


def test_main_functions_of_other_crates(seen):
    legacy, other = "_ZN5probe4main17h854432687162deeaE", "_ZN2mr4main17h6e79d30d5e748546E"
    assert claims(seen.given(names((legacy, "helper"), (other,)))) == {"source-change": "certain"}
    for a, b in ((legacy, "_RNvCs4fqI2P2rA4_5probe4main"), (legacy, "_ZN2mr5other17h6e79d30d5e748546E")):
        assert two_programs(seen.given(names((a,), (b,)))) is None
