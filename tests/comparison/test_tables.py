"""Records go with the record that describes the same place; what is named twice places nothing."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.tables.records import align_by_place, by_key, filled, records, relocation_orders


def ints(*values):
    return np.array(values, dtype=np.int64)


def test_by_place_in_any_order():
    known = np.ones(4, dtype=bool)
    tables = ints(1, 2, 3, 4), ints(40, 30, 20, 10), ints(10, 20, 30, 40)
    assert align_by_place(*tables, known, keys=()).tolist() == [3, 2, 1, 0]


def test_a_record_out_of_order_in_a_table_that_is_sorted_has_no_partner():
    known = np.ones(3, dtype=bool)
    tables = ints(1, 2, 3), ints(30, 10, 20), ints(10, 20, 30)
    assert align_by_place(*tables, known).tolist() == [1, 2, -1]


def test_a_place_named_twice_is_decided_by_order():
    # Record 1 of b was edited to name the place of record 2: the order says which is which.
    known = np.ones(4, dtype=bool)
    mapped = ints(10, 20, 30, 40)
    assert align_by_place(mapped, ints(10, 30, 30, 40), mapped, known).tolist() == [0, 1, 2, 3]


def test_a_record_that_nothing_else_is_like_may_stand_anywhere():
    known = np.ones(4, dtype=bool)
    mapped, turned = ints(10, 20, 30, 40), ints(40, 10, 20, 30)
    assert align_by_place(mapped, turned, mapped, known, ()).tolist() == [1, 2, 3, -1]
    alone = ["p", "q", "r", "s"], ["s", "p", "q", "r"]
    assert align_by_place(mapped, turned, mapped, known, (), alone).tolist() == [1, 2, 3, 0]
    twins = ["p", "q", "s", "s"], ["s", "p", "q", "s"]
    assert align_by_place(mapped, turned, mapped, known, (), twins).tolist() == [1, 2, 3, -1]


def test_relocations_may_be_sorted_by_the_first_place_of_their_symbol():
    rows = np.zeros(4, dtype=[("offset", "<u8"), ("symbol", "<u4"), ("type", "<u4")])
    rows["offset"], rows["symbol"], rows["type"] = [10, 40, 20, 30], [5, 5, 2, 2], [1, 1, 1, 1]
    orders = relocation_orders(rows, rows, 62)
    assert [bool((order[0][1:] >= order[0][:-1]).all()) for order in orders] == [False, False, False, True]


def test_leftovers_go_between_partners_only_if_as_many():
    assert filled(ints(0, -1, 2), 3).tolist() == [0, 1, 2]
    assert filled(ints(0, -1, 3), 4).tolist() == [0, -1, 3]


def test_keys_that_one_side_has_more_often_pair_nothing():
    assert by_key(["x", "y", "y"], ["y", "x", "y"]).tolist() == [1, 0, 2]
    assert by_key(["x", "y"], ["x", "y", "y"]).tolist() == [0, -1]


def test_records_become_runs():
    assert records(ints(0, 1, 3, -1, 2), 24).triples() == [(0, 0, 48), (48, 72, 24), (96, 48, 24)]
