"""Explanation: what turns a into b, without b. Runs, rewrites, references by the map, and payload; nothing else.

Serialised, it is one line of JSON (what it is, and how long each array is), then the arrays as LEB128 numbers,
packed by bz2, LZMA2, or the one by deflate (with a dictionary of what every proof says) and the others by LZMA2,
whichever is shortest.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from elfdiff.accounting.fips import CheckedSum
from elfdiff.accounting.hashing import HashTable
from elfdiff.accounting.pools import MadePool
from elfdiff.accounting.relative import PackedTable
from elfdiff.elf.immediate import Immediate, parsed
from elfdiff.errors import ElfdiffError
from elfdiff.values import dataclass

Ints = npt.NDArray[np.int64]

FORMAT = "elfdiff/proof/1"
MAX_BODY = 1 << 30
_FIELDS = b',"end":false,"negate":false,"signed":false,"at":['
_WORDS = (
    b'"symbols 0123456789"records "contents 1"frames "section index":[["thread-local offset"symbol version"constant"'
    b'page""immediate":"4+0 0:0:26","target":[' + _FIELDS + b'],"extra":[,"second":[1,1],"scan":null},{"what":"",'
    b'"begins, aligned behind what stands before it","moved: stands further back in b\'s order",'
    b'"contents that only b has stand before it","contents that only a has stood before it",'
    b'"alignment: other padding before what follows","a rewrite changed the length of a text"],"breakpoints":[['
    b'{"format":"elfdiff/proof/1","little":true,"a":[,"],"b":[,"],"runs":[[],[],[]],"sections":[[],[]],"spaces":'
    b'{"file offset":[[,true],"section address":[[,true],"address":[[,false]},"groups":['
    b'{"what":"","width":8,"space":"file offset","base":"nothing"'
    + _FIELDS
    + b'],"second":[0,0],"extra":0,"scan":null},'
    b'{"what":"","width":8,"space":"section address","base":"place","end":true,"negate":false,"signed":false,"at":['
    b'],"second":[0,0],"extra":0,"scan":null},{"what":"","width":4,"space":"address","base":"site"' + _FIELDS + b"],"
    b'"second":[0,0],"extra":4,"scan":[,{"what":"","width":4,"space":"address","base":"place","end":false,"negate":false,'
    b'"signed":true,"at":[],"second":[0,0],"extra":0,"scan":null}],"directed":[],"copies":[[0,0],[0,0],[0,0]],'
    b'"rewrites":[],"words":[[0,0],[0,0]],"image":,"inflated":[],"deflated":[],"packed":[],"sums":[],"styles":[],'
    b'"fills":[[0,0],[0,0],[0,0]],"hashes":[["gnu",,8,true,[1,]],"payload":[[2,5],[2,2],40],"reasons":["'
)
"""What headers of proofs have in common: the dictionary for deflate."""


class MalformedProof(ElfdiffError):
    """A proof file that cannot be read."""


@dataclass(frozen=True, slots=True)
class SpaceMap:
    """A piecewise linear map of one space: ``n[i]`` places from ``a[i]`` on stand at ``b[i]``; ``ends`` hold by
    themselves."""

    a: Ints
    b: Ints
    n: Ints
    ends_a: Ints
    ends_b: Ints
    firm: bool


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """References whose bytes change, all of one kind.

    A field at ``at`` of a holds ``value``; it means the place ``value + base`` of ``space`` in a, and holds in b that
    place's image less the image of ``base``. ``base``: "nothing", "site" (the field's own address plus ``extra``),
    "page" (the start of the 4096 bytes that "site" would be in), "place" (``extra``, a place of the same space) or
    "constant" (``extra``). ``end``: the place ends something. ``immediate``: the field is a word that holds a part of a
    number; what it means in a is then written down (``target``), and must be what the word holds.
    ``second``: indices of fields that mean the end of what stands before, not the start of what follows.
    """

    what: str
    width: int
    space: str
    base: str
    end: bool
    negate: bool
    signed: bool
    at: Ints
    extra: Ints
    second: Ints
    immediate: Immediate | None
    target: Ints
    scan: tuple[int, int, int, int] | None = None
    """(low, high, low target, high target): the fields are wherever between low and high a distance leads to between
    the
    targets, but for those whose ranks ``at`` lists. Shorter than a list of places where there are many.
    """


@dataclass(frozen=True, slots=True)
class Explanation:
    """From a (``a_size`` bytes, ``a_digest``) to b. Offsets are file offsets.

    ``sections`` are rows of (offset in a, offset in b, bytes in a, bytes in b, address in a, address in b).
    ``copies`` are further pieces of a (what stands behind a function without belonging to it). ``words`` are rows of
    (offset in b, rewrite), ``rewrites`` the words themselves. ``directed`` are fields that mean another copy of the
    same text: plain groups whose ``extra`` is the place in b. ``payload`` are literal bytes of b. ``b_image`` is b's
    size with the inflated contents behind it.
    """

    little: bool
    a_size: int
    b_size: int
    a_digest: str
    b_digest: str
    runs: tuple[Ints, Ints, Ints]
    sections: tuple[Ints, ...]
    spaces: Mapping[str, SpaceMap]
    groups: tuple[FieldGroup, ...]
    directed: tuple[FieldGroup, ...]
    copies: tuple[Ints, Ints, Ints]
    rewrites: tuple[tuple[bytes, bytes], ...]
    words: tuple[Ints, Ints]
    breakpoints: tuple[tuple[int, int, str], ...]
    payload_at: Ints
    payload_length: Ints
    payload: bytes
    b_image: int
    inflated: tuple[Inflated, ...]
    deflated: tuple[Deflated, ...]
    hash_tables: tuple[HashTable, ...] = ()
    """Tables that are made from the symbols when all else is in its place."""
    fills: tuple[Fill, ...] = ()
    """Padding between functions."""
    packed: tuple[PackedTable, ...] = ()
    """Tables of relative relocations, packed from the addresses that the map gives."""
    sums: tuple[CheckedSum, ...] = ()
    """Checksums over what the replay gives."""
    pools: tuple[MadePool, ...] = ()
    """Sections of texts that only b has."""


@dataclass(frozen=True, slots=True)
class Fill:
    """Padding of code: ``length`` bytes of b at ``at`` in a style of :mod:`elfdiff.accounting.fillers`."""

    at: int
    length: int
    style: str


@dataclass(frozen=True, slots=True)
class Inflated:
    """A compressed section of a: its contents stand behind the file, one after the other, and offsets reach there.

    The stream is ``length`` bytes at ``at``; ``size`` bytes inflated. ``method``: "zlib" or "zstd".
    """

    at: int
    length: int
    size: int
    method: str


@dataclass(frozen=True, slots=True)
class Deflated:
    """A compressed section of b: ``size`` bytes at ``image_at`` of the extended file make ``length`` bytes at ``at``.

    ``size_at`` is where the inflated size stands (ch_size, ``size_width`` bytes). ``encoder`` is the one that makes a's
    own bytes (streams.py knows its name).
    """

    image_at: int
    size: int
    at: int
    length: int
    encoder: str
    size_at: int
    size_width: int
    big_size: bool


def encoded(values: Ints) -> bytes:
    """Differences between neighbours, as zigzag LEB128."""
    if not len(values):
        return b""
    steps = np.diff(values, prepend=np.int64(0))
    zigzag = ((steps << np.int64(1)) ^ (steps >> np.int64(63))).astype(np.uint64)
    columns = []
    length = np.ones(len(zigzag), dtype=np.int64)
    for index in range(10):
        part = (zigzag >> np.uint64(7 * index)) & np.uint64(0x7F)
        rest = zigzag >> np.uint64(7 * index + 7) if index < 9 else np.zeros(len(zigzag), dtype=np.uint64)
        columns.append((part | np.where(rest > 0, np.uint64(0x80), np.uint64(0))).astype(np.uint8))
        length += rest > 0
        if not rest.any():
            break
    table = np.stack(columns, axis=1)
    keep = np.arange(table.shape[1])[None, :] < length[:, None]
    return table[keep].tobytes()


def decoded(data: bytes, count: int) -> Ints:
    """The numbers again; MalformedProof if there are not ``count`` of them."""
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    raw = np.frombuffer(data, dtype=np.uint8)
    last = np.flatnonzero(raw < 0x80)
    if len(last) != count or (len(raw) and raw[-1] >= 0x80):
        raise MalformedProof("the proof's arrays do not have the lengths that its first line gives")
    first = np.concatenate(([0], last[:-1] + 1))
    position = np.arange(len(raw)) - np.repeat(first, last - first + 1)
    if int(position.max()) > 9:
        raise MalformedProof("the proof holds a number that is too long")
    parts = (raw & 0x7F).astype(np.uint64) << (7 * position).astype(np.uint64)
    zigzag = np.bitwise_or.reduceat(parts, first)
    steps = (zigzag >> np.uint64(1)).astype(np.int64) ^ -(zigzag & np.uint64(1)).astype(np.int64)
    return np.cumsum(steps)


class _Writer:
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def array(self, values: Ints) -> list[int]:
        data = encoded(np.ascontiguousarray(values, dtype=np.int64))
        self.parts.append(data)
        return [len(values), len(data)]

    def raw(self, data: bytes) -> int:
        self.parts.append(data)
        return len(data)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def array(self, sizes: Any) -> Ints:
        count, size = int(sizes[0]), int(sizes[1])
        return decoded(self.raw(size), count)

    def raw(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise MalformedProof("the proof is cut short")
        piece = self.data[self.at : self.at + size]
        self.at += size
        return piece


def _filters() -> list[dict[str, int]]:
    import lzma

    return [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 0, "pb": 0}]


def dump(explanation: Explanation) -> bytes:
    """The proof file."""
    import bz2
    import json
    import lzma

    e = explanation
    out = _Writer()

    def group(g: FieldGroup) -> dict[str, Any]:
        constant = len(g.extra) > 0 and bool((g.extra == g.extra[0]).all())
        return {
            "what": g.what, "width": g.width, "space": g.space, "base": g.base, "end": g.end, "negate": g.negate,
            "signed": g.signed, "at": out.array(g.at), "second": out.array(g.second),
            "extra": int(g.extra[0]) if constant else out.array(g.extra), "scan": g.scan,
            **({"immediate": str(g.immediate), "target": out.array(g.target)} if g.immediate else {}),
        }  # fmt: skip

    styles = sorted({fill.style for fill in e.fills})
    header = {
        "format": FORMAT,
        "little": e.little,
        "a": [e.a_size, e.a_digest],
        "b": [e.b_size, e.b_digest],
        "runs": [out.array(x) for x in e.runs],
        "sections": [out.array(x) for x in e.sections],
        "spaces": {
            name: [out.array(x) for x in (m.a, m.b, m.n, m.ends_a, m.ends_b)] + [m.firm] for name, m in e.spaces.items()
        },
        "groups": [group(g) for g in e.groups],
        "directed": [group(g) for g in e.directed],
        "copies": [out.array(x) for x in e.copies],
        "rewrites": [[a.hex(), b.hex()] for a, b in e.rewrites],
        "words": [out.array(x) for x in e.words],
        "image": e.b_image,
        "inflated": [[x.at, x.length, x.size, x.method] for x in e.inflated],
        "deflated": [
            [x.image_at, x.size, x.at, x.length, x.encoder, x.size_at, x.size_width, x.big_size] for x in e.deflated
        ],
        "packed": [[getattr(x, name) for name in PackedTable.__slots__] for x in e.packed],
        "sums": [[x.at, x.word] for x in e.sums],
        "pools": [[getattr(x, name) for name in MadePool.__slots__] for x in e.pools],
        "styles": styles,
        "fills": [
            out.array(np.array(column, dtype=np.int64))
            for column in (
                [x.at for x in e.fills],
                [x.length for x in e.fills],
                [styles.index(x.style) for x in e.fills],
            )
        ],
        "hashes": [[getattr(x, name) for name in HashTable.__slots__] for x in e.hash_tables],
        "payload": [out.array(e.payload_at), out.array(e.payload_length), out.raw(e.payload)],
    }
    reasons = sorted({reason for _, _, reason in e.breakpoints})
    header["reasons"] = reasons
    header["breakpoints"] = [out.array(np.array([x[k] for x in e.breakpoints], dtype=np.int64)) for k in (0, 1)] + [
        out.array(np.array([reasons.index(x[2]) for x in e.breakpoints], dtype=np.int64))
    ]
    head = json.dumps(header, separators=(",", ":")).encode()
    body = head + b"".join(out.parts)
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zdict=_WORDS)
    front = squeezer.compress(head) + squeezer.flush()
    packed = {
        "bz2": bz2.compress(body),
        "xz": lzma.compress(body, lzma.FORMAT_RAW, filters=_filters()),
        "deflate, xz": front + lzma.compress(body[len(head) :], lzma.FORMAT_RAW, filters=_filters()),
    }
    method = min(packed, key=lambda name: (len(packed[name]), name))
    first = {"format": FORMAT, "packed": method, "size": len(body), "head": len(head)}
    if method == "deflate, xz":
        first["front"] = len(front)
    return json.dumps(first, separators=(",", ":")).encode() + b"\n" + packed[method]


def _hash_table(row: list[Any]) -> HashTable:
    kind, at, length, symbols_at, count, entry, names_at, names_size, width, little, head = row
    return HashTable(
        str(kind), int(at), int(length), int(symbols_at), int(count), int(entry), int(names_at), int(names_size),
        int(width), bool(little), tuple(int(value) for value in head),
    )  # fmt: skip


def _packed_table(row: list[Any]) -> PackedTable:
    a_at, a_length, at, length, word, parted, little = row
    return PackedTable(int(a_at), int(a_length), int(at), int(length), int(word), bool(parted), bool(little))


def _made_pool(row: list[Any]) -> MadePool:
    like, like_name, header, naming, name, symbol, index, start, size, alignment, word, little = row
    return MadePool(
        int(like), int(like_name), int(header), int(naming), int(name), int(symbol), int(index), int(start), int(size),
        int(alignment), int(word), bool(little),
    )  # fmt: skip


def load(data: bytes) -> Explanation:
    """A proof file's explanation. Raises MalformedProof."""
    import bz2
    import json
    import lzma

    first, _, body = data.partition(b"\n")
    try:
        outer = json.loads(first)
        if outer["format"] != FORMAT:
            raise MalformedProof(f"the proof's format is {outer['format']!r}, not {FORMAT!r}")
        size, whole = int(outer["head"]), int(outer["size"])
        if not 0 <= size <= whole <= MAX_BODY:
            raise MalformedProof("the proof is too long")
        if outer["packed"] == "bz2":
            plain = bz2.BZ2Decompressor().decompress(body, whole + 1)
        elif outer["packed"] == "deflate, xz":
            front = int(outer["front"])
            plain = zlib.decompressobj(-15, zdict=_WORDS).decompress(body[:front], size + 1)
            rest = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_filters())
            plain += rest.decompress(body[front:], whole - size + 1) if len(plain) == size else b""
        else:
            plain = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_filters()).decompress(body, whole + 1)
        if len(plain) != whole:
            raise MalformedProof("the proof is cut short or too long")
        h = json.loads(plain[:size])
        inner = _Reader(plain[size:])

        def group(g: dict[str, Any]) -> FieldGroup:
            at, second = inner.array(g["at"]), inner.array(g["second"])
            extra = (
                np.full(len(at), g["extra"], dtype=np.int64) if isinstance(g["extra"], int) else inner.array(g["extra"])
            )
            immediate = parsed(g["immediate"]) if "immediate" in g else None
            target = inner.array(g["target"]) if immediate else at[:0]
            scan = (
                None
                if g["scan"] is None
                else (int(g["scan"][0]), int(g["scan"][1]), int(g["scan"][2]), int(g["scan"][3]))
            )
            if scan is not None:
                extra = np.array([g["extra"]], dtype=np.int64)
            return FieldGroup(
                g["what"],
                int(g["width"]),
                g["space"],
                g["base"],
                bool(g["end"]),
                bool(g["negate"]),
                bool(g["signed"]),
                at,
                extra,
                second,
                immediate,
                target,
                scan,
            )

        runs = tuple(inner.array(x) for x in h["runs"])
        sections = tuple(inner.array(x) for x in h["sections"])
        spaces: dict[str, SpaceMap] = {}
        for name, m in h["spaces"].items():
            arrays = [inner.array(x) for x in m[:5]]
            spaces[name] = SpaceMap(arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], bool(m[5]))
        groups = tuple(group(g) for g in h["groups"])
        directed = tuple(group(g) for g in h["directed"])
        copies = tuple(inner.array(x) for x in h["copies"])
        rewrites = tuple((bytes.fromhex(a), bytes.fromhex(b)) for a, b in h["rewrites"])
        words = tuple(inner.array(x) for x in h["words"])
        filled = [inner.array(x).tolist() for x in h["fills"]]
        styles = [str(style) for style in h["styles"]]
        payload_at, payload_length = inner.array(h["payload"][0]), inner.array(h["payload"][1])
        payload = inner.raw(int(h["payload"][2]))
        points = [inner.array(x) for x in h["breakpoints"]]
        reasons = h["reasons"]
        breakpoints = tuple(
            (int(a), int(b), str(reasons[int(r)])) for a, b, r in zip(points[0], points[1], points[2], strict=True)
        )
        return Explanation(
            bool(h["little"]), int(h["a"][0]), int(h["b"][0]), str(h["a"][1]), str(h["b"][1]),
            (runs[0], runs[1], runs[2]), sections, spaces, groups, directed, (copies[0], copies[1], copies[2]),
            rewrites,
            (words[0], words[1]), breakpoints, payload_at, payload_length, payload,
            int(h["image"]), tuple(Inflated(*x) for x in h["inflated"]), tuple(Deflated(*x) for x in h["deflated"]),
            tuple(_hash_table(x) for x in h["hashes"]),
            tuple(Fill(at, length, styles[style]) for at, length, style in zip(*filled, strict=True)),
            tuple(_packed_table(x) for x in h["packed"]), tuple(CheckedSum(int(x[0]), int(x[1])) for x in h["sums"]),
            tuple(_made_pool(x) for x in h.get("pools", ())),
        )  # fmt: skip
    except (KeyError, ValueError, TypeError, IndexError, OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise MalformedProof(f"the proof cannot be read: {error}") from error
