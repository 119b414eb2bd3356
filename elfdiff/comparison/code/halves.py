"""Addresses that two instructions build: which of the second kind use what one of the first kind left in a register."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.runs import Flags, Ints, isin, unique
from elfdiff.values import dataclass

ON, BRANCH, AWAY, ANYWHERE = 0, 1, 2, 3
"""Where control goes after an instruction: on; on or to a goal; to a goal or out; through a register."""
PASSES = 2
"""The second one knows what comes back from below."""


@dataclass(frozen=True, slots=True)
class Steps:
    """One row an instruction, in the order of addresses.

    ``sets``: the register that is given a part of an address, or -1. ``value``: what part; two instructions that give
    the same are as good as one. ``copies``: the register that ``sets`` is given what it holds of, or -1. ``reads`` and
    ``writes``: sets of registers as bits, for instructions that may use such a part, and for whatever overwrites a
    register. ``flow``: ON, BRANCH, AWAY or ANYWHERE; ``goal``: the row that it may go to, or -1. ``starts``: rows at
    which nothing is known, because a function begins.
    """

    sets: Ints
    value: Ints
    reads: Ints
    writes: Ints
    flow: npt.NDArray[np.uint8]
    goal: Ints
    starts: Flags
    copies: Ints | None = None


def rows_at(places: Ints, wanted: Ints) -> Ints:
    """Rows of ``places`` (ascending) that equal what is wanted; -1 where there is none."""
    if not len(places):
        return np.full(len(wanted), -1, dtype=np.int64)
    row = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
    return np.where(places[row] == wanted, row, -1)


def without_return(calls: Ints, targets: Ints, padding: Flags, starts: Flags) -> Ints:
    """Which of the rows ``calls`` call something that does not come back, like abort().

    ``targets`` are the addresses called. What is called at the very end of a function, but for padding, never returns.
    """
    if not len(calls):
        return calls
    solid = np.flatnonzero(~padding | starts)
    following = np.append(solid, len(starts))[np.searchsorted(solid, calls, side="right")]
    last = np.append(starts, True)[following]
    return calls[isin(targets, targets[last])]


def partners(steps: Steps) -> Ints:
    """For every row that may use a part the row that made it, or -1. Linear in the number of instructions.

    Registers are followed along the code and along branches; where ways with different parts meet, nothing is known.
    Code behind a jump that no branch leads to is taken for a case of the function's jump through a register.
    """
    is_goal = np.zeros(len(steps.sets), dtype=bool)
    is_goal[steps.goal[(steps.goal >= 0) & (steps.flow != ON)]] = True
    copies = steps.copies if steps.copies is not None else np.full(len(steps.sets), -1, dtype=np.int64)
    used = 0
    for register in unique(steps.sets[steps.sets >= 0]).tolist():
        used |= 1 << register
    writes = steps.writes & np.int64(used)
    reads = steps.reads & np.int64(used)
    matters = (steps.sets >= 0) | (reads != 0) | (writes != 0) | (steps.flow != ON) | steps.starts | is_goal
    rows = np.flatnonzero(matters)
    table = list(
        zip(
            rows.tolist(), steps.sets[rows].tolist(), reads[rows].tolist(), writes[rows].tolist(),
            steps.flow[rows].tolist(), steps.goal[rows].tolist(), steps.starts[rows].tolist(), is_goal[rows].tolist(),
            copies[rows].tolist(), strict=True,
        )
    )  # fmt: skip
    value = steps.value
    out = np.full(len(steps.sets), -1, dtype=np.int64)
    back: dict[int, dict[int, int]] = {}
    for _ in range(PASSES):
        ahead, back = back, {}
        out[:] = -1
        state: dict[int, int] = {}
        cases: dict[int, int] | None = None
        reached, assumed = True, False
        for row, sets, read, written, flow, goal, starts, entered, copied in table:
            if starts:
                state, reached, assumed, cases = {}, True, False, None
            elif entered and row in ahead:
                state = _common(state, ahead[row], value) if reached and not assumed else dict(ahead[row])
                reached, assumed = True, False
            elif not reached and cases is not None:
                state, reached, assumed = dict(cases), True, True
            kept = -1
            if state:
                if read:
                    for register, maker in state.items():
                        if read >> register & 1:
                            out[row] = maker
                            break
                if copied >= 0:
                    kept = state.get(copied, -1)
                if written:
                    state = {register: maker for register, maker in state.items() if not written >> register & 1}
            if sets >= 0 and copied < 0:
                state[sets] = row
            elif sets >= 0 and kept >= 0:
                state[sets] = kept
            if flow != ON:
                if goal >= 0 and reached:
                    to = ahead if goal > row else back
                    to[goal] = _common(to[goal], state, value) if goal in to else dict(state)
                if flow == ANYWHERE and reached:
                    cases = dict(state) if cases is None else _common(cases, state, value)
                if flow >= AWAY:
                    state, reached = {}, False
    return out


def _common(one: dict[int, int], other: dict[int, int], value: Ints) -> dict[int, int]:
    return {
        register: maker
        for register, maker in one.items()
        if register in other and (other[register] == maker or value[other[register]] == value[maker])
    }
