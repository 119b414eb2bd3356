"""What became of functions, once every reference has been held against b: bytes of code that nothing computes name
theirs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.code.functions import FunctionMatch, FunctionStatus, functions_in, masked
from elfdiff.comparison.data.slots import is_plt
from elfdiff.comparison.references.fields import ADDRESS
from elfdiff.comparison.references.ranges import function_ranges
from elfdiff.comparison.runs import Flags, Ints, unique
from elfdiff.elf.model import Section
from elfdiff.span import Span
from elfdiff.values import replace


def judged(alignment: OneWay) -> tuple[FunctionMatch, ...]:
    """Functions as their code was compared; one that holds a reference to another place than before has changed, too.

    One that differs in nothing but what is computed (lengths of texts) has not.
    """
    code, computed = _code_bytes(alignment)
    wrong = np.flatnonzero(code)
    out = [_but_computed(alignment, match, computed) for match in alignment.found_matches]
    spans = [m.a_span for m in out]
    starts = np.array([span.start if span else -1 for span in spans], dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    ends = np.array([span.end if span else -1 for span in spans], dtype=np.int64)[order]
    row = np.searchsorted(starts[order], wrong, side="right") - 1
    held = row >= 0
    held[held] = wrong[held] < ends[row[held]]
    misplaced = [index for index, match in enumerate(out) if match.status is FunctionStatus.MOVED]
    misplaced = _elsewhere(alignment, out, misplaced) if misplaced else []
    for index in (*unique(order[row[held]]).tolist(), *misplaced, *_without_partner(alignment, out)):
        if out[index].status in (FunctionStatus.SAME, FunctionStatus.MOVED):
            out[index] = replace(out[index], status=FunctionStatus.REDIRECTED)
    return (*out, *_around(alignment, wrong[~held]))


def _without_partner(alignment: OneWay, matches: Sequence[FunctionMatch]) -> list[int]:
    """Entries of a PLT that have equal instructions, but are the partners of no entry by the symbols they lead to."""
    tables = {section.name for section in _code(alignment) if is_plt(section)}
    out: list[int] = []
    for index, match in enumerate(matches):
        x, y = match.a_span, match.b_span
        if match.section not in tables or x is None or y is None:
            continue
        if alignment.a.data[x.start : x.end] == alignment.b.data[y.start : y.end]:
            continue
        place, whole = alignment.runs.map_fields(np.array([x.start], dtype=np.int64), x.length)
        if not whole[0] or int(place[0]) != y.start:
            out.append(index)
    return out


def _elsewhere(alignment: OneWay, matches: Sequence[FunctionMatch], moved: Sequence[int]) -> list[int]:
    """Those of the moved functions that most references to them say to stand elsewhere: two that exchanged their
    bytes."""
    starts = np.array([matches[index].a_address for index in moved], dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    votes = np.zeros(len(starts), dtype=np.int64)
    for outcome in alignment.outcomes:
        group = outcome.prediction.fields
        if group.space != ADDRESS or group.end:
            continue
        target = group.target[outcome.rows]
        row = np.minimum(np.searchsorted(starts[order], target), len(starts) - 1)
        hit = (starts[order][row] == target) & outcome.prediction.known[outcome.rows]
        np.add.at(votes, order[row[hit]], np.where(outcome.good[hit], 1, -1))
    return [moved[index] for index in np.flatnonzero(votes < 0).tolist()]


def _code(alignment: OneWay) -> list[Section]:
    return [
        section
        for section in alignment.a.elf.sections
        if section.is_executable
        and section.span is not None
        and section.compression is None
        and section.index in alignment.section_map
    ]


def _but_computed(alignment: OneWay, match: FunctionMatch, computed: Flags) -> FunctionMatch:
    x, y = match.a_span, match.b_span
    if match.status is not FunctionStatus.CHANGED or x is None or y is None or x.length != y.length:
        return match
    differs = alignment.a.array[x.start : x.end] != alignment.b.array[y.start : y.end]
    if (differs & ~computed[x.start : x.end]).any():
        return match
    same = match.a_address == match.b_address
    return replace(match, status=FunctionStatus.SAME if same else FunctionStatus.MOVED)


def _code_bytes(alignment: OneWay) -> tuple[Flags, Flags]:
    """Bytes of a's code: those of fields that disagree with the map and those that differ in no field; and those of
    fields that agree with it."""
    wrong = np.zeros(len(alignment.a.data), dtype=bool)
    for section in _code(alignment):
        if section.span is None:
            continue
        start, end = section.span.start, section.span.end
        low = max(int(np.searchsorted(alignment.runs.a, start, side="right")) - 1, 0)
        high = int(np.searchsorted(alignment.runs.a, end))
        for a, b, n in zip(*(x[low:high].tolist() for x in _columns(alignment)), strict=True):
            skip, stop = max(start - a, 0), min(n, end - a)
            if stop > skip:
                x, y = alignment.a.array[a + skip : a + stop], alignment.b.array[b + skip : b + stop]
                unequal = x != y
                # Memory that nobody writes to costs nothing.
                if unequal.any():
                    wrong[a + skip : a + stop] = unequal
    computed = np.zeros(len(wrong), dtype=bool)
    bounds = [(s.span.start, s.span.end) for s in _code(alignment) if s.span is not None]
    for outcome in alignment.outcomes:
        at = outcome.prediction.fields.at[outcome.rows]
        inside = np.zeros(len(at), dtype=bool)
        for start, end in bounds:
            inside |= (at >= start) & (at < end)
        for index in range(outcome.prediction.fields.width):
            computed[at[inside & outcome.good] + index] = True
        bad = inside & ~outcome.good & (outcome.denied | outcome.prediction.known[outcome.rows])
        wrong[at[bad]] = True
    places = np.flatnonzero(wrong)
    wrong[places[computed[places]]] = False
    return wrong, computed


def _columns(alignment: OneWay) -> tuple[Ints, Ints, Ints]:
    return alignment.runs.a, alignment.runs.b, alignment.runs.n


def _around(alignment: OneWay, wrong: Ints) -> list[FunctionMatch]:
    """The functions that hold these offsets, in sections whose functions were not compared one by one."""
    out: list[FunctionMatch] = []
    ranges = function_ranges(alignment.a) if len(wrong) else []
    for section in _code(alignment) if len(wrong) else ():
        other = alignment.b.elf.sections[alignment.section_map[section.index]]
        if section.span is None or other.span is None:
            continue
        inside = wrong[(wrong >= section.span.start) & (wrong < section.span.end)] - section.span.start
        if not len(inside):
            continue
        functions = functions_in(alignment.a, section, ranges)
        starts = np.array([f.start for f in functions], dtype=np.int64)
        ends = np.array([f.end for f in functions], dtype=np.int64)
        row = np.searchsorted(starts, inside, side="right") - 1
        held = row >= 0
        held[held] = inside[held] < ends[row[held]]
        references, little = alignment.code.of(section), alignment.a.elf.byte_order == "little"
        x = alignment.a.array[section.span.start : section.span.end]
        # What is left of all ones is what no reference covers.
        plain = masked(np.full(len(x), 0xFF, dtype=np.uint8), references, little)
        place, _ = alignment.runs.map_fields(starts + section.span.start, 1)
        for index in unique(row[held]).tolist():
            f, at = functions[index], int(place[index])
            y = alignment.b.array[at : at + f.end - f.start]
            same = references is not None and len(y) == f.end - f.start
            same = same and not ((x[f.start : f.end] ^ y) & plain[f.start : f.end]).any()
            out.append(
                FunctionMatch(
                    f.name,
                    section.name,
                    Span(section.span.start + f.start, section.span.start + f.end),
                    Span(at, at + f.end - f.start),
                    section.address + f.start,
                    other.address + at - other.span.start,
                    FunctionStatus.REDIRECTED if same else FunctionStatus.CHANGED,
                    "position",
                )
            )
    return out
