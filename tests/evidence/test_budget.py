from __future__ import annotations

from elfdiff.evidence.budget import shortest


def test_the_shortest_in_their_order():
    assert shortest(["ccc", "a", "bb"], len, 6) == ["ccc", "a", "bb"]
    assert shortest(["ccc", "a", "bb"], len, 5) == ["a", "bb"]
    assert shortest(["ccc", "a", "bb"], len, 0) == []
    assert shortest([], len, 5) == []


def test_of_equal_sizes_all_or_none():
    assert shortest(["aa", "bb", "c", "dd"], len, 5) == ["c"]
    assert shortest(["aa", "bb", "c", "dd"], len, 7) == ["aa", "bb", "c", "dd"]
