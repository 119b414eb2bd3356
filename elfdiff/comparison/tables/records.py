"""Align tables record by record: symbols by name, relocations and frames by the place that they describe."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.content import align_content
from elfdiff.comparison.image import Image
from elfdiff.comparison.runs import Flags, Ints, Runs, isin
from elfdiff.comparison.tables.named import Hashed, confirmed
from elfdiff.comparison.tables.order import kept_sorted, ranked, settled
from elfdiff.comparison.texts.pools import Rewriter, shape
from elfdiff.elf.frames import Cie, Fde, Frames
from elfdiff.elf.model import Section
from elfdiff.elf.relocations import RELATIVE
from elfdiff.elf.symbols import SymbolTable

SHN_LORESERVE = 0xFF00
STT_SECTION, STT_FILE, STT_TLS = 3, 4, 6


def records(partner: Ints, size: int) -> Runs:
    """Runs of a table whose record i stands at ``partner[i]`` in b (-1: nowhere)."""
    index = np.flatnonzero(partner >= 0)
    return Runs.merged(index * size, partner[index] * size, np.full(len(index), size, dtype=np.int64))


def filled(partner: Ints, count: int) -> Ints:
    """Pair leftovers that stand between the same two partners, as many in a as in b."""
    out = partner.copy()
    taken = np.zeros(count + 1, dtype=bool)
    taken[partner[partner >= 0]] = True
    missing = np.flatnonzero(partner < 0)
    if not len(missing):
        return out
    groups = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1)
    for group in groups:
        first, last = int(group[0]), int(group[-1])
        low = int(partner[first - 1]) + 1 if first else 0
        high = int(partner[last + 1]) if last + 1 < len(partner) else count
        if high - low == len(group) and not taken[low:high].any():
            out[first : last + 1] = np.arange(low, high)
    return out


def by_key(a_keys: Sequence[Hashable], b_keys: Sequence[Hashable]) -> Ints:
    """Partners of equal key, occurrence by occurrence; none where a and b have it unequally often."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for j in range(len(b_keys) - 1, -1, -1):
        waiting[b_keys[j]].append(j)
    count = Counter(a_keys)
    for key in [key for key, queue in waiting.items() if count[key] != len(queue)]:
        del waiting[key]
    out = np.full(len(a_keys), -1, dtype=np.int64)
    for i, key in enumerate(a_keys):
        queue = waiting.get(key)
        if queue:
            out[i] = queue.pop()
    return out


def align_by_place(
    a: Ints,
    b: Ints,
    mapped: Ints,
    known: Flags,
    keys: Sequence[tuple[Ints, Ints]] | None = None,
    marks: tuple[Sequence[Hashable], Sequence[Hashable]] | None = None,
) -> Ints:
    """Record i of a goes with the one record of b that describes ``mapped[i]``; then with what fits between.

    A place that two records of b describe places neither: one of them is damaged, and only their order can say which.
    ``keys``: by what such a table may be sorted (values of a's and b's records); by place if None.
    ``marks``: what records hold beside their place: one whose mark no other has may stand anywhere.
    """
    out = np.full(len(a), -1, dtype=np.int64)
    if len(b):
        order = np.argsort(b, kind="stable")
        ranked = b[order]
        at = np.minimum(np.searchsorted(ranked, mapped), len(b) - 1)
        once = np.ones(len(b), dtype=bool)
        same = ranked[1:] == ranked[:-1]
        once[1:] &= ~same
        once[:-1] &= ~same
        hit = known & (ranked[at] == mapped) & once[at]
        out[hit] = order[at[hit]]
        rows = np.flatnonzero(hit)
        values, count = np.unique(out[rows], return_counts=True)
        out[rows[isin(out[rows], values[count > 1])]] = -1
        free = None if marks is None else _recognised(out, *marks)
        out = settled(kept_sorted(out, [(a, b)] if keys is None else keys), len(b), a, b, free)
        out = filled(out, len(b))
        left = np.flatnonzero((out < 0) & known & (ranked[at] == mapped) & ~once[at])
        if len(left):
            out = _in_order(out, left, b, mapped)
    return filled(out, len(b))


def _recognised(partner: Ints, ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Flags:
    """Which records hold what their partner holds, and no other record of either side."""
    counts = Counter(ours), Counter(theirs)
    return np.array(
        [
            j >= 0 and ours[i] == theirs[j] and counts[0][ours[i]] == counts[1][ours[i]] == 1
            for i, j in enumerate(partner.tolist())
        ],
        dtype=bool,
    )


def relocation_orders(a: npt.NDArray[np.void], b: npt.NDArray[np.void], machine: int) -> tuple[tuple[Ints, Ints], ...]:
    """What linkers sort dynamic relocations by: by place; relative ones first; relative ones first, then by symbol, or
    then by the first place of the symbol (bfd/elflink.c, elf_link_sort_relocs)."""
    orders: list[tuple[list[Ints], list[Ints]]] = [([], []) for _ in range(4)]
    for side, table in enumerate((a, b)):
        place: Ints = table["offset"].astype(np.int64)
        symbol: Ints = table["symbol"].astype(np.int64)
        others: Ints = (~isin(table["type"], RELATIVE.get(machine, ()))).astype(np.int64)
        first = _first_of_group(np.where(others == 1, symbol, -1 - np.arange(len(place), dtype=np.int64)), place)
        columns = [place], [others, place], [others, symbol, place], [others, first, place]
        for order, chosen in zip(orders, columns, strict=True):
            order[side].extend(chosen)
    return tuple(ranked(*order) for order in orders)


def _first_of_group(group: Ints, place: Ints) -> Ints:
    """For each row the lowest place of the rows of its group."""
    _, inverse = np.unique(group, return_inverse=True)
    inverse = inverse.reshape(-1)
    lowest = np.full(int(inverse.max(initial=-1)) + 1, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(lowest, inverse, place)
    return np.asarray(lowest[inverse], dtype=np.int64)


def _in_order(out: Ints, left: Ints, b: Ints, mapped: Ints) -> Ints:
    """Records of one place that are left over, as many in a as in b: in order."""
    free = np.ones(len(b), dtype=bool)
    free[out[out >= 0]] = False
    ours: dict[int, list[int]] = defaultdict(list)
    theirs: dict[int, list[int]] = defaultdict(list)
    for row in left.tolist():
        ours[int(mapped[row])].append(row)
    for row in np.flatnonzero(free).tolist():
        theirs[int(b[row])].append(row)
    for place, rows in ours.items():
        if len(rows) == len(theirs.get(place, ())):
            out[rows] = theirs[place]
    return out


def align_symbols(
    a: SymbolTable,
    b: SymbolTable,
    sections: dict[int, int],
    rewriter: Rewriter,
    place: Callable[[Ints], tuple[Ints, Flags]] | None,
    listed: tuple[Hashed | None, Hashed | None] = (None, None),
) -> Ints:
    """Partner of every symbol: by name and place together, then by name, then by place; then what fits between.

    A name alone does not say which of two symbols is meant when one of them was renamed to the other's name.
    ``listed``: what hash tables say of a's and b's symbols.
    """
    a_keys, b_keys = _keys(a, sections), _keys(b, None)
    values = b.table["value"].astype(np.int64)
    mapped, known = a.table["value"].astype(np.int64), np.zeros(len(a), dtype=bool)
    if place is not None:
        mapped, known = place(mapped)
        known = (
            known
            & (a.table["value"] > 0)
            & (a.section_of > 0)
            & (a.section_of < 0xFF00)
            & ((a.table["info"] & 15) != STT_TLS)
        )
    wanted = np.where(known, mapped, a.table["value"].astype(np.int64))
    if a_keys == b_keys and bool((wanted == values).all()):
        return np.arange(len(a_keys), dtype=np.int64)
    out = by_key(list(zip(a_keys, wanted.tolist(), strict=True)), list(zip(b_keys, values.tolist(), strict=True)))
    names = _renamed(a_keys, rewriter)
    out = _further(out, names, [key[:3] for key in b_keys], wanted, values)
    out = filled(out, len(b))
    out = _further(out, a_keys, b_keys, None, None)
    out = _further(out, names, [key[:3] for key in b_keys], None, None)
    out = _further(out, _shapes(a_keys, -1), _shapes(b_keys, -2), None, None)
    renamed = np.array([j >= 0 and a_keys[i][0] != b_keys[j][0] for i, j in enumerate(out.tolist())], dtype=bool)
    # Local symbols come first (gABI, "Symbol Table"), and mold writes the names of global ones first.
    added = ranked(*(((side.table["info"] >> 4 > 0).astype(np.int64), _added(side)) for side in (a, b)))
    if all(bool((side[1:] >= side[:-1]).all()) for side in added):
        # The names of files stand in the order of the files: that is a second source for it.
        renamed |= (a.table["info"] & 15) == STT_FILE
    out = kept_sorted(settled(out, len(b), a.table["value"].astype(np.int64), values, renamed), [added])
    out = kept_sorted(out, [((a.table["info"] >> 4 > 0).astype(np.int64), (b.table["info"] >> 4 > 0).astype(np.int64))])
    out = _without_doubtful(out, renamed & ((a.table["info"] & 15) != STT_FILE), (_telling(a), _telling(b)))
    return filled(confirmed(out, *listed), len(b))


def _added(table: SymbolTable) -> Ints:
    """Where each symbol's name stands in the string table, as far as that tells the order of the symbols.

    Linkers add a name when they come to its symbol. One that was there before, or that is the end of another one, says
    nothing: it has the number of the symbol in front.
    """
    at = table.table["name"].astype(np.int64)
    telling = _telling(table)
    row = np.maximum.accumulate(np.where(telling, np.arange(len(at)), 0))
    return np.where(telling[row], at[row], 0)


def _telling(table: SymbolTable) -> Flags:
    """Which symbols' names were added to the string table for them, and are not the end of another name."""
    at = table.table["name"].astype(np.int64)
    raw = np.frombuffer(table.names.data, dtype=np.uint8)
    _, first = np.unique(at, return_index=True)
    telling = np.zeros(len(at), dtype=bool)
    telling[first] = True
    telling &= (at > 0) & (at <= len(raw))
    telling[telling] = raw[at[telling] - 1] == 0
    return telling


def _without_doubtful(partner: Ints, free: Flags, telling: tuple[Flags, Flags]) -> Ints:
    """Partners without ``free`` symbols that changed places with another one, where a name of theirs tells no order."""
    out = partner.copy()
    owner = {j: i for i, j in enumerate(partner.tolist()) if j >= 0}
    for row in np.flatnonzero(free & (partner >= 0)).tolist():
        other = _exchanged(partner, owner, row)
        if other is None:
            continue
        pairs = [(at, int(partner[at])) for at in (row, other)]
        if not all(bool(side[at]) for pair in pairs for side, at in zip(telling, pair, strict=True)):
            out[row] = -1
    return out


def _exchanged(partner: Ints, owner: Mapping[int, int], row: int) -> int | None:
    """The record that stands where ``row`` is expected, behind its predecessor, if ``row`` stands where that one is."""
    here = int(partner[row])
    for step in (-1, 1):
        if 0 <= row + step < len(partner) and partner[row + step] == here - step:
            return row + step
    expected = int(partner[row - 1]) + 1 if row and partner[row - 1] >= 0 else -1
    other = owner.get(expected)
    if not other or other in (row, row + 1) or partner[other - 1] < 0:
        return None
    return other if partner[other - 1] + 1 == here else None


def _further(
    out: Ints, a_keys: Sequence[Hashable], b_keys: Sequence[Hashable], a_places: Ints | None, b_places: Ints | None
) -> Ints:
    """Pair what is left by another key."""
    left = np.flatnonzero(out < 0).tolist()
    if not left:
        return out
    free = np.ones(len(b_keys), dtype=bool)
    free[out[out >= 0]] = False
    right = np.flatnonzero(free).tolist()
    ours: list[Hashable] = [a_keys[i] for i in left]
    theirs: list[Hashable] = [b_keys[j] for j in right]
    if a_places is not None and b_places is not None:
        ours = list(zip(ours, a_places[left].tolist(), strict=True))
        theirs = list(zip(theirs, b_places[right].tolist(), strict=True))
    for i, j in zip(left, by_key(ours, theirs).tolist(), strict=True):
        if j >= 0:
            out[i] = right[j]
    return out


def _renamed(keys: list[tuple[bytes, int, int, bytes]], rewriter: Rewriter) -> list[tuple[bytes, int, int]]:
    seen: dict[bytes, bytes] = {}
    out = []
    for name, info, section, _ in keys:
        if name not in seen:
            seen[name] = next(iter(rewriter.variants(name)), name)
        out.append((seen[name], info, section))
    return out


def _shapes(keys: list[tuple[bytes, int, int, bytes]], none: int) -> list[Hashable]:
    """Keys with the digests in names masked; (``none``, index), which equals nothing, for a name that holds none."""
    masked = ((shape(name), info, section) for name, info, section, _ in keys)
    return [key if key[0] is not None else (none, index) for index, key in enumerate(masked)]


def _keys(table: SymbolTable, sections: dict[int, int] | None) -> list[tuple[bytes, int, int, bytes]]:
    raw = table.names.data
    known: dict[int, bytes] = {}
    keys: list[tuple[bytes, int, int, bytes]] = []
    unit = b""
    for name, info, section in zip(
        table.table["name"].tolist(), table.table["info"].tolist(), table.section_of.tolist(), strict=True
    ):
        text = known.get(name)
        if text is None:
            end = raw.find(b"\0", name)
            text = known[name] = raw[name : end if end >= 0 else len(raw)]
        kind = info & 15
        if kind == STT_FILE:
            unit = text
        if sections is not None:
            # What has no partner has none of b's numbers.
            section = sections.get(section, section if not 0 < section < SHN_LORESERVE else -1)
        keys.append((text, info, section, unit if info >> 4 == 0 and kind not in (STT_SECTION, STT_FILE) else b""))
    return keys


def misplaced(
    a: Frames,
    b: Frames,
    mapped: Ints,
    known: Flags,
    runs: Runs,
    ends: Ints,
    sizes: tuple[Mapping[int, int], Mapping[int, int]],
) -> Flags:
    """Functions' entries of a that say another length than b's for the same place, so that one of them belongs
    elsewhere.

    That is so where the code there is as long in both files (``runs``, in addresses), where its section ends before
    (``ends``, ascending), and where the function is not as long as its entry says (``sizes`` of those known, by
    address).
    """
    lengths = {f.begin.target: f.length for f in b.fdes}
    out = np.zeros(len(a.fdes), dtype=bool)
    for row, (f, place, is_known) in enumerate(zip(a.fdes, mapped.tolist(), known.tolist(), strict=True)):
        other = lengths.get(place, f.length)
        if is_known and other != f.length:
            longer = max(f.length, other)
            begin = np.array([f.begin.target], dtype=np.int64)
            section = int(np.searchsorted(ends, f.begin.target, side="right"))
            past = section < len(ends) and int(ends[section]) < f.begin.target + longer
            wrong = sizes[0].get(f.begin.target, f.length) != f.length or sizes[1].get(place, other) != other
            out[row] = past or wrong or bool(runs.map_fields(begin, longer)[1][0])
    return out


def align_frames(a: Frames, b: Frames, a_data: bytes, b_data: bytes, mapped: Ints, known: Flags) -> Runs:
    """Common entries by size and order, functions' entries by the mapped begin."""
    runs: list[tuple[int, int, int]] = []
    a_begin = np.array([f.begin.target for f in a.fdes], dtype=np.int64)
    b_begin = np.array([f.begin.target for f in b.fdes], dtype=np.int64)
    marks = [_rules(a_data, f) for f in a.fdes], [_rules(b_data, f) for f in b.fdes]
    partner = align_by_place(a_begin, b_begin, mapped, known, (), marks)
    pairs = [(a.fdes[i], b.fdes[int(j)]) for i, j in enumerate(partner) if j >= 0]
    for f, g in pairs:
        if f.size == g.size:
            runs.append((f.at, g.at, f.size))
        else:
            runs += (
                align_content(a_data[f.at : f.at + f.size], b_data[g.at : g.at + g.size], rounds=0)
                .shifted(f.at, g.at)
                .triples()
            )
    runs += _common_entries(a.cies, b.cies, a_data, b_data, pairs)
    a_end, b_end = (
        max([*(c.at + c.size for c in side.cies), *(f.at + f.size for f in side.fdes)], default=0) for side in (a, b)
    )
    runs.append((a_end, b_end, min(len(a_data) - a_end, len(b_data) - b_end)))
    return Runs.of(runs)


def _rules(data: bytes, fde: Fde) -> bytes:
    """What an entry says of a function of its length, without the filling at its end (DW_CFA_nop) and pointers."""
    rest = data[fde.range_at : fde.at + fde.size]
    if fde.lsda is not None:
        at = fde.lsda.at - fde.range_at
        rest = rest[:at] + bytes(fde.lsda.width) + rest[at + fde.lsda.width :]
    return rest.rstrip(b"\0")


def _common_entries(
    a: Sequence[Cie], b: Sequence[Cie], a_data: bytes, b_data: bytes, pairs: Sequence[tuple[Fde, Fde]]
) -> list[tuple[int, int, int]]:
    """Runs of common entries of equal bytes: those that most of their functions' entries have for theirs, then those
    right ahead of entries that are partners, then in order.

    The pointer of one function's entry alone places nothing, because it is what the place will predict.
    """
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for f, g in pairs:
        votes[f.cie][g.cie] += 1
    ours, theirs = ({c.at: _plain(data, c) for c in cies} for data, cies in ((a_data, a), (b_data, b)))
    partner: dict[int, int] = {}
    for cie in a:
        for at, count in votes[cie.at].most_common(1):
            if count > 1 and 2 * count > votes[cie.at].total() and ours[cie.at] == theirs.get(at):
                partner[cie.at] = at
    before = [{cie.at + cie.size: cie.at for cie in side} for side in (a, b)]
    taken = set(partner.values())
    for f, g in pairs:
        here, there = before[0].get(f.at), before[1].get(g.at)
        if here is None or there is None or here in partner or there in taken:
            continue
        if ours[here] == theirs[there]:
            partner[here] = there
            taken.add(there)
    left = [c for c in a if c.at not in partner], [c for c in b if c.at not in taken]
    for i, j in enumerate(by_key([ours[c.at] for c in left[0]], [theirs[c.at] for c in left[1]]).tolist()):
        if j >= 0:
            partner[left[0][i].at] = left[1][j].at
    return [(c.at, partner[c.at], c.size) for c in a if c.at in partner]


def _plain(data: bytes, cie: Cie) -> bytes:
    """A common entry without the pointer to its personality routine."""
    pointer = cie.personality
    if pointer is None:
        return data[cie.at : cie.at + cie.size]
    return data[cie.at : pointer.at] + bytes(pointer.width) + data[pointer.at + pointer.width : cie.at + cie.size]


def align_dynamic(a: Image, b: Image, left: Section, right: Section) -> Runs:
    """.dynamic by tag, and by value's occurrence for tags that repeat."""
    keys = []
    for image, section in ((a, left), (b, right)):
        at, size = image.place(section)
        entry = at + 2 * image.word * np.arange(size // (2 * image.word), dtype=np.int64)
        keys.append(image.numbers(entry, image.word).tolist())
    partner = by_key(keys[0], keys[1])
    none = np.zeros(max(len(keys[0]), len(keys[1])), dtype=np.int64)
    return records(filled(settled(partner, len(keys[1]), none, none), len(keys[1])), 2 * a.word)
