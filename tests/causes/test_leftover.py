"""What nobody claims and yet is no sign of another source: numbers and bytes that look drawn."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from elfdiff.causes._leftover import leftover
from elfdiff.causes.model import Others
from elfdiff.causes.source_change import detect as source
from elfdiff.evidence.model import DataChange, DynamicChange, WordKind
from elfdiff.report import Location

DRAWN = hashlib.sha256(b"a").digest(), hashlib.sha256(b"b").digest()
TABLE = bytes(range(16, 48)), bytes((*range(16, 40), 0, *range(41, 48)))
SPARSE = bytes((1, 0, 0, 0) * 8), bytes((2, 0, 0, 0) * 8)


def data(a: bytes, b: bytes) -> DataChange:
    places = [Location(64, len(value), "file", value.hex()) for value in (a, b)]
    return DataChange(section=".rodata", symbol="key", a=places[0], b=places[1], size=max(len(a), len(b)))


@pytest.mark.parametrize("size", [16, 32])
def test_bytes_that_look_drawn_are_no_other_source(seen, ask, size):
    evidence = seen.given(data(DRAWN[0][:size], DRAWN[1][:size]))
    assert leftover(evidence, Others()).data == ()
    assert ask(source, evidence) == {}


@pytest.mark.parametrize(("a", "b"), [TABLE, SPARSE, (DRAWN[0][:12], DRAWN[1][:12]), (DRAWN[0], TABLE[0])])
def test_a_table_that_differs_may_be_one(seen, ask, a, b):
    assert ask(source, seen.given(data(a, b))) == {"source-change": "possible"}


def test_a_wide_number_that_looks_drawn_is_none(seen, ask):
    assert ask(source, seen.given(seen.number(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F))) == {}
    assert ask(source, seen.given(seen.number(80, 120))) == {"source-change": "possible"}


def test_code_that_differs_in_such_numbers_alone_is_none(seen, ask):
    drawn = seen.function("f", ("movabs $0x9e3779b97f4a7c15,%rax",), ("movabs $0xc2b2ae3d27d4eb4f,%rax",))
    plain = seen.function("f", ("mov $0x50,%eax",), ("mov $0x78,%eax",))
    assert ask(source, seen.given(drawn, seen.totals(40, changed=1))) == {}
    assert ask(source, seen.given(plain, seen.totals(40, changed=1))) == {"source-change": "likely"}


def test_a_fact_that_was_claimed_is_not_left(seen):
    text = seen.text("usage: store", "usage: stow it")
    assert leftover(seen.given(text), Others()).texts == (text,)
    assert leftover(seen.given(text), Others(owned=frozenset({id(text)}))).texts == ()
    assert leftover(seen.given(text), Others(followed=frozenset({id(text)}))).texts == ()
    doubted = leftover(seen.given(text), Others(doubted=(text,)))
    assert (doubted.texts, doubted.typed) == ((), (text,))


@pytest.mark.parametrize(
    ("b", "left"),
    [("srv/b2/main.go", False), ("/srv/b2/main.go", False), ("srv/b2/mend.go", True), ("srv/b2/main.go or so", True)],
)
def test_the_end_of_a_path_that_moved_is_no_text_of_its_own(seen, b, left):
    """Go begins a text where another one stops, and may take the path's own slash for that one's end."""
    path = seen.path("/home/ci/1", "/srv/b2", "main.go")
    text = seen.text("/home/ci/1/main.go", b, section=".gopclntab")
    assert bool(leftover(seen.given(path, text), Others(owned=frozenset({id(path)}))).texts) is left


def test_the_mirrored_pair_is_told_alike(seen):
    path = seen.path("/b2", "/home/ci/1", "main.go")
    text = seen.text("srv/b2/main.go", "/home/ci/1/main.go", section=".gopclntab")
    assert leftover(seen.given(path, text), Others(owned=frozenset({id(path)}))).texts == ()


def test_many_functions_without_a_text_may_be_other_options(seen, ask):
    functions = [
        seen.function(f"f{i}", ("mov eax, ebx", "ret"), ("push rbp", "mov eax, ebx"), status="changed")
        for i in range(7)
    ]
    rest = seen.totals(200, changed=7)
    assert ask(source, seen.given(*functions, rest)) == {"source-change": "possible"}
    assert ask(source, seen.given(*functions, seen.totals(2000, changed=7))) == {"source-change": "likely"}
    assert ask(source, seen.given(*functions[:3], rest)) == {"source-change": "likely"}
    told = seen.text("usage: store FILE", "usage: store [-q] FILE")
    assert ask(source, seen.given(*functions, rest, told)) == {"source-change": "likely"}


def test_the_same_constants_in_another_arrangement_may_be_options(seen, ask):
    function = seen.function("f", ("mov eax, 7", "ret"), ("push rbp", "mov eax, 7"))
    rest = seen.totals(200, changed=1)
    assert ask(source, seen.given(function, rest)) == {"source-change": "likely"}
    assert ask(source, seen.given(replace(function, rearranged=True), rest)) == {"source-change": "possible"}


def test_an_object_that_holds_a_claimed_text_is_not_left(seen):
    named = seen.word(WordKind.HOST, "sles12a", "sles12b")
    at = [Location(named.a.offset, 8, named.a.within, value) for value in ("1", "2")]
    held = replace(seen.number(1, 2, symbol="main.buildHost.str"), a=at[0], b=at[1])
    assert leftover(seen.given(named, held), Others()).data == (held,)
    assert leftover(seen.given(named, held), Others(owned=frozenset({id(named)}))).data == ()


def test_a_short_text_beside_many_functions_may_be_the_compilers(seen, ask):
    functions = [seen.function(f"f{i}", ("mov eax, ebx",), ("push rbp", "mov eax, ebx")) for i in range(7)]
    rest = seen.totals(200, changed=7)
    short, long = seen.text(None, "  BIG5"), seen.text(None, "usage: store [-q] FILE")
    assert ask(source, seen.given(*functions, rest, short)) == {"source-change": "possible"}
    assert ask(source, seen.given(*functions, rest, long)) == {"source-change": "likely"}


def test_a_loader_that_ld_needs_explains_no_other_texts(seen, ask):
    loader = DynamicChange(tag="DT_NEEDED", a_value=None, b_value="ld-linux-x86-64.so.2")
    library = DynamicChange(tag="DT_NEEDED", a_value=None, b_value="libm.so.6")
    told = seen.text("usage: store FILE", "usage: store [-q] FILE")
    assert ask(source, seen.given(loader, told)) == {"source-change": "likely"}
    assert ask(source, seen.given(library, told)) == {}
