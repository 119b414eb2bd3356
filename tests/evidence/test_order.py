"""Collations, and when an order is a fact."""

import pytest

from elfdiff.evidence.order import collation, kept_in_order, order_change, rearranged

C_ORDER = ["Hash.c", "List.c", "XML.c", "color.c", "main_loop.c"]
LOCALE_ORDER = ["color.c", "Hash.c", "List.c", "main_loop.c", "XML.c"]


def test_collations() -> None:
    assert collation(C_ORDER) == "C"
    assert collation(LOCALE_ORDER) == "locale"
    assert collation(["b.c", "a.c", "c.c"]) is None


def test_punctuation_counts_last_in_a_dictionary() -> None:
    assert collation(["socket_ntop.c", "socket.c"]) is None
    assert collation(["ab.c", "a-c.c", "Ad.c"]) == "locale"


def test_the_same_items_in_another_order() -> None:
    (found,) = order_change("file-symbols", ".symtab", C_ORDER, LOCALE_ORDER)
    assert (found.a_sorted, found.b_sorted, found.count) == ("C", "locale", 5)


def test_other_items_are_no_order() -> None:
    assert list(order_change("file-symbols", ".symtab", ["a", "b"], ["b", "c"])) == []
    assert list(order_change("file-symbols", ".symtab", ["a", "b"], ["a", "b"])) == []


def test_a_name_that_both_begin_with_does_not_hide_a_collation() -> None:
    (found,) = order_change("file-symbols", ".symtab", ["main.c", *C_ORDER], ["main.c", *reversed(C_ORDER)])
    assert (found.a_sorted, found.b_sorted) == ("C", None)


def test_one_set_of_words_without_ends_in_two_orders():
    a, b = b"firstdeltafoxtrotbravocharliealphacapacity", b"firstfoxtrotalphabravodeltacharliecapacity"
    words = ["delta", "foxtrot", "bravo", "charlie", "alpha"]
    ours, theirs = rearranged(a, b)
    assert [word.decode() for word in ours] == words
    assert sorted(theirs) == sorted(ours)
    assert b"".join(theirs) in b
    assert rearranged(b"abcdef", b"fedcba") is None
    assert rearranged(b"one two", b"one three") is None
    assert rearranged(b"same", b"same") in (None, ([], []))


@pytest.mark.parametrize(
    ("after", "kept"),
    [("abcdefg", 7), ("bcdefga", 6), ("bacdefg", 6), ("gfedcba", 1), ("cagfdeb", 3), ("", 0)],
)
def test_how_many_kept_their_order(after: str, kept: int) -> None:
    assert kept_in_order("abcdefg", after) == kept
