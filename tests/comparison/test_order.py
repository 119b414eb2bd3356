"""The order of records: what may stand elsewhere, and what was moved by nobody."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.tables.order import kept_sorted, ranked, settled


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def test_two_records_that_changed_places_are_no_partners():
    places = ints(10, 20, 30, 40, 50, 60)
    swapped = ints(0, 4, 2, 3, 1, 5)
    assert settled(swapped, 6, places, places[swapped]).tolist() == [0, -1, 2, 3, -1, 5]


def test_neighbours_that_changed_places_are_no_partners():
    nowhere = ints(0, 0, 0, 0)
    assert settled(ints(1, 0, 2, 3), 4, nowhere, nowhere).tolist() == [-1, -1, 2, 3]


def test_records_without_a_partner_are_no_neighbours():
    nowhere = ints(0, 0, 0, 0, 0)
    assert settled(ints(0, 2, 1, -1, 4), 5, nowhere, nowhere).tolist() == [0, -1, -1, -1, 4]


def test_a_record_moves_with_what_it_describes():
    """The second of four functions went behind the third."""
    assert settled(ints(0, 2, 1, 3), 4, ints(10, 20, 30, 40), ints(10, 20, 30, 40)).tolist() == [0, 2, 1, 3]


def test_a_record_with_another_name_may_stand_anywhere():
    free = np.array([False, True, False, False, True, False])
    nowhere = ints(0, 0, 0, 0, 0, 0)
    swapped = ints(0, 4, 2, 3, 1, 5)
    assert settled(swapped, 6, nowhere, nowhere, free).tolist() == swapped.tolist()


def test_records_that_describe_no_place_may_move_where_others_do():
    nowhere = ints(*[0] * 8)
    blocks = ints(4, 5, 7, 6, 0, 1, 2, 3)
    assert settled(blocks, 8, nowhere, nowhere).tolist() == blocks.tolist()


def test_a_sorted_table_keeps_its_order():
    ours = ints(*range(0, 400, 10))
    theirs = ours.copy()
    theirs[[3, 30]] = theirs[[30, 3]]
    partner = np.argsort(theirs)
    kept = kept_sorted(partner, [(ours, theirs)])
    assert np.flatnonzero(kept < 0).tolist() == [3, 30]
    assert np.flatnonzero(kept_sorted(partner, [(theirs, ours)]) < 0).tolist() == [3, 30]


def test_of_two_neighbours_out_of_order_neither_counts():
    ours = ints(*range(20))
    theirs = ours.copy()
    theirs[[3, 4]] = theirs[[4, 3]]
    assert np.flatnonzero(kept_sorted(theirs, [(ours, theirs)]) < 0).tolist() == [3, 4]


def test_a_table_sorted_by_something_else_is_left_alone():
    ours = ints(*range(20))
    theirs = ours[::-1].copy()
    assert kept_sorted(theirs, [(ours, theirs)]).tolist() == theirs.tolist()


def test_ranks_follow_the_first_column_first():
    a, b = ranked([ints(1, 0, 0), ints(5, 9, 7)], [ints(0, 1), ints(9, 6)])
    assert (a.tolist(), b.tolist()) == ([2, 1, 0], [1, 3])


def test_the_other_side_may_be_the_sorted_one():
    """Where a holds the records that changed places, b's order tells of it."""
    swapped, plain = np.array([1, 2, 9, 4, 5, 6, 7, 8, 3, 10]), np.arange(1, 11)
    order = np.array([0, 1, 8, 3, 4, 5, 6, 7, 2, 9], dtype=np.int64)
    for ours, theirs in ((swapped, plain), (plain, swapped)):
        found = kept_sorted(order, [(ours.astype(np.int64), theirs.astype(np.int64))])
        assert found[2] == found[8] == -1
        assert (found[[0, 1, 3, 4, 5, 6, 7, 9]] == order[[0, 1, 3, 4, 5, 6, 7, 9]]).all()


def test_a_record_that_may_stand_anywhere_moves_no_other_out_of_its_place():
    places = ints(*[0] * 8)
    partner = ints(0, 1, 3, 2, 4, 5, 6, 7)
    free = np.array([False, False, True, False, False, False, False, False])
    assert settled(partner, 8, places, places, free).tolist() == partner.tolist()
    assert (settled(partner, 8, places, places)[[2, 3]] == -1).any()


def test_records_around_a_third_that_changed_places_do_not_count():
    """Nothing says which one of the three stayed."""
    ours = ints(*range(20))
    theirs = ours.copy()
    theirs[[7, 9]] = theirs[[9, 7]]
    kept = kept_sorted(np.argsort(theirs), [(ours, theirs)])
    assert np.flatnonzero(kept < 0).tolist() == [7, 8, 9]
