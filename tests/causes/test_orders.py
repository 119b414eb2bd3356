"""link-order and locale decide about the same orders, so they are tested together."""

from __future__ import annotations

import pytest

from elfdiff.actions import Export
from elfdiff.causes.hash_order import detect as hash_order
from elfdiff.causes.link_order import detect as link_order
from elfdiff.causes.locale import detect as locale
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.facts import ItemOrderChange
from elfdiff.evidence.model import WordKind

BYTES = ("Functions.c", "Lexer.c", "eval.c", "fail.c", "main.c")
DICTIONARY = ("eval.c", "fail.c", "Functions.c", "Lexer.c", "main.c")
SHUFFLED = ("main.c", "Lexer.c", "eval.c", "fail.c", "Functions.c")


@pytest.fixture
def claims(ask):
    def run(evidence):
        return {**ask(link_order, evidence), **ask(locale, evidence)}

    return run


def test_another_order_of_the_same_files(seen, claims):
    evidence = seen.given(seen.order("file-symbols", BYTES, SHUFFLED, "C", None))
    assert claims(evidence) == {"link-input-order": "certain"}
    (match,) = link_order.detect(evidence)
    assert "a is sorted by bytes, b is not sorted" in match.summary
    assert "cannot tell who" in match.note


def test_two_swapped_files(seen, claims):
    assert claims(seen.given(seen.order("file-symbols", ("a.c", "b.c"), ("b.c", "a.c"), "C", None))) == {
        "link-input-order": "certain"
    }


def test_frames_of_functions_in_another_order(seen, claims):
    order = seen.order("frames", ("main", "read", "write"), ("read", "write", "main"))
    assert claims(seen.given(order)) == {"link-input-order": "certain"}
    flags = seen.totals(40, changed=30)
    assert claims(seen.given(order, flags)) == {}


def test_two_collations_of_enough_names(seen, claims):
    for sides in ((BYTES, DICTIONARY, "C", "locale"), (DICTIONARY, BYTES, "locale", "C")):
        assert claims(seen.given(seen.order("file-symbols", *sides))) == {"locale-sort-order": "certain"}


def test_names_listed_by_hand_before_the_sorted_ones(seen, claims):
    sides = ("main.c", *BYTES[:-1], "version.c"), ("main.c", *DICTIONARY[:-1], "version.c")
    evidence = seen.given(seen.order("file-symbols", *sides))
    assert claims(evidence) == {"locale-sort-order": "certain"}
    (match,) = locale.detect(evidence)
    assert match.summary.startswith("a sorts by bytes (Functions.c, Lexer.c, eval.c, fail.c")
    assert claims(seen.given(seen.order("file-symbols", *sides[::-1]))) == {"locale-sort-order": "certain"}


def test_two_names_that_swapped_in_a_sorted_list_are_not_decisive(seen, claims):
    sides = ("a.c", "B.c", "c.c", "d.c", "e.c"), ("B.c", "a.c", "c.c", "d.c", "e.c")
    assert claims(seen.given(seen.order("file-symbols", *sides))) == {"locale-sort-order": "likely"}


def test_few_names_are_sorted_somehow_by_chance(seen, claims):
    three = seen.order("file-symbols", ("B.c", "a.c", "c.c"), ("a.c", "B.c", "c.c"), "C", "locale")
    assert claims(seen.given(three)) == {"locale-sort-order": "likely"}
    two = seen.order("file-symbols", ("B.c", "a.c"), ("a.c", "B.c"), "C", "locale")
    assert claims(seen.given(two)) == {"link-input-order": "certain"}


def test_other_things_in_order(seen, claims):
    assert claims(seen.given(seen.order("members", ("a.o", "b.o"), ("b.o", "a.o")))) == {
        "archive-member-order": "certain"
    }
    assert claims(seen.given(seen.order("needed", ("libm.so.6", "libz.so.1"), ("libz.so.1", "libm.so.6")))) == {
        "link-input-order": "certain"
    }
    assert claims(seen.given(seen.order("sections", (".a", ".b"), (".b", ".a")))) == {}


def test_codegen_units_are_ordered_by_rustc(seen, claims):
    names = [f"rlite.77ef1fead4e2fc0b-cgu.{n}" for n in range(4)]
    assert claims(seen.given(seen.order("file-symbols", names, names[::-1]))) == {}


def test_lists_of_other_things_are_no_order(seen, claims):
    assert claims(seen.given(seen.order("file-symbols", ("a.c", "b.c"), ("b.c", "c.c")))) == {}


def test_functions_count_only_where_no_file_symbol_is_left(seen, claims):
    names = [f"f{n}" for n in range(8)]
    blocks = seen.order("functions", names, names[4:] + names[:4])
    assert claims(seen.given(blocks, stripped=True)) == {"link-input-order": "likely"}
    assert claims(seen.given(blocks)) == {}
    assert claims(seen.given(blocks, languages=("fortran",))) == {"link-input-order": "likely"}
    scattered = seen.order("functions", names, names[::-1])
    assert claims(seen.given(scattered, stripped=True)) == {"link-input-order": "possible"}


@pytest.mark.parametrize(
    "reason",
    [
        lambda seen: seen.tool("gcc", "GCC 11", "GCC 12"),
        lambda seen: seen.renamed("rust-v0", "rcore", 37),
        lambda seen: seen.drift("itoa", "1.0.1", "1.0.2"),
    ],
)
def test_functions_move_for_other_reasons_too(seen, claims, reason):
    names = [f"f{n}" for n in range(8)]
    evidence = seen.given(seen.order("functions", names, names[4:] + names[:4]), reason(seen), stripped=True)
    assert claims(evidence) == {}


def test_words_of_two_languages(seen, claims):
    assert claims(seen.given(seen.word(WordKind.LOCALE, "Tuesday, 14 November", "Dienstag, 14 November"))) == {
        "env-locale-messages": "certain"
    }
    assert claims(seen.given(seen.word(WordKind.LOCALE, "1.5", "1,5"))) == {"env-locale-messages": "likely"}
    assert claims(seen.given(seen.word(WordKind.OTHER, "red", "rot"))) == {}


def test_the_fixes():
    assert [fix.action for fix in locale.fixes] == [Export("LC_ALL", "C")]
    action = link_order.fixes[0].action.line
    assert all(part in action for part in ("$(sort $(wildcard *.c))", "list(SORT", "LC_ALL=C sort"))


def test_tools_flags_and_changed_code_reorder_objects_too(seen, claims):
    order = seen.order("file-symbols", BYTES, SHUFFLED, "C", None)
    assert claims(seen.given(order, seen.function("f"), seen.totals(20, 1))) == {"link-input-order": "certain"}
    assert claims(seen.given(order, *map(seen.function, "fgh"), seen.totals(20, 3))) == {"link-input-order": "likely"}
    several = [seen.function(f"f{index}") for index in range(12)]
    assert claims(seen.given(order, *several, seen.totals(22, 12))) == {}
    units = seen.order("units", BYTES, SHUFFLED, "C", None)
    assert claims(seen.given(units, seen.function("f"))) == {"link-input-order": "likely"}
    assert claims(seen.given(order, seen.totals(20, 15))) == {}
    assert claims(seen.given(order, seen.tool("mold", None, "mold 1.10.1"))) == {}


def test_large_numbers_of_moved_code_are_addresses(seen, ask):
    """AArch64 joins an address from ADRP and ADD: a half that could not be followed is no edit where code moved."""
    names = [f"f{i}" for i in range(10)]
    blocks = seen.order("functions", names, names[4:] + names[:4])
    half = seen.function("f1", ["add x3, x3, #0x9a0"], ["add x3, x3, #0xbc0"])

    def found(change, machine):
        evidence = seen.given(blocks, change, seen.totals(400, changed=1), machine=machine, stripped=True)
        return {**ask(link_order, evidence), **ask(source_change, evidence)}

    assert found(half, "AArch64") == {"link-input-order": "likely"}
    assert found(half, "Advanced Micro Devices X86-64") == {"source-change": "likely"}
    small = seen.function("f1", ["mov w0, #7"], ["mov w0, #9"])
    assert found(small, "AArch64") == {"source-change": "likely"}


def test_large_numbers_behind_a_longer_path_are_no_certain_edit(seen, ask):
    half = seen.function("f1", ["lea eax, [ebx - 0x23bbc]"], ["lea eax, [ebx - 0x23b2c]"])
    moved = (half, seen.path("/build/one", "/build/three", "/main.c"), seen.totals(400, changed=1))
    assert ask(source_change, seen.given(*moved, machine="Intel 80386")) == {"source-change": "possible"}
    assert ask(source_change, seen.given(half, seen.totals(400, changed=1), machine="Intel 80386")) == {
        "source-change": "likely"
    }


def test_records_that_begin_with_sorted_names_are_sorted_too(seen, ask, claims):
    names = ("IDS_Add", "IDS_Backup", "IDS_Close", "IDS_about", "IDS_browse")
    said = ("IDS_about", "IDS_Add", "IDS_Backup", "IDS_browse", "IDS_Close")
    for a, b in ((names, said), (said, names)):
        records = ItemOrderChange(section=".data.rel.ro", what="records", count=5, a_order=a, b_order=b)
        assert claims(seen.given(records)) == {"locale-sort-order": "certain"}
        assert ask(hash_order, seen.given(records)) == {}
    shuffled = ItemOrderChange(section=".data.rel.ro", what="records", count=5, a_order=names, b_order=names[::-1])
    assert claims(seen.given(shuffled)) == {}


def test_c_that_is_linked_into_rust_has_an_order_of_its_own(seen, claims):
    units = ("main.235e3519f142be8b-cgu.0", "std.e28293b1aa0f68bd-cgu.0", "object.4f4cc23e276cbdd5-cgu.0")
    more = ("memchr.9642f0ce76a98c65-cgu.0", "gimli.9d272e8433f81454-cgu.0")
    a, b = (*units, "table.c", "sum.c", *more), (*units, "sum.c", "table.c", *more)
    assert claims(seen.given(seen.order("file-symbols", a, b))) == {"native-library-order": "likely"}
    turned = seen.order("file-symbols", (*units, "sum.c", "table.c"), (*units[::-1], "sum.c", "table.c"))
    assert claims(seen.given(turned)) == {}
