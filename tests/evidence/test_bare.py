"""Sources with debug information on one side only."""

from __future__ import annotations

from types import SimpleNamespace

from elfdiff.evidence.bare import extract


def elf(described, listed):
    units = tuple(SimpleNamespace(name=f"src/{name}") for name in described)
    return SimpleNamespace(debug_units=units, file_symbols=tuple(SimpleNamespace(name=name) for name in listed))


def facts(a, b):
    return [(fact.side, fact.names) for fact in extract(SimpleNamespace(a=a, b=b))]


def test_a_source_that_one_side_does_not_describe():
    both = elf(["main.c", "x.c"], ["main.c", "x.c"])
    bare = elf(["main.c"], ["main.c", "x.c"])
    assert facts(both, bare) == [("b", ("x.c",))]
    assert facts(bare, both) == [("a", ("x.c",))]
    assert facts(both, both) == []


def test_a_source_that_is_not_there_or_a_side_without_any_is_something_else():
    both = elf(["main.c", "x.c"], ["main.c", "x.c"])
    assert facts(both, elf(["main.c"], ["main.c"])) == []
    assert facts(both, elf([], ["main.c", "x.c"])) == []
