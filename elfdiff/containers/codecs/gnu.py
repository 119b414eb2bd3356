"""GNU gzip's deflate (gzip 1.13, deflate.c and trees.c).

What it finds is what zlib finds; where a block ends, it alone decides, and codes follow from what is in a block.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from elfdiff.values import dataclass

MAX_TRIED = 4 << 20
"""Bytes of contents: a second takes some hundred thousand."""
_FIRST = 4096
"""Tokens that are compared before all are read."""
_BUFFER = 0x8000
"""LIT_BUFSIZE and DIST_BUFSIZE."""
_LENGTH_BASE = (
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    13,
    15,
    17,
    19,
    23,
    27,
    31,
    35,
    43,
    51,
    59,
    67,
    83,
    99,
    115,
    131,
    163,
    195,
    227,
    258,
)
_LENGTH_BITS = (0,) * 8 + (1,) * 4 + (2,) * 4 + (3,) * 4 + (4,) * 4 + (5,) * 4 + (0,)
_DISTANCE_BITS = (0, 0, 0, 0, *(bits for bits in range(1, 14) for _ in (0, 1)))
_DISTANCE_BASE = tuple(1 + sum(1 << bits for bits in _DISTANCE_BITS[:code]) for code in range(30))
_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
_STATIC = (8,) * 144 + (9,) * 112 + (7,) * 24 + (8,) * 8


class _Unreadable(ValueError):
    """No deflate stream, or one that no encoder writes."""


@dataclass(frozen=True, slots=True)
class _Block:
    """``header`` is the lengths of codes as they are sent, None for blocks without; tokens ``start`` up to ``end``."""

    kind: int
    final: bool
    header: tuple[object, ...] | None
    start: int
    end: int


def makes(contents: bytes, level: int, stream: bytes) -> bool:
    """True if gzip at a level makes this stream of the contents."""
    if len(contents) > MAX_TRIED:
        return False
    engine = zlib.compressobj(level, zlib.DEFLATED, -15, 8)
    found = engine.compress(contents) + engine.flush()
    try:
        if _read(found, _FIRST)[0][:_FIRST] != _read(stream, _FIRST)[0][:_FIRST]:
            return False
        wanted, _ = _read(found)
        tokens, blocks = _read(stream)
    except (_Unreadable, IndexError):
        return False
    return tokens == wanted and _blocks_are(tokens, blocks, level, len(contents))


def _read(stream: bytes, most: int | None = None) -> tuple[list[int], list[_Block]]:
    """Tokens (a literal, or length << 16 | distance with bit 31 set) and blocks; no further than ``most`` tokens.

    Raises _Unreadable, IndexError.
    """
    tokens: list[int] = []
    blocks: list[_Block] = []
    padded = stream + bytes(16)
    bits = at = have = 0
    final = False
    while not final:
        while have < 48:
            bits |= int.from_bytes(padded[at : at + 6], "little") << have
            at += 6
            have += 48
        final, kind = bool(bits & 1), bits >> 1 & 3
        bits >>= 3
        have -= 3
        start = len(tokens)
        header: tuple[object, ...] | None = None
        if kind == 0:
            skip = have & 7
            bits >>= skip
            have -= skip
            place = at - have // 8
            size = int.from_bytes(padded[place : place + 2], "little")
            tokens += padded[place + 4 : place + 4 + size]
            at, bits, have = place + 4 + size, 0, 0
            if at > len(stream):
                raise _Unreadable
            blocks.append(_Block(kind, final, None, start, len(tokens)))
            continue
        if kind == 1:
            literals, distances = _table(_STATIC), _table((5,) * 30)
        elif kind == 2:
            counts = (bits & 31) + 257, (bits >> 5 & 31) + 1, (bits >> 10 & 15) + 4
            bits >>= 14
            have -= 14
            while have < 64:
                bits |= int.from_bytes(padded[at : at + 6], "little") << have
                at += 6
                have += 48
            sizes = [0] * 19
            for index in range(counts[2]):
                sizes[_ORDER[index]] = bits & 7
                bits >>= 3
                have -= 3
            codes = _table(sizes)
            lengths: list[int] = []
            sent: list[tuple[int, int]] = []
            while len(lengths) < counts[0] + counts[1]:
                while have < 48:
                    bits |= int.from_bytes(padded[at : at + 6], "little") << have
                    at += 6
                    have += 48
                symbol, width = codes[bits & 0x7FFF]
                bits >>= width
                have -= width
                extra = {16: 2, 17: 3, 18: 7}.get(symbol, 0)
                value = bits & ((1 << extra) - 1)
                bits >>= extra
                have -= extra
                sent.append((symbol, value))
                if symbol < 16:
                    lengths.append(symbol)
                elif symbol == 16:
                    lengths += [lengths[-1]] * (3 + value)
                else:
                    lengths += [0] * ((3 if symbol == 17 else 11) + value)
            header = (counts, tuple(sizes), tuple(sent))
            literals, distances = _table(lengths[: counts[0]]), _table(lengths[counts[0] :])
        else:
            raise _Unreadable
        while True:
            if have < 48:
                if at > len(padded):
                    raise _Unreadable
                bits |= int.from_bytes(padded[at : at + 6], "little") << have
                at += 6
                have += 48
            symbol, width = literals[bits & 0x7FFF]
            bits >>= width
            have -= width
            if symbol < 256:
                tokens.append(symbol)
                continue
            if symbol == 256:
                break
            extra = _LENGTH_BITS[symbol - 257]
            length = _LENGTH_BASE[symbol - 257] + (bits & ((1 << extra) - 1))
            bits >>= extra
            have -= extra
            if length == 258 and symbol != 285:
                raise _Unreadable
            symbol, width = distances[bits & 0x7FFF]
            bits >>= width
            extra = _DISTANCE_BITS[symbol]
            distance = _DISTANCE_BASE[symbol] + (bits & ((1 << extra) - 1))
            bits >>= extra
            have -= width + extra
            tokens.append(1 << 31 | length << 16 | distance)
            if most is not None and len(tokens) >= most:
                return tokens, blocks
        blocks.append(_Block(kind, final, header, start, len(tokens)))
    if at - have // 8 != len(stream):
        raise _Unreadable
    return tokens, blocks


def _table(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Fifteen bits → symbol and the bits of its code (RFC 1951, 3.2.2)."""
    table: list[tuple[int, int]] = [(1 << 20, 15)] * (1 << 15)
    code = 0
    for width in range(1, 16):
        for symbol, length in enumerate(lengths):
            if length == width:
                turned = int(f"{code:0{width}b}"[::-1], 2)
                table[turned :: 1 << width] = [(symbol, width)] * (1 << 15 - width)
                code += 1
        code <<= 1
    return table


def _blocks_are(tokens: Sequence[int], blocks: Sequence[_Block], level: int, size: int) -> bool:
    """True if every block ends where gzip ends one, is of the kind that it chooses, and has its codes."""
    lazy = level > 3
    number = at = 0
    literals, distances = [0] * 286, [0] * 30
    begun = position = matches = 0
    extra_bits = 0
    for index, token in enumerate(tokens):
        if token >> 31:
            length, distance = token >> 16 & 0x7FFF, token & 0xFFFF
            literals[_LENGTH_CODE[length]] += 1
            code = _distance_code(distance)
            distances[code] += 1
            extra_bits += 5 + _DISTANCE_BITS[code]
            matches += 1
        else:
            length = 1
            literals[token] += 1
        count = index + 1 - at
        full = count == _BUFFER - 1 or matches == _BUFFER
        if level > 2 and count & 0xFFF == 0:
            out = (count * 8 + extra_bits) >> 3
            inside = position + lazy - begun
            full = full or (matches < count // 2 and out < inside // 2)
        position += length
        last_literal = lazy and index == len(tokens) - 1 and not token >> 31
        if full and not last_literal:
            if number >= len(blocks) or not _is(
                blocks[number], at, index + 1, literals, distances, position - begun, False
            ):
                return False
            number += 1
            at, begun, matches, extra_bits = index + 1, position, 0, 0
            literals, distances = [0] * 286, [0] * 30
    return (
        number == len(blocks) - 1
        and position == size
        and _is(blocks[number], at, len(tokens), literals, distances, position - begun, True)
    )


def _distance_code(distance: int) -> int:
    if distance < 5:
        return distance - 1
    width = (distance - 1).bit_length() - 2
    return 2 * width + 2 + ((distance - 1) >> width & 1)


_LENGTH_CODE = {
    base + step: 257 + code
    for code, (base, bits) in enumerate(zip(_LENGTH_BASE, _LENGTH_BITS, strict=True))
    for step in range(1 << bits)
} | {258: 285}


def _is(
    block: _Block, start: int, end: int, literals: list[int], distances: list[int], stored: int, final: bool
) -> bool:
    """flush_block of trees.c."""
    if (block.start, block.final) != (start, final):
        return False
    literals[256] = 1
    static = sum(count * _STATIC[code] for code, count in enumerate(literals))
    static += sum(count * (5 + _DISTANCE_BITS[code]) for code, count in enumerate(distances))
    beyond = sum(count * _LENGTH_BITS[code - 257] for code, count in enumerate(literals) if code > 256)
    literal_lengths, most_literal = _lengths(literals, 15)
    distance_lengths, most_distance = _lengths(distances, 15)
    sent = _sent(literal_lengths[: most_literal + 1]) + _sent(distance_lengths[: most_distance + 1])
    counts = [0] * 19
    for symbol, _ in sent:
        counts[symbol] += 1
    sizes, _ = _lengths(counts, 7)
    most = max((index for index in range(3, 19) if sizes[_ORDER[index]]), default=2)
    best = sum(count * literal_lengths[code] for code, count in enumerate(literals))
    best += sum(count * (distance_lengths[code] + _DISTANCE_BITS[code]) for code, count in enumerate(distances))
    best += sum(count * (sizes[s] + {16: 2, 17: 3, 18: 7}.get(s, 0)) for s, count in enumerate(counts))
    best_bytes = (best + beyond + 3 * (most + 1) + 14 + 10) >> 3
    static_bytes = (static + beyond + 10) >> 3
    least = min(best_bytes, static_bytes)
    if stored + 4 <= least:
        return block.kind == 0 and block.end - block.start == stored
    if block.end != end:
        return False
    if static_bytes == least:
        return block.kind == 1
    header = ((most_literal + 1, most_distance + 1, most + 1), tuple(sizes), tuple(sent))
    return block.kind == 2 and block.header == header


def _sent(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """scan_tree: code lengths, repetitions folded."""
    out: list[tuple[int, int]] = []
    before, count, most, least = -1, 0, 7, 4
    if lengths[0] == 0:
        most, least = 138, 3
    for index, length in enumerate(lengths):
        following = lengths[index + 1] if index + 1 < len(lengths) else -1
        count += 1
        if count < most and length == following:
            continue
        if count < least:
            out += [(length, 0)] * count
        elif length:
            if length != before:
                out.append((length, 0))
                count -= 1
            out.append((16, count - 3))
        else:
            out.append((17, count - 3) if count <= 10 else (18, count - 11))
        count, before = 0, length
        most, least = (138, 3) if following == 0 else (6, 3) if length == following else (7, 4)
    return out


def _lengths(counts: Sequence[int], longest: int) -> tuple[list[int], int]:
    """build_tree and gen_bitlen: the length of each code, and the last symbol that has one."""
    elements = len(counts)
    weight = [*counts, *[0] * (elements + 1)]
    depth = [0] * len(weight)
    heap = [0, *(symbol for symbol, count in enumerate(counts) if count)]
    last = heap[-1] if len(heap) > 1 else -1
    while len(heap) < 3:
        if last < 2:
            last += 1
            node = last
        else:
            node = 0
        heap.append(node)
        weight[node] = 1

    def down(place: int) -> None:
        value = heap[place]
        child = 2 * place
        while child < len(heap):
            if child + 1 < len(heap) and smaller(heap[child + 1], heap[child]):
                child += 1
            if smaller(value, heap[child]):
                break
            heap[place] = heap[child]
            place, child = child, 2 * child
        heap[place] = value

    def smaller(one: int, other: int) -> bool:
        return weight[one] < weight[other] or (weight[one] == weight[other] and depth[one] <= depth[other])

    for place in range((len(heap) - 1) // 2, 0, -1):
        down(place)
    parent = [0] * len(weight)
    order: list[int] = []
    node = elements
    while True:
        first = heap[1]
        heap[1] = heap[-1]
        heap.pop()
        down(1)
        second = heap[1]
        order += [first, second]
        weight[node] = weight[first] + weight[second]
        depth[node] = max(depth[first], depth[second]) + 1
        parent[first] = parent[second] = node
        heap[1] = node
        node += 1
        down(1)
        if len(heap) < 3:
            break
    order.append(heap[1])
    return _limited(order, parent, elements, longest), last


def _limited(order: Sequence[int], parent: Sequence[int], elements: int, longest: int) -> list[int]:
    """gen_bitlen: no code is longer than ``longest``; ``order`` is the heap, its end the root."""
    length = [0] * len(parent)
    count = [0] * (longest + 1)
    overflow = 0
    for node in reversed(order[:-1]):
        bits = length[parent[node]] + 1
        if bits > longest:
            bits = longest
            overflow += 1
        length[node] = bits
        if node < elements:
            count[bits] += 1
    if not overflow:
        return length[:elements]
    while overflow > 0:
        bits = longest - 1
        while not count[bits]:
            bits -= 1
        count[bits] -= 1
        count[bits + 1] += 2
        count[longest] -= 1
        overflow -= 2
    leaves = iter(node for node in order if node < elements)
    for bits in range(longest, 0, -1):
        for _ in range(count[bits]):
            length[next(leaves)] = bits
    return length[:elements]
