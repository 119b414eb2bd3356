"""Write an alignment down as an explanation that replays a into b."""

from __future__ import annotations

import hashlib
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.breakpoints import breakpoints
from elfdiff.accounting.derived import checksums, hash_tables, packed_tables, pools
from elfdiff.accounting.explanation import Deflated, Explanation, FieldGroup, Fill, Inflated, Ints, SpaceMap, encoded
from elfdiff.accounting.padding import paddings
from elfdiff.accounting.replay import MAX_SCAN, addresses, candidates, read, replay
from elfdiff.accounting.streams import encoders_of
from elfdiff.accounting.tails import parted
from elfdiff.comparison.alignment.alignment import Alignment
from elfdiff.comparison.alignment.oneway import OneWay, Outcome, addresses_of
from elfdiff.comparison.base import Base
from elfdiff.comparison.image import Image, signed
from elfdiff.comparison.references.copies import meant
from elfdiff.comparison.references.fields import ADDRESS
from elfdiff.comparison.runs import Flags, isin
from elfdiff.elf.immediate import Immediate
from elfdiff.elf.model import Section
from elfdiff.values import replace

_NONE = np.zeros(0, dtype=np.int64)


def prove(alignment: Alignment) -> Explanation:
    """The explanation with payload: replaying it gives the whole other file.

    It goes in the alignment's own direction, from the file whose bytes sort first (see :class:`Alignment`).
    """
    derived = explain(alignment.forward, True)
    target = np.frombuffer(alignment.forward.b.elf.data, dtype=np.uint8)
    got = np.frombuffer(replay(alignment.forward.a.elf.data, derived, False), dtype=np.uint8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (got != target).astype(np.int8), [0]))))
    starts, ends = edges[::2].astype(np.int64), edges[1::2].astype(np.int64)
    payload = target[got != target].tobytes()
    source = alignment.forward.a.array
    groups = tuple(_scanned(group, source, derived) for group in derived.groups)
    return Explanation(
        **{
            name: getattr(derived, name)
            for name in derived.__slots__
            if name != "groups" and not name.startswith("payload")
        },
        groups=groups,
        payload_at=starts,
        payload_length=ends - starts,
        payload=payload,
    )


def _scanned(group: FieldGroup, source: npt.NDArray[np.uint8], explanation: Explanation) -> FieldGroup:
    """The same fields by what they look like, if that takes fewer bytes than a list of where they are."""
    plain = (
        group.immediate is None
        and group.base == "site"
        and group.width == 4
        and not group.negate
        and len(group.at) >= 16
    )
    if not plain or not bool((group.extra == group.extra[0]).all()) or int(group.at[-1] - group.at[0]) > MAX_SCAN:
        return group
    extra = int(group.extra[0])
    a_off, _, a_size, _, a_address, _ = explanation.sections
    value = read(source, group.at, 4, explanation.little, True)
    target = addresses(group.at, a_off, a_size, a_address) + extra + value
    scan = (int(group.at[0]), int(group.at[-1]), int(target.min()), int(target.max()))
    found = candidates(source, explanation.sections, explanation.little, extra, scan)
    left_out = np.flatnonzero(~isin(found, group.at)).astype(np.int64)
    if len(found) - len(left_out) != len(group.at) or len(encoded(left_out)) >= len(encoded(group.at)):
        return group
    return replace(group, at=left_out, scan=scan)


def explain(alignment: OneWay, complete: bool) -> Explanation:
    """The explanation without payload: what is derived, and nothing else.

    Not ``complete``: without digests and breakpoints, which the replay does not need.
    """
    a, b = alignment.a, alignment.b
    inflated, deflated = _compressed(alignment)
    a_size = len(a.data) if inflated else len(a.elf.data)
    b_size = len(b.data) if inflated else len(b.elf.data)
    runs = alignment.runs
    # Runs may reach from the file into inflated contents, which stand behind it.
    length = np.minimum(runs.n, np.minimum(a_size - runs.a, b_size - runs.b))
    inside = length > 0
    groups, directed = _groups(alignment, a_size, b_size)
    relative = packed_tables(alignment)
    used = {group.space for group in (*groups, *directed)} | ({ADDRESS} if relative else set())
    spaces = {
        name: SpaceMap(s.runs.a, s.runs.b, s.runs.n, s.ends_a, s.ends_b, s.firm)
        for name, s in alignment.spaces.items()
        if name in used
    }
    gaps = [gap for gap in paddings(alignment).made if gap.at + gap.length <= len(b.elf.data)]
    pieces = [(gap.a_at, gap.at, gap.kept) for gap in gaps if gap.kept]
    pieces += [(x, y, n) for x, y, n in parted(alignment) if x + n <= a_size and y + n <= b_size]
    kept = np.array(pieces, dtype=np.int64).reshape(-1, 3)
    words = [(change.b_at, change.rewrite) for change in alignment.changes if change.b_at + change.b_length <= b_size]
    ids = sorted({rewrite for _, rewrite in words})
    place = {rewrite: index for index, rewrite in enumerate(ids)}
    texts = {rewrite.id: (rewrite.a, rewrite.b) for rewrite in alignment.rewrites}
    return Explanation(
        little=a.little,
        a_size=len(a.elf.data),
        b_size=len(b.elf.data),
        a_digest=hashlib.sha256(a.elf.data).hexdigest() if complete else "",
        b_digest=hashlib.sha256(b.elf.data).hexdigest() if complete else "",
        runs=(runs.a[inside], runs.b[inside], length[inside]),
        sections=_sections(alignment),
        spaces=spaces,
        groups=groups,
        directed=directed,
        copies=(kept[:, 0].copy(), kept[:, 1].copy(), kept[:, 2].copy()),
        rewrites=tuple(texts[index] for index in ids),
        words=(
            np.array([at for at, _ in words], dtype=np.int64),
            np.array([place[rewrite] for _, rewrite in words], dtype=np.int64),
        ),
        breakpoints=tuple((point.a, point.b, point.reason) for point in (breakpoints(alignment) if complete else ())),
        payload_at=_NONE,
        payload_length=_NONE,
        payload=b"",
        b_image=b_size,
        inflated=inflated,
        deflated=deflated,
        hash_tables=hash_tables(alignment),
        packed=relative,
        sums=checksums(alignment),
        pools=pools(alignment),
        fills=tuple(Fill(gap.at + gap.kept, gap.length - gap.kept, gap.style) for gap in gaps),
    )


def _compressed(alignment: OneWay) -> tuple[tuple[Inflated, ...], tuple[Deflated, ...]]:
    """Every inflated section of a, and those of b that compressing again may give: with the encoder that gives a's
    bytes."""
    a, b = alignment.a, alignment.b
    sections = [s for s in a.elf.sections if a.inflated(s)]
    if len(sections) != sum(s.compression is not None and s.span is not None for s in a.elf.sections):
        return (), ()
    inflated: list[Inflated] = []
    parts: list[tuple[bytes, bytes]] = []
    targets: list[tuple[Section, tuple[int, int, int, int]] | None] = []
    for section in sections:
        stream = _stream(a, section)
        if stream is None or section.compression is None:
            return (), ()
        method = "zstd" if section.compression == "zstd" else "zlib"
        inflated.append(Inflated(stream[0], stream[1], a.place(section)[1], method))
        parts.append((a.content(section), a.elf.data[stream[0] : stream[0] + stream[1]]))
        partner = alignment.section_map.get(section.index)
        other = b.elf.sections[partner] if partner is not None else None
        there = (
            _stream(b, other)
            if other is not None and b.inflated(other) and other.compression == section.compression
            else None
        )
        targets.append((other, there) if other is not None and there is not None else None)
    # What did not change at all is a piece of a, and needs no encoder.
    wanted = [
        target is not None and b.elf.data[target[1][0] : target[1][0] + target[1][1]] != stream
        for target, (_, stream) in zip(targets, parts, strict=True)
    ]
    deflated: list[Deflated] = []
    for target, encoder in zip(targets, encoders_of(parts, wanted), strict=True):
        if target is not None and encoder is not None:
            other, there = target
            at, length = b.place(other)
            old = other.compression == "zlib-gnu"
            deflated.append(Deflated(at, length, there[0], there[1], encoder, there[2], there[3], old))
    return tuple(inflated), tuple(deflated)


def _stream(image: Image, section: Section) -> tuple[int, int, int, int] | None:
    """Where the stream is, its length, and where the inflated size stands and how wide (gABI Chdr, or .zdebug)."""
    if section.span is None:
        return None
    start, size = section.span.start, section.span.length
    if section.compression == "zlib-gnu":
        head, at, width = 12, 4, 8
    elif image.word == 8:
        head, at, width = 24, 8, 8
    else:
        head, at, width = 12, 4, 4
    return (start + head, size - head, start + at, width) if size > head else None


def _sections(alignment: OneWay) -> tuple[Ints, ...]:
    """Where loaded sections stand; what turns offsets of fields into addresses."""
    rows: list[tuple[int, int, int, int, int, int]] = []
    for index, other in sorted(alignment.section_map.items()):
        left, right = alignment.a.elf.sections[index], alignment.b.elf.sections[other]
        if left.is_allocated and left.span is not None and right.span is not None and left.compression is None:
            rows.append(
                (left.span.start, right.span.start, left.span.length, right.span.length, left.address, right.address)
            )
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return tuple(np.ascontiguousarray(table[:, column]) for column in range(6))


def _groups(alignment: OneWay, a_size: int, b_size: int) -> tuple[tuple[FieldGroup, ...], tuple[FieldGroup, ...]]:
    plain: dict[tuple[object, ...], list[tuple[Ints, Ints, Flags, Ints]]] = defaultdict(list)
    copied: dict[tuple[object, ...], list[tuple[Ints, Ints, Flags, Ints]]] = defaultdict(list)
    for outcome in alignment.outcomes:
        group = outcome.prediction.fields
        at = group.at[outcome.rows]
        changed = outcome.good & (alignment.a.numbers(at, group.width) != outcome.actual)
        changed &= (at + group.width <= a_size) & (outcome.at + group.width <= b_size)
        if not changed.any():
            continue
        extra = np.broadcast_to(np.asarray(group.extra, dtype=np.int64), (len(group),))[outcome.rows]
        for negative in (False, True):
            signs = changed & (_is_signed(alignment.a, outcome, extra) == negative)
            for chosen, rows in ((signs & ~outcome.copied, plain), (signs & outcome.copied, copied)):
                if not chosen.any():
                    continue
                key = (group.width, group.space, str(group.base), group.end, group.negate, negative, group.immediate)
                places = extra[chosen]
                if rows is copied:
                    subset = np.zeros(len(group), dtype=bool)
                    subset[outcome.rows[chosen]] = True
                    site = addresses_of(alignment.b, outcome.at[chosen]) if group.base is Base.SITE else None
                    found = meant(group.where(subset), outcome.actual[chosen], site)
                    if found is None:
                        continue
                    places = found - (extra[chosen] if group.base is Base.SITE else 0)
                target = group.target[outcome.rows[chosen]] if group.immediate is not None else at[:0]
                rows[key].append((at[chosen], places, outcome.second[chosen], target))
    return _made(plain), _made(copied)


def _is_signed(image: Image, outcome: Outcome, extra: Ints) -> Flags:
    """Which fields must be read as two's complement to mean their target."""
    group = outcome.prediction.fields
    at = group.at[outcome.rows]
    value = image.numbers(at, group.width)
    if group.width >= 8 or group.immediate is not None:
        return np.zeros(len(at), dtype=bool)
    base: Ints = np.zeros(len(at), dtype=np.int64)
    if group.base is Base.SITE:
        base = addresses_of(image, at) + extra
    elif group.base in (Base.PLACE, Base.CONSTANT):
        base = extra
    sign = -1 if group.negate else 1
    target = group.target[outcome.rows]
    return np.asarray((sign * value + base != target) & (sign * signed(value, group.width) + base == target))


def _made(rows: dict[tuple[object, ...], list[tuple[Ints, Ints, Flags, Ints]]]) -> tuple[FieldGroup, ...]:
    out: list[FieldGroup] = []
    for key in sorted(rows, key=repr):
        width, space, base, end, negate, negative, immediate = key
        at = np.concatenate([part[0] for part in rows[key]])
        order = np.argsort(at, kind="stable")
        extra = np.concatenate([part[1] for part in rows[key]])[order]
        target = np.concatenate([part[3] for part in rows[key]])
        second = np.flatnonzero(np.concatenate([part[2] for part in rows[key]])[order])
        out.append(
            FieldGroup(
                "",
                int(str(width)),
                str(space),
                str(base),
                bool(end),
                bool(negate),
                bool(negative),
                at[order],
                extra,
                second,
                immediate if isinstance(immediate, Immediate) else None,
                target[order] if len(target) else target,
            )
        )
    return tuple(out)
