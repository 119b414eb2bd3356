"""Damaged and expensive files against the readers and the whole walk: no traceback, no run over its limits.

    python benchmarks/fuzz.py [--minutes N | --runs N] [--seed N] [--readers] [--shapes] [--keep DIRECTORY] [--coverage]

A run takes a file of samples/, knows from elfdiff's own parser where its headers, tables, notes, texts and streams
stand, damages a few of them, and compares the result with the file itself or with another damaged one, in a child
process. Every tenth run compares two files that are made to be expensive (shapes.py); ``--shapes`` runs each of those
once. A traceback, an exit code that is none, more than 5 s of processor time or more than 400 MB is a finding: its
edits are dropped one by one as long as it stays one, and with ``--keep`` the pair is written down. ``--readers`` reads
damaged files in this process only, thousands a minute; ``--coverage`` prints which share of each reader's lines they
ran. The exit code is 1 if there was a finding.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shapes import SHAPES
from elfdiff.archive.index import read_index
from elfdiff.archive.reading import is_archive, parse_archive
from elfdiff.cli import main
from elfdiff.cli.start import start_fast
from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import ElfdiffError
from elfdiff.payload.dependencies import read_dependencies
from elfdiff.span import Span

HOUSE = Path(__file__).resolve().parents[1]
SECONDS, MEMORY = 5.0, 400
SMALL = 1_000_000
READERS = ("elf", "payload", "comparison/references", "archive")
WORDS = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, (1 << 63) - 1, -1)

Edit = tuple[int, bytes]


@dataclass(frozen=True)
class Finding:
    """What a run did that it must not: ``what`` in words."""

    what: str
    a: bytes
    b: bytes


def sources() -> list[bytes]:
    """Files of the samples that are small enough; every kind of toolchain is among them."""
    paths = sorted(path for path in (HOUSE / "samples").glob("*/[ab]") if path.stat().st_size < SMALL)
    return [path.read_bytes() for path in paths]


def places(data: bytes) -> list[Span]:
    """Headers and sections, or the headers of an archive's members: where damage reaches a reader."""
    with suppress(ElfdiffError):
        if is_archive(data):
            return [member.header for member in parse_archive(data, "source").entries]
        elf = parse(data, "source")
        headers = [elf.header.span, *(s.header_span for s in elf.sections), *(s.header_span for s in elf.segments)]
        return [*headers, *headers, *(s.span for s in elf.sections if s.span is not None and s.span.length)]
    return [Span(0, len(data))]


def edits(data: bytes, chance: random.Random) -> list[Edit]:
    """A few damages: words, bytes, pieces of other places, and streams inflated, damaged and compressed again."""
    known = places(data)
    out: list[Edit] = []
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        span = chance.choice(known)
        at = chance.randrange(span.start, max(span.end, span.start + 1))
        match chance.randrange(5):
            case 0 | 1:
                width = chance.choice((1, 2, 4, 8))
                at -= (at - span.start) % width
                word = chance.choice(WORDS) if chance.random() < 0.7 else chance.randrange(len(data))
                out.append((at, (word & (1 << 8 * width) - 1).to_bytes(width, "little")))
            case 2:
                out.append((at, bytes(chance.choices(range(256), k=chance.choice((1, 2, 16))))))
            case 3:
                there, size = chance.randrange(len(data)), chance.choice((8, 24, 64, 512))
                out.append((at, data[there : there + size]))
            case 4:
                packed = _stream(data, span, chance)
                out += [(span.start, packed)] if packed else []
    return [(at, new[: max(len(data) - at, 0)]) for at, new in out]


def _stream(data: bytes, span: Span, chance: random.Random) -> bytes:
    """A zlib stream of this span (a dependency list, say) with one byte of its contents changed; b"" without one."""
    start = data.find(b"\x78", span.start, span.end)
    with suppress(zlib.error):
        if start >= 0:
            inner = bytearray(zlib.decompressobj().decompress(data[start : span.end], SMALL))
            if inner:
                inner[chance.randrange(len(inner))] = chance.randrange(256)
            return data[span.start : start] + zlib.compress(bytes(inner))
    return b""


def damaged(data: bytes, changes: list[Edit]) -> bytes:
    """The file with the edits made."""
    out = bytearray(data)
    for at, new in changes:
        out[at : at + len(new)] = new
    return bytes(out)


def walked(a: bytes, b: bytes, home: Path) -> str | None:
    """What the whole walk over two files does that it must not; None if all is well."""
    (home / "a").write_bytes(a)
    (home / "b").write_bytes(b)
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (int(4 * SECONDS), int(4 * SECONDS) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        null = os.open(os.devnull, os.O_WRONLY)
        said = os.open(home / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(null, 1)
        os.dup2(said, 2)
        try:
            os._exit(main.main(["compare", str(home / "a"), str(home / "b"), "-f", "json"]))
        finally:
            os._exit(99)
    _, status, usage = os.wait4(child, 0)
    said_text = (home / "said").read_text(errors="replace")
    code = os.waitstatus_to_exitcode(status)
    seconds, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10
    if code not in (0, 1, 2):
        return f"ended with {code}: {said_text[-200:]}"
    if "internal error" in said_text or "fault of elfdiff" in said_text:
        return said_text.strip()
    small = max(len(a), len(b)) <= SMALL
    if small and seconds > SECONDS:
        return f"took {seconds:.1f} s"
    if small and memory > MEMORY:
        return f"took {memory} MB"
    return None


def read(data: bytes) -> None:
    """Everything that readers make of one file. Raises whatever they raise but ElfdiffError."""
    with suppress(ElfdiffError):
        read_dependencies(data, "damaged")
    with suppress(ElfdiffError):
        if is_archive(data):
            archive = parse_archive(data, "damaged")
            read_index(archive)
            return
        _read_elf(parse(data, "damaged"))


def _read_elf(elf: ElfFile) -> None:
    from elfdiff.comparison.alignment.alignment import signed_places
    from elfdiff.comparison.image import Image
    from elfdiff.comparison.references import all_fields
    from elfdiff.comparison.references.code import CodeMap

    for name in ("notes", "dynamic", "symtab", "dynsym", "debug_units", "line_section", "comment", "build_id"):
        with suppress(ElfdiffError):
            getattr(elf, name)
    image = Image(signed_places(elf))
    with suppress(ElfdiffError):
        for _ in all_fields(image, CodeMap(image)):
            pass


class Lines:
    """Which lines of the readers were run, by the interpreter's trace."""

    def __init__(self) -> None:
        self.seen: dict[CodeType, set[int]] = defaultdict(set)

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        """For sys.settrace."""
        code = frame.f_code
        if not any(f"/elfdiff/{reader}/" in code.co_filename for reader in READERS):
            return None
        self.seen[code].add(frame.f_lineno)
        return self.trace

    def table(self) -> Iterator[tuple[str, int, int]]:
        """(file, lines run, lines) of each module, functions only."""
        ran: dict[str, set[int]] = defaultdict(set)
        for code, lines in self.seen.items():
            ran[code.co_filename] |= lines
        for reader in READERS:
            for path in sorted((HOUSE / "elfdiff" / reader).rglob("*.py")):
                lines = set(_lines(compile(path.read_text(), str(path), "exec"), False))
                if lines:
                    yield str(path.relative_to(HOUSE)), len(lines & ran[str(path)]), len(lines)


def _lines(code: CodeType, inside: bool) -> Iterator[int]:
    if inside:
        yield from (line for _, _, line in code.co_lines() if line is not None and line != code.co_firstlineno)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines(constant, bool(constant.co_flags & 2))


def smallest(data: bytes, changes: list[Edit], other: bytes, home: Path) -> list[Edit]:
    """The edits without those that the finding does not need."""
    kept = list(changes)
    for change in changes:
        fewer = [one for one in kept if one is not change]
        if fewer and walked(data, other if other != data else damaged(data, fewer), home) is not None:
            kept = fewer
    return kept


def walks(chance: random.Random, until: float, runs: int, shapes: bool = True) -> Iterator[Finding | None]:
    """One result a run; ``shapes``: every tenth compares two expensive files."""
    files = sources()
    expensive = list(SHAPES.values())
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        for number in range(runs):
            if time.monotonic() > until:
                return
            shaped = shapes and number % 10 == 9
            if shaped:
                a, b = chance.choice(expensive)(chance)
            else:
                a = chance.choice(files)
                changes = edits(a, chance)
                b = damaged(a, changes)
                if chance.random() < 0.3:
                    a = damaged(a, edits(a, chance))
            what = walked(a, b, home)
            if what is not None and not shaped and a in files:
                b = damaged(a, smallest(a, changes, a, home))
            yield None if what is None else Finding(what, a, b)


def every_shape(seed: int) -> Iterator[Finding | None]:
    """Each expensive pair once."""
    with tempfile.TemporaryDirectory() as place:
        for name, shape in SHAPES.items():
            a, b = shape(random.Random(seed))
            begun = time.process_time() + sum(os.times()[2:4])
            what = walked(a, b, Path(place))
            seconds = time.process_time() + sum(os.times()[2:4]) - begun
            print(f"  {name:20}{len(a):9}{seconds:7.1f} s  {what or ''}", flush=True)
            yield None if what is None else Finding(f"{name}: {what}", a, b)


def reads(chance: random.Random, until: float, runs: int) -> Iterator[Finding | None]:
    """One result a file that was damaged and read in this process."""
    files = sources()
    for _ in range(runs):
        if time.monotonic() > until:
            return
        data = chance.choice(files)
        broken = damaged(data, edits(data, chance))
        begun = time.process_time()
        try:
            read(broken)
            what = f"took {time.process_time() - begun:.1f} s" if time.process_time() - begun > SECONDS else None
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
        yield None if what is None else Finding(what, broken, data)


def run() -> int:
    """Fuzz, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--runs", type=int, default=None)
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--readers", action="store_true")
    parser.add_argument("--shapes", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY")
    args = parser.parse_args()
    until = time.monotonic() + 60 * (args.minutes if args.minutes is not None else 3 if args.runs is None else 1e6)
    runs = args.runs if args.runs is not None else sys.maxsize
    start_fast()
    os.environ["ELFDIFF_DEBUG"] = "1"
    chance = random.Random(args.seed)
    lines = Lines()
    if args.coverage:
        sys.settrace(lines.trace)
    results = every_shape(args.seed) if args.shapes else (reads if args.readers else walks)(chance, until, runs)
    done = 0
    found: list[Finding] = []
    for result in results:
        done += 1
        if result is None:
            continue
        found.append(result)
        print(f"finding {len(found)} in run {done}: {result.what}", flush=True)
        if args.keep is not None:
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / f"{len(found)}.a").write_bytes(result.a)
            (args.keep / f"{len(found)}.b").write_bytes(result.b)
    sys.settrace(None)
    for name, ran, all_lines in lines.table() if args.coverage else ():
        print(f"  {name:60}{ran:6} of {all_lines:5} lines  {100 * ran // all_lines:3} %")
    print(f"{done} runs, seed {args.seed}: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(run())
