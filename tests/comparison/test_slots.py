"""GOT and PLT slots: a relocation alone moves nothing."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.data.slots import Slots, align_slots, judged
from elfdiff.comparison.data.votes import Votes

OURS = Slots(16, 4, {11: 1, 12: 2, 13: 3})
THEIRS = Slots(16, 4, {12: 1, 11: 2, 13: 3})


def _votes(*pairs: tuple[int, int]) -> Votes:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Votes.counted(table[:, 0], table[:, 1])


def test_slots_that_code_confirms_change_places():
    confirmed, denied = judged(OURS, THEIRS, _votes((16, 32), (32, 16), (48, 48)))
    assert (confirmed, denied) == ({11, 12, 13}, set())
    found = align_slots(OURS, THEIRS, frozenset(confirmed))
    assert found is not None
    assert found.triples() == [(0, 0, 16), (16, 32, 16), (32, 16, 16), (48, 48, 16)]


def test_exchanged_relocations_are_denied_by_the_calls():
    confirmed, denied = judged(OURS, THEIRS, _votes((16, 16), (32, 32), (48, 48)))
    assert denied == {11, 12}
    assert align_slots(OURS, THEIRS, frozenset(confirmed)) is None


def test_what_nothing_uses_is_confirmed_by_nothing():
    assert judged(OURS, THEIRS, _votes()) == (set(), set())
