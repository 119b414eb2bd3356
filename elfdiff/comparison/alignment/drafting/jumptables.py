"""Jump tables of a file, as its code tells them."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.alignment.oneway import addresses_of
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.code import CodeMap, code_fields
from elfdiff.comparison.runs import Ints, isin


def jump_tables(image: Image, code: CodeMap) -> tuple[Ints, Ints, int]:
    """Where its table begins, and goal, of every entry of every jump table, by table; bytes of an entry.

    Distances may count from elsewhere than the table (i386: the GOT); there it begins where an operand says.
    """
    starts: list[Ints] = []
    goals: list[Ints] = []
    operands: list[Ints] = []
    width = 4
    for group in code_fields(image, code):
        if group.what == "code operand":
            operands.append(group.target)
        elif group.what == "jump table" and len(group) and not isinstance(group.extra, int):
            at = addresses_of(image, group.at)
            begins = group.extra
            if not bool(isin(begins, at).all()):
                known = isin(at, np.concatenate(operands)) if operands else np.ones(len(at), dtype=bool)
                begins = at[np.maximum.accumulate(np.where(known, np.arange(len(at)), 0))]
            starts.append(begins)
            goals.append(group.target)
            width = group.width
    if not starts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, 4
    joined_starts, joined_goals = np.concatenate(starts), np.concatenate(goals)
    order = np.argsort(joined_starts, kind="stable")
    return joined_starts[order], joined_goals[order], width
