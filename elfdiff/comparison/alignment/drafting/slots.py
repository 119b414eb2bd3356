"""GOT and PLT of a draft."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.operands import Operands
from elfdiff.comparison.code.machines import ReferenceKind
from elfdiff.comparison.data.slots import Slots, align_slots, got_slots, is_got, is_plt, judged, plt_slots
from elfdiff.comparison.data.votes import Votes
from elfdiff.comparison.texts.pools import TextAlignment
from elfdiff.elf.model import Section


def place_slots(draft: Draft, operands: Operands) -> None:
    """GOT and PLT: by symbol, where the code that uses them agrees."""
    chosen = [(x, y) for x, y in draft.pairs if (is_got(x) and is_got(y)) or (is_plt(x) and is_plt(y))]
    if not chosen or draft.a.relocatable or not (len(draft.pointers[0].at) and len(draft.pointers[1].at)):
        return
    found: list[tuple[Section, Section, Slots, Slots]] = []
    for left, right in chosen:
        if is_got(left):
            ours, theirs = got_slots(draft.a, left, draft.pointers[0]), got_slots(draft.b, right, draft.pointers[1])
        else:
            references = draft.code.of(left), draft.b_code.of(right)
            if references[0] is None or references[1] is None:
                continue
            ours = plt_slots(draft.a, left, references[0], draft.pointers[0])
            theirs = plt_slots(draft.b, right, references[1], draft.pointers[1])
        found.append((left, right, ours, theirs))
    if all(ours.by_mark == theirs.by_mark for _, _, ours, theirs in found):
        return
    # Entries of a PLT are not matched yet: theirs say nothing.
    meant = [operands.of(kind, is_plt) for kind in (ReferenceKind.MEMORY, ReferenceKind.BRANCH)]
    parts = [[part for pair in meant for part in pair[side]] for side in (0, 1)]
    if not parts[0]:
        return
    votes = Votes.counted(np.concatenate(parts[0]), np.concatenate(parts[1]))
    said = [
        judged(ours, theirs, votes.within(left.address, left.size, right.address, right.size))
        for left, right, ours, theirs in found
    ]
    called = {mark for (left, *_), (agreed, _) in zip(found, said, strict=True) if is_plt(left) for mark in agreed}
    denied = {mark for _, marks in said for mark in marks}
    for (left, _, ours, theirs), (agreed, _) in zip(found, said, strict=True):
        # A symbol may have several slots, and that one of them is confirmed says nothing of another.
        runs = align_slots(ours, theirs, frozenset((agreed | called) - denied))
        if runs is not None:
            draft.texts[left.index] = TextAlignment(runs)
            draft.settled.add(left.index)
