"""Code of a draft: functions in pairs, then what became of each."""

from __future__ import annotations

import numpy as np

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.code.calls import Calls
from elfdiff.comparison.code.functions import (
    Function,
    FunctionMatch,
    FunctionStatus,
    agreed,
    functions_in,
    masked,
)
from elfdiff.comparison.code.machines import CodeReferences, ReferenceKind
from elfdiff.comparison.code.pairing import Crossed, align_code
from elfdiff.comparison.content import align_content
from elfdiff.comparison.image import Image, signed
from elfdiff.comparison.runs import Ints, identity
from elfdiff.comparison.texts.pools import TextAlignment
from elfdiff.elf.model import Section
from elfdiff.span import Span


def align_section_code(draft: Draft, left: Section, right: Section) -> None:
    """Place the functions of one section, and write down what became of each."""
    if draft.equal(left, right):
        draft.texts[left.index] = TextAlignment(identity(draft.a.place(left)[1]))
        return
    x, y = draft.a.content(left), draft.b.content(right)
    references = draft.code.of(left)
    plain_x, plain_y = np.frombuffer(x, np.uint8), np.frombuffer(y, np.uint8)
    hidden = masked(plain_x, references, draft.a.little)
    same = len(x) == len(y) and bool((hidden == masked(plain_y, references, draft.b.little)).all())
    found = functions_in(draft.a, left, draft.frame_ranges[0]), functions_in(draft.b, right, draft.frame_ranges[1])
    if same and not _exchanged(*found):
        draft.texts[left.index] = TextAlignment(identity(len(x)))
        return
    other = draft.b_code.of(right)
    hidden_y = masked(plain_y, other, draft.b.little)
    a_functions, b_functions = agreed(
        *found, lambda f, g: bool(np.array_equal(hidden[f.start : f.end], hidden_y[g.start : g.end]))
    )
    if not a_functions or not b_functions:
        runs = identity(len(x)) if len(x) == len(y) else align_content(x, y)
        draft.texts[left.index] = TextAlignment(runs)
        return
    calls = None
    if references is not None and other is not None:
        calls = (
            _calls_of(draft.a, left, references, draft.jump_tables[:2]),
            _calls_of(draft.b, right, other, draft.b_jump_tables[:2]),
        )
    pairs, runs = align_code(hidden, hidden_y, a_functions, b_functions, draft.rewriter, calls)
    draft.texts[left.index] = TextAlignment(runs)
    _judge(draft, left, right, a_functions, b_functions, pairs, hidden, hidden_y, references is not None)


def _exchanged(ours: list[Function], theirs: list[Function]) -> bool:
    """Functions of equal masked bytes stand in each other's places, as their names say."""
    there = {g.start: g for g in theirs}
    crossed = Crossed(ours, theirs)
    return any(f.start in there and crossed(f, there[f.start]) for f in ours)


def _judge(
    draft: Draft,
    left: Section,
    right: Section,
    a_functions: list[Function],
    b_functions: list[Function],
    pairs: list[tuple[int, int, str]],
    x: np.ndarray[tuple[int], np.dtype[np.uint8]],
    y: np.ndarray[tuple[int], np.dtype[np.uint8]],
    readable: bool,
) -> None:
    """Write down what became of each function."""
    a_at, b_at = draft.a.place(left)[0], draft.b.place(right)[0]
    seen: set[int] = set()
    for i, j, how in pairs:
        f, g = a_functions[i], b_functions[j]
        seen.add(j)
        if f.end - f.start == g.end - g.start and bool((x[f.start : f.end] == y[g.start : g.end]).all()):
            status = FunctionStatus.SAME if i == j else FunctionStatus.MOVED
        else:
            status = FunctionStatus.CHANGED if readable else FunctionStatus.UNKNOWN
        draft.matches.append(_match(left, right, a_at, b_at, f, g, status, how))
    paired = {i for i, _, _ in pairs}
    for i, f in enumerate(a_functions):
        if i not in paired:
            draft.matches.append(_match(left, right, a_at, b_at, f, None, FunctionStatus.REMOVED, ""))
    for j, g in enumerate(b_functions):
        if j not in seen:
            draft.matches.append(_match(left, right, a_at, b_at, None, g, FunctionStatus.ADDED, ""))


def _match(
    left: Section,
    right: Section,
    a_at: int,
    b_at: int,
    f: Function | None,
    g: Function | None,
    status: FunctionStatus,
    how: str,
) -> FunctionMatch:
    name = (f.name if f else "") or (g.name if g else "")
    return FunctionMatch(
        name,
        left.name,
        Span(a_at + f.start, a_at + f.end) if f else None,
        Span(b_at + g.start, b_at + g.end) if g else None,
        left.address + f.start if f else 0,
        right.address + g.start if g else 0,
        status,
        how,
    )


def _calls_of(image: Image, section: Section, references: CodeReferences, tables: tuple[Ints, Ints]) -> Calls:
    """Operands that point into their own section, themselves or through a jump table (``tables``: base and goal of each
    entry, by base)."""
    start = image.place(section)[0]
    near = (references.kind == ReferenceKind.BRANCH) | (references.kind == ReferenceKind.MEMORY)
    at, end = references.at[near], references.end[near]
    to = signed(image.numbers(at + start, 4), 4) + end
    for kind in (ReferenceKind.BRANCH, ReferenceKind.MEMORY):
        more, targets = references.spread_targets(kind)
        at, to = (
            np.concatenate([at, more]),
            np.concatenate([to, targets - (0 if image.relocatable else section.address)]),
        )
    inside = (to >= 0) & (to < section.size)
    base = 0 if image.relocatable else section.address
    first = np.searchsorted(tables[0], to + base)
    count = np.searchsorted(tables[0], to + base, side="right") - first
    entry = np.arange(int(count.sum()), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    goal = tables[1][np.repeat(first, count) + entry] - base
    near_goal = (goal >= 0) & (goal < section.size)
    return Calls.of(
        np.concatenate((at[inside], np.repeat(at, count)[near_goal])),
        np.concatenate((to[inside], goal[near_goal])),
        np.concatenate((np.zeros(int(np.count_nonzero(inside)), dtype=np.int64), entry[near_goal] + 1)),
    )
