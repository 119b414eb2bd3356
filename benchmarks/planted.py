"""Edits planted in packages, with everything around them made again as its writer made it.

    python -m benchmarks.planted [--edits N] [--seed N] [--only WORD] [-v]

Each kind of package in ``parcels.py`` is made twice. The second is edited, in the frame, in a header of a layer or in
contents, at times with the checksums and digests that a writer would have put right; what is compressed is compressed
again by the command that made it. No edit may be owned as a consequence: held against the unedited package it must be
unexplained, a cause's or a changed source; held against the first one, more must be so than before, or the package be
refused. For each pair the classes and the spans add up, b against a mirrors, and eight jobs give the bytes of one.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import random
import re
import struct
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from benchmarks.parcels import WRITERS, pair, ran
from elfdiff.containers.limits import Limits
from elfdiff.containers.opening import open_bytes
from elfdiff.errors import ElfdiffError
from elfdiff.render.jsonreport import render_json, render_spans
from elfdiff.report import Report
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

COMMANDS: dict[bytes, Sequence[Sequence[str]]] = {
    b"\x1f\x8b": [*(("gzip", f"-{level}n") for level in (9, 6)), ("pigz", "-n")],
    b"\xfd7zXZ\0": [("xz", "-6", "-T2"), ("xz", "-T1"), ("xz", "-e6", "-T2"), ("xz", "--check=crc32", "-T2")],
    b"BZh": [("bzip2",)],
    b"\x28\xb5\x2f\xfd": [("zstd", "-q", f"-{level}", *more) for level in (3, 19) for more in ((), ("--no-check",))],
}
CLASSES = ("root", "payload", "input", "consequence", "hash", "unexplained")
WORDS = ("seen", "refused", "a value", "a digest", "excused")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes in which an edit may be planted, and what puts them back into a package."""

    what: str
    data: bytes
    put: Callable[[bytes], bytes]
    is_tar: bool = False


def again(stream: bytes) -> tuple[bytes, Callable[[bytes], bytes]] | None:
    """The contents of a stream, and what compresses others as it was; None for what no command here makes again."""
    for magic, commands in COMMANDS.items():
        if not stream.startswith(magic):
            continue
        contents = ran((commands[0][0], "-dc"), stream)
        if magic == b"\x1f\x8b":
            for level in range(1, 10):
                if _python_gzip(contents, level, stream) == stream:
                    return contents, lambda data, level=level: _python_gzip(data, level, stream)  # type: ignore[misc]
        for command in commands:
            if ran((*command, "-c"), contents) == stream:
                return contents, lambda data, command=command: ran((*command, "-c"), data)  # type: ignore[misc]
    return None


def _python_gzip(contents: bytes, level: int, like: bytes) -> bytes:
    engine = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = engine.compress(contents) + engine.flush()
    return like[:10] + body + struct.pack("<II", zlib.crc32(contents), len(contents))


def parts(data: bytes) -> Iterator[Part]:
    """The places of a package: its frame, and what is compressed in it."""
    frame = _frame(data)
    yield Part("frame", frame, lambda edited: _with_frame(data, edited))
    if data.startswith(b"!<arch>\n"):
        yield from _of_ar(data)
    elif data.startswith(b"PK"):
        yield from _of_zip(data)
    elif data.startswith(b"\xed\xab\xee\xdb"):
        yield from _of_rpm(data)
    elif data.startswith(b"\x1f\x8b") and len(members := list(_members(data))) > 1:
        for number, member in enumerate(members):
            yield from _of_stream(f"member {number + 1}", member, functools.partial(_joined, members, number))
    elif data[257:262] == b"ustar":
        yield Part("layer", data, lambda edited: edited, is_tar=True)
    else:
        yield from _of_stream("layer", data, lambda stream: stream)


def _of_stream(what: str, stream: bytes, put: Callable[[bytes], bytes]) -> Iterator[Part]:
    found = again(stream)
    if found is not None:
        contents, packed = found
        yield Part(what, contents, lambda edited: put(packed(edited)), is_tar=contents[257:262] == b"ustar")


def _frame_spans(data: bytes) -> list[tuple[int, int]]:
    """Bytes of the file that are no compressed stream and no contents."""
    container = open_bytes(data, "x", Limits())
    assert container is not None
    pieces = container.layers[0].pieces
    return [(piece.span.start, piece.span.end) for piece in pieces if piece.stream is None]


def _frame(data: bytes) -> bytes:
    return b"".join(data[start:end] for start, end in _frame_spans(data))


def _with_frame(data: bytes, frame: bytes) -> bytes:
    out = bytearray(data)
    at = 0
    for start, end in _frame_spans(data):
        out[start:end] = frame[at : at + end - start]
        at += end - start
    return bytes(out)


def _joined(members: Sequence[bytes], number: int, member: bytes) -> bytes:
    found = [*members]
    old, found[number] = found[number], member
    if number:
        # What .PKGINFO says of the data is put right where it was right.
        digests = [hashlib.sha256(one).hexdigest().encode() for one in (old, member)]
        head = again(found[0])
        if head is not None:
            found[0] = head[1](_with_sums(head[0].replace(*digests)))
    return b"".join(found)


def _members(data: bytes) -> Iterator[bytes]:
    while data:
        engine = zlib.decompressobj(31)
        engine.decompress(data)
        yield data[: len(data) - len(engine.unused_data)]
        data = engine.unused_data


def _of_ar(data: bytes) -> Iterator[Part]:
    at, members = 8, []
    while at + 60 <= len(data):
        size = int(data[at + 48 : at + 58])
        members.append((data[at : at + 60], data[at + 60 : at + 60 + size]))
        at += 60 + size + size % 2

    def put(number: int, body: bytes) -> bytes:
        out = [b"!<arch>\n"]
        for index, (head, old) in enumerate(members):
            new = body if index == number else old
            out.append(head[:48] + b"%-10d" % len(new) + head[58:] + new + b"\n" * (len(new) % 2))
        return b"".join(out)

    for number, (head, body) in enumerate(members):
        yield from _of_stream(head[:16].decode().strip(), body, functools.partial(put, number))


def _of_zip(data: bytes) -> Iterator[Part]:
    """Entries without a data descriptor; both headers, and the places behind the entry, are put right."""
    end = data.rindex(b"PK\5\6")
    count, _, start = struct.unpack_from("<HII", data, end + 10)
    at, rows = start, []
    for _ in range(count):
        names, extras, comments = struct.unpack_from("<HHH", data, at + 28)
        rows.append(at)
        at += 46 + names + extras + comments
    for row in rows:
        flags, method = struct.unpack_from("<HH", data, row + 8)
        packed, local = struct.unpack_from("<I", data, row + 20)[0], struct.unpack_from("<I", data, row + 42)[0]
        names, extras = struct.unpack_from("<HH", data, local + 26)
        body = local + 30 + names + extras
        if method not in (0, 8) or flags & 8 or not packed:
            continue
        stream = data[body : body + packed]
        contents = zlib.decompress(stream, -15) if method else stream

        def put(edited: bytes, row: int = row, local: int = local, body: int = body, packed: int = packed) -> bytes:
            new = edited
            if struct.unpack_from("<H", data, row + 10)[0]:
                engine = zlib.compressobj(6, zlib.DEFLATED, -15)
                new = engine.compress(edited) + engine.flush()
            shift = len(new) - packed
            out = bytearray(data[:body] + new + data[body + packed :])
            for place in (local + 14, row + 16 + shift):
                struct.pack_into("<III", out, place, zlib.crc32(edited), len(new), len(edited))
            for other in rows:
                where = struct.unpack_from("<I", data, other + 42)[0]
                if where > local:
                    struct.pack_into("<I", out, other + 42 + shift, where + shift)
            struct.pack_into("<I", out, end + 16 + shift, start + shift)
            return bytes(out)

        yield Part(data[row + 46 : row + 46 + 60].split(b"PK")[0][:30].decode("latin-1"), contents, put)


def _of_rpm(data: bytes) -> Iterator[Part]:
    """The payload, with every digest of it and of the header put right where it was right."""
    container = open_bytes(data, "x", Limits())
    assert container is not None
    stream = next(piece for piece in container.layers[0].pieces if piece.label.startswith("payload"))
    start, first = stream.span.start, data.index(b"\x8e\xad\xe8\x01", 100)
    found = again(data[start:])
    if found is None:
        return
    contents, packed = found

    def put(edited: bytes) -> bytes:
        new = packed(edited)
        swaps = [
            (hashlib.sha256(x).hexdigest(), hashlib.sha256(y).hexdigest())
            for x, y in ((data[start:], new), (contents, edited))
        ]
        head = data[:start]
        for x, y in swaps:
            head = head.replace(x.encode(), y.encode())
        for name in ("sha1", "sha256"):
            x, y = (hashlib.new(name, side[first:]).hexdigest() for side in (data[:start], head))
            head = head.replace(x.encode(), y.encode())
        both = [hashlib.md5(side).digest() for side in (data[first:], head[first:] + new)]
        head = head.replace(*both)
        sizes = [struct.pack(">I", len(side)) for side in (data[first:], head[first:] + new)]
        return head[:first].replace(*sizes) + head[first:] + new

    yield Part("payload", contents, put)


# Edits


def edited(draw: random.Random, part: Part) -> bytes:
    """A bit, a byte, a few bytes taken from elsewhere, a digit counted up, or two bytes that changed places."""
    out = bytearray(part.data)
    at = draw.randrange(len(out))
    match draw.randrange(6):
        case 0 | 1:
            out[at] ^= 1 << draw.randrange(8)
        case 2:
            out[at] = draw.choice((0, 0x20, 0x30, 0x41, 0xFF))
        case 3:
            width, other = draw.choice((2, 4, 8)), draw.randrange(len(out))
            out[at : at + width] = out[other : other + width].ljust(len(out[at : at + width]), b"\0")
        case 4:
            digits = [match.start() for match in re.finditer(rb"[0-8]", part.data)]
            if digits:
                out[draw.choice(digits)] += 1
        case 5:
            out[at : at + 2] = out[at : at + 2][::-1]
    if part.is_tar and draw.random() < 0.8:
        return _with_sums(bytes(out))
    return bytes(out)


def _with_sums(tar: bytes) -> bytes:
    """The checksums of a tar's headers as a writer would have written them, in the form that they have."""
    out = bytearray(tar)
    at = 0
    while at + 512 <= len(out) and any(out[at : at + 512]):
        block = out[at : at + 512]
        told = sum(block) - sum(block[148:156]) + 256
        out[at + 148 : at + 154] = b"%06o" % told
        try:
            size = int(bytes(block[124:136]).strip(b" \0") or b"0", 8)
        except ValueError:
            break
        at += 512 + (-(-size // 512) * 512 if block[156:157] not in (b"1", b"2", b"5") else 0)
    return bytes(out)


# What became of one


def judged(folder: Path, a: bytes, b: bytes, other: bytes, before: Tree) -> str:
    """One of WORDS."""
    for name, data in (("a", a), ("b", b), ("c", other)):
        (folder / name).write_bytes(data)
    try:
        found = compare_paths(str(folder / "a"), str(folder / "c"), TreeOptions())
        alone = compare_paths(str(folder / "b"), str(folder / "c"), TreeOptions())
    except ElfdiffError:
        return "refused"
    if not isinstance(found, Tree) or found.exit == 2 or found.ledger is None or alone.exit == 2:
        return "refused"
    if not _beyond(alone):
        return "excused"
    assert before.ledger is not None
    if _beyond(found) != _beyond(before) or _said(found) != _said(before):
        return "seen"
    totals = alone.ledger.totals if alone.ledger is not None else None
    if totals is not None and not totals.unexplained.most and not totals.input.most:
        return "a value"
    return "a digest" if found.ledger.totals.hash != before.ledger.totals.hash else "excused"


def _beyond(found: Tree | Report) -> tuple[int, ...]:
    """Bytes that are no consequence and no digest."""
    if found.ledger is None:
        return (-1,) if found.findings or found.incomparable else ()
    totals = found.ledger.totals
    counts = [side for name in ("unexplained", "payload", "root", "input") for side in (getattr(totals, name),)]
    numbers = tuple(number for sides in counts for number in (sides.a, sides.b))
    return numbers if any(numbers) else ()


def _said(found: Tree) -> list[tuple[object, ...]]:
    return [(item.finding.cause, item.finding.summary, item.entries, item.names) for item in found.findings]


def broken(folder: Path) -> list[str]:
    """The laws that do not hold for the pair a and b of a folder."""
    a, b = str(folder / "a"), str(folder / "b")
    one, eight = (compare_paths(a, b, TreeOptions(jobs=jobs)) for jobs in (1, 8))
    back = compare_paths(b, a, TreeOptions())
    assert isinstance(one, Tree)
    assert isinstance(back, Tree)
    assert isinstance(eight, Tree)
    assert one.ledger is not None
    assert back.ledger is not None
    there, here = back.ledger.totals, one.ledger.totals
    counts = [(getattr(here, name), getattr(there, name)) for name in (*CLASSES, "differing")]
    causes = [{item.finding.cause for item in tree.findings} for tree in (one, back)]
    laws = {
        "jobs": (render_json(one), render_spans(one)) == (render_json(eight), render_spans(eight)),
        "mirror": causes[0] == causes[1] and all((x.a, x.b) == (y.b, y.a) for x, y in counts),
        "sums": all(sum(getattr(x, side) for x, _ in counts[:-1]) == getattr(here.differing, side) for side in "ab"),
        "spans": _spans(one) == (here.differing.a, here.differing.b),
    }
    return [name for name, holds in laws.items() if not holds]


def _spans(tree: Tree) -> tuple[int, int]:
    runs = [json.loads(line) for line in render_spans(tree).splitlines()]
    a, b = (sum(run["length"] for run in runs if run["side"] == side) for side in "ab")
    return a, b


def planted(kind: str, edits: int, draw: random.Random, verbose: bool) -> Counter[str]:
    """Edits of one kind of package, by what became of them; empty if its tool is missing."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as home:
        made = pair(kind, Path(home))
    if made is None:
        return counts
    a, b = made
    places = [part for part in parts(b) if part.data]
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("a", a), ("b", b)):
            Path(folder, name).write_bytes(data)
        before = compare_paths(os.path.join(folder, "a"), os.path.join(folder, "b"), TreeOptions())
        assert isinstance(before, Tree)
        for law in broken(Path(folder)):
            counts["broken laws"] += 1
            print(f"{kind}: the law of {law} does not hold")
        for number in range(edits):
            part, other = places[0], b
            while other == b:
                part = places[0] if draw.random() < 0.35 else draw.choice(places[1:] or places)
                other = part.put(edited(draw, part))
            word = judged(Path(folder), a, b, other, before)
            counts[word] += 1
            if word == "excused" and verbose:
                kept = Path(tempfile.gettempdir(), f"excused-{re.sub('[^a-z]', '', kind)}-{number}")
                for name, data in (("a", a), ("b", b), ("c", other)):
                    kept.with_name(f"{kept.name}-{name}").write_bytes(data)
                print(f"{kind} #{number} in {part.what}: excused; {kept}-a, -b, -c")
    return counts


def main() -> int:
    """0 unless an edit was excused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=40, help="of each kind of package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="WORD", help="kinds whose name holds it")
    parser.add_argument("-v", "--verbose", action="store_true", help="keep what was excused")
    args = parser.parse_args()
    begun, rows, total = time.monotonic(), [], Counter[str]()
    for kind in WRITERS:
        if args.only in kind:
            counts = planted(kind, args.edits, random.Random(f"{args.seed} {kind}"), args.verbose)
            rows.append([kind, sum(counts[word] for word in WORDS) or "not here", *(counts[word] for word in WORDS)])
            total += counts
    rows.append(["together", sum(total[word] for word in WORDS), *(total[word] for word in WORDS)])
    print(tabulate(rows, ["package", "edits", *WORDS], tablefmt="github"))
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if total["excused"] or total["broken laws"] else 0


if __name__ == "__main__":
    sys.exit(main())
