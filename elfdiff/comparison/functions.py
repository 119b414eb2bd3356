"""Which function of a is which of b: by name, by masked bytes, by neighbours, by order; and how each pair differs."""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.content import GRAM, align_content, filled
from elfdiff.comparison.image import Image
from elfdiff.comparison.machines import CodeReferences, machine
from elfdiff.comparison.pools import Rewriter
from elfdiff.comparison.runs import Ints, Runs
from elfdiff.elf.model import Section
from elfdiff.span import Span

MAX_ROUNDS = 8
MAX_WITHOUT_SIZE = 200
FAR = 512
"""Bytes that a function without a size can have: those of the C runtime's start are short."""
MOST_FILL = 63
MOST = 1 << 13
"""Entries of one jump table."""
MAX_COMPARED = 4 << 20
"""Bytes of functions that are held against each other when nothing but likeness is left."""
STT_FUNC, STT_FILE, STT_IFUNC = 2, 4, 10
EM_ARM = 40


class FunctionStatus(StrEnum):
    """What became of a function.

    REDIRECTED: its instructions are the same, but an operand does not point where the map says. UNKNOWN: bytes
    differ, and
    nothing here can read this machine's code.
    """

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    REDIRECTED = "redirected"
    ADDED = "added"
    REMOVED = "removed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FunctionMatch:
    """A function of a and its partner. Spans are file offsets, None on the side that lacks it.

    ``how``: "name", "masked bytes", "callers", "neighbours", "order", "position" or "likeness".
    """

    name: str
    section: str
    a_span: Span | None
    b_span: Span | None
    a_address: int
    b_address: int
    status: FunctionStatus
    how: str


@dataclass(frozen=True, slots=True)
class Function:
    """Offsets within its section; ``key`` is None without a symbol. ``framed``: call frames say that it begins here."""

    start: int
    end: int
    name: str
    key: tuple[bytes, bytes] | None
    framed: bool = False


def functions_in(image: Image, section: Section, frames: Sequence[tuple[int, int]]) -> list[Function]:
    """Disjoint functions of one section in order, from symbols and from call frame ranges (address, length)."""
    base = 0 if image.relocatable else section.address
    size = section.size
    spans: dict[int, tuple[int, str, tuple[bytes, bytes] | None]] = {}
    for address, length in frames:
        start = address - section.address
        if 0 <= start < size and 0 < length <= size - start:
            spans[start] = (start + length, "", None)
    framed = frozenset(spans)
    table = image.elf.symtab if image.elf.symtab is not None else image.elf.dynsym
    if table is not None:
        kind = table.table["info"] & 15
        chosen = (
            ((kind == STT_FUNC) | (kind == STT_IFUNC)) & (table.section_of == section.index) & (table.table["size"] > 0)
        )
        rows = np.flatnonzero(chosen)
        is_file = np.flatnonzero(kind == STT_FILE)
        file_of = np.searchsorted(is_file, rows, side="right") - 1
        names = table.table["name"]
        for row, file_at, value, length, info in zip(
            rows.tolist(),
            file_of.tolist(),
            table.table["value"][rows].astype(np.int64).tolist(),
            table.table["size"][rows].astype(np.int64).tolist(),
            table.table["info"][rows].tolist(),
            strict=True,
        ):
            # ARM: bit 0 of a function's value says that it is Thumb code (ELF for the Arm Architecture, "Symbol
            # Values").
            start = (value & ~1 if image.elf.header.machine == EM_ARM else value) - base
            if not (0 <= start < size and 0 < length <= size - start):
                continue
            local = info >> 4 == 0
            text = table.names.raw(int(names[row]))
            unit = table.names.raw(int(names[is_file[file_at]])) if local and file_at >= 0 else b""
            known = spans.get(start)
            if known is None or known[2] is None or (known[2][1] != b"" and not local):
                spans[start] = (start + length, text.decode("utf-8", "backslashreplace"), (text, unit))
        if not image.relocatable:
            for start, end, text in _without_size(image, section, frozenset(spans)):
                spans.setdefault(start, (end, text.decode("utf-8", "backslashreplace"), (text, b"")))
    out: list[Function] = []
    at = 0
    for start in sorted(spans):
        end, name, key = spans[start]
        if start < at and (start not in framed or not out):
            continue
        if start < at:
            # Call frames do not overlap: the symbol before says too much.
            out[-1] = replace(out[-1], end=start)
        out.append(Function(start, end, name, key, start in framed))
        at = end
    return out


def _without_size(image: Image, section: Section, starts: frozenset[int]) -> list[tuple[int, int, bytes]]:
    """(start, end, name) of functions whose symbols give no size, as those of crtbegin.o: up to what begins next.

    The padding in front of that is left out; nothing where the next thing is far, or nothing reads this machine.
    """
    table, reader = image.elf.symtab, machine(image.elf.header)
    if table is None or reader is None or image.elf.header.machine == EM_ARM:
        return []
    chosen = ((table.table["info"] & 15) == STT_FUNC) & (table.section_of == section.index) & (table.table["size"] == 0)
    rows = np.flatnonzero(chosen)
    if not 0 < len(rows) <= MAX_WITHOUT_SIZE:
        return []
    names = {
        int(table.table["value"][row]) - section.address: table.names.raw(int(table.table["name"][row]))
        for row in rows.tolist()
    }
    bounds = sorted({*starts, *names, section.size})
    content = image.content(section)
    out: list[tuple[int, int, bytes]] = []
    for start, name in sorted(names.items()):
        if start in starts or not 0 <= start < section.size:
            continue
        end = bounds[bisect.bisect_right(bounds, start)]
        if end - start > FAR:
            continue
        fill = next(
            (at for at in range(max(start, end - MOST_FILL), end) if reader.is_padding(content[at:end], at)), end
        )
        out.append((start, fill, name))
    return out


def agreed(functions: list[Function], others: list[Function]) -> list[Function]:
    """Without those at whose symbol no call frame begins, though one does in the other file: symbol or frame is
    damaged."""
    framed = {f.key for f in others if f.framed and f.key is not None}
    return [f for f in functions if f.framed or f.key not in framed]


def masked(code: npt.NDArray[np.uint8], references: CodeReferences | None, little: bool) -> npt.NDArray[np.uint8]:
    """The code with every reference zeroed; ``little``: least significant byte first."""
    out = code.copy()
    if references is not None and len(references.at):
        for index in range(4):
            out[references.at + index] = 0
        wide = references.at[references.kind == 3]
        for index in range(4, 8):
            out[wide + index] = 0
    for spread in references.spread if references is not None else ():
        mask = spread.immediate.mask.to_bytes(spread.immediate.width, "little" if little else "big")
        for index, bits in enumerate(mask):
            out[spread.at + index] &= 0xFF ^ bits
    return out


@dataclass(frozen=True, slots=True)
class CodeAlignment:
    """Runs of one code section (offsets within it), and what became of each function."""

    runs: Runs
    matches: tuple[FunctionMatch, ...]


@dataclass(frozen=True, slots=True)
class Calls:
    """Operands of one section that point into it: where they stand and what they point to, as offsets.

    ``entry``: 0, or the number (from 1 on) of an entry of the jump table that the operand leads to. Ascending by ``at``
    and ``entry``.
    """

    at: Ints
    to: Ints
    entry: Ints

    @classmethod
    def of(cls, at: Ints, to: Ints, entry: Ints) -> Calls:
        """From arrays in any order; entries beyond MOST are left out."""
        order = np.lexsort((entry, at))
        order = order[entry[order] < MOST]
        return cls(at[order], to[order], entry[order])

    def keys(self) -> Ints:
        """One number for each, ascending."""
        return self.at * MOST + self.entry


class _Side:
    def __init__(self, code: npt.NDArray[np.uint8], functions: list[Function]) -> None:
        self.functions = functions
        self.code = code
        data = code.tobytes()
        self.bodies = [data[f.start : f.end] for f in functions]
        self.partner = [-1] * len(functions)
        self.how = [""] * len(functions)


def align_code(
    a: npt.NDArray[np.uint8],
    b: npt.NDArray[np.uint8],
    a_functions: list[Function],
    b_functions: list[Function],
    rewriter: Rewriter,
    calls: tuple[Calls, Calls] | None = None,
) -> tuple[list[tuple[int, int, str]], Runs]:
    """Pairs of function indices and how they were found, and runs of the whole section. ``a`` and ``b`` are masked."""
    left, right = _Side(a, a_functions), _Side(b, b_functions)
    _by_hash(left, right)
    if calls is not None:
        _by_calls(left, right, *calls)
    _by_name(left, right, rewriter, True)
    _by_hash(left, right)
    for _ in range(MAX_ROUNDS):
        before = left.partner.count(-1)
        if calls is not None:
            _by_calls(left, right, *calls)
        _by_neighbours(left, right)
        if left.partner.count(-1) == before:
            break
    _by_name(left, right, rewriter, False)
    _by_order(left, right)
    _by_position(left, right)
    _by_likeness(left, right)
    runs: list[tuple[int, int, int]] = []
    for index, other in enumerate(left.partner):
        if other < 0:
            continue
        f, g = a_functions[index], b_functions[other]
        if f.end - f.start == g.end - g.start and mostly_same(left.bodies[index], right.bodies[other]):
            runs.append((f.start, g.start, f.end - f.start))
        elif begins_alike(left.bodies[index], right.bodies[other]):
            runs.append((f.start, g.start, min(f.end - f.start, g.end - g.start)))
        else:
            runs += align_content(left.bodies[index], right.bodies[other]).shifted(f.start, g.start).triples()
    runs += _gaps(left, right)
    pairs = [(index, other, left.how[index]) for index, other in enumerate(left.partner) if other >= 0]
    return pairs, filled(runs, left.code, right.code)


def _pair(left: _Side, right: _Side, i: int, j: int, how: str) -> None:
    left.partner[i], right.partner[j], left.how[i] = j, i, how


def mostly_same(x: bytes, y: bytes) -> bool:
    """Equal in length, and in at least half of the bytes."""
    if x == y:
        return True
    if len(x) != len(y):
        return False
    return 2 * int(np.count_nonzero(np.frombuffer(x, np.uint8) == np.frombuffer(y, np.uint8))) >= len(x)


def begins_alike(x: bytes, y: bytes) -> bool:
    """The shorter one is what the longer begins with, but for a few bytes: only what says where it ends is another.

    Its last bytes may also end the longer one, and would then excuse the wrong length.
    """
    size = min(len(x), len(y))
    if size < 16:
        return False
    unequal = np.count_nonzero(np.frombuffer(x, np.uint8, size) != np.frombuffer(y, np.uint8, size))
    return 16 * int(unequal) <= size


def alike(x: bytes, y: bytes) -> bool:
    """Enough in common that one can have become the other by an edit."""
    if mostly_same(x, y):
        return True
    if min(len(x), len(y)) < 16:
        return False
    matched = int(align_content(x, y).n.sum())
    return 2 * matched >= max(len(x), len(y)) or 10 * matched >= 7 * min(len(x), len(y))


def _by_name(left: _Side, right: _Side, rewriter: Rewriter, unlike_only: bool) -> None:
    """Same name in the same file symbol and occurrence; bodies must be equal here, alike below.

    ``unlike_only``: leave those of equal bytes for later, when callers and neighbours have had their say.
    """
    waiting: dict[tuple[bytes, bytes], list[int]] = defaultdict(list)
    twins: dict[tuple[tuple[bytes, bytes], bytes], list[int]] = defaultdict(list)
    loose: dict[bytes, list[int]] = defaultdict(list)
    for j in range(len(right.functions) - 1, -1, -1):
        key = right.functions[j].key
        if key is not None:
            waiting[key].append(j)
            twins[key, right.bodies[j]].append(j)
            loose[key[0]].append(j)
    taken: set[int] = set()

    def next_of(queue: list[int] | None) -> list[int] | None:
        """The queue without those at its end that found a partner; thousands may share a name."""
        while queue and queue[-1] in taken:
            queue.pop()
        return queue

    unlike: list[tuple[int, int]] = []
    for i, function in enumerate(left.functions):
        if function.key is None or left.partner[i] >= 0:
            continue
        queue = next_of(waiting.get(function.key))
        if queue:
            equal = next_of(twins.get((function.key, left.bodies[i])))
            j = equal[-1] if equal else queue[-1]
            if equal and right.partner[j] < 0:
                # Others may hold the same bytes; who calls them and what stands beside them says more than a name.
                if not unlike_only:
                    _pair(left, right, i, j, "name")
            else:
                unlike.append((i, j))
            taken.add(j)
            continue
        for variant in rewriter.variants(function.key[0]):
            queue = loose.get(variant)
            if queue and len(queue) == 1:
                break
            queue = None
        if not queue:
            queue = loose.get(function.key[0])
            if queue and len(queue) > 1:
                queue = None
        if not queue:
            continue
        equal = [j for j in queue if right.partner[j] < 0 and right.bodies[j] == left.bodies[i]]
        if equal:
            if not unlike_only:
                _pair(left, right, i, equal[-1], "name")
        else:
            unlike.append((i, queue[-1]))
    # A symbol's value is no proof of where its function stands: a body found whole elsewhere is the better partner.
    free: dict[bytes, int] = defaultdict(int)
    for j, body in enumerate(right.bodies):
        if right.partner[j] < 0:
            free[body] += 1
    for i, j in unlike:
        if (
            left.partner[i] < 0
            and right.partner[j] < 0
            and free.get(left.bodies[i], 0) == 0
            and alike(left.bodies[i], right.bodies[j])
        ):
            _pair(left, right, i, j, "name")


def _by_hash(left: _Side, right: _Side) -> None:
    where: dict[bytes, list[int]] = defaultdict(list)
    count: dict[bytes, int] = defaultdict(int)
    for j, body in enumerate(right.bodies):
        if right.partner[j] < 0:
            where[body].append(j)
    for i, body in enumerate(left.bodies):
        if left.partner[i] < 0:
            count[body] += 1
    for i, body in enumerate(left.bodies):
        if left.partner[i] < 0 and count[body] == 1 and len(where.get(body, ())) == 1:
            _pair(left, right, i, where[body][0], "masked bytes")


def _by_calls(left: _Side, right: _Side, a_calls: Calls, b_calls: Calls) -> None:
    """Functions of equal bytes: the one that partners call where the others call it, if most of them agree."""
    starts_a = {f.start: i for i, f in enumerate(left.functions)}
    starts_b = {f.start: j for j, f in enumerate(right.functions)}
    ends = np.array([f.end for f in left.functions], dtype=np.int64)
    begins = np.array([f.start for f in left.functions], dtype=np.int64)
    partner = np.array(left.partner, dtype=np.int64)
    shift = np.array([right.functions[j].start if j >= 0 else 0 for j in left.partner], dtype=np.int64) - begins
    equal = np.array([j >= 0 and left.bodies[i] == right.bodies[j] for i, j in enumerate(left.partner)], dtype=bool)
    home = np.searchsorted(begins, a_calls.at, side="right") - 1
    inside = (home >= 0) & (a_calls.at < ends[np.maximum(home, 0)])
    inside &= (partner[np.maximum(home, 0)] >= 0) & equal[np.maximum(home, 0)]
    at = a_calls.keys()[inside] + shift[home[inside]] * MOST
    there = b_calls.keys()
    row = np.minimum(np.searchsorted(there, at), max(len(there) - 1, 0))
    if not len(there):
        return
    hit = there[row] == at
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for target, other in zip(a_calls.to[inside][hit].tolist(), b_calls.to[row][hit].tolist(), strict=True):
        i, j = starts_a.get(target), starts_b.get(other)
        if i is not None and j is not None and left.partner[i] < 0:
            votes[i][j] += 1
    for i, counted in sorted(votes.items()):
        best = counted.most_common(2)
        if len(best) > 1 and best[0][1] == best[1][1]:
            continue
        j = best[0][0]
        if right.partner[j] < 0 and left.bodies[i] == right.bodies[j]:
            _pair(left, right, i, j, "callers")


def _by_neighbours(left: _Side, right: _Side) -> None:
    """What stands beside partners and has equal bytes is a pair; forward, then backward."""
    n, m = len(left.functions), len(right.functions)
    for step, order in ((1, range(n)), (-1, range(n - 1, -1, -1))):
        for i in order:
            before = i - step
            if left.partner[i] >= 0 or not 0 <= before < n or left.partner[before] < 0:
                continue
            j = left.partner[before] + step
            if 0 <= j < m and right.partner[j] < 0 and right.bodies[j] == left.bodies[i]:
                _pair(left, right, i, j, "neighbours")


def _by_order(left: _Side, right: _Side) -> None:
    """Equal bodies left over, as many in a as in b: in order."""
    groups: dict[bytes, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for i, body in enumerate(left.bodies):
        if left.partner[i] < 0:
            groups[body][0].append(i)
    for j, body in enumerate(right.bodies):
        if right.partner[j] < 0 and body in groups:
            groups[body][1].append(j)
    for ours, theirs in groups.values():
        for i, j in zip(ours, theirs, strict=False):
            _pair(left, right, i, j, "order")


def _by_position(left: _Side, right: _Side) -> None:
    """Leftovers between the same two partners that look alike."""
    n, m = len(left.functions), len(right.functions)
    index = 0
    while index < n:
        if left.partner[index] >= 0:
            index += 1
            continue
        end = index
        while end < n and left.partner[end] < 0:
            end += 1
        low = left.partner[index - 1] + 1 if index else 0
        high = left.partner[end] if end < n else m
        if end - index == high - low and all(right.partner[j] < 0 for j in range(low, high)):
            for k in range(end - index):
                named = left.functions[index + k].key is not None and right.functions[low + k].key is not None
                if not named and alike(left.bodies[index + k], right.bodies[low + k]):
                    _pair(left, right, index + k, low + k, "position")
        index = end


def _by_likeness(left: _Side, right: _Side) -> None:
    """Leftovers without a name of which each looks like just one of the other side, wherever they stand."""
    ours, theirs = (
        [i for i, other in enumerate(side.partner) if other < 0 and side.functions[i].key is None and side.bodies[i]]
        for side in (left, right)
    )
    cost = sum(len(left.bodies[i]) for i in ours) * len(theirs) + sum(len(right.bodies[j]) for j in theirs) * len(ours)
    if not ours or not theirs or cost > MAX_COMPARED:
        return
    like = {i: [j for j in theirs if alike(left.bodies[i], right.bodies[j])] for i in ours}
    liked = Counter(j for found in like.values() for j in found)
    for i, found in like.items():
        if len(found) == 1 and liked[found[0]] == 1:
            _pair(left, right, i, found[0], "likeness")


def _gaps(left: _Side, right: _Side) -> list[tuple[int, int, int]]:
    """What stands between functions goes with the function before it.

    Short gaps of unequal length are left to growth: where a function begins and ends is what a symbol says of it.
    """
    runs: list[tuple[int, int, int]] = []

    def after(side: _Side, index: int) -> tuple[int, int]:
        start = side.functions[index].end if index >= 0 else 0
        end = side.functions[index + 1].start if index + 1 < len(side.functions) else len(side.code)
        return start, end

    for index in range(-1, len(left.functions)):
        other = left.partner[index] if index >= 0 else -1
        if index >= 0 and other < 0:
            continue
        a_start, a_end = after(left, index)
        b_start, b_end = after(right, other)
        if a_end == a_start or b_end == b_start:
            continue
        if a_end - a_start == b_end - b_start:
            runs.append((a_start, b_start, a_end - a_start))
        elif max(a_end - a_start, b_end - b_start) > 64:
            x, y = left.code[a_start:a_end].tobytes(), right.code[b_start:b_end].tobytes()
            # A symbol may end too early: a few bytes that agree by chance are no beginning; growth finds the true ones.
            found = (run for run in align_content(x, y).triples() if run[2] >= GRAM)
            runs += [(a_start + a, b_start + b, n) for a, b, n in found]
    return runs


def ends(functions: list[Function]) -> tuple[Ints, Ints]:
    """Starts and ends as arrays."""
    return (
        np.array([f.start for f in functions], dtype=np.int64),
        np.array([f.end for f in functions], dtype=np.int64),
    )
