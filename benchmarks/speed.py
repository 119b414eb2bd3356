"""How long elfdiff takes beside cmp, readelf and diffoscope on the same files in the same run.

    python benchmarks/speed.py [--medium A,B] [--large A,B] [--runs N] [--give-up SECONDS] [--no-peers] [--no-growth]
                               [--baseline DIRECTORY]

Without options only a checked-in pair and made files are measured. ``--medium`` is meant for a pair of some 5 MB,
``--large`` for one of some 40 MB (uv 0.13.8 and 0.13.9 from their wheels, say); of its first file a copy with another
build ID is made, too. Prints medians of wall and processor seconds, the peak memory, and each peer's wall time with
elfdiff's share of it. readelf reads both files (``-a -w``), as a person who looks for the difference would. Then pairs
of five sizes from one generated program (growth.py) show how time and memory grow, and the largest pair at hand where
they go (stages.py). ``--baseline`` is another checkout
(``git worktree add DIRECTORY COMMIT``) that is run beside this one: its medians, and the ratio of processor seconds,
which says more than seconds do on a busy machine. The exit code is 1 if a limit is missed; limits count
processor seconds, which a busy machine does
not stretch.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.growth import pairs as growth_pairs

HOUSE = Path(__file__).resolve().parents[1]
ELFDIFF = (sys.executable, "-m", "elfdiff")


@dataclass(frozen=True)
class Case:
    """One call of elfdiff, and the two files that the peers get (none for ``--version``)."""

    name: str
    files: tuple[str, ...]
    limit: float
    memory: float
    runs: int


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and of processor, and the peak of memory in MB."""

    wall: float
    processor: float
    memory: float


def cost(command: Sequence[str], give_up: float | None = None, house: Path = HOUSE) -> Cost | None:
    """What one run costs in a checkout, its children included; None if it did not end in time."""
    begun = time.perf_counter()
    # Without written bytecode every run would compile all of elfdiff again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(house)
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, cwd=house, env=environment)
        while True:
            pid, _, usage = os.wait4(process.pid, os.WNOHANG)
            wall = time.perf_counter() - begun
            if pid:
                process.returncode = 0
                return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
            if give_up is not None and wall > give_up:
                process.kill()
                process.wait()
                return None
            time.sleep(0.001)


def median(command: Sequence[str], runs: int, give_up: float | None = None, house: Path = HOUSE) -> Cost | None:
    """The median run, each column for itself."""
    costs = [found for _ in range(runs) if (found := cost(command, give_up, house)) is not None]
    if not costs:
        return None
    columns = zip(*((one.wall, one.processor, one.memory) for one in costs), strict=True)
    return Cost(*(statistics.median(column) for column in columns))


def peers(files: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """What else could be asked about the two files, as far as it is installed."""
    # cmp stops at the first difference when its output goes nowhere; diffoscope compares links as links.
    files = tuple(os.path.realpath(path) for path in files)
    wanted = [
        ("cmp -l", ["sh", "-c", 'cmp -l "$0" "$1" | wc -l', *files]),
        ("readelf", ["readelf", "-a", "-w", *files]),
        ("diffoscope", ["diffoscope", "--text", os.devnull, *files]),
    ]
    return [(name, command) for name, command in wanted if shutil.which(command[0])]


def other_build_id(path: str, home: Path) -> str:
    """A copy of the file with another build ID; the file and one byte after its end if it has none.

    Made piece by piece: what this process holds would count as the memory of the processes that it starts.
    """
    copy = home / "other-build-id"
    shutil.copyfile(path, copy)
    mark = struct.pack("=III", 4, 20, 3) + b"GNU\0"
    with open(copy, "r+b") as file:
        at = file.read(1 << 20).find(mark)
        file.seek(at + len(mark) if at >= 0 else 0, os.SEEK_SET if at >= 0 else os.SEEK_END)
        file.write(bytes(20) if at >= 0 else b"\n")
    return str(copy)


def cases(args: argparse.Namespace, home: Path) -> list[Case]:
    """Everything to be measured, small things first."""
    sample = HOUSE / "samples" / "build-path-file-macro"
    found = [
        Case("--version", (), 0.1, 50, 2 * args.runs + 1),
        Case("small pair", (str(sample / "a"), str(sample / "b")), 0.5, 100, args.runs),
    ]
    for name in ("one", "two"):
        with open(home / name, "wb") as file:
            file.truncate(100_000_000)
    found.append(Case("100 MB, identical", (str(home / "one"), str(home / "two")), 0.5, 250, args.runs))
    if args.medium:
        found.append(Case("medium pair", tuple(args.medium.split(",")), 5, 500, args.runs))
    if args.large:
        a, b = args.large.split(",")
        found.append(Case("large, other build ID", (a, other_build_id(a, home)), 1, 500, args.runs))
        found.append(Case("large pair", (a, b), 25, 1000, max(1, args.runs // 3)))
    return found


def growth(home: Path, start: Cost, runs: int) -> None:
    """Print time and memory per MB of input over five sizes, less what starting costs."""
    print(f"\n{'growth':24}{'bytes':>12}{'cpu s':>9}{'MB':>7}{'s per MB':>10}{'MB per MB':>11}")
    for pair in growth_pairs(home):
        found = median([*ELFDIFF, pair.a, pair.b], runs)
        assert found is not None
        size = os.path.getsize(pair.a) + os.path.getsize(pair.b)
        time_per, memory_per = (
            (x - y) / (size / 1e6)
            for x, y in zip((found.processor, found.memory), (start.processor, start.memory), strict=True)
        )
        print(
            f"{f'{pair.kind}, {pair.units}x':24}{size:12}{found.processor:9.2f}{found.memory:7.0f}"
            f"{time_per:10.2f}{memory_per:11.1f}",
            flush=True,
        )


def main() -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--medium", metavar="A,B")
    parser.add_argument("--large", metavar="A,B")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--give-up", type=float, default=600, metavar="SECONDS", help="stop a peer after this time")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-growth", action="store_true")
    parser.add_argument("--baseline", type=Path, metavar="DIRECTORY", help="another checkout to run beside this one")
    args = parser.parse_args()
    missed = 0
    print(f"{'':24}{'bytes':>12}{'wall s':>9}{'cpu s':>8}{'MB':>7}  limits")
    with tempfile.TemporaryDirectory() as directory:
        start = Cost(0, 0, 0)
        for case in cases(args, Path(directory)):
            found = median([*ELFDIFF, *(case.files or ("--version",))], case.runs)
            assert found is not None
            start = found if case.name == "small pair" else start
            size = sum(os.path.getsize(path) for path in case.files)
            kept = found.processor <= case.limit and found.memory <= case.memory
            missed += not kept
            print(
                f"{case.name:24}{size:12}{found.wall:9.2f}{found.processor:8.2f}{found.memory:7.0f}"
                f"  {case.limit:g} s, {case.memory:g} MB: {'kept' if kept else 'MISSED'}",
                flush=True,
            )
            if args.baseline is not None:
                command = [*ELFDIFF, *(os.path.abspath(path) for path in case.files or ())]
                before = median(command if case.files else [*ELFDIFF, "--version"], case.runs, None, args.baseline)
                assert before is not None
                print(
                    f"  {'baseline':22}{'':12}{before.wall:9.2f}{before.processor:8.2f}{before.memory:7.0f}"
                    f"  elfdiff takes {found.processor / max(before.processor, 0.001):.2f} times as long",
                    flush=True,
                )
            for name, command in peers(case.files) if case.files and not args.no_peers else ():
                other = median(command, 1 if size > 1_000_000 else args.runs, args.give_up)
                if other is None:
                    print(f"  {name:22}{'':12} > {args.give_up:g} s", flush=True)
                    continue
                share = found.processor / max(other.processor, 0.001)
                print(
                    f"  {name:22}{'':12}{other.wall:9.2f}{other.processor:8.2f}{other.memory:7.0f}"
                    f"  elfdiff takes {share:.2g} times as long",
                    flush=True,
                )
        if not args.no_growth:
            growth(Path(directory) / "growth", start, args.runs)
    largest = args.large or args.medium
    if largest:
        print("\nby stage, the largest pair: processor seconds, peak MB, share", flush=True)
        subprocess.run([sys.executable, str(HOUSE / "benchmarks" / "stages.py"), *largest.split(",")], check=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
