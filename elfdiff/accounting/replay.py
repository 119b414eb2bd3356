"""replay: a and an explanation → b. Nothing here can see b, and nothing here is used to find the explanation."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.explanation import Deflated, Explanation, FieldGroup, Ints, MalformedProof, SpaceMap
from elfdiff.accounting.fillers import fill
from elfdiff.accounting.fips import computed
from elfdiff.accounting.hashing import rebuilt
from elfdiff.accounting.pools import made_pool
from elfdiff.accounting.relative import PackedTable, packed, unpacked
from elfdiff.accounting.streams import MAX_SLOW, SLOW, UnknownEncoder, deflate, inflate
from elfdiff.values import replace

MAX_IMAGE = 8 << 30
MAX_SCAN = 8 << 20
"""Bytes that one scan may cover."""

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


def replay(a: bytes, explanation: Explanation, with_payload: bool = True) -> bytes:
    """The file that the explanation makes of ``a``; without payload, what is *derived*, and zeros elsewhere.

    Raises MalformedProof if the explanation points outside either file.
    """
    e = explanation
    out = image(a, e)
    compress(out, e.deflated, e.little)
    if with_payload:
        _inside(e.payload_at, e.payload_length, e.b_size)
        at = 0
        for start, length in zip(e.payload_at.tolist(), e.payload_length.tolist(), strict=True):
            out[start : start + length] = np.frombuffer(e.payload[at : at + length], dtype=np.uint8)
            at += length
    return out[: e.b_size].tobytes()


def compress(out: Bytes, parts: Iterable[Deflated], little: bool) -> None:
    """Write the streams of compressed sections into an image, each made of its contents there."""
    for part in parts:
        _deflate(out, part, little)


def image(a: bytes, explanation: Explanation) -> Bytes:
    """What is derived of b, without payload, and behind it what b's compressed sections hold; their streams are not
    written yet. Raises MalformedProof if the explanation points outside either file.
    """
    e = explanation
    source = np.frombuffer(_extended(a, e), dtype=np.uint8)
    size = e.b_image
    if not e.b_size <= size <= MAX_IMAGE or any(
        part.image_at < 0 or part.image_at + part.size > size for part in e.deflated
    ):
        raise MalformedProof("the explanation makes too large a file")
    if sum(part.size for part in e.deflated if part.encoder in SLOW) > MAX_SLOW:
        raise MalformedProof("the explanation compresses too much")
    out = np.zeros(size, dtype=np.uint8)
    for pieces in (e.runs, e.copies):
        _inside(pieces[0], pieces[2], len(source))
        _inside(pieces[1], pieces[2], size)
        for x, y, n in zip(pieces[0].tolist(), pieces[1].tolist(), pieces[2].tolist(), strict=True):
            out[y : y + n] = source[x : x + n]
    for part in e.fills:
        content = fill(part.style, part.length)
        if content is None or part.at < 0 or part.at + part.length > size:
            raise MalformedProof("padding does not fit into the file, or is of no known style")
        out[part.at : part.at + part.length] = np.frombuffer(content, dtype=np.uint8)
    for at, index in zip(e.words[0].tolist(), e.words[1].tolist(), strict=True):
        word = e.rewrites[index][1]
        if at < 0 or at + len(word) > size:
            raise MalformedProof("a rewritten word does not fit into the file")
        out[at : at + len(word)] = np.frombuffer(word, dtype=np.uint8)
    for group in e.groups:
        _write(out, e, group, source, None)
    for group in e.directed:
        _write(out, e, group, source, group.extra)
    for relative in e.packed:
        _pack(out, e, relative, source)
    for pool in e.pools:
        for at, content in made_pool(a, pool):
            if at < 0 or at + len(content) > e.b_size:
                raise MalformedProof("a section of texts is not inside the file")
            out[at : at + len(content)] = np.frombuffer(content, dtype=np.uint8)
    for table in e.hash_tables:
        made = rebuilt(out[: e.b_size], table)
        if table.at < 0 or table.at + table.length > e.b_size:
            raise MalformedProof("a table is not inside the file")
        if made is not None:
            out[table.at : table.at + table.length] = np.frombuffer(made, dtype=np.uint8)
    for checked in e.sums:
        places = list(zip(*(e.sections[column].tolist() for column in (1, 3, 5)), strict=True))
        digest = computed(out[: e.b_size], checked, e.little, places)
        if digest is not None:
            out[checked.at : checked.at + checked.length] = np.frombuffer(digest, dtype=np.uint8)
    return out


def _extended(a: bytes, e: Explanation) -> bytes:
    """a, and behind it what its compressed sections hold."""
    parts = [a]
    total = len(a)
    for part in e.inflated:
        total += part.size
        if part.at < 0 or part.length < 0 or part.size < 0 or part.at + part.length > len(a) or total > MAX_IMAGE:
            raise MalformedProof("a compressed section is not inside the file")
        content = inflate(a[part.at : part.at + part.length], part.size, part.method)
        if content is None:
            raise MalformedProof("a compressed section does not hold what the explanation says")
        parts.append(content)
    return b"".join(parts) if len(parts) > 1 else a


def _deflate(out: Bytes, part: Deflated, little: bool) -> None:
    """Compress one section again; nothing is written if it does not come out as long as b's."""
    try:
        stream = deflate(out[part.image_at : part.image_at + part.size].tobytes(), part.encoder)
    except UnknownEncoder as error:
        raise MalformedProof(f"the explanation names an encoder that does not exist: {error}") from error
    if part.at < 0 or part.at + part.length > len(out) or part.size_at < 0 or part.size_at + part.size_width > len(out):
        raise MalformedProof("a compressed section does not fit into the file")
    if len(stream) != part.length:
        return
    out[part.at : part.at + part.length] = np.frombuffer(stream, dtype=np.uint8)
    order = "little" if little and not part.big_size else "big"
    size = part.size.to_bytes(part.size_width, "little" if order == "little" else "big")
    out[part.size_at : part.size_at + part.size_width] = np.frombuffer(size, dtype=np.uint8)


def _pack(out: Bytes, e: Explanation, table: PackedTable, source: Bytes) -> None:
    """Pack one table of relative relocations from where a's relocated words stand in b."""
    inside = 0 <= table.a_at <= table.a_at + table.a_length <= len(source)
    if not inside or table.word not in (4, 8) or not 0 <= table.at <= table.at + table.length <= e.b_size:
        raise MalformedProof("a table of relocations is not inside the file")
    space = e.spaces.get("address")
    content = source[table.a_at : table.a_at + table.a_length].tobytes()
    addresses = unpacked(content, table.word, table.little)
    if space is None or addresses is None:
        return
    places, known = _mapped(space, addresses, False, np.zeros(0, dtype=np.int64))
    made = None
    if bool(known.all()):
        made = packed(places, table.word, table.little, table.length, e.sections[5] if table.parted else None)
    if made is not None:
        out[table.at : table.at + table.length] = np.frombuffer(made, dtype=np.uint8)


def _inside(at: Ints, n: Ints, size: int) -> None:
    if len(at) and (int(at.min()) < 0 or int(n.min()) < 0 or int((at + n).max()) > size):
        raise MalformedProof("the explanation points outside the file")


def _row(starts: Ints, values: Ints) -> Ints:
    return np.maximum(np.searchsorted(starts, values, side="right") - 1, 0)


def _mapped(space: SpaceMap, values: Ints, end: bool, second: Ints) -> tuple[Ints, Flags]:
    """Images of places: inside a run, at the end of one, or at the end of a section."""
    out, known = values.copy(), np.zeros(len(values), dtype=bool)
    ends, has_end = values.copy(), np.zeros(len(values), dtype=bool)
    if len(space.a):
        row = _row(space.a, values)
        known = (values >= space.a[row]) & (values < space.a[row] + space.n[row])
        out = np.where(known, values - space.a[row] + space.b[row], out)
        row = np.maximum(np.searchsorted(space.a, values, side="left") - 1, 0)
        has_end = (values > space.a[row]) & (values == space.a[row] + space.n[row])
        ends = space.b[row] + space.n[row]
    last = values.copy()
    is_last = np.zeros(len(values), dtype=bool)
    if len(space.ends_a):
        row = np.minimum(np.searchsorted(space.ends_a, values), len(space.ends_a) - 1)
        is_last = space.ends_a[row] == values
        last = space.ends_b[row]
    if end:
        out = np.where(has_end, ends, out)
        known = known | has_end
        out = np.where(is_last & (space.firm | ~known), last, out)
        out[second] = last[second]
    else:
        other = np.where(has_end & known, ends, last)
        out = np.where(known, out, np.where(has_end, ends, last))
        known = known | has_end
        out[second] = other[second]
    return out, known | is_last


def addresses(at: Ints, starts: Ints, sizes: Ints, addresses: Ints) -> Ints:
    """Addresses of file offsets; the offset itself outside every section."""
    if not len(starts):
        return at
    order = np.argsort(starts, kind="stable")
    row = order[_row(starts[order], at)]
    inside = (at >= starts[row]) & (at < starts[row] + sizes[row])
    return np.asarray(np.where(inside, at - starts[row] + addresses[row], at))


def read(data: Bytes, at: Ints, width: int, little: bool, signed: bool) -> Ints:
    value = np.zeros(len(at), dtype=np.int64)
    for index in range(width):
        value |= data[at + index].astype(np.int64) << np.int64(8 * (index if little else width - 1 - index))
    if signed and width < 8:
        half = np.int64(1 << (8 * width - 1))
        value = (value ^ half) - half
    return value


def candidates(
    source: Bytes, sections: tuple[Ints, ...], little: bool, extra: int, scan: tuple[int, int, int, int]
) -> Ints:
    """Offsets at which 32 bits, as a distance from ``extra`` bytes behind them, lead to between two addresses."""
    low, high, first, last = scan
    if not 0 <= low <= high <= len(source) - 4 or high - low > MAX_SCAN:
        raise MalformedProof("a scan is not inside the file")
    at = np.arange(low, high + 1, dtype=np.int64)
    target = addresses(at, sections[0], sections[2], sections[4]) + extra + read(source, at, 4, little, True)
    return at[(target >= first) & (target <= last)]


def _write(out: Bytes, e: Explanation, group: FieldGroup, source: Bytes, directed: Ints | None) -> None:
    """Compute one group's fields and write them."""
    if group.scan is not None:
        found = candidates(source, e.sections, e.little, int(group.extra[0]), group.scan)
        if len(group.at) and (int(group.at.min()) < 0 or int(group.at.max()) >= len(found)):
            raise MalformedProof("a scan leaves out fields that it does not find")
        at = np.delete(found, group.at)
        group = replace(group, at=at, extra=np.full(len(at), group.extra[0], dtype=np.int64), scan=None)
    at, width = group.at, group.width
    if not len(at):
        return
    sizes = np.full(len(at), width, dtype=np.int64)
    _inside(at, sizes, len(source))
    row = _row(e.runs[0], at)
    if not bool(((at >= e.runs[0][row]) & (at + width <= e.runs[0][row] + e.runs[2][row])).all()):
        raise MalformedProof("a field is not inside one run")
    to = at - e.runs[0][row] + e.runs[1][row]
    held = read(source, at, width, e.little, group.signed)
    value = -held if group.negate else held
    a_off, b_off, a_size, b_size, a_address, b_address = e.sections
    nothing = np.zeros(0, dtype=np.int64)
    known = np.ones(len(at), dtype=bool)
    space = e.spaces.get(group.space)
    base: Ints = np.zeros(len(at), dtype=np.int64)
    less: Ints = base
    if group.base in ("site", "page"):
        extra = group.extra if directed is None else np.zeros(len(at), dtype=np.int64)
        base = addresses(at, a_off, a_size, a_address) + extra
        less = addresses(to, b_off, b_size, b_address) + extra
        if group.base == "page":
            base, less = base & ~np.int64(0xFFF), less & ~np.int64(0xFFF)
    elif group.base == "place" and space is not None:
        base = group.extra
        less, known = _mapped(space, base, False, nothing)
    elif group.base == "constant":
        base = less = group.extra
    if group.immediate is not None:
        if group.immediate.width != width or len(group.target) != len(at) or directed is not None:
            raise MalformedProof("the explanation gives a field another width than its immediate")
        if bool((group.immediate.put(held, group.target - base) != held).any()):
            raise MalformedProof("an instruction does not refer to what the explanation says")
        value = group.target - base
    if directed is not None:
        new = directed
    elif space is None:
        raise MalformedProof(f"the explanation has no map of {group.space!r}")
    else:
        new, mapped = _mapped(space, value + base, group.end, group.second)
        known = known & mapped
    result = new - less
    result = -result if group.negate else result
    if group.immediate is not None:
        result = group.immediate.put(held, result)
    if not bool(known.all()):
        raise MalformedProof("a field refers to a place that the map does not know")
    for index in range(width):
        shift = np.int64(8 * (index if e.little else width - 1 - index))
        out[to + index] = ((result >> shift) & 0xFF).astype(np.uint8)
