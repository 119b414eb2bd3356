"""Contents of sections that are neither code nor tables of records: texts, notes, DWARF."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.alignment.contributions import LENGTH_PREFIXED, units
from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.units import DebugUnits
from elfdiff.comparison.runs import identity
from elfdiff.comparison.tables import functiontables
from elfdiff.comparison.texts.pools import TextAlignment, align_pool, align_text_in
from elfdiff.elf.model import Section

SHT_STRTAB = 3
SHT_NOTE = 7
SHF_STRINGS = 0x20
_POOLS = frozenset({".debug_str", ".debug_line_str", ".comment", ".zdebug_str"})


def contents(draft: Draft, debug: DebugUnits, left: Section, right: Section) -> TextAlignment:
    """Where the bytes of one section stand, by nothing but what they are."""
    crossed = (
        {at for crossing in draft.crossings if crossing.left == left.index for at, _ in crossing.texts},
        {at for crossing in draft.crossings if crossing.right == right.index for _, at in crossing.texts},
    )
    if draft.equal(left, right):
        return TextAlignment(identity(draft.a.place(left)[1]))
    x, y = draft.a.content(left), draft.b.content(right)
    strings = left.name.startswith(".rodata.str") or (left.flags & right.flags & SHF_STRINGS and left.entry_size == 1)
    if left.type == SHT_STRTAB or left.name in _POOLS or strings:
        return align_pool(x, y, draft.rewriter, crossed)
    if left.type == SHT_NOTE or left.name == ".gnu_debuglink":
        return TextAlignment(identity(min(len(x), len(y))))
    if left.name.endswith(functiontables.NAME):
        ours, theirs = (functiontables.function_table(data, draft.a.word, draft.a.little) for data in (x, y))
        if ours is not None and theirs is not None:
            draft.settled.add(left.index)
            return functiontables.align_function_tables(x, y, ours, theirs, draft.rewriter, draft.a.word)
    name = left.name.replace(".zdebug_", ".debug_")
    if name.startswith(".debug_"):
        in_units = name in LENGTH_PREFIXED and not draft.a.relocatable
        if len(x) == len(y):
            equal = np.count_nonzero(np.frombuffer(x, np.uint8) == np.frombuffer(y, np.uint8))
            if equal * 2 > len(x) and (
                not in_units or (debug.in_order and units(x, draft.a.little) == units(y, draft.a.little))
            ):
                return TextAlignment(identity(len(x)))
        if in_units and not any(rewrite.a in x for rewrite in draft.rewrites if rewrite.a):
            return TextAlignment(debug.align_units(left, right))
    return align_text_in(x, y, draft.rewriter)
