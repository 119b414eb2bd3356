"""What operands of matched code mean in the one file and in the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.code.machines import ReferenceKind
from elfdiff.comparison.image import signed
from elfdiff.comparison.runs import Ints
from elfdiff.elf.model import Section


class Operands:
    """Operands of code that has partners: the places that they mean are partners too."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def of(
        self, kind: ReferenceKind, but: Callable[[Section], bool] = lambda _: False
    ) -> tuple[list[Ints], list[Ints]]:
        """What operands of one kind in matched code mean in a, and what they mean in b; ``but`` leaves sections out."""
        a_to: list[Ints] = []
        b_to: list[Ints] = []
        for left, right in self.draft.pairs:
            text = self.draft.texts.get(left.index)
            if (
                not left.is_executable
                or text is None
                or left.span is None
                or right.span is None
                or self.draft.a.relocatable
            ):
                continue
            references = None if but(left) else self.draft.code.of(left)
            if references is None:
                continue
            near = references.kind == kind
            at, end = references.at[near], references.end[near]
            b_at, whole = text.runs.map_fields(at, 4)
            at, end, b_at = at[whole], end[whole], b_at[whole]
            if kind == ReferenceKind.ABSOLUTE32:
                a_to.append(self.draft.a.numbers(at + left.span.start, 4))
                b_to.append(self.draft.b.numbers(b_at + right.span.start, 4))
                continue
            a_to.append(signed(self.draft.a.numbers(at + left.span.start, 4), 4) + left.address + end)
            b_to.append(signed(self.draft.b.numbers(b_at + right.span.start, 4), 4) + right.address + b_at + (end - at))
            other = self.draft.b_code.of(right) if references.spread else None
            if other is not None:
                at, to = references.spread_targets(kind)
                b_all, to_all = other.spread_targets(kind)
                b_at, whole = text.runs.map_fields(at, 1)
                row = np.searchsorted(b_all, b_at)
                whole &= row < len(b_all)
                whole[whole] = b_all[row[whole]] == b_at[whole]
                a_to.append(to[whole])
                b_to.append(to_all[row[whole]])
        return a_to, b_to

    @cached_property
    def memory(self) -> tuple[Ints, Ints]:
        """What operands of matched code that mean data mean in a and in b."""
        none = np.zeros(0, dtype=np.int64)
        parts = [self.of(kind) for kind in (ReferenceKind.MEMORY, ReferenceKind.ABSOLUTE32)]
        a_to, b_to = (np.concatenate([none, *parts[0][side], *parts[1][side]]) for side in (0, 1))
        return a_to, b_to
