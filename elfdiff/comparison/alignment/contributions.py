"""Align DWARF sections unit by unit: units that moved against each other keep their bytes apart from references."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.code.functions import Function
from elfdiff.comparison.code.pairing import align_code
from elfdiff.comparison.image import Image
from elfdiff.comparison.references.fields import Fields
from elfdiff.comparison.runs import Ints, Runs, unique, without
from elfdiff.comparison.texts.pools import Rewriter
from elfdiff.elf.model import Section

MAX_UNITS = 1_000_000

LENGTH_PREFIXED = frozenset(
    {
        ".debug_info",
        ".debug_types",
        ".debug_line",
        ".debug_aranges",
        ".debug_rnglists",
        ".debug_loclists",
        ".debug_addr",
        ".debug_str_offsets",
        ".debug_names",
    }
)
"""Sections that are a row of contributions, each with its length in front (DWARF 5, section 7.4)."""


def units(data: bytes, little: bool) -> list[Function]:
    """The contributions of one section, if their lengths make sense: the last one ends where the section does.

    Else none: a wrong length says where its own contribution ends, and would be right by that.
    """
    mark = "<" if little else ">"
    out: list[Function] = []
    at = 0
    while at + 4 <= len(data) and len(out) < MAX_UNITS:
        (length,) = struct.unpack_from(mark + "I", data, at)
        end = at + 4 + length
        if length == 0xFFFFFFFF and at + 12 <= len(data):
            end = at + 12 + struct.unpack_from(mark + "Q", data, at + 4)[0]
        if end > len(data) or length == 0:
            break
        out.append(Function(at, end, "", None))
        at = end
    return out if at == len(data) else []


def hidden(image: Image, fields: Iterable[Fields]) -> npt.NDArray[np.bool_]:
    """Bytes of the image that belong to a reference."""
    mask = np.zeros(len(image.data), dtype=bool)
    for group in fields:
        for index in range(group.width):
            mask[group.at + index] = True
    return mask


def masked(
    a: Image, b: Image, left: Section, right: Section, mask: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Contents of a section and of its partner, zero where they refer to something."""
    out = []
    for image, section, hide in ((a, left, mask[0]), (b, right, mask[1])):
        at, size = image.place(section)
        data = image.array[at : at + size].copy()
        data[hide[at : at + size]] = 0
        out.append(data)
    return out[0], out[1]


def align_units(
    data: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    parts: tuple[list[Function], list[Function]],
    rewriter: Rewriter,
    pairs: Iterable[tuple[int, int]] = (),
    disputed: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset()),
) -> Runs:
    """Runs of one section, by units whose bytes agree where they refer to nothing.

    ``pairs``: units known to go together; their bytes, ``data``, agree, as others' do. ``disputed`` go with none.
    """
    data = (data[0].copy(), data[1].copy())
    for number, pair in enumerate(pairs, 1):
        mark = np.frombuffer(struct.pack("<I", 0x80000000 | number), dtype=np.uint8)
        for content, units_of, row in zip(data, parts, pair, strict=True):
            # Where every unit begins with its own length there is room for what tells it from its twins.
            content[units_of[row].start : units_of[row].start + 4] = mark
    _, runs = align_code(*data, *parts, rewriter)
    for side, rows in enumerate(disputed):
        if rows:
            left_out = sorted((parts[side][row].start, parts[side][row].end) for row in rows)
            runs = Runs.of(without(sorted(runs.triples(), key=lambda run: run[side]), left_out, side))
    return runs


def owners(contributions: list[Function], entries: list[Function], places: Ints, targets: Ints) -> Ints:
    """Which unit (an index into ``entries``) each contribution belongs to: the one that refers to it; -1 if not one.

    ``places``: offsets into the section of units, ``targets`` into that of the contributions.
    """
    out = np.full(len(contributions), -1, dtype=np.int64)
    if not len(contributions) or not len(entries) or not len(places):
        return out
    starts = np.array([unit.start for unit in entries], dtype=np.int64)
    row = np.searchsorted(np.array([c.start for c in contributions], dtype=np.int64), targets, side="right") - 1
    unit = np.searchsorted(starts, places, side="right") - 1
    good = (row >= 0) & (unit >= 0)
    pairs = np.unique(np.stack((row[good], unit[good])), axis=1)
    rows, first, count = np.unique(pairs[0], return_index=True, return_counts=True)
    out[rows[count == 1]] = pairs[1][first[count == 1]]
    return out


def align_by_owner(
    contributions: tuple[list[Function], list[Function]],
    owned_by: tuple[Ints, Ints],
    partner: Ints,
    x: npt.NDArray[np.uint8],
    y: npt.NDArray[np.uint8],
    runs: Runs,
) -> Runs:
    """``runs`` corrected so that contributions of partners are partners where they agree, references masked.

    Contributions of many units look alike. ``partner[i]`` is the unit of b that goes with unit i of a, or -1.
    """
    there = {int(unit): j for j, unit in enumerate(owned_by[1].tolist()) if unit >= 0}
    twice = np.unique(owned_by[1], return_counts=True)
    for unit in twice[0][twice[1] > 1].tolist():
        there.pop(unit, None)
    out: list[tuple[int, int, int]] = []
    seen: set[int] = set()
    for i, unit in enumerate(owned_by[0].tolist()):
        j = there.get(int(partner[unit]), -1) if unit >= 0 and partner[unit] >= 0 else -1
        if j < 0 or j in seen:
            continue
        f, g = contributions[0][i], contributions[1][j]
        if f.end - f.start == g.end - g.start and bool((x[f.start : f.end] == y[g.start : g.end]).all()):
            seen.add(j)
            out.append((f.start, g.start, f.end - f.start))
    rest = without(runs.triples(), sorted((a, a + n) for a, _, n in out), 0)
    rest = without(sorted(rest, key=lambda run: run[1]), sorted((b, b + n) for _, b, n in out), 1)
    return Runs.of([*rest, *out])


def align_at(starts_a: Ints, starts_b: Ints, x: bytes, y: bytes, runs: Runs) -> Runs:
    """``runs`` corrected so that a table at ``starts_a[i]`` goes with that at ``starts_b[i]`` where their bytes
    agree."""
    out: list[tuple[int, int, int]] = []
    limits = np.append(unique(starts_a), len(x))
    seen_a: set[int] = set()
    seen_b: set[int] = set()
    for a, b in zip(starts_a.tolist(), starts_b.tolist(), strict=True):
        end = int(limits[np.searchsorted(limits, a, side="right")]) if a < len(x) else a
        if a in seen_a or b in seen_b or x[a:end] != y[b : b + end - a]:
            continue
        seen_a.add(a)
        seen_b.add(b)
        out.append((a, b, end - a))
    rest = without(runs.triples(), sorted((a, a + n) for a, _, n in out), 0)
    rest = without(sorted(rest, key=lambda run: run[1]), sorted((b, b + n) for _, b, n in out), 1)
    return Runs.of([*rest, *out])
