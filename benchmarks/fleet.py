"""What a fleet costs beside a plain loop: ``python benchmarks/fleet.py [--pairs N] [--runs N] [--dask] [--rows N …]``.

Pairs are the samples, over and over. Each run compares them all in one process without a fleet, then with the local
engine (one job), and with Dask if asked for, one after the other; processor seconds are those of this process and of
all that it started. Of Dask only the wall clock is told: the children of its workers are not this process's. Printed
are the median ratio to the loop of the same run, the least and the most. ``--rows`` prints how the time of a run grows
with the number of rows, every pair answered at once (journal, manifest and ranking alone).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from elfdiff.fleet.journal import Journal
from elfdiff.fleet.local import LocalEngine
from elfdiff.fleet.pair import run_pair
from elfdiff.fleet.record import Limits, Record, Row
from elfdiff.fleet.run import Engine, run

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
LIMITS = Limits(120.0, 4 << 30)


def records(count: int) -> list[tuple[str, Record]]:
    """So many pairs, each with a key of its own."""
    places = sorted(place.parent for place in SAMPLES.glob("*/a") if place.is_file())
    return [
        (str(number), {"a": str(place / "a"), "b": str(place / "b")})
        for number, place in enumerate(islice(cycle(places), count))
    ]


def spent() -> float:
    """Processor seconds of this process and of all its children that have ended."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def loop(pairs: list[tuple[str, Record]]) -> None:
    """Without a fleet: a new process that compares one pair after the other."""
    pid = os.fork()
    if pid == 0:
        for _, record in pairs:
            run_pair(record)
        os._exit(0)
    os.waitpid(pid, 0)


def engine(pairs: list[tuple[str, Record]], made: Engine) -> None:
    """With an engine; every pair must have its answer."""
    answers = dict(made.map(pairs))
    if len(answers) != len(pairs) or any(answer["state"] != "done" for answer in answers.values()):
        raise SystemExit("some pair has no answer")


def compare(count: int, runs: int, with_dask: bool) -> None:
    """The table of ratios."""
    pairs = records(count)
    ratios: list[float] = []
    rates = dict.fromkeys(("local", "dask") if with_dask else ("local",), 0.0)
    for _ in range(runs):
        begun = spent()
        loop(pairs)
        base = spent() - begun
        for name in rates:
            begun, clock = spent(), time.monotonic()
            if name == "local":
                made: Engine = LocalEngine(1, LIMITS)
            else:
                from elfdiff.fleet.dask import DaskEngine

                made = DaskEngine(None, 1, LIMITS)
            engine(pairs, made)
            rates[name] = count / (time.monotonic() - clock)
            if name == "local":
                ratios.append((spent() - begun) / base)
        print(f"loop: {base:.1f} s of processor time, {base / count:.3f} s a pair")
    print(
        f"local: {statistics.median(ratios):.2f} times the loop (least {min(ratios):.2f}, most {max(ratios):.2f}, "
        f"{len(ratios)} runs)"
    )
    for name, rate in rates.items():
        print(f"{name}: {rate:.1f} pairs a second with one job, its start included")


class Answering:
    """An engine that answers at once: what is left is the fleet's own work."""

    def map(self, given: Iterator[tuple[str, Record]]) -> Iterator[tuple[str, Record]]:
        """The same answer for all."""
        answer = run_pair(records(1)[0][1])
        for key, _ in given:
            yield key, dict(answer)


def growth(sizes: list[int]) -> None:
    """Seconds for the fleet's own work by rows."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows = []
            for number in range(size):
                paths = [f"{folder}/{number}{side}" for side in "ab"]
                for path in paths:
                    Path(path).write_text(path)
                rows.append(Row(str(number), paths[0], paths[1], str(number // 3), {}, str(number)))
            journal = Journal(f"{folder}/out")
            begun = spent()
            run(rows, journal, Answering(), "")
            print(f"{size:>7,} rows: {spent() - begun:.2f} s, {1000 * (spent() - begun) / size:.2f} ms a row")


def main() -> None:
    """What the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--rows", type=int, nargs="*", default=[])
    args = parser.parse_args()
    if args.rows:
        growth(args.rows)
    else:
        compare(args.pairs, args.runs, args.dask)


if __name__ == "__main__":
    main()
