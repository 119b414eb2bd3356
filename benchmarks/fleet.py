"""What a fleet costs: overhead beside a plain loop, pairs a second, memory, growth with rows, ranking.

    python benchmarks/fleet.py overhead A B [--count 18] [--runs 5]
    python benchmarks/fleet.py many [--count 2000] [--jobs 2] [--pairs DIR] [--packages A B] [--engine local dask]
    python benchmarks/fleet.py growth [ROWS …]
    python benchmarks/fleet.py ranking [--rows 60000]
    python benchmarks/fleet.py dispatch [--count 2000]

Pairs are taken in turn from all samples, from what ``accuracy.py --keep DIR`` built (--pairs), and from two directories
of packages paired by name (--packages; ``overhead`` takes these alone). Where there are too few, they come again under
another name, with the same few bytes put behind both files: other contents, so each is compared and none is taken from
the journal.

Every figure is that of the command line, in a process of its own, with all that it starts. Processor seconds are those
of all these processes: the one that starts them adopts (PR_SET_CHILD_SUBREAPER) and waits for what its children leave
behind, so that the children of Dask's workers count, too. Memory is the most that all of them had at one moment (PSS,
asked every half second). In ``overhead`` the loop and the engines, one job each, take turns; what an engine needs to
start is measured beside it, with a pair of equal files; printed are medians over the runs, least and most.
``dispatch`` sends pairs that are answered at once through Dask: what one scheduler and one run can hand out.
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from elfdiff.fleet.journal import Journal
from elfdiff.fleet.pair import run_pair
from elfdiff.fleet.record import Limits, Record, Row
from elfdiff.fleet.run import run, summary

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
ENGINES = ("local", "dask")
PR_SET_CHILD_SUBREAPER = 36
SAMPLED = 0.5
"""Seconds between two looks at the memory."""
AR = b"!<arch>\n"
Source = tuple[Path, Path]


@dataclass(frozen=True)
class Spent:
    """What one command and all its processes used."""

    wall: float
    processor: float
    megabytes: float


def spent(command: Sequence[str]) -> Spent:
    """Runs it. SystemExit if it is in trouble."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as file:
            json.dump(_adopting(command), file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        exit_code, *figures = json.load(file)
    os.waitpid(pid, 0)
    if exit_code not in (0, 1):
        raise SystemExit(f"exit code {exit_code}: {' '.join(command)}")
    return Spent(*figures)


def _adopting(command: Sequence[str]) -> tuple[int, float, float, float]:
    """Exit code, wall clock, processor seconds, megabytes: once no process is left below this one."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **threads})
    most, exit_code = 0.0, 0
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == process.pid:
                exit_code = os.waitstatus_to_exitcode(status)
            elif pid == 0:
                most = max(most, _megabytes(os.getpid()))
                time.sleep(SAMPLED)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return exit_code, time.monotonic() - begun, used.ru_utime + used.ru_stime, most


def _megabytes(top: int) -> float:
    """PSS of all processes below this one."""
    total = 0
    waiting = [top]
    while waiting:
        for place in Path(f"/proc/{waiting.pop()}/task").glob("*"):
            with suppress(OSError):
                for pid in (place / "children").read_text().split():
                    waiting.append(int(pid))
                    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                    total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def sources(built: Path | None, packages: tuple[Path, Path] | None) -> list[Source]:
    """Samples, pairs that were built, packages."""
    found = [(place, place.with_name("b")) for place in sorted(SAMPLES.glob("*/a"))]
    if built is not None:
        found += [(place.with_name("a"), place.with_name("b")) for place in sorted(built.glob("*/digest"))]
    return [pair for pair in found if all(side.is_file() for side in pair)] + (paired(*packages) if packages else [])


def paired(a: Path, b: Path) -> list[Source]:
    """Packages of one name."""
    return [(place, b / place.name) for place in sorted(a.iterdir()) if (b / place.name).is_file()]


def manifest(folder: Path, count: int, given: Sequence[Source]) -> Path:
    """So many pairs, no two of one content, in a CSV."""
    path = folder / "pairs.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "a", "b", "package"))
        for number, pair in enumerate(islice(cycle(given), count)):
            names = [f"{number}{side}" for side in "ab"]
            for name, source in zip(names, pair, strict=True):
                (folder / name).write_bytes(_numbered(source.read_bytes(), number))
            writer.writerow((number, *names, number))
    return path


def _numbered(data: bytes, number: int) -> bytes:
    """With the number behind it: of an archive as a member of its own, which deb(5) lets readers ignore."""
    text = b"%08d" % number
    if data.startswith(AR):
        head = b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"_number", 0, 0, 0, b"100644", len(text))
        return data + b"\n" * (len(data) % 2) + head + text
    return data + text


def fleet(path: Path, engine: str, jobs: int) -> Spent:
    """The command line, with a new journal. Every pair must have its answer."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "elfdiff", "fleet", str(path), "-o", out, "-q"]
        found = spent([*command, "--engine", engine, "--jobs", str(jobs)])
        value = json.loads(Path(out, "summary.json").read_text())
        if value["failed"] or value["waiting"]:
            raise SystemExit(f"{engine}: {value['failed']} failed, {value['waiting']} waiting")
    return found


def loop(path: Path) -> None:
    """Without a fleet: one pair after the other, in this process."""
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            answer = run_pair({side: str(path.parent / row[side]) for side in "ab"})
            if answer["state"] != "done":
                raise SystemExit(f"{row['id']}: {answer['sentence']}")


def overhead(a: Path, b: Path, count: int, runs: int) -> None:
    """Processor seconds of the loop and of each engine, in turn."""
    seconds: dict[str, list[float]] = {}

    def note(name: str, found: Spent) -> None:
        seconds.setdefault(name, []).append(found.processor)
        print(f"{name}: {found.processor:.2f} s", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        pairs = manifest(Path(name), count, paired(a, b))
        nothing = manifest(Path(other), 1, [(SAMPLES / "null-pair" / "a",) * 2])
        for _ in range(runs):
            for path, of in ((nothing, "start"), (pairs, "pairs")):
                note(f"loop {of}", spent([sys.executable, __file__, "loop", str(path)]))
                for engine in ENGINES:
                    note(f"{engine} {of}", fleet(path, engine, 1))
    pure = [whole - start for whole, start in zip(seconds["loop pairs"], seconds["loop start"], strict=True)]
    print(f"{count} pairs of {_spread([item / count for item in pure], 2)} s of processor time; {runs} runs\n")
    rows = []
    for engine in ENGINES:
        start, whole = seconds[f"{engine} start"], seconds[f"{engine} pairs"]
        beyond = [(w - s) / p for w, s, p in zip(whole, start, pure, strict=True)]
        all_in_all = [w / p for w, p in zip(whole, seconds["loop pairs"], strict=True)]
        each = [1000 * (w - s - p) / count for w, s, p in zip(whole, start, pure, strict=True)]
        rows.append((engine, _spread(beyond, 3), _spread(each, 0), _spread(start, 1), _spread(all_in_all, 2)))
    heads = ("engine", "times the loop", "ms a pair more", "s to start", "times the loop, both with their start")
    print(tabulate(rows, heads, tablefmt="github"))


def _spread(values: Sequence[float], digits: int) -> str:
    least, most = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def many(count: int, jobs: int, engines: Sequence[str], given: Sequence[Source]) -> None:
    """One run of many pairs with each engine."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        path = manifest(Path(name), count, given)
        for engine in engines:
            found = fleet(path, engine, jobs)
            load = os.getloadavg()[1]
            rate = count / found.wall
            row = (engine, count, len(given), jobs, f"{found.wall:.0f}", f"{rate:.1f}", f"{found.processor:.0f}")
            rows.append((*row, f"{found.processor / count:.3f}", f"{found.megabytes:.0f}", f"{load:.0f}"))
    heads = ("engine", "pairs", "distinct", "jobs", "s", "pairs/s", "processor s", "s a pair", "MB", "load")
    print(tabulate(rows, heads, tablefmt="github"))


class Answering:
    """An engine that answers at once: what is left is the fleet's own work."""

    def __init__(self) -> None:
        self.answer = run_pair({side: str(SAMPLES / "time-zone" / side) for side in "ab"})

    def map(self, given: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, Record]]:
        """The same answer for all."""
        for key, _ in given:
            yield key, dict(self.answer)


def growth(sizes: Sequence[int]) -> None:
    """Processor seconds by rows: the whole command line over short pairs, and the fleet's own work alone."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = manifest(folder, size, [(SAMPLES / "time-zone" / "a", SAMPLES / "time-zone" / "b")])
            own = _own(folder, size)
            found = fleet(path, "local", 2)
        row = (f"{size:,}", f"{found.processor:.1f}", f"{1000 * found.processor / size:.1f}", f"{found.wall:.0f}")
        rows.append((*row, f"{found.megabytes:.0f}", f"{own:.2f}", f"{1000 * own / size:.2f}"))
        print(f"{size} rows", file=sys.stderr, flush=True)
    heads = ("rows", "processor s", "ms a row", "s", "MB", "own s", "own ms a row")
    print(tabulate(rows, heads, tablefmt="github"))


def _own(folder: Path, size: int) -> float:
    """Processor seconds of journal and ranking for so many rows."""
    rows = [Row(str(n), f"{folder}/{n}a", f"{folder}/{n}b", str(n), {}, str(n)) for n in range(size)]
    engine, journal = Answering(), Journal(str(folder / "own"))
    return _processor(lambda: run(rows, journal, engine, ""))


def ranking(size: int, runs: int) -> None:
    """Processor seconds to rank a journal of so many rows: reading them, and the table."""
    names = ("build-path", "build-time", "locale-order", "host-identity", "file-times", "link-order", "random-build-id")
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(folder)
        journal.begin(0.0)
        answer = run_pair({side: str(SAMPLES / "time-zone" / side) for side in "ab"})
        with journal.base:
            for number in range(size):
                roots = {name: 10 for bit, name in enumerate(names) if number * 37 >> bit & 1}
                journal.add_row(Row(str(number), "a", "b", str(number // 3), {}, ""), str(number), None)
                journal.base.execute(
                    "INSERT INTO pairs VALUES (?, ?, ?, ?)",
                    (str(number), "done", json.dumps(answer | {"roots": roots}), 0.0),
                )
        taken = [_processor(lambda: summary(journal)) for _ in range(runs)]
    print(f"{size:,} rows ranked in {_spread(taken, 2)} s of processor time, {runs} runs")


def dispatch(count: int, runs: int) -> None:
    """Processor seconds of this process, the run and the scheduler, for pairs that no worker compares."""
    from elfdiff.fleet import dask

    def nothing(record: Record, *rest: object) -> Record:
        return {"state": "done"}

    dask.run_in_child = nothing
    taken = []
    for _ in range(runs):
        engine = dask.DaskEngine(None, 2, Limits(60.0, None))
        answers = engine.map([("first", {}), *((str(number), {}) for number in range(count))])
        next(answers)
        taken.append(1000 * _processor(lambda left=answers: list(left)) / count)
    print(f"{count:,} pairs handed out and taken back: {_spread(taken, 1)} ms of processor time each, {runs} runs")


def _processor(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """What the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("overhead")
    part.add_argument("a", type=Path)
    part.add_argument("b", type=Path)
    part.add_argument("--count", type=int, default=18)
    part.add_argument("--runs", type=int, default=5)
    part = parts.add_parser("many")
    part.add_argument("--count", type=int, default=2000)
    part.add_argument("--jobs", type=int, default=2)
    part.add_argument("--engine", nargs="+", choices=ENGINES, default=ENGINES)
    part.add_argument("--pairs", type=Path)
    part.add_argument("--packages", type=Path, nargs=2)
    parts.add_parser("growth").add_argument("rows", type=int, nargs="*", default=[100, 1_000, 10_000])
    part = parts.add_parser("ranking")
    part.add_argument("--rows", type=int, default=60_000)
    part.add_argument("--runs", type=int, default=5)
    part = parts.add_parser("dispatch")
    part.add_argument("--count", type=int, default=2000)
    part.add_argument("--runs", type=int, default=3)
    parts.add_parser("loop").add_argument("manifest", type=Path)
    args = parser.parse_args()
    match args.part:
        case "overhead":
            overhead(args.a, args.b, args.count, args.runs)
        case "many":
            packages = tuple(args.packages) if args.packages else None
            many(args.count, args.jobs, args.engine, sources(args.pairs, packages))
        case "growth":
            growth(args.rows)
        case "ranking":
            ranking(args.rows, args.runs)
        case "dispatch":
            dispatch(args.count, args.runs)
        case "loop":
            loop(args.manifest)


if __name__ == "__main__":
    main()
